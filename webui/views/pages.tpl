<%
# Below a long list: pages (webui.parts.paging.Pages), label (what is in the list); with `asks` buttons of a form send the page by that name.
words = (_("Newest"), _("Newer"), _("Older"), _("Oldest")) if pages.by_time else (_("First page"), _("Previous page"), _("Next page"), _("Last page"))
ways = [(words[index], link, rel) for index, (link, rel) in enumerate(((pages.first, ""), (pages.back, "prev"), (pages.on, "next"), (pages.last, ""))) if link]
%>
% if pages.several:
<nav class="pages toolbar" aria-label="{{_("Pages: {list}").format(list=label)}}">
<p>{{_("{first}–{last} of {all}").format(first=request.count(pages.start), last=request.count(pages.end), all=request.count(pages.all))}}</p>
% for text, link, rel in ways:
% if get("asks"):
<button class="button small" name="{{asks}}" value="{{link}}">{{text}}</button>
% else:
<a class="button small" href="{{link}}"{{!' rel="' + rel + '"' if rel else ""}}>{{text}}</a>
% end
% end
</nav>
% end
