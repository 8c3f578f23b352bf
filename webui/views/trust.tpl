% rebase("layout", title=_("Trust this box"), lead=_("Browsers then stop warning you, and phones that check certificates can use an encrypted connection. This protects passwords and hides who calls whom; voices are not encrypted."))
<section class="card">
<p>{{_("The box signs its certificate with a certificate authority of its own, which never changes. You only need to trust it once, even if the box gets other names or addresses later.")}}</p>
<div class="toolbar"><a class="button primary" href="/trust/durchwahl.crt" download>{{icon("download")}} {{_("Download the certificate")}}</a></div>
<dl class="facts">
<dt>{{_("Fingerprint (SHA-256)")}}</dt><dd><code>{{authority["fingerprint"]}}</code></dd>
% if shown:
<dt>{{_("Valid for")}}</dt><dd>{{", ".join(shown["names"])}}</dd>
<dt>{{_("Renewed by")}}</dt><dd>{{request.when(shown["end"])}}</dd>
% end
</dl>
% if not request.secure:
<p class="notice warn">{{icon("warn")}} <span>{{_("This connection is not encrypted. To make sure that nobody on the network has swapped the certificate, compare the fingerprint with the one that “durchwahl certificate show” prints on the box.")}}</span></p>
% end
</section>
<section class="card">
<h2>{{_("How to install it")}}</h2>
<ul>
<li>{{_("Firefox: Settings, Certificates, Authorities, Import.")}}</li>
<li>{{_("Windows, for Edge and Chrome: open the file, “Install Certificate”, “Trusted Root Certification Authorities”.")}}</li>
<li>{{_("macOS: open the file with Keychain Access and trust it there. iPhone and iPad: open it, then Settings, General, About, Certificate Trust Settings.")}}</li>
<li>{{_("Android: Settings, Security, Install a certificate, CA certificate.")}}</li>
<li>{{_("Desk phones: add it to the trusted certificates on the phone's web page, under Security or Certificates.")}}</li>
</ul>
<p class="hint">{{_("Anybody with the box's memory card, or with a backup and its password, could sign in the box's name: keep both safe.")}}</p>
</section>
