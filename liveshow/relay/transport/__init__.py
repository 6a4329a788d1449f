"""ICE-lite, DTLS-SRTP and ICE over TCP: the way to a peer, and nothing of media."""
