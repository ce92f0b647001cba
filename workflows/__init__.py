"""The Temporal shell: the workflow that drives the core, its activities, workers and schedules.

Owns how a run lives in Temporal: signals, timers, retries, replay. What steps mean is in
`engine/plan`, what their effects do in `engine/effects`. Nothing in `engine` imports this.
"""
