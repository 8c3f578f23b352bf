"""Forms on a page, found by where they go."""

from __future__ import annotations

from typing import Any


def form_to(page: Any, action: str) -> Any:
    """The page's form that posts to this path."""
    return next(
        form
        for index, form in page.forms.items()
        if isinstance(index, int) and form.action == action and form.method.lower() == "post"
    )


def csrf(page: Any) -> str:
    """The token of the page's forms, for posts that no form makes."""
    return str(next(form["csrf"].value for form in page.forms.values() if "csrf" in form.fields))
