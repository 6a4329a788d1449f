"""Foreign clients: those of GStreamer and Meetecho, and some from npm in a browser."""
