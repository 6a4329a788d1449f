"""Bytes from the wire and to it: RTP, RTCP, STUN, codecs. Pure; what they read may be anything."""
