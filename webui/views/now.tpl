% rebase("layout", title=_("Now"))
<section id="lamps" data-live="lines phones"></section>
