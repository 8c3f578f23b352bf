% titles = {403: _("Not for you"), 404: _("Not found"), 409: _("Something is in the way"), 413: _("Too large"), 500: _("Something went wrong"), 503: _("The exchange does not answer")}
% rebase("layout", title=titles.get(visit.status, _("That did not work")))
<section class="card trouble">
<p>{{sentence}}</p>
<p><a class="button" href="/">{{_("To the start page")}}</a></p>
</section>
