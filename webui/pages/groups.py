"""Groups: several people behind one extension, in the order they ring."""

from collections.abc import Sequence
from typing import Any

from bottle import HTTPResponse

from pbx.store.models import Group
from webui.described import fields_of, labels
from webui.form import Form
from webui.parts import paging
from webui.parts.extension import offer, people, with_offer
from webui.request import Request
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
def groups(request: Request) -> str:
    """All groups."""
    return _all(request, request.form(NEW, request.ask("user free"), members=people(request)))


@routes.post("/groups", may="admin")
def add(request: Request) -> HTTPResponse | str:
    """One more group."""
    form = with_offer(request, request.form(NEW, members=people(request)))
    if form.sent("group add"):
        return request.see_other(f"/groups/{form.result['extension']}", request._("Saved."))
    return _all(request, form)


@routes.get("/groups/<extension>", may="admin")
def group(request: Request, extension: str) -> str:
    """One group."""
    shown = request.ask("group show", group=extension)
    return _group(request, shown, request.form(GROUP, shown))


@routes.post("/groups/<extension>", may="admin")
def change(request: Request, extension: str) -> HTTPResponse | str:
    """Save what was changed."""
    form = with_offer(request, request.form(GROUP))
    if form.sent("group set", group=extension):
        return request.see_other(f"/groups/{form.result['extension']}", request._("Saved."))
    shown = request.ask("group show", group=extension)
    return _group(request, shown, form.fill(shown))


@routes.post("/groups/<extension>/members", may="admin")
def members(request: Request, extension: str) -> HTTPResponse | str:
    """Somebody rings earlier or later, comes in or goes out: `act` says what, and who."""
    act, _, member = request.sent("act").partition(" ")
    shown = request.ask("group show", group=extension)
    order = [each["extension"] for each in shown["people"]]
    form = request.form(())
    if form.sent("group set", group=extension, members=changed(order, act, member or request.sent("member"))):
        return request.see_other(f"/groups/{extension}{paging.on_it(request, 'members')}#members", request._("Saved."))
    return _group(request, shown, request.blank(GROUP, shown), form)


@routes.post("/groups/<extension>/remove", may="admin")
def remove(request: Request, extension: str) -> HTTPResponse | str:
    """The group is no more; its members stay."""
    form = request.form(())
    with_messages = {"with_messages": True} if request.sent("with_messages") == "1" else {}
    if form.sent("group remove", group=extension, **with_messages):
        return request.see_other("/groups", request._("{name} has been removed.").format(name=form.result["name"]))
    shown = request.ask("group show", group=extension)
    return _group(request, shown, request.blank(GROUP, shown), form)


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


def _all(request: Request, form: Form) -> str:
    names = {each["extension"]: each["name"] for each in request.ask("user list")}
    shown, where = paging.part(request, request.ask("group list"), _PAGE)
    return request.page(
        "groups",
        groups=shown,
        pages=where,
        most=_NAMED,
        names=names,
        form=form,
        free=offer(request, form),
        strategies=labels(Group, "strategy"),
        meanings=MEANINGS,
    )


def _group(request: Request, shown: dict[str, Any], form: Form, other: Form | None = None) -> str:
    inside = {each["extension"] for each in shown["people"]}
    members, where = paging.part(request, shown["people"], _PAGE, "members", f"/groups/{shown['extension']}")
    return request.page(
        "group",
        group=shown,
        members=members,
        on_it=paging.on_it(request, "members"),
        pages=where,
        form=form,
        other=other or request.blank((), {}),
        outside=[each for each in people(request) if each[0] not in inside],
        free=offer(request, form),
        meanings=MEANINGS,
    )
