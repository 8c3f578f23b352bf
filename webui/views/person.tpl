% rebase("layout", title=person["extension"] + " " + person["name"], own_title=True, scripts=("people.js",))
% here = "/people/" + person["extension"]
<header class="title">
<p class="above"><a href="/people">{{icon("back")}} {{_("People")}}</a></p>
<p class="extension big">{{person["extension"]}}</p>
<h1>{{person["name"]}}</h1>
</header>
% for clash in person["clashes"]:
<p class="notice warn">{{icon("warn")}} <span>{{request.said(clash)}}</span></p>
% end
<form method="post" action="{{here}}" data-changes data-free="{{person["extension"]}}">
{{csrf()}}
% include("default_button")
<section class="card fields">
<h2>{{_("Extension and calls")}}</h2>
% include("fields")
% if person["pin"]:
<div class="toolbar"><span class="badge good">{{icon("lock")}} {{_("A PIN is set")}}</span>
<button class="button small" formaction="{{here}}/pin" formnovalidate>{{_("Remove the PIN")}}</button></div>
% end
</section>
% include("save", back=here)
</form>
<section class="card" id="phones" data-live="phones settings">
<h2>{{_("Phones")}}</h2>
% if person["phones"]:
<ul class="list">
% for each in person["phones"]:
<li><a class="whole" href="/phones/{{each["username"]}}">{{each["name"] or each["username"]}}</a>
<small>{{", ".join((device["agent"] or _("unknown model")) + " · " + device["address"] for device in each["devices"])}}</small>
% include("phone_lamp", phone=each, push=True)
</li>
% end
</ul>
% else:
<p class="empty">{{icon("phones")}} {{_("No phone yet.")}}</p>
% end
<form method="post" action="/phones" class="search">
{{csrf()}}
<input type="hidden" name="extension" value="{{person["extension"]}}">
<div class="field"><label for="phone-name">{{_("Name of the new phone")}}</label>
<input type="text" name="name" id="phone-name" placeholder="{{_("Desk, Mobile …")}}" maxlength="80"></div>
<button class="button">{{icon("add")}} {{_("Add a phone")}}</button>
</form>
</section>
<form method="post" action="{{here}}/announcement" enctype="multipart/form-data" class="card fields" id="announcement">
<h2>{{_("When nobody answers")}}</h2>
{{csrf()}}
{{announcement.hidden}}
% if announcement.error:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{announcement.error}}</p></div>
% end
% include("sound_field", name="announcement", label=_("What callers hear"), form=announcement, own=bool(person["announcement"]), speaks=person["language"], rings=person["extension"] if person["phones"] else "", current="/greetings/person/" + person["extension"] + "/sound")
<div><button class="button primary">{{_("Save the announcement")}}</button></div>
</form>
<section class="card">
<h2>{{_("Where this extension is used")}}</h2>
% if person["groups"] or person["numbers"] or person["calls_of"]:
<ul class="list">
% for each in person["groups"]:
<li><span class="extension">{{each["extension"]}}</span> <a class="whole" href="/groups/{{each["extension"]}}">{{each["name"]}}</a>
<small class="push">{{_("position {place} of {of}").format(**each)}}</small></li>
% end
% for each in person["numbers"]:
<li>{{icon("numbers")}} <a class="whole" href="/numbers/{{each}}">{{request.number(each)}}</a></li>
% end
% for each in person["calls_of"]:
<li><span class="extension">{{each}}</span> <span>{{_("Calls to this former colleague's extension come here.")}}</span></li>
% end
</ul>
% else:
<p class="soft">{{_("Not in any group, and no number rings here.")}}</p>
% end
</section>
<section class="card" id="web">
<h2>{{_("Login")}}</h2>
% if person["account"] and not person["account"]["invited"]:
<p>{{_("Login “{name}”").format(name=person["account"]["name"])}} · <a href="/access">{{_("Logins")}}</a></p>
% else:
<p class="soft">{{_("Invited, but has not chosen a password yet.") if person["account"] else _("No login yet: this person can only hear messages by phone, and cannot see tasks or settings.")}}</p>
<form method="post" action="/access/invite">{{csrf()}}
% if person["account"]:
<input type="hidden" name="account" value="{{person["account"]["name"]}}">
% else:
<input type="hidden" name="extension" value="{{person["extension"]}}">
% end
<button class="button">{{icon("access")}} {{_("Create an invitation")}}</button></form>
% end
</section>
<section class="card">
<h2>{{_("Leaving the office")}}</h2>
<p>{{_("First you choose who takes over the extension, number, messages and tasks. Nothing changes until you have seen a summary and confirmed it.")}}</p>
<div><a class="button danger" href="{{here}}/leave">{{_("{name} is leaving …").format(name=person["name"])}}</a></div>
</section>
