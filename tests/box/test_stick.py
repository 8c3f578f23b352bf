"""A stick that was plugged in: which folder it gets, what it may do there, and what is left alone."""

import subprocess
from pathlib import Path

import pytest

from pbx.box import stick
from pbx.box.places import plugged
from pbx.box.stick import is_own, main, names, plug_in, properties

USER = (801, 802)
ROOT_DISK = "25 1 179:5 / / ro - ext4 /dev/root ro\n"


class System:
    """A machine below a folder, with udev and systemd as far as they are asked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mounted: list[list[str]] = []
        self.known = ""
        self.refuses = ""
        (root / "proc/self").mkdir(parents=True)
        self.mounts(ROOT_DISK)
        self.disk("mmcblk0", "mmcblk0p5", "179:5")
        self.disk("sda", "sda1", "8:1")

    def mounts(self, lines: str) -> None:
        (self.root / "proc/self/mountinfo").write_text(lines)

    def disk(self, disk: str, partition: str, number: str) -> None:
        """A disk with one partition, as /sys shows them."""
        place = self.root / "sys/devices" / disk / partition
        place.mkdir(parents=True)
        (place / "partition").write_text("1\n")
        for link in (f"sys/class/block/{partition}", f"sys/dev/block/{number}"):
            (self.root / link).parent.mkdir(parents=True, exist_ok=True)
            (self.root / link).symlink_to(place)
        (self.root / f"sys/class/block/{disk}").symlink_to(place.parent)

    def run(self, words: list[str]) -> "subprocess.CompletedProcess[str]":
        if words[0] == "udevadm":
            return subprocess.CompletedProcess(words, 0, self.known, "")
        if self.refuses:
            return subprocess.CompletedProcess(words, 1, "", self.refuses)
        self.mounted.append(words)
        with (self.root / "proc/self/mountinfo").open("a") as file:
            file.write(f"90 25 8:1 / {words[-1]} rw - vfat {words[-2]} rw\n")
        return subprocess.CompletedProcess(words, 0, "", "")

    def plug_in(
        self, device: str = "sda1", kind: str = "vfat", label: str = "BACKUP", number: str = "1A2B-3C4D"
    ) -> str:
        self.known = f"DEVNAME=/dev/{device}\nID_FS_TYPE={kind}\nID_FS_LABEL_ENC={label}\nID_FS_UUID={number}\n"
        return plug_in(device, self.run, USER, self.root)

    def option(self, name: str) -> str:
        (words,) = self.mounted
        return next(word.partition("=")[2] for word in words if word.startswith(f"--{name}="))


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


def test_a_stick_gets_a_folder_called_as_it_is_where_the_backup_finds_it(system: System) -> None:
    place = system.root / "run/media/BACKUP"
    assert system.plug_in() == f"sda1 is mounted at {place}."
    assert system.mounted[0][-2:] == ["/dev/sda1", str(place)]
    assert [each.point for each in plugged(system.root)] == [place]


@pytest.mark.parametrize("kind", ["vfat", "exfat"])
def test_a_stick_without_owners_is_the_exchange_s_alone(system: System, kind: str) -> None:
    system.plug_in(kind=kind)
    assert {"uid=801", "gid=802", "umask=0077"} <= {*system.option("options").split(",")}


@pytest.mark.parametrize("kind", ["vfat", "exfat", "ext4"])
def test_nothing_on_it_can_be_run_or_stop_the_box(system: System, kind: str) -> None:
    system.plug_in(kind=kind)
    assert {"nosuid", "nodev", "noexec", "errors=remount-ro"} <= {*system.option("options").split(",")}
    assert system.option("type") == kind
    assert "--fsck=no" in system.mounted[0]


def test_ext4_keeps_its_owners(system: System) -> None:
    system.plug_in(kind="ext4")
    assert "uid=" not in system.option("options")


@pytest.mark.parametrize("kind", ["ntfs", "btrfs", "iso9660", "crypto_LUKS", ""])
def test_other_kinds_are_left_alone_and_named(system: System, kind: str) -> None:
    assert f"it holds {kind or 'nothing'}, and only FAT, exFAT and ext4" in system.plug_in(kind=kind)
    assert system.mounted == []


@pytest.mark.parametrize("place", ["/", "/boot/select", "/media/somebody"])
def test_a_disk_that_the_system_uses_is_left_alone(system: System, place: str) -> None:
    system.disk("sdb", "sdb1", "8:17")
    (system.root / "sys/devices/sdb/sdb2").mkdir()
    (system.root / "sys/devices/sdb/sdb2/partition").write_text("2\n")
    (system.root / "sys/class/block/sdb2").symlink_to(system.root / "sys/devices/sdb/sdb2")
    system.mounts(f"25 1 8:17 / {place} ro - ext4 /dev/sdb1 ro\n")
    assert "a disk that the system uses" in system.plug_in("sdb2")
    assert not is_own("sda1", system.root)
    assert is_own("sdb", system.root)
    assert system.mounted == []


def test_a_second_partition_of_a_stick_gets_a_folder_too(system: System) -> None:
    system.mounts(f"{ROOT_DISK}90 25 8:1 / {system.root}/run/media/BACKUP rw - vfat /dev/sda1 rw\n")
    assert not is_own("sda1", system.root)


def test_two_sticks_of_one_name_get_two_folders(system: System) -> None:
    system.plug_in("sda1", number="1111-1111")
    system.plug_in("sdb1", number="2222-2222")
    system.plug_in("sdc1", number="2222-2222")
    system.plug_in("sdd1", number="2222-2222")
    places = [Path(words[-1]).name for words in system.mounted]
    assert places == ["BACKUP", "BACKUP-2222-2222", "BACKUP-sdc1", "BACKUP-sdd1"]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (r"My\x20Stick", "My_Stick"),
        (r"..\x2f..\x2fetc", "etc"),
        (r"\x2fetc\x2fpasswd", "etc_passwd"),
        ("..", "1A2B-3C4D"),
        (".", "1A2B-3C4D"),
        ("", "1A2B-3C4D"),
        (r"\x00\x0a\x7f", "1A2B-3C4D"),
        (r"--options\x3dsuid", "options_suid"),
        (r"%n$(reboot)\x3b", "n_reboot"),
        (r"B\xc3\xbccherei", "Bücherei"),
        (r"\xff\xfe", "1A2B-3C4D"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_folder_s_name_is_never_what_it_should_not_be(label: str, name: str) -> None:
    (first, *others) = names({"ID_FS_LABEL_ENC": label, "ID_FS_UUID": "1A2B-3C4D"}, "sda1")
    assert first == name
    assert not [each for each in (first, *others) if "/" in each or each.startswith(("-", "."))]


def test_a_stick_without_any_name_is_called_as_its_device() -> None:
    assert next(names({}, "sda1")) == "sda1"
    assert next(names({"ID_FS_UUID": "../.."}, "sda1")) == "sda1"


def test_udev_s_words_are_read_as_they_are() -> None:
    assert properties("ID_FS_TYPE=vfat\nrubbish\nA=b=c\n") == {"ID_FS_TYPE": "vfat", "A": "b=c"}


def test_what_systemd_refuses_is_said(system: System) -> None:
    system.refuses = "Failed to mount: wrong fs type\n"
    assert system.plug_in() == "sda1 cannot be mounted: Failed to mount: wrong fs type"


def test_a_system_that_gives_no_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stick, "SECONDS", 0.05)
    done = stick._run(["sleep", "5"])
    assert (done.returncode, done.stderr) == (1, "sleep gave no answer in 0 seconds")


def test_what_is_no_device_is_refused_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stick, "_run", lambda words: pytest.fail(f"asked {words}"))
    assert main("../../etc/passwd") == 2
    assert main("") == 2
