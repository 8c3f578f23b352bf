% rebase("layout", title=_("Log in"))
<form method="post" action="/login" class="card fields">
{{csrf()}}
<input type="hidden" name="next" value="{{next}}">
% include("fields")
<button class="button primary">{{_("Log in")}}</button>
</form>
<details class="more"><summary>{{_("Password forgotten?")}}</summary>
<p>{{_("Ask an admin to invite you once more: then you choose a new one.")}}</p>
<p>{{_("Admins who forgot their own need the code that the box shows.")}} <a href="/welcome">{{_("I have the code")}}</a></p>
</details>
