"""The HTTP API: handlers, and who may reach them. No rule lives here; services decide."""
