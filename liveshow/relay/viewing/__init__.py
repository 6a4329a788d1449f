"""One viewer: what it is sent, and what is done when that is too much."""
