"""Enrolling: which triggers a change sets off, clocks, brakes, groups. Pure: values in and out."""
