"""One call from its first packet to its row in the history: its legs, its steps, how it came out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pbx.exchange.calls.leg import Leg, Party
from pbx.exchange.calls.signals import LegEvent
from pbx.store.models import Office
from pbx.store.rows import CallDirection, CallRecord, LegQualityPoints, Outcome, Step, TaskKind


@dataclass(frozen=True, slots=True)
class NewTask:
    """Somebody should call back."""

    extension: str
    kind: TaskKind


@dataclass(slots=True)
class Call:
    """The facts of a call while it lasts; what happens next is its script's business."""

    id: str
    direction: CallDirection
    office: Office
    """The settings it began with; a change of settings concerns later calls only."""
    caller: Party
    to: str
    """What was dialled: number or extension."""
    wall: Callable[[], float]
    """Unix time, seconds."""
    on_step: Callable[["Call", Step], None]
    """Called for every step as it happens."""
    trunk: str = ""
    max_forwards: int = 70
    """How many elements the call may still pass (RFC 3261, 16.6): an exchange that calls itself must come to an end."""
    extension: str = ""
    """Whom it came to."""
    outcome: Outcome | None = None
    started: float = 0.0
    answered: float | None = None
    steps: list[Step] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    dropped: dict[str, Party] = field(default_factory=dict)
    """By Call-ID, who was rung and did not get the call."""
    far_end_rang: bool = False
    """Whether a number outside said that it rings."""
    is_self_call: bool = False
    """The box calls itself: no event is sent, it counts for nothing, and nothing is kept."""
    inbox: Callable[[Leg, LegEvent], None] | None = None
    """Where the script reads the events of the legs."""

    def __post_init__(self) -> None:
        self.started = self.wall()

    def note(self, what: str, **detail: str | int | float | bool) -> None:
        """Add a step to the story."""
        step = Step(self.wall(), what, detail)
        self.steps.append(step)
        if not self.is_self_call:
            self.on_step(self, step)

    def mark_answered(self) -> None:
        """Two people talk."""
        if self.answered is None:
            self.answered = self.wall()
            self.outcome = "answered"

    def far_end_rings(self) -> None:
        """The number outside rings."""
        self.far_end_rang = True

    def add(self, leg: Leg) -> None:
        """A party joins."""
        self.legs.append(leg)

    def drop(self, leg: Leg) -> None:
        """A leg that never talked leaves no measurement."""
        if leg in self.legs:
            self.legs.remove(leg)
            if leg.session is not None:
                self.dropped[leg.session.dialog.call_id] = leg.party

    def forget(self) -> None:
        """It is written down: let go of legs and script, which know the call in turn: so their memory is free."""
        self.legs.clear()
        self.inbox = None

    def signal(self, leg: Leg, event: LegEvent) -> None:
        """A leg has a signal; it waits until the script asks for it."""
        if self.inbox is not None:
            self.inbox(leg, event)

    @property
    def dialogs(self) -> dict[str, Party]:
        """Everybody whom SIP was spoken with in this call, by Call-ID."""
        there = {leg.session.dialog.call_id: leg.party for leg in self.legs if leg.session is not None}
        return there | self.dropped

    def quality_points(self) -> tuple[LegQualityPoints, ...]:
        """How the voice of each leg went over time."""
        now = self.wall()
        return tuple(
            LegQualityPoints(leg.party.number, points) for leg in self.legs if (points := leg.quality_points(now))
        )

    @property
    def task(self) -> NewTask | None:
        """A call that nobody spoke on is one task of whom it came to, also when the caller gave up (mission.md, 4)."""
        if self.direction == "out" or not self.extension:
            return None
        kinds: dict[Outcome, TaskKind] = {"missed": "missed", "voicemail": "voicemail", "gave-up": "gave-up"}
        kinds["refused"] = kinds["failed"] = "missed"
        kind = kinds.get(self.outcome or "failed")
        return NewTask(self.extension, kind) if kind is not None else None

    def record(self, sentence: Callable[["Call"], str]) -> CallRecord:
        """What history keeps of it."""
        return CallRecord(
            id=self.id,
            direction=self.direction,
            from_=self.caller.number,
            from_name=self.caller.name,
            to=self.to,
            extension=self.extension,
            outcome=self.outcome or "failed",
            started=self.started,
            answered=self.answered,
            ended=self.wall(),
            story=sentence(self),
            steps=tuple(self.steps),
            legs=tuple(leg.quality() for leg in self.legs),
            trunk=self.trunk,
        )
