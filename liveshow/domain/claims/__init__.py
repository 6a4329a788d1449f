"""Claiming, waiting in line, and what happens when a hold ends."""
