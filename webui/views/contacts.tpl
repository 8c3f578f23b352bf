% from urllib.parse import quote as url
% rebase("layout", title=_("Contacts"), lead=_("Call a contact with one click: your phone rings first, then theirs. Extensions are dialled for you."))
<div class="toolbar">
<form method="get" action="/contacts" class="search" role="search">
<div class="field"><label for="search" class="only-read">{{_("Search")}}</label>
<input type="search" name="search" id="search" value="{{search}}" placeholder="{{_("Name or number")}}"></div>
<button class="button">{{icon("search")}} {{_("Search")}}</button>
</form>
<a class="button primary push" href="/contacts/new">{{icon("add")}} {{_("Add a contact")}}</a>
% if request.is_admin:
<a class="button" href="/contacts/import">{{icon("upload")}} {{_("Import contacts")}}</a>
% end
</div>
<section id="contacts" data-live="settings" aria-label="{{_('Contacts')}}">
% if not contacts:
<div class="empty">{{icon("contacts")}} <p>{{_("No contact has this name or number.") if search else _("No contacts yet.")}}</p></div>
% else:
<ul class="list contacts">
% for contact in contacts:
<li>
% if request.account.extension:
<form method="post" action="/contacts/call">
{{csrf()}}
<input type="hidden" name="search" value="{{search}}">
% if page > 1:
<input type="hidden" name="page" value="{{page}}">
% end
<button class="button round" name="name" value="{{contact["name"]}}" title="{{_("Call {name}").format(name=contact["name"])}}" aria-label="{{_("Call {name}").format(name=contact["name"])}}">{{icon("call")}}</button>
</form>
% end
<div class="grows"><p class="name">{{contact["name"]}}</p>
<p class="soft number">{{request.number(contact["number"])}}
% if contact["extension"]:
<span class="badge">{{_("extension {extension}").format(extension=contact["extension"])}}</span>
% end
</p></div>
<a class="button quiet small push" href="/contacts/edit?name={{url(contact["name"], safe="")}}">{{icon("edit")}} <span class="only-read">{{_("Change {name}").format(name=contact["name"])}}</span></a>
</li>
% end
</ul>
% include("pages", pages=pages, label=_("Contacts"))
<p class="toolbar"><a class="button quiet push" href="/contacts/export" download>{{icon("download")}} {{n_("Download {number} contact as a table", "Download {number} contacts as a table", everybody).format(number=request.count(everybody))}}</a></p>
% end
</section>
