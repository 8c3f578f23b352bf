% rebase("layout", title=_("About Durchwahl"), lead=_("Durchwahl {version}, a telephone exchange for small offices").format(version=version))
<section class="card">
<h2>{{_("Licence")}}</h2>
<p>{{_("Durchwahl is free software: you may use, study, change and pass it on under the GNU General Public License, version 3 or any later one (GPL-3.0-or-later). It comes without any warranty.")}}</p>
<p>{{_("If you pass it on, even inside a device, you must also pass on these rights and the source code or a written offer of it.")}}</p>
</section>
<section class="card">
<h2>{{_("Components")}}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="{{_("Components")}}">
<table class="table">
<thead><tr><th scope="col">{{_("Library")}}</th><th scope="col">{{_("Version")}}</th><th scope="col">{{_("Licence")}}</th></tr></thead>
<tbody>
% for each in libraries:
<tr><td>{{each.name}}</td><td class="figures">{{each.version}}</td><td>{{each.licence or "–"}}</td></tr>
% end
</tbody>
</table>
</div>
<p class="hint">{{_("Durchwahl also uses Python and, on the memory card, Debian; the licence of each Debian package is in /usr/share/doc.")}}</p>
</section>
