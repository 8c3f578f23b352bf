% name, id, error, theirs = field.name, "f-" + field.name, form.errors.get(field.name, ""), form.theirs.get(field.name)
% keeps = field.kind == "password" and not field.required
% about = " ".join(part for part in (id + "-help" if field.help or keeps else "", id + "-theirs" if theirs is not None else "", id + "-error" if error else "") if part)
% attributes = Html((' aria-describedby="' + about + '"' if about else "") + (' aria-invalid="true"' if error else "") + (" required" if field.required else ""))
% if field.autocomplete:
%     attributes = Html(attributes + ' autocomplete="' + field.autocomplete + '"')
% end
% if field.inputmode:
%     attributes = Html(attributes + ' inputmode="' + field.inputmode + '"')
% end
<div class="field {{field.kind}}{{" wrong" if error else ""}}">
% if field.kind == "switch":
<input type="hidden" name="{{name}}" value="0">
<label class="toggle" for="{{id}}"><input type="checkbox" role="switch" name="{{name}}" id="{{id}}" value="1"{{!" checked" if form.values.get(name) else ""}}{{attributes}}> <span>{{_(field.label)}}</span></label>
% elif field.kind == "list" and form.choices(name):
<fieldset id="{{id}}"{{attributes}}>
<legend>{{_(field.label)}}</legend>
<input type="hidden" name="{{name}}" value="">
% for value, label in form.choices(name):
<label class="tick"><input type="checkbox" name="{{name}}" value="{{value}}"{{!" checked" if value in form.listed(name) else ""}}> <span>{{label}}</span></label>
% end
</fieldset>
% elif field.kind == "list":
<fieldset>
<legend>{{_(field.label)}}</legend>
% for index, value in enumerate([*form.listed(name), ""]):
<input type="text" name="{{name}}" id="{{id if index == 0 else id + "-" + str(index)}}" value="{{value}}" aria-label="{{_(field.label)}}"{{attributes}}>
% end
</fieldset>
% else:
<label for="{{id}}">{{_(field.label)}}
</label>
% if field.kind == "choice":
<select name="{{name}}" id="{{id}}"{{attributes}}>
% for value, label in form.choices(name):
<option value="{{value}}"{{!" selected" if value == form.shown(name) else ""}}>{{label}}</option>
% end
</select>
% elif field.kind == "area":
<textarea name="{{name}}" id="{{id}}" rows="4"{{attributes}}>
{{form.shown(name)}}</textarea>
% elif field.kind == "file":
<input type="file" name="{{name}}" id="{{id}}"{{attributes}}>
% elif field.kind == "password":
% request.holds_secrets = True
<input type="hidden" name="secret" value="{{name}}">
<input type="password" name="{{name}}" id="{{id}}"{{attributes}}>
% elif field.kind == "number":
<span class="with-unit"><input type="text" inputmode="decimal" name="{{name}}" id="{{id}}" value="{{form.shown(name)}}"{{attributes}}>
% if field.unit:
<span class="unit">{{_(field.unit)}}</span>
% end
</span>
% else:
<input type="text" name="{{name}}" id="{{id}}" value="{{form.shown(name)}}"{{attributes}}>
% end
% end
% if field.help or keeps:
<p class="hint" id="{{id}}-help">{{_(field.help)}} {{_("Leave empty to keep the current one.") if keeps else ""}}</p>
% end
% if theirs is not None:
<p class="hint theirs" id="{{id}}-theirs">{{icon("info")}} {{_("Currently saved: {value}").format(value=theirs or _("nothing"))}}</p>
% end
% if error:
<p class="error" id="{{id}}-error">{{icon("warn")}} {{error}}</p>
% end
</div>
