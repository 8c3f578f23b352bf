% rebase("layout", title=_("{name} leaves").format(name=person["name"]), above=("/people/" + person["extension"], person["extension"] + " " + person["name"]), lead=_("Choose where everything goes. Nothing happens yet."))
<form method="post" action="/people/{{person["extension"]}}/leave">
<section class="card fields">
<p class="extension big">{{person["extension"]}}</p>
{{csrf()}}
% include("fields")
<div class="toolbar"><button class="button primary" name="step" value="look">{{_("Show me what happens")}}</button>
<a class="button quiet" href="/people/{{person["extension"]}}">{{_("Cancel")}}</a></div>
</section>
</form>
