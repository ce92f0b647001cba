"""What happens to our records, and what is said to the world: the verbs of runs, facts, the clock.

Everything is decided here once, above the port `records`, for PostgreSQL and for the simulator.
Nothing here sleeps or reads a clock: `records.now` is the time; how a transaction is opened is
handed in where several are needed. Knows no SQL, no Temporal and no page.

the rows
    entities, enrolling_entities, deliveries       one value per kind of row
    records, enrolling_records, health_records     the port that reads and writes them
    context                                        the workspace, ready for use
a fact comes in
    ingesting            all of it, in one transaction
    fitting, lateness    whether it fits, what it still changes when it is late
    changing, assessing  what it changes of an account; its health
    waking, starting     whom it wakes, whom it starts
a trigger was set off
    enrolling, gates     whether a run begins, and why not
    holding              what waits for a person, for another run, for its group
    noticing             what our own people are told of it
    taking_stock         what is so already when a playbook goes live
the clock
    sweeping             what is due, by kind
    moments, rounds      dates, schedules
    matching             conditions over time
    reassessing          health that time moves
    ahead, heard         how triggers stand: what fires when, what came last
a run wants something done
    verbs, carrying      the catalogue; what stays in our records is done at most once
    setting, directing   fields of the account; other runs, and other owners of tasks
    choosing             which case holds, which items there are
    handing, answering   tasks: handed out, and what people do with them
    alarming             reminders and escalations
    watching             waits begin
    ending               the outcome is written, what is open is closed
    closing              runs that ended without their core
something leaves the house
    outgoing, letters    intents first, one letter for each recipient
    mailing, surveying, notifying, own_mails, links    what a letter says
    hours, capping       when, and how much
    sending              the call itself
what a run knows
    knowing              every name of expressions and texts
    step_names, health_names, trigger_names, fiscal_names    families of names
    people               from a role to a person
    instants             from a `when` to an instant
    texts, story         texts rendered, timeline lines as sentences
"""
