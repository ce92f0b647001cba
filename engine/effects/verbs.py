"""The catalogue of verbs: what each takes in `Do.args`, what it answers, where it acts.

    verb            args                                    answers (`Done.result`)
    begin           watches {slot: watch id}                met [watch ids already met]
    create_task     -                                       due, rungs [instants], deadline, task;
                                                            or over {status, …} when done already
    remind          rung, to                                status; or later (instant)
    escalate        rung, to        (a task's ladder)       status; or later
    escalate        level, open     (an escalate step)      next (instant or null); or over {…}
    withdraw_task   reason                                  status; over {…} when it is over
    watch           slot, start                             met, data; due, past
    unwatch         watch                                   standing (whether it had not been met)
    evaluate        slot `cases` | `until`                  taken (index of the case, or null)
    list_items      -                                       items [ids]
    set_field       -                                       status
    start_playbook  -                                       status, enrollment, started; or why
    stop_playbook   -                                       status
    transfer        -                                       status, tasks
    send_email      -                                       status, sent; or later
    send_survey     -                                       status, sent; or later
    notify, call    -                                       status
    finish          outcome, reason, leaves_tasks           status

Any verb but `finish` answers `run_over` (the outcome) for a run the store has closed: a workflow
that was behind ends with it.

House verbs touch only our database: one transaction, carried out by `carrying.carry_out`. Verbs
that leave the house go through `outgoing`: intents are committed first, then the calls are made,
then what came of them is recorded. Statuses: `done`, `skipped` (with `why`), and for sends
`accepted`, `refused`, `unknown`.
"""

from __future__ import annotations

from engine.plan.events import Verb

OUTSIDE: frozenset[Verb] = frozenset(
    ["send_email", "send_survey", "notify", "call", "remind", "escalate"]
)
HOUSE: frozenset[Verb] = frozenset(
    [
        "begin",
        "create_task",
        "withdraw_task",
        "watch",
        "unwatch",
        "evaluate",
        "list_items",
        "set_field",
        "start_playbook",
        "stop_playbook",
        "transfer",
        "finish",
    ]
)
