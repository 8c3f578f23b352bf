"""`python -m webui`: the web page as a process of its own."""

import argparse
import logging
import os
import ssl
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from signal import SIGINT, SIGTERM, signal

from pbx.service.memory import give_back
from pbx.service.systemd import from_environment
from webui.app import App, make
from webui.serving.server import Server
from webui.serving.tls import Tls

log = logging.getLogger("webui")

TLS_ABOVE = 363
"""HTTPS listens this many ports above HTTP: 80 and 443, 8080 and 8443."""


def main(words: Sequence[str] | None = None) -> int:
    """Serve until stopped; the exit code."""
    options = _options(words)
    # A child's parent has said where the page is.
    level = logging.WARNING if options.child else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stopped = threading.Event()
    for number in (SIGINT, SIGTERM):
        signal(number, lambda *_: stopped.set())
    if options.child:
        threading.Thread(target=_outlived, args=(stopped,), name="parent", daemon=True).start()
    host, port = _host_port(options.web)
    give_back()
    app = make(options.socket, options.allow_all)
    try:
        _serve(app, (host, port), options.tls, stopped)
    except OSError as error:
        log.error("The web page cannot listen on %s port %s: %s.", host, port, error.strerror or error)
        return 1
    return 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m webui")
    parser.add_argument("--socket", type=Path, required=True, help="the daemon's control socket")
    parser.add_argument("--web", required=True, metavar="HOST:PORT")
    parser.add_argument("--tls", nargs=2, type=Path, metavar=("CERT", "KEY"), help="HTTPS as soon as they are there")
    parser.add_argument("--allow-all", action="store_true", help="also visitors from outside the LAN")
    parser.add_argument("--child", action="store_true", help="stop when standard input ends: the parent is gone")
    return parser.parse_args(words)


def _host_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def _serve(app: App, bind: tuple[str, int], files: tuple[Path, Path] | None, stopped: threading.Event) -> None:
    """HTTP at once, HTTPS as soon as there is a certificate. Raises OSError when the port is taken."""
    http = Server(bind, app)
    app.site.port = bind[1]
    http.start_thread()
    app.site.hub.start()
    log.info("the web page is at http://%s:%s", *http.bind_addr[:2])
    notify = from_environment(os.environ, os.getpid())
    notify.ready()
    https: Server | None = None
    encrypted = (bind[0], bind[1] + TLS_ABOVE) if files and bind[1] + TLS_ABOVE < 65536 else None
    while not stopped.wait(1.0):
        notify.alive()
        http.cut_off(time.monotonic())
        if https is not None:
            _refresh(https)
        elif files and encrypted:
            try:
                https = _encrypted(encrypted, app, files, http)
            except OSError as error:
                log.warning("no HTTPS on port %s: %s", encrypted[1], error.strerror or error)
                encrypted = None
    notify.stopping()
    app.site.hub.stop()
    if https is not None:
        https.stop()
    http.stop()


def _encrypted(bind: tuple[str, int], app: App, files: tuple[Path, Path], http: Server) -> Server | None:
    """The HTTPS server; None while the certificate is not there. Raises OSError when the port is taken."""
    try:
        tls = Tls(*files)
    except (FileNotFoundError, ssl.SSLError):
        return None
    https = Server(bind, app, tls, beside=http)
    https.start_thread()
    app.site.tls_port = bind[1]
    log.info("and encrypted at https://%s:%s", *https.bind_addr[:2])
    return https


def _refresh(https: Server) -> None:
    try:
        if https.tls is not None:
            https.tls.refresh()
    except (OSError, ssl.SSLError) as error:
        log.warning("the new certificate cannot be used: %s", error)


def _outlived(stopped: threading.Event) -> None:
    """Until the parent is gone, however it went."""
    # Not by sys.stdin: its lock would still be held when the interpreter ends.
    while os.read(0, 1024):
        pass
    stopped.set()


if __name__ == "__main__":
    sys.exit(main())
