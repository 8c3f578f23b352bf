"""Answers that belong to no page: what is the matter, said as a page; and what every answer wears."""

import gzip

from bottle import HTTPResponse

from webui.request import Request

KEPT = 64 * 1024
"""Bytes that are read of what somebody sends whom we do not know."""
GZIP_FROM = 1000
"""Bytes; less is not worth it."""

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    # With no-referrer browsers send "Origin: null" with forms, and the check of where they come from would be void.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# There is no Strict-Transport-Security, not even on HTTPS: the box's certificate is its own, and a browser that was
# that was made to insist on it could never again be let past the warning.


def trouble(request: Request, status: int, sentence: str) -> str:
    """A page that says what is the matter."""
    request.status = status
    return request.page("trouble", sentence=sentence)


def away(request: Request) -> str:
    """The exchange does not run: a page that comes back by itself."""
    request.status = 503
    request.headers.append(("Retry-After", "3"))
    return request.page("away")


def again(request: Request, status: int, why: str) -> str:
    """What was sent could not be taken just now: a page that keeps it, without files and passwords, and sends it again.

    Never for a form from somewhere else: the browser must have said that it is ours.
    """
    request.status = status
    known = request.http.get_header("Origin") is not None
    if request.account is None and request.http.content_length > KEPT:
        return request.page("again", why=why, kept=[], known=False)
    # views/field.tpl names the fields that are passwords.
    left_out = {"csrf", "secret", *request.posted.values.get("secret", ())}
    kept = [(name, value) for name, values in request.posted.values.items() if name not in left_out for value in values]
    return request.page("again", why=why, kept=kept if known else [], known=known)


def plain(status: int, sentence: str) -> HTTPResponse:
    return HTTPResponse(f"{sentence}\n".encode(), status, [("Content-Type", "text/plain; charset=utf-8")])


def page(request: Request, text: str) -> HTTPResponse:
    return HTTPResponse(text, request.status, [("Content-Type", "text/html; charset=utf-8")])


def dressed(request: Request, answer: HTTPResponse | str) -> HTTPResponse:
    """The answer with everything every answer has."""
    if isinstance(answer, str):
        answer = page(request, answer)
    for name, value in (*HEADERS, ("Cache-Control", "no-store")):
        if name not in answer.headers:
            answer.set_header(name, value)
    for name, value in request.headers:
        answer.add_header(name, value)
    if isinstance(answer.body, str):
        answer.body = answer.body.encode()
    if isinstance(answer.body, bytes):
        _pack(request, answer)
        answer.set_header("Content-Length", str(len(answer.body)))
        answer.body = [answer.body]
    return answer


def _pack(request: Request, answer: HTTPResponse) -> None:
    """gzip for text, where the browser takes it."""
    if not str(answer.content_type).startswith(("text/", "application/json", "image/svg")):
        return
    answer.set_header("Vary", "Accept-Encoding")
    if len(answer.body) >= GZIP_FROM and request.takes_gzip and "Content-Encoding" not in answer.headers:
        answer.body = gzip.compress(answer.body, 5)
        answer.set_header("Content-Encoding", "gzip")
