"""Backtests: what a playbook would have done over facts of the past, as they were known then."""
