"""What becomes of what was sold: money and pieces that come back."""
