"""What ``liveshow demo`` runs: seeded data and a synthetic host."""
