"""The ways to the telephone network: how they are, and the accounts they are made of."""

from typing import Any

from bottle import HTTPResponse

from webui.form import Form
from webui.parts import providers
from webui.request import Visit
from webui.routes import Routes

routes = Routes()


@routes.get("/trunks", may="admin")
def trunks(visit: Visit) -> str:
    """All of them."""
    return visit.page("trunks", trunks=visit.ask("trunk list"))


@routes.get("/trunks/<name>", may="admin")
def trunk(visit: Visit, name: str) -> str:
    """One of them."""
    found = visit.ask("trunk show", trunk=name)
    return _shown(visit, found, _form(visit, found))


@routes.post("/trunks/<name>", may="admin")
def change(visit: Visit, name: str) -> HTTPResponse | str:
    """Save it."""
    found = visit.ask("trunk show", trunk=name)
    form = _form(visit, found)
    if form.sent("trunk set", trunk=name):
        return visit.see_other(f"/trunks/{name}", visit._("Saved."))
    return _shown(visit, found, form.fill(found))


@routes.post("/trunks/<name>/remove", may="admin")
def remove(visit: Visit, name: str) -> HTTPResponse | str:
    """Remove it, unless a number comes in over it."""
    found = visit.ask("trunk show", trunk=name)
    form = visit.form(())
    if form.sent("trunk remove", trunk=name):
        return visit.see_other("/trunks", visit._("{name} has been removed.").format(name=name))
    return _shown(visit, found, _form(visit, found), form)


@routes.get("/providers", may="admin")
def choose(visit: Visit) -> str:
    """Whose trunk a new one shall be."""
    return visit.page("providers", groups=providers.grouped(visit), called=providers.called)


@routes.get("/providers/<key>", may="admin")
def new(visit: Visit, key: str) -> HTTPResponse | str:
    """What the letter of that provider says."""
    found = providers.provider(visit, key)
    if found is None:
        return visit.see_other("/providers")
    return visit.page("trunk_new", provider=found, form=providers.form_for(visit, found), called=providers.called)


@routes.post("/providers/<key>", may="admin")
def add(visit: Visit, key: str) -> HTTPResponse | str:
    """Make the trunk."""
    found = providers.provider(visit, key)
    if found is None:
        return visit.see_other("/providers")
    form = providers.form_for(visit, found)
    if form.sent("trunk add", provider=key):
        return visit.see_other(f"/trunks/{form.result['name']}", visit._("Saved. The line is being connected now."))
    return visit.page("trunk_new", provider=found, form=form, called=providers.called)


def _form(visit: Visit, found: dict[str, Any]) -> Form:
    if found["kind"] == "peer":
        return visit.form(providers.peer_fields(), found)
    return providers.form_for(visit, found["made_from"], found)


def _shown(visit: Visit, found: dict[str, Any], form: Form, removal: Form | None = None) -> str:
    called = providers.called(visit, found["made_from"]) if found["provider"] else ""
    return visit.page("trunk", trunk=found, form=form, removal=removal, called=called)
