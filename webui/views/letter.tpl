% for note in provider["notes"]:
<p class="hint">{{icon("info")}} {{request.said(note)}}</p>
% end
% if provider["example"]:
<p class="hint">{{_("“{field}” looks like this: {example}").format(field=provider["account"] or _("User name"), example=provider["example"])}}</p>
% end
% include("fields", form=form)
