"""The language: from an author's files to plans and workspaces, with every problem at its line.

Owns YAML, forms, checks, expressions, texts, formatting and drawings. Pure but for reading files.
Knows nothing of runs, records or time; `load` is the entrance.
"""
