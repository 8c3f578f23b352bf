"""Which passwords the page takes: long ones that nobody tries first."""

import re

from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.secrets.passwords import hash_password

LEAST, MOST = 10, 200
"""Characters."""

_FIRST_TRIED = (
    "password", "passwort", "kennwort", "geheim", "hallo", "welcome", "willkommen", "admin", "administrator",
    "root", "master", "letmein", "schalke", "iloveyou", "ichliebedich", "sommer", "winter", "fruehling",
    "herbst", "montag", "freitag", "qwertz", "qwerty", "qwertzuiop", "qwertyuiop", "asdfghjkl", "yxcvbnm",
    "zxcvbnm", "durchwahl", "telefon", "telephone", "telefonanlage", "anlage", "office", "buero", "fritzbox",
    "speedport", "superman", "batman", "dragon", "monkey", "football", "fussball", "baseball", "princess",
    "sunshine", "shadow", "changeme", "default", "secret", "login", "test", "raspberry", "berlin", "hamburg",
    "muenchen", "koeln", "frankfurt", "bayern", "deutschland", "schatz", "passw0rt", "passw0rd", "p4ssword",
    "1q2w3e4r5t", "1qaz2wsx",
)  # fmt: skip
"""What lists of stolen passwords begin with; with digits around it, it is no better."""
_ROWS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertzuiopasdfghjklyxcvbnm")


def hashed(password: str, name: str, field: str = "password") -> str:
    """The hash of a new password for the account `name`, if it is good enough. Raises Refused about `field`."""
    if why := _weakness(password, name):
        raise Refused(why, field=field)
    return hash_password(password)


def _weakness(password: str, name: str) -> Sentence | None:
    if len(password) < LEAST:
        return Sentence(
            "A password needs at least {least} characters. Three or four words are a good choice.", least=LEAST
        )
    if len(password) > MOST:
        return Sentence("A password can have up to {most} characters.", most=MOST)
    letters = re.sub(r"[\W_]", "", password.casefold())
    if len(set(letters)) < 5 or any(letters in row for row in _ROWS):
        return Sentence("This password is a simple sequence or repetition, which is easy to guess.")
    if letters.strip("0123456789") in _FIRST_TRIED or letters in _FIRST_TRIED:
        return Sentence("This password is one of the most common ones, which are easy to guess.")
    own = re.sub(r"[\W_]", "", name.casefold())
    if own and len(letters.replace(own, "")) < 6 and own in letters:
        return Sentence("The password must not be the same as the name.")
    return None
