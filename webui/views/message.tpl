<%
# One message in a list: voice (with peaks), waveform, back (where its buttons lead back to).
caller = voice["from_name"] or request.number(voice["from"]) or _("Number withheld")
id = "message-" + str(voice["id"])
%>
<li class="message{{"" if voice["heard"] else " new"}}" id="{{id}}">
<div class="about">
<p><strong id="{{id}}-who">{{caller}}</strong>
% if voice["from_name"] and voice["from"]:
<span class="soft">{{request.number(voice["from"])}}</span>
% end
% if not voice["heard"]:
<span class="badge count">{{_("new")}}</span>
% end
% if voice["extension"] != request.account.extension:
<span class="badge">{{voice["owner"]}} {{voice["extension"]}}</span>
% end
</p>
<p class="soft"><time>{{request.when(voice["started"])}}</time> · {{request.duration(voice["seconds"])}}</p>
</div>
% if voice["peaks"]:
<div class="player" data-player data-seconds="{{voice["seconds"]}}" data-play="{{_("Play")}}" data-pause="{{_("Pause")}}" data-where="{{_("Position in the message")}}">
<audio controls preload="none" src="/messages/{{voice["id"]}}/sound" aria-label="{{_("Message from {name}").format(name=caller)}}"></audio>
{{waveform(voice["peaks"], id, _("Volume of the message from {name} over its {length}").format(name=caller, length=request.duration(voice["seconds"])))}}
</div>
% else:
<p class="error">{{icon("warn")}} {{_("This message cannot be played because its recording is missing or damaged.")}}</p>
% end
<div class="toolbar">
% if voice["from"] and request.account.extension:
<form method="post" action="/mine/call">{{csrf()}}<button class="button small" name="number" value="{{voice["from"]}}" aria-describedby="{{id}}-who">{{icon("call")}} {{_("Call back")}}</button></form>
% end
<form method="post" action="/messages/{{voice["id"]}}/heard" data-heard>{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small quiet" name="heard" value="{{0 if voice["heard"] else 1}}">{{_("Mark as new") if voice["heard"] else _("Mark as heard")}}</button></form>
% if voice["peaks"]:
<a class="button small quiet" href="/messages/{{voice["id"]}}/download" download aria-describedby="{{id}}-who">{{icon("download")}} {{_("Download")}}</a>
% end
<details class="more" id="{{id}}-remove"><summary class="button small quiet">{{icon("remove")}} {{_("Delete")}}</summary>
<form method="post" action="/messages/{{voice["id"]}}/remove">{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small danger">{{_("Delete permanently")}}</button></form></details>
</div>
</li>
