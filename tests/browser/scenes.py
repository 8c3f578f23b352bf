"""Calls that make an office look lived in: made by SIPp and answered by baresip, so that nothing shown is invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.browser.office import NUMBER, Office
from tests.peers.baresip import Baresip
from tests.peers.programs import until
from tests.peers.sipp import Caller, Sipp, sdp
from tests.peers.voice import Voice


def give_up(office: Office, number: str) -> None:
    """Somebody hears the greeting for a moment and hangs up."""
    before = len(office.do("calls", "--last", "1000"))
    caller = Caller(NUMBER, number)
    scenario = caller.dials().pause(1.5).send(caller.bye()).response(200)
    with Sipp(office.folder, scenario, office.provider, office.address, name="gives-up") as sipp:
        sipp.succeeds()
    office.calls(before + 1)


def leave_message(office: Office, number: str, extension: str, seconds: float) -> None:
    """Somebody dials an extension nobody answers at, and speaks (a tone) after the beep."""
    with Voice(office.provider[0], 0) as voice:
        caller = Caller(NUMBER, number, sdp(voice.host, voice.port))
        messages = len(office.do("voicemail", "list", extension))
        with Sipp(office.folder, caller.talks(), office.provider, office.address, name="message") as sipp:
            until(voice.hears, "the greeting begins")
            voice.dial(extension)
            spool = office.data / "spool"
            until(lambda: any(spool.glob("*.wav")), "the message is being recorded", 60)
            voice.say(600)
            until(lambda: any(each.stat().st_size > seconds * 16_000 for each in spool.glob("*.wav")), "it grows", 60)
            sipp.cue()
            sipp.succeeds()
        until(lambda: len(office.do("voicemail", "list", extension)) > messages, "the message is kept")


@contextmanager
def talk(office: Office, number: str, extension: str, phone: Baresip) -> Iterator[None]:
    """Somebody dials an extension, it is answered, and they talk until the end of the block."""
    phone.events.clear()
    with ExitStack() as stack:
        voice = stack.enter_context(Voice(office.provider[0], 700))
        caller = Caller(NUMBER, number, sdp(voice.host, voice.port))
        sipp = stack.enter_context(
            Sipp(office.folder, caller.talks(), office.provider, office.address, name="talks", seconds=600)
        )
        until(voice.hears, "the greeting begins")
        voice.dial(extension)
        phone.wait("CALL_INCOMING")
        phone.answer()
        phone.wait("CALL_ESTABLISHED")
        yield
        sipp.cue()
        sipp.succeeds()
        phone.wait("CALL_CLOSED")
