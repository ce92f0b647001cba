"""Tenure without its Temporal shell, which is `workflows`: nothing here imports it.

What each package owns, and which may know which, is drawn in docs/how-it-works.md and held by
import-linter. The core is `plan`; `effects` is what its commands mean to our records and the world.
"""
