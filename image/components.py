"""Writes the list of components (CycloneDX 1.6, JSON): `python -m image.components OUT --site FOLDER [--debian FILE]`.

For whoever must know what is in a box when a hole becomes known somewhere: the Python libraries as installed, what
their wheels say they contain (PEP 770) and the shared libraries in them, and on the card every package of Debian.
FILE has a line for each of those: name, version, architecture, source package, with tabs between them, as
`dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\n'` prints them.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from pbx import VERSION
from webui.libraries import Library, libraries

NAMESPACE = UUID("4cf1d0f0-7b5c-5d06-9a0e-7f2c9d1f3a61")
"""Of our lists; drawn once."""
LICENCE = "GPL-3.0-or-later"
_SHARED = re.compile(r"(?P<name>[A-Za-z0-9_+-]+?)-+[0-9a-f]{8}(?:-[0-9a-f]{8})?\.so(?:\.(?P<version>[0-9.]+))?")
"""A library in a wheel: auditwheel puts a hash into its name."""


def bill(site: Path, debian: Iterable[str] = (), arch: str = "", made: datetime | None = None) -> Bom:
    """The list; the same of the same things."""
    product = _product()
    bom = Bom(components=[*_python(site), *_debian(debian, arch)])
    bom.metadata.component = product
    bom.metadata.timestamp = made or datetime.now(UTC)
    for each in bom.components:
        bom.register_dependency(product, [each])
    told = sorted(f"{each.purl or each.bom_ref} {each.version}" for each in bom.components)
    bom.serial_number = uuid5(NAMESPACE, json.dumps([VERSION, told]))
    return bom


def _product() -> Component:
    return Component(
        name="durchwahl",
        version=VERSION,
        type=ComponentType.APPLICATION,
        bom_ref="durchwahl",
        supplier=OrganizationalEntity(name="Durchwahl"),
        licenses=[LicenseFactory().make_from_string(LICENCE)],
        purl=PackageURL("generic", None, "durchwahl", VERSION),
    )


def _python(site: Path) -> Iterator[Component]:
    """Of each library what it is, and below it what its wheel brings along."""
    for library in libraries([str(site)]):
        component = _library(library)
        for part in (*_told(site, library), *_shared(site, library)):
            component.components.add(part)
        yield component


def _library(library: Library) -> Component:
    home = [ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(library.home))] if library.home else []
    purl = PackageURL("pypi", None, library.name.lower().replace("_", "-"), library.version)
    return Component(
        name=library.name,
        version=library.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseFactory().make_from_string(library.licence)] if library.licence else [],
        external_references=home,
    )


def _told(site: Path, library: Library) -> Iterator[Component]:
    """What the wheel's own lists name: crates, OpenSSL, packages of the system that it was built on."""
    seen = set[str]()
    for path in sorted(site.glob(f"{_folder(site, library)}/sboms/*.json")):
        for each in json.loads(path.read_bytes()).get("components", ()):
            purl, name, version = str(each.get("purl", "")), str(each["name"]), str(each.get("version", ""))
            if purl in seen or name.lower() == library.name.lower():
                continue
            seen.add(purl)
            yield Component(
                name=name,
                version=version,
                type=ComponentType.LIBRARY,
                bom_ref=f"{library.name}/{path.name}/{purl or name}",
                purl=PackageURL.from_string(purl) if purl else None,
            )


def _shared(site: Path, library: Library) -> Iterator[Component]:
    """Shared libraries in the wheel, by their files: what was built on the way is in no list."""
    for path in sorted(site.glob(f"{library.name.replace('-', '_')}.libs/*.so*")):
        match = _SHARED.fullmatch(path.name)
        name, version = (match["name"], match["version"]) if match else (path.name, None)
        place = Property(name="file", value=f"{path.parent.name}/{path.name}")
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            bom_ref=f"{library.name}/{path.name}",
            properties=[place],
        )


def _folder(site: Path, library: Library) -> str:
    wanted = f"{library.name}-{library.version}.dist-info".lower().replace("-", "_").replace(".", "_")
    found = (each.name for each in site.glob("*.dist-info"))
    return next((each for each in found if each.lower().replace("-", "_").replace(".", "_") == wanted), "-")


def _debian(lines: Iterable[str], arch: str) -> Iterator[Component]:
    for line in lines:
        name, version, machine, source = (*line.rstrip("\n").split("\t"), "", "", "")[:4]
        if not version:
            continue
        qualifiers = {"arch": machine or arch, "distro": "trixie"}
        purl = PackageURL("deb", "debian", name, version, qualifiers)
        properties = [Property(name="source", value=source)] if source and source != name else []
        yield Component(
            name=name, version=version, type=ComponentType.LIBRARY, bom_ref=str(purl), purl=purl, properties=properties
        )


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m image.components")
    parser.add_argument("out", type=Path)
    parser.add_argument("--site", type=Path, required=True, help="where the Python libraries are")
    parser.add_argument("--debian", type=Path, help="what dpkg-query printed")
    options = parser.parse_args()
    lines = options.debian.read_text("utf-8").splitlines() if options.debian else ()
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    made = datetime.fromtimestamp(int(epoch), UTC) if epoch else None
    options.out.write_text(JsonV1Dot6(bill(options.site, lines, made=made)).output_as_string(indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
