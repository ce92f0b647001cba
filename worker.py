"""Run a Tenure worker: wiring and run, nothing else."""
