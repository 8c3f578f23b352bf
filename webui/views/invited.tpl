% rebase("layout", title=_("Welcome, {name}").format(name=invited["person"]), lead=_("Choose a password for logging in."))
<form method="post" action="/invitation/{{code}}" class="card fields">
{{csrf()}}
<p>{{_("You log in as")}} <strong>{{invited["name"]}}</strong>\\
% if invited["extension"]:
 {{_("or with your extension")}} <span class="extension">{{invited["extension"]}}</span>\\
% end
.</p>
<input type="text" name="username" value="{{invited["name"]}}" autocomplete="username" readonly hidden>
% include("fields")
<button class="button primary">{{_("Set password")}}</button>
</form>
