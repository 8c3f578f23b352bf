% rebase("layout", title=trunk["name"], lead=called, above=("/trunks", _("Lines")))
<section class="card" id="state" data-live="trunks" aria-label="{{_('State')}}">
<header><h2>{{_("Now")}}</h2>
% include("trunk_lamp", trunk=trunk)
</header>
<p>{{request.said(trunk["words"])}}</p>
% if trunk["state"] == "failed" and trunk["detail"]:
<p class="hint">{{_("The provider's message: {words}").format(words=trunk["detail"])}}</p>
% end
</section>
<form method="post" action="/trunks/{{trunk["name"]}}" class="card" id="trunk" data-changes>
{{csrf()}}
<h2>{{_("Connection details")}}</h2>
% include("fields", form=form)
% include("save")
</form>
<section class="card">
<h2>{{_("Numbers")}}</h2>
% if trunk["numbers"]:
<ul class="list">
% for number in trunk["numbers"]:
<li class="number"><a class="whole" href="/numbers/{{number}}">{{request.number(number)}}</a></li>
% end
</ul>
% else:
<p class="soft">{{_("This line has no numbers yet.")}} <a href="/numbers/new">{{_("Add a number")}}</a></p>
% end
</section>
% if trunk["refused"]:
<section class="card" id="refused" data-live="trunks" aria-label="{{_('Refused calls')}}">
<h2>{{_("Refused calls")}}</h2>
<ul class="list">
% for each in trunk["refused"]:
<li><time>{{request.when(each["at"])}}</time> <span class="about">{{_("to {number}: {reason}").format(number=request.number(each["number"]) or "?", reason=each["words"])}}</span>
% if each["times"] > 1:
<span class="badge">{{_("{count} times").format(count=each["times"])}}</span>
% end
<span class="soft">{{each["source"]}}</span></li>
% end
</ul>
</section>
% end
<details class="more"{{" open" if removal else ""}}>
<summary>{{_("Remove this line")}}</summary>
<form method="post" action="/trunks/{{trunk["name"]}}/remove" class="card" id="remove">
{{csrf()}}
% if removal and removal.error:
<p class="error" role="alert">{{removal.error}}</p>
% end
<p>{{_("No more calls will come in or go out over this line. Calls in progress are not cut off.")}}</p>
<div><button class="button danger">{{icon("remove")}} {{_("Remove")}}</button></div>
</form>
</details>
