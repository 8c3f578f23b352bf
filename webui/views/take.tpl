% titles = {"ringing": _("Your phone rings"), "speaking": _("You are speaking"), "ready": _("What it sounds like"), "failed": _("Nothing was recorded")}
% rebase("layout", title=titles.get(take["state"], _("One moment …")), refresh=get("refresh"))
<section id="take" class="card" data-live="calls">
% if take["state"] == "ready":
<p><audio controls src="/sound/takes/{{take["id"]}}/sound" aria-label="{{_("New sound")}}"></audio></p>
<p class="soft">{{visit.duration(take["seconds"])}}</p>
<form method="post" action="/sound/takes/{{take["id"]}}">
{{csrf()}}
% if uses:
<div class="field"><label for="f-use">{{_("Use it as")}}</label>
<select name="use" id="f-use">
% for value, text in uses:
<option value="{{value}}">{{text}}</option>
% end
</select></div>
<button class="button primary">{{_("Save")}}</button>
% end
</form>
% elif take["state"] == "failed":
<p>{{_("The phone was not answered, or nothing was said. You can close this page and try again.")}}</p>
% else:
<p class="waiting">{{_("Answer your phone and speak after the tone, then press #. You hear it again: 1 keeps it, 2 records it again.")}}</p>
% end
</section>
