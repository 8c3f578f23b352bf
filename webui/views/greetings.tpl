% lead = _("What callers hear: the greeting of each number, and each person's announcement when they do not answer.")
% rebase("layout", title=_("Announcements"), lead=lead)
% for title, items, where in cards:
<section class="card">
<h2>{{_(title)}}</h2>
% if items:
<ul class="list">
% for each in items:
% shown = (each["key"] + " " + each["name"]) if each["kind"] == "person" else request.number(each["key"])
<li class="greeting"><a class="name" id="{{each["kind"]}}-{{each["key"]}}" href="/greetings/{{each["kind"]}}/{{each["key"]}}">{{shown}}</a>
% if each["own"]:
<span class="badge good">{{_("own recording")}}</span>
% else:
<span class="badge">{{_("standard text")}}</span>
% end
<audio class="push" controls preload="none" src="/greetings/{{each["kind"]}}/{{each["key"]}}/sound" aria-label="{{shown}}"></audio>
<a class="button small" href="/greetings/{{each["kind"]}}/{{each["key"]}}" aria-describedby="{{each["kind"]}}-{{each["key"]}}">{{icon("edit")}} {{_("Change")}}</a></li>
% end
</ul>
% include("pages", pages=where, label=_(title))
% else:
<p class="soft">{{_("None yet.")}}</p>
% end
</section>
% end
