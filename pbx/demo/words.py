"""What the demo says at the terminal, in two languages."""

from typing import Any

from pbx.store.models import Language

WORDS: dict[str, dict[Language, str]] = {
    "title": {
        "de": "Durchwahl: ein Büro zum Zuschauen. Beenden mit Strg-C.",
        "en": "Durchwahl: a demo office. Press Ctrl-C to stop it.",
    },
    "taken": {
        "de": "Port {port} ist belegt. Die Telefonanlage benutzt {next}.",
        "en": "Port {port} is taken. The exchange uses {next}.",
    },
    "number": {"de": "Rufnummer", "en": "Outside number"},
    "group": {"de": "{extension}  {name} (Gruppe: Anna und Ben)", "en": "{extension}  {name} (group: Anna and Ben)"},
    "own": {
        "de": "Eigenes Telefon oder Softphone anmelden (es klingelt mit, wenn jemand Clara anruft):",
        "en": "Connect a phone or softphone of your own (it also rings when somebody calls Clara):",
    },
    "server": {"de": "Server", "en": "Server"},
    "port": {"de": "Port", "en": "Port"},
    "user": {"de": "Benutzername", "en": "User name"},
    "password": {"de": "Passwort", "en": "Password"},
    "then": {
        "de": "Dann die {extension} wählen: Anna nimmt ab.   Die *97 ist Claras Mailbox, PIN {pin}.",
        "en": "Then dial {extension}, and Anna answers.   *97 is Clara's voicemail, PIN {pin}.",
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
        "de": "die Nachricht ist da ({seconds} s), und die Stimme ist zu hören",
        "en": "the message is there ({seconds} s), with the caller's voice",
    },
    "fault": {"de": "NICHT WIE GEPLANT: {fault}", "en": "NOT AS PLANNED: {fault}"},
    "tally": {
        "de": "{good} von {count} Anrufen verliefen wie geplant.",
        "en": "{good} of {count} calls went as planned.",
    },
    "not-ours": {
        "de": "{folder} gehört einem anderen Büro. Das Büro zum Zuschauen braucht einen eigenen Ordner.",
        "en": "{folder} belongs to another office. The demo needs a folder of its own.",
    },
}


def say(key: str, spoken: Language, **details: Any) -> str:
    """A sentence with its details."""
    return WORDS[key][spoken].format(**details)
