% rebase("layout", title=_("Your login"))
<section class="card">
<dl class="facts">
<dt>{{_("Login name")}}</dt><dd>{{request.account.name}}</dd>
% if request.account.extension:
<dt>{{_("Extension")}}</dt><dd class="extension">{{request.account.extension}}</dd>
% end
<dt>{{_("Role")}}</dt><dd>{{_(roles[request.account.role])}}</dd>
</dl>
</section>
<form method="post" action="/access/own" class="card fields">
{{csrf()}}
<h2>{{_("Language")}}</h2>
% include("fields", form=language)
<div class="toolbar"><button class="button">{{_("Save language")}}</button></div>
</form>
<form method="post" action="/access/own/password" class="card fields">
{{csrf()}}
<h2>{{_("Password")}}</h2>
<input type="text" name="username" value="{{request.account.name}}" autocomplete="username" readonly hidden>
% include("fields", form=password)
<div class="toolbar"><button class="button primary">{{_("Change password")}}</button></div>
</form>
