% rebase("layout", title=_("Log in"))
<form method="post" action="/login" class="card fields">
{{csrf()}}
<input type="hidden" name="next" value="{{next}}">
% include("fields")
<button class="button primary">{{_("Log in")}}</button>
</form>
<details class="more"><summary>{{_("Forgot your password?")}}</summary>
<p>{{_("Ask an admin for a new invitation, then choose a new password.")}}</p>
<p>{{_("If you are an admin and have forgotten your own password, you need the box's one-time code.")}} <a href="/welcome">{{_("I have the code")}}</a></p>
</details>
