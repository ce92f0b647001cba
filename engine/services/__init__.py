"""Use cases, one verb each: what the command line, the API and the workers ask for.

Owns transactions: opens them over `engine/store`, calls `engine/effects` inside, and steers runs
through the port `runner`. Knows no command, no page and no Temporal.
"""
