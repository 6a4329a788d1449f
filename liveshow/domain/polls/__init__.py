"""Polls: the team asks, everybody votes once, and the bars move."""
