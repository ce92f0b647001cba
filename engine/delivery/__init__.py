"""Ways out of the house: email from template to provider, signed webhooks, chat. And their twins.

Owns what a message looks like and what a call came to (accepted, certainly not sent, unclear).
Knows no run, no ledger and no account: who gets what, and whether it may be sent, is decided in
`engine/effects`.
"""
