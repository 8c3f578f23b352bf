% rebase("layout", title=_("{name} is leaving").format(name=person["name"]), above=("/people/" + person["extension"], person["extension"] + " " + person["name"]), lead=_("This is what will happen. Nothing has changed yet."))
<form method="post" action="/people/{{person["extension"]}}/leave" class="card">
{{csrf()}}
{{form.hidden}}
% for each in form.fields:
% if each.name in form.values:
<input type="hidden" name="{{each.name}}" value="{{form.shown(each.name)}}">
% end
% end
<ul>
% for sentence in words:
<li>{{sentence}}</li>
% end
</ul>
<p class="hint">{{_("Calls in progress are not cut off. Changed settings can be restored under “Changes”, deleted messages cannot.")}}</p>
<div class="toolbar">
<button class="button danger" name="step" value="leave">{{_("Confirm that {name} is leaving").format(name=person["name"])}}</button>
<button class="button" name="step" value="choose">{{_("Change the choices")}}</button>
<a class="button quiet" href="/people/{{person["extension"]}}">{{_("Cancel")}}</a>
</div>
</form>
