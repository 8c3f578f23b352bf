"""One request: who asks, in which language, and everything a page needs to answer."""

import base64
import csv
import io
import json
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from bottle import FormsDict, HTTPError, HTTPResponse

from pbx.control.client import Refused, ask
from webui.form import Field, Form, FormBody, Options, Upload
from webui.form_body import posted
from webui.live import Hub
from webui.serving import access_rule
from webui.serving.files import Files
from webui.views import Html, Views, icon
from webui.words import LANGUAGES, Words

SESSION_DAYS = 30
_ROWS = 250
"""Of a table that leave at once."""
MOST_QUESTIONS = 24
LARGE, MOST_LARGE, PATIENCE = 1024 * 1024, 3, 30.0
"""Forms of more bytes than that are held in memory only so many at a time; the others wait so many seconds."""
_DANGEROUS = re.compile(r"(^|[;,\t\r\n|])([ \u00a0\"']*)(?=[=+@\-\t\r\uff1d\uff0b\uff0d\uff20])")
"""Before what makes a spreadsheet run a cell instead of showing it.

Not only where a cell begins: a German spreadsheet parts cells at semicolons, whatever the table parts them by.
"""


@dataclass(slots=True)
class Site:
    """What all requests share."""

    socket: Path
    """The daemon's."""
    words: dict[str, Words]
    views: Views
    files: Files
    hub: Hub
    pages: Sequence[Any] = ()
    """The navigation."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    """Signs what visitors without a session carry; it lives as long as this process."""
    port: int | None = None
    """Where HTTP listens; None when nobody said."""
    tls_port: int | None = None
    """Where HTTPS listens; None while it does not."""
    asking: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST_QUESTIONS))
    """Held while the daemon is asked: it lets only so many talk to it at once."""
    holding: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST_LARGE))
    """Held while a large form is in memory."""


class Request:
    """One request and its answer."""

    def __init__(self, site: Site, http: Any) -> None:
        self.site = site
        self.mark = site.hub.mark
        """Taken before the daemon is asked: what changes while the page is made is sent once too often, never not."""
        self.http = http
        self.status = 200
        self.headers: list[tuple[str, str]] = []
        self.account: SimpleNamespace | None = None
        """Who is logged in: `name`, `role`, `extension`, `language`."""
        self.token = ""
        """The session's."""
        self.holds_secrets = False
        """Whether a password or PIN is typed or shown on the page: views say so, views/layout.tpl warns."""
        self.query: Mapping[str, str] = dict(_decoded(http.query).items())
        self._cookies = _cookies(http.get_header("Cookie", ""))
        self.words = site.words[self._language()]
        self._posted: FormBody | None = None
        self._is_large = False

    # --- who --------------------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """de or en."""
        return self.words.language

    @property
    def is_admin(self) -> bool:
        return self.account is not None and self.account.role == "admin"

    @property
    def source(self) -> str:
        """The visitor's address."""
        found = access_rule.address(self.http.environ.get("REMOTE_ADDR", ""))
        return str(found) if found else ""

    def recognise(self) -> None:
        """Find out whose session it is. Raises NotRunning, ControlError."""
        self.token = self.cookie(self._session_name)
        try:
            # Also without a session: a login that cannot work is not shown.
            who = self.ask("session who")
        except Refused:
            who = None
        if not isinstance(who, dict):
            self._forget()
            return
        self.account = SimpleNamespace(**who)
        self.words = self.site.words.get(str(who.get("language")), self.words)

    def enter(self, token: str) -> None:
        """From now on this browser has this session."""
        self.token = token
        self.set_cookie(self._session_name, token, SESSION_DAYS * 86400)

    def leave(self) -> None:
        """Forget the session here; the daemon ends it by "session close"."""
        self._forget()
        self.account = None

    def _forget(self) -> None:
        """The session is over; its pages stop listening."""
        if self.token:
            self.site.hub.end(self.token)
            self.set_cookie(self._session_name, "", 0)
        self.token = ""

    # --- asking -----------------------------------------------------------------------------------------------------

    def ask(self, verb: str, **arguments: Any) -> Any:
        """Let the daemon do a command for this visitor. Raises Refused, NotRunning, ControlError."""
        with self.site.asking:
            return ask(self.site.socket, verb, arguments, session=self.token)

    def form(self, fields: Sequence[Field], values: Mapping[str, Any] | None = None, /, **options: Options) -> Form:
        """A form: with what was sent if this is a POST, else with `values`. `options` are choices that are data."""
        posted = self.posted if self.http.method == "POST" else None
        form = Form(fields, self.words, self.ask, self._field, posted, options)
        return form if values is None else form.fill(values)

    def blank(self, fields: Sequence[Field], values: Mapping[str, Any], **options: Options) -> Form:
        """A form that is only shown, whatever was sent: one of several on a page."""
        return Form(fields, self.words, self.ask, self._field, None, options).fill(values)

    @property
    def posted(self) -> FormBody:
        """What was sent. Raises bottle.HTTPError when it cannot be read."""
        if self._posted is None:
            self._posted = self._read() if self.http.method == "POST" else FormBody({}, {})
        return self._posted

    def _read(self) -> FormBody:
        if self.http.content_length > LARGE:
            _ = self.http.body  # arrives on the disk, however long that takes
            if not self.site.holding.acquire(timeout=PATIENCE):
                raise HTTPError(503)
            self._is_large = True
        return posted(self.http)

    def over(self) -> None:
        """The answer is made, and what was sent is needed no longer."""
        if self._is_large:
            self._is_large, self._posted = False, None
            self.site.holding.release()

    def sent(self, name: str) -> str:
        """One value that was sent, for posts too small for a form; empty when it was not."""
        return (self.posted.values.get(name) or [""])[-1].strip()

    @property
    def uploads(self) -> Mapping[str, Upload]:
        """Files that were sent, by field."""
        return self.posted.files

    # --- answering --------------------------------------------------------------------------------------------------

    def page(self, view: str, **fields: Any) -> str:
        """A page made of views/`view`.tpl; a form among the fields says with which status."""
        for each in fields.values():
            if isinstance(each, Form) and each.status != 200:
                self.status = each.status
        return self.site.views.render(view, self._names() | fields)

    def see_other(self, path: str, message: str = "") -> HTTPResponse:
        """Go on at another page of ours (303), where the message is shown once."""
        if message:
            packed = base64.urlsafe_b64encode(message.encode()[:1500]).decode()
            self.set_cookie(self._named("message"), access_rule.signed(self.site.secret, packed), 60)
        where = path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
        return HTTPResponse("", 303, [("Location", quote(where, safe="/?&=#:;,+%@!~*'()[]$-._"))])

    def csv(self, rows: Iterable[Sequence[Any]], name: str) -> HTTPResponse:
        """A table to download, harmless for spreadsheets, that leaves while `rows` are still being found.

        What they raise in the first piece is raised here; what comes later breaks the download off, as a table that
        seems whole and is not would be believed.
        """
        pieces = _table(rows)
        first = next(pieces)
        return self.download(chain((first,), pieces), name, "text/csv; charset=utf-8")

    def download(self, content: bytes | Iterable[bytes], name: str, type: str) -> HTTPResponse:
        """A file to save under a name."""
        shown = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return HTTPResponse(content, 200, [("Content-Type", type), ("Content-Disposition", shown)])

    def sound(self, content: bytes) -> HTTPResponse:
        """A WAV that is played in the page: whole, or the part a player asks for to go back and forth in it."""
        headers = [("Content-Type", "audio/wav"), ("Accept-Ranges", "bytes")]
        part = re.fullmatch(r"bytes=([0-9]{1,10})-([0-9]{0,10})", self.http.get_header("Range", ""), re.ASCII)
        if part is None:
            return HTTPResponse(content, 200, headers)
        first, last = int(part[1]), min(int(part[2] or len(content)), len(content) - 1)
        if first > last:
            return HTTPResponse("", 416, [("Content-Range", f"bytes */{len(content)}")])
        headers.append(("Content-Range", f"bytes {first}-{last}/{len(content)}"))
        return HTTPResponse(content[first : last + 1], 206, headers)

    def json(self, value: Any) -> HTTPResponse:
        """An answer for a script of ours."""
        return HTTPResponse(json.dumps(value), 200, [("Content-Type", "application/json")])

    # --- words ------------------------------------------------------------------------------------------------------

    def _(self, text: str) -> str:
        return self.words.say(text)

    def n_(self, one: str, many: str, number: int) -> str:
        return self.words.count(one, many, number)

    def said(self, sentence: Any) -> str:
        """What the daemon said, in the visitor's language."""
        return self.words.sentence(sentence)

    def when(self, at: float) -> str:
        """A moment (seconds since 1970) as people write it."""
        return self.words.when(at, time.time())

    def duration(self, seconds: float) -> str:
        """3:07."""
        return self.words.duration(seconds)

    def decimal(self, value: float) -> str:
        """2.5, or 2,5."""
        return self.words.decimal(value)

    def count(self, value: int) -> str:
        """How many: 60,000, or 60.000."""
        return self.words.whole(value)

    def number(self, e164: str) -> str:
        """A telephone number for reading: +49 30 123456."""
        return self.words.number(e164)

    # --- for views/layout.tpl ---------------------------------------------------------------------------------------

    @property
    def here(self) -> str:
        """Where to come back to."""
        path = self.http.path if self.http.method == "GET" else "/"
        query = self.http.query_string
        return f"{path}?{query}" if query else str(path)

    @property
    def now(self) -> float:
        """The box's clock, for scripts that count seconds."""
        return round(time.time(), 3)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """All languages, each with its own name."""
        return list(LANGUAGES.items())

    @property
    def navigation(self) -> list[tuple[str, list[Any]]]:
        """The pages this visitor may open, by group."""
        pages = [page for page in self.site.pages if page.may != "admin" or self.is_admin]
        return [(group, list(found)) for group, found in groupby(pages, lambda page: str(page.group))]

    @property
    def takes_gzip(self) -> bool:
        return "gzip" in self.http.get_header("Accept-Encoding", "")

    @property
    def secure_url(self) -> str:
        """This page by HTTPS; empty when it is, or there is none."""
        name = access_rule.host_name(self.http.get_header("Host", ""))
        if self.secure or self.site.tls_port is None or name is None:
            return ""
        name = f"[{name}]" if ":" in name else name
        port = "" if self.site.tls_port == 443 else f":{self.site.tls_port}"
        query = f"?{self.http.query_string}" if self.http.query_string else ""
        return f"https://{name}{port}{quote(self.http.path)}{query}"

    # --- inside -----------------------------------------------------------------------------------------------------

    @property
    def csrf(self) -> str:
        """The secret that forms of this browser are made with; a visitor gets one by cookie."""
        if self.token:
            return self.token
        cookie = self.cookie(self._visitor_name)
        if not cookie or not access_rule.signature_holds(self.site.secret, cookie):
            cookie = access_rule.signed(self.site.secret, secrets.token_urlsafe(24))
            self._cookies[self._visitor_name] = cookie
            self.set_cookie(self._visitor_name, cookie, 86400)
        return cookie

    def cookie(self, name: str) -> str:
        return self._cookies.get(name, "")

    def set_cookie(self, name: str, value: str, seconds: int) -> None:
        """Lax, not Strict: a link in a mail shall find its reader logged in, and no GET changes anything."""
        secure = "; Secure" if name.startswith("__Host-") else ""
        self.headers.append(
            ("Set-Cookie", f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
        )

    @property
    def secure(self) -> bool:
        """Whether it came by HTTPS."""
        return str(self.http.environ.get("wsgi.url_scheme")) == "https"

    @property
    def _session_name(self) -> str:
        return self._named("session")

    @property
    def _visitor_name(self) -> str:
        return self._named("visitor")

    def _named(self, name: str) -> str:
        """Cookies do not know ports: two boxes on one machine would take each other's, and HTTP those of HTTPS."""
        name = f"{name}-{self.http.environ.get('SERVER_PORT', '')}"
        return f"__Host-{name}" if self.secure else name

    def _language(self) -> str:
        if (chosen := self.cookie("language")) in LANGUAGES:
            return chosen
        for part in self.http.get_header("Accept-Language", "").split(","):
            if (wanted := str(part).strip().lower()[:2]) in LANGUAGES:
                return wanted
        return "en"

    def _names(self) -> dict[str, Any]:
        """What every view knows."""
        return {
            "_": self.words.say,
            "n_": self.words.count,
            "request": self,
            "csrf": lambda: Html(f'<input type="hidden" name="csrf" value="{access_rule.form_token(self.csrf)}">'),
            "icon": icon,
            "asset": self.site.files.path,
            "flash_message": self._flash(),
        }

    def _flash(self) -> str:
        """The message of the page before, once."""
        cookie = self.cookie(self._named("message"))
        if not cookie or self.http.get_header("X-Live"):
            return ""
        self.set_cookie(self._named("message"), "", 0)
        if not access_rule.signature_holds(self.site.secret, cookie):
            return ""
        return base64.urlsafe_b64decode(cookie.rpartition(".")[0]).decode(errors="replace")

    def _field(self, form: Form, each: Field) -> Html:
        return Html(self.site.views.render("field", self._names() | {"form": form, "field": each}))


def _cookies(header: str) -> dict[str, str]:
    """Cookies by name. Other servers with this name set some too: none of them is an error."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value.strip('"') for name, _, value in pairs}


def _decoded(sent: Any) -> Any:
    """Fields as text; bytes that are none become replacement characters."""
    if not sent.recode_unicode:
        return sent
    decoded = FormsDict()
    for name, value in sent.allitems():
        decoded.append(*(each.encode("latin-1", "replace").decode(errors="replace") for each in (name, value)))
    return decoded


def _table(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A table in pieces of so many rows; there is one also without any."""
    left, sent = iter(rows), b"\xef\xbb\xbf"
    while some := list(islice(left, _ROWS)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in some)
        yield sent + text.getvalue().encode()
        sent = b""
    if sent:
        yield sent


def _cell(value: Any) -> Any:
    return _DANGEROUS.sub(r"\1'\2", value) if isinstance(value, str) else value
