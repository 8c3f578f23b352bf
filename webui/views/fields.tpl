% if form.error:
<p class="error" role="alert">{{form.error}}</p>
% end
% if form.seen:
<input type="hidden" name="seen" value="{{form.seen}}">
% end
% for each in form.fields:
{{form.field(each.name)}}
% end
