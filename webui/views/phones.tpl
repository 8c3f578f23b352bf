% rebase("layout", title=_("Phones"))
<form class="search" method="get" action="/phones" role="search">
<div class="field"><label class="only-read" for="search">{{_("Search for a phone")}}</label>
<input type="search" name="search" id="search" value="{{request.query.get("search", "")}}" placeholder="{{_("Person, name, model or address")}}"></div>
<button class="button">{{icon("search")}} {{_("Search")}}</button>
</form>
<section id="devices" data-live="phones settings">
% if phones:
<ul class="list">
% for each in phones:
<li><span class="extension">{{each["extension"]}}</span>
<a class="whole" href="/phones/{{each["username"]}}">{{each["person"]}}</a>
<span class="soft">{{each["name"] or each["username"]}}</span>
<small>{{", ".join((device["agent"] or _("unknown model")) + " · " + device["address"] for device in each["devices"])}}</small>
% include("phone_lamp", phone=each, push=True)
</li>
% end
</ul>
% include("pages", pages=pages, label=_("Phones"))
% elif every:
<p class="empty">{{icon("search")}} {{_("No phones found.")}} <a href="/phones">{{_("Show all phones")}}</a></p>
% else:
<p class="empty">{{icon("phones")}} {{_("No phones yet. Choose whose phone you want to add; the box creates a user name and password for it.")}}</p>
% end
</section>
% if people:
<section class="card">
<h2>{{_("Add a phone")}}</h2>
<form method="post" action="/phones" class="fields">
{{csrf()}}
% include("fields")
<div><button class="button primary">{{icon("add")}} {{_("Add a phone")}}</button></div>
</form>
</section>
% else:
<p><a class="button primary" href="/people">{{_("Add a person first")}}</a></p>
% end
