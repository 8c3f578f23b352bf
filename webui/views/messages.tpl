% rebase("layout", title=_("Messages"), scripts=("sound.js",))
% if len(found["mailboxes"]) > 1:
<nav aria-label="{{_('Mailboxes')}}"><ul class="tabs">
<li><a href="/messages"{{!"" if box else ' aria-current="page"'}}>{{_("All")}}</a></li>
% for each in found["mailboxes"]:
<li><a href="/messages?box={{each["extension"]}}"{{!' aria-current="page"' if box == each["extension"] else ""}}>{{each["name"]}} {{each["extension"]}}
% if each["new"]:
<span class="badge count">{{each["new"]}}</span>
% end
</a></li>
% end
</ul></nav>
% end
<section id="messages" data-live="messages">
% if found["messages"]:
<ul class="list">
% for voice in found["messages"]:
% include("message", voice=voice, waveform=waveform, back=back)
% end
</ul>
% include("pages", pages=pages, label=_("Messages"))
% else:
<div class="empty">{{icon("messages")}} <p>{{_("No messages.")}}</p></div>
% end
</section>
