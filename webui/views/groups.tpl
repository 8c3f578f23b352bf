% rebase("layout", title=_("Groups"), scripts=("people.js",))
% if groups:
<ul class="list">
% for each in groups:
<li><span class="extension">{{each["extension"]}}</span>
<a class="whole" href="/groups/{{each["extension"]}}">{{each["name"]}}</a>
<span class="soft">{{", ".join(names.get(member, member) for member in each["members"][:most])}}{{", " + _("{count} more").format(count=len(each["members"]) - most) if each["members"][most:] else ""}}</span>
<span class="push badge">{{_(strategies[each["strategy"]])}}</span></li>
% end
</ul>
% include("pages", pages=pages, label=_("Groups"))
% else:
<p class="empty">{{icon("groups")}} {{_("No groups yet. In a group, several people share one extension that callers and colleagues can dial.")}}</p>
% end
% if names:
<section class="card">
<h2>{{_("Add a group")}}</h2>
<form method="post" action="/groups" class="fields" data-free>
{{csrf()}}
% include("default_button")
% include("fields")
<dl class="facts">
% for value, label in strategies.items():
<dt>{{_(label)}}</dt><dd>{{_(meanings[value])}}</dd>
% end
</dl>
<div><button class="button primary">{{icon("add")}} {{_("Add")}}</button></div>
</form>
</section>
% else:
<p><a class="button primary" href="/people">{{_("Add a person first")}}</a></p>
% end
