<button class="only-read" tabindex="-1" aria-hidden="true">{{_("Save changes")}}</button>
