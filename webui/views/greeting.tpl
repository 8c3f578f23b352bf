% is_number = found["kind"] == "number"
% title = request.number(found["key"]) if is_number else found["key"] + " " + found["name"]
% lead = _("What callers of this number hear first.") if is_number else _("What callers hear when this person does not answer.")
% name, label = ("greeting", _("Greeting")) if is_number else ("announcement", _("Announcement"))
% rebase("layout", title=title, lead=lead, above=("/greetings", _("Announcements")))
<form method="post" enctype="multipart/form-data" class="card fields">
{{csrf()}}
% include("errors", form=form)
% include("sound_field", name=name, label=label, form=form, current="/greetings/" + found["kind"] + "/" + found["key"] + "/sound", own=found["own"], speaks=found["language"], rings=rings)
% if not found["own"]:
<p class="hint">{{_("Standard text: “{text}”").format(text=found["text"])}}</p>
% end
<div class="toolbar"><button class="button primary">{{_("Save")}}</button></div>
</form>
