"""What holds on every page."""

from __future__ import annotations

from tests.webui.office import Web


def test_an_admin_sees_the_first_page(web: Web) -> None:
    page = web.admin.get("/now")
    assert page.status_code == 200
    assert "Now" in page.text


def test_a_visitor_must_log_in(web: Web) -> None:
    answer = web.visitor.get("/now")
    assert (answer.status_code, answer.location) == (303, "/login?next=/now")
