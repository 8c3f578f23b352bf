% rebase("layout", title=_("Update"), lead=_("Another version of everything on the box: system, exchange and this page."))
% phase, bundle = found["phase"], found["bundle"]
<section class="card fields" id="version" data-live="health" aria-live="polite">
<h2>{{_("Version {version} runs").format(version=found["version"])}}</h2>
% if step is not None:
<p>{{icon("clock")}} <strong>{{_("An update to version {version} is being installed.").format(version=found["to"] or (bundle or {}).get("version") or "?") }}</strong></p>
<ol class="list checks">
% for index, words in enumerate(steps):
% if index < step:
<li class="ok">{{icon("ok")}} <div class="grows"><p><span class="only-read">{{_("Done:")}}</span> {{words}}</p></div></li>
% elif index == step:
<li aria-current="step">{{icon("next")}} <div class="grows"><p><strong>{{words}}</strong></p>
% if phase == "writing":
<progress class="meter" max="100" value="{{found["progress"]}}" aria-label="{{words}}">{{found["progress"]}} %</progress>
% elif phase == "draining" and found["calls"]:
<p class="soft">{{n_("{count} call lasts just now.", "{count} calls last just now.", found["calls"]).format(count=found["calls"])}}</p>
% end
</div></li>
% else:
<li>{{icon("clock")}} <div class="grows"><p class="soft">{{words}}</p></div></li>
% end
% end
</ol>
<p class="hint">{{_("Leave this page open: while the box restarts it is away for about two minutes, then it comes back by itself.")}}</p>
% elif phase == "kept":
<p class="notice good">{{icon("ok")}} <span>{{_("The update went well ({moment}).").format(moment=visit.when(found["at"]))}}</span></p>
% elif phase == "returned":
<p class="notice bad">{{icon("back")}} <span>{{_("The update to version {version} was taken back ({moment}): {why}").format(version=found["to"], moment=visit.when(found["at"]), why=visit.said(found["why"]))}} {{_("The version of before runs, with everything that was set and recorded meanwhile.")}}</span></p>
% elif phase == "refused":
<p class="notice bad">{{icon("fail")}} <span>{{_("The file was refused: {why}").format(why=visit.said(found["why"]))}} {{_("Nothing was changed.")}}</span></p>
% elif phase in ("failed", "broken"):
<p class="notice bad">{{icon("fail")}} <span>{{_("The update did not come about: {why}").format(why=visit.said(found["why"]))}} {{_("Nothing was changed.")}}</span></p>
% elif found["possible"]:
<p class="hint">{{_("How the last update went is told here.")}}</p>
% end
% if step is None and phase not in ("", "kept"):
<form method="post" action="/update/forget" class="toolbar">{{csrf()}}<button class="button" name="what" value="end">{{icon("ok")}} {{_("I have read this")}}</button></form>
% end
% if not found["possible"]:
<p>{{_("This machine has no room for two systems side by side, as the box from our image has: here updates come by its package.")}}</p>
<p class="hint">{{_("“apt install ./durchwahl_VERSION.deb” waits until no call lasts any more, and keeps everything that is set.")}}</p>
% end
</section>
% if found["possible"]:
<section id="bundle" class="cards" data-live="health">
% if step is None and bundle:
<div class="card fields" id="brought">
<h2>{{_("Brought: version {version}").format(version=bundle["version"] or "?")}}</h2>
<p class="soft">{{size(bundle["size"])}} · {{visit.when(bundle["at"])}}</p>
<p>{{_("What happens when you install it:")}}</p>
<ul>
<li>{{_("It is written beside the version that runs; telephoning goes on meanwhile.")}}</li>
<li>{{_("Then new calls wait, and those that last have five minutes to end; emergency calls always go through.")}}</li>
<li>{{_("The box restarts and is away for about two minutes. It comes back by itself.")}}</li>
<li>{{_("If the new version is not well, if a trunk does not come back or a test call fails, the box goes back to this version by itself.")}}</li>
</ul>
<p class="hint">{{n_("{count} call lasts just now.", "{count} calls last just now.", found["calls"]).format(count=found["calls"]) if found["calls"] else _("Nobody is talking just now.")}}</p>
<div class="toolbar">
<form method="post" action="/update/install">{{csrf()}}<button class="button primary">{{icon("update")}} {{_("Install it now")}}</button></form>
<form method="post" action="/update/forget">{{csrf()}}<button class="button" name="what" value="file">{{icon("remove")}} {{_("Delete it")}}</button></form>
</div>
</div>
% end
% if step is None:
<form method="post" action="/update/upload" enctype="multipart/form-data" class="card fields" id="bring" data-pieces>
{{csrf()}}
<h2>{{_("Bring another one") if bundle else _("Bring an update")}}</h2>
<p>{{_("Nothing is changed by this yet.")}}</p>
% include("fields", form=form)
<progress class="meter" max="1" value="0" hidden aria-label="{{_("Uploading …")}}"></progress>
<p class="error" data-failed hidden></p>
<div class="toolbar"><button class="button{{"" if bundle else " primary"}}">{{icon("upload")}} {{_("Bring it")}}</button></div>
<noscript><p class="hint">{{_("Without JavaScript a file may have 32 MB; an update is larger: “durchwahl update offer FILE” brings it.")}}</p></noscript>
</form>
% end
</section>
% end
