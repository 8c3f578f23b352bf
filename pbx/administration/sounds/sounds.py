"""Sounds before they become a greeting: uploaded, typed, or spoken into a phone, and heard."""

import base64
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.drafts import Take
from pbx.administration.desk.live import needed
from pbx.administration.desk.rights import Actor
from pbx.administration.history import calls
from pbx.administration.sounds.decoding import decoded
from pbx.administration.sounds.greetings import spoken, unpacked
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Language

Shown = dict[str, Any]

MOST = 32 * 1024 * 1024
"""Bytes of an upload."""
_SECOND = 2 * 16_000
_HEADER = 44
"""Bytes of a second of our WAVs, and of what stands before it."""


def decode(desk: Desk, actor: Actor, data: str, upload: str | None = None, more: bool = False) -> Shown:
    """Take a sound file of any format in base64; a long one comes in pieces, all but the last of them with `more`.

    The first piece is answered with `upload`, which the next ones carry. The last is answered like "greeting taken".
    Raises Refused.
    """
    content = unpacked(data)
    take = desk.takes.begin(actor.name, "arriving") if upload is None else _take(desk, actor, upload)
    if take.state != "arriving":
        raise Refused(Sentence("This upload has already ended."))
    with take.path.open("ab") as file:
        file.write(content)
        size = file.tell()
    if size > MOST:
        desk.takes.drop(take)
        raise Refused(Sentence("The sound file is too large: the limit is 32 MB."))
    if more:
        return {"upload": take.id}
    try:
        _finish(desk, take)
    except Refused:
        desk.takes.drop(take)
        raise
    return _view(take)


def hear(desk: Desk, actor: Actor, text: str, language: Language | None = None) -> Shown:
    """Speak a text, to be heard before it is saved. Raises Refused."""
    return _view(desk.takes.keep(actor.name, spoken(text, language or desk.office.language)))


def record(desk: Desk, actor: Actor, extension: str | None = None) -> Shown:
    """Ring a phone (a user's own one) to speak an announcement into; what becomes of it tells "greeting taken".

    Raises Refused.
    """
    person = calls.to_ring(desk.office, actor, extension)
    live = needed(desk.live)
    take = desk.takes.begin(actor.name)
    try:
        live.record(person.extension, take.path, take.turns)
    except Refused:
        desk.takes.drop(take)
        raise
    return {"id": take.id, "extension": person.extension, "name": person.name}


def taken(desk: Desk, actor: Actor, id: str, silent: bool = False) -> Shown:
    """How a sound is coming along: `state` is ringing, speaking, ready or failed; when ready its `sound`, in base64.

    `silent` leaves the sound out. Raises Refused.
    """
    take = _take(desk, actor, id)
    if take.state == "spoken":
        try:
            _finish(desk, take)
        except Refused as refusal:
            if refusal.code != 1:  # else others' sounds are in the way: at the next look
                take.turns("failed")
    if take.state != "ready" or silent:
        return _view(take, sound=False)
    return _view(take)


def _finish(desk: Desk, take: Take) -> None:
    """Make of the file what we keep. Raises Refused."""
    with take.path.open("rb") as file:
        desk.takes.write(take, decoded(file))


def _take(desk: Desk, actor: Actor, id: str) -> Take:
    found = desk.takes.find(id, actor.name)
    if found is None:
        raise Refused(Sentence("This recording no longer exists. Please record it again."))
    return found


def _view(take: Take, sound: bool = True) -> Shown:
    shown: Shown = {"id": take.id, "state": "speaking" if take.state == "spoken" else take.state}
    if take.state == "ready":
        shown["seconds"] = round((take.path.stat().st_size - _HEADER) / _SECOND, 1)
        if sound:
            shown["sound"] = base64.b64encode(take.path.read_bytes()).decode()
    return shown
