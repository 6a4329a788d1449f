"""The ordered items of a show: adding, pinning, prices and stock, and lent items that leave."""
