"""Keeping a chat friendly, and taking back what went too far."""
