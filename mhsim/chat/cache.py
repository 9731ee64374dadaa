"""Cache: replies by the digest of their call, in a folder that many runs may share."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from mhsim.chat.request import Reply
from mhsim.chat.tape import packed
from mhsim.errors import RunError

_PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""


class Cache:
    """Replies that were paid for once. Safe for many processes at a time on a local disk.

    Args:
        folder: where it lies; made where it does not exist.

    Raises:
        RunError: the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "replies.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Every statement is its own transaction: two processes never wait for one another long.
            self._base = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.execute(
                "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise self._wrong(error) from error

    def get(self, key: str) -> Reply | None:
        """Return the reply to a call; None where there is none.

        Raises:
            RunError: the file is damaged.
        """
        try:
            row = self._base.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
            return Reply(**json.loads(row[0])) if row else None
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._wrong(error) from error

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply; the first one kept stays.

        Raises:
            RunError: the disk refused.
        """
        try:
            self._base.execute(
                "INSERT OR IGNORE INTO replies VALUES (?, ?)", (key, json.dumps(packed(reply)))
            )
        except sqlite3.Error as error:
            raise self._wrong(error) from error

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _wrong(self, error: Exception) -> RunError:
        return RunError(f"{self._path}: the cache cannot be used: {error}; name another folder")
