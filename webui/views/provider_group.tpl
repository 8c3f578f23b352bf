<section class="card">
<h2>{{country or _("In every country")}}</h2>
<ul class="list">
% for each in those:
% if each["lacks"]:
<li><span><span class="soft">{{called(request, each)}}</span><br><small>{{request.said(each["lacks"])}}</small></span></li>
% else:
<li><a class="whole" href="{{where.format(key=each["key"])}}">{{called(request, each)}}</a> <span class="push">{{icon("next")}}</span></li>
% end
% end
</ul>
</section>
