#!/bin/sh
# Who dials a 0 for an outside line in an office that needs none dials 00040 123456 for a number in Hamburg. phonenumbers takes the first two zeros for "abroad", and as the rest begins with no country
# code, for the country's own number with two zeros in front: +49 0040 123456, "possible". No number in Germany begins with 0 behind +49. is_possible_number alone lets it through.
# Seen on 2026-12-01 with phonenumbers 9.0.43. Source: run.
. "$(dirname "$0")/packages"
packages phonenumbers==9.0.43
python - <<'PYTHON'
import phonenumbers

print("phonenumbers", phonenumbers.__version__)
print("guess: the zeros behind 00 belong to no number: NumberParseException, or not possible")
number = phonenumbers.parse("00040123456", "DE")
seen = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
possible, valid = phonenumbers.is_possible_number(number), phonenumbers.is_valid_number(number)
print(f"seen:  00040123456 is {seen}, possible: {possible}, valid: {valid}")
assert (seen, possible, valid) == ("+490040123456", True, False), "this has changed"
PYTHON
