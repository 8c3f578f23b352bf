"""What the terminal says about the web page: where it is, and how one gets in."""

import os
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from pbx.box.own_address import shown_host
from pbx.store.models import Language

_WORDS: dict[str, dict[Language, str]] = {
    "page": {"de": "Die Webseite: {urls}", "en": "The web page: {urls}"},
    "code": {
        "de": "Code für den ersten Besuch: {code}",
        "en": "Code for the first visit: {code}",
    },
    "ask": {
        "de": "Den Code für den ersten Besuch zeigt: {command}",
        "en": "To see the code for the first visit: {command}",
    },
    "login": {
        "de": "{name} meldet sich als „{account}“ mit dem Passwort {password} an",
        "en": "{name} logs in as “{account}” with the password {password}",
    },
}


def language(environ: Mapping[str, str] = os.environ) -> Language:
    """The terminal's language (POSIX, 8.2), if it is one of ours; else, as in the locales C and POSIX, English."""
    spoken = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name))), "")
    return "de" if re.match(r"(de|german)([_.@]|$)", spoken, re.IGNORECASE) else "en"


def urls(web: tuple[str, int]) -> list[str]:
    """Where a browser finds the page that listens at this address: from the network, then from this machine."""
    host, port = web
    shown = [shown_host(host)]
    if host in ("0.0.0.0", "::"):
        shown.append("localhost")
    end = "" if port == 80 else f":{port}"
    return [f"http://{f'[{each}]' if ':' in each else each}{end}/" for each in dict.fromkeys(shown)]


def invitation(web: tuple[str, int], language: Language, code: str = "", command: str = "") -> str:
    """The lines that ask people in; while there is no admin, with the one-time code or the command that shows it."""
    lines = [_say("page", language, urls="  ".join(urls(web)))]
    if code:
        lines.append(_say("code", language, code=code))
    elif command:
        lines.append(_say("ask", language, command=command))
    return "\n".join(lines)


def code_command(data: Path, program: str) -> str:
    """What to type here to see the code of this data folder; `program` is how we were called ourselves."""
    apart = Path(program).name == "durchwahl" and shutil.which("durchwahl") != str(Path(program).absolute())
    return shlex.join([program if apart else "durchwahl", "code", "--data", str(data)])


def logins(accounts: Sequence[tuple[str, str, str]], language: Language) -> str:
    """Who may log in, as name, account and password: for the demo, whose passwords are made anew at each start."""
    return "\n".join(
        _say("login", language, name=name, account=account, password=password) for name, account, password in accounts
    )


def _say(key: str, language: Language, **details: str) -> str:
    return _WORDS[key][language].format(**details)
