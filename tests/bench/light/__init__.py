"""Light clients: a publisher, and viewers by the hundred that cost the machine little.

ICE and DTLS are real, keys are exported, reports are sent; but media stays encrypted. Viewers are
counted by the clear header of RTP, and their sockets are swept every few milliseconds rather than
waited on: on one machine, waking who reads is billed to who sends.
"""
