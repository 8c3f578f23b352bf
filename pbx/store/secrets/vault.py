"""The secrets in the settings that the box must be able to read: sealed by its key, opened only when they are used.

An `Office` holds them sealed, and so do the file, the list of changes and all copies. What is opened stays in memory.
"""

import base64
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pbx.sentence import Sentence, Wrong
from pbx.store.models import Office, Phone, Trunk
from pbx.store.secret_forms import is_kept, is_sealed, kept, sealed_part
from pbx.store.secrets.box_secret import box_secret

log = logging.getLogger(__name__)

PROGRAM = "pbx.programs.seal"
PATIENCE = 60.0
"""Seconds for the program; it needs a tenth of one, on a busy Pi some."""


class NotSealed(Wrong):
    """Secrets cannot be sealed or opened just now: the box's key or the program cannot be used."""


class Vault:
    """Seals and opens with the key of one data folder. Any thread may use it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._in_use: dict[str, str | None] = {}
        """What trunks use: of each sealed text what is in it, None if it cannot be opened."""
        self._judged: dict[str, bool] = {}
        """Of each sealed text of the settings whether it can be opened."""

    def sealed(self, texts: Iterable[str]) -> dict[str, str]:
        """Of each text what it is sealed. Raises NotSealed."""
        wanted = list(dict.fromkeys(texts))
        return dict(zip(wanted, self._asked(seal=wanted)["sealed"], strict=True)) if wanted else {}

    def opened(self, texts: Iterable[str]) -> dict[str, str | None]:
        """Of each sealed text what is in it, None if another key sealed it. Raises NotSealed."""
        wanted = list(dict.fromkeys(texts))
        return dict(zip(wanted, self._asked(open=wanted)["opened"], strict=True)) if wanted else {}

    def password_of(self, item: Phone | Trunk) -> str | None:
        """A phone's or trunk's password; None if it cannot be read. Raises NotSealed."""
        text = sealed_part(item.password) if isinstance(item, Phone) else item.password
        if is_sealed(text):
            return self.opened([text])[text]
        return None if is_kept(item.password) else item.password

    def prepare(self, office: Office) -> None:
        """Open what the trunks of these settings need: from then on `in_use` gives it at once. Raises NotSealed."""
        wanted = [trunk.password for trunk in office.trunks.values() if is_sealed(trunk.password)]
        with self._lock:
            known = {text: self._in_use[text] for text in wanted if text in self._in_use}
            self._in_use = known | self.opened(text for text in wanted if text not in known)

    def in_use(self, trunk: Trunk) -> str:
        """A trunk's password, after `prepare`. Raises ValueError, in words for the trunk's page, if it is not known."""
        if not is_sealed(trunk.password):
            return trunk.password
        password = self._in_use.get(trunk.password)
        if password is None:
            raise ValueError("the password cannot be read with the box's key")
        return password

    def unreadable(self, office: Office) -> tuple[list[Phone], list[Trunk], bool]:
        """Whose passwords cannot be opened, and whether the key of the nights' backups cannot. Raises NotSealed."""
        sealed = dict.fromkeys(filter(is_sealed, map(_sealed_text, _bearers(office))))
        with self._lock:
            new = self.opened(text for text in sealed if text not in self._judged)
            known = self._judged | {text: content is not None for text, content in new.items()}
            self._judged = {text: known[text] for text in sealed}
        lost = {text for text, readable in self._judged.items() if not readable}
        return (
            [phone for phone in office.phones.values() if sealed_part(phone.password) in lost],
            [trunk for trunk in office.trunks.values() if trunk.password in lost],
            office.backup_key in lost,
        )

    def _asked(self, seal: Sequence[str] = (), open: Sequence[str] = ()) -> dict[str, Any]:
        try:
            secret = base64.b64encode(box_secret(self._data)).decode()
            return answered({"secret": secret, "seal": list(seal), "open": list(open)})
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise NotSealed(Sentence("The box's key for passwords cannot be used: {why}.", why=why)) from error


def answered(question: dict[str, Any]) -> dict[str, Any]:
    """What the program answers. Raises OSError, subprocess.SubprocessError, ValueError."""
    words = [sys.executable, "-P", "-m", PROGRAM]
    # What it is asked and answers are secrets: no word of them may come into an exception, and so into a log.
    child = subprocess.run(words, input=json.dumps(question).encode(), stdout=subprocess.PIPE, timeout=PATIENCE)
    if child.returncode:
        raise ValueError
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer


def secured(office: Office, vault: Vault) -> Office:
    """The same settings with no secret in clear. Raises NotSealed."""
    clear = [each for each in _bearers(office) if not _is_secured(each)]
    if not clear:
        return office
    sealed = vault.sealed(map(_text, clear))
    phones = {key: _phone(phone, sealed) for key, phone in office.phones.items()}
    trunks = {
        key: replace(trunk, password=sealed.get(trunk.password, trunk.password)) for key, trunk in office.trunks.items()
    }
    return replace(office, phones=phones, trunks=trunks, backup_key=sealed.get(office.backup_key, office.backup_key))


Bearer = Phone | Trunk | str
"""Who has a secret; a text is the key of the nights' backups."""


def _bearers(office: Office) -> list[Bearer]:
    return [*office.phones.values(), *office.trunks.values(), office.backup_key]


def _text(bearer: Bearer) -> str:
    return bearer if isinstance(bearer, str) else bearer.password


def _sealed_text(bearer: Bearer) -> str:
    return sealed_part(bearer.password) if isinstance(bearer, Phone) else _text(bearer)


def _is_secured(bearer: Bearer) -> bool:
    text = _text(bearer)
    return is_kept(text) if isinstance(bearer, Phone) else not text or is_sealed(text)


def _phone(phone: Phone, sealed: dict[str, str]) -> Phone:
    if is_kept(phone.password):
        return phone
    return replace(phone, password=kept(phone.username, phone.password, sealed[phone.password]))
