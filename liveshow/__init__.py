"""A self-hosted live-selling show server."""

__version__ = "0.1.0"
