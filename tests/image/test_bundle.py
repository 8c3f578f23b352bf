"""Bundles and their keys, with a real RAUC where there is one: image/setup installs it."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from image import bundle, keys
from pbx.box.update.programs import Done, Heard, run
from pbx.box.update.rauc import BundleRejected, Rauc

ABOUT = b'"""Durchwahl."""\n\nVERSION = "0.1.0"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With ours, a stranger's keys, and a small image."""
    folder = tmp_path_factory.mktemp("bundle")
    for name in ("ours", "theirs"):
        keys.ensure(folder / name)
    site = folder / "root" / bundle.PACKAGES.lstrip("/") / "pbx"
    (site / "__pycache__").mkdir(parents=True)
    (site / "__init__.py").write_bytes(ABOUT)
    (site / "__pycache__/__init__.cpython-313.pyc").write_bytes(b"compiled")
    (folder / "boot-a.vfat").write_bytes(random.Random(1).randbytes(100_000))
    words = ("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", folder / "root", folder / "root-a.ext4", "16M")
    subprocess.run(words, check=True)
    return folder


def made(folder: Path, version: str = "0.2.0", signed_with: str = "ours", compatible: str = bundle.COMPATIBLE) -> Path:
    return bundle.make(
        version,
        folder / f"of-{signed_with}",
        folder / signed_with,
        compatible,
        boot=folder / "boot-a.vfat",
        root=folder / "root-a.ext4",
    )


def rauc(folder: Path) -> Rauc:
    """RAUC as on the box that believes in our authority."""
    conf = folder / "system.conf"
    conf.write_text(
        "[system]\ncompatible=durchwahl-rpi-arm64\nbootloader=noop\n"
        f"bundle-formats=verity\n[keyring]\npath={folder}/ours/authority.pem\n"
    )

    def here(words: tuple[str, ...], heard: Heard) -> Done:
        return run((words[0], f"--conf={conf}", *words[1:]), heard)

    return Rauc(here)


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    keys.ensure(tmp_path / "keys")
    before = {each.name: each.read_bytes() for each in (tmp_path / "keys").iterdir()}
    assert {*before} == {"authority.key", "authority.pem", "signer.key", "signer.pem"}
    for name in ("authority.key", "signer.key"):
        assert (tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600
    (tmp_path / "keys/authority.key").unlink()  # put away
    keys.ensure(tmp_path / "keys")
    assert (tmp_path / "keys/signer.pem").read_bytes() == before["signer.pem"]


@pytest.mark.parametrize("at", [0, 1_000_000_000, 4_000_000_000], ids=["1970", "2001", "2096"])
def test_a_box_without_a_clock_believes_them_too(folder: Path, at: int) -> None:
    ours = folder / "ours"
    options = ("-attime", str(at), "-purpose", "smimesign", "-CAfile", ours / "authority.pem")
    subprocess.run(("openssl", "verify", *options, ours / "signer.pem"), check=True, capture_output=True)


def test_a_file_of_the_root_can_be_another_one(folder: Path, tmp_path: Path) -> None:
    image = tmp_path / "root.ext4"
    shutil.copy(folder / "root-a.ext4", image)
    assert bundle.versioned(image, "0.1.0") == {}
    changed = bundle.versioned(image, "0.2.0")[bundle.ABOUT]
    bundle.replace(image, bundle.ABOUT, changed)
    assert bundle.debugfs(image, f"cat {bundle.ABOUT}") == ABOUT.decode().replace("0.1.0", "0.2.0")
    assert "pyc" not in bundle.debugfs(image, f"ls -p {bundle.PACKAGES}/pbx/__pycache__")
    with pytest.raises(bundle.NotMade):
        bundle.replace(image, "/no/such/folder/file", b"x")


def test_a_bundle_says_what_it_is(folder: Path) -> None:
    found = rauc(folder).info(made(folder))
    assert (found.compatible, found.version) == (bundle.COMPATIBLE, "0.2.0")
    assert {*found.sizes} == {"boot", "rootfs"}
    assert found.sizes["rootfs"] < 16 << 20, "what is empty is left out"


def test_one_that_somebody_else_signed_is_rejected(folder: Path) -> None:
    with pytest.raises(BundleRejected):
        rauc(folder).info(made(folder, signed_with="theirs"))


@pytest.mark.parametrize("what", ["half", "all but a byte", "no signature", "another version", "empty", "rubbish"])
def test_one_that_is_not_whole_is_rejected(folder: Path, tmp_path: Path, what: str) -> None:
    whole = made(folder).read_bytes()
    wrong = {
        "half": whole[: len(whole) // 2],
        "all but a byte": whole[:-1],
        "no signature": whole[: -8 - int.from_bytes(whole[-8:], "big")],
        "another version": whole.replace(b"version=0.2.0", b"version=9.9.9"),
        "empty": b"",
        "rubbish": b"hsqs" + bytes(100_000),
    }[what]
    assert wrong != whole
    (tmp_path / "bundle.raucb").write_bytes(wrong)
    with pytest.raises(BundleRejected):
        rauc(folder).info(tmp_path / "bundle.raucb")


def test_without_an_image_there_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(bundle.NotMade, match="make image"):
        bundle.make("0.2.0", tmp_path, tmp_path / "keys", boot=tmp_path / "boot.vfat", root=tmp_path / "root.ext4")
