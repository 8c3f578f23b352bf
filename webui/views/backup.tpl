% rebase("layout", title=_("Backup"), lead=_("Everything in one file: settings, people, phones with their passwords, calls, tasks, messages, greetings."))
<div class="two">
<form method="post" action="/backup" class="card fields" id="make">
{{csrf()}}
<h2>{{_("Make a backup")}}</h2>
<section id="making" data-live="health" aria-live="polite">
% if work and work["running"]:
<p>{{icon("clock")}} {{_("A backup is being made. Calls go on, and so can you.")}}</p>
<progress class="meter" max="{{max(work["total"], 1)}}" value="{{work["done"]}}">{{size(work["done"])}}</progress>
% elif work and work["error"]:
<p class="notice bad">{{icon("fail")}} <span>{{visit.said(work["error"])}}</span></p>
% elif work and work["result"]:
<p class="notice good">{{icon("ok")}} <span>{{_("The backup is made. Download it: on the box alone it does not help when the box is gone.")}}</span></p>
% elif found["last"] is None:
<p class="hint">{{_("There is no backup yet.")}}</p>
% end
</section>
% include("fields", form=making)
<div class="toolbar"><button class="button primary">{{icon("backup")}} {{_("Make a backup")}}</button></div>
<p class="hint">{{_("The file opens with the program “age” too, on any computer. The newest five stay on the box.")}}</p>
</form>
<form method="post" action="/backup/upload" enctype="multipart/form-data" class="card fields" id="bring" data-pieces>
{{csrf()}}
<h2>{{_("Restore a backup")}}</h2>
<p>{{_("Choose one that is on the box, below, or bring one from your computer. You see what is in it before anything is changed.")}}</p>
% include("fields", form=bringing)
<progress class="meter" max="1" value="0" hidden aria-label="{{_("Uploading …")}}"></progress>
<p class="error" data-failed hidden></p>
<div class="toolbar"><button class="button">{{icon("upload")}} {{_("Bring it")}}</button></div>
<noscript><p class="hint">{{_("Without JavaScript a file may have 32 MB; larger ones are brought by “durchwahl backup restore FILE”.")}}</p></noscript>
</form>
</div>
<section class="card fields" id="night">
<h2>{{_("Every night")}}</h2>
<div id="nights" data-live="health" aria-live="polite">
% if writing:
<p>{{icon("clock")}} {{_("A backup is being written to {folder}. Leave the stick in.").format(folder=night["folder"])}}</p>
<progress class="meter" max="{{max(writing["total"], 1)}}" value="{{writing["done"]}}">{{size(writing["done"])}}</progress>
% elif not night["folder"]:
<p class="hint">{{_("Plug a USB stick in, choose it here, and a backup is made on it every night after two o'clock.")}}</p>
% elif night["failed"]:
<p class="notice bad">{{icon("fail")}} <span>{{visit.said(night["failed"]["said"])}} {{_("Since {moment}; it is tried again every hour.").format(moment=visit.when(night["failed"]["at"]))}}</span></p>
% elif night["own_disk"]:
<p class="notice bad">{{icon("warn")}} <span>{{_("This folder is on the box's own disk: what breaks the box, breaks its backups, too.")}}</span></p>
% end
% if night["folder"]:
% if night["last"]:
<p>{{_("The last one: {moment}").format(moment=visit.when(night["last"]["at"]))}} · {{size(night["last"]["size"])}} · <span class="figures">{{night["last"]["name"]}}</span></p>
% else:
<p class="hint">{{_("None yet.")}}</p>
% end
% end
</div>
<form method="post" action="/backup/nightly" class="fields" id="nightly">
{{csrf()}}
% include("fields", form=nights)
% for each in night["unfit"]:
<p class="hint">{{icon("info")}} {{_("{place} cannot take the backups:").format(place=each["place"])}} {{visit.said(each["why"])}}</p>
% end
<div class="toolbar"><button class="button">{{_("Save")}}</button></div>
</form>
% if night["folder"]:
<form method="post" action="/backup/nightly/now" class="toolbar">{{csrf()}}<button class="button">{{icon("backup")}} {{_("Make it now")}}</button></form>
% end
</section>
<section class="card" id="kept" data-live="health">
<h2>{{_("On the box")}}</h2>
% if found["backups"]:
<ul class="list">
% for each in found["backups"]:
<li>
<div class="grows"><p><strong>{{visit.when(each["at"])}}</strong>
% if each["name"].startswith("uploaded"):
<span class="badge">{{icon("upload")}} {{_("brought")}}</span>
% end
</p><p class="soft"><span class="figures">{{each["name"]}}</span> · {{size(each["size"])}}</p></div>
<div class="toolbar push">
<a class="button small" href="/backup/{{each["name"]}}/file" download>{{icon("download")}} {{_("Download")}} <span class="only-read">{{each["name"]}}</span></a>
<a class="button small" href="/backup/{{each["name"]}}">{{icon("changes")}} {{_("Restore")}} <span class="only-read">{{each["name"]}}</span></a>
<details class="more" id="remove-{{each["name"][:-17]}}"><summary>{{icon("remove")}} <span class="only-read">{{_("Delete {name}").format(name=each["name"])}}</span></summary>
<form method="post" action="/backup/{{each["name"]}}/remove">{{csrf()}}<button class="button danger small">{{_("Delete permanently")}}</button></form></details>
</div>
</li>
% end
</ul>
% else:
<div class="empty">{{icon("backup")}} <p>{{_("There is no backup on the box.")}}</p></div>
% end
% if found["before"]:
<hr>
<h3>{{_("From before the restore ({moment})").format(moment=visit.when(found["before"]["at"]))}}</h3>
% if found["before"]["people"] is not None:
<p>{{n_("{count} person", "{count} people", found["before"]["people"]).format(count=found["before"]["people"])}}
% if found["before"]["numbers"]:
· {{", ".join(visit.number(each) for each in found["before"]["numbers"][:5])}}
% end
</p>
% end
<p class="hint">{{_("Going back ends the calls that are running, and starts the exchange again. What is there now is kept instead.")}}</p>
<div class="toolbar">
<form method="post" action="/backup/back">{{csrf()}}<button class="button">{{icon("back")}} {{_("Go back to it")}}</button></form>
<details class="more" id="remove-before"><summary>{{icon("remove")}} {{_("Delete it")}}</summary>
<form method="post" action="/backup/before-restore/remove">{{csrf()}}<button class="button danger small">{{_("Delete permanently")}}</button></form></details>
</div>
% end
<p class="hint">{{_("{size} of the box's disk are free.").format(size=size(found["free"]))}}</p>
</section>
