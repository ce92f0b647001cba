"""The codes of problems in expressions (TN200 to TN239) and their catalogue entries."""

from __future__ import annotations

from engine.language.code import Code

SYNTAX = "TN200"
UNKNOWN_NAME = "TN201"
MISMATCH = "TN202"
NOT_A_CONDITION = "TN203"
UNKNOWN_FUNCTION = "TN204"
NOT_A_CHOICE = "TN205"
OTHER_SPELLING = "TN206"
TOO_LONG = "TN207"
TOO_COMPLEX = "TN208"
BAD_LITERAL = "TN209"
EMPTY = "TN210"
MISUSED_FUNCTION = "TN211"
NOT_SUPPORTED = "TN212"
WRONG_VALUE = "TN213"

EXPRESSION_CODES: tuple[Code, ...] = (
    Code(
        SYNTAX,
        "The expression cannot be read",
        "Something is missing or too much: an operator between two things, a closing bracket, the "
        "right side of a comparison.",
        "health.score <",
        "health.score < 50",
    ),
    Code(
        UNKNOWN_NAME,
        "Unknown name",
        "An expression may read the fields of the account schema, the facts and the answers of "
        "tasks of this playbook, and the names the workspace declares. Texts stand in quotes.",
        "health.scor < 50",
        "health.score < 50",
    ),
    Code(
        MISMATCH,
        "Two kinds of value that do not go together",
        "A number compares with a number, a text with a text, a date with a date; two dates "
        "subtracted give a length of time, which compares with `90d`.",
        'account.arr > "10k"',
        "account.arr > 10000",
    ),
    Code(
        NOT_A_CONDITION,
        "Not a condition",
        "A condition has to come out true or false. Compare the value with something.",
        "health.score",
        "health.score < 50",
    ),
    Code(
        UNKNOWN_FUNCTION,
        "Unknown function",
        "Only these functions exist: has, size, min, max, date, and on texts .startsWith, "
        ".endsWith, .contains, .matches, .lowerAscii.",
        'account.lifecycle.startswith("on")',
        'account.lifecycle.startsWith("on")',
    ),
    Code(
        NOT_A_CHOICE,
        "Not one of the allowed values",
        "The field takes a fixed list of values, and the comparison names one that is not in it, "
        "so it could never be true.",
        'account.lifecycle == "adoptng"',
        'account.lifecycle == "adopting"',
    ),
    Code(
        OTHER_SPELLING,
        "An operator of another language",
        "Expressions are CEL: `==` compares, `&&` is and, `||` is or, `!` is not.",
        "health.score < 50 and account.arr > 1000",
        "health.score < 50 && account.arr > 1000",
    ),
    Code(
        TOO_LONG,
        "The expression is too long",
        "An expression has at most 2,000 characters. A long list of cases is easier to read as "
        "several `if` steps.",
        '"a" == "a" || "a" == "a" || … (more than 2,000 characters)',
        'account.lifecycle in ["onboarding", "adopting"]',
    ),
    Code(
        TOO_COMPLEX,
        "The expression is too complex",
        "Brackets nest at most 20 deep, and at most 40 names of one kind are read.",
        "((((((((((((((((((((((true))))))))))))))))))))))",
        "health.score < 50",
    ),
    Code(
        BAD_LITERAL,
        "A value written in a way that cannot be read",
        "Numbers are plain digits (`10000`, `0.5`), lengths of time a number and one of s, min, h, "
        'd, w (`30d`), texts stand in straight quotes, dates are `date("2026-01-31")`.',
        "account.arr > 10k",
        "account.arr > 10000",
    ),
    Code(
        EMPTY,
        "The expression is empty",
        "An expression was expected and there is none.",
        "// only a comment",
        "health.score < 50",
    ),
    Code(
        MISUSED_FUNCTION,
        "A function used in the wrong way",
        "has() takes one name, size() one text or list, min() and max() numbers, date() a date in "
        "quotes, .matches() a pattern in quotes.",
        "account.tags.size() > 2",
        "size(account.tags) > 2",
    ),
    Code(
        NOT_SUPPORTED,
        "Not possible in expressions here",
        "There is no null (ask with has()), no picking of one item from a list, no maps.",
        "account.arr == null",
        "!has(account.arr)",
    ),
    Code(
        WRONG_VALUE,
        "The expression gives another kind of value than is needed",
        "What uses the result of the expression needs a certain kind: a number, a text, a date.",
        'account.name + " Ltd"   (where a number is needed)',
        "account.arr * 1.1",
    ),
)
