% rebase("layout", title=_("Privacy"), lead=_("Nothing about callers is kept longer than you need it, and whoever asks what you know of them can be told, or forgotten."))
<div class="two">
<form method="post" action="/privacy" class="card" id="times" data-changes>
{{csrf()}}
<h2>{{_("How long things are kept")}}</h2>
% include("errors", form=times)
% for each in times.fields:
{{times.field(each.name)}}
% end
<p class="hint">{{_("0 keeps them for ever. The messages between phones and provider go after 30 days in any case; they hold no passwords, and no digits that were pressed.")}}</p>
% include("save")
</form>
<section class="card" aria-labelledby="about">
<h2 id="about">{{_("Everything about one number")}}</h2>
<form method="get" action="/privacy" class="search" id="find">
{{search.field("number")}}
<button class="button">{{icon("search")}} {{_("Look")}}</button>
</form>
<p class="hint">{{_("Whoever asks what you know of them gets the archive, within a month; whoever wants to be forgotten is erased, if no law makes you keep it. Make sure first that the number is theirs.")}}</p>
</section>
</div>
% if known is not None:
<section class="card" id="known" aria-labelledby="known-title">
<h2 id="known-title">{{_("Known of {number}").format(number=visit.number(known["number"]))}}</h2>
% nothing = not (known["calls"] or known["messages"] or known["tasks"] or known["contacts"] or known["traces"])
% if nothing:
<p class="soft">{{_("Nothing is known of this number.")}}</p>
% else:
<ul class="facts-list">
% if known["calls"]:
<li>{{n_("One call, {first}", "{number} calls, from {first} to {last}", known["calls"]).format(number=known["calls"], first=visit.when(known["first"]), last=visit.when(known["last"]))}}</li>
% end
% if known["messages"]:
<li>{{n_("One message of {length}", "{number} messages of {length}", known["messages"]).format(number=known["messages"], length=visit.duration(known["seconds"]))}}</li>
% end
% if known["tasks"]:
<li>{{n_("One task to call back", "{number} tasks to call back", known["tasks"]).format(number=known["tasks"])}}</li>
% end
% for name in known["contacts"]:
<li>{{_("The contact “{name}”").format(name=name)}}</li>
% end
% if known["traces"]:
<li>{{n_("Messages between phones and provider of one call", "Messages between phones and provider of {number} calls", known["traces"]).format(number=known["traces"])}}</li>
% end
</ul>
<form method="post" action="/privacy/export" class="toolbar" id="export">
{{csrf()}}
<input type="hidden" name="number" value="{{known["number"]}}">
<button class="button">{{icon("download")}} {{_("Download everything (ZIP)")}}</button>
<span class="soft">{{_("Readable text, data for programs, the recordings")}}</span>
</form>
<details class="more"{{!" open" if form.errors or form.error else ""}} id="erasing">
<summary>{{icon("remove")}} {{_("Erase everything")}}</summary>
<form method="post" action="/privacy/erase" class="card danger" id="erase">
{{csrf()}}
% if form.error:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{form.error}}</p></div>
% end
<input type="hidden" name="number" value="{{known["number"]}}">
<p>{{_("All that stands above goes for good, from the box's files too: nothing brings it back, not even “Changes”. Calls that withheld the number stay, without it.")}}</p>
<p>{{_("Backups that were made before still have it: delete them, or erase again after restoring one. The system's own log names numbers for some days. What a memory card keeps in worn-out cells nobody can erase.")}} <a href="/backup">{{_("Backup")}}</a></p>
{{form.field("digits")}}
<p class="hint">{{n_("To make sure: the last digit.", "To make sure: the last {number} digits.", known["digits"]).format(number=known["digits"])}}</p>
<div class="toolbar"><button class="button danger">{{_("Erase for good")}}</button></div>
</form>
</details>
% if known["latest"]:
<h3>{{_("The latest calls")}}</h3>
<ul class="list">
% for call in known["latest"]:
% include("history_call", call=call, directions=directions, outcomes=outcomes, signs=signs)
% end
</ul>
% end
% end
</section>
% end
