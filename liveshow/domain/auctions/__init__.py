"""Auctions: the highest maximum wins, at the price that the second one makes it."""
