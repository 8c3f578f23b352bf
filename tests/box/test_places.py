"""Which disk a folder is on, by what the kernel tells, also to a service that systemd shows a world of its own."""

from pathlib import Path

from pbx.box.places import Mount, is_plugged, mount_of, mount_points, plugged

SERVICE = """\
490 480 179:5 / / ro,relatime - ext4 /dev/mmcblk0p5 ro
491 490 0:22 / /proc rw - proc proc rw
492 490 179:5 /media /media rw,relatime - ext4 /dev/mmcblk0p5 rw
493 490 179:5 /mnt /mnt rw,relatime - ext4 /dev/mmcblk0p5 rw
494 492 8:1 / /media/USB\\040STICK rw,nosuid - vfat /dev/sda1 rw
"""


def places_of(root: Path, mountinfo: str) -> list[Path]:
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/mountinfo").write_text(mountinfo)
    return mount_points(root)


def points_of(found: list[Mount]) -> list[Path]:
    return [each.point for each in found]


def test_a_folder_of_the_system_s_own_disk_is_no_disk_though_systemd_mounts_it_again(tmp_path: Path) -> None:
    points = places_of(tmp_path, SERVICE)
    assert points == [Path("/"), Path("/proc"), Path("/media/USB STICK")]
    assert mount_of(Path("/media/forgotten"), points) == Path("/")
    assert not is_plugged(mount_of(Path("/media/forgotten"), points))
    assert mount_of(Path("/media/USB STICK/backups"), points) == Path("/media/USB STICK")


def test_a_stick_mounted_at_mnt_itself_is_one(tmp_path: Path) -> None:
    point = tmp_path / "mnt"
    places_of(tmp_path, f"1 0 8:5 / / rw - ext4 /dev/sdb rw\n2 1 8:1 / {point} rw - vfat /dev/sda1 rw\n")
    assert points_of(plugged(tmp_path)) == [point]


def test_the_folder_in_memory_where_sticks_are_mounted_is_no_disk_either(tmp_path: Path) -> None:
    run, media = tmp_path / "run", tmp_path / "run/media"
    lines = (
        "490 480 179:5 / / ro,relatime - ext4 /dev/mmcblk0p5 ro",
        f"495 490 0:25 / {run} ro,nosuid - tmpfs tmpfs rw,mode=755",
        f"496 495 8:1 / {media}/STICK rw,nosuid - vfat /dev/sda1 rw",
        f"497 495 0:25 /media {media} rw,nosuid - tmpfs tmpfs rw,mode=755",
        f"498 497 8:1 / {media}/STICK rw,nosuid - vfat /dev/sda1 rw",
    )
    points = places_of(tmp_path, "\n".join(lines) + "\n")
    assert points_of(plugged(tmp_path)) == [media / "STICK"]
    assert mount_of(media / "STICK/backups", points) == media / "STICK"
    assert mount_of(media / "GONE", points) == run
