"""Stripe behind the provider's port, with its own library.

| module | has |
| --- | --- |
| ``api`` | the client, and what its errors mean to whoever asks |
| ``amounts`` | minor units of ISO 4217 as Stripe counts them |
| ``words`` | why a card was refused, for people |
| ``webhooks`` | whether a webhook is Stripe's, and what it is about |
| ``cards`` | cards that Stripe keeps |
| ``disputes`` | payments that are disputed at a bank |
| ``provider`` | the port itself |
| ``trial`` | whether Stripe takes a key |
"""
