"""Bytes from the wire and to it: RTP, RTCP, STUN, codecs. Pure, and safe with any input."""
