"""The version of a playbook that somebody names: a file, its past in git, or one that was applied.

    playbooks/churn-rescue.yaml    the file as it is, checked in the workspace it lies in
    git:v1.2                       the same file at a revision of git, in the workspace of then
    live                           the version that takes new runs now
    3f9a2c…                        a version applied at some time, by the beginning of its hash
    churn-rescue                   by name: the live one; with a past in files, the workspace's

Owns how names are resolved, and the context each is played in: files see the workspace on disk,
applied versions the applied one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from engine.effects.context import Context
from engine.errors import AuthorError, InputError
from engine.language.load import check_playbook
from engine.language.source import load
from engine.plan.codec import plan_from_json
from engine.plan.model import Plan
from engine.services.authoring import Checkup, check_workspace
from engine.services.revisions import Revision
from engine.store.queries import plans as kept
from engine.wording import nearest

_HASH = re.compile(r"[0-9a-f]{6,64}")
LIVE = "live"
GIT = "git:"


@dataclass(frozen=True, slots=True)
class Version:
    """A plan, what it is called, the playbooks beside it and what it is played in. `file` is where
    it is written, if in a file."""

    said: str
    plan: Plan
    plans: Mapping[str, Plan]
    context: Context
    file: Path | None = None


@dataclass
class Applied:
    """What the store knows of versions."""

    connection: Connection
    context: Context


@dataclass
class Versions:
    """Finds versions: on disk from the workspace in `root`, and in the store where there is one.
    `when` is of which time the workspace is, if not of today."""

    root: Path
    applied: Applied | None = None
    when: str = ""
    _checked: dict[Path, Checkup] = field(default_factory=dict)

    def find(self, name: str, *, on_disk: bool = False) -> Version:
        """Return the version a person asks about; InputError or AuthorError when there is none.
        With `on_disk` a name is the workspace's, else the live one."""
        if is_file(name):
            return self._file(Path(name))
        return self._on_disk(name) if on_disk else self._live(name)

    def find_other(self, name: str, version: Version) -> Version:
        """Return another version of the same playbook. Raises as `find` does, and InputError for a
        version of another playbook."""
        if name.startswith(GIT):
            return self._in_git(name.removeprefix(GIT), version)
        if is_file(name):
            other = self._file(Path(name))
        elif name == LIVE:
            other = self._live(version.plan.playbook)
        else:
            other = self._kept(version.plan.playbook, name)
        if other.plan.playbook != version.plan.playbook:
            raise InputError(
                f"{name} is {other.plan.playbook}, not {version.plan.playbook}",
                remedy="Name another version of the same playbook.",
            )
        return other

    # --- on disk ------------------------------------------------------------------------------

    def _checkup(self, root: Path) -> Checkup:
        if root not in self._checked:
            self._checked[root] = check_workspace(root)
        return self._checked[root]

    def _on_disk(self, name: str) -> Version:
        checkup = self._checkup(self.root)
        context = self._context(checkup)
        return Version(
            name, checkup.plan(name), checkup.plans, context, self._written(checkup, name)
        )

    def _written(self, checkup: Checkup, name: str) -> Path | None:
        plan = checkup.plans[name]
        files = {node.source.file for node in plan.nodes.values()}
        return self.root / min(files) if files else None

    def _file(self, path: Path) -> Version:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise InputError(f"{path} cannot be read: {why}", remedy="Check the path.") from error
        return self._compiled(path, text, str(path))

    def _compiled(self, path: Path, text: str, said: str) -> Version:
        checkup = self._checkup(self._root_of(path))
        context = self._context(checkup)
        document, problems = load(said, text)
        if document is not None:
            checked = check_playbook(
                document,
                context.workspace,
                template_files=checkup.loaded.template_files,
                broken_templates=checkup.loaded.broken_templates,
            )
            problems = [*problems, *checked.problems]
            if checked.plan is not None:
                return Version(said, checked.plan, checkup.plans, context, path)
        errors = [one for one in problems if one.severity == "error"]
        raise AuthorError(
            f"{said} has {len(errors)} errors; the first, line {errors[0].where.line}: "
            f"{errors[0].message}",
            problems=tuple(problems),
            remedy="See them with `tenure check`.",
        )

    def _context(self, checkup: Checkup) -> Context:
        """Make a workspace on disk ready; what is wrong in playbooks not asked about is let be."""
        errors = [one for one in checkup.loaded.problems if one.severity == "error"]
        workspace = checkup.loaded.workspace
        if errors or workspace is None:
            raise AuthorError(
                f"the workspace{self.when} has {len(errors)} errors",
                problems=tuple(errors),
                remedy="See them with `tenure check`.",
            )
        return Context.of(workspace)

    def _root_of(self, path: Path) -> Path:
        """Return the workspace a file is checked in: the one named, else the nearest above it."""
        if (self.root / "tenure.yaml").is_file():
            return self.root
        above = (one for one in path.resolve().parents if (one / "tenure.yaml").is_file())
        return next(above, self.root)

    def _in_git(self, name: str, version: Version) -> Version:
        if version.file is None:
            raise InputError(
                f"git knows revisions of files, and {version.said} is no file",
                remedy="Name the playbook by its file.",
            )
        revision, said = Revision.of(version.file, name), f"{version.file} at {name}"
        file, home = revision.inside(version.file), revision.inside(self._root_of(version.file))
        assert file is not None, "git knows it"
        with revision.unpacked() as top:
            text = (top / file).read_bytes().decode("utf-8", "replace")
            if home is None or not (top / home / "tenure.yaml").is_file():
                return self._compiled(version.file, text, f"{said}, in today's workspace")
            then = Versions(top / home, when=f" at {name}")
            return then._compiled(top / file, text, said)

    # --- in the store -------------------------------------------------------------------------

    def _live(self, name: str) -> Version:
        applied = self._store()
        plans = _live_plans(applied.connection)
        if name not in plans:
            near = nearest(name, plans)
            raise InputError(
                f"there is no live playbook {name!r}" + (f"; {near!r}?" if near else ""),
                remedy="See `tenure playbooks list`, or name a file.",
            )
        return Version(f"{name}, live", plans[name], plans, applied.context)

    def _kept(self, playbook: str, hash: str) -> Version:
        if not _HASH.fullmatch(hash):
            raise InputError(
                f"{hash!r} is no version of {playbook}",
                remedy="Name a file, `live`, `git:REVISION`, or the hash of an applied version.",
            )
        applied = self._store()
        found = kept.find_plans(applied.connection, playbook, hash)
        if len(found) != 1:
            what = "no" if not found else "more than one"
            raise InputError(
                f"{what} applied version of {playbook} begins with {hash}",
                remedy="See `tenure playbooks list`.",
            )
        plan = plan_from_json(found[0][1])
        return Version(f"{playbook} {hash}", plan, _live_plans(applied.connection), applied.context)

    def _store(self) -> Applied:
        if self.applied is None:
            raise InputError(
                "applied versions are in the store, and none is open",
                remedy="Start it with `tenure up`, or name a file.",
            )
        return self.applied


def is_file(name: str) -> bool:
    """Tell whether a version is named by its file.

    >>> is_file("playbooks/churn.yaml"), is_file("churn")
    (True, False)
    """
    return name.endswith((".yaml", ".yml"))


def needs_store(*names: str | None) -> bool:
    """Tell whether one of some versions is in the store."""
    return any(name and not is_file(name) and not name.startswith(GIT) for name in names)


def _live_plans(connection: Connection) -> dict[str, Plan]:
    documents = kept.live_documents(connection)
    return {name: plan_from_json(document) for name, document in documents.items()}
