% rebase("layout", title=_("The exchange is not running"), refresh=3)
<section class="card trouble" data-away role="status">
<p class="waiting">{{_("This page will reload as soon as the exchange is running again.")}}</p>
<p class="hint">{{_("If this takes longer than a minute, check that the box is switched on.")}}</p>
</section>
