% rebase("layout", title=_("Lines"), lead=_("Lines connect the box to the telephone network, through a provider or another phone system."))
<div class="toolbar"><a class="button primary" href="/providers">{{icon("add")}} {{_("Add a line")}}</a></div>
<section id="trunks" data-live="trunks settings" aria-label="{{_('Lines')}}">
% if not trunks:
<div class="empty">{{icon("trunks")}} <p>{{_("There is no line yet, so nobody can call in or out.")}}</p></div>
% else:
<ul class="grid">
% for trunk in trunks:
<li class="card">
<header><h2><a class="whole" href="/trunks/{{trunk["name"]}}">{{trunk["name"]}}</a></h2>
% include("trunk_lamp", trunk=trunk)
</header>
<p>{{request.said(trunk["words"])}}</p>
% if trunk["numbers"]:
<p class="soft number">{{", ".join(request.number(number) for number in trunk["numbers"])}}</p>
% end
</li>
% end
</ul>
% end
</section>
