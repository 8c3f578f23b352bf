% rebase("layout", title=_("My PIN"), above=("/mine", _("My page")))
<form method="post" class="card fields">
{{csrf()}}
% include("fields", form=form)
<div class="toolbar"><button class="button primary">{{_("Save the PIN")}}</button></div>
</form>
% if person and person["pin"]:
<form method="post" action="/mine/pin/remove" class="card">
{{csrf()}}
<p class="soft">{{_("Without a PIN you can only listen to your messages here, not by phone.")}}</p>
<button class="button danger">{{_("Remove the PIN")}}</button>
</form>
% end
