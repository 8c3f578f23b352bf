"""What a made-up Pi tells of itself, and what it does not tell."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from pbx.box.machine import Card, Machine, kernel_sets_clock, read
from tests.box import pi

FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"


def test_a_pi_tells_how_it_is(tmp_path: Path) -> None:
    assert read(pi.make(tmp_path)) == Machine(
        model="Raspberry Pi 4 Model B Rev 1.4",
        load=0.42,
        cores=4,
        memory=948000 * 1024,
        memory_free=700000 * 1024,
        card=Card("mmcblk0", "sd", written=1_024_000_000),
        temperature=48.3,
        power="good",
        synchronised=True,
        uptime=93784.51,
    )


def test_a_machine_without_any_of_these_files_tells_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == Machine()


@pytest.mark.parametrize("name", sorted(pi.GOOD))
@pytest.mark.parametrize("text", ["", "\0\0", "nonsense", "-1", "0x", "9" * 400, "\xff\xfe1"])
def test_files_with_nonsense_in_them_do_no_harm(tmp_path: Path, name: str, text: str) -> None:
    machine = read(pi.make(tmp_path, {name: text}), tmp_path)
    json.loads(json.dumps(dataclasses.asdict(machine)), parse_constant=lambda name: pytest.fail(name))


@pytest.mark.parametrize(("life", "wear"), [("0x01 0x03", 30), ("0x0b 0x01", 110), ("0x00 0x00", None), ("0xff", None)])
def test_an_emmc_tells_its_wear(tmp_path: Path, life: str, wear: int | None) -> None:
    files = {"sys/block/mmcblk0/device/type": "MMC\n", "sys/block/mmcblk0/device/life_time": life}
    card = read(pi.make(tmp_path, files)).card
    assert card is not None
    assert (card.kind, card.wear, card.dying) == ("emmc", wear, False)


def test_a_card_whose_spare_blocks_run_out_says_so(tmp_path: Path) -> None:
    card = read(pi.make(tmp_path, {"sys/block/mmcblk0/device/pre_eol_info": "0x03\n"})).card
    assert card is not None
    assert card.dying


def test_the_card_is_the_disk_the_data_is_on(tmp_path: Path) -> None:
    root = pi.make(tmp_path, {"sys/block/nvme0n1/stat": "0 0 0 0 0 0 2 0\n"})
    device = tmp_path.stat().st_dev
    partition = root / "sys/devices/nvme0n1/nvme0n1p2"
    partition.mkdir(parents=True)
    link = root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(partition)
    card = read(root, tmp_path).card
    assert card is not None
    assert card.name == "nvme0n1"


@pytest.mark.parametrize(
    ("bits", "power"), [("0", "good"), ("50005", "low"), ("0x10000", "was-low"), ("50000", "was-low")]
)
def test_the_firmware_tells_of_low_voltage_now_and_before(tmp_path: Path, bits: str, power: str) -> None:
    assert read(pi.make(tmp_path, {FIRMWARE: bits})).power == power


@pytest.mark.parametrize(("alarm", "power"), [("0", "good"), ("1", "low")])
def test_a_kernel_without_the_firmware_s_file_has_a_voltage_sensor(tmp_path: Path, alarm: str, power: str) -> None:
    sensor = "sys/class/hwmon/hwmon1/"
    files = {FIRMWARE: None, sensor + "name": "rpi_volt\n", sensor + "in0_lcrit_alarm": alarm}
    assert read(pi.make(tmp_path, files)).power == power


def test_a_clock_that_no_time_server_sets_is_told_by_the_kernel(tmp_path: Path) -> None:
    pi.make(tmp_path, {"run/systemd/timesync/synchronized": None})
    assert read(tmp_path, clock=lambda: False).synchronised is False
    assert read(tmp_path, clock=lambda: True).synchronised is True
    assert kernel_sets_clock() in (True, False, None)


def test_this_machine_can_be_read() -> None:
    machine = read()
    assert machine.uptime is not None
    assert machine.uptime > 0
