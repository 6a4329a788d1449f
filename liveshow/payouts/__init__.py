"""Payouts: when what somebody has earned is theirs to have, and what they were paid of it."""
