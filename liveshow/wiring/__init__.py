"""One builder for each subsystem: what it is made of, and what it needs from others.

``liveshow.app`` puts them together.
"""
