"""The embedded servers: PostgreSQL and Temporal on one machine, started and supervised.

Owns their processes, ports and data directory. Knows nothing of Tenure's schema, workflows or
commands; what runs beside the servers comes in as plain argument lists. Linux only.
"""
