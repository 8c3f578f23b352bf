% lead = _("Callers hear this when you do not answer, before they can leave a message.")
% rebase("layout", title=_("My announcement"), lead=lead, above=("/mine", _("My page")))
<form method="post" enctype="multipart/form-data" class="card fields">
{{csrf()}}
% include("errors", form=form)
% include("sound_field", name="announcement", label=_("Announcement"), form=form, current="/mine/announcement/sound", own=found["own"], speaks=found["language"], rings=request.account.extension)
<div class="toolbar"><button class="button primary">{{_("Save")}}</button></div>
</form>
