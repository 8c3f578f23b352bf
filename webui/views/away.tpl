% rebase("layout", title=_("The exchange is not running"))
<p>{{_("This page comes back by itself as soon as it runs again.")}}</p>
