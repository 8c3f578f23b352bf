% rebase("layout", title=_("Settings"))
<form method="post" action="/office" class="card" id="office" data-changes>
{{csrf()}}
% include("errors", form=form)
% everyday = ("name", "country", "area_code", "access_digit", "language", "number")
% for name in everyday:
{{form.field(name)}}
% end
<details class="more"{{!" open" if form.errors else ""}}>
<summary>{{_("Network and timing")}}</summary>
<div class="fields">
% for each in form.fields:
% if each.name not in everyday:
{{form.field(each.name)}}
% end
% end
</div>
</details>
% include("save")
</form>
<p><a class="button" href="/wizard">{{_("Run the setup again")}}</a></p>
