% from urllib.parse import quote as url
% rebase("layout", title=contact["name"] if contact else _("Add a contact"), above=("/contacts", _("Contacts")))
<form method="post" action="{{"/contacts/edit?name=" + url(contact["name"], safe="") if contact else "/contacts/new"}}" class="card" id="contact"{{!" data-changes" if contact else ""}}>
{{csrf()}}
% include("fields", form=form)
% if contact:
% include("save", back="/contacts")
% else:
<div class="save"><button class="button primary">{{_("Save")}}</button></div>
% end
</form>
% if contact:
<details class="more">
<summary>{{_("Remove this contact")}}</summary>
<form method="post" action="/contacts/remove" class="card" id="remove">
{{csrf()}}
<input type="hidden" name="name" value="{{contact["name"]}}">
<div><button class="button danger">{{icon("remove")}} {{_("Remove")}}</button></div>
</form>
</details>
% end
