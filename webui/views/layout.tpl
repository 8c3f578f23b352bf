<!doctype html>
<html lang="{{request.language}}">
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
<body data-now="{{request.now}}"{{!' class="alone"' if request.account is None else ' data-listens'}} data-heard="{{request.mark}}">
<a class="skip" href="#main">{{_("Skip to content")}}</a>
% if request.account is not None:
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
% if request.holds_secrets and not request.secure:
% include("overheard")
% end
{{!base}}
</main>
<footer class="foot">
<form method="post" action="/language" class="languages">
{{csrf()}}
<input type="hidden" name="back" value="{{request.here}}">
% for language, name in request.languages:
<button class="quiet" name="language" value="{{language}}" lang="{{language}}"{{!' aria-current="true"' if language == request.language else ""}}>{{name}}</button>
% end
</form>
% if request.secure_url:
<a href="{{request.secure_url}}">{{icon("lock")}} {{_("Encrypted page")}}</a>
% end
<a href="/trust">{{_("Trust this box")}}</a>
% if request.account is not None:
<a href="/about">{{_("About Durchwahl")}}</a>
% end
<p class="connection" id="connection" role="status" hidden>{{icon("warn")}} <span data-said="lost">{{_("Connection lost. Trying to reconnect …")}}</span></p>
</footer>
</div>
</body>
</html>
