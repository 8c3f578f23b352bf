"""What the exchange needs on another Python than this one: `python packaging/requirements.py 3.13`, a line each.

pip answers the conditions in pyproject.toml ("; python_version >= ...") for the Python it runs on itself, whatever
--python-version says; so they are answered here.
"""

import sys
import tomllib
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent


def requirements(python: str) -> list[str]:
    """The requirements of that Python, without conditions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(each) for each in project["dependencies"]]
    python = {"python_version": python, "python_full_version": f"{python}.0"}
    named = {each.name: each for each in wanted if each.marker is None or each.marker.evaluate(python)}
    return [f"{each.name}{each.specifier}" for each in named.values()]


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1])))
