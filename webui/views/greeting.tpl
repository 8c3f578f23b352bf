% is_number = found["kind"] == "number"
% title = visit.number(found["key"]) if is_number else found["key"] + " " + found["name"]
% lead = _("The greeting of this number: while it plays, callers dial the extension.") if is_number else _("What callers hear when nobody answers here.")
% name, label = ("greeting", _("Greeting")) if is_number else ("announcement", _("Announcement"))
% rebase("layout", title=title, lead=lead, above=("/greetings", _("Greetings")))
<form method="post" enctype="multipart/form-data" class="card fields">
{{csrf()}}
% include("errors", form=form)
% include("sound_field", name=name, label=label, form=form, current="/greetings/" + found["kind"] + "/" + found["key"] + "/sound", own=found["own"], speaks=found["language"], rings=rings)
% if not found["own"]:
<p class="hint">{{_("The box's own sentence: “{text}”").format(text=found["text"])}}</p>
% end
<div class="toolbar"><button class="button primary">{{_("Save")}}</button></div>
</form>
