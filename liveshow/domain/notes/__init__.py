"""What is pinned for everybody to read, and what is promised with an item."""
