"""The measurements of Tenure: `python -m bench [figure …]`, one JSON line for each figure."""
