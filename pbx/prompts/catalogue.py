"""Every prompt the box can say, in each language; its sound is shipped beside this file, as `de/KEY.wav`.

A prompt is changed here and spoken anew by `make prompts`. Numbers are clips of their own, put together by
`number_words`, `digit_words` and `time_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
SOUNDS = Path(__file__).parent
LARGEST = 60
"""The largest number with a clip of its own: minutes and messages; a mailbox that holds more says so."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say."""

    de: str
    en: str

    def text(self, language: Language) -> str:
        """What is spoken in that language."""
        return self.de if language == "de" else self.en


_TENS_DE = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
_ONES_DE = (
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
_TENS_EN = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES_EN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip


def _number(value: int) -> Prompt:
    """A number below 100 in words: engines read words more evenly than figures."""
    if value < 20:
        return Prompt(_ONES_DE[value], _ONES_EN[value])
    tens, ones = divmod(value, 10)
    if not ones:
        return Prompt(_TENS_DE[tens], _TENS_EN[tens])
    return Prompt(
        f"{'ein' if ones == 1 else _ONES_DE[ones]}und{_TENS_DE[tens]}",
        f"{_TENS_EN[tens]}-{_ONES_EN[ones]}",
    )


PROMPTS: Mapping[str, Prompt] = {
    # The attendant
    "greeting": Prompt(
        "Guten Tag. Bitte wählen Sie die Durchwahl, oder bleiben Sie in der Leitung.",
        "Hello. Please dial the extension, or hold the line.",
    ),
    "wrong-extension": Prompt(
        "Diese Durchwahl gibt es nicht. Bitte wählen Sie noch einmal.",
        "That extension does not exist. Please try again.",
    ),
    "not-reachable": Prompt(
        "Diese Durchwahl ist von außen nicht erreichbar. Bitte wählen Sie eine andere.",
        "That extension cannot be reached from outside. Please try another one.",
    ),
    "connecting": Prompt("Einen Moment bitte, ich verbinde.", "One moment, please. I am putting you through."),
    "please-hold": Prompt("Bitte bleiben Sie in der Leitung.", "Please hold the line."),
    "goodbye": Prompt("Vielen Dank für Ihren Anruf. Auf Wiederhören.", "Thank you for your call. Goodbye."),
    # Nobody is there
    "leave-message": Prompt(
        "Zurzeit ist niemand erreichbar. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.",
        "Nobody is available at the moment. Please leave a message after the tone.",
    ),
    "unavailable": Prompt(
        "Zurzeit ist niemand erreichbar. Bitte versuchen Sie es später noch einmal.",
        "Nobody is available at the moment. Please try again later.",
    ),
    "busy": Prompt("Dieser Anschluss ist gerade besetzt.", "The person you are calling is on another call."),
    "message-too-short": Prompt(
        "Ihre Nachricht war zu kurz. Bitte sprechen Sie sie nach dem Signalton noch einmal.",
        "Your message was too short. Please record it again after the tone.",
    ),
    "message-kept": Prompt("Ihre Nachricht wurde gespeichert.", "Your message has been saved."),
    "mailbox-full": Prompt(
        "Leider kann zurzeit keine Nachricht aufgenommen werden. Bitte rufen Sie später noch einmal an.",
        "Sorry, no message can be recorded at the moment. Please call again later.",
    ),
    # One's own voicemail; in English “pin” in small letters, which engines read as a word, not letter by letter
    "enter-pin": Prompt(
        "Bitte geben Sie Ihre PIN ein und drücken Sie die Rautetaste.",
        "Please enter your pin, followed by the hash key.",
    ),
    "wrong-pin": Prompt("Die PIN ist falsch.", "That pin is wrong."),
    "no-pin": Prompt("Für diese Durchwahl gibt es noch keine PIN.", "No pin has been set for this extension yet."),
    "pin-locked": Prompt(
        "Nach zu vielen Fehlversuchen ist die PIN gesperrt. Bitte versuchen Sie es später noch einmal.",
        "After too many wrong attempts, the pin is locked. Please try again later.",
    ),
    "you-have": Prompt("Sie haben,", "You have,"),
    "new-message": Prompt("neue Nachricht.", "new message."),
    "new-messages": Prompt("neue Nachrichten.", "new messages."),
    "no-new-messages": Prompt("Sie haben keine neuen Nachrichten.", "You have no new messages."),
    "old-message": Prompt("alte Nachricht.", "old message."),
    "old-messages": Prompt("alte Nachrichten.", "old messages."),
    "message": Prompt("Nachricht", "Message"),
    "received-at": Prompt("Empfangen um,", "Received at,"),
    "today": Prompt("heute", "today"),
    "yesterday": Prompt("gestern", "yesterday"),
    "days-ago": Prompt("Tage zuvor", "days ago"),
    "from": Prompt("von,", "from,"),
    "unknown-caller": Prompt("unbekannt", "an unknown caller"),
    "message-menu": Prompt(
        "Zum Wiederholen drücken Sie die Eins, für die nächste Nachricht die Zwei, zum Löschen die Drei, "
        "zum Beenden die Neun.",
        "To listen again, press one. For the next message, two. To delete, three. To finish, nine.",
    ),
    "message-deleted": Prompt("Die Nachricht wurde gelöscht.", "The message has been deleted."),
    "message-unreadable": Prompt("Diese Nachricht lässt sich nicht abspielen.", "This message cannot be played."),
    "no-more-messages": Prompt("Keine weiteren Nachrichten.", "No more messages."),
    "bye": Prompt("Auf Wiederhören.", "Goodbye."),
    # Recording one's own announcement
    "record-announcement": Prompt(
        "Bitte sprechen Sie Ihre Ansage nach dem Signalton und drücken Sie danach die Rautetaste.",
        "Please record your announcement after the tone, then press the hash key.",
    ),
    "announcement-kept": Prompt("Ihre Ansage wurde gespeichert.", "Your announcement has been saved."),
    "recording-menu": Prompt(
        "Zum Speichern drücken Sie die Eins, für eine neue Aufnahme die Zwei.",
        "To keep it, press one. To record it again, press two.",
    ),
    "recording-too-short": Prompt("Das war zu kurz.", "That was too short."),
    "recording-ready": Prompt("Ihre Aufnahme ist fertig.", "Your recording is ready."),
    # Calls that cannot be made
    "no-such-extension": Prompt("Diese Durchwahl gibt es nicht.", "That extension does not exist."),
    "no-such-number": Prompt("Diese Rufnummer ist ungültig.", "That number is not valid."),
    "call-failed": Prompt("Die Verbindung kann nicht hergestellt werden.", "Your call cannot be connected."),
    "no-line": Prompt("Es ist keine Leitung nach draußen verfügbar.", "No outside line is available."),
    "not-allowed": Prompt("Dieser Anruf ist nicht erlaubt.", "This call is not allowed."),
    "invalid-choice": Prompt("Diese Auswahl ist nicht möglich.", "That is not a valid choice."),
    # Numbers
    "none": Prompt("keine", "no"),
    "one": Prompt("eine", "one"),
    "one-hour": Prompt("ein", "one"),
    "more-than": Prompt("mehr als", "more than"),
    "oclock": Prompt("Uhr", "hours"),
    "plus": Prompt("plus", "plus"),
    **{str(value): _number(value) for value in range(LARGEST + 1)},
}
"""By key, which is also the file name."""


def clip_path(key: str, language: Language) -> Path:
    """The WAV file (16 kHz, mono, 16 bit) of a prompt. Raises KeyError for a key or language there is not."""
    if key not in PROMPTS or language not in LANGUAGES:
        raise KeyError(f"no prompt {key!r} in {language!r}")
    return SOUNDS / language / f"{key}.wav"


def number_words(count: int, language: Language) -> list[str]:
    """The keys that count things: "keine", "eine" (Nachricht), "zwei" ... "mehr als sechzig"."""
    del language  # both count alike so far
    if count > LARGEST:
        return ["more-than", str(LARGEST)]
    return [{0: "none", 1: "one"}.get(max(count, 0), str(count))]


def digit_words(number: str) -> list[str]:
    """The keys that spell a telephone number or extension, digit by digit; other characters are left out."""
    return ["plus" if char == "+" else char for char in number if char in "+0123456789"]


def time_words(hour: int, minute: int, language: Language) -> list[str]:
    """The keys of a time of day: "vierzehn Uhr fünf", "fourteen zero five". Raises ValueError for no such time."""
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(f"{hour}:{minute} is no time of day")
    if language == "de":
        return ["one-hour" if hour == 1 else str(hour), "oclock", *([str(minute)] if minute else [])]
    if not minute:
        return [str(hour), "oclock"]
    return [str(hour), *(["0"] if minute < 10 else []), str(minute)]
