"""Fields for an extension: a free one stands beside one that cannot be had, and a press takes it; or whose it is."""

from webui.form import Form, Options
from webui.request import Visit


def with_offer(visit: Visit, form: Form) -> Form:
    """The button that takes the free extension stands for what was typed."""
    if offered := visit.sent("take"):
        form.values["extension"] = offered
        form.errors.pop("extension", None)
    return form


def offer(visit: Visit, form: Form) -> str:
    """A free extension, when the one that was typed cannot be had; for views/offer.tpl."""
    return str(visit.ask("user free")["extension"]) if "extension" in form.errors else ""


def people(visit: Visit) -> Options:
    """Everybody, to choose from."""
    return [(each["extension"], f"{each['extension']}  {each['name']}") for each in visit.ask("user list")]
