"""How much one viewer may get, and which layer that is. Pure: time is passed in."""
