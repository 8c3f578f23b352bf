"""Trusting the box: its authority's certificate to take along, for phones and browsers that check who they talk to."""

from bottle import HTTPResponse

from webui.request import Visit
from webui.routes import Routes

routes = Routes()


@routes.get("/trust", may="visitor")
def trust(visit: Visit) -> str:
    """What to fetch and where to put it."""
    shown = visit.ask("certificate show") if visit.is_admin else None
    return visit.page("trust", authority=visit.ask("certificate export"), shown=shown)


@routes.get("/trust/durchwahl.crt", may="visitor")
def certificate(visit: Visit) -> HTTPResponse:
    """The certificate, as phones and browsers take it."""
    pem = str(visit.ask("certificate export")["pem"])
    return visit.download(pem.encode(), "durchwahl.crt", "application/x-x509-ca-cert")
