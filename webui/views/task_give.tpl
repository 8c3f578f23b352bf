<%
# To whom a task is handed over: task, takers (extension and name of whom it can be given to), back.
caller = task["from_name"] or request.number(task["from"]) or _("Number withheld")
%>
% rebase("layout", title=_("Hand over the task"), above=(back, _("Tasks") if back != "/mine" else _("My page")))
<form method="post" action="/tasks/{{task["id"]}}/give" class="card fields" id="give">
{{csrf()}}
<input type="hidden" name="back" value="{{back}}">
<p><strong>{{caller}}</strong>
% if task["from_name"] and task["from"]:
<span class="soft">{{request.number(task["from"])}}</span>
% end
<br><span class="soft"><time>{{request.when(task["created"])}}</time> · {{task["story"]}}</span></p>
<div class="field"><label for="to">{{_("Hand over to")}}</label>
<select name="to" id="to">
% if task["extension"]:
<option value="">{{_("The office")}}</option>
% end
% for extension, name in takers:
<option value="{{extension}}">{{extension}} {{name}}</option>
% end
</select></div>
<div class="toolbar"><button class="button primary">{{_("Hand over")}}</button> <a class="button quiet" href="{{back}}">{{_("Cancel")}}</a></div>
</form>
