% rebase("layout", title=phone["name"] or phone["username"], above=("/phones", _("Phones")))
% here = "/phones/" + phone["username"]
% if qr:
<section class="card" id="code">
<h2>{{_("QR code for a softphone")}}</h2>
<p>{{_("In Linphone, choose “Assistant”, then “Fetch remote configuration”, and scan this code. It works once, for 15 minutes, on this network.")}}</p>
<figure class="qr">{{qr}}</figure>
<p class="hint">{{_("No camera? Type this address:")}} <code>{{address}}</code></p>
</section>
% end
<section class="card" id="state" data-live="phones settings">
<h2><span><span class="extension">{{phone["extension"]}}</span> <a href="/people/{{phone["extension"]}}">{{phone["person"]}}</a></span></h2>
<p>
% include("phone_lamp", push=False)
</p>
<dl class="facts">
<dt>{{_("User name")}}</dt><dd><code>{{phone["username"]}}</code></dd>
<dt>{{_("Server")}}</dt><dd><code>{{phone["domain"]}}</code></dd>
<dt>{{_("Password")}}</dt><dd class="soft">{{_("only shown when it is created")}}</dd>
% for device in phone["devices"]:
<dt>{{_("Device")}}</dt><dd>{{device["agent"] or _("unknown model")}}<br><small>{{device["address"]}} · {{device["transport"].upper()}} · {{device["contact"]}}</small></dd>
% end
</dl>
</section>
<form method="post" action="{{here}}" class="card fields" data-changes>
{{csrf()}}
% include("fields")
% include("save", back=here)
</form>
<section class="card">
<h2>{{_("Connect the phone again")}}</h2>
<div class="toolbar">
<form method="post" action="{{here}}/code">{{csrf()}}<button class="button">{{icon("code")}} {{_("Show QR code for a softphone")}}</button></form>
<form method="post" action="{{here}}/renew">{{csrf()}}<input type="hidden" name="seen" value="{{phone["version"]}}"><button class="button">{{icon("access")}} {{_("Create a new password")}}</button></form>
</div>
<p class="hint">{{_("A new password disconnects the device that uses the old one.")}}</p>
</section>
<section class="card">
<h2>{{_("Remove this phone")}}</h2>
<p>{{_("The phone is disconnected and cannot make or receive calls any more. A call in progress is not cut off.")}}</p>
<form method="post" action="{{here}}/remove">{{csrf()}}<input type="hidden" name="seen" value="{{phone["version"]}}"><button class="button danger">{{icon("remove")}} {{_("Remove")}}</button></form>
</section>
