<%
# One message in a list: message (with peaks), waveform, back (where its buttons lead back to).
caller = message["from_name"] or visit.number(message["from"]) or _("Number withheld")
id = "message-" + str(message["id"])
%>
<li class="message{{"" if message["heard"] else " new"}}" id="{{id}}">
<div class="about">
<p><strong>{{caller}}</strong>
% if message["from_name"] and message["from"]:
<span class="soft">{{visit.number(message["from"])}}</span>
% end
% if not message["heard"]:
<span class="badge count">{{_("new")}}</span>
% end
<span class="badge">{{message["owner"]}} {{message["extension"]}}</span></p>
<p class="soft"><time>{{visit.when(message["started"])}}</time> · {{visit.duration(message["seconds"])}}</p>
</div>
% if message["peaks"]:
<div class="player" data-player data-seconds="{{message["seconds"]}}" data-play="{{_("Play")}}" data-pause="{{_("Pause")}}" data-where="{{_("Place in the message")}}">
<audio controls preload="none" src="/messages/{{message["id"]}}/sound" aria-label="{{_("Message from {name}").format(name=caller)}}"></audio>
{{waveform(message["peaks"], id, _("How loud the message from {name} is, over its {length}").format(name=caller, length=visit.duration(message["seconds"])))}}
</div>
% else:
<p class="error">{{icon("warn")}} {{_("This message cannot be played: its sound is gone or damaged.")}}</p>
% end
<div class="toolbar">
% if message["from"] and visit.account.extension:
<form method="post" action="/mine/call">{{csrf()}}<button class="button small" name="number" value="{{message["from"]}}" aria-label="{{_("Call {name} back").format(name=caller)}}">{{icon("call")}} {{_("Call back")}}</button></form>
% end
<form method="post" action="/messages/{{message["id"]}}/heard" data-heard>{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small quiet" name="heard" value="{{0 if message["heard"] else 1}}">{{_("Mark as new") if message["heard"] else _("Mark as heard")}}</button></form>
% if message["peaks"]:
<a class="button small quiet" href="/messages/{{message["id"]}}/download" download aria-label="{{_("Save the message from {name}").format(name=caller)}}">{{icon("download")}} {{_("Download")}}</a>
% end
<details class="more" id="{{id}}-remove"><summary class="button small quiet">{{icon("remove")}} {{_("Delete")}}</summary>
<form method="post" action="/messages/{{message["id"]}}/remove">{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small danger">{{_("Delete for good")}}</button></form></details>
</div>
</li>
