"""The read side: what people list and look at. Nothing here writes, locks or decides.

Each function takes a SQLAlchemy connection and makes one or two statements. Lists are pages: pass
the last row's `cursor` to get the next one.
"""
