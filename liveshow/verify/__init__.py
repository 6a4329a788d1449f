"""Checks what a server has published, without the server: nothing in here knows the product."""
