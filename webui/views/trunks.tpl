% rebase("layout", title=_("Trunks"), lead=_("The ways by which calls come in and go out: accounts at a provider, or another telephone box."))
<div class="toolbar"><a class="button primary" href="/providers">{{icon("add")}} {{_("Add a trunk")}}</a></div>
<section id="trunks" data-live="trunks settings" aria-label="{{_('Trunks')}}">
% if not trunks:
<div class="empty">{{icon("trunks")}} <p>{{_("There is no trunk yet: nobody outside can call, and nobody here can call out.")}}</p></div>
% else:
<ul class="grid">
% for trunk in trunks:
<li class="card">
<header><h2><a class="whole" href="/trunks/{{trunk["name"]}}">{{trunk["name"]}}</a></h2>
% include("trunk_lamp", trunk=trunk)
</header>
<p>{{visit.said(trunk["words"])}}</p>
% if trunk["numbers"]:
<p class="soft number">{{", ".join(visit.number(number) for number in trunk["numbers"])}}</p>
% end
</li>
% end
</ul>
% end
</section>
