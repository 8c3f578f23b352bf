% rebase("layout", title=_("Backup"), lead=_("Everything in one file: settings, people, phones with their passwords, calls, tasks, messages, greetings."))
<div class="two">
<form method="post" action="/backup" class="card fields" id="make">
{{csrf()}}
<h2>{{_("Make a backup")}}</h2>
<section id="making" data-live="health" aria-live="polite">
% if work and work["running"]:
<p>{{icon("clock")}} {{_("The box is making a backup. Calls continue, and you can keep working.")}}</p>
<progress class="meter" max="{{max(work["total"], 1)}}" value="{{work["done"]}}">{{size(work["done"])}}</progress>
% elif work and work["error"]:
<p class="notice bad">{{icon("fail")}} <span>{{request.said(work["error"])}}</span></p>
% elif work and work["result"]:
<p class="notice good">{{icon("ok")}} <span>{{_("The backup is ready. Download it: if the box breaks, a backup that is only on the box is lost too.")}}</span></p>
% elif found["last"] is None:
<p class="hint">{{_("No backups yet.")}}</p>
% end
</section>
% include("fields", form=making)
<div class="toolbar"><button class="button primary">{{icon("backup")}} {{_("Make a backup")}}</button></div>
<p class="hint">{{_("You can also open the file with the program “age” on any computer. The box keeps the five newest backups.")}}</p>
</form>
<form method="post" action="/backup/upload" enctype="multipart/form-data" class="card fields" id="bring" data-pieces>
{{csrf()}}
<h2>{{_("Restore a backup")}}</h2>
<p>{{_("Choose one of the backups on the box, below, or upload one from your computer. You will see its contents before anything changes.")}}</p>
% include("fields", form=bringing)
<progress class="meter" max="1" value="0" hidden aria-label="{{_("Uploading …")}}"></progress>
<p class="error" data-failed hidden></p>
<div class="toolbar"><button class="button">{{icon("upload")}} {{_("Upload file")}}</button></div>
<noscript><p class="hint">{{_("Without JavaScript the limit is 32 MB. Restore larger files with “durchwahl backup restore FILE”.")}}</p></noscript>
</form>
</div>
<section class="card fields" id="night">
<h2>{{_("Nightly backup")}}</h2>
<div id="nights" data-live="health" aria-live="polite">
% if writing:
<p>{{icon("clock")}} {{_("The box is writing a backup to {folder}. Leave the stick plugged in.").format(folder=night["folder"])}}</p>
<progress class="meter" max="{{max(writing["total"], 1)}}" value="{{writing["done"]}}">{{size(writing["done"])}}</progress>
% elif not night["folder"]:
<p class="hint">{{_("Plug in a USB stick and choose it here. The box then writes a backup to it every night, after 2 am.")}}</p>
% elif night["failed"]:
<p class="notice bad">{{icon("fail")}} <span>{{request.said(night["failed"]["said"])}} {{_("Since {moment}; the box tries again every hour.").format(moment=request.when(night["failed"]["at"]))}}</span></p>
% elif night["own_disk"]:
<p class="notice bad">{{icon("warn")}} <span>{{_("This folder is on the box's own disk. If the box breaks, its backups are lost too.")}}</span></p>
% end
% if night["folder"]:
% if night["last"]:
<p>{{_("Last backup: {moment}").format(moment=request.when(night["last"]["at"]))}} · {{size(night["last"]["size"])}} · <span class="figures">{{night["last"]["name"]}}</span></p>
% else:
<p class="hint">{{_("None yet.")}}</p>
% end
% end
</div>
<form method="post" action="/backup/nightly" class="fields" id="nightly">
{{csrf()}}
% include("fields", form=nights)
% for each in night["unfit"]:
<p class="hint">{{icon("info")}} {{_("{place} cannot be used for backups:").format(place=each["place"])}} {{request.said(each["why"])}}</p>
% end
<div class="toolbar"><button class="button">{{_("Save")}}</button></div>
</form>
% if night["folder"]:
<form method="post" action="/backup/nightly/now" class="toolbar">{{csrf()}}<button class="button">{{icon("backup")}} {{_("Make a backup now")}}</button></form>
% end
</section>
<section class="card" id="kept" data-live="health">
<h2>{{_("Backups on the box")}}</h2>
% if found["backups"]:
<ul class="list">
% for each in found["backups"]:
<li>
<div class="grows"><p><strong>{{request.when(each["at"])}}</strong>
% if each["name"].startswith("uploaded"):
<span class="badge">{{icon("upload")}} {{_("uploaded")}}</span>
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
<div class="empty">{{icon("backup")}} <p>{{_("No backups on the box.")}}</p></div>
% end
% if found["before"]:
<hr>
<h3>{{_("Data from before the restore ({moment})").format(moment=request.when(found["before"]["at"]))}}</h3>
% if found["before"]["people"] is not None:
<p>{{n_("{count} person", "{count} people", found["before"]["people"]).format(count=found["before"]["people"])}}
% if found["before"]["numbers"]:
· {{", ".join(request.number(each) for each in found["before"]["numbers"][:5])}}
% end
</p>
% end
<p class="hint">{{_("Going back cuts off calls in progress and restarts the exchange. The current data is kept, so you can return to it.")}}</p>
<div class="toolbar">
<form method="post" action="/backup/back">{{csrf()}}<button class="button">{{icon("back")}} {{_("Return to this data")}}</button></form>
<details class="more" id="remove-before"><summary>{{icon("remove")}} {{_("Delete")}}</summary>
<form method="post" action="/backup/before-restore/remove">{{csrf()}}<button class="button danger small">{{_("Delete permanently")}}</button></form></details>
</div>
% end
<p class="hint">{{_("{size} free on the box's disk.").format(size=size(found["free"]))}}</p>
</section>
