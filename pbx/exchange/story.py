"""What happened in a call, in one sentence a person understands; all its words stand in the tables below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pbx.exchange.refusals import By, meaning
from pbx.exchange.wording import Wording
from pbx.phone_number import printed
from pbx.seconds import duration, whole
from pbx.store.models import Language
from pbx.store.rows import CallRecord, Step

NOBODY: Mapping[str, str] = {}

_OPTIONAL = re.compile(r"(\[[^\[\]]*\])")
_FIELD = re.compile(r"\{(\w+)\}")


STEPS: Mapping[str, Wording] = {
    # A call from outside: called(number, trunk) or, between colleagues, called(extension)
    "called": Wording("rief {number} an", "called {number}", quiet=True),
    "greeted": Wording("hörte die Begrüßung", "heard the greeting", quiet=True),
    "dialled": Wording("wählte während der Begrüßung die {digits}", "dialled {digits} during the greeting"),
    "dialled-along": Wording("wählte die {digits} gleich mit", "dialled {digits} along with the number"),
    "wrong-extension": Wording(
        "wählte die {digits} (diese Durchwahl gibt es nicht)", "dialled {digits} (no such extension)"
    ),
    "not-reachable": Wording(
        "wählte die {digits} (von außen nicht erreichbar)", "dialled {digits} (not reachable from outside)"
    ),
    "left": Wording("Anrufe für die {digits} gehen an {extension}", "calls to {digits} go to {extension}"),
    "nothing-dialled": Wording("wählte keine Durchwahl", "dialled no extension"),
    # Somebody is called: rang(extension, phones) once a phone says so; then one of the others, with extension, seconds
    "rang": Wording("es klingelte bei {extension}[ an {phones} Telefonen]", "rang {extension}[ on {phones} phones]"),
    "silent": Wording("kein Telefon von {extension} reagierte", "no phone of {extension} responded"),
    "unreachable": Wording("kein Telefon von {extension} war erreichbar", "no phone of {extension} could be reached"),
    "answered": Wording("{extension} nahm[ nach {after}] ab", "{extension} answered[ after {after}]"),
    "busy": Wording("bei {extension} war besetzt", "{extension} was busy"),
    "refused": Wording("{extension} lehnte ab", "{extension} declined"),
    "unavailable": Wording("{extension} war nicht erreichbar[ ({status})]", "{extension} was unavailable[ ({status})]"),
    "not-taken": Wording(
        "{extension} konnte den Anruf nicht annehmen[ ({status})]", "{extension} could not take the call[ ({status})]"
    ),
    "no-answer": Wording("niemand nahm[ innerhalb von {seconds}] ab", "nobody answered[ within {seconds}]"),
    # How it ends: hung-up(by), gave-up(where), lost(party), disconnected(party, reason), ended(reason)
    "hung-up": Wording("{by} legte auf", "{by} hung up"),
    "talked": Wording("{by} legte nach {talked} Gespräch auf", "{by} hung up after talking for {talked}"),
    "gave-up": Wording("legte[ nach {after}][ {where}] auf", "hung up[ after {after}][ {where}]"),
    "lost": Wording("von {party} kam kein Ton mehr", "the sound from {party} stopped"),
    "failed": Wording("der Anruf schlug fehl[ ({reason})]", "the call failed[ ({reason})]"),
    "disconnected": Wording(
        "die Verbindung zu {party} brach ab[ ({reason})]", "the connection to {party} was lost[ ({reason})]"
    ),
    "ended": Wording("die Anlage beendete den Anruf[ ({reason})]", "the box ended the call[ ({reason})]"),
    "interrupted": Wording("die Anlage wurde während des Anrufs neu gestartet", "the box restarted during the call"),
    # Voicemail: message(seconds), no-message(reason), listened(messages)
    "announced": Wording("hörte die Ansage", "heard the announcement", quiet=True),
    "message": Wording("hinterließ eine Nachricht ({seconds})", "left a message ({seconds})"),
    "no-message": Wording("hinterließ keine Nachricht[ ({reason})]", "left no message[ ({reason})]"),
    "called-voicemail": Wording("rief die eigene Mailbox an", "called their voicemail", quiet=True),
    "no-pin": Wording("hat noch keine PIN", "has no PIN yet"),
    "pin-wrong": Wording("gab eine falsche PIN ein", "entered a wrong PIN"),
    "pin-locked": Wording(
        "die PIN ist nach zu vielen Fehlversuchen gesperrt", "the PIN is locked after too many wrong attempts"
    ),
    "listened": Wording("hörte {messages} ab", "listened to {messages}"),
    # An announcement: recorded(seconds)
    "recorded": Wording("nahm eine Ansage auf ({seconds})", "recorded an announcement ({seconds})"),
    # To the outside: dialled-out(number, trunk), not-connected(status, trunk), sent-digits(digits)
    "clicked": Wording("wollte mit {number} verbunden werden", "asked to be connected to {number}", quiet=True),
    "dialled-out": Wording("rief {number}[ über {trunk}] an", "called {number}[ via {trunk}]"),
    "not-connected": Wording("keine Verbindung ({status})", "no connection ({status})"),
    "not-allowed": Wording("konnte nicht verbunden werden ({reason})", "could not be connected ({reason})"),
    "sent-digits": Wording("danach wählte die Anlage die {digits}", "the box then dialled {digits}"),
}
"""Every word a step's `what` may be; `dialled-along` and `talked` are forms of `dialled` and `hung-up`."""

CODES: Mapping[str, Wording] = {
    # where somebody gave up
    "greeting": Wording("während der Begrüßung", "during the greeting"),
    "connecting": Wording("während des Verbindens", "while being connected"),
    "ringing": Wording("während des Klingelns", "while it was ringing"),
    "announcement": Wording("während der Ansage", "during the announcement"),
    # reasons
    "expired": Wording("kein Lebenszeichen mehr", "no longer responding"),
    "no-ack": Wording("der Anruf wurde nie bestätigt", "the call was never confirmed"),
    "lost": Wording("keine Antwort mehr", "stopped responding"),
    "no answer to our offer": Wording(
        "die Gegenseite nannte kein Audioformat", "the other side did not choose an audio format"
    ),
    "too-short": Wording("zu kurz", "too short"),
    "no-trunk": Wording("keine Leitung nach draußen", "no line to the outside"),
    "no-such-extension": Wording("diese Durchwahl gibt es nicht", "no such extension"),
    "own-extension": Wording("die eigene Durchwahl", "their own extension"),
    "not-reachable": Wording("nicht erreichbar", "not reachable"),
    "bad-number": Wording("keine gültige Rufnummer", "not a valid number"),
    "unknown-code": Wording("unbekannter Tastencode", "unknown code"),
    "with-access-digit": Wording(
        "wohl mit einer {digit} für Anrufe nach draußen gewählt",
        "apparently dialled with a {digit} for an outside line",
    ),
    "without-access-digit": Wording(
        "die {digit} für Anrufe nach draußen fehlte", "the {digit} for an outside line was missing"
    ),
    "unknown-abroad": Wording("keine bekannte Rufnummer im Ausland", "not a known foreign number"),
    "no common codec": Wording("kein gemeinsames Audioformat", "no common audio format"),
    "encryption": Wording(
        "die Gegenseite verlangte eine verschlüsselte Sprachverbindung", "the other side asked for encrypted voice"
    ),
    "bad-description": Wording(
        "die Angaben zum Ton waren nicht zu verstehen", "the audio details could not be understood"
    ),
    "no-port": Wording("für die Sprache war kein Kanal frei", "no voice channel was free"),
    "too-many-calls": Wording("es waren zu viele Anrufe gleichzeitig", "there were too many calls at once"),
    "restarting": Wording("die Anlage startet gleich neu", "the box is about to restart"),
    "nobody": Wording("das Telefon gehört niemandem mehr", "the phone no longer belongs to anybody"),
    "not-our-number": Wording("diese Rufnummer ist hier nicht eingerichtet", "this number is not set up here"),
    "other-port": Wording(
        "er kam von einem Port oder auf einem Weg, für den die Leitung nicht eingerichtet ist",
        "it came from a port or by a route that the line is not set up for",
    ),
    "not-encrypted": Wording(
        "er kam unverschlüsselt, die Leitung ist aber verschlüsselt", "it came unencrypted, but the line is encrypted"
    ),
    "internal-error": Wording("ein Fehler in der Anlage", "an error in the box"),
}
"""Codes that stand in details, in words; `refusals` has the statuses of SIP. A text that is no code stands as it is."""

_CALLER = Wording("die anrufende Person", "the caller")
_TO_CALLER = Wording("der anrufenden Person", "the caller")
_MESSAGES = (
    Wording("keine Nachricht", "no message"),
    Wording("eine Nachricht", "one message"),
    Wording("{} Nachrichten", "{} messages"),
)
_RANG_ENDS = ("answered", "no-answer", "busy", "refused", "unavailable", "not-taken", "unreachable")
_OF_PHONES = ("busy", "refused", "unavailable", "not-taken", "unreachable")
"""Steps whose status one of the office's own phones answered."""


def story(steps: Sequence[Step], language: Language, names: Mapping[str, str] = NOBODY) -> str:
    """The whole call as one sentence; `names` are those of people and groups by extension."""
    shown = [index for index, step in enumerate(steps) if not _is_quiet(steps, index)]
    texts = [_clause(steps[: index + 1], language, names) for index in shown or range(len(steps))]
    sentence = ", ".join(filter(None, texts))
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def clause(steps: Sequence[Step], language: Language, names: Mapping[str, str] = NOBODY) -> str:
    """The last of these steps as a live clause; those before it say how long things took."""
    return _clause(steps, language, names) if steps else ""


def reason(code: str, language: Language) -> str:
    """Why something was refused by the box, in words: a code of `CODES`, or a status of SIP."""
    return _Fields(Step(0.0, "not-allowed", {"reason": code}), language, NOBODY).word("reason")


def clauses(steps: Sequence[Step], language: Language, names: Mapping[str, str] = NOBODY) -> Iterator[tuple[Step, str]]:
    """Each step with its clause, which is empty where there is nothing to tell."""
    return ((step, clause(steps[: index + 1], language, names)) for index, step in enumerate(steps))


def talked(call: CallRecord) -> float | None:
    """For how many seconds two people talked, as the story tells it: until one hung up, not until all was written down.

    None if nobody answered.
    """
    if call.answered is None:
        return None
    began = next((step.at for step in reversed(call.steps) if step.what == "answered"), call.answered)
    ended = next((step.at for step in reversed(call.steps) if step.what in ("hung-up", "lost")), call.ended)
    return max(0.0, ended - began)


def _is_quiet(steps: Sequence[Step], index: int) -> bool:
    step = steps[index]
    if step.what == "rang":
        return any(later.what in _RANG_ENDS for later in steps[index + 1 :][:1])
    return step.what in STEPS and STEPS[step.what].quiet


def _clause(steps: Sequence[Step], language: Language, names: Mapping[str, str]) -> str:
    step = steps[-1]
    fields = _Fields(step, language, names)
    words = {name: fields.word(name) for name in step.detail}
    digits = step.detail.get("digits", step.detail.get("extension", ""))
    words["digits"] = str(digits)
    words.setdefault("number", words.get("extension", ""))
    for name, caller in (("extension", _CALLER), ("by", _CALLER), ("party", _TO_CALLER)):
        words[name] = words.get(name) or _in(caller, language)
    began = _began(steps)
    if began is not None and whole(step.at - began) > 0:
        words["after"] = duration(step.at - began)
    form = step.what
    if form == "dialled" and step.detail.get("how") == "number":
        form = "dialled-along"
    answered = [earlier.at for earlier in steps[:-1] if earlier.what == "answered"]
    if form == "hung-up" and answered and whole(step.at - answered[-1]) > 0:
        form, words["talked"] = "talked", duration(step.at - answered[-1])
    wording = STEPS.get(form)
    return _filled(_in(wording, language), words) if wording else form.replace("-", " ")


def _began(steps: Sequence[Step]) -> float | None:
    """When the ringing began that this step ends."""
    return next((step.at for step in reversed(steps[:-1]) if step.what in ("rang", "dialled-out")), None)


@dataclass(frozen=True, slots=True)
class _Fields:
    """A step's details as words."""

    step: Step
    language: Language
    names: Mapping[str, str]

    def word(self, name: str) -> str:
        """One detail; empty when there is nothing to say."""
        value = self.step.detail[name]
        match name:
            case "seconds":
                return duration(float(value))
            case "phones":
                return str(value) if int(value) > 1 else ""
            case "messages":
                count = int(value)
                return _in(_MESSAGES[min(count, 2)], self.language).format(count)
            case "extension" | "by" | "party" | "number":
                return self._party(str(value))
            case "where" | "reason" | "status":
                wording = CODES.get(str(value)) or self._refusal(str(value))
                return _filled(_in(wording, self.language), self._digit) if wording else str(value)
        return str(value)

    def _refusal(self, value: str) -> Wording | None:
        """What a SIP status means from the party that sent it; None if it is not one."""
        if not re.fullmatch("[3-6][0-9][0-9]", value, re.ASCII):
            return None
        by: By = "phone" if self.step.what in _OF_PHONES else "box" if self.step.what == "not-allowed" else "network"
        return meaning(int(value)).by(by)

    @property
    def _digit(self) -> dict[str, str]:
        """The digit for an outside line, of a reason that names it."""
        return {"digit": str(self.step.detail.get("digit", ""))}

    def _party(self, party: str) -> str:
        return f"{self.names[party]} ({party})" if party in self.names else printed(party)


def _in(wording: Wording, language: Language) -> str:
    return wording.de if language == "de" else wording.en


def _filled(template: str, words: Mapping[str, str]) -> str:
    """The template with its fields; a part in [ ] only if all its fields are there."""
    parts: list[str] = []
    for text, fields, optional in _parts(template):
        if not optional or all(words.get(name) for name in fields):
            parts.append(text % tuple([words.get(name, "") for name in fields]))
    return "".join(parts)


@lru_cache(maxsize=256)
def _parts(template: str) -> list[tuple[str, list[str], bool]]:
    """What a template consists of: text with a %s for each field, the fields' names, whether it may be left out."""
    return [
        (_FIELD.sub("%s", part.strip("[]").replace("%", "%%")), _FIELD.findall(part), part.startswith("["))
        for part in _OPTIONAL.split(template)
        if part
    ]
