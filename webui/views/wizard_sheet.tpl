% request.holds_secrets = True
% rebase("layout", title=_("Cards for the phones"), scripts=("print.js",), lead=_("Print them now: the passwords are only shown once. Anybody with a card can make calls in that person's name."))
<div class="toolbar"><button class="button primary" type="button" data-print hidden>{{_("Print")}}</button> <a class="button" href="{{after}}">{{_("Continue")}} {{icon("next")}}</a></div>
% if not cards:
<p class="empty">{{_("Everybody already has a card.")}}</p>
% end
<div class="two" id="cards">
% for phone, name, drawing in cards:
<section class="card">
<h2><span class="extension">{{phone["extension"]}}</span> {{name}}</h2>
<dl class="facts">
<dt>{{_("Server")}}</dt><dd><code>{{phone["domain"]}}</code></dd>
<dt>{{_("User name")}}</dt><dd><code>{{phone["username"]}}</code></dd>
<dt>{{_("Password")}}</dt><dd><code>{{phone["password"]}}</code></dd>
<dt>{{_("Mailbox")}}</dt><dd><code>*97</code></dd>
</dl>
% if phone.get("note"):
<p class="notice bad">{{icon("warn")}} <span>{{request.said(phone["note"])}}</span></p>
% end
<figure class="qr">{{drawing}}</figure>
<p class="hint">{{_("Enter the first three on the phone's web page, or scan the code with a phone app.")}}</p>
</section>
% end
</div>
