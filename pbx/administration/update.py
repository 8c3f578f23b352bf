"""Updates, as far as the exchange has to do with them: it takes the file, asks for it to be used, says how that goes.

What needs root does `pbx.box.update` on a box whose system comes in two slots: it checks the signature, writes the
other slot, restarts, and asks here whether the new version is well; if not, the old one starts again. On other machines
updates come by the package, and there is no folder for its state.
"""

import contextlib
import http.client
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pbx import VERSION
from pbx.administration import bundles, pieces, self_call
from pbx.administration.live import Check, Live
from pbx.administration.rights import Actor
from pbx.administration.stores import UPDATE, Stores
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, Wrong, retold, said
from pbx.store.atomic import move_file, private_directory, remove_file, write_file

Shown = dict[str, Any]

BUNDLE, WANTED, _FORGOTTEN = "bundle.raucb", "wanted", "forgotten"
STATE = "data/system/update/state.json"
"""Below the machine's root: what root tells of the last update."""
LARGEST = 1024**3
"""Bytes of a bundle."""
BUSY = ("checking", "writing", "draining", "trying")
LOST = 15 * 60.0
"""Seconds without news after which one that was busy is believed broken off."""
SETTLED = 20.0
"""Seconds that the exchange must have run."""
PATIENCE = 5.0
"""Seconds for the web page."""
_WELL = ("registered", "reachable")

_WHY = {
    "signature": Sentence("The file's signature is not right: it is damaged, or somebody else made it."),
    "compatible": Sentence("It is made for another kind of box."),
    "downgrade": Sentence("It is older than the version that runs."),
    "equal": Sentence("It is the version that runs already."),
    "room": Sentence("There is not enough room on the disk."),
    "no-bundle": Sentence("The file is not there any more."),
    "install": Sentence("It could not be written to the card."),
    "broken-off": Sentence("It was broken off: the power failed, or the box was restarted."),
    "not-started": Sentence("The new version did not start."),
    "unhealthy": Sentence("The new version was not well."),
}
"""Words that root may use instead of a sentence."""


def status(stores: Stores) -> Shown:
    """What runs, which file was brought, how the last update went or how far this one is (`phase`)."""
    state, bundle = _state(stores), stores.data / UPDATE / BUNDLE
    return {
        "possible": is_possible(stores),
        "version": VERSION,
        "bundle": _bundle(bundle),
        "phase": phase(stores),
        "progress": _progress(state.get("progress")),
        "from": str(state.get("from") or ""),
        "to": str(state.get("to") or ""),
        "at": state.get("at"),
        "why": said(_why(state, phase(stores))),
        "calls": int(stores.live.status().get("calls", 0)) if stores.live is not None else 0,
    }


def is_possible(stores: Stores) -> bool:
    """Whether this machine's system comes in two slots."""
    return (stores.root / STATE).parent.is_dir()


def phase(stores: Stores) -> str:
    """One of `BUSY`, or asked, kept, returned, refused, failed, broken; empty when there was no update."""
    state, asked, now = _state(stores), _asked(stores), stores.clock()
    if asked > _at(state):
        return "asked" if now - asked < LOST else "broken"
    found = str(state.get("state") or "")
    if found in BUSY and now - _at(state) > LOST:
        return "broken"
    return "" if found not in BUSY and _at(state) and _at(state) <= _forgotten(stores) else found


def mark(stores: Stores) -> int:
    """Becomes another when root has told something new."""
    try:
        return (stores.root / STATE).stat().st_mtime_ns
    except OSError:
        return 0


def offer(stores: Stores, data: str, size: int = 0, upload: str = "", at: int = 0, last: bool = False) -> Shown:
    """Bring a bundle in pieces (base64): the first with the `size` of all, the others with the `upload` of its answer.

    Raises Refused.
    """
    _check_free(stores)
    folder = private_directory(stores.data / UPDATE)
    if size > LARGEST or at > LARGEST:
        raise Refused(Sentence("This is too large: at most {size}.", size="1 GB"), field="file")

    def begins(piece: bytes) -> None:
        if not bundles.begins_like_one(piece):
            raise _no_bundle()
        remove_file(folder / BUNDLE)  # the room is for one

    upload, part = pieces.add(folder, data, size, upload, at, begins)
    if not last:
        return {"upload": upload, "bundle": None}
    if bundles.look(part) is None:
        remove_file(part)
        raise _no_bundle()
    move_file(part, folder / BUNDLE)
    stores.changed("health")
    return {"upload": "", "bundle": _bundle(folder / BUNDLE)}


def install(stores: Stores, actor: Actor) -> Shown:
    """Ask root to install what was brought: the box restarts when no call lasts any more. Raises Refused."""
    _check_free(stores)
    folder = stores.data / UPDATE
    if not (folder / BUNDLE).is_file():
        raise Refused(Sentence("Upload an update first."), 1)
    trunks = sorted(_trunks_that_are_well(stores.live))
    wanted = {
        "asked": int(stores.clock()),  # root tells whole seconds too
        "by": actor.name or actor.role,
        "trunks": trunks,
    }
    write_file(folder / WANTED, json.dumps(wanted).encode())
    stores.changed("health")
    return status(stores)


def forget(stores: Stores, what: Literal["all", "file", "end"] = "all") -> Shown:
    """Delete the file that was brought, and speak no more of how the last one ended. Raises Refused."""
    _check_free(stores)
    folder = private_directory(stores.data / UPDATE)
    if what != "end":
        remove_file(folder / BUNDLE)
    if what != "file":
        remove_file(folder / WANTED)
        write_file(folder / _FORGOTTEN, json.dumps({"at": _at(_state(stores))}).encode())
    stores.changed("health")
    return status(stores)


def check(stores: Stores) -> Shown:
    """Is this version well: it has run for a while, trunks and page are as before, it can call itself.

    `why` says what is not, `checks` what was looked at until then.
    """
    checks = []
    for name, trouble in _troubles(stores):
        checks.append({"name": name, "ok": not trouble, "sentence": str(trouble), "said": said(trouble)})
        if trouble:
            return {"healthy": False, "why": str(trouble), "why_said": said(trouble), "checks": checks}
    if phase(stores) == "trying":
        remove_file(stores.data / UPDATE / BUNDLE)  # it is in its slot, whatever becomes of it
    return {"healthy": True, "why": "", "why_said": None, "checks": checks}


def _troubles(stores: Stores) -> Iterator[tuple[str, str]]:
    """Each thing to look at with what is wrong with it, the dear ones last; empty when nothing is."""
    if stores.live is None:
        yield "running", Sentence("The exchange does not run.")
        return
    uptime = stores.live.status()["uptime"]
    settled = uptime >= SETTLED
    yield "running", "" if settled else Sentence("The exchange runs for {count} seconds only.", count=int(uptime))
    well = _trunks_that_are_well(stores.live)
    missing = [name for name in _wanted(stores).get("trunks", ()) if name not in well and name in stores.office.trunks]
    yield "trunks", Sentence("Not as before the update: {names}.", names=missing) if missing else ""
    yield "page", _page_trouble(stores.pages)
    try:
        self_call.call(stores.live.guest())
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


def checks(stores: Stores) -> list[Check]:
    """What the doctor says of the last update; nothing on a machine that has none."""
    if not is_possible(stores):
        return []
    state, now = _state(stores), phase(stores)
    new, why = str(state.get("to") or "?"), _why(state, now).inside()
    match now:
        case "returned":
            sentence = Sentence("The update to {new} was taken back, {old} runs: {why}", new=new, old=VERSION, why=why)
            advice = Sentence("All is as before. Try it once more; if it is taken back again, tell us.")
        case "refused":
            sentence = Sentence("The update was refused: {why}", why=why)
            advice = Sentence("Download the file anew, and upload it again.")
        case "failed" | "broken":
            sentence = Sentence("The update to {new} did not come about: {why}", new=new, why=why)
            advice = Sentence("Nothing was changed. Begin it again.")
        case "":
            return [Check("update", "ok", Sentence("Version {version} runs.", version=VERSION))]
        case "kept":
            return [
                Check("update", "ok", Sentence("The last update went well: version {version} runs.", version=VERSION))
            ]
        case _:
            return [Check("update", "ok", Sentence("An update is being installed."), page="/update")]
    return [Check("update", "warn", sentence, advice, "/update", "durchwahl update status")]


# --- what lies in the folders ---------------------------------------------------------------------------------------


def _trunks_that_are_well(live: Live | None) -> set[str]:
    states = live.trunk_states() if live is not None else {}
    return {name for name, (state, _) in states.items() if state in _WELL}


def _check_free(stores: Stores) -> None:
    """Raises Refused while an update is under way, and where there is none."""
    stores.check_kept()
    if not is_possible(stores):
        raise Refused(Sentence("On this machine updates come by its package."), 1)
    if phase(stores) in ("asked", *BUSY):
        raise Refused(Sentence("An update is being installed: wait until it is done."), 1)


def _bundle(path: Path) -> Shown | None:
    """The file that was brought."""
    try:
        bundle, about = bundles.look(path), path.stat()
    except OSError:
        return None
    if bundle is None:
        return None
    return {"version": bundle.version, "compatible": bundle.compatible, "size": about.st_size, "at": about.st_mtime}


def _no_bundle() -> Refused:
    return Refused(Sentence("This is no update of Durchwahl, or not all of it."), field="file")


def _state(stores: Stores) -> Shown:
    return _read(stores.root / STATE)


def _wanted(stores: Stores) -> Shown:
    return _read(stores.data / UPDATE / WANTED)


def _asked(stores: Stores) -> float:
    return _number(_wanted(stores).get("asked"))


def _forgotten(stores: Stores) -> float:
    return _at(_read(stores.data / UPDATE / _FORGOTTEN))


def _at(state: Shown) -> float:
    return _number(state.get("at"))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _progress(value: Any) -> int:
    return round(min(max(_number(value), 0.0), 100.0))


def _why(state: Shown, phase: str) -> Sentence:
    """Why it is as it is: a sentence, a word for one, or a text of root's."""
    if phase == "broken":
        return _WHY["broken-off"]
    with contextlib.suppress(LookupError, ValueError, TypeError):
        if isinstance(told := retold(state.get("said")), Sentence):
            return told
    why = str(state.get("why") or "?")
    text: Sentence = retold(said(why))
    return _WHY.get(why, text)


def _read(path: Path) -> Shown:
    """What a small file of ours says; nothing when it is not there or was cut off."""
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
