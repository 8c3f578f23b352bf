% rebase("layout", title=_("The exchange is not running") if why == "away" else _("Please try again"))
<section class="card">
% if why == "away":
<p>{{_("Nothing was saved. Your entries are still here: please send them again in a moment.")}}</p>
% elif request.account is None:
<p>{{_("You have been logged out, so nothing was saved.")}} <a href="/login" target="_blank" rel="noopener">{{_("Open the login page in a new tab")}}</a></p>
% else:
<p>{{_("This page was open for too long, so nothing was saved.")}}</p>
% end
% if known:
<form method="post" action="{{request.http.path}}">
{{csrf()}}
% for name, value in kept:
<input type="hidden" name="{{name}}" value="{{value}}">
% end
<button class="button primary">{{_("Send again")}}</button>
</form>
% else:
<p><a class="button primary" href="{{request.http.path}}">{{_("Back to the form")}}</a></p>
% end
</section>
