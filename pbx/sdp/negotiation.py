"""Agreeing on one audio stream by offer and answer (RFC 3264, RFC 4733, RFC 3551)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pbx.sdp.description import (
    Attribute,
    Direction,
    Media,
    NotAcceptable,
    Origin,
    RtpMap,
    SessionDescription,
    parse,
)
from pbx.sdp.remote import is_unspecified, remote_of, rtcp_of

STATIC_PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8, "G722": 9}
"""What we can speak, with the payload types of RFC 3551. All three tick at 8000 Hz (G.722 by the RFC's old mistake)."""

_STATIC_NAMES = {payload_type: name for name, payload_type in STATIC_PAYLOAD_TYPES.items()}
_EVENT = "TELEPHONE-EVENT"
_CLOCK_RATE = 8000
_PROFILES = ("RTP/AVP", "RTP/AVPF")
_EVENTS = "0-16"
_SENDING = ("sendrecv", "sendonly")
_RECEIVING = ("sendrecv", "recvonly")


@dataclass(frozen=True, slots=True)
class Local:
    """Our end of a session."""

    host: str
    """IP address packets are wanted at."""
    port: int
    session_id: int = 0
    version: int = 0
    """Counts our descriptions; must grow with every changed one (RFC 3264, section 8)."""

    def next(self) -> Local:
        """The same end for the following description."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an offer and its answer come to, seen from our side."""

    codec: str
    """PCMA, PCMU or G722."""
    payload_type: int
    """To put on packets we send."""
    receive_payload_type: int
    """On packets we get."""
    event_payload_type: int | None
    """To put on telephone-events we send; None: the peer takes none."""
    event_receive: int | None
    """On telephone-events we get."""
    remote: tuple[str, int] | None
    """Where our packets go; None while the peer gave no address to send to (0.0.0.0: hold as in RFC 2543)."""
    rtcp: tuple[str, int] | None
    """Where our RTCP goes (RFC 3605), by default the port above `remote`'s."""
    direction: Direction
    """Ours: sendonly means that we send."""
    on_hold: bool
    """The peer does not want to hear us now."""
    listed: tuple[tuple[int, str | None], ...] = field(default=(), compare=False)
    """All payload types that may come, and the codec of each; None: telephone-events. Who lists several may send any
    of them at any time (RFC 3264, sections 6.1 and 7)."""


def offer(
    local: Local,
    codecs: Sequence[str],
    direction: Direction = "sendrecv",
    event_payload_type: int | None = 101,
    after: bytes = b"",
) -> bytes:
    """An offer of one audio stream with these codecs, best first.

    `after` is our previous description of the same session: its other streams stay in place, switched off, because
    the number and order of m= lines never change, and payload types keep their meaning, also that of telephone-events
    (RFC 3264, section 8). Raises ValueError for an unknown codec.
    """
    if not codecs or len(set(codecs)) != len(codecs) or not STATIC_PAYLOAD_TYPES.keys() >= set(codecs):
        raise ValueError(f"unknown or repeated codecs in {tuple(codecs)}")
    earlier = parse(after).media if after else ()
    place = next((index for index, media in enumerate(earlier) if media.port and media.kind == "audio"), None)
    media = [_refused(stream) for stream in earlier]
    if place is None:
        names = {STATIC_PAYLOAD_TYPES[name]: name for name in codecs}
        media.append(_audio("RTP/AVP", local.port, names, event_payload_type, direction))
    else:
        used = {found.name: found.payload_type for found in _codecs(earlier[place])}
        names = {used.get(name, STATIC_PAYLOAD_TYPES[name]): name for name in codecs}
        if event_payload_type is not None:
            free = (number for number in (event_payload_type, *range(96, 128)) if number not in names)
            event_payload_type = _event_payload_type(earlier[place]) or next(free)
        media[place] = _audio(earlier[place].protocol, local.port, names, event_payload_type, direction)
    return bytes(_described(local, media))


def answer(
    offered: bytes,
    local: Local,
    codecs: Sequence[str],
    direction: Direction = "sendrecv",
) -> tuple[bytes, Agreed]:
    """Our answer to the peer's offer, and what it comes to.

    `codecs` are those we allow, best first: the first one that was offered is the only one answered, so that nobody
    changes codecs within the call. `direction` is what we would like (sendonly to put the peer on hold). Every stream
    but the chosen audio one is refused with port 0. Raises NotAcceptable; SdpError for what is no description.
    """
    theirs = parse(offered)
    place, choice = _choose(theirs, codecs)
    stream = theirs.media[place]
    events = _event_payload_type(stream)
    ours = _intersection(direction, _seen_from_here(theirs, stream))
    media = [_refused(other) for other in theirs.media]
    media[place] = _audio(stream.protocol, local.port, {choice.payload_type: choice.name}, events, ours)
    sent = bytes(_described(local, media))
    agreement = _agreement(local.host, theirs, stream, choice, choice.payload_type, events, events, ours)
    return sent, replace(agreement, listed=_listed(stream))


def agreed(offered: bytes, answered: bytes) -> Agreed:
    """What the peer's answer to our offer comes to. Raises NotAcceptable; SdpError for what is no description."""
    ours, theirs = parse(offered), parse(answered)
    pairs = [
        (mine, stream)
        for mine, stream in zip(ours.media, theirs.media, strict=False)
        if mine.kind == stream.kind == "audio" and mine.port
    ]
    if not pairs:
        raise NotAcceptable("The answer has no audio stream where one was offered.")
    accepted = [(mine, stream) for mine, stream in pairs if stream.port and stream.protocol.upper() in _PROFILES]
    if not accepted:
        raise NotAcceptable("The audio stream was refused.")
    mine, stream = accepted[0]
    wanted = {found.name: found.payload_type for found in _codecs(mine)}
    choice = next((found for found in _codecs(stream) if found.name in wanted), None)
    if choice is None:
        raise NotAcceptable("The answer names none of the codecs offered.")
    event_receive = _event_payload_type(mine)
    event_send = _event_payload_type(stream) if event_receive is not None else None
    direction = _intersection(ours.direction_of(mine), _seen_from_here(theirs, stream))
    host = ours.host_of(mine)
    agreement = _agreement(host, theirs, stream, choice, wanted[choice.name], event_send, event_receive, direction)
    return replace(agreement, listed=_listed(mine, stream))


def offered_codecs(offered: bytes) -> tuple[str, ...]:
    """The codecs we know in an offer's first usable audio stream, in the peer's order; empty if there is none.

    Raises SdpError for what is no description.
    """
    for media in parse(offered).media:
        if names := tuple(dict.fromkeys(found.name for found in _codecs(media))):
            return names
    return ()


def wants_encryption(offered: bytes) -> bool:
    """Whether an offer has voice, but all of it encrypted (SRTP). Raises SdpError."""
    voices = [media.protocol.upper() for media in parse(offered).media if media.kind == "audio" and media.port]
    return bool(voices) and all("SAVP" in protocol for protocol in voices)


def _choose(theirs: SessionDescription, codecs: Sequence[str]) -> tuple[int, RtpMap]:
    """The first audio stream with a codec of ours, by our order of preference."""
    for place, media in enumerate(theirs.media):
        found = {codec.name: codec for codec in reversed(_codecs(media))}
        for name in codecs:
            if name in found:
                return place, found[name]
    raise NotAcceptable("The offer has no audio stream with a codec we know.")


def _codecs(media: Media) -> tuple[RtpMap, ...]:
    """Codecs of a usable audio stream that we know, in its order."""
    if media.kind != "audio" or not media.port or media.protocol.upper() not in _PROFILES:
        return ()
    return _meant(media.formats, media.attributes)[0]


def _event_payload_type(media: Media) -> int | None:
    """The payload type of telephone-events at our clock rate (RFC 4733, section 2.1)."""
    return next(iter(_meant(media.formats, media.attributes)[1]), None)


def _listed(*streams: Media) -> tuple[tuple[int, str | None], ...]:
    """What these descriptions of one stream say of payload types; the first to speak of a number has the say."""
    meanings: dict[int, str | None] = {}
    for stream in streams:
        codecs, events = _meant(stream.formats, stream.attributes)
        for number, name in [
            *((found.payload_type, found.name) for found in codecs),
            *((each, None) for each in events),
        ]:
            meanings.setdefault(number, name)
    return tuple(meanings.items())


@lru_cache(maxsize=64)
def _meant(formats: tuple[str, ...], attributes: tuple[Attribute, ...]) -> tuple[tuple[RtpMap, ...], tuple[int, ...]]:
    """The codecs we know, and the telephone-events, that these formats stand for; a phone says the same each time."""
    media = Media("audio", 0, "", formats, attributes=attributes)
    maps = media.rtpmaps
    events = (number for number in _payload_types(media) if number in maps and _is_event(maps[number]))
    return tuple(_known_codecs(media, maps)), tuple(events)


def _is_event(found: RtpMap) -> bool:
    return found.name == _EVENT and found.clock_rate == _CLOCK_RATE


def _known_codecs(media: Media, maps: dict[int, RtpMap]) -> Iterator[RtpMap]:
    """In the stream's order; static payload types need no rtpmap."""
    for payload_type in _payload_types(media):
        found = maps.get(payload_type)
        if found is None and payload_type in _STATIC_NAMES:
            found = RtpMap(payload_type, _STATIC_NAMES[payload_type], _CLOCK_RATE)
        # Some devices print G722/16000, which is what the codec really does and what RFC 3551 forbids.
        rates = (_CLOCK_RATE, 16_000) if found and found.name == "G722" else (_CLOCK_RATE,)
        if found and found.name in STATIC_PAYLOAD_TYPES and found.clock_rate in rates and found.channels == 1:
            yield found


def _payload_types(media: Media) -> Iterator[int]:
    for name in media.formats:
        if len(name) <= 3 and name.isascii() and name.isdigit() and int(name) < 128:
            yield int(name)


def _audio(
    protocol: str, port: int, names: dict[int, str], event_payload_type: int | None, direction: Direction
) -> Media:
    attributes: list[Attribute] = [("rtpmap", f"{number} {name}/{_CLOCK_RATE}") for number, name in names.items()]
    formats = [str(number) for number in names]
    if event_payload_type is not None:
        formats.append(str(event_payload_type))
        attributes.append(("rtpmap", f"{event_payload_type} telephone-event/{_CLOCK_RATE}"))
        attributes.append(("fmtp", f"{event_payload_type} {_EVENTS}"))
    attributes += [("ptime", "20"), (direction, None)]
    return Media("audio", port, protocol, tuple(formats), attributes=tuple(attributes))


def _refused(media: Media) -> Media:
    """The stream's m= line with port 0 and at least one format, which nobody looks at (RFC 3264, section 6)."""
    return Media(media.kind, 0, media.protocol, media.formats or ("0",))


def _described(local: Local, media: Sequence[Media]) -> SessionDescription:
    origin = Origin("-", local.session_id, local.version, local.host)
    return SessionDescription(origin, tuple(media), local.host)


def _seen_from_here(theirs: SessionDescription, stream: Media) -> Direction:
    """What the peer's description lets us do, as our direction."""
    sends = theirs.direction_of(stream) in _SENDING
    receives = theirs.direction_of(stream) in _RECEIVING and not is_unspecified(theirs.host_of(stream))
    return _direction(send=receives, receive=sends)


def _intersection(one: Direction, other: Direction) -> Direction:
    return _direction(
        send=one in _SENDING and other in _SENDING,
        receive=one in _RECEIVING and other in _RECEIVING,
    )


def _direction(*, send: bool, receive: bool) -> Direction:
    if send:
        return "sendrecv" if receive else "sendonly"
    return "recvonly" if receive else "inactive"


def _agreement(
    local_host: str,
    theirs: SessionDescription,
    stream: Media,
    choice: RtpMap,
    receive_payload_type: int,
    event_send: int | None,
    event_receive: int | None,
    direction: Direction,
) -> Agreed:
    remote = remote_of(local_host, theirs.host_of(stream), stream.port)
    return Agreed(
        codec=choice.name,
        payload_type=choice.payload_type,
        receive_payload_type=receive_payload_type,
        event_payload_type=event_send,
        event_receive=event_receive,
        remote=remote,
        rtcp=rtcp_of(stream, remote),
        direction=direction,
        on_hold=_seen_from_here(theirs, stream) not in _SENDING,
    )
