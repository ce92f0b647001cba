"""A made-up company's year, to try a backtest on: `python -m examples.year --out DIR`."""
