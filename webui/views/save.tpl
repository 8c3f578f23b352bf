<div class="save" data-save>
<button class="button primary" type="submit">{{_("Save changes")}}</button>
<a class="button quiet" href="{{get("back") or request.http.path}}" data-discard>{{_("Discard")}}</a>
</div>
