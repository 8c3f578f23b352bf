"""How the box itself is, as checks: the doctor shows them, and so does the page that shows what goes on now."""

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import DoctorCheck
from pbx.box.machine import EARLIEST, Card, Machine, read
from pbx.sentence import Sentence
from pbx.store.folder import Folder

FULL, FILLING = 0.10, 0.20
"""Share of the disk that is free when no message is recorded any more, and when it is time to say so."""
BUSY = 1.0
"""Programs that want to run for each core, before it is too much: what is beyond has to wait."""
SCARCE, GONE = 0.15, 0.05
"""Share of the memory that programs can still have."""
WARM, HOT = 70.0, 80.0
"""Degrees Celsius: above 80 a Pi slows itself down."""
WORN, WORN_OUT = 80, 100
"""Per cent of a card's life."""
JUMP = 120.0
"""Seconds by which a clock that is set differs enough to be mentioned."""


def machine(desk: Desk) -> Machine:
    """What the machine says about itself now."""
    return read(desk.host.root, desk.data)


def checks(desk: Desk) -> dict[str, DoctorCheck]:
    """Everything that can be said of the box, by name: load, memory, disk, card, temperature, power, clock, uptime."""
    here = machine(desk)
    found = (_load(here), _memory(here), _unkept(desk.folder) or disk(desk.data), _card(here.card))
    others = (_temperature(here), _power(here), clock(desk, here), _uptime(here))
    return {check.name: check for check in (*found, *others)}


def suffers(found: Mapping[str, DoctorCheck]) -> bool:
    """Whether the machine itself is in trouble."""
    return any(found[name].state == "fail" for name in ("card", "temperature", "power"))


def _untold(name: str, sentence: Sentence) -> DoctorCheck:
    return DoctorCheck(name, "ok", sentence)


def _load(here: Machine) -> DoctorCheck:
    if here.load is None or here.cores is None:
        return _untold("load", Sentence("This machine does not report how busy it is."))
    share = round(100 * here.load / max(here.cores, 1))
    if here.load > BUSY * here.cores:
        sentence = Sentence("The processor is overloaded: {share}%.", share=share)
        return DoctorCheck(
            "load", "warn", sentence, Sentence("If this continues, calls will crackle. Use a faster machine.")
        )
    return DoctorCheck("load", "ok", Sentence("The processor is {share}% busy.", share=share))


def _memory(here: Machine) -> DoctorCheck:
    if not here.memory or here.memory_free is None:
        return _untold("memory", Sentence("This machine does not report how full its memory is."))
    share = here.memory_free / here.memory
    sentence = Sentence(
        "{percent}% of the memory is free: {free} of {all} MB.",
        percent=round(100 * share),
        free=round(here.memory_free / 1e6),
        all=round(here.memory / 1e6),
    )
    if share >= SCARCE:
        return DoctorCheck("memory", "ok", sentence)
    advice = Sentence("Restart the box at night. If this happens again, tell us.")
    return DoctorCheck("memory", "fail" if share < GONE else "warn", sentence, advice)


def disk(data: Path) -> DoctorCheck:
    """Whether the disk of this folder can be written to, and has room for messages. Raises OSError."""
    if os.statvfs(data).f_flag & os.ST_RDONLY:
        sentence = Sentence("The disk has become read-only: nothing can be saved any more.")
        advice = Sentence("Restart the box. If this happens again, restore the last backup on a new card.")
        return DoctorCheck("disk", "fail", sentence, advice, "/backup")
    usage = shutil.disk_usage(data)
    share = usage.free / max(usage.total, 1)
    room = {"free": round(usage.free / 1e9), "percent": round(100 * share)}
    if share >= FILLING:
        return DoctorCheck("disk", "ok", Sentence("{free} GB ({percent}%) of the disk is free.", **room))
    advice = Sentence("Delete old messages, or keep messages for a shorter time.")
    if share >= FULL:
        sentence = Sentence(
            "{free} GB ({percent}%) of the disk is free. Below 10% the box records no messages.", **room
        )
        return DoctorCheck("disk", "warn", sentence, advice, "/privacy")
    sentence = Sentence("{free} GB ({percent}%) of the disk is free. The box records no messages.", **room)
    return DoctorCheck("disk", "fail", sentence, advice, "/privacy")


def _unkept(folder: Folder) -> DoctorCheck | None:
    """What is to be said of the disk when the exchange had to start without it."""
    if not folder.unkept:
        return None
    sentence = Sentence(
        "The disk could not be written to at startup ({why}). Phones ring, but messages are not recorded, nothing"
        " can be changed, and whatever happens now will be forgotten at the next restart.",
        why=folder.unkept,
    )
    advice = Sentence("Restart the box. If this happens again, restore the last backup on a new card.")
    return DoctorCheck("disk", "fail", sentence, advice, "/backup")


def _card(card: Card | None) -> DoctorCheck:
    if card is None:
        return _untold("card", Sentence("This machine does not report what its data is stored on."))
    replace = Sentence("Make a backup and restore it on a new card.")
    if card.dying or (card.wear is not None and card.wear > WORN_OUT):
        return DoctorCheck("card", "fail", Sentence("The memory card is worn out."), replace, "/backup")
    if card.wear is not None:
        sentence = Sentence("Up to {wear}% of the memory card's life is used up.", wear=card.wear)
        if card.wear >= WORN:
            return DoctorCheck("card", "warn", sentence, replace, "/backup")
        return DoctorCheck("card", "ok", sentence)
    return _untold("card", _unworn(card))


def _unworn(card: Card) -> Sentence:
    """What there is to say of a card or disk that does not tell its wear."""
    if card.kind != "sd":
        return Sentence("The disk does not report how worn it is.")
    if card.written is None:
        return Sentence("SD cards do not report how worn they are.")
    gigabytes = round(card.written / 1e9)
    return Sentence(
        "SD cards do not report how worn they are. Written since the box started: {written} GB.", written=gigabytes
    )


def _temperature(here: Machine) -> DoctorCheck:
    if here.temperature is None:
        return _untold("temperature", Sentence("This machine does not report its temperature."))
    degrees = round(here.temperature)
    advice = Sentence("Improve the box's ventilation, or fit a heat sink.")
    if here.temperature >= HOT:
        return DoctorCheck(
            "temperature", "fail", Sentence("The processor is too hot: {degrees} °C.", degrees=degrees), advice
        )
    sentence = Sentence("The processor is at {degrees} °C.", degrees=degrees)
    return (
        DoctorCheck("temperature", "warn", sentence, advice)
        if here.temperature >= WARM
        else _untold("temperature", sentence)
    )


def _power(here: Machine) -> DoctorCheck:
    advice = Sentence("Use the power supply that the manufacturer recommends, and a short cable.")
    match here.power:
        case "low":
            return DoctorCheck(
                "power", "fail", Sentence("The power supply is too weak: the voltage is too low."), advice
            )
        case "was-low":
            sentence = Sentence(
                "The voltage has been too low at least once since the box started: the power supply is weak."
            )
            return DoctorCheck("power", "warn", sentence, advice)
        case "good":
            return DoctorCheck("power", "ok", Sentence("The voltage has never been too low since the box started."))
    return _untold("power", Sentence("This machine does not report whether its power supply is strong enough."))


def clock(desk: Desk, here: Machine) -> DoctorCheck:
    """Whether the time can be believed. Raises RecordsError."""
    now = time.time()
    last = max((call.ended for call in desk.records.calls(1)), default=0.0)
    shown = time.strftime("%Y-%m-%d %H:%M", time.localtime(now))
    advice = Sentence("Connect the box to the internet, or set its system to a time server (NTP) in your network.")
    if now < EARLIEST or now < last - 60.0:
        return DoctorCheck(
            "clock", "fail", Sentence("The clock shows {time}, which cannot be right.", time=shown), advice
        )
    if here.synchronised is False:
        sentence = Sentence("The clock shows {time}, but no time server sets it, so it will slowly drift.", time=shown)
        return DoctorCheck("clock", "warn", sentence, advice)
    moved = desk.live.status().get("clock_moved", 0.0) if desk.live is not None else 0.0
    if abs(moved) >= JUMP:
        minutes = round(abs(moved) / 60)
        way = Sentence("forwards") if moved > 0 else Sentence("backwards")
        sentence = Sentence(
            "The clock shows {time}. It was set {minutes} minutes {way} while the exchange was running.",
            time=shown,
            minutes=minutes,
            way=way,
        )
        return DoctorCheck("clock", "ok", sentence)
    if here.synchronised is None:
        return _untold("clock", Sentence("The clock shows {time}.", time=shown))
    return DoctorCheck("clock", "ok", Sentence("The clock shows {time}, and a time server sets it.", time=shown))


def _uptime(here: Machine) -> DoctorCheck:
    if here.uptime is None:
        return _untold("uptime", Sentence("This machine does not report how long it has been running."))
    hours = int(here.uptime // 3600)
    if hours < 48:
        return DoctorCheck("uptime", "ok", Sentence("The box has been running for {hours} h.", hours=hours))
    return DoctorCheck("uptime", "ok", Sentence("The box has been running for {days} days.", days=hours // 24))
