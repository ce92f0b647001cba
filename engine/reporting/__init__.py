"""Reporting: the numbers of `tenure report`, each with its definition. Pure: rows to figures."""
