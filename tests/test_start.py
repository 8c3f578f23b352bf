"""What a start waits for. Read off the modules that are loaded, without a clock."""

import subprocess
import sys

PARSED = """
import sys
from pbx.service.later import load
load("pbx.cli.command").parse(sys.argv[1:])
print(*sys.modules)
"""

NOT_FOR_A_COMMAND = {
    "pbx.store.models": "what an office consists of is known to who answers",
    "pbx.store.database": "the running exchange has the records open",
    "sqlite3": "the same",
    "tinydb": "the same",
    "pbx.exchange": "calls are carried elsewhere",
    "pbx.administration": "commands are done elsewhere",
    "numpy": "nothing is heard",
    "asyncio": "one question, one answer",
}
"""What a command that asks the running exchange never loads, and why."""


def loaded(program: str, *words: str) -> list[str]:
    """The names that a program of ours prints: those of its modules."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def among(modules: list[str], unwanted: dict[str, str]) -> dict[str, str]:
    """Which of the unwanted, or of what is in them, was loaded, and why it should not have been."""
    return {module: why for module in modules for name, why in unwanted.items() if f"{module}.".startswith(f"{name}.")}


def test_a_command_loads_nothing_of_the_exchange_that_it_asks() -> None:
    assert among(loaded(PARSED, "status"), NOT_FOR_A_COMMAND) == {}
