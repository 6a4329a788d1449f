"""One publisher: its packets, their repair, and the REMB sent to it."""
