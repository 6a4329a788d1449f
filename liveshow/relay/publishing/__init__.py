"""One publisher: its packets, their repair, and the bandwidth it is told."""
