"""Whispers: what the team of a show says to itself, and nobody else ever reads."""
