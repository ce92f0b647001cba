"""The stack of one machine: PostgreSQL, Temporal and the processes beside them, kept alive.

Starts in order, stops in reverse, restarts what dies. One thread acts: signal handlers and
`request_stop` only record the wish. Knows nothing of what the other processes do.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from engine.errors import PermanentError
from engine.stack import postgres, temporal
from engine.stack.datadir import DataDir, ProcessNote, StackInfo
from engine.stack.leftovers import kill_noted
from engine.stack.place import Place, Report
from engine.stack.ports import LOOPBACK, Wish, choose, is_taken
from engine.stack.postgres import Postgres
from engine.stack.process import Child, Program, wait_until_ready
from engine.stack.stopping import Stopped, StopRequests
from engine.stack.temporal import Temporal

POSTGRES_PORT = 5532
TEMPORAL_PORT = 7243
UI_PORT = 8243
STARTS = 3
"""How often servers are started while others take their ports first."""


class Command(NamedTuple):
    """A process to keep running beside the servers; `env` is added to our environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = {}


class Stack:
    """The servers and commands on one data directory, as a context manager or by hand; used once.

    `ports` are others that the commands listen on: each is found free like the servers', and is the
    setting `<name>_port` of every process. `prepare` is called when both servers answer and before
    the first command starts: the place for migrations. Call `start`, `wait` and `stop` from threads
    that outlive the stack: the processes die with the thread that started them.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        postgres_port: int = POSTGRES_PORT,
        temporal_port: int = TEMPORAL_PORT,
        ui_port: int = UI_PORT,
        ports: Mapping[str, Wish] | None = None,
        commands: Sequence[Command] = (),
        settings: Mapping[str, str] | None = None,
        prepare: Callable[[StackInfo], None] | None = None,
        report: Callable[[Report], None] = lambda report: None,
    ) -> None:
        self._dir = DataDir(data_dir)
        self._wishes = (
            Wish("PostgreSQL", postgres_port, "--postgres-port"),
            Wish("Temporal", temporal_port, "--temporal-port"),
            Wish("Temporal's UI", ui_port, "--ui-port"),
        )
        self._ports = dict(ports or {})
        self._commands = tuple(commands)
        self._settings = dict(settings or {})
        self._prepare = prepare
        self._report = report
        self._places: list[Place] = []
        self._stops = StopRequests()
        self._info: StackInfo | None = None

    @property
    def info(self) -> StackInfo:
        """Where the started stack is."""
        assert self._info is not None, "the stack has not been started"
        return self._info

    @property
    def stop_requested(self) -> bool:
        """Whether a signal or a call asked the stack to stop."""
        return self._stops.requested

    def request_stop(self) -> None:
        """Make `wait` return. May be called from any thread."""
        self._stops.request()

    def start(self) -> StackInfo:
        """Start everything, in order; on failure stop what had been started.

        Raises `InputError` for a directory or port that cannot be used, before anything starts;
        `PermanentError` for a server that does not come up; `Stopped` when told to stop meanwhile.
        """
        self._stops.listen()
        try:
            self._dir.open(postgres_major=postgres.MAJOR)
            self._end_leftovers()
            self._info = self._start_on_free_ports()
            if self._prepare is not None:
                self._prepare(self._info)
            self._stops.raise_if_requested()
            self._note_processes()
            for command in self._commands:
                self._start(self._program_of(command))
            self._note_processes()
        except BaseException:
            self.stop()
            raise
        return self.info

    def wait(self) -> None:
        """Keep everything running until a stop is asked for; sleeps until something happens."""
        while not self._stops.requested:
            self._sleep()
            if self._stops.requested:
                break
            changed = [place.look_after() for place in self._places]
            if any(changed):
                self._note_processes()

    def stop(self) -> None:
        """Stop everything in reverse order and release the data directory. Safe to call twice."""
        self._stop_places()
        if self._info is not None:
            self._dir.remove_info()
            self._info = None
        self._dir.close()
        self._stops.close()

    def _stop_places(self) -> None:
        for place in reversed(self._places):
            place.stop(self._stops)
        self._places.clear()

    def run(self) -> None:
        """Start, keep running until SIGINT or SIGTERM, stop. A second signal hurries the stop."""
        with contextlib.suppress(Stopped), self:
            self.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start_on_free_ports(self) -> StackInfo:
        """Start the servers; where somebody else was quicker on a port nobody wished for, again."""
        for _ in range(STARTS - 1):
            ports = self._choose_ports()
            try:
                return self._start_servers(*ports)
            except PermanentError:
                self._stop_places()
                wishes = zip(self._wishes, ports, strict=True)
                if not any(not wish.port and is_taken(port) for wish, port in wishes):
                    raise
        return self._start_servers(*self._choose_ports())

    def _choose_ports(self) -> tuple[int, ...]:
        """Find all ports at once, so that no two get the same; return the servers'."""
        found = choose((*self._wishes, *self._ports.values()))
        ours, others = found[: len(self._wishes)], found[len(self._wishes) :]
        for name, port in zip(self._ports, others, strict=True):
            self._settings[f"{name}_port"] = str(port)
        return ours

    def _start_servers(self, postgres_port: int, temporal_port: int, ui_port: int) -> StackInfo:
        database = Postgres(self._dir.path, postgres_port)
        self._report(Report("starting", "postgres", f"on port {postgres_port}"))
        database.prepare(self._log("postgres"), self._stops)
        child = self._start(database.program(self._log("postgres")), clear=database.end_leftovers)
        self._await(child, database.answers, postgres.READY_TIMEOUT_S)
        database.ensure_database()
        server = Temporal(
            temporal_port, ui_port=ui_port, database=self._dir.temporal / "temporal.db"
        )
        self._report(Report("starting", "temporal", f"on port {temporal_port}"))
        child = self._start(server.program(self._log("temporal")))
        self._await(child, server.answers, temporal.READY_TIMEOUT_S)
        return StackInfo(
            data_dir=str(self._dir.path),
            pid=os.getpid(),
            postgres_port=postgres_port,
            temporal_port=temporal_port,
            ui_port=ui_port,
            database_url=database.url(),
            temporal_address=server.address,
            ui_url=f"http://{LOOPBACK}:{ui_port}",
            settings=self._settings,
        )

    def _program_of(self, command: Command) -> Program:
        self._report(Report("starting", command.name))
        return Program(
            name=command.name,
            argv=tuple(command.argv),
            log=self._log(command.name),
            env=os.environ | self.info.environment() | dict(command.env),
        )

    def _start(self, program: Program, clear: Callable[[], None] = lambda: None) -> Child:
        place = Place(program, report=self._report, clear=clear)
        self._places.append(place)
        assert place.child is not None
        return place.child

    def _await(self, child: Child, answers: Callable[[], bool], timeout_s: float) -> None:
        wait_until_ready(child, answers, timeout_s=timeout_s, stops=self._stops)
        self._report(Report("ready", child.program.name))

    def _log(self, name: str) -> Path:
        return self._dir.logs / f"{name}.log"

    def _sleep(self) -> None:
        """Until a child ends, a stop is asked for, or a restart is due."""
        poll = select.poll()
        poll.register(self._stops.fileno(), select.POLLIN)
        due = [place.restart_at_s for place in self._places if place.child is None]
        for place in self._places:
            if place.child is not None:
                poll.register(place.child.fileno(), select.POLLIN)
        poll.poll(max(0.0, min(due) - time.monotonic()) * 1000 + 1 if due else None)
        self._stops.drain()

    def _note_processes(self) -> None:
        children = [place.child for place in self._places if place.child is not None]
        notes = tuple(ProcessNote(one.program.name, one.pid, one.created_s) for one in children)
        self._info = replace(self.info, processes=notes)
        self._dir.write_info(self._info)

    def _end_leftovers(self) -> None:
        """Kill what a dead supervisor left, but PostgreSQL: that is ended with care later."""
        old = self._dir.read_info()
        kill_noted(note for note in (old.processes if old else ()) if note.name != "postgres")
        self._dir.remove_info()
