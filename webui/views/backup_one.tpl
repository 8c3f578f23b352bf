% rebase("layout", title=_("Restore the backup of {moment}").format(moment=visit.when(backup["at"])), above=("/backup", _("Backup")))
<p class="soft"><span class="figures">{{backup["name"]}}</span> · {{size(backup["size"])}}</p>
<section id="looking" data-live="health" aria-live="polite">
% if work and work["running"]:
<div class="card">
<p>{{icon("clock")}} {{_("The backup is being unpacked and looked at.")}}</p>
<progress class="meter" max="{{max(work["total"], 1)}}" value="{{work["done"]}}">{{size(work["done"])}}</progress>
</div>
% elif inside:
<div class="two">
<section class="card">
<h2>{{_("What is in it")}}</h2>
<dl class="facts">
<dt>{{_("Made")}}</dt><dd>{{visit.when(inside["about"].get("made", backup["at"]))}}</dd>
<dt>{{_("By the box")}}</dt><dd>{{(inside["about"].get("box") or {}).get("name", "?")}}, {{_("version {version}").format(version=inside["about"].get("version", "?"))}}</dd>
<dt>{{_("Numbers")}}</dt><dd>{{", ".join(visit.number(each) for each in inside["numbers"]) or _("none")}}</dd>
<dt>{{_("People")}}</dt><dd>{{inside["people"]}}</dd>
<dt>{{_("Groups")}}</dt><dd>{{inside["groups"]}}</dd>
<dt>{{_("Phones")}}</dt><dd>{{inside["phones"]}}</dd>
<dt>{{_("Contacts")}}</dt><dd>{{inside["contacts"]}}</dd>
<dt>{{_("Calls")}}</dt><dd>{{inside["calls"]}}</dd>
<dt>{{_("Messages")}}</dt><dd>{{inside["messages"]}}</dd>
</dl>
</section>
<section class="card">
<h2>{{_("If you restore it")}}</h2>
<ul class="facts-list">
<li>{{_("What is on the box now is replaced, and kept to go back to.")}}</li>
% if calls:
<li><strong>{{n_("{count} call that is running now ends.", "{count} calls that are running now end.", calls).format(count=calls)}}</strong></li>
% else:
<li>{{_("Nobody is talking just now.")}}</li>
% end
<li>{{_("The exchange starts again, which takes some seconds, and everybody has to log in again.")}}</li>
% for note in inside["notes"]:
<li>{{visit.said(note)}}</li>
% end
</ul>
<form method="post" action="/backup/{{backup["name"]}}/restore" class="toolbar">
{{csrf()}}
<input type="hidden" name="opened" value="{{inside["opened"]}}">
<button class="button danger">{{icon("changes")}} {{_("Restore now")}}</button>
<a class="button quiet" href="/backup">{{_("Leave everything as it is")}}</a>
</form>
</section>
</div>
% else:
<form method="post" action="/backup/{{backup["name"]}}" class="card fields" id="open">
{{csrf()}}
% include("fields", form=form)
<p class="hint">{{_("It is unpacked and looked at as a whole first. Nothing is changed by that.")}}</p>
<div class="toolbar"><button class="button primary">{{_("Look into it")}}</button></div>
</form>
% end
</section>
