"""PostgreSQL: tables, the records port, queries, migrations, the outbox. SQL lives nowhere else.

Decides nothing: what a row means is said by the entities of `engine/effects`, and what is done with
it above the port. `queries` are for looking only, `batching` is the port for many facts at once.
"""
