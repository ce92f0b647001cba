"""Importing accounts, contacts and users from the CSV files another system exports.

sheet     the file as text: encoding, separator, quotes, line numbers
columns   which column is which field, by name or by a mapping file
cells     one cell as a value of its field's type, or why it is none
kinds     what accounts, contacts and users are made of, and how the store keeps them
reading   one row after the other: usable, or rejected and why
report    what came of it
running   the whole import, in one transaction
"""

from engine.store.importing.columns import read_mapping
from engine.store.importing.kinds import Kind, Things
from engine.store.importing.report import Rejected, Report
from engine.store.importing.running import import_csv

__all__ = ["Kind", "Rejected", "Report", "Things", "import_csv", "read_mapping"]
