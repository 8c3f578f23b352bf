% words = {"registered": ("free", _("connected")), "reachable": ("free", _("answers")), "trying": ("ringing", _("connecting")), "unknown": ("offline", _("unknown")), "stopped": ("offline", _("not running"))}
% lamp, word = words.get(trunk["state"], ("bad", _("not connected")))
<span class="lamp {{lamp}}">{{word}}</span>
