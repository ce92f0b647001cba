"""The catalogue entries of groups of playbooks (TN450 to TN459, in part)."""

from __future__ import annotations

from engine.language.code import Code

GROUP_CODES: tuple[Code, ...] = (
    Code(
        "TN450",
        "A group of a playbook there is not",
        "A group lists playbooks of the workspace by name, the most important first.",
        "groups:\n  care: {playbooks: [churn-rescue, onbording]}",
        "groups:\n  care: {playbooks: [churn-rescue, onboarding]}",
    ),
    Code(
        "TN451",
        "A playbook in two groups",
        "A playbook is in one group at most, and once: else two groups could each let it begin and "
        "hold it back.",
        "groups:\n  care: {playbooks: [churn-rescue, onboarding]}\n"
        "  news: {playbooks: [onboarding, renewal]}",
        "groups:\n  care: {playbooks: [churn-rescue, onboarding]}\n"
        "  news: {playbooks: [renewal, nps-follow-up]}",
    ),
)
