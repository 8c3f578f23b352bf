"""The web page as a WSGI application: which pages there are, and what holds for each request."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bottle import BaseRequest, HTTPError, HTTPResponse, Router

from pbx.control.client import ControlError, NotRunning, Refused, ask
from webui import frame, responses
from webui.live import Hub
from webui.pages import (
    about,
    access,
    backup,
    changes,
    contacts,
    doctor,
    greetings,
    groups,
    history,
    leaver,
    login,
    messages,
    mine,
    now,
    numbers,
    office,
    people,
    phones,
    privacy,
    tasks,
    trunks,
    trust,
    update,
    welcome,
    wizard,
)
from webui.parts import sound
from webui.request import Request, Site
from webui.routes import May, Route, Routes
from webui.serving import access_rule
from webui.serving.files import Files
from webui.views import Views
from webui.words import N_, catalogues

log = logging.getLogger(__name__)

BODY, UPLOADS = 64 * 1024, 32 * 1024 * 1024
"""Bytes a form may have, without and with files."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page module's paths, and where it stands in the navigation."""

    routes: Routes
    path: str = ""
    """Empty when it has no place in the navigation."""
    label: str = ""
    icon: str = ""
    may: May = "user"
    group: str = ""


PAGES = (
    Page(now.routes, "/now", N_("Overview"), "now", "user"),
    Page(mine.routes, "/mine", N_("My page"), "mine", "user"),
    Page(tasks.routes, "/tasks", N_("Tasks"), "tasks", "user"),
    Page(messages.routes, "/messages", N_("Messages"), "messages", "user"),
    Page(history.routes, "/history", N_("Calls"), "history", "user"),
    Page(contacts.routes, "/contacts", N_("Contacts"), "contacts", "user"),
    Page(people.routes, "/people", N_("People"), "people", "admin", N_("Office")),
    Page(groups.routes, "/groups", N_("Groups"), "groups", "admin", N_("Office")),
    Page(phones.routes, "/phones", N_("Phones"), "phones", "admin", N_("Office")),
    Page(numbers.routes, "/numbers", N_("Numbers"), "numbers", "admin", N_("Office")),
    Page(greetings.routes, "/greetings", N_("Announcements"), "greetings", "admin", N_("Office")),
    Page(trunks.routes, "/trunks", N_("Lines"), "trunks", "admin", N_("Office")),
    Page(office.routes, "/office", N_("Settings"), "office", "admin", N_("Office")),
    Page(doctor.routes, "/doctor", N_("Doctor"), "doctor", "admin", N_("Box")),
    Page(access.routes, "/access", N_("Logins"), "access", "admin", N_("Box")),
    Page(changes.routes, "/changes", N_("Changes"), "changes", "admin", N_("Box")),
    Page(backup.routes, "/backup", N_("Backup"), "backup", "admin", N_("Box")),
    Page(update.routes, "/update", N_("Update"), "update", "admin", N_("Box")),
    Page(privacy.routes, "/privacy", N_("Privacy"), "privacy", "admin", N_("Box")),
    Page(sound.routes),
    Page(login.routes),
    Page(welcome.routes),
    Page(wizard.routes),
    Page(leaver.routes),
    Page(trust.routes),
    Page(about.routes),
)
"""In the order of the navigation."""


def make(socket: Path, allow_all: bool = False) -> "App":
    """The application for the daemon at this control socket. Raises ValueError when a catalogue is broken."""
    words = catalogues(Path(__file__).parent / "locale")
    site = Site(socket, words, Views(), Files(), Hub(socket), [page for page in PAGES if page.path])
    routes = [route for each in (frame.routes, *(page.routes for page in PAGES)) for route in each.all]
    return App(site, routes, allow_all)


class App:
    """Checks who comes in, finds out who it is, lets the page answer, and dresses the answer."""

    def __init__(self, site: Site, routes: Iterable[Route], allow_all: bool) -> None:
        self.site = site
        self._allow_all = allow_all
        self._names = access_rule.Names(self._domain)
        self._router = Router()
        for route in routes:
            self._router.add(route.path, route.method, route)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO") or "/")
        # WSGI hands over bytes in Latin-1 clothes.
        environ["PATH_INFO"] = path.encode("latin-1", "replace").decode(errors="replace")
        _mend_headers(environ)
        request = Request(self.site, BaseRequest(environ))
        try:
            answer = responses.dressed(request, self._answer(request))
        finally:
            request.over()
        start_response(answer.status_line, answer.headerlist)
        return answer.body if request.http.method != "HEAD" else ()

    def _answer(self, request: Request) -> HTTPResponse | str:
        try:
            self._check_way_in(request)
            route, parts = self._route(request)
            if not route.bare:
                request.recognise()
            self._check_rights(request, route)
            answer: HTTPResponse | str = route.act(request, **parts)
            return answer
        except HTTPError as error:
            return responses.trouble(
                request, error.status_code, request._("The form did not arrive completely. Please try again.")
            )
        except HTTPResponse as early:
            return early
        except Refused as refusal:
            return responses.trouble(
                request, {4: 403, 3: 409, 1: 409}.get(refusal.code, 404), request.said(refusal.said)
            )
        except NotRunning:
            return responses.again(request, 503, "away") if request.http.method == "POST" else responses.away(request)
        except ControlError as error:
            log.warning("%s", error)
            return responses.trouble(request, 503, request._("The exchange is not responding. Its log may say why."))
        except Exception:
            # Whatever it was, it is this page's trouble; the others work.
            log.exception("%s %s failed", request.http.method, request.http.path)
            return responses.trouble(request, 500, request._("This is our fault, not yours. The log has the details."))

    # --- who and what may come in -----------------------------------------------------------------------------------

    def _check_way_in(self, request: Request) -> None:
        """Only from the LAN, and only under a name of ours. Raises HTTPResponse."""
        environ = request.http.environ
        if not self._allow_all and not access_rule.on_lan(
            environ.get("REMOTE_ADDR", ""), environ.get("SERVER_NAME", "")
        ):
            raise responses.plain(403, request._("This page can only be opened from the office network."))
        if not self._names.ours(request.http.get_header("Host", "")):
            raise responses.plain(403, request._("The box does not have that name. Please use its address."))

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        """The page that is asked for. Raises HTTPResponse."""
        try:
            route, parts = self._router.match(request.http.environ)
        except HTTPError as error:
            request.recognise()
            raise responses.page(
                request, responses.trouble(request, error.status_code, request._("This page does not exist."))
            ) from None
        if route.method == "POST":
            _check_size(request, UPLOADS if route.uploads else BODY)
        return route, parts

    def _check_rights(self, request: Request, route: Route) -> None:
        """Only who may; and only with a form of our own. Raises HTTPResponse."""
        ours = route.method == "GET" or _same_origin(request)
        if not ours:
            sentence = request._("This form was sent from a different website.")
            raise responses.page(request, responses.trouble(request, 403, sentence))
        if route.may != "visitor" and request.account is None:
            if route.method == "POST":
                raise responses.page(request, responses.again(request, 403, "expired"))
            raise request.see_other(f"/login?next={quote(_here(request))}")
        if route.may == "admin" and not request.is_admin:
            raise responses.page(request, responses.trouble(request, 403, request._("Only admins can do this.")))
        if route.method == "POST" and not _token_fits(request):
            raise responses.page(request, responses.again(request, 403, "expired"))

    def _domain(self) -> str:
        """The office's domain, by which phones and people may know the box: the page asks for itself, as a visitor."""
        try:
            shown = ask(self.site.socket, "welcome state", {}, timeout=5, session="")
        except (Refused, NotRunning, ControlError):
            return ""
        return str(shown.get("domain") or "") if isinstance(shown, dict) else ""


def _mend_headers(environ: dict[str, Any]) -> None:
    """Replace what is no UTF-8 in headers: Bottle would stumble over it, long before any page is asked."""
    for name, value in environ.items():
        if name.startswith(("HTTP_", "CONTENT_", "QUERY_")) and not value.isascii():
            environ[name] = value.encode("latin-1", "replace").decode(errors="replace").encode().decode("latin-1")


def _check_size(request: Request, most: int) -> None:
    """Raises HTTPResponse when a form is larger than it may be, or does not say how large it is."""
    if "chunked" in request.http.get_header("Transfer-Encoding", "").lower():
        raise responses.plain(411, "A form says how long it is.")
    if request.http.content_length > most:
        unit, name = (1024**2, "MB") if most >= 1024**2 else (1024, "kB")
        text = request._("This is too large ({size}). The limit is {most}.")
        # Rounded up: what is one byte too large does not have as much as may be.
        size = f"{request.count(-(-request.http.content_length // unit))} {name}"
        raise responses.page(
            request, responses.trouble(request, 413, text.format(size=size, most=f"{most // unit} {name}"))
        )


def _same_origin(request: Request) -> bool:
    sent = request.http
    scheme = str(sent.environ.get("wsgi.url_scheme"))
    return access_rule.same_origin(
        scheme, sent.get_header("Host", ""), sent.get_header("Origin"), sent.get_header("Sec-Fetch-Site")
    )


def _token_fits(request: Request) -> bool:
    return access_rule.token_fits(request.csrf, request.sent("csrf"))


def _here(request: Request) -> str:
    query = urlencode(list(request.query.items()))
    return f"{request.http.path}?{query}" if query else str(request.http.path)
