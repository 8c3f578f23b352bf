"""The list of components says what is in the package and on the card, in CycloneDX's own form."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bottle
import pytest
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from image.components import bill
from pbx import VERSION

DEBIAN = [
    "libssl3t64\t3.5.1-1\tarm64\topenssl",
    "linux-image-6.12-arm64\t6.12.30-1\tarm64\tlinux-signed-arm64",
    "adduser\t3.152\tall\tadduser",
    "",
    "instead of those above:",
    "rauc\t1.14-1",
]
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def dist(site: Path, name: str, version: str, **more: str) -> Path:
    """A library as pip leaves it."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in more.items())
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{lines}")
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site-packages"
    sboms = dist(site, "av", "18.1.0", License_Expression="BSD-3-Clause") / "sboms"
    sboms.mkdir()
    inside = [{"name": "openssl", "version": "4.0.3", "purl": "pkg:generic/openssl@4.0.3", "type": "library"}]
    (sboms / "sbom.json").write_text(json.dumps({"bomFormat": "CycloneDX", "components": [*inside, *inside]}))
    (site / "av.libs").mkdir()
    (site / "av.libs/libavcodec-5e6b81c2.so.62.28.102").touch()
    dist(site, "PyVoIP", "1.6.8", Home_page="https://pyvoip.test")
    dist(site, "odd_one", "1", License="Whatever its author likes.")
    return site


def written(site: Path, debian: list[str]) -> dict[str, Any]:
    text = JsonV1Dot6(bill(site, debian, made=NOW)).output_as_string()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


def test_each_library_is_named_with_its_licence_and_what_its_wheel_brings_along(site: Path) -> None:
    found = written(site, [])
    assert found["metadata"]["component"]["version"] == VERSION
    assert "GPL-3.0-or-later" in repr(found["metadata"]["component"]["licenses"])
    by_name = {each["name"]: each for each in found["components"]}
    assert by_name["av"]["purl"] == "pkg:pypi/av@18.1.0"
    inside = {each["name"]: each.get("version") for each in by_name["av"]["components"]}
    assert inside == {"openssl": "4.0.3", "libavcodec": "62.28.102"}
    assert "GPL-3.0-only" in repr(by_name["PyVoIP"]["licenses"])
    assert "licenses" not in by_name["odd_one"]
    [all_of_it] = [each for each in found["dependencies"] if each["ref"] == "durchwahl"]
    assert len(all_of_it["dependsOn"]) == 3


def test_each_package_of_debian_is_named_with_its_source(site: Path) -> None:
    by_name = {each["name"]: each for each in written(site, DEBIAN)["components"]}
    assert by_name["libssl3t64"]["purl"] == "pkg:deb/debian/libssl3t64@3.5.1-1?arch=arm64&distro=trixie"
    assert by_name["libssl3t64"]["properties"] == [{"name": "source", "value": "openssl"}]
    assert by_name["rauc"]["version"] == "1.14-1"
    assert "properties" not in by_name["adduser"]
    assert "instead of those above:" not in by_name


def test_the_same_things_make_the_same_list(site: Path) -> None:
    assert written(site, DEBIAN) == written(site, list(reversed(DEBIAN)))
    assert written(site, DEBIAN)["serialNumber"] != written(site, [])["serialNumber"]


def test_what_runs_here_fits_the_schema_and_every_licence_is_known(tmp_path: Path) -> None:
    here, out = Path(bottle.__file__).parent, tmp_path / "list.json"
    command = [sys.executable, "-m", "image.components", str(out), "--site", str(here)]
    subprocess.run(command, check=True, env={"SOURCE_DATE_EPOCH": "1", "PYTHONPATH": ""}, cwd=Path(__file__).parents[2])
    text = out.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found = json.loads(text)["components"]
    assert {"bottle", "cryptography", "numpy"} <= {each["name"] for each in found}
    assert not {"pytest", "mypy"} & {each["name"] for each in found}, "what only the tests need is in no box"
    assert [each["name"] for each in found if "licenses" not in each] == []
