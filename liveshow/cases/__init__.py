"""Cases: what was bought is not as it was described, and somebody has to find an end to it."""
