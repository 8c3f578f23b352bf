"""The Raspberry Pi's 40-pin header: what each pin carries (the same on every model since the Pi 1 B+)."""

GPIO = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25,
    23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
"""BCM number of each pin that carries one."""
GROUND = (6, 9, 14, 20, 25, 30, 34, 39)
POWER = {1: "3V3", 2: "5V", 4: "5V", 17: "3V3"}
EEPROM = (27, 28)
"""For a HAT's identification only."""


def pin_of(gpio: int) -> int:
    """The header's pin that carries this BCM number. Raises KeyError."""
    return next(pin for pin, number in GPIO.items() if number == gpio)


def name_of(pin: int) -> str:
    """What is printed beside a pin."""
    if pin in GROUND:
        return "GND"
    return POWER.get(pin) or ("ID" if pin in EEPROM else f"GPIO{GPIO[pin]}")
