"""The command line: one module for each group of commands, and `reference`, which writes the docs.

Owns words, options and tables. Decides nothing: a command opens a session, calls one service or
query and shows what came of it. Knows no Temporal and no SQL.
"""
