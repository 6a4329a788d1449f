"""The owner task of a show, its registry, and the ports it needs."""
