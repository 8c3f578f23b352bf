% rebase("layout", title=_("Calls"))
<form method="get" action="/history" class="card filters" role="search">
<div class="search">
<div class="field grows"><label for="search">{{_("Search")}}</label>
<input type="search" name="search" id="search" value="{{typed["search"]}}" placeholder="{{_("Name, number or keyword")}}"></div>
<button class="button primary">{{icon("search")}} {{_("Search")}}</button>
</div>
<details class="more" id="filters"{{!" open" if any(typed[name] for name in typed if name != "search") else ""}}>
<summary>{{_("Filters")}}</summary>
<div class="grid small">
% if parties:
<div class="field"><label for="extension">{{_("Person or group")}}</label>
<select name="extension" id="extension"><option value="">{{_("everybody")}}</option>
% for extension, name in parties:
<option value="{{extension}}"{{!" selected" if typed["extension"] == extension else ""}}>{{name}} {{extension}}</option>
% end
</select></div>
% end
<div class="field"><label for="direction">{{_("Direction")}}</label>
<select name="direction" id="direction"><option value="">{{_("any")}}</option>
% for value, label in directions.items():
<option value="{{value}}"{{!" selected" if typed["direction"] == value else ""}}>{{_(label)}}</option>
% end
</select></div>
<div class="field"><label for="outcome">{{_("Outcome")}}</label>
<select name="outcome" id="outcome"><option value="">{{_("any")}}</option>
% for value, label in outcomes.items():
<option value="{{value}}"{{!" selected" if typed["outcome"] == value else ""}}>{{_(label)}}</option>
% end
</select></div>
% for name, label in (("since", _("From date")), ("until", _("To date"))):
<div class="field{{" wrong" if name in errors else ""}}"><label for="{{name}}">{{label}}</label>
<input type="date" name="{{name}}" id="{{name}}" value="{{typed[name]}}"{{!' aria-invalid="true" aria-describedby="' + name + '-error"' if name in errors else ""}}>
% if name in errors:
<p class="error" id="{{name}}-error">{{icon("warn")}} {{errors[name]}}</p>
% end
</div>
% end
</div>
</details>
</form>
<section id="calls" aria-label="{{_('Calls')}}"{{!"" if pages.back else ' data-live="calls"'}}>
% if found["calls"]:
<ul class="list">
% for call in found["calls"]:
% include("history_call", call=call, directions=directions, outcomes=outcomes, signs=signs)
% end
</ul>
% include("pages", pages=pages, label=_("Calls"))
<div class="toolbar">
<a class="button quiet push" href="{{table}}" download>{{icon("download")}} {{n_("Download {number} call as a table", "Download {number} calls as a table", pages.all).format(number=request.count(pages.all))}}</a>
</div>
% else:
<div class="empty">{{icon("history")}} <p>{{_("No calls match.") if filtered else _("No calls yet.")}}</p>
% if filtered:
<p><a class="button" href="/history">{{_("Show all calls")}}</a></p>
% end
</div>
% end
</section>
