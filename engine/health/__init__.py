"""Health: models, measures, bands, staleness. Pure: values in, assessments out.

Knows no records and no clock; what a measure reads comes through the port in `readings.py`.
"""
