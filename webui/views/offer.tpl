<p class="offer"><button class="button small" name="take" value="{{free}}">{{icon("ok")}} {{_("Use {extension}").format(extension=free)}}</button></p>
