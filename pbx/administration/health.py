"""The doctor: is all well, and if not, what is to be done."""

import dataclasses
import errno
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pbx.administration.live import Check
from pbx.administration.stores import Stores
from pbx.prompts import catalogue, speech
from pbx.store.models import Office

Shown = dict[str, Any]

_BUILT = 1_735_689_600.0
"""The first of January 2025: no clock that is right shows less."""


def examine(stores: Stores, sip_port: int = 5060) -> list[Shown]:
    """Everything there is to look at, as `name`, `state` (ok, warn, fail), `sentence` and `advice`."""
    checks = [*checks_of_folder(stores.data), _settings(stores.data), _records(stores), _clock(stores)]
    checks += [_speech(), _prompts(), *_greetings(stores), *_office(stores.office)]
    checks += [*_accounts(stores.office), _port(sip_port)] if stores.live is None else stores.live.doctor()
    return [view(check) for check in checks]


def view(check: Check) -> Shown:
    """A check as JSON."""
    return dataclasses.asdict(check)


def checks_of_folder(data: Path) -> list[Check]:
    """What can be said of a data folder without opening anything in it."""
    return [_rights(data), _disk(data)]


def _rights(data: Path) -> Check:
    open_to_others = [path for path in (data, data / "settings.json", data / "records.sqlite") if _is_open(path)]
    if open_to_others:
        names = ", ".join(map(str, open_to_others))
        return Check("rights", "warn", f"Other users of this machine may read {names}.", f"chmod go= {names}")
    return Check("rights", "ok", f"Only its owner can enter {data}.")


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


def _disk(data: Path) -> Check:
    usage = shutil.disk_usage(data)
    share = usage.free / max(usage.total, 1)
    sentence = f"{usage.free / 1e9:.1f} GB ({share:.0%}) of the disk are free."
    if share < 0.10:
        return Check("disk", "fail", f"{sentence} No messages are recorded.", "Delete what is not needed.")
    if share < 0.20:
        return Check("disk", "warn", f"{sentence} Below 10% no messages are recorded.", "Delete what is not needed.")
    return Check("disk", "ok", sentence)


def _settings(data: Path) -> Check:
    return Check("settings", "ok", f"{data / 'settings.json'} is readable and right.")


def _records(stores: Stores) -> Check:
    if not stores.records.is_sound():
        advice = "Stop the exchange, put records.sqlite away and restore it from a backup."
        return Check("records", "fail", "The records file is damaged.", advice)
    return Check("records", "ok", "The records file is sound.")


def _clock(stores: Stores) -> Check:
    now = time.time()
    last = max((call.ended for call in stores.records.calls(1)), default=0.0)
    shown = time.strftime("%Y-%m-%d %H:%M", time.localtime(now))
    if now < _BUILT or now < last - 60.0:
        return Check(
            "clock", "fail", f"The clock shows {shown}, which cannot be.", "Connect it to a time server (NTP)."
        )
    return Check("clock", "ok", f"The clock shows {shown}.")


def _speech() -> Check:
    engines = speech.installed()
    if not engines:
        advice = "apt-get install espeak-ng (or libttspico-utils from non-free)"
        return Check("speech", "warn", "No speech engine is installed: typed greetings cannot be spoken.", advice)
    return Check("speech", "ok", f"Typed greetings are spoken by {engines[0]}.")


def _prompts() -> Check:
    paths = [catalogue.clip_path(key, language) for key in catalogue.SENTENCES for language in catalogue.LANGUAGES]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        sentence = f"{len(missing)} of {len(paths)} spoken sentences are missing, {missing[0]} first."
        return Check("prompts", "fail", sentence, "Install Durchwahl again, or run “make prompts”.")
    return Check("prompts", "ok", f"All {len(paths)} spoken sentences are there.")


def _greetings(stores: Stores) -> Iterator[Check]:
    office = stores.office
    named = [(f"The greeting of {number.e164}", number.greeting) for number in office.numbers.values()]
    named += [(f"{person.name}'s announcement", person.announcement) for person in office.people.values()]
    for whose, name in named:
        if name and not (stores.greetings / name).is_file():
            yield Check("greetings", "fail", f"{whose} is gone from {stores.greetings}.", "Set it again.")


def _office(office: Office) -> Iterator[Check]:
    if office.trunks and not office.numbers:
        advice = "durchwahl number add E164 --trunk NAME --to EXT"
        yield Check("numbers", "warn", "There is no number: all calls from outside are refused.", advice)
    for number in office.numbers.values():
        ringing = {each for to in number.to for each in (office.groups[to].members if to in office.groups else (to,))}
        if not any(office.phones_of(each) and not office.people[each].outbound_only for each in ringing):
            advice = "durchwahl phone add EXT"
            yield Check("numbers", "warn", f"A call to {number.e164} rings no phone.", advice)
    for extension, person in sorted(office.people.items()):
        if person.voicemail and not person.pin:
            advice = f"durchwahl user set {extension} --pin PIN"
            yield Check("pins", "warn", f"{person.name} ({extension}) has no PIN to hear messages by phone.", advice)


def _accounts(office: Office) -> Iterator[Check]:
    """What a running exchange says better, as it knows states."""
    if not office.trunks:
        advice = "durchwahl trunk add NAME ..."
        yield Check("trunks", "warn", "There is no trunk: nobody can call in or out, not even 110 and 112.", advice)
    for extension, person in sorted(office.people.items()):
        if not office.phones_of(extension):
            advice = f"durchwahl phone add {extension}"
            yield Check("phones", "warn", f"{person.name} ({extension}) has no phone.", advice)


def _port(port: int) -> Check:
    for kind, word in ((socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                # A port whose last connection ended a moment ago is free for a server all the same.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError as error:
                why = (
                    "in use by another program"
                    if error.errno == errno.EADDRINUSE
                    else (error.strerror or "not to be had")
                )
                advice = f"Find it with “ss -lpn sport = :{port}”, or run with --sip HOST:PORT."
                return Check("port", "fail", f"{word} port {port} is {why}.", advice)
    return Check("port", "ok", f"Port {port} is free; the exchange is not running.")
