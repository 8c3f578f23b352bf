"""Draws wiring.svg and writes the tables of README.md from pbx/box/pin_file.toml: `make hardware`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from hardware.header import GROUND, name_of, pin_of
from hardware.lamps import LEDS, MOST_ALL, MOST_EACH, RESISTOR, SUPPLY
from pbx.box.lamps import MEANINGS, NAMES, Name
from pbx.box.pin_file import Pins, read_pins

FOLDER = Path(__file__).parent
PITCH = 22
"""Between two pins of the drawing."""
LEFT, TOP = 150, 70
FIRST, SPACE = 120, 72
"""Where the first part is drawn, and how far below it the next."""
COLOURS = {"green": "#1a8f3c", "yellow": "#b58900", "red": "#c0392b", "black": "#333"}


def main() -> None:
    """Write the drawing and the tables."""
    pins = read_pins()
    (FOLDER / "wiring.svg").write_text(drawing(pins), "utf-8")
    readme = FOLDER / "README.md"
    readme.write_text(with_tables(readme.read_text("utf-8"), pins), "utf-8")


# --- tables ---------------------------------------------------------------------------------------------------------


def with_tables(text: str, pins: Pins) -> str:
    """The page with its tables as they must be; they stand between `<!-- name -->` and `<!-- /name -->`."""
    for name, table in {"pins": pin_table(pins), "resistors": resistor_table(), "meanings": meaning_table()}.items():
        text = _with_table(text, name, table)
    return text


def _with_table(text: str, name: str, table: str) -> str:
    place = rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)"
    text, count = re.subn(place, lambda _: table, text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"README.md needs one place for the table “{name}”")
    return text


def pin_table(pins: Pins) -> str:
    """What goes where."""
    rows = [("What", "GPIO (BCM)", "Pin of the header", "Through", "To ground at pin")]
    for name, gpio in pins.lamps.items():
        led = f"{RESISTOR} Ω, then the {LEDS[name].colour} LED's long leg"
        rows.append((f"lamp “{name}”", str(gpio), str(pin_of(gpio)), led, str(ground_of(pin_of(gpio)))))
    pin = pin_of(pins.button)
    rows.append(("button", str(pins.button), str(pin), "push button, normally open", str(ground_of(pin))))
    return table(rows)


def resistor_table() -> str:
    """Why 330 ohms."""
    rows = [("Lamp", "Colour", "Forward voltage", "Current = (3.3 V minus forward) / 330 Ω")]
    for name, led in LEDS.items():
        rows.append((name, led.colour, f"{led.forward:.1f} V", f"{led.current * 1000:.1f} mA"))
    total = sum(led.current for led in LEDS.values())
    limit = f"{total * 1000:.1f} mA of {MOST_ALL * 1000:.0f} mA; each at most {MOST_EACH * 1000:.0f} mA"
    return table([*rows, ("all five", "", f"from {SUPPLY} V", limit)])


def meaning_table() -> str:
    """What each lamp says."""
    rows = [("Lamp", "Rhythm", "Meaning")]
    rows += [(name, rhythm, str(words)) for name in NAMES for rhythm, words in MEANINGS[name].items()]
    return table(rows)


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows in Markdown, the first the heading."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


def ground_of(pin: int) -> int:
    """The ground pin nearest to a pin."""
    return min(GROUND, key=lambda ground: (abs((ground + 1) // 2 - (pin + 1) // 2), ground))


# --- the drawing ----------------------------------------------------------------------------------------------------


def drawing(pins: Pins) -> str:
    """The header with a wire to each lamp and to the button, as SVG."""
    height = TOP + 20 * PITCH + 40
    used: dict[int, Name | None] = {pin_of(gpio): name for name, gpio in pins.lamps.items()}
    used[pin_of(pins.button)] = None
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif">']
    parts.append("<title>Wiring of the lamps and the button</title>")
    parts.append(f'<rect width="760" height="{height}" fill="#fff"/>')
    parts.append(text(20, 30, "Header of the Raspberry Pi, seen from above; pin 1 at the edge with the SD card", 15))
    parts += [pin_dot(pin, used) for pin in range(1, 41)]
    for row, (pin, lamp) in enumerate(sorted(used.items(), key=lambda item: item[0])):
        parts += wire(pin, lamp, FIRST + row * SPACE)
    return "\n".join([*parts, "</svg>"]) + "\n"


def place(pin: int) -> tuple[int, int]:
    """Where a pin is drawn: odd ones left, even ones right."""
    return LEFT + (0 if pin % 2 else PITCH), TOP + (pin - 1) // 2 * PITCH


def pin_dot(pin: int, used: Mapping[int, Name | None]) -> str:
    """One pin with its name."""
    x, y = place(pin)
    fill = "#1f5fa8" if pin in used else "#333" if pin in GROUND else "#c33" if name_of(pin)[0] in "35" else "#bbb"
    side = text(x - 14, y + 4, f"{name_of(pin)}  {pin}", 10, "end") if pin % 2 else ""
    if not pin % 2:
        side = text(x + 14, y + 4, f"{pin}  {name_of(pin)}", 10)
    return f'<circle cx="{x}" cy="{y}" r="7" fill="{fill}"/>{side}'


def wire(pin: int, lamp: Name | None, y: int) -> list[str]:
    """From a pin through its lamp or, without one, the button to ground."""
    x, start = place(pin)
    led = None if lamp is None else LEDS[lamp]
    colour = COLOURS[led.colour if led is not None else "black"]
    lane = 262 + (y - FIRST) // SPACE * 9
    # Half a row lower, so that the wire does not run through the names.
    path = f'<path d="M{x} {start} v{PITCH // 2} H{lane} V{y} H350" fill="none" stroke="{colour}" stroke-width="2"/>'
    part = resistor_and_led(y, colour) if led is not None else push_button(y)
    words = f"{lamp or 'button'}: GPIO{name_of(pin)[4:]}, pin {pin}; ground at pin {ground_of(pin)}"
    return [path, part, text(350, y - 24, words, 11)]


def resistor_and_led(y: int, colour: str) -> str:
    """330 ohms, an LED, ground."""
    return (
        f'<rect x="350" y="{y - 7}" width="60" height="14" fill="#fff" stroke="#333"/>'
        f"{text(380, y + 4, f'{RESISTOR} Ω', 10, 'middle')}"
        f'<path d="M410 {y} H450 M480 {y} H560" stroke="#333" stroke-width="2"/>'
        f'<path d="M450 {y - 11} L480 {y} L450 {y + 11} Z" fill="{colour}"/>'
        f'<path d="M480 {y - 11} V{y + 11} M466 {y - 14} l6 -8 M474 {y - 12} l6 -8" stroke="#333" stroke-width="2"/>'
        + ground(y)
    )


def push_button(y: int) -> str:
    """A contact that closes to ground."""
    return (
        f'<path d="M350 {y} H430 M480 {y} H560 M430 {y} L474 {y - 16}" stroke="#333" stroke-width="2"/>'
        f'<circle cx="430" cy="{y}" r="3"/><circle cx="480" cy="{y}" r="3"/>' + ground(y)
    )


def ground(y: int) -> str:
    """The sign for ground."""
    return f'<path d="M560 {y} v10 m-10 0 h20 m-16 4 h12 m-8 4 h4" fill="none" stroke="#333" stroke-width="2"/>'


def text(x: int, y: int, words: str, size: int, anchor: str = "start") -> str:
    """Words at a place."""
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="#222">{escape(words)}</text>'


if __name__ == "__main__":
    main()
