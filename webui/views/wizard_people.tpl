% rebase("layout", title=_("Who works here?"), lead=_("Paste or type names, one per line. Everybody gets an extension that callers can dial."))
% include("wizard_steps", steps=steps, index=index)
% if facts.people:
<section class="card">
<h2>{{n_("{number} person added", "{number} people added", len(facts.people)).format(number=len(facts.people))}}</h2>
<p><a class="button{{"" if found else " primary"}}" href="{{after}}">{{_("Continue")}} {{icon("next")}}</a></p>
<ul class="list">
% for each in facts.people:
<li><span class="extension">{{each["extension"]}}</span> <span class="name">{{each["name"]}}</span></li>
% end
</ul>
</section>
% end
<form method="post" action="/wizard/people" class="card" id="people">
{{csrf()}}
% include("fields", form=form)
<div class="save"><button class="button{{"" if found or facts.people else " primary"}}" name="step" value="look">{{_("Show preview")}}</button></div>
% if found is not None:
% if any(each["wrong"] for each in found):
<p class="error">{{_("Please correct the marked lines and show the preview again.")}}</p>
% else:
<div class="save"><button class="button primary" name="step" value="add">{{_("Add people")}}</button></div>
% end
<ul class="list">
% for each in sorted(found, key=lambda one: not one["wrong"]):
<li><span class="extension">{{each["extension"] or "?"}}</span> <span class="name">{{each["name"]}}</span>
% if each["wrong"]:
<span class="error">{{icon("warn")}} {{request.said(each["wrong"])}}</span>
% elif each["known"]:
<span class="badge">{{_("already added")}}</span>
% end
</li>
% end
</ul>
% end
</form>
