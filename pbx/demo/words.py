"""What the demo says at the terminal, in two languages."""

from typing import Any

from pbx.store.models import Language

WORDS: dict[str, dict[Language, str]] = {
    "title": {
        "de": "Durchwahl: das Büro zum Zuschauen. Strg-C beendet es.",
        "en": "Durchwahl: an office to look on at. Ctrl-C stops it.",
    },
    "taken": {
        "de": "Port {port} ist belegt, die Anlage nimmt {next}.",
        "en": "Port {port} is taken; the exchange uses {next}.",
    },
    "number": {"de": "Amtsnummer", "en": "Outside number"},
    "group": {"de": "{extension}  {name} (Gruppe: Anna und Ben)", "en": "{extension}  {name} (group: Anna and Ben)"},
    "own": {
        "de": "Eigenes Telefon oder Softphone anmelden (es klingelt mit, wenn jemand Clara anruft):",
        "en": "Register a telephone or softphone of your own (it rings too when somebody calls Clara):",
    },
    "server": {"de": "Server", "en": "Server"},
    "port": {"de": "Port", "en": "Port"},
    "user": {"de": "Benutzer", "en": "User"},
    "password": {"de": "Passwort", "en": "Password"},
    "then": {
        "de": "Dann die {extension} wählen: Anna nimmt ab.   *97 ist Claras Mailbox, PIN {pin}.",
        "en": "Then dial {extension}: Anna answers.   *97 is Clara's voicemail, PIN {pin}.",
    },
    "ask": {
        "de": "In einem zweiten Terminal:  .venv/bin/durchwahl calls --data {folder}",
        "en": "In a second terminal:  .venv/bin/durchwahl calls --data {folder}",
    },
    "call": {"de": "Anruf {count}: {caller} {plan}.", "en": "Call {count}: {caller} {plan}."},
    "both-heard": {
        "de": "beide Seiten hörten einander ({there:.0f} Hz hier, {here:.0f} Hz dort)",
        "en": "both sides heard each other ({there:.0f} Hz here, {here:.0f} Hz there)",
    },
    "message-kept": {
        "de": "die Nachricht ist da, {seconds} s, mit der Stimme des Anrufers",
        "en": "the message is there, {seconds} s, with the caller's voice",
    },
    "fault": {"de": "NICHT WIE ANGEKÜNDIGT: {fault}", "en": "NOT AS TOLD: {fault}"},
    "tally": {
        "de": "{good} von {count} Anrufen verliefen wie angekündigt.",
        "en": "{good} of {count} calls went as told.",
    },
    "not-ours": {
        "de": "{folder} gehört einem anderen Büro; das Büro zum Zuschauen braucht einen eigenen Ordner.",
        "en": "{folder} belongs to another office; the demo needs a folder of its own.",
    },
}


def say(key: str, spoken: Language, **details: Any) -> str:
    """A sentence with its details."""
    return WORDS[key][spoken].format(**details)
