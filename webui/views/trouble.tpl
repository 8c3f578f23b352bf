% rebase("layout", title=_("That did not work"))
<p>{{sentence}}</p>
