"""The other shell: the core and the effects on a virtual clock, with records in memory.

Owns time and order in a simulation, playbook tests, and backtests. Decides nothing that a real run
decides elsewhere: the differential tests hold both shells to one story. Knows no database.

simulator, agenda, runs, driving    time, order, runs
carrier, clocks, people, habits     errands, what the clock sets off, people who answer
world, tables, *memory              the records in memory
scenario, writing, written_*, sheet, casting, doing, files    what is played, as its author wrote it
testing, testfiles, expecting, entries, comparing, junit      playbook tests
trace, report                       what came of it
editing                             the JSON Schema of test files
editing                             the schema of test files, for editors
hearing                             whether a condition can change at all
backtest/                           a playbook over a recorded past
"""
