"""The ways to the telephone network: how they are, and the accounts they are made of."""

from typing import Any

from bottle import HTTPResponse

from webui.form import Form
from webui.parts import providers
from webui.request import Request
from webui.routes import Routes

routes = Routes()


@routes.get("/trunks", may="admin")
def trunks(request: Request) -> str:
    """All of them."""
    return request.page("trunks", trunks=request.ask("trunk list"))


@routes.get("/trunks/<name>", may="admin")
def trunk(request: Request, name: str) -> str:
    """One of them."""
    found = request.ask("trunk show", trunk=name)
    return _shown(request, found, _form(request, found))


@routes.post("/trunks/<name>", may="admin")
def change(request: Request, name: str) -> HTTPResponse | str:
    """Save it."""
    found = request.ask("trunk show", trunk=name)
    form = _form(request, found)
    if form.sent("trunk set", trunk=name):
        return request.see_other(f"/trunks/{name}", request._("Saved."))
    return _shown(request, found, form.fill(found))


@routes.post("/trunks/<name>/remove", may="admin")
def remove(request: Request, name: str) -> HTTPResponse | str:
    """Remove it, unless a number comes in over it."""
    found = request.ask("trunk show", trunk=name)
    form = request.form(())
    if form.sent("trunk remove", trunk=name):
        return request.see_other("/trunks", request._("{name} has been removed.").format(name=name))
    return _shown(request, found, _form(request, found), form)


@routes.get("/providers", may="admin")
def choose(request: Request) -> str:
    """Whose trunk a new one shall be."""
    return request.page("providers", groups=providers.grouped(request), called=providers.called)


@routes.get("/providers/<key>", may="admin")
def new(request: Request, key: str) -> HTTPResponse | str:
    """What the letter of that provider says."""
    found = providers.provider(request, key)
    if found is None:
        return request.see_other("/providers")
    return request.page("trunk_new", provider=found, form=providers.form_for(request, found), called=providers.called)


@routes.post("/providers/<key>", may="admin")
def add(request: Request, key: str) -> HTTPResponse | str:
    """Make the trunk."""
    found = providers.provider(request, key)
    if found is None:
        return request.see_other("/providers")
    form = providers.form_for(request, found)
    if form.sent("trunk add", provider=key):
        return request.see_other(f"/trunks/{form.result['name']}", request._("Saved. The line is being connected now."))
    return request.page("trunk_new", provider=found, form=form, called=providers.called)


def _form(request: Request, found: dict[str, Any]) -> Form:
    if found["kind"] == "peer":
        return request.form(providers.peer_fields(), found)
    return providers.form_for(request, found["made_from"], found)


def _shown(request: Request, found: dict[str, Any], form: Form, removal: Form | None = None) -> str:
    called = providers.called(request, found["made_from"]) if found["provider"] else ""
    return request.page("trunk", trunk=found, form=form, removal=removal, called=called)
