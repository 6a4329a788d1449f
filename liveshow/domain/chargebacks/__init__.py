"""Payments that a buyer disputes at their bank: what their orders brought is withheld."""
