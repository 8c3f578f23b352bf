"""The box's certificate: whoever trusted its authority once is satisfied, whatever the box is called later."""

from __future__ import annotations

import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from pbx.programs.certificate import own_certificate
from pbx.sip.transport.hop import is_address
from pbx.sip.transport.issued import Issued, spoken
from pbx.sip.transport.tls import authority_paths, paths, server_context
from tests.sip.transport.keys import seed

NAMES = ["durchwahl.local", "durchwahl", "192.0.2.5", "2001:db8::5"]
TODAY = datetime(2026, 12, 1, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""What a Pi believes before a time server answers."""


@pytest.fixture(autouse=True)
def keys(tmp_path: Path) -> None:
    """Keys that are there already; without a certificate they are as good as new."""
    seed(tmp_path)


def made(folder: Path, names: list[str] = NAMES, now: datetime = TODAY) -> x509.Certificate:
    """The certificate after the program has run."""
    own_certificate(folder, names, now)
    return x509.load_pem_x509_certificate(paths(folder)[0].read_bytes())


def names_of(certificate: x509.Certificate) -> list[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return list(dict.fromkeys((*found.get_values_for_type(x509.DNSName), *addresses)))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def believes(authority: bytes, folder: Path, name: str) -> str:
    """What a strict client that trusts this authority alone has against the box; empty when it believes it."""
    client = ssl.create_default_context(cadata=authority.decode())
    client.verify_flags = ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_TRUSTED_FIRST
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname=name)
    there = server_context(*paths(folder)).wrap_bio(to_server, to_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    for side in (here, there) * 4:
        try:
            side.do_handshake()
            done.add(side)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
    assert done == {here, there}
    return ""


def test_the_box_makes_itself_a_certificate_once(tmp_path: Path) -> None:
    tmp_path = tmp_path / "new"
    tmp_path.mkdir()
    made(tmp_path)
    before = contents(tmp_path)
    assert sorted(before) == ["authority.crt", "authority.key", "tls.crt", "tls.json", "tls.key"]
    for key in ("authority.key", "tls.key"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600
    made(tmp_path, list(reversed(NAMES)), TODAY + timedelta(days=300))
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", NAMES)
def test_whoever_trusts_the_authority_believes_the_box_by_each_of_its_names(name: str, tmp_path: Path) -> None:
    made(tmp_path, now=datetime.now(UTC))
    authority = authority_paths(tmp_path)[0].read_bytes()
    assert believes(authority, tmp_path, name) == ""
    assert "mismatch" in believes(authority, tmp_path, "other.local")


def test_other_names_make_another_certificate_that_is_believed_without_being_trusted_anew(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made(tmp_path, now=now)
    authority, key = authority_paths(tmp_path)[0].read_bytes(), paths(tmp_path)[1].read_bytes()
    moved = ["pbx.example", "198.51.100.7"]
    assert names_of(made(tmp_path, moved, now)) == moved
    assert [believes(authority, tmp_path, name) for name in moved] == ["", ""]
    assert "mismatch" in believes(authority, tmp_path, "192.0.2.5")
    assert paths(tmp_path)[1].read_bytes() == key


def test_what_is_made_keeps_to_the_form_of_rfc_5280(tmp_path: Path) -> None:
    leaf = made(tmp_path)
    authority = x509.load_pem_x509_certificate(authority_paths(tmp_path)[0].read_bytes())
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value) == (True, x509.BasicConstraints(ca=True, path_length=0))
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.crl_sign) == (True, True, True)
    assert not usage.value.digital_signature
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    extended = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(extended) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < timedelta(days=398)
    assert authority.not_valid_after_utc > leaf.not_valid_after_utc
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-attime", str(int(TODAY.timestamp()))]
    files = ["-CAfile", str(authority_paths(tmp_path)[0]), str(paths(tmp_path)[0])]
    checked = subprocess.run([*command, "-verify_hostname", NAMES[0], *files], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_an_address_is_also_told_as_a_name_behind_the_names_for_phones_that_look_there(tmp_path: Path) -> None:
    found = made(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName) == ["durchwahl.local", "durchwahl", "192.0.2.5"]
    assert list(map(str, found.get_values_for_type(x509.IPAddress))) == ["192.0.2.5", "2001:db8::5"]


def test_a_certificate_is_made_anew_before_it_ends_and_the_authority_stays(tmp_path: Path) -> None:
    first = made(tmp_path)
    authority = authority_paths(tmp_path)[0].read_bytes()
    late = first.not_valid_after_utc - timedelta(days=59)
    second = made(tmp_path, now=late)
    assert second.not_valid_before_utc < late < first.not_valid_after_utc < second.not_valid_after_utc
    assert authority_paths(tmp_path)[0].read_bytes() == authority


@pytest.mark.parametrize("wrong", [EPOCH, datetime(2019, 5, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)])
def test_a_clock_that_cannot_be_right_changes_nothing_and_what_it_makes_is_mended_later(
    wrong: datetime, tmp_path: Path
) -> None:
    first = made(tmp_path)
    assert made(tmp_path, now=wrong) == first
    moved = made(tmp_path, ["moved.local"], wrong)
    assert moved.not_valid_before_utc <= TODAY < moved.not_valid_after_utc
    (tmp_path / "new").mkdir()
    seed(tmp_path / "new")
    begun = made(tmp_path / "new", now=wrong)
    assert begun.not_valid_before_utc.year == 2026
    years_later = TODAY.replace(year=2031)
    mended = made(tmp_path / "new", now=years_later)
    assert mended.not_valid_before_utc <= years_later < mended.not_valid_after_utc


def test_a_clock_that_was_years_ahead_is_mended_too(tmp_path: Path) -> None:
    ahead = made(tmp_path, now=TODAY.replace(year=2040))
    assert ahead.not_valid_before_utc > TODAY
    now = made(tmp_path)
    assert now.not_valid_before_utc <= TODAY < now.not_valid_after_utc


def brought(folder: Path, names: list[str], key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    """A pair as boxes made it for themselves before they had an authority, or as somebody brings it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives = [x509.IPAddress(ip_address(each)) if is_address(each) else x509.DNSName(each) for each in names]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2024, 1, 1), datetime(2036, 1, 1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths(folder)[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths(folder)[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def test_what_a_box_of_before_made_for_itself_is_replaced_and_its_key_stays(tmp_path: Path) -> None:
    brought(tmp_path, ["durchwahl"], rsa.generate_private_key(65537, 2048))
    key = paths(tmp_path)[1].read_bytes()
    assert names_of(made(tmp_path)) == NAMES
    assert paths(tmp_path)[1].read_bytes() == key


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_what_the_office_brought_itself_is_left_as_it_is(kind: str, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    brought(tmp_path, ["pbx.example"], key)
    before = [path.read_bytes() for path in paths(tmp_path)]
    made(tmp_path, now=TODAY.replace(year=2037))  # it ended: that is for the office to mend
    assert [path.read_bytes() for path in paths(tmp_path)] == before
    issued = Issued.read(tmp_path)
    assert issued is not None
    assert (issued.made_by, issued.names) == ("office", ("pbx.example",))
    assert issued.is_good(["other.local"], 0.0)


def test_a_key_without_its_certificate_half_way_through_a_copy_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    brought(tmp_path / "theirs", ["pbx.example"], ec.generate_private_key(ec.SECP256R1()))
    made(tmp_path)
    ours, theirs = paths(tmp_path), paths(tmp_path / "theirs")
    for part in (1, 0):  # the key is copied first, or the certificate
        made(tmp_path)
        before = ours[part].read_bytes()
        ours[part].write_bytes(theirs[part].read_bytes())
        with pytest.raises(ValueError, match=r"tls\.key"):
            own_certificate(tmp_path, NAMES, TODAY)
        assert ours[part].read_bytes() == theirs[part].read_bytes()
        ours[part].write_bytes(before)


@pytest.mark.parametrize("lost", ["authority.crt", "tls.crt", "tls.key", "tls.json"])
@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_what_is_lost_is_made_again_and_whoever_trusted_the_box_still_does(lost: str, how: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made(tmp_path, now=now)
    authority = authority_paths(tmp_path)[0].read_bytes()
    (tmp_path / lost).unlink()
    if how == "damaged":
        (tmp_path / lost).write_bytes(b"\0" * 64)
    made(tmp_path, now=now)
    assert believes(authority, tmp_path, NAMES[0]) == ""


def test_a_lost_key_of_the_authority_makes_another_authority(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made(tmp_path, now=now)
    before = authority_paths(tmp_path)[0].read_bytes()
    authority_paths(tmp_path)[1].unlink()
    made(tmp_path, now=now)
    after = authority_paths(tmp_path)[0].read_bytes()
    assert believes(after, tmp_path, NAMES[0]) == ""
    assert believes(before, tmp_path, NAMES[0]) != ""
    names = {x509.load_pem_x509_certificate(each).subject for each in (before, after)}
    assert len(names) == 2


def test_the_note_is_about_the_files_that_are_there(tmp_path: Path) -> None:
    leaf = made(tmp_path)
    issued = Issued.read(tmp_path)
    assert issued is not None
    authority = x509.load_pem_x509_certificate(authority_paths(tmp_path)[0].read_bytes())
    assert issued.authority == authority.fingerprint(hashes.SHA256()).hex()
    assert (issued.begin, issued.end) == (leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp())
    assert issued.is_good(NAMES[1:], TODAY.timestamp())
    assert not issued.is_good([*NAMES, "new.local"], TODAY.timestamp())
    assert not issued.is_good(NAMES, issued.end - 1)
    assert not issued.is_good(NAMES, issued.begin - 1)
    assert issued.is_good(NAMES, 0.0)
    paths(tmp_path)[0].write_bytes(b"another")
    assert Issued.read(tmp_path) is None


@given(st.lists(st.one_of(st.text(max_size=70), st.ip_addresses().map(str)), max_size=5))
def test_whatever_a_name_is_it_is_left_out_or_can_be_spoken_for(names: list[str]) -> None:
    kept = spoken(names)
    assert len(set(kept)) == len(kept)
    assert spoken(kept) == kept
    for each in kept:
        x509.IPAddress(ip_address(each)) if is_address(each) else x509.DNSName(each)


def test_names_are_spoken_as_certificates_have_them() -> None:
    wanted = ["Durchwahl.Local.", "[2001:DB8:0:0::5]", "fe80::1%eth0", "büro.example", "", "a b", "x" * 64, "a..b", "*"]
    assert spoken(wanted) == ["durchwahl.local", "2001:db8::5", "fe80::1", "xn--bro-hoa.example"]
