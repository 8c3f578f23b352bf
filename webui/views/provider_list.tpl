% home = [country for country, those in groups].index("") + 1
% near, far = groups[:home], groups[home:]
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
