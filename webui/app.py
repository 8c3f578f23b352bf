"""The web page as a WSGI application: which pages there are, and what holds for each request."""

import gzip
import importlib
import importlib.util
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bottle import Bottle, HTTPError, HTTPResponse, request

from pbx.control.client import ControlError, NotRunning, Refused
from webui import gate
from webui.files import Files
from webui.live import Hub, written
from webui.routes import May, Route
from webui.views import Views
from webui.visit import Site, Visit
from webui.words import LANGUAGES, N_, catalogues

log = logging.getLogger(__name__)

UPLOAD = 32 * 1024 * 1024
BODY = 64 * 1024
"""Bytes a form may have, with and without files."""

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    # With no-referrer browsers send "Origin: null" with forms, and the check of where they come from would be void.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page module, and where it stands in the navigation."""

    module: str
    path: str
    """Empty when it has no place in the navigation."""
    label: str = ""
    icon: str = ""
    may: May = "user"
    group: str = ""


PAGES = (
    Page("now", "/now", N_("Now"), "now", "user"),
    Page("mine", "/mine", N_("My page"), "mine", "user"),
    Page("tasks", "/tasks", N_("Tasks"), "tasks", "user"),
    Page("messages", "/messages", N_("Messages"), "messages", "user"),
    Page("history", "/history", N_("Calls"), "history", "user"),
    Page("contacts", "/contacts", N_("Contacts"), "contacts", "user"),
    Page("people", "/people", N_("People"), "people", "admin", N_("Office")),
    Page("groups", "/groups", N_("Groups"), "groups", "admin", N_("Office")),
    Page("phones", "/phones", N_("Phones"), "phones", "admin", N_("Office")),
    Page("numbers", "/numbers", N_("Numbers"), "numbers", "admin", N_("Office")),
    Page("greetings", "/greetings", N_("Greetings"), "greetings", "admin", N_("Office")),
    Page("trunks", "/trunks", N_("Trunks"), "trunks", "admin", N_("Office")),
    Page("office", "/office", N_("The office"), "office", "admin", N_("Office")),
    Page("doctor", "/doctor", N_("Doctor"), "doctor", "admin", N_("Box")),
    Page("access", "/access", N_("Access"), "access", "admin", N_("Box")),
    Page("changes", "/changes", N_("Changes"), "changes", "admin", N_("Box")),
    Page("backup", "/backup", N_("Backup"), "backup", "admin", N_("Box")),
    Page("privacy", "/privacy", N_("Privacy"), "privacy", "admin", N_("Box")),
    Page("login", ""),
    Page("welcome", ""),
    Page("wizard", ""),
    Page("leaver", ""),
)
"""In the order of the navigation."""


def make(socket: Path, allow_all: bool = False, tls_port: int | None = None) -> "App":
    """The application for the daemon at this control socket. Raises ValueError when a catalogue is broken."""
    words = catalogues(Path(__file__).parent / "locale")
    pages = [page for page in PAGES if importlib.util.find_spec(f"webui.{page.module}")]
    site = Site(socket, words, Views(), Files(), Hub(socket), [p for p in pages if p.path], tls_port=tls_port)
    routes = [route for page in pages for route in importlib.import_module(f"webui.{page.module}").routes.all]
    return App(site, routes, allow_all)


class App:
    """Checks who comes in, finds out who it is, lets the page answer, and dresses the answer."""

    def __init__(self, site: Site, routes: Iterable[Route], allow_all: bool) -> None:
        self.site = site
        self._allow_all = allow_all
        self._names = gate.Names(lambda: "")
        self._bottle = Bottle()
        self._bottle.config["catchall"] = False
        self._bottle.route("/", "GET", self._home)
        self._bottle.route("/live", "GET", self._live)
        self._bottle.route("/language", "POST", self._language)
        self._bottle.route("/static/<name>", "GET", self._static)
        for route in routes:
            self._bottle.route(route.path, route.method, self._answering(route))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            answer: Iterable[bytes] = self._bottle(environ, self._dressed(environ, start_response))
        except HTTPError as error:
            answer = error(environ, start_response)
        return answer

    def _dressed(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Callable[..., Any]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            names = {name.lower() for name, _ in headers}
            headers = headers + [(name, value) for name, value in HEADERS if name.lower() not in names]
            if "cache-control" not in names:
                headers.append(("Cache-Control", "no-store"))
            return start_response(status, headers, error)

        return start

    # --- pages ------------------------------------------------------------------------------------------------------

    def _answering(self, route: Route) -> Callable[..., HTTPResponse]:
        def answered(**parts: str) -> HTTPResponse:
            visit = Visit(self.site, request)
            return self._finished(visit, self._answer(visit, route, parts))

        return answered

    def _answer(self, visit: Visit, route: Route, parts: dict[str, str]) -> HTTPResponse | str:
        try:
            visit.recognise()
            if (turned_away := self._turned_away(visit, route)) is not None:
                return turned_away
            answer: HTTPResponse | str = route.act(visit, **parts)
            return answer
        except Refused as refusal:
            return self._trouble(visit, {4: 403, 3: 409}.get(refusal.code, 404), visit.said(refusal.said))
        except (NotRunning, ControlError):
            visit.status = 503
            return visit.page("away")

    def _turned_away(self, visit: Visit, route: Route) -> HTTPResponse | str | None:
        """Why this visitor may not, as a page."""
        if route.may != "visitor" and visit.account is None:
            here = visit.request.path if visit.request.method == "GET" else "/"
            return visit.see_other(f"/login?next={quote(here)}")
        if route.may == "admin" and not visit.is_admin:
            return self._trouble(visit, 403, visit._("Only admins may do that."))
        if route.method == "POST" and not self._own_form(visit):
            return self._trouble(visit, 403, visit._("This form did not come from this page. Please try again."))
        return None

    def _own_form(self, visit: Visit) -> bool:
        sent = visit.request
        if not gate.same_origin(
            sent.urlparts.scheme,
            sent.get_header("Host", ""),
            sent.get_header("Origin"),
            sent.get_header("Sec-Fetch-Site"),
        ):
            return False
        return gate.token_fits(visit.csrf, (visit.posted.values.get("csrf") or [""])[-1])

    def _trouble(self, visit: Visit, status: int, sentence: str) -> str:
        visit.status = status
        return visit.page("trouble", sentence=sentence)

    def _finished(self, visit: Visit, answer: HTTPResponse | str) -> HTTPResponse:
        if isinstance(answer, str):
            answer = HTTPResponse(answer, visit.status, [("Content-Type", "text/html; charset=utf-8")])
        for name, value in visit.headers:
            answer.add_header(name, value)
        if isinstance(answer.body, str):
            answer.body = answer.body.encode()
        if isinstance(answer.body, bytes) and len(answer.body) > 1000 and _takes_gzip() and _is_text(answer):
            answer.body = gzip.compress(answer.body, 5)
            answer.set_header("Content-Encoding", "gzip")
            answer.set_header("Vary", "Accept-Encoding")
        return answer

    # --- of the frame itself ------------------------------------------------------------------------------------------

    def _home(self) -> HTTPResponse:
        visit = Visit(self.site, request)
        try:
            visit.recognise()
        except (NotRunning, ControlError):
            visit.status = 503
            return self._finished(visit, visit.page("away"))
        where = "/login" if visit.account is None else "/now" if visit.is_admin else "/mine"
        return self._finished(visit, visit.see_other(where))

    def _live(self) -> HTTPResponse:
        visit = Visit(self.site, request)
        visit.recognise()
        if visit.account is None:
            return HTTPResponse("", 403)
        stream = self.site.hub.open(visit.source)
        if stream is None:
            return HTTPResponse("", 503, [("Retry-After", "30")])
        return HTTPResponse(written(self.site.hub, stream), 200, [("Content-Type", "text/event-stream")])

    def _language(self) -> HTTPResponse:
        visit = Visit(self.site, request)
        chosen = (visit.posted.values.get("language") or [""])[-1]
        if chosen in LANGUAGES:
            visit.set_cookie("language", chosen, 365 * 86400)
        return self._finished(visit, visit.see_other((visit.posted.values.get("back") or ["/"])[-1]))

    def _static(self, name: str) -> HTTPResponse:
        file = self.site.files.get(name)
        if file is None:
            return HTTPResponse("", 404)
        headers = [("Content-Type", file.type), ("Cache-Control", "public, max-age=31536000, immutable")]
        if file.packed and _takes_gzip():
            return HTTPResponse(file.packed, 200, [*headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")])
        return HTTPResponse(file.content, 200, [*headers, ("Vary", "Accept-Encoding")])


def _takes_gzip() -> bool:
    return "gzip" in request.get_header("Accept-Encoding", "")


def _is_text(answer: HTTPResponse) -> bool:
    return str(answer.content_type).startswith(("text/", "application/json", "image/svg"))
