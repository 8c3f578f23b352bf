% rebase("layout", title=_("Overview"))
% if trouble:
<p class="notice bad" role="alert">{{icon("warn")}} <span>{{trouble}}</span></p>
% end
<section id="todo" data-live="settings phones lines trunks" aria-label="{{_('Next steps')}}">
% if todo:
<div class="card">
<h2>{{_("Next steps")}}</h2>
<ol class="list">
% for step in todo:
<li><span>{{request.said(step["said"])}}</span> <a class="button small push" href="{{step["page"]}}">{{_("Set up")}} <span class="only-read">{{request.said(step["said"])}}</span>{{icon("next")}}</a></li>
% end
</ol>
</div>
% end
</section>
<section id="calls" data-live="calls lines" aria-labelledby="calls-title">
<h2 id="calls-title">{{_("Current calls") if request.is_admin else _("My current calls")}}</h2>
% if calls:
<ul class="grid wide">
% for call in calls:
% include("running_call", call=call, stages=stages)
% end
</ul>
% include("pages", pages=where["calls"], label=_("Calls"))
% else:
<p class="empty">{{_("Nobody is on the phone at the moment.") if request.is_admin else _("You are not on the phone at the moment.")}}</p>
% end
</section>
<section id="people" data-live="lines phones settings messages" aria-labelledby="people-title">
<h2 id="people-title">{{_("People")}}</h2>
% if people:
<ul class="tiles">
% for person in people:
<li>
<span class="extension">{{person["extension"]}}</span>
<div class="grows"><p class="name">{{person["name"]}}</p>
% include("lamp", lamp=person, words=words)
% if person["outbound_only"]:
<span class="badge">{{icon("phone-out")}} {{_("outgoing calls only")}}</span>
% elif not person["reachable"]:
<span class="badge">{{_("internal calls only")}}</span>
% end
% if person["voicemail_new"]:
<span class="badge busy">{{icon("messages")}} {{n_("{count} new message", "{count} new messages", person["voicemail_new"]).format(count=person["voicemail_new"])}}</span>
% end
</div>
% if can_call and person["extension"] != mine and person["state"] != "offline" and not person["outbound_only"]:
<form method="post" action="/now/call{{on_it}}">{{csrf()}}<input type="hidden" name="extension" value="{{person["extension"]}}"><button class="button round" aria-label="{{_("Call {name}").format(name=person["name"])}}" title="{{_("Call {name}").format(name=person["name"])}}">{{icon("call")}}</button></form>
% end
</li>
% end
</ul>
% include("pages", pages=where["people"], label=_("People"))
% else:
<p class="empty">{{icon("people")}} {{_("Nobody has been added yet.")}}</p>
% end
</section>
% if groups:
<section id="groups" data-live="lines phones settings" aria-labelledby="groups-title">
<h2 id="groups-title">{{_("Groups")}}</h2>
<ul class="tiles wide">
% for group in groups:
<li>
<span class="extension">{{group["extension"]}}</span>
<div class="grows"><p class="name">{{group["name"]}}</p>
<ul class="members">
% for member in group["members"][:members]:
<li><span class="lamp {{member["state"]}}">{{member["name"]}} <span class="only-read">{{words[member["state"]]}}</span></span></li>
% end
% if group["members"][members:]:
<li class="soft">{{_("{count} more").format(count=len(group["members"]) - members)}}</li>
% end
</ul></div>
% if can_call and group["state"] == "free":
<form method="post" action="/now/call{{on_it}}">{{csrf()}}<input type="hidden" name="extension" value="{{group["extension"]}}"><button class="button round" aria-label="{{_("Call {name}").format(name=group["name"])}}" title="{{_("Call {name}").format(name=group["name"])}}">{{icon("call")}}</button></form>
% end
</li>
% end
</ul>
% include("pages", pages=where["groups"], label=_("Groups"))
</section>
% end
<div class="two">
<section id="trunks" class="card" data-live="trunks settings" aria-labelledby="trunks-title">
<h2 id="trunks-title">{{_("Lines and numbers")}}</h2>
% if trunks:
<ul class="list">
% for trunk in trunks:
<li><span class="name">{{trunk["name"]}}</span> <span class="push">
% include("trunk_lamp", trunk=trunk)
</span>
<p class="whole-line soft">{{request.said(trunk["words"])}}</p></li>
% end
</ul>
% else:
<p class="soft">{{_("No line is set up: only internal calls are possible.")}}</p>
% end
% if numbers:
<dl class="facts">
% for number in numbers:
<dt class="number">{{request.number(number["number"])}}</dt><dd>{{", ".join(number["to"][:members])}}{{", " + _("{count} more").format(count=len(number["to"]) - members) if number["to"][members:] else ""}}</dd>
% end
</dl>
% include("pages", pages=where["numbers"], label=_("Numbers"))
% end
</section>
<section id="front" class="card" data-live="lines calls trunks messages tasks health settings" aria-labelledby="front-title">
<h2 id="front-title">{{_("Lamps on the box")}}</h2>
% include("leds", leds=leds)
</section>
</div>
% if health:
<section id="box" class="card" data-live="health" aria-labelledby="box-title">
<header><h2 id="box-title">{{_("The box")}}</h2> <a href="/doctor">{{_("See all checks")}}</a></header>
<ul class="list checks">
% for name, item in health.items():
<li class="{{item["state"]}}">{{icon(item["state"])}} <span class="name">{{titles[name]}}</span> <span class="grows">{{request.said(item["said"])}}
% if item["advice_said"]:
<strong>{{request.said(item["advice_said"])}}</strong>
% end
</span></li>
% end
</ul>
</section>
% end
