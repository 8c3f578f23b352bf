"""The way a call to one of the office's numbers takes: what the attendant would do, drawn as nodes and edges.

Each kind of thing a call can come to draws itself and what follows it: `_arrival`, `_greeting`, `_extensions`,
`_distribution`, `_nobody`. A function takes the `Way`, adds its node, lets its successors draw theirs, leads edges to
them and returns its own node's id. Opening hours or a menu join as one more such function, called where they come in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.office.trunk_words import explained
from pbx.exchange.calls.outgoing import share
from pbx.exchange.dialling.dialplan import dialable, greets, reachable
from pbx.exchange.scripts.attendant import PATIENCE, TRIES
from pbx.exchange.scripts.voicemail import takes_messages
from pbx.exchange.trunks.trunk import USABLE
from pbx.phone_number import printed
from pbx.sentence import Sentence, said
from pbx.store.models import Group, Number, Office, Person

Shown = dict[str, Any]


@dataclass(slots=True)
class PathDrawing:
    """The drawing as it grows, and what is known of the moment it is drawn for."""

    desk: Desk
    number: Number
    live: bool
    """Whether it is drawn for now, with phones and lines as they are; else every phone counts as registered."""
    at: float | None = None
    """Unix time it is drawn for; None is now."""
    registered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    nodes: list[Shown] = field(default_factory=list)
    edges: list[Shown] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    """What would happen, sentence by sentence."""
    warnings: list[Sentence] = field(default_factory=list)
    timed: bool = False
    """Whether a setting on it depends on the time; a node that does sets it, and only then is a time asked for."""

    @property
    def office(self) -> Office:
        """The settings it is drawn from."""
        return self.desk.office

    def node(
        self,
        kind: str,
        title: str,
        words: str,
        *,
        seconds: float | None = None,
        state: str = "",
        lines: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Add a place where the call can be; `lines` are the people there, each with a lamp."""
        made = {"id": f"{kind}-{len(self.nodes) + 1}", "kind": kind, "title": said(title), "words": said(words)}
        shown = [{"words": said(line), "state": lamp} for line, lamp in lines]
        self.nodes.append(made | {"seconds": seconds, "state": state, "lines": shown})
        return str(made["id"])

    def lead(self, source: str, target: str, label: str) -> None:
        """The call goes from one node to the other when `label` applies."""
        self.edges.append({"from": source, "to": target, "label": said(label)})


def path(desk: Desk, number: str, at: float | None = None) -> Shown:
    """The way of a call that comes in now, or at Unix time `at`. Raises Refused.

    No setting depends on the time yet: a chosen time differs from now only in what is known about now alone: which
    phones are registered and who is talking.
    """
    found = lookup.number(desk.office, number)
    live = at is None and desk.live is not None
    way = PathDrawing(desk, found, live, at)
    if live and desk.live is not None:
        way.registered, way.lines = desk.live.registrations(), desk.live.status().get("lines", {})
    _arrival(way)
    return {
        "number": found.e164,
        "at": at,
        "live": live,
        "timed": way.timed,
        "nodes": way.nodes,
        "edges": way.edges,
        "words": [said(sentence) for sentence in way.sentences],
        "warnings": [said(sentence) for sentence in way.warnings],
    }


def _arrival(way: PathDrawing) -> str:
    """The call comes in over the number's trunk."""
    number, live = way.number, way.desk.live
    trunk = way.office.trunks[number.trunk]
    state, detail = live.trunk_states().get(trunk.name, ("unknown", "")) if live else ("stopped", "")
    works = state in USABLE or not way.live
    if not works:
        way.warnings.append(explained(trunk, state, detail))
    words = Sentence("Comes in over {trunk}.", trunk=trunk.name)
    lamp = ("free" if works else "offline") if way.live else ""
    in_one_line = printed(number.e164).replace(" ", "\u00a0")
    own = way.node("call", Sentence("Call to {number}", number=in_one_line), words, state=lamp)
    if greets(number):
        way.lead(own, _greeting(way), Sentence("is answered at once"))
    else:
        way.sentences.append(Sentence("The phones ring at once, without a greeting."))
        way.warnings.append(Sentence("Callers cannot dial an extension: that is switched off for this number."))
        way.lead(own, _distribution(way), Sentence("at once"))
    return own


def _greeting(way: PathDrawing) -> str:
    """The greeting speaks, and extensions may be dialled into it."""
    number = way.number
    gone = bool(number.greeting) and not (way.desk.folder.greetings / number.greeting).exists()
    if gone:
        way.warnings.append(Sentence("The greeting's recording is missing, so callers hear the standard greeting."))
    spoken = Sentence("Your own greeting.") if number.greeting and not gone else Sentence("The standard greeting.")
    own = way.node("greeting", Sentence("Greeting"), spoken)
    if number.extensions == "off":
        way.sentences.append(Sentence("The greeting plays; callers cannot dial an extension."))
        way.warnings.append(Sentence("Callers cannot dial an extension: that is switched off for this number."))
        way.lead(own, _distribution(way), Sentence("afterwards"))
        return own
    way.sentences.append(Sentence("The greeting plays, and callers can dial an extension at any time."))
    dialled = _extensions(way)
    rung = _distribution(way)
    way.lead(own, dialled, Sentence("dials an extension"))
    way.lead(own, rung, Sentence("dials nothing for {seconds} seconds", seconds=f"{PATIENCE:g}"))
    way.lead(dialled, rung, Sentence("after {count} wrong extensions", count=TRIES))
    return own


def _extensions(way: PathDrawing) -> str:
    """The person or group that was dialled rings, or their mailbox takes the call."""
    number, office = way.number, way.office
    found = [
        each
        for each in sorted(dialable(number, office), key=lambda each: (len(each), each))
        if reachable(each, number, office)
    ]
    lines = [line for each in found for line in _dialled(way, each)]
    words = (
        Sentence("Everybody who can be reached from outside:")
        if number.extensions == "all"
        else Sentence("Only the people and groups this number rings:")
    )
    if not found:
        way.warnings.append(Sentence("Callers may dial an extension, but there is none they can reach."))
    own = way.node("extension", Sentence("Extension"), words, lines=lines)
    box = way.node(
        "voicemail",
        Sentence("Mailbox of the dialled extension"),
        Sentence("They get the message and a task to call back, or only the task if they have no mailbox."),
    )
    way.lead(own, box, Sentence("nobody answers"))
    return own


def _distribution(way: PathDrawing) -> str:
    """Everybody the number rings, at once; the first one's mailbox takes calls that nobody answers."""
    rung = [_bearer(way.office, extension) for extension in way.number.to]
    lines = [line for bearer in rung for line in _lines(way, bearer)]
    seconds = max((_seconds(way, bearer) for bearer in rung), default=0.0)
    rings = any(lamp not in ("offline", "never", "group") for _, lamp in lines)
    names = [bearer.name for bearer in rung]
    who = Sentence("Callers") if way.number.extensions == "off" else Sentence("Callers who dial nothing")
    if rings:
        words = Sentence("Rings for {seconds} seconds.", seconds=f"{seconds:g}")
        way.sentences.append(
            Sentence("{who} reach {names}; the phones ring for {seconds} seconds.", who=who, names=names,
                     seconds=f"{seconds:g}")
        )  # fmt: skip
    else:
        words = Sentence("No phone can ring here.")
        way.sentences.append(Sentence("{who} should reach {names}, but no phone can ring there.", who=who, names=names))
        way.warnings.append(Sentence("This number has no phone to ring."))
    title = Sentence("{names} at once", names=names) if len(names) > 1 else Sentence("{name}", name=names[0])
    lamp = ("free" if rings else "offline") if way.live else ""
    own = way.node("ring", title, words, seconds=seconds if rings else None, state=lamp, lines=lines)
    way.lead(own, _nobody(way, rung[0]), Sentence("nobody answers") if rings else Sentence("at once"))
    return own


def _nobody(way: PathDrawing, owner: Person | Group) -> str:
    """Nobody took it: a message, where there is a mailbox, and a task in any case."""
    if takes_messages(owner):
        way.sentences.append(
            Sentence("If nobody answers, callers can leave a message in the mailbox of {name}.", name=owner.name)
        )
        title = Sentence("Mailbox of {name}", name=owner.name)
        words = Sentence("Callers can leave a message, and {name} gets a task to call back.", name=owner.name)
        return way.node("voicemail", title, words)
    way.sentences.append(
        Sentence("If nobody answers, an announcement says so, and {name} gets a task to call back.", name=owner.name)
    )
    words = Sentence("Callers hear that nobody is there, and {name} gets a task to call back.", name=owner.name)
    return way.node("announcement", Sentence("Announcement"), words)


def _dialled(way: PathDrawing, extension: str) -> Iterator[tuple[Sentence, str]]:
    """Who rings for an extension; a former colleague's may lead to somebody else."""
    taker = way.office.taken_by(extension)
    bearer = _bearer(way.office, taker)
    if taker == extension:
        yield next(_lines(way, bearer))  # of a group only how it rings: its members have lines of their own
    else:
        yield Sentence("{extension} goes to {name} ({taker})", extension=extension, name=bearer.name, taker=taker), ""


def _bearer(office: Office, extension: str) -> Person | Group:
    return office.people.get(extension) or office.groups[extension]


def _lines(way: PathDrawing, bearer: Person | Group) -> Iterator[tuple[Sentence, str]]:
    """The people who ring there, each with their lamp; the lamp of a group itself is “group”."""
    if isinstance(bearer, Person):
        yield _line(way, bearer)
        return
    strategies = {
        "all": Sentence("all at once"),
        "in-order": Sentence("one after the other"),
        "longest-idle": Sentence("longest idle first"),
    }
    how = strategies[bearer.strategy]
    yield Sentence("{name} ({extension}): {how}", name=bearer.name, extension=bearer.extension, how=how), "group"
    for member in bearer.members:
        yield _line(way, way.office.people[member])


def _line(way: PathDrawing, person: Person) -> tuple[Sentence, str]:
    who = {"name": person.name, "extension": person.extension}
    if person.outbound_only:
        return Sentence("{name} ({extension}) takes no calls", **who), "never"
    phones = way.office.phones_of(person.extension)
    if not phones:
        return Sentence("{name} ({extension}) has no phone yet", **who), "offline"
    if not way.live:
        return Sentence("{name} ({extension})", **who), ""
    if not any(way.registered.get(phone.username) for phone in phones):
        return Sentence("{name} ({extension}) has no phone registered", **who), "offline"
    match way.lines.get(person.extension, "free"):
        case "talking":
            return Sentence("{name} ({extension}) is on the phone; a second call may still ring", **who), "talking"
        case "ringing":
            return Sentence("{name} ({extension}) is ringing already", **who), "ringing"
    return Sentence("{name} ({extension}) is free", **who), "free"


def _seconds(way: PathDrawing, bearer: Person | Group) -> float:
    """How long it rings there, with the phones that are registered now."""
    if isinstance(bearer, Person):
        return 0.0 if bearer.outbound_only else bearer.ring_seconds
    there = [
        member for member in bearer.members if _line(way, way.office.people[member])[1] not in ("offline", "never")
    ]
    if bearer.strategy == "all" or not there:
        return bearer.ring_seconds
    return len(there) * share(bearer, len(there))
