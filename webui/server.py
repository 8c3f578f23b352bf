"""The web server: cheroot, on HTTP and with the box's own certificate on HTTPS."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from cheroot.wsgi import Server

from webui.app import make


def main(words: Sequence[str] | None = None) -> int:
    """Serve until stopped; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m webui")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--web", required=True, metavar="HOST:PORT")
    options = parser.parse_args(words)
    host, _, port = options.web.rpartition(":")
    app = make(options.socket)
    app.site.hub.start()
    server = Server((host.strip("[]"), int(port)), app, numthreads=80, server_name="Durchwahl")
    try:
        server.start()
    except KeyboardInterrupt:
        server.stop()
    return 0
