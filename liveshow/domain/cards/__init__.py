"""Whether a show wants a card on file before anybody claims or bids."""
