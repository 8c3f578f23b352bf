"""What the documentation names is there: commands, modules, tests, RFCs, links."""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from pbx.cli.arguments import parser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted((*DOCS.glob("*.md"), *ROOT.glob("*.md")))
OF_MODULES = [page for page in PAGES if page.parent == DOCS or page.name == "README.md"]

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
TEST = re.compile(r"(?:tests/)?((?:[a-z0-9_]+/)*test_[a-z0-9_]+\.py)::(test_[A-Za-z0-9_]+)")
CALL = re.compile(r"(?:tests/)?(flows/[a-z0-9-]+\.flow)")
RFC = re.compile(r"RFC[ -]?([0-9]{4,5})")
FILE_ENDS = ("crt", "json", "key", "lock", "md", "py", "service", "sock", "sqlite", "tmp", "toml", "wav")


def words(page: Path) -> list[str]:
    """What a page prints as code."""
    return CODE.findall(page.read_text(encoding="utf-8"))


# --- modules -------------------------------------------------------------------------------------------------------


@cache
def modules() -> dict[str, Path]:
    """Every module and package of ours, by its path below `pbx/`."""
    found = {}
    for file in (ROOT / "pbx").rglob("*.py"):
        below = file.relative_to(ROOT / "pbx").with_suffix("")
        found[str(below.parent if below.name == "__init__" else below)] = file
    return found


@cache
def names_in(file: Path) -> frozenset[str]:
    """What a module defines, at whatever depth."""
    names = set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return frozenset(names)


def missing(word: str) -> str:
    """What is wrong with a word if it names something of ours that is not there; "" if all is well, or it names none.

    `exchange/calls/leg` and `pbx/daemon/wiring` are modules, `media/relay.join` is a name in one. So are `relay.join`
    and `sip.Stack`: there the first part may be any module or package with that name.
    """
    match = re.fullmatch(r"(?:pbx/)?([a-z_0-9]+(?:/[a-z_0-9]+)*)((?:\.[A-Za-z_0-9]+)*)(?:\(\))?", word)
    if match is None:
        return ""
    path, names = match[1], match[2].split(".")[1:]
    slashed = "/" in word and (word.startswith("pbx/") or path.partition("/")[0] in modules())
    if slashed and (ROOT / "pbx" / (path + match[2])).is_file():
        return ""
    where = [file for name, file in modules().items() if name == path or f"/{name}".endswith(f"/{path}")]
    if slashed and not where:
        return f"no module {path}"
    if not where or not names or names[-1] in FILE_ENDS:
        return ""
    files = [each for file in where for each in (file.parent.rglob("*.py") if file.name == "__init__.py" else [file])]
    defined = frozenset[str]().union(*map(names_in, files))
    return "".join(f"no {name} in {path}" for name in names if name not in defined)


@pytest.mark.parametrize("page", OF_MODULES, ids=lambda page: page.name)
def test_every_module_and_name_a_page_gives_exists(page: Path) -> None:
    wrong = {word: complaint for word in words(page) if (complaint := missing(word))}
    assert not wrong, f"{page.name} names what is not there: {wrong}"


def test_a_module_that_is_not_there_is_found_out() -> None:
    assert not missing("exchange/calls/leg")
    assert not missing("pbx/daemon/wiring")
    assert not missing("media/relay.join")
    assert not missing("sip.Stack")
    assert not missing("settings.json")
    assert missing("exchange/nobody")
    assert missing("pbx/nobody")
    assert missing("relay.nobody")
    assert missing("sip.Nobody")


# --- tests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_a_page_gives_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    given = set(TEST.findall(text))
    wrong = [f"{file}::{name}" for file, name in sorted(given) if not is_test(ROOT / "tests" / file, name)]
    wrong += [flow for flow in CALL.findall(text) if not (ROOT / "tests" / flow).is_file()]
    assert not wrong, f"{page.name} names tests that are not there: {wrong}"
    assert page.name != "rfc-status.md" or given


def is_test(file: Path, name: str) -> bool:
    """Whether a file has this test."""
    return file.is_file() and name in names_in(file)


def test_each_rfc_the_code_cites_has_its_place_in_the_status() -> None:
    status = set(RFC.findall((DOCS / "rfc-status.md").read_text(encoding="utf-8")))
    cited = {number: file for file in modules().values() for number in RFC.findall(file.read_text(encoding="utf-8"))}
    wrong = {number: str(file.relative_to(ROOT)) for number, file in cited.items() if number not in status}
    assert not wrong, f"docs/rfc-status.md does not say what is in of these: {wrong}"


# --- commands ------------------------------------------------------------------------------------------------------


def commands(above: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Each command of the command line, and its options."""
    below = [action for action in above._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for name, each in action.choices.items():
            yield from commands(each.whole(), (*words, name))
    if not below:
        yield " ".join(words), {option for action in above._actions for option in action.option_strings}


def test_every_command_is_in_the_page_of_the_command_line() -> None:
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    left_out = [command for command, _ in commands(parser()) if not re.search(rf"`{command}\b", text)]
    assert not left_out, f"docs/command-line.md does not tell of {left_out}"


def test_every_option_is_in_the_page_of_the_command_line() -> None:
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    known = {option for _, options in commands(parser()) for option in options} - {"-h", "--help"}
    left_out = sorted(option for option in known if not re.search(rf"{option}(?![a-z-])", text))
    assert not left_out, f"docs/command-line.md does not tell of {left_out}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_a_page_gives_exists(page: Path) -> None:
    known = dict(commands(parser()))
    options = {option for each in known.values() for option in each}
    wrong = []
    for word in words(page):
        said = re.match(r"durchwahl ([a-z]+)(?: ([a-z]+)\b)?", word)
        if said and not is_command(said[1], said[2], known):
            wrong.append(word)
        if said or page.name == "command-line.md":
            wrong += [option for option in re.findall(r"(?<![\w-])--[a-z-]+", word) if option not in options]
    assert not wrong, f"{page.name} tells of commands that are not there: {wrong}"


def is_command(noun: str, verb: str | None, known: Iterable[str]) -> bool:
    """Whether this is a command; a noun may stand without its verb."""
    verbs = {command.partition(" ")[2] for command in known if command.partition(" ")[0] == noun}
    return bool(verbs) and (not verb or verbs == {""} or verb in verbs)


def test_a_command_that_is_not_there_is_found_out() -> None:
    known = [command for command, _ in commands(parser())]
    assert is_command("user", "add", known)
    assert is_command("user", None, known)
    assert is_command("status", None, known)
    assert not is_command("user", "fly", known)
    assert not is_command("fly", None, known)


# --- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    wrong = [
        link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link and not leads(page, link)
    ]
    assert not wrong, f"{page.name} has links that lead nowhere: {wrong}"


def leads(page: Path, link: str) -> bool:
    """Whether a link on a page finds its file, and there its heading."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """The places a page can be linked at: its headings in lower case, spaces as hyphens, without punctuation."""
    headings = re.findall(r"^#+ +(.+?) *$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- the architecture ----------------------------------------------------------------------------------------------


def test_the_architecture_is_read_on_three_screens_and_has_every_room() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 3 * 45
    rooms = text[text.index("## The rooms") : text.index("## Where to go on")]
    given = {word.rpartition("/")[2] for row in rooms.splitlines() for word in words_of(row)}
    found = {name.rpartition("/")[2] for name, file in modules().items() if file.name == "__init__.py" and name != "."}
    inner = {"arguments", "codecs", "transactions", "transport"}
    assert found - inner <= given, f"rooms without a row: {sorted(found - inner - given)}"


def words_of(line: str) -> list[str]:
    """What a line prints as code."""
    return CODE.findall(line)


def test_the_call_is_told_longer_than_anything_around_it() -> None:
    length = {page.name: len(page.read_text(encoding="utf-8")) for page in DOCS.glob("*.md")}
    assert length["calls.md"] > max(length["office.md"], length["box.md"])


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        line for lines in (project["dependencies"], *project["optional-dependencies"].values()) for line in lines
    ]
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8").lower()
    missing = {name for line in declared if (name := re.split(r"[\[<>=; ]", line.lower())[0]) not in text}
    assert not missing, f"no reason for {sorted(missing)}"
