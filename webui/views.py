"""Templates: views/*.tpl by Bottle, where whatever is not marked as HTML is escaped."""

from pathlib import Path
from typing import Any

from bottle import SimpleTemplate, html_escape

from webui.icons import ICONS

VIEWS = Path(__file__).parent / "views"


class Html(str):
    """Text that is HTML already: {{it}} and {{!it}} both show it as it is."""

    __slots__ = ()


class View(SimpleTemplate):  # type: ignore[misc]
    """A template that knows Html."""

    def prepare(self, **options: Any) -> None:
        super().prepare(**options)
        self._escape = escaped


def escaped(value: Any) -> str:
    """A value as HTML."""
    if isinstance(value, Html):
        return value
    return "" if value is None else str(html_escape(str(value)))


def icon(name: str) -> Html:
    """A small picture that stands beside a word and says nothing by itself."""
    return Html(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">'
        f"{ICONS[name]}</svg>"
    )


class Views:
    """All templates, compiled when they are first shown."""

    def __init__(self, *more: Path) -> None:
        """`more` are folders in addition to views/."""
        self._lookup = [str(folder) for folder in (VIEWS, *more)]
        self._compiled: dict[str, View] = {}

    def render(self, name: str, fields: dict[str, Any]) -> str:
        """A view's text. Raises bottle.TemplateError when there is no such view."""
        view = self._compiled.get(name)
        if view is None:
            view = self._compiled.setdefault(name, View(name=name, lookup=self._lookup))
        return str(view.render({"Html": Html} | fields))
