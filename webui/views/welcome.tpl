% if state["first"]:
% rebase("layout", title=_("Welcome"), lead=_("Your phone system is up and running. Tell it who you are to get started."))
% else:
% rebase("layout", title=_("A new password for an admin"), lead=_("You need access to the box itself to choose it."))
% end
<section class="card" id="code">
<h2>{{_("The code of the box")}}</h2>
% if state["code"]:
<p class="code">{{state["code"]}}</p>
<p class="hint">{{_("You have pressed the button on the box, so the code is already filled in below.")}}</p>
% else:
<p>{{_("It proves that you have access to the box. You can find it:")}}</p>
<ul>
% if state["first"]:
<li>{{_("on the label, if there is one;")}}</li>
% end
<li>{{_("on this page, for two minutes after pressing the button on the box:")}} <a href="/welcome">{{_("I have pressed the button")}}</a></li>
<li>{{_("on a screen connected to the box or over SSH, with the command")}} <code>durchwahl code</code></li>
</ul>
% end
</section>
<form method="post" action="/welcome" class="card fields">
{{csrf()}}
% include("fields")
<button class="button primary">{{_("Get started") if state["first"] else _("Set password")}}</button>
</form>
