% rebase("layout", title=_("Your numbers"), lead=_("Whoever calls them hears a greeting and can dial an extension. Who dials nothing reaches those you choose here."))
% include("wizard_steps", steps=steps, index=index)
<form method="post" action="/wizard/numbers" class="card" id="numbers">
{{csrf()}}
% include("fields", form=form)
<div class="save"><button class="button primary">{{_("Save and go on")}}</button></div>
</form>
