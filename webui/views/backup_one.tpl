% rebase("layout", title=_("Restore a backup ({moment})").format(moment=request.when(backup["at"])), above=("/backup", _("Backup")))
<p class="soft"><span class="figures">{{backup["name"]}}</span> · {{size(backup["size"])}}</p>
<section id="looking" data-live="health" aria-live="polite">
% if work and work["running"]:
<div class="card">
<p>{{icon("clock")}} {{_("The box is unpacking and checking the backup.")}}</p>
<progress class="meter" max="{{max(work["total"], 1)}}" value="{{work["done"]}}">{{size(work["done"])}}</progress>
</div>
% elif inside:
<div class="two">
<section class="card">
<h2>{{_("Contents")}}</h2>
<dl class="facts">
<dt>{{_("Made on")}}</dt><dd>{{request.when(inside["about"].get("made", backup["at"]))}}</dd>
<dt>{{_("Made by")}}</dt><dd>{{(inside["about"].get("box") or {}).get("name", "?")}}, {{_("version {version}").format(version=inside["about"].get("version", "?"))}}</dd>
<dt>{{_("Numbers")}}</dt><dd>{{", ".join(request.number(each) for each in inside["numbers"]) or _("none")}}</dd>
<dt>{{_("People")}}</dt><dd>{{inside["people"]}}</dd>
<dt>{{_("Groups")}}</dt><dd>{{inside["groups"]}}</dd>
<dt>{{_("Phones")}}</dt><dd>{{inside["phones"]}}</dd>
<dt>{{_("Contacts")}}</dt><dd>{{inside["contacts"]}}</dd>
<dt>{{_("Calls")}}</dt><dd>{{inside["calls"]}}</dd>
<dt>{{_("Messages")}}</dt><dd>{{inside["messages"]}}</dd>
</dl>
</section>
<section class="card">
<h2>{{_("What happens when you restore it")}}</h2>
<ul class="facts-list">
<li>{{_("The current data is replaced, but a copy is kept so that you can go back.")}}</li>
% if calls:
<li><strong>{{n_("{count} call in progress will be cut off.", "{count} calls in progress will be cut off.", calls).format(count=calls)}}</strong></li>
% else:
<li>{{_("Nobody is on the phone at the moment.")}}</li>
% end
<li>{{_("The exchange restarts, which takes a few seconds. Then everybody has to log in again.")}}</li>
% for note in inside["notes"]:
<li>{{request.said(note)}}</li>
% end
</ul>
<form method="post" action="/backup/{{backup["name"]}}/restore" class="toolbar">
{{csrf()}}
<input type="hidden" name="opened" value="{{inside["opened"]}}">
<button class="button danger">{{icon("changes")}} {{_("Restore now")}}</button>
<a class="button quiet" href="/backup">{{_("Cancel")}}</a>
</form>
</section>
</div>
% else:
<form method="post" action="/backup/{{backup["name"]}}" class="card fields" id="open">
{{csrf()}}
% include("fields", form=form)
<p class="hint">{{_("The box first unpacks and checks all of it. That changes nothing yet.")}}</p>
<div class="toolbar"><button class="button primary">{{_("Open backup")}}</button></div>
</form>
% end
</section>
