% include("errors", form=form)
% for each in form.fields:
{{form.field(each.name)}}
% end
