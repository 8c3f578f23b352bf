% rebase("layout", title=_("Doctor"), lead=_("What works, what does not, and what to do about it."))
% if failed:
<p class="notice bad" role="status">{{icon("fail")}} <span>{{n_("{count} thing is not working.", "{count} things are not working.", failed).format(count=failed)}}
% if warned:
{{n_("{count} more needs attention.", "{count} more need attention.", warned).format(count=warned)}}
% end
</span></p>
% elif warned:
<p class="notice warn" role="status">{{icon("warn")}} <span>{{n_("{count} thing needs attention.", "{count} things need attention.", warned).format(count=warned)}}</span></p>
% else:
<p class="notice good" role="status">{{icon("ok")}} <span>{{_("Everything is fine.")}}</span></p>
% end
<div class="toolbar">
<a class="button" href="/doctor">{{icon("doctor")}} {{_("Check again")}}</a>
<a class="button" href="/doctor/trace" download>{{icon("download")}} {{_("Download the SIP trace")}}</a>
</div>
<p class="hint">{{_("The SIP trace contains the latest SIP messages without passwords, for the person who helps you.")}}</p>
% for title, worst, checks in areas:
<section class="card">
<header><h2>{{title}}</h2> <span class="badge {{dict(ok="good", warn="warn", fail="bad")[worst]}}">{{icon(worst)}} {{words[worst]}}</span></header>
<ul class="list checks">
% for check in checks:
<li class="{{check["state"]}}">{{icon(check["state"])}} <div class="grows"><p><span class="only-read">{{words[check["state"]]}}:</span> {{request.said(check["said"])}}</p>
% if check["advice_said"]:
<p><strong>{{request.said(check["advice_said"])}}</strong></p>
% end
</div>
% if check["page"] and check["page"] != "/doctor" and check["state"] != "ok":
<a class="button small push" href="{{check["page"]}}">{{_("Open page")}} <span class="only-read">{{request.said(check["said"])}}</span>{{icon("next")}}</a>
% end
</li>
% end
</ul>
</section>
% end
