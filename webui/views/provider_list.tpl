% near, far = groups[:2], groups[2:]
% for country, those in near:
% include("provider_group", country=country, those=those, called=called, where=where)
% end
% if far:
<details class="more">
<summary>{{_("In other countries")}}</summary>
% for country, those in far:
% include("provider_group", country=country, those=those, called=called, where=where)
% end
</details>
% end
