% rebase("layout", title=_("People"), scripts=("people.js",))
<div class="toolbar">
<form class="search" method="get" action="/people" role="search">
<label class="only-read" for="search">{{_("Search for a name or extension")}}</label>
<input type="search" name="search" id="search" value="{{request.query.get("search", "")}}" placeholder="{{_("Name or extension")}}">
<button class="button">{{icon("search")}} {{_("Search")}}</button>
</form>
<a class="button push" href="#new">{{icon("add")}} {{_("Add a person")}}</a>
<a class="button" href="/people/paste">{{icon("people")}} {{_("Paste a list of names")}}</a>
</div>
<section id="people" data-live="lines phones settings">
% if people:
<ul class="list">
% for each in people:
<li><span class="extension">{{each["extension"]}}</span>
<a class="whole" href="/people/{{each["extension"]}}">{{each["name"]}}</a>
% if each["outbound_only"]:
<span class="badge">{{_("outgoing calls only")}}</span>
% elif not each["reachable"]:
<span class="badge">{{_("internal calls only")}}</span>
% end
<span class="push toolbar">
% if not each["phones"]:
<span class="badge warn">{{_("no phone yet")}}</span>
% end
% if each["phones"]:
<small>{{n_("{registered} of {phones} phone", "{registered} of {phones} phones", each["phones"]).format(**each)}}</small>
% end
% if each["line"] and each["phones"]:
<span class="lamp {{each["line"]}}">{{_(lamps.get(each["line"], each["line"]))}}</span>
% end
</span></li>
% end
</ul>
% include("pages", pages=pages, label=_("People"))
% elif everybody:
<p class="empty">{{icon("search")}} {{_("No person matches this name or extension.")}} <a href="/people">{{_("Show all people")}}</a></p>
% else:
<p class="empty">{{icon("people")}} {{_("Nobody has been added yet. Add the first person below, or paste a whole list.")}}</p>
% end
</section>
<section class="card" id="new">
<h2>{{_("Add a person")}}</h2>
<form method="post" action="/people" class="fields" data-free>
{{csrf()}}
% include("default_button")
% include("fields")
<div><button class="button primary">{{icon("add")}} {{_("Add")}}</button></div>
</form>
</section>
% if former:
<section class="card">
<h2>{{_("Extensions of former colleagues")}}</h2>
<ul class="list">
% for each in former:
<li><span class="extension">{{each["extension"]}}</span>
<span class="name">{{each["name"]}}</span>
% if each["to"]:
<span>{{_("Calls go to {name} ({extension}).").format(name=each["to_name"], extension=each["to"])}}</span>
% elif each["until"]:
<span>{{_("Reserved until {when}.").format(when=request.when(each["until"]))}}</span>
% else:
<span>{{_("Reserved until you release it.")}}</span>
% end
<form class="push" method="post" action="/people/release/{{each["extension"]}}">
{{csrf()}}
<input type="hidden" name="seen" value="{{each["version"]}}">
<button class="button small">{{_("Release {extension}").format(extension=each["extension"])}}</button>
</form></li>
% end
</ul>
% include("pages", pages=former_pages, label=_("Extensions of former colleagues"))
</section>
% end
