"""What each command means: ``decide`` gives events, or raises why not. One module per concern.

A decision reads the state and the facts, never changes them, and knows no clock: ``now`` and
new ids are handed in.
"""
