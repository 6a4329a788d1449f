"""What is said: messages, claims by comment, announcements."""
