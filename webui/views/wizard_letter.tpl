% rebase("layout", title=called(request, provider), lead=_("Enter what your provider's letter or customer portal says."), above=("/wizard/line", _("Another provider")))
% include("wizard_steps", steps=steps, index=index)
<form method="post" action="/wizard/line/{{provider["key"]}}" class="card" id="line">
{{csrf()}}
% for other in others:
<p class="notice">{{icon("info")}} <span>{{_("This line replaces {name}, which is not working.").format(name=other["name"])}}</span></p>
% end
% include("letter", provider=provider, form=form)
<div class="save"><button class="button primary">{{_("Connect")}}</button></div>
</form>
