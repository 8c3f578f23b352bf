% rebase("layout", title=_("Phones"), lead=_("Each phone needs an account. The box makes one for everybody, and a sheet to print with a card for each."))
% include("wizard_steps", steps=steps, index=index)
<section class="card" id="phones" data-live="phones" aria-label="{{_('Phones')}}">
<ul class="list">
% for each in facts.people:
% own = [phone for phone in facts.phones if phone["extension"] == each["extension"]]
<li><span class="extension">{{each["extension"]}}</span> <span class="name">{{each["name"]}}</span>
% if any(phone["registered"] for phone in own):
<span class="lamp free push">{{_("connected")}}</span>
% elif own:
<span class="lamp offline push">{{_("waits for its phone")}}</span>
% else:
<span class="soft push">{{_("no account yet")}}</span>
% end
</li>
% end
</ul>
</section>
<form method="post" action="/wizard/phones" class="toolbar" id="make">
{{csrf()}}
% if without:
<button class="button primary" name="do" value="new">{{n_("Make {number} account", "Make {number} accounts", len(without)).format(number=len(without))}}</button>
% elif waiting:
<button class="button" name="do" value="again">{{_("Print the cards of phones that wait, with new passwords")}}</button>
% end
<a class="button{{"" if without else " primary"}}" href="{{after}}">{{_("Go on")}} {{icon("next")}}</a>
</form>
