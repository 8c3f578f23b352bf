"""Fields for an extension: a free one stands beside one that cannot be had, and a press takes it; or whose it is."""

from webui.form import Form, Options
from webui.request import Request


def with_offer(request: Request, form: Form) -> Form:
    """The button that takes the free extension stands for what was typed."""
    if offered := request.sent("take"):
        form.values["extension"] = offered
        form.errors.pop("extension", None)
    return form


def offer(request: Request, form: Form) -> str:
    """A free extension, when the one that was typed cannot be had; for views/offer.tpl."""
    return str(request.ask("user free")["extension"]) if "extension" in form.errors else ""


def people(request: Request) -> Options:
    """Everybody, to choose from."""
    return [(each["extension"], f"{each['extension']}  {each['name']}") for each in request.ask("user list")]
