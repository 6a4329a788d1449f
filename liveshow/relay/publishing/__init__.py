"""One publisher: what arrives, what is missing, how much it may send."""
