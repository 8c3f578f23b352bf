% if form.error:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{form.error}}</p></div>
% elif form.errors:
<div class="error summary" role="alert" tabindex="-1">{{icon("warn")}} <p>{{n_("One entry needs correcting:", "{number} entries need correcting:", len(form.errors)).format(number=len(form.errors))}}
% for each in form.fields:
% if each.name in form.errors:
<a href="#f-{{each.name}}">{{_(each.label)}}</a>
% end
% end
</p></div>
% end
{{form.hidden}}
