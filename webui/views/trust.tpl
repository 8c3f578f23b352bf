% rebase("layout", title=_("Trust this box"), lead=_("Then browsers no longer warn, and phones that check certificates can connect encrypted. That hides passwords and who calls whom; voices are not encrypted."))
<section class="card">
<p>{{_("The box signs its certificate with an authority of its own, which stays the same. Whoever trusts that once need not do so again when the box gets other names or addresses.")}}</p>
<div class="toolbar"><a class="button primary" href="/trust/durchwahl.crt" download>{{icon("download")}} {{_("Download the certificate")}}</a></div>
<dl class="facts">
<dt>{{_("Fingerprint (SHA-256)")}}</dt><dd><code>{{authority["fingerprint"]}}</code></dd>
% if shown:
<dt>{{_("Valid for")}}</dt><dd>{{", ".join(shown["names"])}}</dd>
<dt>{{_("Renewed at the latest on")}}</dt><dd>{{visit.when(shown["end"])}}</dd>
% end
</dl>
% if not visit.secure:
<p class="notice warn">{{icon("warn")}} <span>{{_("This connection is not encrypted. To be sure that nobody in the network has put another certificate in its place, compare the fingerprint with the one that “durchwahl certificate show” prints at the box.")}}</span></p>
% end
</section>
<section class="card">
<h2>{{_("Where to put it")}}</h2>
<ul>
<li>{{_("Firefox: Settings, Certificates, Authorities, Import.")}}</li>
<li>{{_("Windows, for Edge and Chrome: open the file, “Install Certificate”, “Trusted Root Certification Authorities”.")}}</li>
<li>{{_("macOS: open the file with Keychain Access and trust it there. iPhone and iPad: open it, then Settings, General, About, Certificate Trust Settings.")}}</li>
<li>{{_("Android: Settings, Security, Install a certificate, CA certificate.")}}</li>
<li>{{_("Desk phones: on the phone's own page under Security or Certificates, among the trusted ones.")}}</li>
</ul>
<p class="hint">{{_("Whoever has the box's card, or a backup and its password, could sign in the box's name: keep both safe.")}}</p>
</section>
