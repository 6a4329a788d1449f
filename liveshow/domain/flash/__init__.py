"""Flash prices: a lower price of one item for a while, or for so many pieces."""
