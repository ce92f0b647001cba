"""What a playbook's parts mean together: what can never happen, never end, never be done.

Each module looks at one kind of mistake over a playbook that has been read and compiled, and notes
problems; none changes the plan.
"""
