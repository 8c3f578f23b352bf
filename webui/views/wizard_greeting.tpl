% rebase("layout", title=_("Greeting"), lead=_("What callers hear first. Type a text and listen to it, choose a sound file, or record it yourself."))
% include("wizard_steps", steps=steps, index=index)
<form method="post" action="/wizard/greeting" enctype="multipart/form-data" class="card" id="greeting">
{{csrf()}}
% include("errors", form=form)
% include("sound_field", name="greeting", label=_("Greeting"), form=form, current="/greetings/number/" + own + "/sound" if own else "", own=bool(own), proposed=proposed, speaks=facts.office["language"], rings=request.account.extension)
<div class="save"><button class="button primary">{{_("Save and continue")}}</button>
<a class="button quiet" href="{{after}}">{{_("Keep the current greeting")}}</a></div>
</form>
