% request.holds_secrets = True
% rebase("layout", title=_("Connect the phone"), above=("/people/" + phone["extension"], phone["extension"] + " " + person["name"]))
<p class="notice warn">{{icon("info")}} <span>{{_("The password is only shown now. If you lose it, you can create a new one at any time.")}}</span></p>
% if phone.get("note"):
<p class="notice bad">{{icon("warn")}} <span>{{request.said(phone["note"])}}</span></p>
% end
<section class="card">
<h2><span><span class="extension">{{phone["extension"]}}</span> {{person["name"]}}{{" · " + phone["name"] if phone["name"] else ""}}</span></h2>
<dl class="facts">
<dt>{{_("Server")}}</dt><dd><code id="account-server">{{phone["domain"]}}</code></dd>
<dt>{{_("User name")}}</dt><dd><code id="account-user">{{phone["username"]}}</code></dd>
<dt>{{_("Password")}}</dt><dd><code id="account-password">{{phone["password"]}}</code> <button class="button small" type="button" data-copy="account-password" hidden>{{_("Copy")}}</button></dd>
</dl>
</section>
<section class="card">
<h2>{{_("On a desk phone")}}</h2>
<p>{{_("Open the phone's own web page by typing its address into a browser. You can find the address in the phone's menu, usually under “Status”.")}}</p>
% for make in makes:
<details class="more make"><summary>{{icon("next")}} {{make.name}}</summary>
<p class="soft">{{make.where}}</p>
<div class="scroll" tabindex="0" role="region" aria-label="{{make.name}}"><table class="table">
<thead><tr><th scope="col">{{_("Field on the phone's web page")}}</th><th scope="col">{{_("What to enter")}}</th></tr></thead>
<tbody>
<tr><td>{{make.user}}</td><td><code>{{phone["username"]}}</code></td></tr>
<tr><td>{{make.auth}}</td><td><code>{{phone["username"]}}</code></td></tr>
<tr><td>{{make.password}}</td><td><code>{{phone["password"]}}</code></td></tr>
<tr><td>{{make.server}}</td><td><code>{{phone["domain"]}}</code></td></tr>
<tr><td>{{make.display}}</td><td>{{phone["extension"]}} {{person["name"]}}</td></tr>
</tbody></table></div>
</details>
% end
<p class="hint">{{_("Phones of other makes have the same five fields under similar names. The number for voicemail is *97.")}}</p>
</section>
<section class="card">
<h2>{{_("On a softphone")}}</h2>
<div class="grid two">
<div>
<h3>Linphone</h3>
<p>{{_("Choose “Assistant”, then “Fetch remote configuration”, and scan this code. It works once, for 15 minutes, on this network.")}}</p>
<figure class="qr">{{linphone}}</figure>
<p class="hint">{{_("No camera? Type this address:")}} <code>{{address}}</code></p>
</div>
<div>
<h3>{{_("Other apps")}}</h3>
<p>{{_("This code contains the user name and password as a SIP address. Do not show it to anybody.")}}</p>
<figure class="qr">{{plain}}</figure>
</div>
</div>
</section>
<p><a class="button primary" href="/people/{{phone["extension"]}}">{{_("Done")}}</a></p>
