"""A telephone number for people's eyes: exchange, administration and page write it alike."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


@lru_cache(maxsize=1024)
def printed(number: str) -> str:
    """As people like to read it: "+49 30 123456"; what is not E.164 stays as it is."""
    if not number.startswith("+"):
        return number
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.INTERNATIONAL))
    except NumberParseException:
        return number
