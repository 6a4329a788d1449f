"""Giveaways: everybody enters once, and the draw can be recomputed from what was published."""
