% error, id = form.errors.get(field.name, ""), "f-" + field.name
<div class="field{{" wrong" if error else ""}}">
% if field.kind == "switch":
<input type="hidden" name="{{field.name}}" value="0">
<label><input type="checkbox" name="{{field.name}}" id="{{id}}" value="1"{{" checked" if form.values.get(field.name) else ""}}> {{_(field.label)}}</label>
% else:
<label for="{{id}}">{{_(field.label)}}</label>
<input type="{{field.kind}}" name="{{field.name}}" id="{{id}}" value="{{form.shown(field.name)}}">
% end
% if error:
<p class="error" id="{{id}}-error">{{error}}</p>
% end
</div>
