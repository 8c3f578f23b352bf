% words = {"": _("not registered"), "connection lost": _("connection lost"), "no answer": _("not responding")}
<span class="{{"push " if push else ""}}lamp {{"free" if phone["registered"] else "offline"}}">{{_("registered") if phone["registered"] else words[phone["trouble"]]}}</span>
