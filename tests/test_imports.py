"""The house's import rules (docs/architecture.md), read off the source without running it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

HOUSE = Path(__file__).parents[1]

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "pbx.sip": (),
    "pbx.sdp": (),
    "pbx.media": (),
    "pbx.exchange": (
        *("pbx.sip", "pbx.sdp", "pbx.media", "pbx.store.models", "pbx.store.secrets.secret_forms"),
        *("pbx.phone_number", "pbx.seconds"),
    ),
    "pbx.store": (),
    "pbx.control": (),
    "pbx.prompts": (),
    "pbx.box": ("pbx.sentence", "pbx.control.client", "pbx.service.systemd", "pbx.store.disk.atomic"),
    "pbx.demo": ("pbx",),
    "pbx": ("pbx",),
    "webui": (
        *("pbx.VERSION", "pbx.control.client", "pbx.service.memory", "pbx.service.systemd", "pbx.phone_number"),
        *("pbx.alphabet", "pbx.seconds"),
    ),
}
"""Package -> what of ours it may import besides itself. Modules directly in pbx (daemon, cli ...) wire everything."""

ONLY_IN: dict[str, tuple[str, ...]] = {
    "asyncio": (
        *("pbx.sip.transport", "pbx.exchange.calls.operator", "pbx.control", "pbx.demo"),
        *(
            "pbx.daemon.process",
            "pbx.daemon.daemon",
            "pbx.daemon.wiring",
            "pbx.daemon.archive",
            "pbx.daemon.web_process",
            "pbx.daemon.own_certificate",
        ),
    ),
    "tinydb": ("pbx.store.settings.settings", "pbx.store.disk.atomic"),
    "gpiozero": ("pbx.box.leds", "pbx.box.panel", "pbx.box.gpiod_pins"),
    "gpiod": ("pbx.box.gpiod_pins",),
    "av": ("pbx.programs.sound_decoder",),
    "cryptography": ("pbx.programs.certificate", "pbx.store.backup.age", "pbx.programs.backup", "pbx.programs.seal"),
    "pbx.store.backup.age": ("pbx.programs.backup",),
    "subprocess": (
        "pbx.media.nftables",
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
    parts = path.relative_to(HOUSE).with_suffix("").parts
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
    return sorted(path for top in ("pbx", "webui") for path in (HOUSE / top).rglob("*.py"))


def within(name: str, package: str) -> bool:
    """Whether a dotted name is the package, or in it."""
    return name == package or name.startswith(package + ".")


def package_of(module: str) -> str:
    """The entry of MAY_IMPORT that speaks for a module."""
    return max((package for package in MAY_IMPORT if within(module, package)), key=len)


def breaches(found: Import) -> Iterator[str]:
    """What is wrong with one import, in sentences."""
    place = f"{found.module}, line {found.line}"
    if found.in_function:
        yield f"{place}: no import inside a function ({found.target})"
    if found.target.split(".")[0] in ("pbx", "webui"):
        package = package_of(found.module)
        leaf = ("pbx.sentence",) if package != "webui" else ()
        allowed = (package, "pbx.VERSION", *leaf, *MAY_IMPORT[package])
        if not any(within(found.target, name) for name in allowed):
            yield f"{place}: {package} may not import {found.target}"
    for library, places in ONLY_IN.items():
        if within(found.target, library) and not any(within(found.module, name) for name in places):
            yield f"{place}: {found.module} may not import {library} (only {', '.join(places)} may)"
    if any(within(found.module, name) for name in PURE) and not any(within(found.module, name) for name in EDGES):
        yield from (f"{place}: {found.module} may not import {name}" for name in WORLD if within(found.target, name))


def test_nobody_imports_what_the_table_forbids() -> None:
    wrong = [sentence for path in sources() for found in imports_of(path) for sentence in breaches(found)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_no_module_imports_itself_in_a_circle() -> None:
    modules = {module_name(path) for path in sources()}
    graph: dict[str, set[str]] = {module: set() for module in modules}
    for path in sources():
        for found in imports_of(path):
            target = found.target if found.target in modules else found.target.rpartition(".")[0]
            if target in modules and target != found.module and not found.for_types:
                graph[found.module].add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError("imported in a circle: " + " -> ".join(reversed(error.args[1]))) from None


FOR_OTHERS = {"audioop-lts"}
"""Declared because another library forgot to."""


def test_nothing_is_declared_that_nothing_imports() -> None:
    declared = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = {re.match(r"[\w.-]+", line)[0].lower() for line in declared} - FOR_OTHERS  # type: ignore[index]
    imported = {found.target.split(".")[0] for path in sources() for found in imports_of(path)}
    modules = packages_distributions()
    imported |= {name for path in sources() for name in re.findall(r'import_module\("(\w+)', path.read_text())}
    used = {name.lower() for module in imported for name in modules.get(module, ())}
    assert wanted <= used, f"nobody imports {', '.join(sorted(wanted - used))}"
