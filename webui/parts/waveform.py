"""Sound as a picture: one line for each piece of it, as inline SVG that takes its colours from the page."""

from collections.abc import Sequence

from webui.views import Html, escaped

_HEIGHT = 20.0
"""Half of it."""


def waveform(peaks: Sequence[float], id: str, title: str) -> Html:
    """The picture; static/sound.js widens its clip as the sound is played."""
    lines = "".join(
        f"M{place + 0.5:g} {_HEIGHT - height:.1f}v{2 * height:.1f}"
        for place, height in enumerate(max(0.4, peak * _HEIGHT) for peak in peaks)
    )
    return Html(
        f'<svg class="waveform" viewBox="0 0 {len(peaks)} {2 * _HEIGHT:g}" preserveAspectRatio="none" role="img"'
        f' aria-labelledby="{escaped(id)}-title"><title id="{escaped(id)}-title">{escaped(title)}</title>'
        f'<clipPath id="{escaped(id)}-clip"><rect width="0" height="{2 * _HEIGHT:g}" data-played></rect></clipPath>'
        f'<path class="coming" d="{lines}"/>'
        f'<path class="played" clip-path="url(#{escaped(id)}-clip)" d="{lines}"/></svg>'
    )
