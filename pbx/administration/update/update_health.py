"""Whether a version is well, and what the doctor says of the last update."""

import http.client
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from pbx import VERSION
from pbx.administration.desk.desk import UPDATE, Desk
from pbx.administration.desk.live import DoctorCheck, Live
from pbx.administration.update import self_call
from pbx.administration.update.progress import BUNDLE, current_progress, is_possible, wanted
from pbx.box.update.state import TRYING
from pbx.exchange.trunks.trunk import PROVEN
from pbx.sentence import Sentence, Wrong, said
from pbx.store.disk.atomic import remove_file

SETTLED = 20.0
"""Seconds that the exchange must have run."""
PATIENCE = 5.0
"""Seconds for the web page."""


def check(desk: Desk) -> dict[str, Any]:
    """Is this version well: it has run for a while, trunks and page are as before, it can call itself.

    `why` says what is not, `checks` what was looked at until then.
    """
    checks = []
    for name, trouble in _troubles(desk):
        checks.append({"name": name, "ok": not trouble, "sentence": str(trouble), "said": said(trouble)})
        if trouble:
            return {"healthy": False, "why": str(trouble), "why_said": said(trouble), "checks": checks}
    if current_progress(desk).phase == TRYING:
        remove_file(desk.data / UPDATE / BUNDLE)  # it is in its slot, whatever becomes of it
    return {"healthy": True, "why": "", "why_said": None, "checks": checks}


def _troubles(desk: Desk) -> Iterator[tuple[str, str]]:
    """Each thing to look at with what is wrong with it, the dear ones last; empty when nothing is."""
    if desk.live is None:
        yield "running", Sentence("The exchange is not running.")
        return
    uptime = desk.live.status()["uptime"]
    settled = uptime >= SETTLED
    yield (
        "running",
        "" if settled else Sentence("The exchange has only been running for {count} seconds.", count=int(uptime)),
    )
    well = trunks_that_are_well(desk.live)
    missing = [name for name in wanted(desk.data).get("trunks", ()) if name not in well and name in desk.office.trunks]
    yield "trunks", Sentence("Lines that no longer work since the update: {names}.", names=missing) if missing else ""
    yield "page", _page_trouble(desk.host.pages)
    try:
        self_call.call(desk.live.guest())
    except Wrong as wrong:
        yield "call", wrong.sentence
    else:
        yield "call", ""


def _page_trouble(pages: Sequence[str]) -> str:
    """What is wrong with the web page, if there is one: without it nobody could bring the next update."""
    if not pages:
        return ""
    place = urlsplit(pages[-1])  # as this machine itself reaches it
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/alive")
        if connection.getresponse().status == 204:
            return ""
    except (OSError, http.client.HTTPException):
        pass  # it is not there, or garbles its answer
    finally:
        connection.close()
    return Sentence("The web page does not answer at {url}.", url=pages[-1])


def trunks_that_are_well(live: Live | None) -> set[str]:
    """By name; registered, or answering where there is nothing to register."""
    states = live.trunk_states() if live is not None else {}
    return {name for name, (state, _) in states.items() if state in PROVEN}


def checks(desk: Desk) -> list[DoctorCheck]:
    """What the doctor says of the last update; nothing on a machine that has none."""
    if not is_possible(desk):
        return []
    last = current_progress(desk)
    new, why = last.new or "?", last.why.inside()
    match last.phase:
        case "returned":
            sentence = Sentence(
                "The update to {new} was rolled back, {old} is running: {why}", new=new, old=VERSION, why=why
            )
            advice = Sentence(
                "Everything is as it was before. Please try again. If the update is rolled back again, tell us."
            )
        case "refused":
            sentence = Sentence("The update was rejected: {why}", why=why)
            advice = Sentence("Download the file again, then upload it again.")
        case "failed" | "broken":
            sentence = Sentence("The update to {new} failed: {why}", new=new, why=why)
            advice = Sentence("Nothing was changed. Please start again.")
        case "":
            return [DoctorCheck("update", "ok", Sentence("Version {version} is running.", version=VERSION))]
        case "kept":
            return [
                DoctorCheck(
                    "update",
                    "ok",
                    Sentence("The last update succeeded: version {version} is running.", version=VERSION),
                )
            ]
        case _:
            return [DoctorCheck("update", "ok", Sentence("An update is being installed."), page="/update")]
    return [DoctorCheck("update", "warn", sentence, advice, "/update", "durchwahl update status")]
