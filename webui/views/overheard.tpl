<p class="notice warn">{{icon("warn")}} <span>{{_("This connection is not encrypted: anybody on the same network could read the passwords and PINs on this page.")}}
% if request.secure_url:
<a href="{{request.secure_url}}">{{_("Open the encrypted page")}}</a>.
{{_("Your browser will warn you once because the box created its certificate itself.")}}
% end
</span></p>
