"""What is on the wire: WHIP, WHEP, SDP and the Socket.IO namespace. No rules of its own."""
