"""Media over HTTP: WHIP, WHEP and their SDP."""
