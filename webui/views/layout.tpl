<!doctype html>
<html lang="{{visit.language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{title}} · Durchwahl</title>
<link rel="icon" href="{{asset('icon.svg')}}" type="image/svg+xml">
<link rel="stylesheet" href="{{asset('durchwahl.css')}}">
% if get("refresh"):
<noscript><meta http-equiv="refresh" content="{{refresh}}"></noscript>
% end
% for script in ("live.js", "form.js", *get("scripts", ())):
<script type="module" src="{{asset(script)}}"></script>
% end
</head>
<body data-now="{{visit.now}}"{{!' class="alone"' if visit.account is None else ' data-listens'}} data-heard="{{visit.mark}}">
<a class="skip" href="#main">{{_("Skip to content")}}</a>
% if visit.account is not None:
% include("navigation")
% else:
<header class="masthead"><a class="brand" href="/">{{icon("brand")}} Durchwahl</a></header>
% end
<div class="content">
<main id="main" tabindex="-1">
% if flash_message:
<p class="flash" role="status" data-flash>{{icon("ok")}} <span>{{flash_message}}</span></p>
% end
% if title and not get("own_title"):
<header class="title">
% if get("above"):
<p class="above"><a href="{{above[0]}}">{{icon("back")}} {{above[1]}}</a></p>
% end
<h1>{{title}}</h1>
% if get("lead"):
<p class="lead">{{lead}}</p>
% end
</header>
% end
% if visit.holds_secrets and not visit.secure:
% include("overheard")
% end
{{!base}}
</main>
<footer class="foot">
<form method="post" action="/language" class="languages">
{{csrf()}}
<input type="hidden" name="back" value="{{visit.here}}">
% for language, name in visit.languages:
<button class="quiet" name="language" value="{{language}}" lang="{{language}}"{{!' aria-current="true"' if language == visit.language else ""}}>{{name}}</button>
% end
</form>
% if visit.secure_url:
<a href="{{visit.secure_url}}">{{icon("lock")}} {{_("Encrypted page")}}</a>
% end
<a href="/trust">{{_("Trust this box")}}</a>
% if visit.account is not None:
<a href="/about">{{_("About Durchwahl")}}</a>
% end
<p class="connection" id="connection" role="status" hidden>{{icon("warn")}} <span data-said="lost">{{_("Connection lost. Trying to reconnect …")}}</span></p>
</footer>
</div>
</body>
</html>
