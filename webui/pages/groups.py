"""Groups: several people behind one extension, in the order they ring."""

from collections.abc import Sequence
from typing import Any

from bottle import HTTPResponse

from pbx.store.models import Group
from webui.described import fields_of, labels
from webui.form import Form
from webui.parts import paging
from webui.parts.extension import offer, people, with_offer
from webui.request import Visit
from webui.routes import Routes
from webui.words import N_

routes = Routes()

MEANINGS = {
    "all": N_("All phones in the group ring at the same time; the first person to answer takes the call."),
    "in-order": N_(
        "Phones ring one after the other, in the order of the members; the ringing time is divided among them."
    ),
    "longest-idle": N_(
        "Phones ring one after the other, starting with the person who has gone longest without a call."
    ),
}
_PAGE, _NAMED = 50, 12
"""Groups or members on a page, and how many members are named in a list of groups."""
NEW = fields_of(Group, "name", "extension", "members", "strategy")
GROUP = tuple(each for each in fields_of(Group) if each.name != "members")


@routes.get("/groups", may="admin")
def groups(visit: Visit) -> str:
    """All groups."""
    return _all(visit, visit.form(NEW, visit.ask("user free"), members=people(visit)))


@routes.post("/groups", may="admin")
def add(visit: Visit) -> HTTPResponse | str:
    """One more group."""
    form = with_offer(visit, visit.form(NEW, members=people(visit)))
    if form.sent("group add"):
        return visit.see_other(f"/groups/{form.result['extension']}", visit._("Saved."))
    return _all(visit, form)


@routes.get("/groups/<extension>", may="admin")
def group(visit: Visit, extension: str) -> str:
    """One group."""
    shown = visit.ask("group show", group=extension)
    return _group(visit, shown, visit.form(GROUP, shown))


@routes.post("/groups/<extension>", may="admin")
def change(visit: Visit, extension: str) -> HTTPResponse | str:
    """Save what was changed."""
    form = with_offer(visit, visit.form(GROUP))
    if form.sent("group set", group=extension):
        return visit.see_other(f"/groups/{form.result['extension']}", visit._("Saved."))
    shown = visit.ask("group show", group=extension)
    return _group(visit, shown, form.fill(shown))


@routes.post("/groups/<extension>/members", may="admin")
def members(visit: Visit, extension: str) -> HTTPResponse | str:
    """Somebody rings earlier or later, comes in or goes out: `act` says what, and who."""
    act, _, member = visit.sent("act").partition(" ")
    shown = visit.ask("group show", group=extension)
    order = [each["extension"] for each in shown["people"]]
    form = visit.form(())
    if form.sent("group set", group=extension, members=changed(order, act, member or visit.sent("member"))):
        return visit.see_other(f"/groups/{extension}{paging.on_it(visit, 'members')}#members", visit._("Saved."))
    return _group(visit, shown, visit.blank(GROUP, shown), form)


@routes.post("/groups/<extension>/remove", may="admin")
def remove(visit: Visit, extension: str) -> HTTPResponse | str:
    """The group is no more; its members stay."""
    form = visit.form(())
    with_messages = {"with_messages": True} if visit.sent("with_messages") == "1" else {}
    if form.sent("group remove", group=extension, **with_messages):
        return visit.see_other("/groups", visit._("{name} has been removed.").format(name=form.result["name"]))
    shown = visit.ask("group show", group=extension)
    return _group(visit, shown, visit.blank(GROUP, shown), form)


def changed(order: Sequence[str], act: str, member: str) -> list[str]:
    """The members after one of them went up, down, in or out; what makes no sense changes nothing."""
    now = list(order)
    if act == "add" and member and member not in now:
        return [*now, member]
    if member not in now:
        return now
    place = now.index(member)
    now.pop(place)
    if act == "up":
        now.insert(max(0, place - 1), member)
    elif act != "remove":
        now.insert(place + (act == "down"), member)
    return now


def _all(visit: Visit, form: Form) -> str:
    names = {each["extension"]: each["name"] for each in visit.ask("user list")}
    shown, where = paging.part(visit, visit.ask("group list"), _PAGE)
    return visit.page(
        "groups",
        groups=shown,
        pages=where,
        most=_NAMED,
        names=names,
        form=form,
        free=offer(visit, form),
        strategies=labels(Group, "strategy"),
        meanings=MEANINGS,
    )


def _group(visit: Visit, shown: dict[str, Any], form: Form, other: Form | None = None) -> str:
    inside = {each["extension"] for each in shown["people"]}
    members, where = paging.part(visit, shown["people"], _PAGE, "members", f"/groups/{shown['extension']}")
    return visit.page(
        "group",
        group=shown,
        members=members,
        on_it=paging.on_it(visit, "members"),
        pages=where,
        form=form,
        other=other or visit.blank((), {}),
        outside=[each for each in people(visit) if each[0] not in inside],
        free=offer(visit, form),
        meanings=MEANINGS,
    )
