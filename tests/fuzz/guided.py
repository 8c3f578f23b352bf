"""`python -m tests.fuzz.guided TARGET [OPTION...]`: one target under atheris; the options are libFuzzer's."""

from __future__ import annotations

import importlib
import sys

OURS = ["pbx", "webui"]


def main() -> None:
    """Ends the process. Only our own lines are watched, so only they lead it."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=OURS):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    _, name, *options = sys.argv
    atheris.Setup([name, *options], targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
