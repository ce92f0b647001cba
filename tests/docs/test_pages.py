"""The pages hold together: links, named tests, settings, dependencies, nothing of this machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from engine.settings import PREFIX, Settings
from engine.stack.supervisor import POSTGRES_PORT, TEMPORAL_PORT, UI_PORT
from engine.stack.temporal import SEARCH_ATTRIBUTES
from tests.docs.pages import DOCS, ROOT, anchors, links, pages

PAGES = pages()
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
_REGISTRIES = ("pypi", "crates", "docker", "ghcr")
HOSTS = (
    *(f"{name}.{end}" for name in _REGISTRIES for end in ("org", "io")),
    *("".join(parts) for parts in (("python", "hosted"), ("npm", "js"))),
    "://proxy.",
)
_FILE = re.compile(r"`((?:engine|workflows|tests|bench|docs)/[\w./*]*\w[\w.*]*)`")
PATHS = tuple(f"/{folder}/" for folder in ("work", "root", "home", "tmp", "Users"))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        for link in links(page):
            file = (page.parent / link.partition("#")[0]).resolve()
            if file.suffix == ".md" and file.exists() and file not in reached:
                ahead.append(file)
    assert [name for page, name in zip(PAGES, NAMES, strict=True) if page not in reached] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_nothing_names_this_machine_or_a_registry(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [word for word in (*HOSTS, *PATHS) if word in text] == []


def test_named_tests_exist() -> None:
    text = (DOCS / "how-it-works.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", text)
    assert named
    missing = [
        (file, name)
        for file, name in named
        if not (ROOT / file).exists() or (name and f"def {name}(" not in (ROOT / file).read_text())
    ]
    assert missing == []


def test_named_files_exist() -> None:
    """In pages, and in the docstrings of the code: a file that is renamed is renamed there too."""
    code = [file for top in ("engine", "workflows") for file in (ROOT / top).rglob("*.py")]
    lost = [
        f"{file.relative_to(ROOT)}: {path}"
        for file in (*PAGES, *code)
        for path in _FILE.findall(file.read_text("utf-8"))
        if not any(ROOT.glob(path.rstrip(".") + end) for end in ("", ".py"))
    ]
    assert lost == []


def test_named_folders_exist_and_none_is_forgotten() -> None:
    for page in ("README.md", "docs/how-it-works.md"):
        text = (ROOT / page).read_text("utf-8")
        rows = [row for row in text.splitlines() if row.startswith("| `")]
        named = {path for row in rows for path in re.findall(r"`([\w./]+)`", row.split("|")[1])}
        paths = {path for path in named if "/" in path or path.endswith(".py")}
        assert [path for path in sorted(paths) if not (ROOT / path).exists()] == [], page
    tree = (DOCS / "how-it-works.md").read_text("utf-8")
    parts = [one.name for one in (ROOT / "engine").iterdir() if (one / "__init__.py").exists()]
    built = [name for name in parts if any((ROOT / "engine" / name).glob("[a-z]*.py"))]
    assert [name for name in sorted(built) if f"`engine/{name}/`" not in tree] == []


def test_every_setting_is_described() -> None:
    text = (DOCS / "operating.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `(TENURE_\w+)` \|", text, flags=re.MULTILINE))
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert known <= rows
    code = "\n".join(file.read_text("utf-8") for file in (ROOT / "engine").rglob("*.py"))
    assert [name for name in sorted(rows - known) if f'"{name}"' not in code] == []


def test_defaults_of_settings_are_as_described() -> None:
    text = (DOCS / "operating.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `TENURE_(\w+)` \| `([^`]+)` \|", text, flags=re.MULTILINE))
    assert {"TASK_QUEUE", "EMAIL_URL", "CLOCK", "WEB_PORT", "DATA_DIR"} <= set(rows)
    for name, shown in rows.items():
        default = Settings.model_fields[name.lower()].get_default()
        plain = getattr(default, "get_secret_value", lambda default=default: default)()
        written = str(plain).lower() if isinstance(plain, bool) else str(plain)
        assert written == shown, name


def test_ports_and_search_attributes_are_as_described() -> None:
    text = (DOCS / "operating.md").read_text("utf-8")
    words = (*(str(port) for port in (POSTGRES_PORT, TEMPORAL_PORT, UI_PORT)),)
    attributes = [f"`{name}`" for name, _ in SEARCH_ATTRIBUTES]
    assert [word for word in (*words, *attributes) if word not in text] == []


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])
    names = {re.split(r"[\[<>=~ ]", one)[0] for one in listed}
    text = (DOCS / "dependencies.md").read_text("utf-8")
    rows = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `")]
    described = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert described == names
