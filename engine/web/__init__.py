"""What others reach over HTTP: pages behind links in emails, the API (`api`), signed calls in.

Owns addresses, pages, and who may come in. Decides nothing: a handler calls a service or a query.
"""
