"""Sounds in forms (typed, uploaded, recorded) and sounds that are played: for every page that has one."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.form import Form
from webui.request import Request
from webui.routes import Routes

routes = Routes()

_PIECE = 3 * 1024 * 1024
"""Bytes that go to the daemon at a time; a line of the control socket takes eight megabytes."""
_LANGUAGES = ("de", "en")


def sound_arguments(request: Request, name: str, form: Form | None = None) -> dict[str, str]:
    """What views/sound_field.tpl has sent, as the daemon's arguments `<name>_text` or `<name>_sound`; {} for nothing.

    A sound that cannot be used is an error at the form's field `name`; without `form`, raises Refused.
    """
    try:
        return _arguments(request, name)
    except Refused as refusal:
        if form is None:
            raise
        form.errors[name] = request.said(refusal.said)
        return {}


def played(request: Request, content: bytes) -> HTTPResponse:
    """A WAV for <audio>, whole or the part a browser asks for (RFC 9110, section 14)."""
    headers = [("Content-Type", "audio/wav"), ("Accept-Ranges", "bytes")]
    asked = re.fullmatch(r"bytes=([0-9]{0,15})-([0-9]{0,15})", request.http.get_header("Range", "").strip())
    if asked is None or asked[1] + asked[2] == "":
        return HTTPResponse(content, 200, headers)
    size = len(content)
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if first > last:
        return HTTPResponse(b"", 416, [*headers, ("Content-Range", f"bytes */{size}")])
    headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    return HTTPResponse(content[first : last + 1], 206, headers)


def unpacked(answer: Mapping[str, Any]) -> bytes:
    """The sound in the daemon's answer."""
    return base64.b64decode(answer["sound"])


@routes.post("/sound/decode", uploads=True)
def decode(request: Request) -> HTTPResponse:
    """For scripts: a file or a recording of the microphone becomes a take, {id, seconds}, or {error}."""
    upload = request.uploads.get("sound")
    try:
        return request.json(_without_sound(_decoded(request, upload.content if upload is not None else b"")))
    except Refused as refusal:
        return _refusal(request, refusal)


@routes.post("/sound/hear", uploads=True)
def hear(request: Request) -> HTTPResponse:
    """Speak what stands in a form's text field: for scripts {id, seconds}, else a page that plays it."""
    name, language = request.sent("hear"), request.sent("speaks")
    options = {"language": language} if language in _LANGUAGES else {}
    return _answer(request, "greeting hear", text=request.sent(f"{name}_text") or request.sent("text"), **options)


@routes.post("/sound/record", uploads=True)
def record(request: Request) -> HTTPResponse:
    """Ring a phone to speak into: for scripts {id, name}, else a page that tells how it goes."""
    extension = request.sent("rings")
    return _answer(request, "greeting record", **({"extension": extension} if extension else {}))


@routes.get("/sound/takes/<id>")
def take(request: Request, id: str) -> str:
    """How a take comes along, and what it sounds like."""
    taken = request.ask("greeting taken", id=id, silent=True)
    waits = taken["state"] in ("ringing", "speaking")
    return request.page("take", take=taken, uses=_uses(request), refresh=2 if waits else None)


@routes.post("/sound/takes/<id>")
def use(request: Request, id: str) -> HTTPResponse:
    """Make an announcement or greeting of it."""
    sound = request.ask("greeting taken", id=id).get("sound", "")
    kind, _, key = request.sent("use").partition(" ")
    if kind == "number":
        request.ask("number set", number=key, greeting_sound=sound)
    elif kind == "person":
        request.ask("user set", person=key, announcement_sound=sound)
    else:
        request.ask("announcement set", announcement_sound=sound)
    return request.see_other("/greetings" if kind else "/mine", request._("Saved."))


@routes.get("/sound/takes/<id>/state")
def state(request: Request, id: str) -> HTTPResponse:
    """The same for scripts: {id, state, seconds}."""
    return request.json(request.ask("greeting taken", id=id, silent=True))


@routes.get("/sound/takes/<id>/sound")
def listen(request: Request, id: str) -> HTTPResponse:
    """What it sounds like."""
    taken = request.ask("greeting taken", id=id)
    if "sound" not in taken:
        return HTTPResponse(b"", 404)
    return played(request, unpacked(taken))


def _arguments(request: Request, name: str) -> dict[str, str]:
    if id := request.sent(f"{name}_taken"):
        taken = request.ask("greeting taken", id=id)
        return {f"{name}_sound": taken["sound"]} if "sound" in taken else {}
    upload = request.uploads.get(f"{name}_file")
    if upload is not None and upload.content:
        return {f"{name}_sound": _decoded(request, upload.content)["sound"]}
    if text := request.sent(f"{name}_text"):
        return {f"{name}_text": text}
    return {f"{name}_text": ""} if request.sent(f"{name}_default") == "1" else {}


def _decoded(request: Request, content: bytes) -> dict[str, Any]:
    """The daemon's answer to a file of any format. Raises Refused."""
    upload: dict[str, str] = {}
    start = 0
    while len(content) - start > _PIECE:
        piece = base64.b64encode(content[start : start + _PIECE]).decode()
        upload = request.ask("sound decode", data=piece, more=True, **upload)
        start += _PIECE
    answer: dict[str, Any] = request.ask("sound decode", data=base64.b64encode(content[start:]).decode(), **upload)
    return answer


def _uses(request: Request) -> list[tuple[str, str]]:
    """What a take can become: values and labels."""
    own = [("", request._("My announcement"))] if request.account is not None and request.account.extension else []
    if not request.is_admin:
        return own
    return own + [
        (f"{each['kind']} {each['key']}", f"{each['name']} {request.number(each['key'])}".strip())
        for each in request.ask("greeting list")
    ]


def _answer(request: Request, verb: str, **arguments: str) -> HTTPResponse:
    """Do it: JSON for scripts, else on to the take's page."""
    by_script = "application/json" in request.http.get_header("Accept", "")
    try:
        taken = request.ask(verb, **arguments)
    except Refused as refusal:
        if by_script:
            return _refusal(request, refusal)
        raise
    return request.json(_without_sound(taken)) if by_script else request.see_other(f"/sound/takes/{taken['id']}")


def _refusal(request: Request, refusal: Refused) -> HTTPResponse:
    answer = request.json({"error": request.said(refusal.said)})
    answer.status = 422
    return answer


def _without_sound(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "sound"}
