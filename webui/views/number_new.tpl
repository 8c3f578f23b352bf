% rebase("layout", title=_("Add a number"), above=("/numbers", _("Numbers")))
<form method="post" action="/numbers/new" enctype="multipart/form-data" class="card" id="number">
{{csrf()}}
% include("errors", form=form)
{{form.field("number")}}
% include("number_fields", form=form, bearers=bearers, places=places, rest=rest)
% include("sound_field", name="greeting", label=_("Greeting"), form=form, speaks=language, rings=request.account.extension)
<div class="save"><button class="button primary">{{_("Save")}}</button></div>
</form>
