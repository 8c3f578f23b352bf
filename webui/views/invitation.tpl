% request.holds_secrets = True
% rebase("layout", title=_("Invitation for {name}").format(name=invited["name"]), above=("/access", _("Logins")))
<section class="card">
<p class="notice warn">{{icon("info")}} <span>{{_("This link is only shown now. Do not give it to anybody else: the first person to open it chooses the password.")}}</span></p>
<p><strong id="link" class="figures">{{link}}</strong></p>
<p class="toolbar"><button class="button" type="button" data-copy="link" hidden>{{icon("ok")}} {{_("Copy the link")}}</button></p>
<p>{{_("Or scan this code with a mobile phone:")}}</p>
<figure class="qr">{{code}}</figure>
<p class="hint">{{_("It works once, until {moment}.").format(moment=request.when(invited["expires"]))}}</p>
</section>
