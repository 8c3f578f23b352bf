"""The list of saved changes in words, and undoing them."""

from collections.abc import Sequence
from typing import Any

from pbx.administration.changes.change_words import deleted_with, item, words
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.who_and_when import moment, who
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, said
from pbx.store.models import Office
from pbx.store.records.changes import Change, Handed, MovedRows
from pbx.store.records.paging import TablePageRequest
from pbx.store.records.records import Records
from pbx.store.settings.differences import Difference, Superseded, taken_back
from pbx.store.settings.settings import SettingsError

Shown = dict[str, Any]
MOST = 1000


def listing(desk: Desk, limit: int = 50, before: int | None = None) -> list[Shown]:
    """The changes, the newest first, `limit` of them at most; only those older than the one with the id `before`.

    Raises Refused.
    """
    _check_limit(limit)
    everything = desk.records.changes.all()
    undone = _undone(everything)
    older = [each for each in everything if before is None or each.id < before]
    return [_view(desk, each, everything, undone) for each in older[:limit]]


def page(desk: Desk, limit: int = 50, before: int | None = None, after: int | None = None) -> Shown:
    """So many `changes`, the newest first; `before` and `after` are the id of one seen: older ones, or later ones.

    `all` is how many there are, `ahead` how many of them are newer than these, `more` whether there are older ones.
    Raises Refused.
    """
    _check_limit(limit)
    everything = desk.records.changes.all()
    page = desk.records.changes.page(TablePageRequest(before, after, limit))
    undone = _undone(everything)
    shown = [_view(desk, each, everything, undone) for each in everything if each.id in page.places]
    return {"changes": shown, **page.counts()}


def _check_limit(limit: int) -> None:
    if not 0 < limit <= MOST:
        raise Refused(Sentence("You can list 1 to {most} changes at once.", most=MOST), field="limit")


def undo(desk: Desk, id: int) -> Shown:
    """Take a change back, if everything it changed still is as it left it; that is a change that can be undone, too.

    Raises Refused naming what is in the way: the later change, who made it, and when.
    """
    everything = desk.records.changes.all()
    change = next((each for each in everything if each.id == id), None)
    if change is None:
        raise Refused(Sentence("There is no change {id} in the list.", id=id), field="id")
    office = _without(desk, change, everything, _undone(everything))
    desk.save(office, _along(desk.records, change), undoes=change.id)
    return {
        "id": change.id,
        "said": [said(each) for each in words(change)],
        "words": [str(each) for each in words(change)],
        "caution": _caution(change),
    }


def _view(desk: Desk, change: Change, everything: Sequence[Change], undone: dict[int, Change]) -> Shown:
    why_not: Shown | None = None
    try:
        _without(desk, change, everything, undone)
    except Refused as error:
        why_not = error.said
    undo_of_it = undone.get(change.id)
    sentences = words(change)
    return {
        "id": change.id,
        "at": change.at,
        "who": said(who(change)),
        "verb": change.verb,
        "words": [str(each) for each in sentences],
        "said": [said(each) for each in sentences],
        "undoes": change.undoes,
        "undone": undo_of_it is not None,
        "undone_by": said(who(undo_of_it)) if undo_of_it else None,
        "undone_at": undo_of_it.at if undo_of_it else None,
        "undoable": why_not is None,
        "why_not": why_not,
        "caution": _caution(change),
    }


def _undone(everything: Sequence[Change]) -> dict[int, Change]:
    """Of each change that is undone, the one that undid it; an undo that is undone itself does not count."""
    undone: dict[int, Change] = {}
    for change in everything:  # the newest first
        if change.undoes is not None and change.id not in undone:
            undone[change.undoes] = change
    return undone


def _without(desk: Desk, change: Change, everything: Sequence[Change], undone: dict[int, Change]) -> Office:
    """The settings without the change. Raises Refused."""
    if again := undone.get(change.id):
        raise Refused(Sentence("{who} undid this already ({at}).", who=who(again), at=moment(again.at)), 1)
    if any(
        each.was and each.now and each.table == "accounts" and "password" in each.after for each in change.differences
    ):
        raise Refused(Sentence("An old password cannot be brought back. Please set a new one."), 1)
    later = [each for each in everything if each.id > change.id]
    try:
        office = taken_back(desk.office, change.differences)
    except Superseded as overtaken:
        raise _overtaken(overtaken.difference, later) from overtaken
    try:
        desk.folder.settings.check(office)
    except SettingsError as error:
        raise _broken(error, later) from error
    _check_admins(desk.office, office)
    _check_messages(desk.records, change)
    return office


def _overtaken(difference: Difference, later: Sequence[Change]) -> Refused:
    by = _latest_of(later, difference.table, {difference.was, difference.now})
    if by is None:
        return Refused(Sentence("{item} has changed since then.", item=item(difference)), 1)
    at = moment(by.at)
    return Refused(
        Sentence("{who} changed it again ({at}): {what}. Undo that first.", who=who(by), at=at, what=words(by)), 1
    )


def _broken(error: SettingsError, later: Sequence[Change]) -> Refused:
    """The rules forbid what would be left."""
    by = _latest_of(later, error.fault.table, {error.fault.key}) if error.fault else None
    if by is None:
        return Refused(error.sentence, 1)
    return Refused(
        Sentence(
            "A later change prevents this: {what} ({who}, {at}). Undo that first.",
            what=words(by),
            who=who(by),
            at=moment(by.at),
        ),
        1,
    )


def _latest_of(later: Sequence[Change], table: str, keys: set[str]) -> Change | None:
    """The latest of these changes that is about an item, whichever of its keys it had then."""
    keys, latest = keys - {""}, None
    for change in reversed(later):
        for each in change.differences:
            if each.table == table and keys & {each.was, each.now}:
                keys |= {each.was, each.now} - {""}
                latest = change
    return latest


def _check_admins(before: Office, after: Office) -> None:
    """Raises Refused if the last admin would go."""
    there, left = (any(each.role == "admin" for each in office.accounts.values()) for office in (before, after))
    if there and not left:
        raise Refused(Sentence("Nobody would be able to log in as an admin any more."), 1)


def _check_messages(records: Records, change: Change) -> None:
    """Raises Refused if messages would belong to nobody."""
    returning = {id for each in change.along.handed if each.what == "messages" for id in each.ids}
    for each in _newcomers(change):
        left = [message for message in records.messages(each.now) if message.id not in returning]
        if left:
            raise Refused(
                Sentence(
                    "{item} now has messages in the mailbox ({count}). Delete them or hand them over first.",
                    item=item(each),
                    count=len(left),
                ),
                1,
            )


def _newcomers(change: Change) -> list[Difference]:
    """The people and groups it had added."""
    return [each for each in change.differences if each.table in ("people", "groups") and not each.was]


def _along(records: Records, change: Change) -> MovedRows:
    """What moves back; tasks of those who go become the office's."""
    back = change.along.back()
    for each in _newcomers(change):
        if tasks := tuple(task.id for task in records.tasks(each.now)):
            back = MovedRows(back.moved, (*back.handed, Handed("tasks", tasks, each.now, "")))
    return back


def _caution(change: Change) -> Shown | None:
    """What does not come back although the change is undone."""
    gone = [item(each) for each in change.differences if each.table in ("people", "groups") and not each.now]
    return said(deleted_with(gone)) if gone else None
