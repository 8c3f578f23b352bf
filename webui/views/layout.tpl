<!doctype html>
<html lang="{{visit.language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}} · Durchwahl</title>
<link rel="stylesheet" href="{{asset('durchwahl.css')}}">
<script type="module" src="{{asset('live.js')}}"></script>
<script type="module" src="{{asset('form.js')}}"></script>
% for script in get("scripts", ()):
<script type="module" src="{{asset(script)}}"></script>
% end
</head>
<body>
<a class="skip" href="#main">{{_("Skip to the content")}}</a>
% if visit.account is not None:
<header class="top">
<nav aria-label="{{_('Pages')}}">
<ul>
% for page in visit.site.pages:
% if page.may != "admin" or visit.is_admin:
<li><a href="{{page.path}}"{{!' aria-current="page"' if visit.request.path.startswith(page.path) else ""}}>{{icon(page.icon)}} {{_(page.label)}}</a></li>
% end
% end
</ul>
</nav>
</header>
% end
<main id="main">
<h1>{{title}}</h1>
% if message:
<p class="flash" role="status">{{message}}</p>
% end
{{!base}}
</main>
</body>
</html>
