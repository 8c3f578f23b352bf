"""What is fuzzed: of each parser a function that takes any bytes, and what must hold of what comes out.

Nothing but the parser's own error may leave it, and what it read it must write and read again as the same.
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path

from bottle import HTTPError

from pbx.administration.office.contacts_csv import entries, read_table, text_of
from pbx.administration.office.contacts_import import _of_cards
from pbx.administration.update import bundles
from pbx.control.protocol import Garbled, read_question
from pbx.control.protocol import Refused as NotDone
from pbx.exchange.dialling import dialplan
from pbx.exchange.dialling.numbers import BadNumber, called_number, split_contact, to_e164
from pbx.media import wav
from pbx.media.packet import Packet, PacketError
from pbx.media.rtcp import Report
from pbx.media.telephone_event import DIGITS, EventReceiver, TelephoneEvent
from pbx.sdp import description
from pbx.sdp.description import SdpError
from pbx.sdp.negotiation import Local, agreed, answer, offer, offered_codecs, wants_encryption
from pbx.sip import digest, message
from pbx.sip.address import Address
from pbx.sip.framing import Framer, FramingError, Ping
from pbx.sip.grammar import ParseError
from pbx.sip.uri import Uri, unescape
from pbx.store import sound_files
from pbx.store.backup import age
from pbx.store.backup.backup_file import Unreadable, unpack
from pbx.store.models import Group, Number, Office, Person, Trunk
from pbx.store.settings.settings_file import SettingsError, read_office
from webui.form_body import _pairs, _parts

OURS = Local("192.0.2.1", 40000)
CODECS = ("G722", "PCMA", "PCMU")
ANNA = Person("21", "Anna", number="+493012345621")
CHALLENGER = digest.Challenger("a", b"secret", lambda: 1000.0, lambda length: bytes(length))
OFFICE = Office(
    country="DE",
    area_code="30",
    people={"21": ANNA, "22": Person("22", "Bernd")},
    groups={"30": Group("30", "Sales", ("21", "22"))},
    trunks={"amt": Trunk("amt", peer="192.0.2.1")},
    numbers={"+4930123456": Number("+4930123456", "amt", ("30",))},
)


def sip(data: bytes) -> None:
    """A message from the wire; all of its fields can be read, and it is printed as what it was."""
    try:
        found = message.parse(data)
    except ParseError as error:
        if (recovered := error.recoverable) is not None:
            _ = recovered.vias, recovered.from_, recovered.to, recovered.call_id, recovered.cseq
        return
    _ = found.contacts, found.routes, found.record_routes, found.max_forwards, found.expires, found.content_type
    _ = found.sdp, found.star
    again = message.parse(bytes(found))
    assert bytes(again) == bytes(found)
    assert (again.cseq, again.call_id, again.vias, again.body) == (found.cseq, found.call_id, found.vias, found.body)


def stream(data: bytes) -> None:
    """A connection: however it is cut into pieces, the same messages arrive."""

    def cut(step: int) -> list[bytes | Ping]:
        framer, found = Framer(), list[bytes | Ping]()
        try:
            for at in range(0, len(data), step):
                found += framer.feed(data[at : at + step])
        except FramingError as error:
            found += error.whole
        return found

    # A ping may be seen sooner or later, and is no message.
    wholes = [[each for each in cut(step) if isinstance(each, bytes)] for step in (max(len(data), 1), 7)]
    assert wholes[0] == wholes[1]


def uri(data: bytes) -> None:
    """URIs and addresses, wherever they stand."""
    text = data.decode("utf-8", "replace")
    with suppress(ParseError):
        found = Uri.parse(text)
        assert Uri.parse(str(found)) == found
        assert found.matches(found)
    with suppress(ParseError):
        for each in Address.parse_list(text):
            assert Address.parse(str(each)) == each


def credentials(data: bytes) -> None:
    """Challenges and what answers them."""
    lines = data.decode("utf-8", "replace").splitlines()
    with suppress(ParseError):
        digest.answer(lines, digest.Credentials("21", "secret"), "INVITE", "sip:21@a", b"", "c", 1)
    digest.is_stale(lines)
    verdict = CHALLENGER.check(lines, "INVITE", "sip:a", lambda user, algorithm: "0" * 32)
    assert not isinstance(verdict, digest.Accepted), "nobody guesses a nonce"


def sdp(data: bytes) -> None:
    """Descriptions, and what we would answer."""
    try:
        found = description.parse(data)
    except SdpError:
        return
    assert description.parse(bytes(found)) == found
    _ = offered_codecs(data), wants_encryption(data)
    with suppress(SdpError):
        answered, chosen = answer(data, OURS, CODECS)
        assert len(description.parse(answered).media) == len(found.media)
        assert chosen.codec in CODECS
    with suppress(SdpError):
        agreed(offer(OURS, CODECS), data)
    with suppress(SdpError):
        offer(OURS, CODECS, after=data)


def rtp(data: bytes) -> None:
    """One datagram of voice."""
    with suppress(PacketError):
        found = Packet.parse(data)
        assert Packet.parse(bytes(found)) == found


def rtcp(data: bytes) -> None:
    """One compound packet of reports."""
    with suppress(PacketError):
        Report.parse(data)


def events(data: bytes) -> None:
    """Telephone-events: eleven bytes each of sequence, timestamp, SSRC and payload. No digit out of nothing."""
    receiver, digits = EventReceiver(), 0
    pieces = [data[at : at + 11] for at in range(0, len(data), 11)]
    for number, each in enumerate(pieces):
        sequence, timestamp, ssrc = (int.from_bytes(each[a:b], "big") for a, b in ((0, 2), (2, 6), (6, 7)))
        pressed = receiver.packet(ssrc, sequence, timestamp, each[7:], number * 0.02)
        assert pressed is None or pressed in DIGITS
        digits += pressed is not None
        if (event := TelephoneEvent.parse(each[7:])) is not None and event.duration < 0x10000:
            _ = bytes(event)
    assert digits <= len(pieces)


def dialled(data: bytes) -> None:
    """What a phone, a trunk, an address book dials: only plain numbers come near a trunk."""
    text = unescape(data.decode("utf-8", "replace"))
    asked = dialplan.plan(text, ANNA, OFFICE)
    if isinstance(asked, dialplan.ToOutside | dialplan.ToEmergency):
        assert asked.number.removeprefix("+").isascii()
        assert asked.number.removeprefix("+").isdigit()
    with suppress(BadNumber):
        number, extension = split_contact(text)
        assert extension == "" or extension.isdigit()
        assert to_e164(number, OFFICE).startswith("+")
    called_number([text], OFFICE.numbers, "DE", "30")


def settings(data: bytes) -> None:
    """A settings file that somebody wrote by hand, or that a backup holds."""
    path = _folder() / "settings.json"
    path.write_bytes(data)
    with suppress(SettingsError):
        read_office(path)


def vcard(data: bytes) -> None:
    """Contacts as cards. (Reading the lines of one is vobject's: what it raises is passed over.)"""
    for each in islice(_of_cards(text_of(data)), 100):
        _ = each.name, each.number


def table(data: bytes) -> None:
    """Contacts as a table."""
    with suppress(NotDone):
        found = read_table(text_of(data))
        assert all(len(row) == len(found.roles) for row in found.rows)
        _ = list(entries(found, found.roles))


def backup(data: bytes) -> None:
    """What is inside a backup: it writes below its folder, or nothing."""
    folder = _folder() / "unpacked" / "inside"
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(Unreadable):
        unpack(io.BytesIO(data), folder, 1 << 20)
    assert [path.name for path in folder.parent.iterdir()] == ["inside"]
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    shutil.rmtree(folder)


def sealed(data: bytes) -> None:
    """The outside of a backup; a password is tried only where that does not take its meant second."""
    if (head := age._HEADER.match(data)) is not None and int(head[2]) > 4:
        return
    with suppress(age.NotOpened):
        age.Reader(io.BytesIO(data), "a password").read(100)


def question(data: bytes) -> None:
    """A line on the control socket."""
    with suppress(Garbled):
        verb, arguments, _ = read_question(data)
        json.dumps([verb, arguments])


def form(data: bytes) -> None:
    """What a browser sent."""
    with suppress(HTTPError):
        _pairs(data)
    with suppress(HTTPError):
        _parts(data, b"seam")


def bundle(data: bytes) -> None:
    """An update that somebody brought, before rauc is asked whether it is one."""
    path = _folder() / "update.raucb"
    path.write_bytes(data)
    found = bundles.look(path)
    assert found is None or (found.version + found.compatible).isprintable()


def sound(data: bytes) -> None:
    """A recording that a crash cut off, or that a backup brought."""
    path = _folder() / "sound.wav"
    path.write_bytes(data)
    with suppress(wav.WavError):
        assert len(wav.read(path).samples) <= 8 * len(data)
    with suppress(sound_files.NoSound):
        assert sound_files.mend(path) >= 0


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="durchwahl-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {
    each.__name__: each
    for each in (
        *(sip, stream, uri, credentials, sdp, rtp, rtcp, events, dialled),
        *(settings, vcard, table, backup, sealed, question, form, bundle, sound),
    )
}


def corpus(name: str) -> Iterator[bytes]:
    """The inputs that are kept for a target, by name of their files."""
    for path in sorted((Path(__file__).parent / "corpus" / name).iterdir()):
        yield path.read_bytes()
