% kinds = {"in": ("incoming", _("incoming")), "out": ("outgoing", _("outgoing")), "internal": ("call", _("internal"))}
% sign, kind = kinds[call["direction"]]
% state, stage = stages[call["state"]]
% caller = call["from_name"] or request.number(call["from"]) or _("number withheld")
% called = call["extension_name"] or call["to_name"] or request.number(call["to"])
<li class="card">
<header><h3>{{icon(sign)}} <span class="only-read">{{kind}}:</span> {{caller}} <span aria-hidden="true">→</span><span class="only-read">{{_("is calling")}}</span> {{called}}</h3>
<span class="lamp {{state}}">{{stage}} <time data-since="{{call["answered"] or call["since"]}}">{{request.duration(request.now - (call["answered"] or call["since"]))}}</time></span>
</header>
% if call["from_name"] and call["from"]:
<p class="soft number">{{request.number(call["from"])}}</p>
% end
<ol class="story">
% for sentence in call["story"]:
<li>{{sentence}}</li>
% end
</ol>
</li>
