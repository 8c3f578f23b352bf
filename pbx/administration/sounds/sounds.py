"""Sounds before they become a greeting: uploaded, typed, or spoken into a phone, and heard."""

import base64
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.drafts import Draft, Drafts
from pbx.administration.desk.live import needed
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


def decode(desk: Desk, data: str, upload: str | None = None, more: bool = False) -> Shown:
    """Take a sound file of any format in base64; a long one comes in pieces, all but the last of them with `more`.

    The first piece is answered with `upload`, which the next ones carry. The last is answered like "greeting taken".
    Raises Refused.
    """
    content = unpacked(data)
    draft = desk.drafts.begin(desk.actor.name, "arriving") if upload is None else _draft(desk, upload)
    if draft.state != "arriving":
        raise Refused(Sentence("This upload has already ended."))
    with draft.path.open("ab") as file:
        file.write(content)
        size = file.tell()
    if size > MOST:
        desk.drafts.drop(draft)
        raise Refused(Sentence("The sound file is too large: the limit is 32 MB."))
    if more:
        return {"upload": draft.id}
    try:
        _finish(desk.drafts, draft)
    except Refused:
        desk.drafts.drop(draft)
        raise
    return _view(draft)


def hear(desk: Desk, text: str, language: Language | None = None) -> Shown:
    """Speak a text, to be heard before it is saved. Raises Refused."""
    return _view(desk.drafts.keep(desk.actor.name, spoken(text, language or desk.office.language)))


def record(desk: Desk, extension: str | None = None) -> Shown:
    """Ring a phone (a user's own one) to speak an announcement into; what becomes of it tells "greeting taken".

    Raises Refused.
    """
    person = calls.to_ring(desk.office, desk.actor, extension)
    live = needed(desk.live)
    draft = desk.drafts.begin(desk.actor.name)
    try:
        live.record(person.extension, draft.path, draft.turns)
    except Refused:
        desk.drafts.drop(draft)
        raise
    return {"id": draft.id, "extension": person.extension, "name": person.name}


def taken(desk: Desk, id: str, silent: bool = False) -> Shown:
    """How a sound is coming along: `state` is ringing, speaking, ready or failed; when ready its `sound`, in base64.

    `silent` leaves the sound out. Raises Refused.
    """
    draft = _draft(desk, id)
    if draft.state == "spoken":
        try:
            _finish(desk.drafts, draft)
        except Refused as refusal:
            if refusal.code != 1:  # else others' sounds are in the way: at the next look
                draft.turns("failed")
    if draft.state != "ready" or silent:
        return _view(draft, sound=False)
    return _view(draft)


def _finish(drafts: Drafts, draft: Draft) -> None:
    """Make of the file what we keep. Raises Refused."""
    with draft.path.open("rb") as file:
        drafts.write(draft, decoded(file))


def _draft(desk: Desk, id: str) -> Draft:
    found = desk.drafts.find(id, desk.actor.name)
    if found is None:
        raise Refused(Sentence("This recording no longer exists. Please record it again."))
    return found


def _view(draft: Draft, sound: bool = True) -> Shown:
    shown: Shown = {"id": draft.id, "state": "speaking" if draft.state == "spoken" else draft.state}
    if draft.state == "ready":
        shown["seconds"] = round((draft.path.stat().st_size - _HEADER) / _SECOND, 1)
        if sound:
            shown["sound"] = base64.b64encode(draft.path.read_bytes()).decode()
    return shown
