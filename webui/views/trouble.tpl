% titles = {403: _("Not allowed"), 404: _("Not found"), 409: _("This is not possible at the moment"), 413: _("Too large"), 500: _("Something went wrong"), 503: _("The exchange is not responding")}
% rebase("layout", title=titles.get(request.status, _("That did not work")))
<section class="card trouble">
<p>{{sentence}}</p>
<p><a class="button" href="/">{{_("Go to the start page")}}</a></p>
</section>
