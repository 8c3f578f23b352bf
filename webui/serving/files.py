"""Static files, read once and served under names that change with what is in them."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
"""What may be served, and as what."""


@dataclass(frozen=True, slots=True)
class File:
    """One static file."""

    content: bytes
    packed: bytes
    """By gzip; empty when that does not help."""
    type: str


class Files:
    """All of static/, in memory: nothing a browser asks for becomes a path on the disk."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._paths: dict[str, str] = {}
        self._files: dict[str, File] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in TYPES:
                content = path.read_bytes()
                name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
                packed = gzip.compress(content, 9, mtime=0)
                self._paths[path.name] = f"/static/{name}"
                self._files[name] = File(content, packed if len(packed) < len(content) else b"", TYPES[path.suffix])

    def path(self, name: str) -> str:
        """Where a file is served: /static/form.0123456789ab.js. Raises KeyError."""
        return self._paths[name]

    def get(self, name: str) -> File | None:
        """The file served under this name."""
        return self._files.get(name)
