"""Sessions at the web page and invitations to it: secrets of which only a hash is kept."""

import hashlib
import secrets

from pbx.store.records.database import Database

IDLE = 12 * 3600.0
"""Seconds without a request after which a session ends."""
LONGEST = 30 * 86400.0
"""Seconds after which a session ends, however busy it is."""
_MOST = 16
"""Of one account; the one not used for longest ends."""
_STRIDE = 300.0
"""Seconds between two notes that a session is in use: each costs a wait for the disk."""


class Sessions:
    """The tables of sessions and invitations. Times are Unix seconds, handed in; every method raises RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, account: str, stamp: str, now: float) -> str:
        """A new session's token, the only time it is known; it lasts while the account has this `stamp`."""
        token = secrets.token_urlsafe(32)
        with self._database.transaction():
            self._database.rows("DELETE FROM sessions WHERE seen <= ? OR created <= ?", [now - IDLE, now - LONGEST])
            self._database.rows(
                "DELETE FROM sessions WHERE hash IN"
                " (SELECT hash FROM sessions WHERE account = ? ORDER BY seen DESC LIMIT -1 OFFSET ?)",
                [account, _MOST - 1],
            )
            self._database.rows(
                "INSERT INTO sessions (hash, account, stamp, created, seen) VALUES (?, ?, ?, ?, ?)",
                [_hash(token), account, stamp, now, now],
            )
        return token

    def account(self, token: str, now: float) -> tuple[str, str] | None:
        """The session's account, and its stamp at the session's start; None when there is none, or it has ended."""
        rows = self._database.rows("SELECT * FROM sessions WHERE hash = ?", [_hash(token)])
        if not rows or now - rows[0]["seen"] >= IDLE or now - rows[0]["created"] >= LONGEST:
            return None
        if abs(now - rows[0]["seen"]) >= _STRIDE:
            self._database.rows("UPDATE sessions SET seen = ? WHERE hash = ?", [now, _hash(token)])
        return rows[0]["account"], rows[0]["stamp"]

    def close(self, token: str) -> None:
        """Log out."""
        self._database.rows("DELETE FROM sessions WHERE hash = ?", [_hash(token)])

    def close_all(self, account: str, but_for: str = "") -> None:
        """End an account's sessions, but for the one with this token."""
        self._database.rows("DELETE FROM sessions WHERE account = ? AND hash <> ?", [account, _hash(but_for)])

    def renew(self, token: str, account: str, stamp: str) -> None:
        """Keep the session although its account has a new name or stamp."""
        values = [account, stamp, _hash(token)]
        self._database.rows("UPDATE sessions SET account = ?, stamp = ? WHERE hash = ?", values)

    def invite(self, code: str, account: str, stamp: str, expires: float) -> None:
        """With the code its reader may choose the account's password; an older code of the account ends."""
        with self._database.transaction():
            self._database.rows("DELETE FROM invitations WHERE account = ?", [account])
            self._database.rows(
                "INSERT INTO invitations (hash, account, stamp, expires) VALUES (?, ?, ?, ?)",
                [_hash(code), account, stamp, expires],
            )

    def invited(self, code: str, now: float) -> tuple[str, str] | None:
        """The code's account, and its stamp when the code was made; None when there is none, or it is too old."""
        self._database.rows("DELETE FROM invitations WHERE expires <= ?", [now])
        rows = self._database.rows("SELECT account, stamp FROM invitations WHERE hash = ?", [_hash(code)])
        return (rows[0]["account"], rows[0]["stamp"]) if rows else None

    def end_invitations(self, account: str) -> None:
        """An account's code was used, or is not wanted any more."""
        self._database.rows("DELETE FROM invitations WHERE account = ?", [account])

    def invitations(self, now: float) -> dict[str, float]:
        """The time until which each invited account's code can be used."""
        rows = self._database.rows("SELECT account, expires FROM invitations WHERE expires > ?", [now])
        return {row["account"]: row["expires"] for row in rows}


def _hash(token: str) -> str:
    # Tokens and codes are random and long: a slow hash would only slow down every page.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
