% rebase("layout", title=_("Paste a list of names"), above=("/people", _("People")))
<form method="post" action="/people/paste">
<section class="card fields">
{{csrf()}}
% include("fields")
<div><button class="button{{"" if found else " primary"}}" name="step" value="look">{{_("Look at it first")}}</button></div>
</section>
% if found is not None:
<section class="card">
<h2>{{_("This is how it will be")}}</h2>
% wrong = sum(1 for each in found if each["wrong"])
% fresh = sum(1 for each in found if not each["wrong"] and not each["known"])
% if wrong:
<p class="error">{{n_("One line is not right yet. Correct it above, then look again.", "{number} lines are not right yet. Correct them above, then look again.", wrong).format(number=wrong)}}</p>
% elif fresh:
<div><button class="button primary" name="step" value="add">{{icon("add")}} {{n_("Add {number} person", "Add {number} people", fresh).format(number=fresh)}}</button></div>
% else:
<p>{{_("All of them are there already.")}}</p>
% end
<ul class="list">
% for each in sorted(found, key=lambda one: not one["wrong"]):
<li><span class="extension">{{each["extension"] or "–"}}</span>
<span class="name">{{each["name"] or "–"}}</span>
% if each["wrong"]:
<span class="error">{{icon("warn")}} {{_("Line {line}:").format(line=each["line"])}} {{visit.said(each["wrong"])}}</span>
% elif each["known"]:
<span class="badge">{{_("is there already, stays as is")}}</span>
% end
</li>
% end
</ul>
</section>
% end
</form>
