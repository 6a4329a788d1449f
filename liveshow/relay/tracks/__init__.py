"""Tracks of the publisher, shared by all viewers: numbering, cache, keyframes, sinks."""
