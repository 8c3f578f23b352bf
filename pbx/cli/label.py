"""The box's code for those who come to it: as a QR code in a terminal, and as a label to print."""

from html import escape

import segno

_QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""


def terminal(text: str) -> str:
    """A QR code in half blocks, readable on dark and bright terminals alike as it brings its own white."""
    matrix = [list(map(bool, row)) for row in segno.make(text, micro=False).matrix_iter(border=_QUIET)]
    if len(matrix) % 2:
        matrix.append([False] * len(matrix[0]))
    signs = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    lines = [
        "".join(signs[upper, lower] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(matrix[::2], matrix[1::2], strict=True)
    ]
    return "\n".join(f"\x1b[30;107m{line}\x1b[0m" for line in lines)


def label(code: str, address: str) -> str:
    """A label of 62 by 29 millimetres as SVG: the QR code of the address with the code in it, and both to be typed."""
    modules = [list(map(bool, row)) for row in segno.make(linked(address, code), micro=False).matrix_iter(border=0)]
    scale = 21.0 / len(modules)
    squares = "".join(
        f"M{4 + x * scale:.3f} {4 + y * scale:.3f}h{scale:.3f}v{scale:.3f}h-{scale:.3f}z"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark
    )
    lines = [("Durchwahl", 3.4, 8.0), (code, 4.6, 15.5), (address.removeprefix("http://"), 2.3, 22.0)]
    texts = "".join(
        f'<text x="28" y="{y}" font-size="{size}" font-family="monospace"'
        f' textLength="{min(31.0, len(text) * size * 0.62):.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        for text, size, y in lines
        if text
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="62mm" height="29mm" viewBox="0 0 62 29">'
        f'<rect width="62" height="29" fill="#fff"/><path d="{squares}" fill="#000"/>{texts}</svg>\n'
    )


def linked(address: str, code: str) -> str:
    """What the QR code says: the address that fills in the code, or, of a box whose page does not run, the code."""
    return f"{address}?code={code.replace('-', '')}" if address else code
