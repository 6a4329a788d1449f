"""The fan-out kernel: rewrites, protects and sends packets to many viewers at once."""
