% rebase("layout", title=_("Numbers"), lead=_("The office's numbers, and who each of them rings."))
<div class="toolbar"><a class="button primary" href="/numbers/new">{{icon("add")}} {{_("Add a number")}}</a></div>
% if not numbers:
<div class="empty">{{icon("numbers")}} <p>{{_("There are no numbers yet, so calls from outside are refused.")}}</p></div>
% else:
<ul class="grid">
% for number in numbers:
<li class="card">
<h2 class="number"><a class="whole" href="/numbers/{{number["e164"]}}">{{request.number(number["e164"])}}</a></h2>
<dl class="facts">
<dt>{{_("Rings")}}</dt><dd>{{", ".join(names.get(each, "") + " (" + each + ")" for each in number["to"][:most])}}{{", " + _("{count} more").format(count=len(number["to"]) - most) if number["to"][most:] else ""}}</dd>
<dt>{{_("Extensions")}}</dt><dd>{{_(dialled[number["extensions"]])}}</dd>
<dt>{{_("Greeting")}}</dt><dd>{{_("your own") if number["greeting"] else _("standard greeting") if number["extensions"] != "off" else _("none")}}</dd>
<dt>{{_("Line")}}</dt><dd>{{number["trunk"]}}</dd>
</dl>
% if number["extensions"] == "off":
<p><span class="badge warn">{{icon("warn")}} {{_("Callers cannot dial extensions")}}</span></p>
% end
</li>
% end
</ul>
% include("pages", pages=pages, label=_("Numbers"))
% end
