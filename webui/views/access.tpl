% rebase("layout", title=_("Logins"), lead=_("Everybody who can log in to this web page. Phones have their own user names and passwords."))
<section id="accounts" data-live="settings" aria-label="{{_("Logins")}}">
<ul class="list">
% for each in accounts:
<li><span class="extension">{{each["extension"]}}</span>
<a class="whole" href="{{path(each)}}">{{each["person"]}}</a>
% if each["person"] != each["name"]:
<small>{{_("logs in as {name}").format(name=each["name"])}}</small>
% end
<span class="toolbar">
% if each["role"] == "admin":
<span class="badge good">{{icon("access")}} {{_("Admin")}}</span>
% end
% if each["mailboxes"]:
<span class="badge">{{icon("messages")}} {{_("can also listen to {extensions}").format(extensions=", ".join(each["mailboxes"]))}}</span>
% end
% if each["invited_until"]:
<span class="badge busy">{{icon("clock")}} {{_("invitation valid until {moment}").format(moment=request.when(each["invited_until"]))}}</span>
% elif not each["active"]:
<span class="badge warn">{{icon("warn")}} {{_("has no password yet")}}</span>
% end
</span></li>
% end
</ul>
% if not accounts:
<p class="empty">{{icon("access")}} {{_("Nobody has a login yet.")}}</p>
% end
% include("pages", pages=pages, label=_("Logins"))
</section>
<form method="post" action="/access/invite" class="card fields" id="invite">
{{csrf()}}
<h2>{{_("Invite a colleague")}}</h2>
% if people:
<p class="hint">{{_("They get a link to choose their own password. It works once and is valid for two days.")}}</p>
% include("fields", form=invited)
<div class="toolbar"><button class="button primary">{{_("Invite")}}</button></div>
% else:
<p class="hint">{{_("Everybody already has a login.")}} <a href="/people">{{_("Add people")}}</a></p>
% end
</form>
<details class="more"{{!" open" if admin.errors or admin.error else ""}}><summary>{{_("Add an admin without an extension")}}</summary>
<form method="post" action="/access/admin" class="card fields">
{{csrf()}}
% include("fields", form=admin)
<div class="toolbar"><button class="button">{{_("Add and invite")}}</button></div>
</form>
</details>
