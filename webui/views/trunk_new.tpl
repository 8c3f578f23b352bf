% rebase("layout", title=called(request, provider), lead=_("Enter what your provider's letter or customer portal says."), above=("/providers", _("Providers")))
<form method="post" action="/providers/{{provider["key"]}}" class="card" id="trunk">
{{csrf()}}
% include("letter", provider=provider, form=form)
<div class="save"><button class="button primary">{{_("Save and connect")}}</button></div>
</form>
