"""The trunk doctor: does each way to the telephone network work, and does the voice get through both ways?"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import DoctorCheck, Live, TrunkPath
from pbx.administration.office.trunk_words import explained
from pbx.exchange.trunks.trunk import PROVEN
from pbx.exchange.trunks.turned_away import Refusal
from pbx.sentence import Sentence
from pbx.store.models import Office
from pbx.store.rows import CallRecord

LOOKED_AT = 50
"""Calls whose voice is looked at."""
TALKED = 5.0
"""Seconds a conversation must have lasted before silence means anything."""
LATELY = 86400.0
"""Seconds for which a refused call is shown."""
OFTEN = 2
"""Silent calls of one party that are no chance any more."""

NONE = DoctorCheck(
    "trunk",
    "warn",
    Sentence("There is no line yet, so nobody can call in or out, not even 110 and 112."),
    Sentence("Add a line with your provider."),
    "/trunks",
    "durchwahl trunk add NAME ...",
)
"""The check of an office without trunks."""


def checks(desk: Desk, live: Live) -> Iterator[DoctorCheck]:
    """Every trunk in depth, then the voice of the last calls. Raises RecordsError."""
    office = desk.office
    if not office.trunks:
        yield NONE
    ways, refusals = live.ways(), live.refusals()
    talks = [call for call in desk.records.calls(LOOKED_AT) if _talked(call)]
    silent = silences(office, talks)
    for name, (state, detail) in live.trunk_states().items():
        if name in office.trunks:
            words = explained(office.trunks[name], state, detail, desk.records.directions(name))
            yield _trunk(words, state, name)
            yield from _refused(name, refusals.get(name, ()), desk.host.clock())
            yield from _on_the_way(name, ways.get(name, TrunkPath("")), silent[name] >= OFTEN)
    if talks:
        encrypted = {name for name, way in ways.items() if way.address.startswith("tls ")}
        yield voice(office, silent, encrypted)


def _refused(name: str, refusals: Sequence[Refusal], now: float) -> Iterator[DoctorCheck]:
    """Calls of the trunk's that never became one."""
    if count := sum(each.times for each in refusals if now - each.at < LATELY):
        sentence = Sentence("Refused calls over {name} in the last 24 hours: {count}.", name=name, count=count)
        yield DoctorCheck("refused", "warn", sentence, Sentence("The line's page says why."), f"/trunks/{name}")


def _trunk(sentence: Sentence, state: str, name: str) -> DoctorCheck:
    page = f"/trunks/{name}"
    if state in PROVEN:
        return DoctorCheck("trunk", "ok", sentence)
    if state == "failed":
        return DoctorCheck("trunk", "fail", sentence, Sentence("Check the line's account and server."), page)
    return DoctorCheck(
        "trunk", "warn", sentence, Sentence("Wait a minute. If nothing changes, check the line's server."), page
    )


def _on_the_way(name: str, way: TrunkPath, is_silent: bool) -> Iterator[DoctorCheck]:
    """What the provider's answer says about the path to it.

    That our address comes back changed is what a router's SIP ALG does, but some providers do it themselves; so it is
    only called trouble when voices are missing too.
    """
    if not way.rewritten:
        if way.seen_as:
            sentence = Sentence("{name} sees the box as {address}.", name=name, address=way.seen_as)
            yield DoctorCheck("path", "ok", sentence)
        return
    sentence = Sentence("Something between the box and {name} changes the addresses in the box's messages.", name=name)
    if not is_silent:
        yield DoctorCheck("path", "ok", sentence)
        return
    advice = Sentence("Switch off “SIP ALG” (or “SIP helper”) in the router: it does more harm than good to the sound.")
    yield DoctorCheck("path", "warn", sentence, advice)


def _talked(call: CallRecord) -> bool:
    return call.answered is not None and call.ended - call.answered >= TALKED


def silences(office: Office, calls: Sequence[CallRecord]) -> Counter[str]:
    """In how many of these calls nothing was heard, by the extension of whose phone, else by the trunk it came over."""
    found: Counter[str] = Counter()
    for call in calls:
        mute = [leg.party for leg in call.legs if leg.sent and not leg.received]
        found.update({party if party in office.people else call.trunk for party in mute})
    return found


def voice(office: Office, silent: Counter[str], encrypted: Collection[str] = ()) -> DoctorCheck:
    """Whether everybody was heard in the last calls; no router reads what is said to the trunks of `encrypted`."""
    often = [whose for whose, count in silent.items() if count >= OFTEN]
    trunks = [whose for whose in often if whose in office.trunks]
    people = [office.people[whose].name for whose in often if whose in office.people]
    if trunks:
        sentence = Sentence("In several calls over {trunks}, no sound arrived from outside.", trunks=trunks)
        if set(trunks) <= set(encrypted):
            advice = Sentence("The router or a firewall blocks the sound. Let the box's UDP packets through.")
        else:
            advice = Sentence("The router or a firewall blocks the sound. Switch off “SIP ALG” in the router.")
        return DoctorCheck("voice", "fail", sentence, advice, "/history")
    if people:
        sentence = Sentence("In several calls, no sound arrived from {people}.", people=people)
        advice = Sentence("Check the phone's microphone and its network.")
        return DoctorCheck("voice", "warn", sentence, advice, "/history")
    if silent:
        names = [office.names.get(whose, whose) for whose in silent]
        return DoctorCheck(
            "voice", "ok", Sentence("In one of the latest calls, no sound arrived from {names}.", names=names)
        )
    return DoctorCheck("voice", "ok", Sentence("Everybody could be heard in the latest calls."))
