% lead = _("Callers nobody has spoken to yet. A task is done as soon as somebody in the office has spoken to the caller.")
% rebase("layout", title=_("Tasks"), lead=lead)
<nav aria-label="{{_('Which tasks')}}"><ul class="tabs">
<li><a href="/tasks"{{!' aria-current="page"' if show not in ("done", "everybody") else ""}}>{{_("Mine and the office's")}}</a></li>
% if request.is_admin:
<li><a href="/tasks?show=everybody"{{!' aria-current="page"' if show == "everybody" else ""}}>{{_("Everybody's")}}</a></li>
% end
<li><a href="/tasks?show=done"{{!' aria-current="page"' if show == "done" else ""}}>{{_("Finished tasks")}}</a></li>
</ul></nav>
<section id="tasks" data-live="tasks">
% if tasks:
<ul class="list">
% for task in tasks:
% include("task", task=task, back=back)
% end
</ul>
% include("pages", pages=pages, label=_("Tasks"))
% else:
<div class="empty">{{icon("ok")}} <p>{{_("No finished tasks yet.") if show == "done" else _("Nobody is waiting for a call back.")}}</p></div>
% end
</section>
