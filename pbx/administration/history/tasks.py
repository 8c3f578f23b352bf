"""Tasks: callers nobody spoke with, and who calls them back."""

import dataclasses
import time
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.callers import account_name, bearer_name, name_of
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.rights import Actor
from pbx.administration.history import calls
from pbx.administration.history.history import story_for
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Office
from pbx.store.records.paging import TablePageRequest
from pbx.store.records.task_log import TaskDeed, TaskNote
from pbx.store.rows import Task

Shown = dict[str, Any]

MOST = 500
"""Tasks at a time."""


def listing(
    desk: Desk,
    done: bool = False,
    everybody: bool = False,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Shown:
    """The open `tasks` of the actor, or those that are done, newest first: their own, their groups', the office's.

    An admin may see those of `everybody`. `before` and `after` are the id of a task seen: what is further back, or came
    later (0: the oldest of all). `all` is how many there are, `ahead` how many of them are newer than these, `more`
    whether there are older ones. Raises Refused.
    """
    if everybody and not desk.actor.is_admin:
        raise Refused(Sentence("Only admins can do this."), 4)
    if not 0 < limit <= MOST:
        raise Refused(Sentence("The number of tasks must be between 1 and {most}.", most=MOST), field="limit")
    theirs = None if everybody else _seen_by(desk.actor, desk.office)
    tasks, page = desk.records.tasks_page(theirs, done, TablePageRequest(before, after, limit))
    return {"tasks": views(desk, tasks), **page.counts()}


def show(desk: Desk, task: int) -> Shown:
    """One task. Raises Refused."""
    return views(desk, [_find(desk, task)])[0]


def everybodys(
    desk: Desk, extension: str | None = None, done: int | None = None, open_only: bool = False
) -> list[Shown]:
    """The tasks of all or one extension, oldest first, as short as `view` tells them; `done` is the id of one that is.

    Raises Refused.
    """
    if extension is not None:
        lookup.person_or_group(desk.office, extension)
    if done is not None:
        _finish(desk, done)
    return [view(task) for task in desk.records.tasks(extension, open_only=open_only)]


def done(desk: Desk, task: int) -> Shown:
    """Mark it as done. Raises Refused."""
    return _finish(desk, task)


def reopen(desk: Desk, task: int) -> Shown:
    """Mark it as open again. Raises Refused."""
    return _changed(desk, desk.records.reopen_task(_find(desk, task).id), "reopened")


def give(desk: Desk, task: int, to: str) -> Shown:
    """Hand it over to a colleague or group; "" gives it to the office, for anyone who has time. Raises Refused."""
    found = _find(desk, task)
    if to and to not in desk.office.people and to not in desk.office.groups:
        raise Refused(Sentence("Nobody has extension {extension}.", extension=lookup.shown(to)), field="to")
    return _changed(desk, desk.records.give_task(found.id, to), "given")


def call_back(desk: Desk, task: int) -> Shown:
    """Ring the phone of the one who asks, then the caller; when they spoke, the task is done. Raises Refused."""
    found = _find(desk, task)
    if not found.from_:
        raise Refused(Sentence("The caller withheld the number, so nobody can call back."))
    return calls.call(desk, found.from_)


def view(task: Task) -> Shown:
    """A task as JSON."""
    shown = dataclasses.asdict(task)
    shown["from"] = shown.pop("from_")
    return shown


def views(desk: Desk, tasks: list[Task]) -> list[Shown]:
    """Tasks as JSON, with names, the message that was left if `actor` may hear it, and who had a hand in it last."""
    notes = desk.records.task_log.latest(task.id for task in tasks)
    return [_view(desk, task, notes.get(task.id)) for task in tasks]


def _view(desk: Desk, task: Task, note: TaskNote | None) -> Shown:
    office, found = desk.office, desk.records.history.one(task.call)
    hears = bool(task.extension) and desk.actor.may_hear(office, task.extension)
    message = desk.records.message_of_call(task.call, task.extension) if hears else None
    return {
        **view(task),
        "from_name": name_of(office, task.from_, found.record.from_name if found is not None else ""),
        "owner": bearer_name(office, task.extension),
        "story": story_for(found, desk.actor) if found is not None else "",
        "message": message.id if message is not None else None,
        "who": account_name(office, note.who) if note is not None else "",
        "deed": note.deed if note is not None else "",
        "at": note.at if note is not None else None,
    }


def _seen_by(actor: Actor, office: Office) -> tuple[str, ...]:
    """The extensions whose tasks the actor may see and do; "" is the office's."""
    return ("", *(office.mailboxes_of(actor.extension) if actor.extension else ()))


def _find(desk: Desk, id: int) -> Task:
    """The task, if the actor may see it; any other is reported as missing. Raises Refused."""
    found = desk.records.task(id) if 0 < id < 2**63 else None
    if found is None or not (desk.actor.is_admin or found.extension in _seen_by(desk.actor, desk.office)):
        raise Refused(Sentence("There is no task {task}.", task=id), field="task")
    return found


def _finish(desk: Desk, id: int) -> Shown:
    return _changed(desk, desk.records.finish_task(_find(desk, id).id), "done")


def _changed(desk: Desk, task: Task | None, deed: TaskDeed) -> Shown:
    if task is None:
        raise Refused(Sentence("This task has just been removed."), 3)
    desk.records.task_log.note(TaskNote(task.id, time.time(), desk.actor.name, deed))
    desk.changed("tasks")
    return views(desk, [task])[0]
