<%
from urllib.parse import quote as url
caller = call["from_name"] or request.number(call["from"]) or _("Number withheld")
called = call["extension_name"] or call["to_name"] or request.number(call["to"])
rebase("layout", title=_("{caller} to {called}").format(caller=caller, called=called), above=("/history", _("Calls")), lead=found["story"], scripts=("sound.js",))
%>
<div class="two uneven">
<section class="card" aria-labelledby="story">
<h2 id="story">{{_("What happened")}}</h2>
<ol class="story">
% for step in found["steps"]:
<li><time>{{request.duration(step["at"] - call["started"])}}</time> {{step["words"]}}</li>
% end
</ol>
</section>
<section class="card" aria-labelledby="facts">
<h2 id="facts">{{_("This call")}}</h2>
<dl class="facts">
<dt>{{_("Started")}}</dt><dd>{{request.when(call["started"])}}</dd>
<dt>{{_("Direction")}}</dt><dd>{{icon(signs[call["direction"]])}} {{_(directions[call["direction"]])}}</dd>
<dt>{{_("From")}}</dt><dd>{{caller}}
% if call["from_name"] and call["from"]:
<br><span class="soft number">{{request.number(call["from"])}}</span>
% end
</dd>
<dt>{{_("To")}}</dt><dd>{{called}}
% if called != request.number(call["to"]):
<br><span class="soft number">{{request.number(call["to"])}}</span>
% end
</dd>
% if call["extension"]:
<dt>{{_("Extension")}}</dt><dd><span class="extension">{{call["extension"]}}</span></dd>
% end
<dt>{{_("Outcome")}}</dt><dd>{{_(outcomes.get(call["outcome"], call["outcome"]))}}</dd>
% if call["talked"] is not None:
<dt>{{_("Talk time")}}</dt><dd>{{request.duration(call["talked"])}}</dd>
% end
% if call["trunk"]:
<dt>{{_("Line")}}</dt><dd>{{call["trunk"]}}</dd>
% end
</dl>
<div class="toolbar">
% if call["other"] and request.account.extension and call["other"] != request.account.extension:
<form method="post" action="/mine/call">{{csrf()}}<button class="button primary" name="number" value="{{call["other"]}}">{{icon("call")}} {{_("Call back")}}</button></form>
% end
% if request.is_admin and call["direction"] != "internal" and call["other"]:
<a class="button quiet" href="/privacy?number={{url(call["other"], safe="")}}">{{icon("privacy")}} {{_("Everything about this number")}}</a>
% end
</div>
</section>
</div>
% if found["voicemail"]:
<section class="card" aria-labelledby="left">
<h2 id="left">{{_("The message")}}</h2>
<ul class="list">
% for left in found["voicemail"]:
% include("message", voice=left, waveform=waveform, back="/messages")
% end
</ul>
</section>
% end
% if legs:
<section class="card" aria-labelledby="voice">
<h2 id="voice">{{_("Sound quality")}}</h2>
<div class="grid plots">
% for leg, name, place in legs:
<figure>
<figcaption><strong>{{_("From {name}").format(name=name)}}</strong> <span class="badge {{leg["grade"]}}">{{_(grades[leg["grade"]])}}</span><br><span class="soft">{{in_words(leg)}}{{", " + leg["codec"] if leg["codec"] else ""}}</span></figcaption>
% if leg["samples"]:
{{plotted(leg, name, place)}}
<details class="more"><summary>{{_("In figures")}}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="{{_('In figures')}}: {{name}}"><table class="table">
<thead><tr><th>{{_("Time")}}</th><th>{{_("Received")}}</th><th>{{_("Lost")}}</th><th>{{_("Jitter")}}</th><th>{{_("Round trip")}}</th></tr></thead>
<tbody>
% for sample in leg["samples"]:
<tr><td>{{request.duration(sample["at"] - call["started"])}}</td><td>{{sample["received"]}}</td><td>{{sample["lost"]}}</td><td>{{round(sample["jitter_ms"])}} ms</td><td>{{"" if sample["round_trip_ms"] is None else str(sample["round_trip_ms"]) + " ms"}}</td></tr>
% end
</tbody></table></div></details>
% end
</figure>
% end
</div>
<p class="hint">{{_("Up to 1% lost and 30 ms of jitter go unnoticed; above 3% or 60 ms, words get lost. The usual cause is the Wi-Fi or internet connection of the person who sounds bad.")}}</p>
</section>
% end
<section class="card" aria-labelledby="messages-title">
<h2 id="messages-title">{{_("SIP messages")}}</h2>
% if found["messages"]:
<div class="scroll ladder-frame" tabindex="0" role="region" aria-labelledby="ladder-title">{{ladder}}</div>
<ol class="wire">
% for index, arrow in messages:
% other, box = party(arrow), _("The box")
<li class="{{kind(arrow)}}">
% text = arrow["text"]
% if text:
<details id="wire-{{index}}"><summary>
% else:
<div id="message-{{index}}">
% end
<time class="soft">{{after(arrow)}}</time> {{box if arrow["sent"] else other}} <span aria-hidden="true">→</span><span class="only-read">{{_("to")}}</span> {{other if arrow["sent"] else box}}: <strong>{{arrow["summary"]}}</strong>
% if arrow["reason"]:
<span class="soft">({{arrow["reason"]}})</span>
% end
% if arrow["again"]:
<span class="badge">{{_("repeated")}}</span>
% end
% if text:
</summary>
<div id="message-{{index}}"><p class="soft">{{arrow["transport"].upper()}} {{arrow["remote"]}}</p>
<pre tabindex="0" aria-label="{{arrow["summary"]}}">{{text}}</pre></div>
</details>
% else:
</div>
% end
</li>
% end
</ol>
% include("pages", pages=pages, label=_("SIP messages"))
% if found["left_out"]:
<p class="hint">{{n_("One message in the middle was left out.", "{number} messages in the middle were left out.", found["left_out"]).format(number=found["left_out"])}}</p>
% end
% if not request.is_admin:
<p class="hint">{{_("Only admins see the full text of these messages.")}}</p>
% end
% else:
<p class="soft">{{_("SIP messages are kept for 30 days. Those of this call have been deleted, or there were none.")}}</p>
% end
</section>
