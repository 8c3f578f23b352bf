% include("errors", form=form)
% for each in form.fields:
{{form.field(each.name)}}
% if each.name == "extension" and get("free"):
% include("offer")
% end
% end
