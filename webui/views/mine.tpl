% person = mine["person"]
% rebase("layout", title=_("My page"), own_title=True)
<header class="title mine">
% if person:
<p class="extension big" aria-label="{{_("Your extension")}}">{{person["extension"]}}</p>
<div><h1>{{person["name"]}}</h1>
<p class="soft">{{_("Your extension. Callers can dial it during the greeting, colleagues dial it directly.") if person["reachable"] and not person["outbound_only"] else _("Your extension. Only colleagues can call it.") if not person["outbound_only"] else _("Your extension. It is for outgoing calls only, so your phone does not ring.")}}</p></div>
% else:
<h1>{{_("My page")}}</h1>
<p class="soft">{{_("This login has no extension.")}}</p>
% end
</header>
% if person:
<form method="post" action="/mine/call" class="card call">
{{csrf()}}
% error = form.errors.get("number", "") or form.error
<div class="field{{" wrong" if error else ""}}">
<label for="f-number">{{_("Call somebody (your phone rings first)")}}</label>
<div class="toolbar"><input type="text" name="number" id="f-number" list="suggested" autocomplete="off" required placeholder="{{_("Number or name")}}" value="{{form.shown("number")}}"{{!' aria-invalid="true" aria-describedby="f-number-error"' if error else ""}}>
<button class="button primary">{{icon("call")}} {{_("Call now")}}</button></div>
% if error:
<p class="error" id="f-number-error" role="alert">{{icon("warn")}} {{error}}</p>
% end
<datalist id="suggested">
% for value, text in suggested:
<option value="{{value}}">{{text}}</option>
% end
</datalist>
</div>
</form>
% end
<div class="two uneven">
<section id="my-tasks" class="card" data-live="tasks">
<h2>{{_("Tasks")}}
% if mine["open_tasks"]:
<span class="badge count">{{request.count(mine["open_tasks"])}}</span>
% end
</h2>
% if mine["tasks"]:
<ul class="list">
% for task in mine["tasks"]:
% include("task", task=task, back="/mine")
% end
</ul>
% else:
<p class="soft">{{_("Nobody is waiting for a call back.")}}</p>
% end
<p><a href="/tasks">{{_("All tasks")}}</a></p>
</section>
<div class="column">
<section id="my-messages" class="card" data-live="messages">
<h2>{{_("New messages")}}
% new = sum(box["new"] for box in mine["mailboxes"])
% if new:
<span class="badge count">{{new}}</span>
% end
</h2>
% if mine["messages"]:
<ul class="list">
% for voice in mine["messages"][:most]:
<li><a class="whole" href="/messages?before={{voice["id"] + 1}}#message-{{voice["id"]}}">{{voice["from_name"] or request.number(voice["from"]) or _("Number withheld")}}</a>
% if person and voice["extension"] != person["extension"]:
<span class="badge">{{voice["owner"]}} {{voice["extension"]}}</span>
% end
<span class="soft push"><time>{{request.when(voice["started"])}}</time> · {{request.duration(voice["seconds"])}}</span></li>
% end
</ul>
% else:
<p class="soft">{{_("No new messages.")}}</p>
% end
<p><a href="/messages">{{_("All messages")}}</a></p>
</section>
% if person:
<section id="my-calls" class="card" data-live="calls">
<h2>{{_("Recent calls")}}</h2>
% if mine["calls"]:
<ul class="list">
% for call in mine["calls"]:
% outgoing = call["from"] == person["extension"]
% other = (call["to_name"] or request.number(call["to"])) if outgoing else (call["from_name"] or request.number(call["from"]) or _("Number withheld"))
<li><span class="what">{{icon("outgoing" if outgoing else "incoming" if call["outcome"] == "answered" else "missed")}}</span>
<a class="whole" href="/calls/{{call["id"]}}">{{other}}</a> <span class="soft push"><time>{{request.when(call["started"])}}</time></span></li>
% end
</ul>
% else:
<p class="soft">{{_("No calls yet.")}}</p>
% end
<p><a href="/history">{{_("All calls")}}</a></p>
</section>
% end
</div>
</div>
% if person:
<section id="my-phones" class="card" data-live="phones lines settings">
<h2>{{_("My phones and settings")}}</h2>
% if person["phones"]:
<ul class="list">
% for phone in person["phones"]:
<li><span class="name">{{phone["label"] or _("Phone")}}</span> <span class="lamp push {{"free" if phone["registered"] else "offline"}}">{{_("ready") if phone["registered"] else _("not registered")}}</span></li>
% end
</ul>
% else:
<p class="soft">{{_("You have no phone yet. Please ask an admin to set one up.")}}</p>
% end
<dl class="facts">
<dt>{{_("Ringing time")}}</dt><dd>{{n_("{number} second", "{number} seconds", whole(person["ring"])).format(number=whole(person["ring"]))}}</dd>
<dt>{{_("When you do not answer")}}</dt><dd>{{_("Callers can leave a message") if person["voicemail"] else _("Callers hear an announcement")}}</dd>
<dt>{{_("Number shown on outgoing calls")}}</dt><dd>{{request.number(person["number"]) or _("The office number")}}</dd>
% if mine["groups"]:
<dt>{{_("Groups")}}</dt><dd>{{", ".join(each["name"] + " " + each["extension"] for each in mine["groups"])}}</dd>
% end
<dt>{{_("PIN for *97")}}</dt><dd>{{_("set") if person["pin"] else _("none, so messages cannot be heard by phone")}}</dd>
<dt>{{_("Announcement")}}</dt><dd>{{_("your own") if person["announcement"] else _("standard text")}}</dd>
</dl>
<div class="toolbar">
<a class="button small" href="/mine/pin">{{icon("lock")}} {{_("Change the PIN")}}</a>
<a class="button small" href="/mine/announcement">{{icon("greetings")}} {{_("Change the announcement")}}</a>
</div>
</section>
% end
