"""One viewer: what it is sent, and how that is fitted to its link."""
