"""Clients that nobody here wrote: GStreamer's, Meetecho's, and those of npm in a browser."""
