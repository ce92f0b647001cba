"""The core: plans, states, events, commands, and `advance`, which makes two of the others. Pure.

Owns what steps mean in time. Knows the standard library and `engine.errors` only: no records, no
clock, no chance, so that a run comes to the same wherever it is driven.
"""
