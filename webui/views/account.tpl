% rebase("layout", title=account["person"], above=("/access", _("Logins")))
<form method="post" action="{{path}}" data-changes>
{{csrf()}}
<section class="card fields">
<h2>{{_("Account")}}</h2>
% include("fields")
</section>
% include("save", back=path)
</form>
<section class="card" id="password">
<h2>{{_("Password")}}</h2>
% if account["invited_until"]:
<p>{{_("There is an invitation that works until {moment}.").format(moment=visit.when(account["invited_until"]))}}</p>
% elif account["active"]:
<p>{{_("It is known to nobody else. Whoever has forgotten it is invited to choose another one.")}}</p>
% else:
<p>{{_("None is chosen yet: nobody can log in.")}}</p>
% end
<form method="post" action="/access/invite" class="toolbar">
{{csrf()}}
<input type="hidden" name="account" value="{{account["name"]}}">
<button class="button">{{_("Invite to choose a password")}}</button>
% if account["invited_until"]:
<button class="button quiet" formaction="/access/withdraw">{{_("Withdraw the invitation")}}</button>
% end
</form>
</section>
<details class="more"><summary>{{_("Remove this account")}}</summary>
<form method="post" action="/access/remove" class="card">
{{csrf()}}
<input type="hidden" name="account" value="{{account["name"]}}">
<input type="hidden" name="seen" value="{{account["version"]}}">
<p>{{_("Nobody can log in with it any more, and whoever is logged in is logged out. Extension, phones and messages stay.")}}</p>
<p><button class="button danger">{{icon("remove")}} {{_("Remove the account")}}</button></p>
</form>
</details>
