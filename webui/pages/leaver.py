"""The leaver's wizard: where everything goes that somebody leaves behind, shown in words before it happens."""

from typing import Any

from bottle import HTTPResponse

from webui.form import Field, Options
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

LEAVE = (
    Field("extension_to", "choice", N_("Who gets calls to the extension")),
    Field("keep_days", "number", N_("Reserve the extension for"), N_("Leave empty to make it available at"
                                                                               " once."),
          unit=N_("days")),
    Field("number_to", "choice", N_("Who gets the personal number")),
    Field("place_to", "choice", N_("Who takes over in groups and for numbers"),
          N_("Every group and every number needs at least one person.")),
    Field("messages_to", "choice", N_("Who gets the voicemail messages"), required=True),
    Field("tasks_to", "choice", N_("Who gets the open tasks")),
)  # fmt: skip


@routes.get("/people/<extension>/leave", may="admin")
def leave(request: Request, extension: str) -> str:
    """Choose where everything goes."""
    person = request.ask("user show", person=extension)
    return request.page(
        "leave", person=person, form=request.blank(_fields(person), person, **_heirs(request, extension))
    )


@routes.post("/people/<extension>/leave", may="admin")
def left(request: Request, extension: str) -> HTTPResponse | str:
    """Tell in words what would be; then, when that was seen, let it be so."""
    person = request.ask("user show", person=extension)
    form = request.form(_fields(person), None, **_heirs(request, extension))
    step = request.sent("step")
    if step == "leave" and form.sent("user leave", person=extension):
        return request.see_other("/people", request._("{name} has left the office.").format(**form.result))
    if step == "look" and form.sent("user leave", person=extension, dry=True):
        words = [request.said(each) for each in form.result["words"]]
        return request.page("leave_look", person=person, form=form, words=words)
    return request.page("leave", person=person, form=form.fill(form.values | {"version": person["version"]}))


def _fields(person: dict[str, Any]) -> tuple[Field, ...]:
    """What has to be asked about this person."""
    asked = {
        "number_to": person["number"],
        "place_to": person["groups"] or person["numbers"],
        "messages_to": person["messages"],
        "tasks_to": person["tasks"],
    }
    return tuple(each for each in LEAVE if asked.get(each.name, True))


def _heirs(request: Request, extension: str) -> dict[str, Options]:
    """Who may get what."""
    everybody = request.ask("user list")
    people = [(each["extension"], f"{each['extension']}  {each['name']}") for each in everybody]
    people = [each for each in people if each[0] != extension]
    groups = [(each["extension"], f"{each['extension']}  {each['name']}") for each in request.ask("group list")]
    numbered = [(each["extension"], f"{each['extension']}  {each['name']}") for each in everybody
                if each["extension"] != extension and not each["number"]]  # fmt: skip
    return {
        "extension_to": [("", request._("nobody")), *people, *groups],
        "number_to": [("", request._("nobody")), *numbered],
        "place_to": [("", request._("nobody")), *people],
        "messages_to": [
            ("", request._("please choose")),
            ("delete", request._("nobody: delete them permanently")),
            *people,
            *groups,
        ],
        "tasks_to": [("", request._("the office")), *people, *groups],
    }
