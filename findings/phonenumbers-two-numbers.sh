#!/bin/sh
# Address books hold two numbers in one field: "030 55521 / 55522", "030 555 21 oder 22". phonenumbers knows that a second number may follow, but only behind a
# slash that an x follows; else it glues the two, and as German numbers may have many lengths the sum is "valid". The library raises nothing to notice it by.
# Seen on 2026-12-01 with phonenumbers 9.0.43. Source: run.
. "$(dirname "$0")/packages"
packages phonenumbers==9.0.43
python - <<'PYTHON'
import phonenumbers

print("phonenumbers", phonenumbers.__version__)
print("guess: the first number, or NumberParseException, or at least not valid")
for text, glued in (("030 55521 / 55522", "+49305552155522"), ("030 555 21 oder 22", "+493055521633722")):
    number = phonenumbers.parse(text, "DE")
    seen = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    print(f"seen:  {text} is {seen}, valid: {phonenumbers.is_valid_number(number)}")
    assert seen == glued and phonenumbers.is_valid_number(number), "this has changed"
PYTHON
