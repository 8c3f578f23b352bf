% rebase("layout", title=_("The backup is being restored"), refresh=3)
<section class="card trouble" data-away role="status">
<p class="waiting">{{_("Calls end now, and the exchange starts again. This page comes back by itself; then log in with an account of the backup.")}}</p>
<p class="hint">{{_("If the power fails meanwhile, the box has the old or the new, whole.")}}</p>
</section>
