% rebase("layout", title=account["person"], above=("/access", _("Logins")))
<form method="post" action="{{path}}" data-changes>
{{csrf()}}
<section class="card fields">
<h2>{{_("Login")}}</h2>
% include("fields")
</section>
% include("save", back=path)
</form>
<section class="card" id="password">
<h2>{{_("Password")}}</h2>
% if account["invited_until"]:
<p>{{_("The current invitation is valid until {moment}.").format(moment=request.when(account["invited_until"]))}}</p>
% elif account["active"]:
<p>{{_("Only they know it. If they forget it, create an invitation to choose a new one.")}}</p>
% else:
<p>{{_("No password has been chosen yet, so nobody can log in.")}}</p>
% end
<form method="post" action="/access/invite" class="toolbar">
{{csrf()}}
<input type="hidden" name="account" value="{{account["name"]}}">
<button class="button">{{_("Create an invitation")}}</button>
% if account["invited_until"]:
<button class="button quiet" formaction="/access/withdraw">{{_("Withdraw the invitation")}}</button>
% end
</form>
</section>
<details class="more"><summary>{{_("Remove this login")}}</summary>
<form method="post" action="/access/remove" class="card">
{{csrf()}}
<input type="hidden" name="account" value="{{account["name"]}}">
<input type="hidden" name="seen" value="{{account["version"]}}">
<p>{{_("Nobody can use this login any more, and anybody using it now is logged out. The extension, phones and messages stay.")}}</p>
<p><button class="button danger">{{icon("remove")}} {{_("Remove login")}}</button></p>
</form>
</details>
