% rebase("layout", title=_("Your numbers"), lead=_("Callers hear a greeting and can dial an extension. Callers who dial nothing reach the people you choose here."))
% include("wizard_steps", steps=steps, index=index)
<form method="post" action="/wizard/numbers" class="card" id="numbers">
{{csrf()}}
% include("fields", form=form)
<div class="save"><button class="button primary">{{_("Save and continue")}}</button></div>
</form>
