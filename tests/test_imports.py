"""The import rules (docs/architecture.md), read off the source without running it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LEAVES = ("pbx.VERSION", "pbx.sentence", "pbx.seconds", "pbx.alphabet", "pbx.phone_number")
"""Any room above the protocol libraries may import these; they import nothing of ours."""

KEPT = ("pbx.store.models", "pbx.store.rows")
NOUNS = ("pbx.store.models", "pbx.store.fields", "pbx.store.kinds")
BASIS = (
    *(*NOUNS, *KEPT, "pbx.store.errors", "pbx.store.secret_forms", "pbx.store.shapes"),
    *("pbx.store.json_lines", "pbx.store.hosts"),
)
DESK = ("pbx.administration.desk", "pbx.control.protocol", "pbx.store", "pbx.box")
CALLS = ("pbx.exchange.calls", "pbx.exchange.dialling", "pbx.exchange.scripts", "pbx.exchange.trunks")
OFFICE = ("pbx.administration.sounds", "pbx.administration.history", "pbx.administration.office")
PAGE = (
    *("webui.form", "webui.described", "webui.request", "webui.routes", "webui.views", "webui.words", "webui.later"),
    *NOUNS,
)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "pbx": ("pbx.cli.entry",),
    # the protocol libraries know nothing of ours
    "pbx.sip": (),
    "pbx.sdp": (),
    "pbx.media": ("pbx.media.codecs",),
    "pbx.media.codecs": (),
    # what is kept
    "pbx.store.disk": ("pbx.store.errors",),
    "pbx.store.secrets": ("pbx.store.disk", *BASIS),
    "pbx.store.settings": ("pbx.store.disk", *BASIS),
    "pbx.store.records": ("pbx.store.settings", *BASIS),
    "pbx.store.backup": ("pbx.store.disk", "pbx.store.settings", *BASIS),
    "pbx.store": ("pbx.store.disk", "pbx.store.secrets", "pbx.store.settings", "pbx.store.records", "pbx.store.backup"),
    "pbx.prompts": (),
    # the running exchange
    "pbx.exchange.dialling": ("pbx.sip", *KEPT),
    "pbx.exchange.trunks": ("pbx.sip", *KEPT),
    "pbx.exchange.phones": ("pbx.sip", *KEPT, "pbx.store.secret_forms"),
    "pbx.exchange.calls": (
        *("pbx.exchange.dialling", "pbx.exchange.trunks", "pbx.exchange.phones"),
        *("pbx.sip", "pbx.sdp", "pbx.media", *KEPT),
    ),
    "pbx.exchange.scripts": ("pbx.exchange.calls", "pbx.exchange.dialling", "pbx.media", *KEPT),
    "pbx.exchange": (*CALLS, "pbx.exchange.phones", "pbx.sip", "pbx.sdp", "pbx.media", *KEPT),
    # the box it runs on
    "pbx.service": (),
    "pbx.control": (),
    "pbx.box": ("pbx.control.client", "pbx.service", "pbx.store.disk.atomic"),
    "pbx.box.update": ("pbx.box", "pbx.control.client", "pbx.store.disk.atomic"),
    # commands, and who gives them
    "pbx.administration.desk": (*(*DESK, *CALLS, "pbx.exchange.story"),),
    "pbx.administration.history": (*DESK, *CALLS, "pbx.exchange.story", "pbx.media.wav"),
    "pbx.administration.sounds": (*DESK, "pbx.administration.history", "pbx.prompts"),
    "pbx.administration.office": (
        *(*DESK, *OFFICE, *CALLS),
        *("pbx.exchange.story", "pbx.service.later", "pbx.sip.transport.hop"),
    ),
    "pbx.administration.changes": DESK,
    "pbx.administration.access": (*DESK, "pbx.administration.office", "pbx.sip.transport"),
    "pbx.administration.update": (
        *DESK,
        "pbx.exchange.trunks.trunk",
        "pbx.exchange.scripts",
        "pbx.sip",
        "pbx.sdp",
        "pbx.media",
    ),
    "pbx.administration.backup": DESK,
    "pbx.administration.doctor": (
        *(*DESK, "pbx.administration.office", "pbx.administration.access", "pbx.administration.update"),
        *("pbx.administration.backup", "pbx.exchange.story", "pbx.exchange.trunks", "pbx.prompts", "pbx.sip"),
    ),
    "pbx.administration": (
        *(*DESK, *OFFICE, "pbx.administration.access", "pbx.administration.backup", "pbx.administration.changes"),
        *("pbx.administration.doctor", "pbx.administration.update", "pbx.exchange.story"),
    ),
    # processes
    "pbx.daemon": (
        *("pbx.administration", "pbx.exchange", "pbx.sip", "pbx.media", "pbx.store", "pbx.prompts"),
        *("pbx.box", "pbx.control", "pbx.service"),
    ),
    "pbx.cli.arguments": (*NOUNS, "pbx.store.hosts", "pbx.service.later"),
    "pbx.cli": ("pbx.cli.arguments", "pbx.administration", "pbx.control", "pbx.service", "pbx.store"),
    "pbx.programs": ("pbx.prompts", "pbx.sip.transport", "pbx.store"),
    "pbx.demo": (
        *("pbx.daemon", "pbx.cli.report", "pbx.administration.commands", "pbx.administration.desk.desk"),
        *("pbx.control", "pbx.sip", "pbx.sdp", "pbx.media", "pbx.store", "pbx.box.own_address"),
    ),
    # the page, a process of its own
    "webui.serving": (),
    "webui.parts": (*PAGE, "webui.serving.access_rule", "pbx.control.client"),
    "webui.pages": (*PAGE, "webui.parts", "webui.libraries", "webui.serving.access_rule", "pbx.control.client"),
    "webui": ("webui", *NOUNS, "pbx.control.client", "pbx.service"),
}
"""Room -> what of ours it may import besides itself and LEAVES."""

MOST = 30
"""Modules in one folder; what is more is not read at a glance."""
MORE = {"pbx": 6, "pbx/sip": 36}
"""But: hardly any loose ones, and a protocol library may have some more."""

ONLY_IN: dict[str, tuple[str, ...]] = {
    "asyncio": (
        *("pbx.sip.transport", "pbx.exchange.calls.operator", "pbx.control", "pbx.demo"),
        *(
            "pbx.daemon.process",
            "pbx.daemon.daemon",
            "pbx.daemon.office_work",
            "pbx.daemon.wiring",
            "pbx.daemon.archive",
            "pbx.daemon.web_process",
            "pbx.daemon.own_certificate",
        ),
    ),
    "pbx.administration": (
        *("pbx.administration", "pbx.daemon.office_work", "pbx.daemon.live"),
        *("pbx.cli.without_exchange", "pbx.demo.premises"),
    ),
    "importlib.import_module": ("pbx.service.later",),
    "tinydb": ("pbx.store.settings.settings", "pbx.store.disk.atomic"),
    "gpiozero": ("pbx.box.leds", "pbx.box.panel", "pbx.box.gpiod_pins"),
    "gpiod": ("pbx.box.gpiod_pins",),
    "av": ("pbx.programs.sound_decoder",),
    "dns": ("pbx.sip.transport.name_servers", "pbx.sip.transport.resolve"),
    "cryptography": ("pbx.programs.certificate", "pbx.store.backup.age", "pbx.programs.backup", "pbx.programs.seal"),
    "pbx.store.backup.age": ("pbx.programs.backup",),
    "subprocess": (
        "pbx.prompts",
        "pbx.demo",
        "pbx.administration.sounds.decoding",
        "pbx.administration.desk.backup_work",
        "pbx.store.secrets.vault",
        "pbx.box.update.programs",
        "pbx.box.stick",
        "pbx.cli.as_owner",
        "webui.words",
    ),
    "bottle": ("webui",),
    "cheroot": ("webui",),
    "babel": ("webui",),
    "phonenumbers": ("pbx.administration", "pbx.exchange", "pbx.phone_number"),
    "segno": ("webui", "pbx.cli.label"),
    "vobject": ("pbx.administration.office.contacts_import",),
    "pyVoIP": ("pbx.demo.deskphone",),
}
"""Library -> the only places that may import it."""

FOR_OTHERS = {"audioop-lts"}
"""Declared because another library forgot to."""

PURE = ("pbx.sip", "pbx.sdp", "pbx.exchange")
EDGES = ("pbx.sip.transport",)
WORLD = ("time", "random", "secrets", "socket", "os", "threading", "select", "selectors")
"""No clock, random number or socket inside PURE, but for EDGES: they are handed in."""


@dataclass(frozen=True)
class Import:
    """One import statement of a module of ours."""

    module: str
    """Who imports, with dots."""
    target: str
    """What: a module, or a name in one."""
    line: int
    in_function: bool
    for_types: bool
    """Below `if TYPE_CHECKING`: nothing is imported when the program runs."""


def module_name(path: Path) -> str:
    """`pbx/sip/__init__.py` is `pbx.sip`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    """Every import in the file, wherever it stands; a relative one with its full name."""
    module = module_name(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def walk(node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(module, name.name, node.lineno, in_function, for_types) for name in node.names)
        if isinstance(node, ast.ImportFrom):
            start = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            target = ".".join(filter(None, (start, node.module)))
            yield from (
                Import(module, f"{target}.{name.name}", node.lineno, in_function, for_types) for name in node.names
            )
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for statement in node.body:
                yield from walk(statement, inside, True)
            for statement in node.orelse:
                yield from walk(statement, inside, for_types)
            return
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside, for_types)

    return tuple(walk(ast.parse(path.read_text(), path.name), False, False))


def sources() -> list[Path]:
    """Every Python file of the program."""
    return sorted(path for top in ("pbx", "webui") for path in (ROOT / top).rglob("*.py"))


def within(name: str, package: str) -> bool:
    """Whether a dotted name is the package, or in it."""
    return name == package or name.startswith(package + ".")


def package_of(module: str) -> str:
    """The room a module is in: the entry of MAY_IMPORT that speaks for it."""
    return max((package for package in MAY_IMPORT if within(module, package)), key=len)


def breaches(found: Import) -> Iterator[str]:
    """What is wrong with one import, in sentences."""
    place = f"{found.module}, line {found.line}"
    if found.in_function:
        yield f"{place}: no import inside a function ({found.target})"
    if found.target.split(".")[0] in ("pbx", "webui"):
        room = package_of(found.module)
        allowed = (*LEAVES, *MAY_IMPORT[room])
        if package_of(found.target) != room and not any(within(found.target, name) for name in allowed):
            yield f"{place}: {room} may not import {found.target}"
    for library, places in ONLY_IN.items():
        if within(found.target, library) and not any(within(found.module, name) for name in places):
            yield f"{place}: {found.module} may not import {library} (only {', '.join(places)} may)"
    if any(within(found.module, name) for name in PURE) and not any(within(found.module, name) for name in EDGES):
        yield from (f"{place}: {found.module} may not import {name}" for name in WORLD if within(found.target, name))


def test_nobody_imports_what_the_table_forbids() -> None:
    wrong = [sentence for path in sources() for found in imports_of(path) for sentence in breaches(found)]
    assert not wrong, "\n" + "\n".join(wrong)


def graph_of(place: Callable[[str], str]) -> dict[str, set[str]]:
    """Who imports whom when the program runs, by the places that modules are in."""
    modules = {module_name(path) for path in sources()}
    graph: dict[str, set[str]] = {place(module): set() for module in modules}
    for path in sources():
        for found in imports_of(path):
            target = found.target if found.target in modules else found.target.rpartition(".")[0]
            if target in modules and place(target) != place(found.module) and not found.for_types:
                graph[place(found.module)].add(place(target))
    return graph


def floor(module: str) -> str:
    """The room a module is in, when it is one without rooms in it; else the module stands for itself."""
    room = package_of(module)
    return module if any(within(other, room) and other != room for other in MAY_IMPORT) or room == "pbx.sip" else room


@pytest.mark.parametrize("place", [str, floor], ids=["module", "room"])
def test_nothing_imports_itself_in_a_circle(place: Callable[[str], str]) -> None:
    try:
        TopologicalSorter(graph_of(place)).prepare()
    except CycleError as error:
        raise AssertionError("imported in a circle: " + " -> ".join(reversed(error.args[1]))) from None


def test_every_room_is_in_the_table_and_is_read_at_a_glance() -> None:
    folders = {path.parent.relative_to(ROOT) for path in sources()}
    rooms = {".".join(folder.parts) for folder in folders}
    assert rooms - {"pbx.sip.transport", "pbx.sip.transactions"} == MAY_IMPORT.keys()
    for folder in folders:
        modules = [path for path in (ROOT / folder).glob("*.py") if not path.stem.startswith("__")]
        assert len(modules) <= MORE.get(str(folder), MOST), f"{len(modules)} modules in {folder}"


def test_the_tests_are_in_the_rooms_of_what_they_test() -> None:
    tests = ROOT / "tests"
    rooms = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")} - {Path()}
    ours = [ROOT / ("." if room.parts[0] == "webui" else "pbx") / room for room in rooms]
    assert not [
        str(room) for room in ours if room.parent.is_dir() and room.parent != ROOT / "pbx" and not room.is_dir()
    ]


def test_nothing_is_declared_that_nothing_imports() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = {re.match(r"[\w.-]+", line)[0].lower() for line in declared} - FOR_OTHERS  # type: ignore[index]
    imported = {found.target.split(".")[0] for path in sources() for found in imports_of(path)}
    modules = packages_distributions()
    imported |= {name for path in sources() for name in re.findall(r'\b(?:load|Later)\("(\w+)', path.read_text())}
    used = {name.lower() for module in imported for name in modules.get(module, ())}
    assert wanted <= used, f"nobody imports {', '.join(sorted(wanted - used))}"
