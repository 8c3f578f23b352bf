% rebase("layout", title=_("Add a trunk"), lead=_("Whose account is it? The box knows the rest of these providers."), above=("/trunks", _("Trunks")))
% include("provider_list", groups=groups, called=called, where="/providers/{key}")
