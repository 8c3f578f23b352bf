"""What may be in a backup: plain files of ours, exactly those its table of contents names, and nothing else."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbx.store.backup.backup_file import FORMAT, MANIFEST, Packer, Unreadable, unpack

GOOD = {
    "settings.json": b"{}",
    "records.sqlite": b"SQLite" * 1000,
    "greetings/number-1-ab.wav": b"RIFF",
    "mailboxes/21/21!%2B4989!" + "c" * 120 + "!1000!abcdef.wav": b"RIFF...." * 100,
    "secret": b"s" * 32,
}
PLENTY = 10**9


def packed(tmp_path: Path, files: dict[str, bytes] = GOOD) -> bytes:
    sink = io.BytesIO()
    packer = Packer(sink, {"made": 1.0})
    for name, content in files.items():
        (tmp_path / "file").write_bytes(content)
        with (tmp_path / "file").open("rb") as file:
            packer.add(name, file)
    packer.close()
    return sink.getvalue()


def refused(content: bytes, tmp_path: Path, room: int = PLENTY) -> str:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    with pytest.raises(Unreadable) as error:
        unpack(io.BytesIO(content), folder, room)
    outside = [path for path in tmp_path.rglob("*") if folder not in path.parents and path not in (folder, tmp_path)]
    assert {path.name for path in outside} <= {"file"}
    return str(error.value)


def test_what_is_packed_is_unpacked_and_any_tar_can_do_it(tmp_path: Path) -> None:
    content = packed(tmp_path)
    (tmp_path / "unpacked").mkdir()
    manifest = unpack(io.BytesIO(content), tmp_path / "unpacked", PLENTY)
    assert manifest.about == {"format": FORMAT, "made": 1.0}
    found = {name: (tmp_path / "unpacked" / name).read_bytes() for name in GOOD}
    assert found == GOOD
    assert all((tmp_path / "unpacked" / name).stat().st_mode & 0o077 == 0 for name in GOOD)
    assert (tmp_path / "unpacked" / "mailboxes").stat().st_mode & 0o077 == 0
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert [*GOOD, MANIFEST] == tar.getnames()


def strange(change: Callable[[tarfile.TarInfo], None], content: bytes = b"x") -> bytes:
    """A tar with one more member, as somebody made it who means no good."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
        member = tarfile.TarInfo("greetings/a.wav")
        member.size = len(content)
        change(member)
        tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def named(name: str) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.name = name

    return change


def kind(type: bytes, to: str = "/etc/passwd") -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.type, member.linkname, member.size = type, to, 0

    return change


@pytest.mark.parametrize(
    "name",
    [
        "../settings.json",
        "/etc/passwd",
        "greetings/../../x.wav",
        "greetings/..",
        "greetings/",
        "greetings/.hidden",
        "greetings/a/b.wav",
        "mailboxes/21/../22/x.wav",
        "mailboxes/21/x.sh",
        "mailboxes/abc/x.wav",
        "mailboxes/21/a b.wav",
        "backups/x",
        "control.sock",
        "lock",
        "restore.json",
        "spool/x.wav",
        "records.sqlite-wal",
        "settings.json/x",
        "",
        "x" * 300,
    ],
)
def test_only_files_a_backup_can_have_are_unpacked(name: str, tmp_path: Path) -> None:
    refused(strange(named(name)), tmp_path)


@pytest.mark.parametrize(
    "type",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, b"S", b"x"],
)
def test_only_plain_files_are_unpacked(type: bytes, tmp_path: Path) -> None:
    assert "other than ordinary files" in refused(strange(kind(type)), tmp_path)


def test_a_bomb_finds_no_room(tmp_path: Path) -> None:
    header = strange(lambda member: None)[:512]
    huge = bytearray(header)
    huge[124:136] = b"77777777777\0"
    assert "not enough space" in refused(bytes(huge) + bytes(10_000), tmp_path)
    files = {f"greetings/{number}.wav": b"1234" for number in range(50)}
    (tmp_path / "unpacked").rmdir()
    assert "not enough space" in refused(packed(tmp_path, GOOD | files), tmp_path, room=7000)


def test_a_name_of_gigabytes_is_not_read_into_memory(tmp_path: Path) -> None:
    header = bytearray(strange(named("greetings/" + "x" * 200))[:512])
    assert header[156:157] == b"L"
    header[124:136] = b"77777777777\0"
    refused(bytes(header) + bytes(100_000), tmp_path)


@pytest.mark.parametrize("cut", [600, 1500, 3000, 8000])
def test_what_is_cut_off_is_found(cut: int, tmp_path: Path) -> None:
    content = packed(tmp_path)
    whole = len(content) - 1024  # tar's own end says nothing
    refused(content[: whole - cut], tmp_path)


def with_manifest(tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """A backup whose table of contents was changed."""
    content = packed(tmp_path)
    start = content.index(MANIFEST.encode())
    manifest = json.loads(content[start + 512 : -1024].rstrip(b"\0"))
    changed = change(manifest)
    text = json.dumps(manifest if changed is None else changed).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(text)
    return content[:start] + member.tobuf(tarfile.GNU_FORMAT) + text + bytes(-len(text) % 512)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["files"].update({"secret": [32, "0" * 64]}),
        lambda manifest: manifest["files"].pop("secret") and None,
        lambda manifest: manifest["files"].update({"greetings/more.wav": [4, "0" * 64]}),
        lambda manifest: manifest.update(files=7),
        lambda manifest: manifest.pop("format") and None,
        lambda manifest: [],
    ],
    ids=["another hash", "one too few", "one too many", "no files", "no format", "no object"],
)
def test_what_is_in_it_must_be_what_its_contents_say(change: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
    refused(with_manifest(tmp_path, change), tmp_path)


def test_a_newer_format_is_refused_with_a_sentence(tmp_path: Path) -> None:
    content = with_manifest(tmp_path, lambda manifest: manifest.update(format=FORMAT + 1))
    assert "newer version" in refused(content, tmp_path)


def test_without_settings_or_twice_the_same_it_is_none(tmp_path: Path) -> None:
    refused(packed(tmp_path, {"records.sqlite": b"x"}), tmp_path)
    twice = packed(tmp_path, {"settings.json": b"{}"})
    again = twice[: twice.index(MANIFEST.encode())] * 2
    other = tmp_path / "other"
    other.mkdir()
    refused(again, other)
