"""What is published, as all viewers share it: numbering, cache, keyframes."""
