"""Benchmarks: what the server costs, beside what others cost on the same machine."""
