% rebase("layout", title=_("Add a line"), lead=_("Choose your provider. The box already knows the other settings."), above=("/trunks", _("Lines")))
% include("provider_list", groups=groups, called=called, where="/providers/{key}")
