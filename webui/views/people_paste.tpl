% rebase("layout", title=_("Paste a list of names"), above=("/people", _("People")))
<form method="post" action="/people/paste">
<section class="card fields">
{{csrf()}}
% include("fields")
<div><button class="button{{"" if found else " primary"}}" name="step" value="look">{{_("Show preview")}}</button></div>
</section>
% if found is not None:
<section class="card">
<h2>{{_("Preview")}}</h2>
% wrong = sum(1 for each in found if each["wrong"])
% fresh = sum(1 for each in found if not each["wrong"] and not each["known"])
% if wrong:
<p class="error">{{n_("One line needs correcting. Please correct it above and show the preview again.", "{number} lines need correcting. Please correct them above and show the preview again.", wrong).format(number=wrong)}}</p>
% elif fresh:
<div><button class="button primary" name="step" value="add">{{icon("add")}} {{n_("Add {number} person", "Add {number} people", fresh).format(number=fresh)}}</button></div>
% else:
<p>{{_("Everybody on the list has already been added.")}}</p>
% end
<ul class="list">
% for each in sorted(found, key=lambda one: not one["wrong"]):
<li><span class="extension">{{each["extension"] or "–"}}</span>
<span class="name">{{each["name"] or "–"}}</span>
% if each["wrong"]:
<span class="error">{{icon("warn")}} {{_("Line {line}:").format(line=each["line"])}} {{request.said(each["wrong"])}}</span>
% elif each["known"]:
<span class="badge">{{_("already added, stays unchanged")}}</span>
% end
</li>
% end
</ul>
</section>
% end
</form>
