% rebase("layout", title=_("The exchange is not running"), refresh=3)
<section class="card trouble" data-away role="status">
<p class="waiting">{{_("This page comes back by itself as soon as it runs again.")}}</p>
<p class="hint">{{_("If it takes longer than a minute, look at the box: is it on?")}}</p>
</section>
