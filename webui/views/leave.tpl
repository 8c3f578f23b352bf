% rebase("layout", title=_("{name} is leaving").format(name=person["name"]), above=("/people/" + person["extension"], person["extension"] + " " + person["name"]), lead=_("Choose who takes over what. Nothing changes yet."))
<form method="post" action="/people/{{person["extension"]}}/leave">
<section class="card fields">
<p class="extension big">{{person["extension"]}}</p>
{{csrf()}}
% include("fields")
<div class="toolbar"><button class="button primary" name="step" value="look">{{_("Show summary")}}</button>
<a class="button quiet" href="/people/{{person["extension"]}}">{{_("Cancel")}}</a></div>
</section>
</form>
