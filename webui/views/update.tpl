% rebase("layout", title=_("Update"), lead=_("An update brings a new version of everything on the box: the system, the exchange and this page."))
% phase, bundle = found["phase"], found["bundle"]
<section class="card fields" id="version" data-live="health" aria-live="polite">
<h2>{{_("Version {version} is running").format(version=found["version"])}}</h2>
% if step is not None:
<p>{{icon("clock")}} <strong>{{_("The update to version {version} is being installed.").format(version=found["to"] or (bundle or {}).get("version") or "?") }}</strong></p>
<ol class="list checks">
% for index, words in enumerate(steps):
% if index < step:
<li class="ok">{{icon("ok")}} <div class="grows"><p><span class="only-read">{{_("Done:")}}</span> {{words}}</p></div></li>
% elif index == step:
<li aria-current="step">{{icon("next")}} <div class="grows"><p><strong>{{words}}</strong></p>
% if phase == "writing":
<progress class="meter" max="100" value="{{found["progress"]}}" aria-label="{{words}}">{{found["progress"]}} %</progress>
% elif phase == "draining" and found["calls"]:
<p class="soft">{{n_("{count} call is in progress.", "{count} calls are in progress.", found["calls"]).format(count=found["calls"])}}</p>
% end
</div></li>
% else:
<li>{{icon("clock")}} <div class="grows"><p class="soft">{{words}}</p></div></li>
% end
% end
</ol>
<p class="hint">{{_("Leave this page open. During the restart the box cannot be reached for about two minutes; then this page comes back by itself.")}}</p>
% elif phase == "kept":
<p class="notice good">{{icon("ok")}} <span>{{_("The update succeeded ({moment}).").format(moment=request.when(found["at"]))}}</span></p>
% elif phase == "returned":
<p class="notice bad">{{icon("back")}} <span>{{_("The update to version {version} was rolled back ({moment}): {why}").format(version=found["to"], moment=request.when(found["at"]), why=request.said(found["why"]))}} {{_("The previous version is running, with everything that was changed and recorded meanwhile.")}}</span></p>
% elif phase == "refused":
<p class="notice bad">{{icon("fail")}} <span>{{_("The file was rejected: {why}").format(why=request.said(found["why"]))}} {{_("Nothing was changed.")}}</span></p>
% elif phase in ("failed", "broken"):
<p class="notice bad">{{icon("fail")}} <span>{{_("The update failed: {why}").format(why=request.said(found["why"]))}} {{_("Nothing was changed.")}}</span></p>
% elif found["possible"]:
<p class="hint">{{_("The result of the last update will appear here.")}}</p>
% end
% if step is None and phase not in ("", "kept"):
<form method="post" action="/update/forget" class="toolbar">{{csrf()}}<button class="button" name="what" value="end">{{icon("ok")}} {{_("Hide this message")}}</button></form>
% end
% if not found["possible"]:
<p>{{_("This machine was not set up with the Durchwahl image, so updates are installed as a package.")}}</p>
<p class="hint">{{_("“apt install ./durchwahl_VERSION.deb” waits until all calls have ended, and keeps all settings.")}}</p>
% end
</section>
% if found["possible"]:
<section id="bundle" class="cards" data-live="health">
% if step is None and bundle:
<div class="card fields" id="brought">
<h2>{{_("Uploaded: version {version}").format(version=bundle["version"] or "?")}}</h2>
<p class="soft">{{size(bundle["size"])}} · {{request.when(bundle["at"])}}</p>
<p>{{_("What happens during the installation:")}}</p>
<ul>
<li>{{_("The box writes it next to the running version while calls continue.")}}</li>
<li>{{_("Then new calls wait, and calls in progress have five minutes to end. Emergency calls always go through.")}}</li>
<li>{{_("The box restarts and cannot be reached for about two minutes. It comes back by itself.")}}</li>
<li>{{_("If the new version does not work properly, for example if a line does not come back or a test call fails, the box returns to this version by itself.")}}</li>
</ul>
<p class="hint">{{n_("{count} call is in progress.", "{count} calls are in progress.", found["calls"]).format(count=found["calls"]) if found["calls"] else _("Nobody is on the phone at the moment.")}}</p>
<div class="toolbar">
<form method="post" action="/update/install">{{csrf()}}<button class="button primary">{{icon("update")}} {{_("Install update")}}</button></form>
<form method="post" action="/update/forget">{{csrf()}}<button class="button" name="what" value="file">{{icon("remove")}} {{_("Delete")}}</button></form>
</div>
</div>
% end
% if step is None:
<form method="post" action="/update/upload" enctype="multipart/form-data" class="card fields" id="bring" data-pieces>
{{csrf()}}
<h2>{{_("Upload another update") if bundle else _("Upload an update")}}</h2>
<p>{{_("This does not change anything yet.")}}</p>
% include("fields", form=form)
<progress class="meter" max="1" value="0" hidden aria-label="{{_("Uploading …")}}"></progress>
<p class="error" data-failed hidden></p>
<div class="toolbar"><button class="button{{"" if bundle else " primary"}}">{{icon("upload")}} {{_("Upload file")}}</button></div>
<noscript><p class="hint">{{_("Without JavaScript the limit is 32 MB, and an update is larger. Upload it with “durchwahl update offer FILE”.")}}</p></noscript>
</form>
% end
</section>
% end
