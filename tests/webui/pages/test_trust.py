"""Trusting the box: the authority's certificate for whoever asks, and what it speaks for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pbx.programs.certificate import own_certificate
from pbx.sip.transport.issued import DAY, Issued
from tests.webui.office import Web

NAMES = ["durchwahl.local", "192.0.2.5"]


@pytest.fixture
def known(web: Web) -> Web:
    """An office whose box has its certificate."""
    own_certificate(web.desk.data, NAMES, datetime.now(UTC))
    return web


def brought(data: Path, left: float) -> None:
    """The certificate is one that the office brought, for so many seconds."""
    issued = Issued.read(data)
    assert issued is not None
    end = datetime.now(UTC).timestamp() + left
    changed = Issued("office", issued.names, issued.begin, end, "", issued.files)
    (data / "tls.json").write_bytes(changed.text())


def test_anybody_fetches_the_authoritys_certificate_and_nobody_its_key(known: Web) -> None:
    page = known.visitor.get("/login").click("Trust this box")
    assert re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", page.text)
    assert "192.0.2.5" not in page
    fetched = page.click("Download the certificate")
    assert fetched.body == (known.desk.data / "authority.crt").read_bytes()
    assert fetched.content_type == "application/x-x509-ca-cert"
    assert b"PRIVATE" not in fetched.body


def test_an_admin_sees_what_the_certificate_speaks_for(known: Web) -> None:
    assert "durchwahl.local, 192.0.2.5" in known.admin.get("/trust")
    assert "192.0.2.5" not in known.user("21").get("/trust")


def test_before_there_is_a_certificate_the_page_says_so(web: Web) -> None:
    assert "There is no certificate yet" in web.visitor.get("/trust", status=409)


def test_who_signed_what_the_office_brought_is_not_ours_to_tell(known: Web) -> None:
    brought(known.desk.data, 100 * DAY)
    assert "The office uses its own certificate" in known.visitor.get("/trust", status="4*")


@pytest.mark.parametrize(("days", "words"), [(100, "own certificate."), (5.5, "days left: 5"), (-1, "has expired")])
def test_the_doctor_tells_when_a_brought_certificate_ends(known: Web, days: float, words: str) -> None:
    assert "signed by its own authority" in known.admin.get("/doctor")
    brought(known.desk.data, days * DAY)
    assert words in known.admin.get("/doctor")
