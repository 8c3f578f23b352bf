#!/bin/sh
# holidays takes dates as text, and reads "03.10.2026", as every German office writes the Day of German Unity, as March 10th. A date whose first
# number cannot be a month is read the German way all the same, so that a trial with Christmas goes well. Nothing is raised in either case.
# Seen on 2026-12-01 with holidays 0.109 and python-dateutil 2.9.0.post0. Source: run; holidays passes text to dateutil's parser.
. "$(dirname "$0")/packages"
packages holidays==0.109 python-dateutil==2.9.0.post0
python - <<'PYTHON'
import holidays

print("holidays", holidays.__version__)
days = holidays.country_holidays("DE", years=2026, language="de")
seen = {text: days.get(text) for text in ("2026-10-03", "03.10.2026", "10.03.2026", "25.12.2026", "05.01.2026")}
print("guess: dates with dots are read day first, or refused")
for text, name in seen.items():
    print(f"seen:  {text} is {name}")
assert seen == {
    "2026-10-03": "Tag der Deutschen Einheit",
    "03.10.2026": None,
    "10.03.2026": "Tag der Deutschen Einheit",
    "25.12.2026": "Erster Weihnachtstag",
    "05.01.2026": "Erster Mai",
}, "this has changed"
PYTHON
