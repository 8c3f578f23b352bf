"""Contacts with an extension behind the number; files with contacts from other programs."""

import base64
import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.administration.commands import perform, writes
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.office import contacts_import
from pbx.control.protocol import Refused
from pbx.store.settings.rules import faults
from tests.commands import Run


@pytest.mark.parametrize("typed", ["+49 89 123456;21", "089 123456#21", "089/123456,21", "tel:+4989123456;ext=21"])
def test_a_contact_s_extension_is_behind_the_number(done: Run, typed: str) -> None:
    contact = done("contact", "add", "Meier", typed)
    version = contact["version"]
    assert contact == {"name": "Meier", "number": "+4989123456", "extension": "21", "version": version}
    assert done("contact", "list") == [contact]
    assert done("contact", "remove", "Meier") == contact


@pytest.mark.parametrize(
    "words", [["Meier", "12"], ["Meier", "abc;21"], ["Meier", ";21"], ["Meier", "089123456;x"], ["", "089123456"]]
)
def test_a_contact_that_cannot_be_is_refused(refused: Run, words: list[str]) -> None:
    refused("contact", "add", *words)


def test_a_contact_is_there_once(done: Run, refused: Run) -> None:
    done("contact", "add", "Meier", "089123456")
    assert "already" in refused("contact", "add", "Meier", "089123457")
    assert "no contact" in refused("contact", "remove", "Maier")


# --- searching and changing ----------------------------------------------------------------------------------------


def test_contacts_are_found_by_letters_and_digits(done: Run) -> None:
    done("contact", "add", "Müller, Jörg", "+49 89 123456;21")
    done("contact", "add", "Maier", "+49 30 987654")
    found = {
        search: [each["name"] for each in done("contact", "list", search)] for search in ("jörg mü", "089 1234", "x")
    }
    assert found == {"jörg mü": ["Müller, Jörg"], "089 1234": ["Müller, Jörg"], "x": []}


def test_contacts_stand_as_in_a_telephone_book(done: Run) -> None:
    for name in ("Zahn", "Änne", "anton", "Anna", "Özil", "Otto"):
        done("contact", "add", name, "030 123456")
    names = [contact["name"] for contact in done("contact", "list")]
    assert names == ["Anna", "Änne", "anton", "Otto", "Özil", "Zahn"]


def test_a_contact_is_changed(done: Run, refused: Run) -> None:
    done("contact", "add", "Meier", "089123456")
    done("contact", "add", "Maier", "089123457")
    changed = done("contact", "set", "Meier", "--name", "Mayer", "--number", "089 123458#5")
    assert (changed["name"], changed["number"], changed["extension"]) == ("Mayer", "+4989123458", "5")
    assert [each["name"] for each in done("contact", "list")] == ["Maier", "Mayer"]
    assert "already" in refused("contact", "set", "Mayer", "--name", "Maier")


# --- files from other programs -------------------------------------------------------------------------------------

OUTLOOK = """First Name;Last Name;Company;Business Phone;Mobile Phone;Business Fax;E-mail Address;Notes
Jörg;Müller;ACME;+49 89 123456;0171 1234567;089 999;j@example.org;"one
two"
;;Blumen Öl;030/77 77 77;;;;
Nobody;;;;;;;
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "import")
    perform(desk, "office set", {"country": "DE", "area_code": "30", "language": "de"})
    yield desk
    desk.close()


def take(desk: Desk, content: str | bytes, dry: bool = False, **arguments: Any) -> dict[str, Any]:
    data = content if isinstance(content, bytes) else content.encode()
    verb = "contact look" if dry else "contact import"
    return dict(perform(desk, verb, {"data": base64.b64encode(data).decode(), **arguments}))


def kept(desk: Desk) -> dict[str, str]:
    return {name: f"{each.number};{each.extension}".rstrip(";") for name, each in desk.office.contacts.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_table_is_read_in_every_encoding_and_with_every_separator(desk: Desk, encoding: str, separator: str) -> None:
    found = take(desk, OUTLOOK.replace(";", separator).encode(encoding))
    assert [each["role"] for each in found["columns"]] == ["first", "last", "company", "work", "mobile", "", "", ""]
    assert kept(desk) == {
        "Jörg Müller": "+4989123456",
        "Jörg Müller (mobil)": "+491711234567",
        "Blumen Öl": "+4930777777",
    }


def test_a_dry_run_changes_nothing_and_tells_what_would_be(desk: Desk) -> None:
    found = take(desk, OUTLOOK, dry=True)
    assert not desk.office.contacts
    assert (found["new"], found["there"], found["wrong"]) == (3, 0, 0)
    assert found["columns"][3]["cells"] == ["+49 89 123456", "030/77 77 77", ""]
    take(desk, OUTLOOK)
    again = take(desk, OUTLOOK)
    assert (again["new"], again["there"]) == (0, 3)
    assert len(desk.office.contacts) == 3


def test_the_columns_can_be_told(desk: Desk) -> None:
    rows = "a,b,c\nMeier,030 123456,21\n"
    found = take(desk, rows, dry=True)
    assert [each["role"] for each in found["columns"]] == ["name", "phone", ""]
    take(desk, rows, roles=["name", "phone", "extension"])
    assert kept(desk)["Meier"] == "+4930123456;21"
    with pytest.raises(Refused):
        take(desk, rows, roles=["name", "shoe size"])


def test_duplicates_are_merged_and_told(desk: Desk) -> None:
    perform(desk, "contact add", {"name": "Meier", "number": "030 123456"})
    found = take(
        desk, "Name;Telefon\nHans Meier;+49 30 123456\nOtto;030 777777\nOtto Otter;0049 30 777777\nOtto;somewhere\n"
    )
    assert {each["name"]: each["state"] for each in found["contacts"][1:]} == {
        "Hans Meier": "there", "Otto": "new", "Otto Otter": "twice",
    }  # fmt: skip
    assert found["contacts"][1]["words"] == {"say": "Already there as {name}.", "with": {"name": "Meier"}}
    assert found["contacts"][0]["state"] == "wrong"
    assert set(desk.office.contacts) == {"Meier", "Otto"}


def test_what_a_spreadsheet_was_protected_with_is_taken_off(desk: Desk) -> None:
    take(desk, "Name,Number,Extension\n'=SUM(A1),'+49 30 123456,21\n")
    assert kept(desk) == {"=SUM(A1)": "+4930123456;21"}


VCARDS = b"""BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;=\r
\r
TEL;CELL:0171 1234567\r
TEL;WORK;VOICE:+49 89 123456;21\r
TEL;WORK;FAX:+49 89 123457\r
PHOTO;ENCODING=BASE64:/9j/4AAQ\r
 SkZJRg\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:3.0\r
FN:Blumen\\, \xc3\x96l & Co\r
item1.TEL;TYPE=WORK,PREF:030 777 777 ext. 5\r
item1.X-ABLabel:Laden\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Hans\r
 Meier\r
TEL;VALUE=uri;TYPE="voice,home":tel:+49-30-123456;ext=99\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
broken
END:VCARD\r
BEGIN:VCARD\r
VERSION:3.0\r
ORG:Firma ohne Namen;Abteilung\r
TEL:030 888888\r
END:VCARD\r
"""


def test_vcards_of_all_versions_are_read(desk: Desk) -> None:
    found = take(desk, VCARDS)
    assert found["columns"] == []
    assert kept(desk) == {
        "Jörg Müller": "+491711234567",
        "Jörg Müller (Büro)": "+4989123456;21",
        "Blumen, Öl & Co": "+4930777777;5",
        "HansMeier": "+4930123456;99",
        "Firma ohne Namen Abteilung": "+4930888888",
    }


def test_files_that_are_none_are_refused(desk: Desk) -> None:
    for content in (b"", b"\n\n", b"\0" * 100, b"a;" * 200):
        with pytest.raises(Refused):
            take(desk, content)
    with pytest.raises(Refused, match="1025 kB, but the limit is 1024 kB"):
        take(desk, b"x" * (1024 * 1024 + 1))
    with pytest.raises(Refused):
        perform(desk, "contact import", {"data": "no base64"})


def test_an_address_book_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many are taken as there is room for, and it is said how many are not."""
    monkeypatch.setattr("pbx.administration.office.contacts_import.MOST", 3)
    perform(desk, "contact add", {"name": "Meier", "number": "030 123456"})
    lines = b"".join(b"C%d;030 12345%d\n" % (each, each) for each in range(7))
    looked = take(desk, b"Name;Telefon\n" + lines, dry=True)
    assert (looked["new"], looked["full"], looked["there"], looked["room"], looked["most"]) == (2, 4, 1, 2, 3)
    assert [each["state"] for each in looked["contacts"]] == ["full"] * 4 + ["new", "new", "there"]
    assert looked["contacts"][0]["words"]["with"] == {"most": 3}
    assert take(desk, b"Name;Telefon\n" + lines)["new"] == 2
    assert list(desk.office.contacts) == ["Meier", "C0", "C1"]
    assert take(desk, b"Name;Telefon\n" + lines)["new"] == 0
    assert len(desk.office.contacts) == 3
    monkeypatch.setattr("pbx.administration.office.contacts.MOST", 3)
    with pytest.raises(Refused, match="The limit of 3 contacts is reached"):
        perform(desk, "contact add", {"name": "Adler", "number": "030 123499"})


def test_of_a_long_file_one_page_is_told_those_first_that_cannot_be_taken(desk: Desk) -> None:
    lines = [f"C{each:03};{f'030 123{each:03}' if each % 50 else 'somewhere'}\n" for each in range(300)]
    data = ("Name;Telefon\n" + "".join(lines)).encode()
    first = take(desk, data, dry=True, limit=50)
    assert (first["all"], first["new"], first["wrong"], first["page"]) == (300, 294, 6, 1)
    assert [each["state"] for each in first["contacts"]] == ["wrong"] * 6 + ["new"] * 44
    last = take(desk, data, dry=True, limit=50, page=6)
    assert [each["name"] for each in last["contacts"]][-1] == "C299"
    seen = [
        each["name"] for page in range(1, 7) for each in take(desk, data, dry=True, limit=50, page=page)["contacts"]
    ]
    assert sorted(seen) == [f"C{each:03}" for each in range(300)]
    for page, found in ((0, 1), (-5, 1), (7, 6), (10**12, 6)):
        assert take(desk, data, dry=True, limit=50, page=page)["page"] == found


WORDS = st.sampled_from(
    ["Name", "Telefon", "Mobil", "Durchwahl", "Meier", "030 123456", "+49 89 1;21", "'=1+1", '"', '""', ";", ",", "\t",
     "\n", "\r", "\0", "\u2028", "\ud7ff", "BEGIN:VCARD\n", "END:VCARD\n", "TEL:", "TEL;TYPE=", "FN:", "N:",
     "N;ENCODING=QUOTED-PRINTABLE:",
     "=C3", "=\n", "VERSION:2.1\n", "VERSION:4.0\n", "ORG:", ":", " ", "item1.", "\\", "\\,", "X" * 90]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), st.lists(WORDS, max_size=40).map(lambda words: "".join(words).encode())))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_is_read_or_refused_and_the_settings_stay_right(desk: Desk, content: bytes) -> None:
    with contextlib.suppress(Refused):
        take(desk, content)
    assert not list(faults(desk.office))


def test_nobody_waits_while_a_file_is_only_looked_at() -> None:
    """Reading one takes a Pi many seconds, and whatever else is saved takes turns."""
    assert writes("contact import")
    assert not writes("contact look")


def test_a_table_with_too_many_columns_is_refused_with_their_number(desk: Desk) -> None:
    with pytest.raises(Refused, match="The table has 120 columns, but the limit is 100"):
        take(desk, ";".join(f"C{each}" for each in range(120)).encode())


def test_no_name_of_a_card_that_cannot_be_read_comes_into_the_log() -> None:
    assert list(contacts_import._of_cards(VCARDS.decode("utf-8", "replace")))
    assert not logging.getLogger("vobject.base").isEnabledFor(logging.ERROR), "the library sets a level of its own"
