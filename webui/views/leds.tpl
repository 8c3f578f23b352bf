<ul class="leds">
% for led in leds:
<li class="led {{led["name"]}} {{led["rhythm"]}}">
<span class="bulb" aria-hidden="true"></span>
<p><strong>{{led["label"]}}</strong> <span class="soft">{{led["rhythm_words"]}}</span>
<svg class="strip" viewBox="0 0 60 6" width="60" height="6" aria-hidden="true" focusable="false"><path class="base" d="M0 5.5h60"/><path d="{{led["strip"]}}"/></svg></p>
<p class="meaning">{{led["meaning"]}}</p>
</li>
% end
</ul>
