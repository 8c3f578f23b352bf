<div class="field list{{" wrong" if "to" in form.errors else ""}}">
<fieldset id="f-to"{{!' aria-describedby="f-to-help f-to-error"' if "to" in form.errors else ' aria-describedby="f-to-help"'}}>
<legend>{{_(form["to"].label)}}</legend>
<ol class="places">
% for index, chosen in enumerate(places):
<li><select name="to" aria-label="{{_("Place {number}").format(number=index + 1)}}">
<option value="">{{_("nobody")}}</option>
% for extension, name in bearers:
<option value="{{extension}}"{{!" selected" if extension == chosen else ""}}>{{name}} ({{extension}})</option>
% end
</select></li>
% end
</ol>
% for extension in rest:
<label class="tick"><input type="checkbox" name="to" value="{{extension}}" checked> <span>{{dict(bearers).get(extension, "")}} ({{extension}})</span></label>
% end
</fieldset>
<p class="hint" id="f-to-help">{{_(form["to"].help)}} <a href="/groups">{{_("A group can also ring its members one after the other.")}}</a></p>
% if "to" in form.errors:
<p class="error" id="f-to-error">{{icon("warn")}} {{form.errors["to"]}}</p>
% end
</div>
{{form.field("extensions")}}
{{form.field("trunk")}}
