% rebase("layout", title=_("Settings"))
<form method="post" action="/office" class="card" id="office" data-changes>
{{csrf()}}
% include("errors", form=form)
% for name in ("name", "country", "area_code", "access_digit", "language", "number"):
{{form.field(name)}}
% end
<details class="more"{{!" open" if form.errors else ""}}>
<summary>{{_("Network and timing")}}</summary>
<div class="fields">
% for name in ("domain", "dial_pause", "digit_silence", "media_timeout"):
{{form.field(name)}}
% end
</div>
</details>
% include("save")
</form>
<p><a class="button" href="/wizard">{{_("Run the setup again")}}</a></p>
