"""The generated part of the documentation: `python -m engine.cli.reference`, or `make docs`.

    kinds.py      what kind of value a key takes, in words, from a form's annotations
    language.py   docs/language.md: forms in tables, between the chapters of docs/parts
    workspace.py  the chapters of docs/language.md on workspace files
    commands.py   docs/cli.md from the help of the commands
    pages.py      every generated file, its writing and its checking

Knows the language by its forms and codes only, so that nothing is described twice.
"""
