"""Makes an update of the image: build/bundle/durchwahl-VERSION.raucb, signed. `make bundle`, or python -m image.bundle.

    VERSION=0.2.0   says that it is of another version than it is: a box takes newer ones only (for trials)
    KEYS=FOLDER     where the keys are, if not in build/keys (image/keys.py)

In it are the boot partition and the root file system of build/image; RAUC writes them to a box's free slot as they are.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from image import keys, layout
from pbx import VERSION

BUILD = Path(__file__).parents[1] / "build"
COMPATIBLE = "durchwahl-rpi-arm64"
PACKAGES = "/usr/lib/durchwahl/lib/python3.13/site-packages"
"""Where our programs are in the image."""
ABOUT = f"{PACKAGES}/pbx/__init__.py"

MANIFEST = """[update]
compatible={compatible}
version={version}

[bundle]
format=verity

[image.boot]
filename=boot.vfat

[image.rootfs]
filename=rootfs.ext4
"""


class NotMade(Exception):
    """There is no bundle; the text is the reason."""


def make(
    version: str,
    folder: Path = BUILD / "bundle",
    signed_with: Path = keys.FOLDER,
    compatible: str = COMPATIBLE,
    changes: Mapping[str, bytes] | None = None,
    boot: Path = BUILD / "image/boot-a.vfat",
    root: Path = BUILD / "image/root-a.ext4",
) -> Path:
    """Make a bundle; returns where it is. `changes` are files of the root and what is to stand there instead.

    Raises NotMade, CalledProcessError, OSError.
    """
    for each in (boot, root):
        if not each.exists():
            raise NotMade(f"{each} is not there; “make image” makes it")
    keys.ensure(signed_with)
    content = folder / "content"
    subprocess.run(("rm", "-rf", content), check=True)
    content.mkdir(parents=True)
    file_system = content / "rootfs.ext4"
    for source, copy in ((boot, content / "boot.vfat"), (root, file_system)):
        subprocess.run(("cp", "--sparse=always", source, copy), check=True)
    every = {**versioned(file_system, version), **(changes or {})}
    for path, text in every.items():
        replace(file_system, path, text)
    shrink(file_system)
    (content / "manifest.raucm").write_text(MANIFEST.format(compatible=compatible, version=version))
    bundle = folder / f"durchwahl-{version}.raucb"
    bundle.unlink(missing_ok=True)
    signature = (f"--{name}={signed_with / file}" for name, file in SIGNATURE.items())
    packing = "--mksquashfs-args=-comp zstd -Xcompression-level 9 -no-progress -quiet"
    subprocess.run(("nice", "rauc", "bundle", *signature, packing, content, bundle), check=True, stdout=sys.stderr)
    subprocess.run(("rm", "-rf", content), check=True)
    return bundle


SIGNATURE = {"cert": "signer.pem", "key": "signer.key", "keyring": "authority.pem"}


def versioned(file_system: Path, version: str) -> dict[str, bytes]:
    """What must be changed for the image to be of this version. Raises NotMade."""
    about = debugfs(file_system, f"cat {ABOUT}")
    found = re.search(r'^VERSION = "([^"]*)"$', about, re.M)
    if not found:
        raise NotMade("the image does not know its version")
    if found[1] == version:
        return {}
    return {ABOUT: about.replace(found[0], f'VERSION = "{version}"').encode()}


def replace(file_system: Path, path: str, content: bytes) -> None:
    """Put a file in another's place, without mounting anything; a program's compiled form goes. Raises NotMade."""
    source = file_system.with_name("changed")
    source.write_bytes(content)
    place, _, name = path.rpartition("/")
    commands = [
        f"rm {path}",
        f"write {source} {path}",
        f"sif {path} mode 0100644",
        f"sif {path} uid 0",
        f"sif {path} gid 0",
    ]
    if name.endswith(".py"):
        commands.insert(0, f"rm {place}/__pycache__/{name.removesuffix('.py')}.cpython-313.pyc")
    debugfs(file_system, *commands)
    if debugfs(file_system, f"cat {path}").encode() != content:
        raise NotMade(f"{path} could not be changed")
    source.unlink()


def debugfs(file_system: Path, *commands: str) -> str:
    """Commands to a file system that is not mounted; what they print."""
    words = ("debugfs", "-w", "-f", "-", file_system)
    done = subprocess.run(words, input="\n".join(commands) + "\n", check=True, capture_output=True, text=True)
    return "".join(line for line in done.stdout.splitlines(True) if not line.startswith("debugfs:"))


def shrink(file_system: Path) -> None:
    """Leave out what is empty: half of the writing, for the card's sake and the office's patience."""
    checked = subprocess.run(("e2fsck", "-fy", file_system), capture_output=True, text=True)
    if checked.returncode > 1:
        raise NotMade(checked.stdout)
    subprocess.run(("resize2fs", "-M", file_system), check=True, capture_output=True)
    if file_system.stat().st_size > layout.named("root-a").megabytes << 20:
        raise NotMade("the root file system is larger than its partition")


def main() -> None:
    """Make it and say what it is."""
    try:
        bundle = make(os.environ.get("VERSION") or VERSION, signed_with=Path(os.environ.get("KEYS") or keys.FOLDER))
    except (NotMade, OSError) as error:
        sys.exit(f"bundle: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"bundle: {error}\n{error.stderr or ''}")
    print(f"{bundle}: {bundle.stat().st_size >> 20} MB")


if __name__ == "__main__":
    main()
