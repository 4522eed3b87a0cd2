"""Conversations that outlive the process: each turn is on disk before it is answered."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_lib.applications.dialogue import State
from course_lib.base.arguments import require_integer


class Sessions:
    """The states of conversations, in a file of SQLite.

    Args:
        path: the file; it is made if it is not there.
        at_most: how many conversations are kept; the one that was silent longest goes first.

    Raises:
        ValueError: if `at_most` is below 1.
    """

    def __init__(self, path: Path | str, at_most: int = 10_000) -> None:
        self.path, self.at_most = str(path), require_integer("at_most", at_most, at_least=1)
        self._lock = threading.Lock()
        with self._open() as file:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute(
                "CREATE TABLE IF NOT EXISTS sessions"
                " (name TEXT PRIMARY KEY, state TEXT NOT NULL, turn INTEGER NOT NULL)"
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        file = sqlite3.connect(self.path, timeout=10)
        try:
            file.execute("PRAGMA synchronous=FULL")  # a machine that loses power loses nothing either
            with file:
                yield file
        finally:
            file.close()

    def get(self, name: str) -> State:
        """The state of a conversation; that of a new one where it is not known.

        Args:
            name: of the conversation.
        """
        with self._open() as file:
            row = file.execute("SELECT state FROM sessions WHERE name = ?", (name,)).fetchone()
        return State(**json.loads(row[0])) if row else State()

    def put(self, name: str, state: State) -> None:
        """Keep a state; when this comes back, it is on disk.

        Args:
            name: of the conversation.
            state: where it stands.
        """
        kept = {
            "intent": state.intent,
            "slots": dict(state.slots),
            "failures": state.failures,
            "handed_over": state.handed_over,
        }
        text = json.dumps(kept, ensure_ascii=False)
        with self._lock, self._open() as file:
            (turn,) = file.execute("SELECT COALESCE(MAX(turn), 0) + 1 FROM sessions").fetchone()
            file.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", (name, text, turn))
            file.execute(
                "DELETE FROM sessions WHERE name NOT IN (SELECT name FROM sessions ORDER BY turn DESC LIMIT ?)",
                (self.at_most,),
            )

    def __len__(self) -> int:
        with self._open() as file:
            return file.execute("SELECT COUNT(*) FROM sessions").fetchone()[0]
