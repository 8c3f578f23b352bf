% rebase("layout", title=_("Privacy"), lead=_("Keep data about callers only as long as you need it. If somebody asks, give them what is stored about them, or erase it."))
<div class="two">
<form method="post" action="/privacy" class="card" id="times" data-changes>
{{csrf()}}
<h2>{{_("How long data is kept")}}</h2>
% include("errors", form=times)
% for each in times.fields:
{{times.field(each.name)}}
% end
<p class="hint">{{_("0 keeps them for ever. SIP messages are always deleted after 30 days; they do not contain passwords or the digits people pressed.")}}</p>
% include("save")
</form>
<section class="card" aria-labelledby="about">
<h2 id="about">{{_("Everything about a number")}}</h2>
<form method="get" action="/privacy" class="search" id="find">
{{search.field("number")}}
<button class="button">{{icon("search")}} {{_("Search")}}</button>
</form>
<p class="hint">{{_("If somebody asks what is stored about them, give them the archive within a month. If they want to be forgotten, erase everything, unless the law requires you to keep it. First make sure that the number is theirs.")}}</p>
</section>
</div>
% if known is not None:
<section class="card" id="known" aria-labelledby="known-title">
<h2 id="known-title">{{_("What is stored about {number}").format(number=request.number(known["number"]))}}</h2>
% nothing = not (known["calls"] or known["messages"] or known["tasks"] or known["contacts"] or known["traces"])
% if nothing:
<p class="soft">{{_("Nothing is stored about this number.")}}</p>
% else:
<ul class="facts-list">
% if known["calls"]:
<li>{{n_("One call, {first}", "{number} calls, from {first} to {last}", known["calls"]).format(number=known["calls"], first=request.when(known["first"]), last=request.when(known["last"]))}}</li>
% end
% if known["messages"]:
<li>{{n_("One message ({length})", "{number} messages ({length})", known["messages"]).format(number=known["messages"], length=request.duration(known["seconds"]))}}</li>
% end
% if known["tasks"]:
<li>{{n_("One task", "{number} tasks", known["tasks"]).format(number=known["tasks"])}}</li>
% end
% for name in known["contacts"]:
<li>{{_("The contact “{name}”").format(name=name)}}</li>
% end
% if known["traces"]:
<li>{{n_("SIP messages of one call", "SIP messages of {number} calls", known["traces"]).format(number=known["traces"])}}</li>
% end
</ul>
<form method="post" action="/privacy/export" class="toolbar" id="export">
{{csrf()}}
<input type="hidden" name="number" value="{{known["number"]}}">
<button class="button">{{icon("download")}} {{_("Download everything (ZIP)")}}</button>
<span class="soft">{{_("Contains readable text, data for programs and the recordings")}}</span>
</form>
<details class="more"{{!" open" if form.errors or form.error else ""}} id="erasing">
<summary>{{icon("remove")}} {{_("Erase everything")}}</summary>
<form method="post" action="/privacy/erase" class="card danger" id="erase">
{{csrf()}}
% if form.error:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{form.error}}</p></div>
% end
<input type="hidden" name="number" value="{{known["number"]}}">
<p>{{_("Everything listed above is erased permanently, including from the box's files. This cannot be undone, not even under “Changes”. Calls made with the number withheld stay; they do not contain the number.")}}</p>
<p>{{_("Earlier backups still contain the number: delete them, or erase it again after restoring one. The system log contains numbers for a few days. What remains in a memory card's worn-out cells cannot be erased.")}} <a href="/backup">{{_("Backup")}}</a></p>
{{form.field("digits")}}
<p class="hint">{{n_("To confirm: the last digit.", "To confirm: the last {number} digits.", known["digits"]).format(number=known["digits"])}}</p>
<div class="toolbar"><button class="button danger">{{_("Erase permanently")}}</button></div>
</form>
</details>
% if known["latest"]:
<h3>{{_("Latest calls")}}</h3>
<ul class="list">
% for call in known["latest"]:
% include("history_call", call=call, directions=directions, outcomes=outcomes, signs=signs)
% end
</ul>
% end
% end
</section>
% end
