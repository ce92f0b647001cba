"""The catalogue entries of what can be wrong in a workspace: TN400 to TN449.

Owns their pages. `bad` and `good` are pieces of the file the explanation names.
"""

from __future__ import annotations

from engine.language.code import Code

WORKSPACE_CODES: tuple[Code, ...] = (
    Code(
        "TN400",
        "Not a workspace",
        "A workspace is a folder with a file tenure.yaml. `tenure init` makes one.",
        "# a folder without tenure.yaml",
        "# tenure.yaml\nworkspace: Acme CS",
    ),
    Code(
        "TN401",
        "Unknown key",
        "The file has a key Tenure does not know, most often a slip of the pen. Nothing that is "
        "written is ignored in silence.",
        "workspace: Acme CS\nsendr: {name: Acme, address: success@acme.example}",
        "workspace: Acme CS\nsender: {name: Acme, address: success@acme.example}",
    ),
    Code(
        "TN402",
        "Something is missing",
        "A key that has no default is not there.",
        "account:\n  seats: {label: Seats}",
        "account:\n  seats: {type: number, label: Seats}",
    ),
    Code(
        "TN403",
        "The wrong kind of value",
        "A text stands where a number should, a single value where a list should, and so on.",
        "bands: {red: zero}",
        "bands: {red: 0}",
    ),
    Code(
        "TN404",
        "Not one of the choices",
        "The value is not one of those this key takes.",
        "account:\n  seats: integer",
        "account:\n  seats: number",
    ),
    Code(
        "TN405",
        "A value that cannot be used",
        "The value has the right kind but makes no sense here: an empty list, an hour after "
        "midnight, a colour without its #.",
        "send_window: {from: 18, to: 8}",
        "send_window: {from: 8, to: 18}",
    ),
    Code(
        "TN406",
        "Unknown time zone",
        "Zones have the names of the IANA database: a continent and a city.",
        "zone: Berlin",
        "zone: Europe/Berlin",
    ),
    Code(
        "TN407",
        "A calendar that cannot be used",
        "calendars.yaml has names, each with zone, hours, holidays, days_off, working_days.",
        'default:\n  hours: {mon-fry: "09:00-17:00"}',
        'default:\n  hours: {mon-fri: "09:00-17:00"}',
    ),
    Code(
        "TN408",
        "Bands out of order",
        "Each band says at which health score it begins; the first at 0, each above the one "
        "before, the last below 100.",
        "bands: {red: 0, yellow: 70, green: 40}",
        "bands: {red: 0, yellow: 40, green: 70}",
    ),
    Code(
        "TN409",
        "Not an email address",
        "An address is written alone; the name that goes with it has its own key.",
        "sender: {name: Acme Success, address: Acme <success@acme.example>}",
        "sender: {name: Acme Success, address: success@acme.example}",
    ),
    Code(
        "TN410",
        "A role reads an unknown field",
        "`field` names an account field that holds a user id, built in or from schema.yaml.",
        "roles:\n  csm: {field: cms}",
        "roles:\n  csm: {field: csm}",
    ),
    Code(
        "TN411",
        "Unknown team",
        "`team` names one of the teams of people.yaml.",
        "teams: {solutions: [u-lee]}\nroles:\n  architect: {team: solution}",
        "teams: {solutions: [u-lee]}\nroles:\n  architect: {team: solutions}",
    ),
    Code(
        "TN412",
        "Unknown role",
        "`manager_of` and `fallback` name another role of people.yaml, or csm or csm_manager.",
        "roles:\n  director: {manager_of: csm_manger}",
        "roles:\n  director: {manager_of: csm_manager}",
    ),
    Code(
        "TN413",
        "Roles lead in a circle",
        "Following `manager_of` and `fallback` has to end at a field, a user or a team; else "
        "nobody would ever be found.",
        "roles:\n  lead: {manager_of: head}\n  head: {manager_of: lead}",
        "roles:\n  lead: {manager_of: csm}\n  head: {manager_of: lead}",
    ),
    Code(
        "TN414",
        "A folder does not exist",
        "`playbooks` and `templates` name folders; a path counts from the folder of tenure.yaml.",
        "playbooks: [playbook]",
        "playbooks: [playbooks]",
    ),
    Code(
        "TN415",
        "Two templates of one name",
        "A template's name is its path below a templates folder without .md. Two folders may not "
        "hold the same one: nobody could say which is sent.",
        "# templates/welcome/hello.md and ../shared/templates/welcome/hello.md",
        "# templates/welcome/hello.md and ../shared/templates/welcome/hello-again.md",
    ),
    Code(
        "TN416",
        "A template that cannot be read",
        "A template begins with front matter: a subject and a purpose between two lines `---`.",
        "Hello {{ contact.first_name }}",
        "---\nsubject: Hello\npurpose: service\n---\nHello {{ contact.first_name }}",
    ),
    Code(
        "TN417",
        "A link leads in a circle",
        "A symbolic link in a folder of playbooks or templates leads to a folder it is in.",
        "# playbooks/all -> ../playbooks",
        "# no such link",
    ),
    Code(
        "TN418",
        "Too many files",
        "A folder of playbooks or templates holds more than 2,000 files and folders, or folders "
        "nested more than 20 deep. Most often the path is too short and takes in a whole disk.",
        "playbooks: [/]",
        "playbooks: [playbooks]",
    ),
    Code(
        "TN419",
        "A role that is nobody, or two people",
        "A role has exactly one of `field` (a user id in an account field), `user`, `manager_of` "
        "(another role), `team` and `by` (with `who`: a role for each value of an account field).",
        "roles:\n  vp_cs: {user: u-vera, team: leads}",
        "roles:\n  vp_cs: {user: u-vera}",
    ),
    Code(
        "TN420",
        "Not a name",
        "Names of fields, roles, teams, facts and bands are used in conditions, so they are "
        "written in small letters, digits and _, facts with a dot between.",
        "account:\n  Seat Count: number",
        "account:\n  seat_count: number",
    ),
    Code(
        "TN421",
        "Not the name of a setting",
        "The addresses of chat channels and hooks are secrets and do not belong in git. The file "
        "names the environment variable that holds one.",
        "channels: {cs-team: 'https://chat.acme.example/hooks/T0/B0'}",
        "channels: {cs-team: TENURE_CHAT_CS_TEAM}",
    ),
    Code(
        "TN422",
        "A built-in field cannot change its type",
        "schema.yaml may narrow a built-in field (`one_of`, `required`, `label`), not make it "
        "another kind of value.",
        "account:\n  arr: text",
        "account:\n  arr: {required: true}\n  arr_note: text",
    ),
    Code(
        "TN423",
        "Choices for a field that is not a text",
        "`one_of` lists the texts a field may hold, or that a list may be made of.",
        "account:\n  seats: {type: number, one_of: [ten, fifty]}",
        "account:\n  size: {type: text, one_of: [ten, fifty]}",
    ),
    Code(
        "TN424",
        "Listed twice",
        "A value stands twice in a list where once is all it can mean.",
        "contact_roles: [champion, admin, champion]",
        "contact_roles: [champion, admin]",
    ),
    Code(
        "TN425",
        "A file that is not read",
        "Playbooks end in .yaml. A file that ends in .yml is left out.",
        "# playbooks/renewal.yml",
        "# playbooks/renewal.yaml",
    ),
    Code(
        "TN426",
        "Not a number of hours, days or weeks",
        "What is measured on the clock needs a length that is always the same: a whole number of "
        "hours, days or weeks.",
        "late_after: 2 months",
        "late_after: 60d",
    ),
)
