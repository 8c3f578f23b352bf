% rebase("layout", title=request.number(number["e164"]), above=("/numbers", _("Numbers")))
<section class="card" id="way" data-live="phones lines trunks settings" aria-labelledby="way-heading">
<h2 id="way-heading">{{_("What happens when somebody calls") if at is None else _("What happens when somebody calls ({when})").format(when=request.when(at))}}</h2>
% for warning in path["warnings"]:
<p class="notice warn">{{icon("warn")}} <span>{{request.said(warning)}}</span></p>
% end
<p>
% for sentence in path["words"]:
{{request.said(sentence)}}
% end
</p>
% if at is not None and not path["timed"]:
<p class="hint">{{_("No setting depends on the time, so every call goes this way. Nobody can know in advance which phones will be connected then.")}}</p>
% end
<div class="scroll way" tabindex="0" role="region" aria-label="{{_("Diagram")}}">{{picture}}</div>
<details class="more" id="way-list">
<summary>{{_("Show as a list")}}</summary>
% titles = {node["id"]: request.said(node["title"]) for node in path["nodes"]}
<ol class="story">
% for node in path["nodes"]:
<li><strong>{{titles[node["id"]]}}</strong> {{request.said(node["words"])}}
% if node["lines"]:
<ul>
% for line in node["lines"]:
<li>{{request.said(line["words"])}}</li>
% end
</ul>
% end
% for edge in path["edges"]:
% if edge["from"] == node["id"]:
<br><span class="soft">{{_("{condition}: continues at “{place}”").format(condition=request.said(edge["label"]), place=titles[edge["to"]])}}</span>
% end
% end
</li>
% end
</ol>
</details>
</section>
% if path["timed"] or at is not None:
<form method="get" action="/numbers/{{number["e164"]}}" class="search">
<div class="field"><label for="at">{{_("What happens at another time?")}}</label>
<input type="datetime-local" name="at" id="at" value="{{asked}}"></div>
<button class="button">{{_("Show")}}</button>
% if at is not None:
<a class="button quiet" href="/numbers/{{number["e164"]}}">{{_("Now")}}</a>
% end
</form>
% end
<form method="post" action="/numbers/{{number["e164"]}}" enctype="multipart/form-data" class="card" id="number" data-changes>
{{csrf()}}
<h2>{{_("Settings")}}</h2>
% include("errors", form=form)
% include("number_fields", form=form, bearers=bearers, places=places, rest=rest)
% include("sound_field", name="greeting", label=_("Greeting"), form=form, current="/greetings/number/" + number["e164"] + "/sound" if number["greeting"] or number["extensions"] != "off" else "", own=bool(number["greeting"]), speaks=language, rings=request.account.extension)
% include("save")
</form>
<details class="more">
<summary>{{_("Remove this number")}}</summary>
<form method="post" action="/numbers/{{number["e164"]}}/remove" class="card" id="remove">
{{csrf()}}
<p>{{_("Calls to this number will be refused. Calls in progress are not cut off.")}}</p>
<div><button class="button danger">{{icon("remove")}} {{_("Remove")}}</button></div>
</form>
</details>
