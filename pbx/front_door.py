"""What the terminal says about the web page: where it is, and how one gets in."""

from collections.abc import Sequence

from pbx.administration.phones import shown_host
from pbx.store.models import Language

_WORDS: dict[str, dict[Language, str]] = {
    "page": {"de": "Die Webseite: {urls}", "en": "The web page: {urls}"},
    "code": {
        "de": "Der erste Besuch braucht diesen Code: {code}",
        "en": "The first visit needs this code: {code}",
    },
    "login": {
        "de": "{name} meldet sich an als „{account}“ mit {password}",
        "en": "{name} logs in as “{account}” with {password}",
    },
}


def urls(web: tuple[str, int]) -> list[str]:
    """Where a browser finds the page that listens at this address: from the network, then from this machine."""
    host, port = web
    shown = [shown_host(host)]
    if host in ("0.0.0.0", "::"):
        shown.append("localhost")
    end = "" if port == 80 else f":{port}"
    return [f"http://{f'[{each}]' if ':' in each else each}{end}/" for each in dict.fromkeys(shown)]


def invitation(web: tuple[str, int], language: Language, code: str = "") -> str:
    """The lines that ask people in; with the one-time code while there is no admin."""
    lines = [_say("page", language, urls="  ".join(urls(web)))]
    if code:
        lines.append(_say("code", language, code=code))
    return "\n".join(lines)


def logins(accounts: Sequence[tuple[str, str, str]], language: Language) -> str:
    """Who may log in, as name, account and password: for the demo, whose passwords are made anew at each start."""
    return "\n".join(
        _say("login", language, name=name, account=account, password=password) for name, account, password in accounts
    )


def _say(key: str, language: Language, **details: str) -> str:
    return _WORDS[key][language].format(**details)
