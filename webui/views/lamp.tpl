<span class="lamp {{lamp["state"]}}">{{words[lamp["state"]]}}
% if lamp["since"]:
<time class="soft" data-since="{{lamp["since"]}}">{{request.duration(request.now - lamp["since"])}}</time>
% end
</span>
