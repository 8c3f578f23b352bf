% rebase("layout", title=group["extension"] + " " + group["name"], own_title=True, scripts=("people.js",))
% here = "/groups/" + group["extension"]
<header class="title">
<p class="above"><a href="/groups">{{icon("back")}} {{_("Groups")}}</a></p>
<p class="extension big">{{group["extension"]}}</p>
<h1>{{group["name"]}}</h1>
<p class="lead">{{_(meanings[group["strategy"]])}}</p>
</header>
% if other.error or other.errors:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{other.error or " ".join(other.errors.values())}}</p></div>
% end
<section class="card" id="members">
<h2>{{_("Members in ringing order")}}</h2>
<form method="post" action="{{here}}/members{{on_it}}">
{{csrf()}}
<input type="hidden" name="seen" value="{{group["version"]}}">
<ol class="list" start="{{pages.start}}">
% for number, each in enumerate(members, pages.start - 1):
<li><span class="extension">{{each["extension"]}}</span> <a href="/people/{{each["extension"]}}" class="name">{{each["name"]}}</a>
% if each["outbound_only"]:
<span class="badge warn">{{_("outgoing calls only")}}</span>
% end
<span class="push toolbar">
% if number:
<button class="button small" name="act" value="up {{each["extension"]}}" aria-label="{{_("Move {name} up").format(name=each["name"])}}">↑</button>
% end
% if number + 1 < len(group["people"]):
<button class="button small" name="act" value="down {{each["extension"]}}" aria-label="{{_("Move {name} down").format(name=each["name"])}}">↓</button>
% end
% if len(group["people"]) > 1:
<button class="button small quiet" name="act" value="remove {{each["extension"]}}" aria-label="{{_("Remove {name} from the group").format(name=each["name"])}}">{{icon("close")}}</button>
% end
</span></li>
% end
</ol>
% include("pages", pages=pages, label=_("Members in ringing order"))
% if outside:
<div class="search">
<div class="field"><label for="member">{{_("Add a member")}}</label>
<select name="member" id="member">
% for value, label in outside:
<option value="{{value}}">{{label}}</option>
% end
</select></div>
<button class="button" name="act" value="add">{{icon("add")}} {{_("Add")}}</button>
</div>
% end
</form>
</section>
<form method="post" action="{{here}}" data-changes data-free="{{group["extension"]}}">
{{csrf()}}
% include("default_button")
<section class="card fields">
<h2>{{_("Settings")}}</h2>
% include("fields")
</section>
% include("save", back=here)
</form>
<section class="card">
<h2>{{_("Numbers and messages")}}</h2>
% if group["numbers"]:
<ul class="list">
% for each in group["numbers"]:
<li>{{icon("numbers")}} <a class="whole" href="/numbers/{{each}}">{{request.number(each)}}</a></li>
% end
</ul>
% else:
<p class="soft">{{_("No number rings this group, but callers and colleagues can dial its extension.")}}</p>
% end
<p>{{n_("{number} voicemail message ({new} new).", "{number} voicemail messages ({new} new).", group["messages"]).format(number=group["messages"], new=group["new"])}}</p>
</section>
<section class="card">
<h2>{{_("Remove this group")}}</h2>
<p>{{_("The members stay. The group's open tasks go to the office.")}}</p>
<form method="post" action="{{here}}/remove" class="fields">
{{csrf()}}
<input type="hidden" name="seen" value="{{group["version"]}}">
% if group["messages"]:
<label class="tick"><input type="checkbox" name="with_messages" value="1"> <span>{{_("Permanently delete the group's voicemail messages")}}</span></label>
% end
<div><button class="button danger">{{icon("remove")}} {{_("Remove")}}</button></div>
</form>
</section>
