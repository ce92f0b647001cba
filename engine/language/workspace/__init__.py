"""The workspace: the files beside the playbooks, read, checked, and as data.

Owns tenure.yaml, schema.yaml, people.yaml, calendars.yaml, health.yaml and the templates' list.
Knows no playbook; `load` is the entrance, `model` what comes out.
"""
