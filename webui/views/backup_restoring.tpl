% rebase("layout", title=_("The backup is being restored"), refresh=3)
<section class="card trouble" data-away role="status">
<p class="waiting">{{_("Calls in progress end now, and the exchange restarts. This page comes back by itself. Then log in with a login from the backup.")}}</p>
<p class="hint">{{_("If the power fails during the restore, the box has either the old or the new data, never a mixture.")}}</p>
</section>
