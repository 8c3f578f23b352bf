"""Whatever people, callers, phones and providers call themselves is text, on every page that can be reached."""

from __future__ import annotations

import re
import time
from html import unescape
from html.parser import HTMLParser

from webtest import TestApp

from pbx.store.rows import Binding, CallDirection, CallTrace, LegQuality, Step, TracedDialog, TracedMessage
from tests.leftovers import CALLER, call_record, message
from tests.webui.office import Web

EVIL = """"'><x-evil x-evil=1>' x-evil="2" x-evil='3'</textarea></title></option></svg>{{7*7}}"""
NO_LINK = re.compile(r"/(static|live|alive|logout|providers/|wizard/line/)|^(https?|tel|sip|mailto|data):|^#")


class Looked(HTMLParser):
    """A page: links to others, and what broke out of its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.broken: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "x-evil" or "x-evil" in name or name.startswith("on") or name == "style":
                self.broken.append(self.get_starttag_text() or tag)
            if re.match(r"\s*(javascript|vbscript):", value or "", re.I):
                self.broken.append(str(value))
            if name in ("href", "src") and value and not NO_LINK.search(value):
                self.links.add(value.partition("#")[0])


def furnish(web: Web) -> None:
    """Everything that has a name gets the evil one, as far as the rules let it."""
    web.do("user add", name=f"Eve {EVIL[:60]}", extension="66")
    web.do("group add", name=f"Group {EVIL[:60]}", extension="67", members=["66", "21"])
    web.do("contact add", name=f"Contact {EVIL[:60]}", number="+49891234567;12")
    phone = web.do("phone add", extension="66", name=f"Phone {EVIL[:60]}")["username"]
    web.do("account add", name=f"account {EVIL[:60]}", extension="66", password="rotes-Fahrrad-im-Regen")
    web.do("trunk add", name="amt", peer="192.0.2.77:5060")
    web.do("number add", number="+4930123450", trunk="amt", to=["66", "67"])
    web.live.trunks["amt"] = ("refused", f"403 {EVIL}")
    web.live.registered[phone] = [f"sip:{EVIL}"]
    now = time.time()
    here = ("192.0.2.1", 5060)
    binding = Binding(phone, f"sip:{EVIL}", EVIL, 1, now + 600, "udp", here, here, user_agent=f"Softphone {EVIL}")
    web.desk.records.save_bindings({phone: [binding]})
    calls: tuple[tuple[str, str, CallDirection], ...] = (
        ("c1", CALLER, "in"),
        ("c2", "+49891234567", "out"),
        ("c3", "66", "internal"),
    )
    steps = (Step(now - 60, "dialled", {"digits": EVIL}), Step(now - 50, "answered", {"extension": "66"}))
    for id, caller, direction in calls:
        legs = (LegQuality(f"66{EVIL}", f"PCMA{EVIL}", 50, 50),)
        record = call_record(
            id, direction=direction, from_=caller, from_name=f"Caller {EVIL}", to=f"+4930123450{EVIL}", extension="66",
            started=now - 60, story=EVIL, steps=steps, legs=legs, trunk=EVIL,
        )  # fmt: skip
        web.desk.records.add_call(record, web.desk.office.names)
        said = f"INVITE sip:{EVIL} SIP/2.0\nUser-Agent: {EVIL}\nReason: SIP;text={EVIL}\n\n{EVIL}\n"
        dialogs = (TracedDialog("a", EVIL, True),)
        messages = (TracedMessage(now, False, "udp", f"192.0.2.1{EVIL}:5060", 0, said),)
        web.desk.records.traces.add(id, now, CallTrace(dialogs, messages))
        for extension in ("21", "66", ""):
            web.desk.records.add_task(extension, "missed", caller, id, now)
    message(web.desk, "21", "c1")
    message(web.desk, "67", "c2", from_=f"+49{EVIL}")


def crawl(browser: TestApp, start: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """All pages that can be reached by links, and what broke out of its place on which."""
    pages: dict[str, str] = {}
    broken: list[tuple[str, str]] = []
    todo = [start]
    while todo and len(pages) < 400:
        path = todo.pop(0)
        shape = re.sub(r"=[^&]*", "=", path)
        if path in pages or sum(re.sub(r"=[^&]*", "=", each) == shape for each in pages) > 12:
            continue
        answer = browser.get(path, expect_errors=True)
        pages[path] = ""
        if answer.status_code == 500:
            broken.append((path, "500"))
        if 300 <= answer.status_code < 400:
            todo.append(re.sub(r"^https?://[^/]+", "", answer.headers["Location"]))
        elif answer.content_type == "text/html":
            pages[path] = answer.text
            looked = Looked(answer.text)
            broken += [(path, each) for each in looked.broken]
            todo += sorted(link for link in looked.links if link.startswith("/"))
    return pages, broken


def test_names_from_outside_are_text_on_every_page(web: Web) -> None:
    furnish(web)
    for browser, start in ((web.admin, "/now"), (web.user("21"), "/mine")):
        pages, broken = crawl(browser, start)
        assert not broken
        seen = [path for path, text in pages.items() if "x-evil" in unescape(text)]
        assert len(seen) > 8
