% rebase("layout", title=_("Import contacts"), lead=_("A table (CSV) or vCards from your mail program, your old phone system or your customer list."), above=("/contacts", _("Contacts")))
% if error:
<p class="notice bad" role="alert">{{icon("warn")}} <span>{{error}}</span></p>
% end
% if found is None:
<form method="post" action="/contacts/import" enctype="multipart/form-data" class="card" id="file" data-works>
{{csrf()}}
<div class="field"><label for="f-file">{{_("File")}}</label>
<input type="file" name="file" id="f-file" accept=".csv,.txt,.tsv,.vcf,text/csv,text/vcard" required>
<p class="hint">{{_("Up to 1 MB. You will see a preview before anything changes.")}}</p></div>
<div class="save"><button class="button primary">{{icon("upload")}} {{_("Show preview")}}</button></div>
% include("working")
</form>
% else:
<form method="post" action="/contacts/import" enctype="multipart/form-data" id="take" data-works>
{{csrf()}}
<input type="hidden" name="data" value="{{data}}">
<section class="card" id="result">
<h2>{{n_("{number} contact will be added", "{number} contacts will be added", found["new"]).format(number=request.count(found["new"]))}}</h2>
<p>
% if found["there"]:
<span class="badge">{{_("Already there: {number}").format(number=request.count(found["there"]))}}</span>
% end
% if found["twice"]:
<span class="badge">{{_("Twice in the file: {number}").format(number=request.count(found["twice"]))}}</span>
% end
% if found["wrong"]:
<span class="badge warn">{{_("Not usable: {number}").format(number=request.count(found["wrong"]))}}</span>
% end
</p>
% if full:
<p class="notice bad">{{icon("warn")}} <span>{{full}}</span></p>
% end
<div class="toolbar"><button class="button primary" name="do" value="take"{{!"" if found["new"] else " disabled"}}>{{icon("ok")}} {{_("Add contacts")}}</button>
<a class="button quiet" href="/contacts/import">{{_("Choose another file")}}</a></div>
% include("working")
</section>
% if found["columns"]:
<section class="card">
<h2>{{_("What the columns contain")}}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="{{_("What the columns contain")}}"><table class="table">
<thead><tr>
% for index, column in enumerate(found["columns"]):
<th scope="col"><label for="role-{{index}}">{{column["heading"] or _("Column {number}").format(number=index + 1)}}</label>
<select name="role" id="role-{{index}}">
% for role, label in roles:
<option value="{{role}}"{{!" selected" if role == column["role"] else ""}}>{{_(label)}}</option>
% end
</select></th>
% end
</tr></thead>
<tbody>
% for row in range(len(found["columns"][0]["cells"])):
<tr>
% for column in found["columns"]:
<td>{{column["cells"][row]}}</td>
% end
</tr>
% end
</tbody>
</table></div>
<div class="save"><button class="button" name="do" value="look">{{_("Update the preview")}}</button></div>
</section>
% end
<section class="card" id="preview">
<h2>{{_("Preview")}}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="{{_("Preview")}}"><table class="table stack">
<thead><tr><th scope="col">{{_("Name")}}</th><th scope="col">{{_("Number")}}</th><th scope="col">{{_("Result")}}</th></tr></thead>
<tbody>
% for each in found["contacts"]:
<tr><td data-label="{{_("Name")}}">{{each["name"]}}</td><td data-label="{{_("Number")}}" class="number">{{request.number(each["number"])}}{{";" + each["extension"] if each["extension"] else ""}}</td>
<td data-label="{{_("Result")}}"><span class="badge {{{"new": "good", "wrong": "warn", "full": "warn"}.get(each["state"], "")}}">{{request.said(each["words"])}}</span></td></tr>
% end
</tbody>
</table></div>
% include("pages", pages=pages, label=_("Preview"), asks="page")
</section>
</form>
% end
