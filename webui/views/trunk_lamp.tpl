% words = {"registered": ("free", _("connected")), "reachable": ("free", _("answers")), "trying": ("ringing", _("being connected")), "unknown": ("offline", _("not known")), "stopped": ("offline", _("not running"))}
% lamp, word = words.get(trunk["state"], ("bad", _("not connected")))
<span class="lamp {{lamp}}">{{word}}</span>
