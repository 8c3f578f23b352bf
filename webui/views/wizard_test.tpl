% rebase("layout", title=_("Test call"), lead=_("Now call the office from your mobile and watch what happens here."), refresh=refresh)
% include("wizard_steps", steps=steps, index=index)
<section class="card" id="trial" data-live="calls lines trunks phones messages tasks settings" aria-label="{{_('Test call')}}" aria-live="polite">
% for number in trial["numbers"]:
<p class="code number">{{request.number(number)}}</p>
% end
% call = trial["call"]
% if call is None:
<p class="{{"notice bad" if trial["good"] is False else "waiting"}}">{{request.said(trial["verdict"])}}</p>
% if trial["advice"]:
<p>{{request.said(trial["advice"])}}</p>
% end
% if trial["good"] is False:
<p><a class="button" href="/wizard">{{_("Go to the missing step")}}</a> <a class="button" href="/wizard/line">{{_("Check the line")}}</a></p>
% end
% else:
<h2>{{_("Call from {number}, {when}").format(number=request.said(call["from"]), when=request.when(call["started"]))}}</h2>
<ol class="story">
% for step in call["steps"]:
<li>{{step["words"]}}</li>
% end
</ol>
<p class="{{"waiting" if call["running"] else "notice good" if trial["good"] else "notice bad"}}">{{request.said(trial["verdict"])}}</p>
% if trial["advice"]:
<p>{{request.said(trial["advice"])}}</p>
% end
% end
</section>
<div class="toolbar"><a class="button primary" href="/now">{{_("Done")}}</a>
<a class="button quiet" href="/numbers">{{_("What happens when somebody calls")}}</a></div>
