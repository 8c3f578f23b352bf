% titles = {"ringing": _("Your phone is ringing"), "speaking": _("Recording …"), "ready": _("Your recording"), "failed": _("Nothing was recorded")}
% rebase("layout", title=titles.get(take["state"], _("One moment …")), refresh=get("refresh"))
<section id="take" class="card" data-live="calls">
% if take["state"] == "ready":
<p><audio controls src="/sound/takes/{{take["id"]}}/sound" aria-label="{{_("New recording")}}"></audio></p>
<p class="soft">{{request.duration(take["seconds"])}}</p>
<form method="post" action="/sound/takes/{{take["id"]}}">
{{csrf()}}
% if uses:
<div class="field"><label for="f-use">{{_("Use as")}}</label>
<select name="use" id="f-use">
% for value, text in uses:
<option value="{{value}}">{{text}}</option>
% end
</select></div>
<button class="button primary">{{_("Save")}}</button>
% end
</form>
% elif take["state"] == "failed":
<p>{{_("Nobody answered the phone, or nothing was said. Close this page and try again.")}}</p>
% else:
<p class="waiting">{{_("Answer your phone, speak after the tone and press # when you are done. You then hear the recording: press 1 to keep it, or 2 to record it again.")}}</p>
% end
</section>
