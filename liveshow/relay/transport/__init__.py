"""ICE-lite, DTLS-SRTP and ICE over TCP: the transport of a peer, and nothing of media."""
