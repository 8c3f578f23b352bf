"""What commands found, printed for people: tables and sentences, harmless to a terminal."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from pbx.seconds import duration, whole
from pbx.sentence import english
from pbx.service.later import load

Shown = dict[str, Any]

_MOMENTS = (
    *("at", "begin", "created", "end", "ended", "expires", "first", "invited_until"),
    *("last", "since", "started", "until"),
)
"""Fields that are Unix times; 0 is none."""
_LENGTHS: dict[str, Callable[[float], str]] = {
    "seconds": duration,
    "uptime": lambda seconds: str(timedelta(seconds=whole(seconds))),
}
"""What was measured, in seconds."""
_UNTOLD = ("version", "words")
"""For pages only: what two admins find each other by, and sentences to be said in other languages."""


def printed(verb: str, result: Any, as_json: bool) -> str:
    """The text to print for a command's result."""
    if as_json:
        return json.dumps(result["calls"] if verb == "calls" else result, indent=1)
    return "\n".join(_REPORTS.get(verb, _without_version)(result))


def cut(verb: str, result: Any, asked: Shown) -> str:
    """What is said beside a list that is not whole, with numbers; empty when it is."""
    if verb == "calls" and (shown := len(result["calls"])) < result["all"]:
        return f"Showing the last {shown:,} of {result['all']:,} calls. Use “--last N” to see more."
    if verb == "history" and (shown := len(result["calls"])) < result["all"]:
        return f"Showing the newest {shown:,} of {result['all']:,} calls found. Use “--limit N” to see up to 500."
    if verb == "change list" and len(result) >= asked.get("limit", 50):
        return f"Showing the newest {len(result):,} changes. Use “--limit N” to see more."
    return ""


def visible(text: Any) -> str:
    """Without control characters: names come from outside, and terminals obey them."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(text))


def moment(at: float | None) -> str:
    """Unix time as a clock on the wall shows it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) if at is not None else "-"


def _word(value: Any, name: str = "") -> str:
    """A field's value, by its type and name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _counted(value, name)
    if isinstance(value, list):
        return ("; " if any(isinstance(each, dict) for each in value) else ",").join(map(_word, value)) or "-"
    if isinstance(value, dict) and "say" in value:
        return visible(english(value))
    if isinstance(value, dict):
        fields = {key: each for key, each in value.items() if key not in _UNTOLD}
        return ", ".join(f"{key.replace('_', ' ')}: {_word(each, key)}" for key, each in fields.items()) or "-"
    return visible(value) if value not in ("", None) else "-"


def _counted(value: float, name: str) -> str:
    """A number: a moment, a duration, or how many."""
    if name in _MOMENTS:
        return moment(value or None)
    if name in _LENGTHS:
        return _LENGTHS[name](value)
    if isinstance(value, float) and name in load("pbx.cli.arguments.field_options").in_seconds():
        return f"{_number(value)} s"
    return _number(value)


def _number(value: float) -> str:
    """No more digits than it has, and never with an exponent."""
    return str(int(value)) if float(value).is_integer() else f"{value:.3f}".rstrip("0").rstrip(".")


def _one(item: Shown) -> Iterator[str]:
    width = max(map(len, item), default=0)
    for name, value in item.items():
        yield f"{name.replace('_', ' '):{width}}  {_word(value, name)}"


def _table(items: Sequence[Shown]) -> Iterator[str]:
    if not items:
        yield "(none)"
        return
    names = list(items[0])
    rows = [
        [name.replace("_", " ") for name in names],
        *([_word(item.get(name), name) for name in names] for item in items),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _calls(found: Shown) -> Iterator[str]:
    for call in found["calls"]:
        between = f"{visible(call['from']) or 'anonymous'} → {visible(call['to'])}"
        yield f"{moment(call['started'])}  {between}: {visible(call['story'])}"
    if not found["calls"]:
        yield "No calls yet."


def _trace(trace: Shown) -> Iterator[str]:
    return (visible(line) for line in trace["text"].split("\n"))


def _known(known: Shown) -> Iterator[str]:
    return _one({name: value for name, value in known.items() if name not in ("latest", "digits")})


def _checks(checks: Sequence[Shown]) -> Iterator[str]:
    for check in checks:
        yield f"{check['state']:4}  {visible(check['sentence'])}"
        if check["advice"]:
            hint = f" ({visible(check['hint'])})" if check["hint"] else ""
            yield f"      -> {visible(check['advice'])}{hint}"


def _code(shown: Shown) -> Iterator[str]:
    """A one-time code: where it can be typed, and until when."""
    until = f"until {moment(shown['expires'])}" if shown["expires"] else "until used"
    yield f"{visible(shown['code'])}  ({until}, once)"
    for page in shown["pages"]:
        yield visible(page)
    if not shown["pages"]:
        yield "The web page is not running. Start it with “durchwahl run --web HOST:PORT”."


def _accounts(accounts: Sequence[Shown]) -> Iterator[str]:
    names = ("name", "role", "extension", "person", "language", "mailboxes", "active")
    return _table([{name: each[name] for name in names} for each in accounts])


def _providers(providers: Sequence[Shown]) -> Iterator[str]:
    names = ("key", "name", "country", "account", "password", "server")
    return _table([{name: each[name] for name in names} for each in providers if not each["lacks"]])


def _farewell(result: Shown) -> Iterator[str]:
    return (visible(english(words)) for words in result["words"])


def _without_version(result: Any) -> Iterator[str]:
    if isinstance(result, dict):
        return _one({name: value for name, value in result.items() if name not in _UNTOLD})
    return _table([{name: value for name, value in item.items() if name not in _UNTOLD} for item in result])


def _changes(changes: Sequence[Shown]) -> Iterator[str]:
    for change in changes:
        undone = "  (undone)" if change["undone"] else ""
        yield f"{change['id']:5}  {moment(change['at'])}  {visible(english(change['who']))}{undone}"
        yield from (f"         {visible(words)}" for words in change["words"])
    if not changes:
        yield "No changes yet."


def _nightly(shown: Shown) -> Iterator[str]:
    yield f"Every night to {visible(shown['folder'])}." if shown["folder"] else "No automatic backup."
    if last := shown["last"]:
        yield f"{moment(last['at'])}  {last['size'] / 1e6:9.1f} MB  {visible(last['name'])}"
    if failed := shown["failed"]:
        yield f"{moment(failed['at'])}  failed: {visible(english(failed['said']))}"
    yield from (f"Available: {visible(place)}" for place in shown["places"])
    for each in shown["unfit"]:
        yield f"Not available: {visible(each['place'])}. {visible(english(each['why']))}"


def _update(shown: Shown) -> Iterator[str]:
    phase = shown["phase"]
    fields = ("version", "phase", "progress", "from", "to") if phase else ("version",)
    yield from _one({name: shown[name] for name in fields if shown[name] not in ("", 0)})
    if phase in ("returned", "refused", "failed", "broken"):
        yield visible(english(shown["why"]))
    if bundle := shown["bundle"]:
        yield f"Uploaded: version {visible(bundle['version']) or '?'}, {bundle['size'] / 1e6:.1f} MB."
    if not shown["possible"]:
        yield "On this machine, update the durchwahl package instead."


def _well(shown: Shown) -> Iterator[str]:
    for each in shown["checks"]:
        yield f"{'ok' if each['ok'] else 'fail':4}  {each['name']}  {visible(each['sentence'])}".rstrip()


def _undone(change: Shown) -> Iterator[str]:
    yield from (f"Undone: {visible(words)}" for words in change["words"])
    if change["caution"]:
        yield visible(english(change["caution"]))


_REPORTS: dict[str, Callable[[Any], Iterator[str]]] = {
    "calls": _calls,
    "change list": _changes,
    "change undo": _undone,
    "history": _calls,
    "trace": _trace,
    "nightly show": _nightly,
    "nightly set": _nightly,
    "update status": _update,
    "update install": _update,
    "update forget": _update,
    "update offer": _update,
    "update check": _well,
    "privacy show": _known,
    "doctor": _checks,
    "provider list": _providers,
    "user leave": _farewell,
    "code show": _code,
    "account invite": _code,
    "account list": _accounts,
}
