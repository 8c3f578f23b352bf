"""Which extensions may be had, and those of people who left: kept from being given away, or leading to a colleague."""

import time
from typing import Any

from pbx.administration.desk.callers import bearer_name
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.versions import check_seen, version
from pbx.control.protocol import Refused
from pbx.exchange.dialling.extensions import BadExtension, check_extension, free_extension
from pbx.sentence import Sentence
from pbx.store.models import Office, RetiredExtension
from pbx.store.settings.settings import without_items

Shown = dict[str, Any]


def listing(desk: Desk) -> list[Shown]:
    """The extensions of people who left, by extension."""
    office = current(desk.office)
    return [view(former, office) for _, former in sorted(office.former.items(), key=counted)]


def release(desk: Desk, extension: str, seen: str | None = None) -> Shown:
    """Nobody takes the calls to it any more, and anybody may have it. Raises Refused."""
    former = desk.office.former.get(extension)
    if former is None:
        raise Refused(
            Sentence("{extension} is not the extension of a former colleague.", extension=extension), field="extension"
        )
    check_seen(desk, former, seen)
    desk.save(without_items(desk.office, former))
    return view(former, desk.office)


def view(former: RetiredExtension, office: Office) -> Shown:
    """An extension nobody has any more, as JSON."""
    return {
        "extension": former.extension,
        "name": former.name,
        "to": former.to,
        "to_name": bearer_name(office, former.to),
        "until": former.until,
        "version": version(former),
    }


def current(office: Office) -> Office:
    """The office without the extensions that were kept long enough."""
    now = time.time()
    return without_items(office, *(former for former in office.former.values() if 0 < former.until <= now))


def extension_for(office: Office, wanted: str | None, but_for: str | None = None) -> str:
    """The wanted extension, or a free one, of a `current` office. Raises Refused."""
    former = office.former.get(wanted.strip()) if wanted is not None else None
    if former is not None:
        raise Refused(
            Sentence(
                "{extension} was {name}'s extension and is still reserved: please release it first.",
                extension=former.extension,
                name=former.name,
            ),
            field="extension",
        )
    try:
        return free_extension(office) if wanted is None else check_extension(office, wanted, but_for)
    except BadExtension as error:
        raise Refused(error.sentence, field="extension") from error
