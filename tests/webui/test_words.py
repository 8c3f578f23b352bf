"""German and English are complete: every text has its German one, none is left over, and both name the same fields."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from bottle import StplParser

from webui.words import LOCALES, catalogues

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "webui/locale"
MARKS = {"_": 1, "N_": 1, "n_": 2, "say": 1, "count": 2, "Sentence": 1}
"""Functions whose first arguments are texts for people, and how many of them."""

Text = str | tuple[str, str]
"""A text, or one and many."""

SOURCES = sorted(
    path
    for pattern in ("webui/**/*.py", "webui/views/*.tpl", "pbx/**/*.py")
    for path in ROOT.glob(pattern)
    if "demo" not in path.parts and path.name != "catalogue.py"  # whose Sentence is one of the box's voice
)
CATALOGUES = sorted(LOCALE.glob("*/*.po"))


@cache
def texts_of(path: Path) -> frozenset[Text]:
    """The texts for people in a module or a view."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".tpl":
        source = StplParser(source, encoding="utf8").translate()
    return frozenset(texts_in(ast.parse(source, str(path))))


def texts_in(tree: ast.AST) -> Iterator[Text]:
    """The texts in calls of MARKS."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "described":
            yield from filter(None, map(constant, of_field(node)))
        marked = [constant(each) for each in node.args[: MARKS.get(name, 0)]]
        constants = [text for text in marked if text is not None]
        if len(constants) == 2:
            yield (constants[0], constants[1])
        elif MARKS.get(name) == 1 and constants and constants[0]:
            yield constants[0]


def of_field(call: ast.Call) -> list[ast.expr]:
    """Label, help and short name of a field that is described (`pbx.store.fields`)."""
    named = [each.value for each in call.keywords if each.arg in ("help", "short")]
    return [*call.args[:1], *call.args[2:3], *named]


def constant(node: ast.expr) -> str | None:
    """The text, if it stands there as it is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@cache
def used() -> dict[Text, Path]:
    """Each text, and a file that says it."""
    return {text: path for path in SOURCES for text in texts_of(path)}


@cache
def translated(path: Path) -> dict[Text, Text]:
    """What a catalogue has."""
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    assert not [message.id for message in messages if message.fuzzy], "fuzzy ones are not shown"
    return {as_text(message.id): as_text(message.string) for message in messages}


def as_text(said: object) -> Text:
    """What a catalogue has in one place."""
    if isinstance(said, str):
        return said
    assert isinstance(said, tuple | list)
    one, many = said
    return one, many


@cache
def german() -> dict[Text, Text]:
    return {text: said for path in CATALOGUES if path.parent.name == "de" for text, said in translated(path).items()}


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [path for path in SOURCES if texts_of(path)], ids=short)
def test_every_text_has_a_german_one(path: Path) -> None:
    missing = sorted(map(str, texts_of(path) - german().keys()))
    assert not missing, f"{len(missing)} without German in {short(path)}:\n" + "\n".join(missing)


@pytest.mark.parametrize("path", CATALOGUES, ids=short)
def test_no_german_text_is_left_over(path: Path) -> None:
    unused = sorted(map(str, translated(path).keys() - used().keys()))
    assert not unused, "nobody says these any more:\n" + "\n".join(unused)


@pytest.mark.parametrize("path", CATALOGUES, ids=short)
def test_both_languages_name_the_same_fields(path: Path) -> None:
    wrong = [text for text, said in translated(path).items() if not fits(text, said)]
    assert not wrong, f"empty, or with other fields in braces: {wrong}"


def fits(text: Text, said: Text) -> bool:
    """Whether a translation is there and has its original's fields; the singular may do without the number."""
    if isinstance(text, tuple):
        every = fields(text[0]) | fields(text[1])
        return len(said) == 2 and all(said) and fields(said[0]) <= every and fields(said[1]) == fields(text[1])
    return isinstance(said, str) and bool(said) and fields(said) == fields(text)


def fields(text: str) -> set[str]:
    """The names in braces; a JavaScript text has none."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_no_text_is_translated_twice() -> None:
    places = defaultdict(set)
    for path in CATALOGUES:
        for text in translated(path):
            places[text].add(short(path))
    twice = {text: sorted(found) for text, found in places.items() if len(found) > 1}
    assert not twice, f"keep one of each: {twice}"


def test_what_is_marked_is_a_constant() -> None:
    """A text made by an f-string or by + can never be translated."""
    wrong = []
    for path in SOURCES:
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            marked = of_field(node) if node.func.id == "described" else node.args[:1]
            if node.func.id in ("Sentence", "N_", "described"):
                wrong += [f"{short(path)}:{node.lineno}" for each in marked if constant(each) is None]
    assert not wrong, f"not a constant text: {wrong}"


# --- the words themselves -------------------------------------------------------------------------------------------


def test_what_the_daemon_says_is_said_in_german() -> None:
    words = catalogues(LOCALE)["de"]
    inner = {"say": "{first} and {last}", "with": {"first": "21", "last": "22"}}
    assert words.sentence({"say": "{text}", "with": {"text": inner}}) == "21 und 22"
    assert words.sentence({"say": "{text}", "with": {"text": ["a", "b", "c"]}}) == "a, b und c"


@pytest.mark.parametrize("said", ["plain", {"say": "{gone}", "with": {}}, {"say": "{"}, {"with": 1}, None, 7])
def test_whatever_is_said_is_shown(said: object) -> None:
    for words in catalogues(LOCALE).values():
        assert words.sentence(said)


def test_an_empty_text_stays_empty() -> None:
    for words in catalogues(LOCALE).values():
        assert words.say("") == ""


def test_one_and_many() -> None:
    words = catalogues(LOCALE)["de"]
    one, many = "One entry needs correcting:", "{number} entries need correcting:"
    assert "Eine" in words.count(one, many, 1)
    assert words.count(one, many, 2).format(number=2).startswith("2 ")


def test_moments_and_durations_are_written_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    now = 1_790_000_000.0  # Monday, 21 September 2026, 16:13:20
    german, english = catalogues(LOCALE)["de"], catalogues(LOCALE)["en"]
    assert german.when(now - 3600, now) == "15:13"
    assert german.when(now - 86400, now) == "gestern 16:13"
    assert english.when(now - 86400, now) == "yesterday 16:13"
    assert german.when(now - 3 * 86400, now) == "Fr. 18. Sept. 16:13"
    assert english.when(now - 3 * 86400, now) == "Fri 18 Sept 16:13"
    assert german.when(now - 400 * 86400, now) == "So. 17. Aug. 2025 16:13"
    assert [german.duration(each) for each in (0, 42, 187, 3723, -5)] == ["0:00", "0:42", "3:07", "1:02:03", "0:00"]
    assert (german.duration(5 * 86400), english.duration(5 * 86400)) == ("5 Tage", "5 days")
    monkeypatch.undo()
    time.tzset()


def test_every_language_has_its_locale() -> None:
    assert set(LOCALES) == set(catalogues(LOCALE)) == {"de", "en"}
    assert {path.parent.name for path in CATALOGUES} == {"de"}


def test_what_marks_a_text_is_found() -> None:
    tree = ast.parse(
        'visit._("a"); N_("b"); Sentence("c {x}" " d", x=1); n_("e", "f", 2); _(label); words.say("g"); _("");'
        'x = described("h", Text(), "i", short="j", argument="k")'
    )
    assert set(texts_in(tree)) == {"a", "b", "c {x} d", ("e", "f"), "g", "h", "i", "j"}
    assert re.search("Log in", " ".join(map(str, used())))


def test_numbers_moments_and_long_lists_in_a_sentence_are_written_for_reading() -> None:
    german, english = catalogues(LOCALE)["de"], catalogues(LOCALE)["en"]
    said = {"say": "{text}", "with": {"text": "+4930123456"}}
    assert german.sentence(said) == "+49 30 123456"
    said = {"say": "{text}", "with": {"text": "2026-09-21 16:13"}}
    assert (german.sentence(said), english.sentence(said)) == ("21.09.2026, 16:13", "21 Sept 2026, 16:13")
    assert german.sentence("2026-99-99 16:13") == "2026-99-99 16:13"
    assert german.sentence(list("abcdefgh")) == "a, b, c, d, e, f und 2 weitere"
    assert german.sentence(list("abcdefg")) == "a, b, c, d, e, f und g"
    assert (german.decimal(2.54), english.decimal(2.54)) == ("2,5", "2.5")


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de/some.po").write_text("this is no catalogue\n")
    with pytest.raises(ValueError, match="PoFileError"):
        catalogues(tmp_path)


def test_what_no_page_says_is_not_loaded() -> None:
    """Babel keeps 5 MB of two locales; its reader of catalogues, QR codes, numbers and XML are for a few pages only."""
    program = """
import sys
from pathlib import Path
from babel import localedata
import webui.__main__
from webui.compiled import UNSAID
del sys.modules["webui.compiled"]
words = webui.app.catalogues(Path(sys.argv[1]))
assert words["de"].when(0, 1e9) and words["en"].when(0, 1e9) and words["de"].decimal(2.5) == "2,5"
assert words["de"].duration(3 * 86400) == "3 Tage" and words["en"].duration(3 * 86400) == "3 days"
print([key for key in UNSAID if any(key in data for data in localedata._cache.values())])
print([name for name in ("segno", "phonenumbers", "xml", "html") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program, str(LOCALE)], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n[]\n", done.stderr


def test_a_number_is_written_for_reading_and_nothing_else_is_touched() -> None:
    words = catalogues(LOCALE)["de"]
    assert [words.number(text) for text in ("+4930123456", "21", "")] == ["+49 30 123456", "21", ""]
