"""What callers hear: each number's greeting, each person's announcement, and the box's own sentences in their place."""

import base64
from pathlib import Path
from typing import Any, Literal

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.rights import Actor
from pbx.administration.desk.versions import version
from pbx.control.protocol import Refused
from pbx.prompts.catalogue import PROMPTS, clip_path
from pbx.sentence import Sentence
from pbx.store.models import Language, Number, Office, Person

Shown = dict[str, Any]
Kind = Literal["number", "person"]


def listing(desk: Desk) -> list[Shown]:
    """Numbers, then people: `kind`, `key`, `name`, whether the sound is one's `own`, else the default's `text`."""
    office = desk.office
    numbers = [_view(each, office) for _, each in sorted(office.numbers.items())]
    return numbers + [_view(each, office) for _, each in sorted(office.people.items(), key=counted)]


def show(desk: Desk, kind: Kind, key: str) -> Shown:
    """One of them; a user's own only. Raises Refused."""
    return _view(_item(desk.office, desk.actor, kind, key), desk.office)


def sound(desk: Desk, kind: Kind, key: str) -> Shown:
    """What is heard there now, as `sound` in base64; of a user's own only. Raises Refused."""
    item = _item(desk.office, desk.actor, kind, key)
    path = _path(desk, item)
    try:
        return _view(item, desk.office) | {"sound": base64.b64encode(path.read_bytes()).decode()}
    except OSError as error:
        raise Refused(Sentence("The sound is missing. Please record it again."), 1) from error


def _item(office: Office, actor: Actor, kind: Kind, key: str) -> Number | Person:
    if not (actor.is_admin or (kind == "person" and actor.owns(key))):
        raise Refused(Sentence("Only admins can do this."), 4)
    return lookup.number(office, key) if kind == "number" else lookup.person(office, key)


def _view(item: Number | Person, office: Office) -> Shown:
    sentence, language = _default(item, office)
    shown = {"text": PROMPTS[sentence].text(language), "language": language, "version": version(item)}
    if isinstance(item, Number):
        return shown | {"kind": "number", "key": item.e164, "name": "", "own": bool(item.greeting)}
    return shown | {"kind": "person", "key": item.extension, "name": item.name, "own": bool(item.announcement)}


def _default(item: Number | Person, office: Office) -> tuple[str, Language]:
    """The catalogue's sentence that is heard when there is nothing of one's own."""
    if isinstance(item, Number):
        return "greeting", office.language
    return "leave-message" if item.voicemail else "unavailable", item.language


def _path(desk: Desk, item: Number | Person) -> Path:
    file = item.greeting if isinstance(item, Number) else item.announcement
    if file:
        return desk.folder.greetings / Path(file).name
    return clip_path(*_default(item, desk.office))
