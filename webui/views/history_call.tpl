<%
# One call in a list.
caller = call["from_name"] or request.number(call["from"]) or _("Number withheld")
called = call["extension_name"] or call["to_name"] or request.number(call["to"])
good = call["outcome"] in ("answered", "voicemail")
%>
<li class="past">
<span class="what {{"" if good else "missed"}}">{{icon(signs[call["direction"]] if good else "missed")}}</span>
<div class="about">
<p><a class="whole" href="/calls/{{call["id"]}}">{{caller}} <span aria-hidden="true">→</span><span class="only-read">{{_("to")}}</span> {{called}}</a></p>
<p class="soft">{{call["story"]}}</p>
</div>
<p class="soft aside"><time>{{request.when(call["started"])}}</time><br>
<span class="badge{{" good" if call["outcome"] == "answered" else "" if good else " warn"}}">{{_(outcomes.get(call["outcome"], call["outcome"]))}}
% if call["talked"] is not None:
{{request.duration(call["talked"])}}
% end
</span></p>
</li>
