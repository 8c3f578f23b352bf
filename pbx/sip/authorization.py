"""Answers the challenges to requests of ours (RFC 3261, 22.2 and 22.3)."""

from __future__ import annotations

import re
from dataclasses import replace

from pbx.sip.digest import Credentials, answer, is_stale
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response

ROUNDS = 2
"""How often one request is sent again with credentials: the first time, and once more for a stale nonce."""

_REALM = re.compile(r'[ ,]realm="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


def proof(response: Response, request: Request, credentials: Credentials | None, ids: Ids) -> tuple[str, str] | None:
    """The header field that answers a 401 or 407, or None if these credentials are not meant for that realm."""
    if credentials is None or response.status not in (401, 407):
        return None
    asked, said = ("WWW-Authenticate", "Authorization")
    if response.status == 407:
        asked, said = ("Proxy-Authenticate", "Proxy-Authorization")
    challenges = response.headers.all(asked)
    if said in request.headers and not is_stale(challenges):
        return None  # these credentials were refused just now
    value = answer(challenges, credentials, request.method, request.uri, request.body, ids.token(), 1)
    return None if value is None else (said, value)


def pinned(credentials: Credentials, field: tuple[str, str]) -> Credentials:
    """The same credentials, from now on for the realm that was answered only."""
    found = _REALM.search(" " + field[1])
    return replace(credentials, realm=found.group(1)) if found and credentials.realm is None else credentials
