% rebase("layout", title=_("Changes"), lead=_("Everything that was changed, when and by whom. Undoing a change does not affect calls in progress."))
% if error:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{error}}</p></div>
% end
<form method="get" action="/changes" class="search" role="search">
<div class="field grows"><label for="search">{{_("Search")}}</label>
<input type="search" name="search" id="search" value="{{wanted}}" placeholder="{{_("Name, number, extension or who did it")}}"></div>
<button class="button">{{icon("search")}} {{_("Search")}}</button>
</form>
<section id="changes" class="days" aria-label="{{_('Changes')}}"{{!"" if pages.back else ' data-live="settings"'}}>
% for day, lines in days:
<section class="card">
<h2>{{day}}</h2>
<ul class="list changes">
% for line in lines:
<li id="change-{{line["id"]}}"{{!' class="undone"' if line["undone"] else ""}}>
<div class="grows">
<p class="soft"><time>{{line["clock"]}}</time> · {{line["who"]}}
% if line["undoes"] is not None:
<span class="badge busy">{{icon("changes")}} {{_("Undo of an earlier change")}}</span>
% end
</p>
% if len(line["words"]) == 1:
<p>{{line["words"][0]}}</p>
% else:
<p>{{line["words"][0]}}</p>
% if len(line["words"]) <= 4:
<ul class="facts-list">
% for each in line["words"][1:]:
<li>{{each}}</li>
% end
</ul>
% else:
<details id="all-{{line["id"]}}" class="more"><summary>{{n_("{count} more change", "{count} more changes", len(line["words"]) - 1).format(count=len(line["words"]) - 1)}}</summary>
<ul class="facts-list">
% for each in line["words"][1:]:
<li>{{each}}</li>
% end
</ul></details>
% end
% end
% if line["undone"]:
<p class="hint">{{_("Undone by {name}, {moment}.").format(name=line["undone_by"], moment=line["undone_at"])}}</p>
% elif not line["undoable"]:
<p class="hint">{{_("Cannot be undone:")}} {{line["why_not"]}}</p>
% elif line["caution"]:
<p class="hint">{{line["caution"]}}</p>
% end
</div>
% if line["undoable"]:
<form method="post" action="/changes/{{line["id"]}}/undo" class="push" id="undo-{{line["id"]}}">
{{csrf()}}
<button class="button small">{{icon("changes")}} {{_("Undo")}} <span class="only-read">{{line["words"][0]}}</span></button>
</form>
% end
</li>
% end
</ul>
</section>
% end
% if not days:
<div class="empty">{{icon("changes")}} <p>{{_("No changes match.") if wanted else _("No changes yet.")}}</p>
% if wanted:
<p><a class="button" href="/changes">{{_("Show all changes")}}</a></p>
% end
</div>
% end
% include("pages", pages=pages, label=_("Changes"))
</section>
