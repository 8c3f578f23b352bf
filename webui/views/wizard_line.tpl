% rebase("layout", title=_("Your phone line"), lead=_("Choose your provider. The box already knows the other settings."))
% include("wizard_steps", steps=steps, index=index)
% if facts.trunks:
<section class="card" id="lines" data-live="trunks" aria-label="{{_('Existing lines')}}">
% for trunk in facts.trunks:
<header><h2>{{trunk["name"]}}</h2>
% include("trunk_lamp", trunk=trunk)
</header>
<p>{{request.said(trunk["words"])}}</p>
% if trunk["provider"]:
<p><a class="button small" href="/wizard/line/{{trunk["provider"]}}">{{icon("edit")}} {{_("Change the account details")}}</a></p>
% end
% end
</section>
<form method="post" action="/wizard/line" class="card" id="access">
<h2>{{_("Outgoing calls")}}</h2>
{{csrf()}}
% include("fields", form=form)
<div class="save"><button class="button primary">{{_("Continue")}} {{icon("next")}}</button></div>
</form>
<details class="more">
<summary>{{_("Another provider")}}</summary>
% include("provider_list", groups=groups, called=called, where="/wizard/line/{key}")
</details>
% else:
% include("provider_list", groups=groups, called=called, where="/wizard/line/{key}")
% end
