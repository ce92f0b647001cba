"""What a playbook file may hold: forms for each part, read from a document step by step.

Knows shapes only. What the values mean together is the business of `compile` and `checks`.
"""
