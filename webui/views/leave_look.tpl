% rebase("layout", title=_("{name} leaves").format(name=person["name"]), above=("/people/" + person["extension"], person["extension"] + " " + person["name"]), lead=_("This is what will happen. Nothing has happened yet."))
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
<p class="hint">{{_("Running calls go on. What is saved can be undone under “Changes”; deleted messages cannot.")}}</p>
<div class="toolbar">
<button class="button danger" name="step" value="leave">{{_("{name} leaves now").format(name=person["name"])}}</button>
<button class="button" name="step" value="choose">{{_("Change something")}}</button>
<a class="button quiet" href="/people/{{person["extension"]}}">{{_("Cancel")}}</a>
</div>
</form>
