"""From a playbook as read to a plan: names resolved, conditions and texts checked, steps linked.

`enroll.py` says what `Plan.enroll` holds; each step's `spec` is built in the module of its kind.
Every value that cannot mean anything is noted at its place; what is left still compiles, so that
all problems come at once.
"""
