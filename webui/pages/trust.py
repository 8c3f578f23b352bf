"""Trusting the box: its authority's certificate to take along, for phones and browsers that check who they talk to."""

from bottle import HTTPResponse

from webui.request import Request
from webui.routes import Routes

routes = Routes()


@routes.get("/trust", may="visitor")
def trust(request: Request) -> str:
    """What to fetch and where to put it."""
    shown = request.ask("certificate show") if request.is_admin else None
    return request.page("trust", authority=request.ask("certificate export"), shown=shown)


@routes.get("/trust/durchwahl.crt", may="visitor")
def certificate(request: Request) -> HTTPResponse:
    """The certificate, as phones and browsers take it."""
    pem = str(request.ask("certificate export")["pem"])
    return request.download(pem.encode(), "durchwahl.crt", "application/x-x509-ca-cert")
