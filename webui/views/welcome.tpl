% if state["first"]:
% rebase("layout", title=_("Welcome"), lead=_("Your telephone exchange runs. Tell it who you are, and it is yours."))
% else:
% rebase("layout", title=_("A new password for an admin"), lead=_("Whoever stands at the box may choose it."))
% end
<section class="card" id="code">
<h2>{{_("The code of the box")}}</h2>
% if state["code"]:
<p class="code">{{state["code"]}}</p>
<p class="hint">{{_("You pressed the button on the box: the code is filled in below.")}}</p>
% else:
<p>{{_("It proves that you stand at the box. You find it there:")}}</p>
<ul>
% if state["first"]:
<li>{{_("on the label, if it has one;")}}</li>
% end
<li>{{_("on this page, for two minutes after you pressed the button on the box:")}} <a href="/welcome">{{_("I have pressed it")}}</a></li>
<li>{{_("on its screen or by remote login, with the command")}} <code>durchwahl code</code></li>
</ul>
% end
</section>
<form method="post" action="/welcome" class="card fields">
{{csrf()}}
% include("fields")
<button class="button primary">{{_("Begin") if state["first"] else _("Set the password")}}</button>
</form>
