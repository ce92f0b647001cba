"""The reference playbook by hand: what an expert of the Temporal Python SDK would write.

    work.py     what the steps do: rows in PostgreSQL, emails through a provider
    naive.py    the workflow with one ordinary activity per step
    tuned.py    the same with local activities
    worker.py   the worker process of either

Nothing here imports Tenure but the email provider both sides send through.
"""
