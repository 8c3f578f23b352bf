% for note in provider["notes"]:
<p class="hint">{{icon("info")}} {{visit.said(note)}}</p>
% end
% if provider["example"]:
<p class="hint">{{_("Example: {example}").format(example=provider["example"])}}</p>
% end
% include("fields", form=form)
