<nav aria-label="{{_('Setup steps')}}"><ol class="steps">
% for number, (path, label, done) in enumerate(steps):
<li class="{{"done" if done else ""}}"{{!' aria-current="step"' if number == index else ""}}><a href="{{path}}">{{_(label)}}</a></li>
% end
</ol></nav>
