"""The catalogue entries of what can be wrong with a file before anyone asks what it says.

Owns TN100-TN149. Every `bad` example of TN102-TN141 is loaded in the tests and must give its code.
"""

from __future__ import annotations

from engine.language.code import Code

_ALIASES = ", ".join(["*csm"] * 51)
_BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x]"]
    + [
        f"{name}: &{name} [{', '.join([f'*{below}'] * 8)}]"
        for below, name in zip("abcde", "bcdef", strict=True)
    ]
)

SOURCE_CODES: tuple[Code, ...] = (
    Code(
        "TN100",
        "The file cannot be read",
        "The file is missing, is a folder, may not be read, or is not UTF-8 text.",
        "# saved as UTF-16 or Windows-1252\ntitle: Größe",
        "# saved as UTF-8\ntitle: Größe",
    ),
    Code(
        "TN101",
        "The file is too large",
        "Files are read up to 256 kB. A playbook of a hundred steps is about 20 kB.",
        "# more than 256 kB in one file",
        "# the same in several files",
    ),
    Code(
        "TN102",
        "Not valid YAML",
        "The text is not YAML, in a way that has no more precise code.",
        "%YAML 3.0\n--- \ntitle: Welcome",
        "title: Welcome",
    ),
    Code(
        "TN103",
        "Indented with a tab",
        "YAML is indented with spaces only. Many editors insert a tab unless told otherwise.",
        "enroll:\n\twhen: account.arr > 0",
        "enroll:\n  when: account.arr > 0",
    ),
    Code(
        "TN104",
        "A colon inside unquoted text",
        "A colon followed by a space begins a value, so a text that contains one needs quotes.",
        "title: Kickoff: first call",
        'title: "Kickoff: first call"',
    ),
    Code(
        "TN105",
        "No space after a colon",
        "`key: value` needs the space; without it YAML sees one long word.",
        "playbook: welcome\ntitle:Welcome\nsteps: []",
        "playbook: welcome\ntitle: Welcome\nsteps: []",
    ),
    Code(
        "TN106",
        "A quote is never closed",
        "A text that begins with a quote goes on until the same quote comes again.",
        'title: "Welcome\nsteps: []',
        'title: "Welcome"\nsteps: []',
    ),
    Code(
        "TN107",
        "A bracket or brace is not closed",
        "A list in [ ] or a mapping in { } lacks its end or a comma, or holds a text that needs"
        " quotes.",
        "checklist: [Read tickets, Call champion\nassign: csm",
        "checklist: [Read tickets, Call champion]\nassign: csm",
    ),
    Code(
        "TN108",
        "A text begins with a reserved sign",
        "Bare texts cannot begin with @ ` % * & ! | > or a stray bracket: each means something.",
        "title: @channel please look",
        'title: "@channel please look"',
    ),
    Code(
        "TN109",
        "A template without quotes",
        "A bare { opens a mapping, so a text that begins with {{ or {% needs quotes.",
        "title: {{ account.name }} needs help",
        'title: "{{ account.name }} needs help"',
    ),
    Code(
        "TN110",
        "Lines do not line up",
        "Keys of one mapping, and dashes of one list, begin in the same column; what belongs to a"
        " key stands further in.",
        "steps:\n   - task: call\n  - task: write",
        "steps:\n  - task: call\n  - task: write",
    ),
    Code(
        "TN111",
        "An unreadable character",
        "Control characters are invisible and not allowed. They come with text copied from other"
        " programs.",
        "title: Wel\x08come",
        "title: Welcome",
    ),
    Code(
        "TN112",
        "An unknown backslash sequence",
        "In double quotes a backslash begins a special character; single quotes leave it alone.",
        'pattern: "\\d+"',
        "pattern: '\\d+'",
    ),
    Code(
        "TN113",
        "A line without a colon",
        "In a mapping every line is `key: value`.",
        "playbook: welcome\ntitle\nsteps: []",
        "playbook: welcome\ntitle: Welcome\nsteps: []",
    ),
    Code(
        "TN114",
        "Text after a closing quote",
        "A value that begins with a quote ends with it.",
        'title: "Welcome" aboard',
        'title: "Welcome aboard"',
    ),
    Code(
        "TN120",
        "A key appears twice",
        "In one mapping each key may appear once; otherwise one of the two values would silently be"
        " lost.",
        "task: call\ndue: 1d\ndue: 2d",
        "task: call\ndue: 2d",
    ),
    Code(
        "TN121",
        "A merge key",
        "`<<` copies keys from elsewhere, so a reader cannot see what a mapping holds. Write the"
        " keys out, or repeat one whole value with an alias.",
        "base: &base {assign: csm}\ncall:\n  <<: *base\n  due: 1d",
        "call:\n  assign: csm\n  due: 1d",
    ),
    Code(
        "TN122",
        "A tag",
        "Tags ask YAML to build special objects. Files hold plain values only.",
        "title: !!str 42",
        'title: "42"',
    ),
    Code(
        "TN123",
        "Several documents in one file",
        "A line `---` inside a file begins a second document, and nobody would read it.",
        "playbook: one\n---\nplaybook: two",
        "playbook: one",
    ),
    Code(
        "TN124",
        "A key that is not text",
        "Keys are words. A number, true, null or a list as key needs quotes or another form.",
        "scores:\n  1: bad",
        'scores:\n  "1": bad',
    ),
    Code(
        "TN125",
        "Nested too deep",
        "Lists and mappings may be nested 40 deep.",
        "a: " + "[" * 40 + "]" * 40,
        "a: [[1]]",
    ),
    Code(
        "TN126",
        "Too many aliases",
        "A file may repeat values by alias 50 times.",
        f"owner: &csm csm\nlist: [{_ALIASES}]",
        "owner: &csm csm\nlist: [*csm]",
    ),
    Code(
        "TN127",
        "Too many values",
        "A file may hold 20,000 values, those repeated by aliases counted each time.",
        _BOMB,
        "a: &a [x, x]\nb: [*a, *a]",
    ),
    Code(
        "TN128",
        "An alias inside its own value",
        "A value cannot contain itself.",
        "steps: &steps\n  - *steps",
        "steps:\n  - task: call",
    ),
    Code(
        "TN129",
        "An alias without its anchor",
        "`*name` repeats the value marked `&name` above it, and each name marks one value.",
        "owner: &owner csm\nassign: *ownr",
        "owner: &owner csm\nassign: *owner",
    ),
    Code(
        "TN140",
        "A word many take for true or false",
        "Only `true` and `false` are true and false. yes, no, on and off, and capitals, are text;"
        " quotes say that you know. A warning.",
        "required: no",
        "required: false",
    ),
    Code(
        "TN141",
        "A word many take for a number",
        "Numbers are plain digits. 1_000, 0x1F, 1e5 and .5 are text; quotes say that you know."
        " A warning.",
        "at_most: 1_000",
        "at_most: 1000",
    ),
    Code(
        "TN149",
        "The file cannot be formatted",
        "Formatting would have changed what the file says, so it was left as it is.",
        "# a form the formatter does not know",
        "# the same, written more simply",
    ),
)
