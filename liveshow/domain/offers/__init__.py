"""Offers below the price, and counter-offers, between one buyer and who sells the piece.

What was promised with a claim is another thing: `liveshow.domain.claims.offers`.
"""
