% rebase("layout", title=_("Phones"), lead=_("Every phone needs a user name and a password. The box creates them for everybody, with one card per phone to print."))
% include("wizard_steps", steps=steps, index=index)
<section class="card" id="phones" data-live="phones" aria-label="{{_('Phones')}}">
<ul class="list">
% for each in facts.people:
% own = [phone for phone in facts.phones if phone["extension"] == each["extension"]]
<li><span class="extension">{{each["extension"]}}</span> <span class="name">{{each["name"]}}</span>
% if any(phone["registered"] for phone in own):
<span class="lamp free push">{{_("registered")}}</span>
% elif own:
<span class="lamp offline push">{{_("waiting for the phone")}}</span>
% else:
<span class="soft push">{{_("no card yet")}}</span>
% end
</li>
% end
</ul>
</section>
<form method="post" action="/wizard/phones" class="toolbar" id="make">
{{csrf()}}
% if without:
<button class="button primary" name="do" value="new">{{n_("Create {number} card", "Create {number} cards", len(without)).format(number=len(without))}}</button>
% elif waiting:
<button class="button" name="do" value="again">{{_("Print cards with new passwords for unregistered phones")}}</button>
% end
<a class="button{{"" if without else " primary"}}" href="{{after}}">{{_("Continue")}} {{icon("next")}}</a>
</form>
