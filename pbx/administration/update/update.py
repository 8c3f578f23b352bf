"""Updates, as far as the exchange has to do with them: it takes the file, asks for it to be used, says how that goes.

What needs root does `pbx.box.update` on a box whose system comes in two slots: it checks the signature, writes the
other slot, restarts, and asks here whether the new version is well (`update_health`); if not, the old one starts again.
"""

import json
from pathlib import Path
from typing import Any, Literal

from pbx import VERSION
from pbx.administration.desk import pieces
from pbx.administration.desk.desk import UPDATE, Desk
from pbx.administration.update import bundles, progress
from pbx.administration.update.progress import BUNDLE, WANTED, current_progress, is_possible
from pbx.administration.update.update_health import trunks_that_are_well
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, said
from pbx.store.disk.atomic import move_file, private_directory, remove_file, write_file

Shown = dict[str, Any]

LARGEST = 1024**3
"""Bytes of a bundle."""


def status(desk: Desk) -> Shown:
    """What runs, which file was brought, how the last update went or how far this one is (`phase`)."""
    last = current_progress(desk)
    return {
        "possible": is_possible(desk),
        "version": VERSION,
        "bundle": _bundle(desk.data / UPDATE / BUNDLE),
        "phase": last.phase,
        "progress": last.progress,
        "from": last.old,
        "to": last.new,
        "at": last.at or None,
        "why": said(last.why),
        "calls": int(desk.live.status().get("calls", 0)) if desk.live is not None else 0,
    }


def offer(desk: Desk, data: str, size: int = 0, upload: str = "", at: int = 0, last: bool = False) -> Shown:
    """Bring a bundle in pieces (base64): the first with the `size` of all, the others with the `upload` of its answer.

    Raises Refused.
    """
    _check_free(desk)
    folder = private_directory(desk.data / UPDATE)
    if size > LARGEST or at > LARGEST:
        brought, most = (f"{-(-length // 1024**2)} MB" for length in (max(size, at), LARGEST))
        sentence = Sentence("This is too large ({size}). The limit is {most}.", size=brought, most=most)
        raise Refused(sentence, field="file")

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
    desk.changed("health")
    return {"upload": "", "bundle": _bundle(folder / BUNDLE)}


def install(desk: Desk) -> Shown:
    """Ask root to install what was brought: the box restarts when no call lasts any more. Raises Refused."""
    _check_free(desk)
    folder = desk.data / UPDATE
    if not (folder / BUNDLE).is_file():
        raise Refused(Sentence("Upload an update first."), 1)
    wanted = {
        "asked": int(desk.host.clock()),  # root tells whole seconds too
        "start": progress.this_start(desk.host),
        "by": desk.actor.name or desk.actor.role,
        "trunks": sorted(trunks_that_are_well(desk.live)),
    }
    write_file(folder / WANTED, json.dumps(wanted).encode())
    desk.changed("health")
    return status(desk)


def forget(desk: Desk, what: Literal["all", "file", "end"] = "all") -> Shown:
    """Delete the file that was brought, and speak no more of how the last one ended. Raises Refused."""
    _check_free(desk)
    folder = private_directory(desk.data / UPDATE)
    if what != "end":
        remove_file(folder / BUNDLE)
    if what != "file":
        remove_file(folder / WANTED)
        progress.forget(desk)
    desk.changed("health")
    return status(desk)


def _check_free(desk: Desk) -> None:
    """Raises Refused while an update is under way, and where there is none."""
    desk.check_kept()
    if not is_possible(desk):
        raise Refused(Sentence("On this machine, updates are installed as a package."), 1)
    if current_progress(desk).goes_on:
        raise Refused(Sentence("An update is being installed. Please wait until it is finished."), 1)


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
    return Refused(Sentence("This is not a Durchwahl update, or it is incomplete."), field="file")
