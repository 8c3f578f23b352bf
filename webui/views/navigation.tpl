% here = request.http.path
<header class="bar">
<a class="brand" href="/">{{icon("brand")}} <span>Durchwahl</span></a>
<details class="menu"><summary>{{icon("menu")}} <span>{{_("Menu")}}</span></summary></details>
<div class="side">
<nav aria-label="{{_('Pages')}}">
% for group, pages in request.navigation:
% if group:
<h2>{{_(group)}}</h2>
% end
<ul>
% for page in pages:
<li><a href="{{page.path}}"{{!' aria-current="page"' if (here + "/").startswith(page.path + "/") else ""}}>{{icon(page.icon)}} <span>{{_(page.label)}}</span></a></li>
% end
</ul>
% end
</nav>
<div class="who">
<a href="/access/own"><span class="initial" aria-hidden="true">{{request.account.person[:1]}}</span> <span><strong>{{request.account.person}}</strong>
% if request.account.extension:
<small>{{request.account.extension}}</small>
% end
</span></a>
<form method="post" action="/logout">{{csrf()}}<button class="button quiet">{{icon("out")}} <span>{{_("Log out")}}</span></button></form>
</div>
</div>
</header>
