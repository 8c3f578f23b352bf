<%
# One task in a list: task, back (where its buttons lead back to).
from urllib.parse import urlencode as url
kinds = {"missed": (_("Nobody answered"), "missed"), "voicemail": (_("Left a message"), "messages"), "gave-up": (_("Hung up before anybody answered"), "missed")}
words, picture = kinds.get(task["kind"], (task["kind"], "missed"))
caller = task["from_name"] or request.number(task["from"]) or _("Number withheld")
id = "task-" + str(task["id"])
%>
<li class="task{{" done" if task["done"] else ""}}" id="{{id}}">
<span class="what">{{icon(picture)}}</span>
<div class="about">
<p><strong id="{{id}}-who">{{caller}}</strong>
% if task["from_name"] and task["from"]:
<span class="soft">{{request.number(task["from"])}}</span>
% end
% if not task["owner"]:
<span class="badge">{{_("Office")}}</span>
% elif task["extension"] != request.account.extension:
<span class="badge">{{task["owner"]}} {{task["extension"]}}</span>
% end
</p>
<p class="soft"><time>{{request.when(task["created"])}}</time> · <a href="/calls/{{task["call"]}}" title="{{task["story"]}}">{{words}}</a>
% if task["message"]:
 · <a href="/messages?before={{task["message"] + 1}}#message-{{task["message"]}}">{{_("Listen to the message")}}</a>
% end
</p>
% if task["deed"] and task["at"]:
<p class="soft">
% who = task["who"] or _("The box")
% if task["deed"] == "done" and task["done"]:
{{_("Done by {name}, {when}").format(name=who, when=request.when(task["at"]))}}
% elif task["deed"] == "given":
{{_("Handed over by {name}, {when}").format(name=who, when=request.when(task["at"]))}}
% elif task["deed"] == "reopened" and not task["done"]:
{{_("Reopened by {name}, {when}").format(name=who, when=request.when(task["at"]))}}
% end
</p>
% end
</div>
<div class="toolbar">
% if task["from"] and request.account.extension:
<form method="post" action="/tasks/{{task["id"]}}/call">{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small primary" aria-describedby="{{id}}-who">{{icon("call")}} {{_("Call back")}}</button></form>
% end
% if task["done"]:
<form method="post" action="/tasks/{{task["id"]}}/reopen">{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small" aria-describedby="{{id}}-who">{{_("Reopen")}}</button></form>
% else:
<form method="post" action="/tasks/{{task["id"]}}/done">{{csrf()}}<input type="hidden" name="back" value="{{back}}"><button class="button small" aria-describedby="{{id}}-who">{{icon("ok")}} {{_("Mark as done")}}</button></form>
<a class="button small quiet" href="/tasks/{{task["id"]}}/give?{{url({"back": back})}}" aria-describedby="{{id}}-who">{{_("Hand over")}}</a>
% end
</div>
</li>
