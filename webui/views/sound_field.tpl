<%
# One sound in a form: typed, uploaded, spoken into a phone or the microphone. The form needs enctype="multipart/form-data";
# webui.parts.sound.sound_arguments(request, name, form) reads it. To be given:
#   name      of the daemon's argument, without _text and _sound
#   label     translated
#   form      the Form, whose errors[name] is shown
# and, where wanted:
#   current   path at which the sound in place can be heard
#   own       whether it is one's own, so that there is a way back to the default (then `default` says in words what that is)
#   proposed  a text to begin with
#   speaks    language of the spoken text; rings: extension of the phone to record by (not given: no such button)
error = form.errors.get(name, "") if get("form") else ""
id = "f-" + name
taken = request.sent(name + "_taken") if request.http.method == "POST" else ""
rings = get("rings") or ""
%>
<fieldset class="field sound{{" wrong" if error else ""}}" id="{{id}}" data-sound="{{name}}"{{!' aria-describedby="' + id + '-error"' if error else ""}}>
<legend>{{label}}</legend>
% if get("current"):
<div class="heard" data-current>
<span class="soft">{{_("Currently:") if get("own", True) else _("Currently (standard text):")}}</span>
<audio controls preload="none" src="{{current}}" aria-label="{{label}}"></audio>
</div>
% end
<div class="ways">
<label for="{{id}}-text">{{_("Type what callers will hear")}}</label>
<textarea name="{{name}}_text" id="{{id}}-text" rows="3" maxlength="1500">
{{request.sent(name + "_text") if request.http.method == "POST" else get("proposed") or ""}}</textarea>
% if get("speaks"):
<input type="hidden" name="speaks" value="{{speaks}}">
% end
<div class="toolbar">
<button class="button small" formaction="/sound/hear" formtarget="_blank" formnovalidate name="hear" value="{{name}}" data-hear>{{icon("play")}} {{_("Listen")}}</button>
% if rings:
<button class="button small" formaction="/sound/record" formtarget="_blank" formnovalidate name="rings" value="{{rings}}" data-record>{{icon("call")}} {{_("Record on phone {extension}").format(extension=rings)}}</button>
% end
<button class="button small" type="button" data-microphone hidden>{{icon("record")}} <span>{{_("Record with the microphone")}}</span></button>
</div>
<label for="{{id}}-file">{{_("Or choose a sound file of any format")}}</label>
<input type="file" name="{{name}}_file" id="{{id}}-file" accept="audio/*,video/mp4,video/webm,.m4a,.mp3,.ogg,.opus,.flac,.wma,.wav,.aac,.amr,.3gp,.caf">
</div>
<input type="hidden" name="{{name}}_taken" value="{{taken}}">
<div class="heard new" data-take{{!"" if taken else " hidden"}}>
<span class="name">{{_("New, not saved yet:")}}</span>
% if taken:
<audio controls preload="none" src="/sound/takes/{{taken}}/sound" aria-label="{{_("New recording")}}"></audio>
% else:
<audio controls preload="none" aria-label="{{_("New recording")}}"></audio>
% end
<button class="button small quiet" type="button" data-drop>{{icon("close")}} {{_("Discard the recording")}}</button>
</div>
<p class="hint" role="status" data-says
 data-rings="{{_("Your phone is ringing. Answer it, speak after the tone and press # when you are done.")}}"
 data-speaking="{{_("Speak after the tone and press # when you are done. You then hear the recording: press 1 to keep it.")}}"
 data-failed="{{_("Nothing was recorded.")}}"
 data-working="{{_("One moment …")}}"
 data-records="{{_("Recording … Press again to stop.")}}"
 data-stop="{{_("Stop recording")}}"
 data-denied="{{_("Your browser does not let this page use the microphone.")}}"
 data-insecure="{{_("The microphone only works on the encrypted page (https).")}}"
 data-lost="{{_("That did not work. Please try again.")}}"></p>
% if get("own") and get("current"):
<label class="tick"><input type="checkbox" name="{{name}}_default" value="1"> <span>{{get("default") or _("Use the standard text again")}}</span></label>
% end
% if error:
<p class="error" id="{{id}}-error">{{icon("warn")}} {{error}}</p>
% end
</fieldset>
<script type="module" src="{{asset('record.js')}}"></script>
