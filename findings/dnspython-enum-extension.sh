#!/bin/sh
# dns.e164.from_e164() makes the ENUM name of a number (RFC 6116). It takes every digit it finds and drops the rest without a word: the extension of a tel: URI becomes part of
# the number, as do the digits of "(0)".
# Seen on 2026-12-01 with dnspython 2.9.2. Source: run.
. "$(dirname "$0")/packages"
packages dnspython==2.9.2
python - <<'PYTHON'
import dns.e164
import dns.version

print("dnspython", dns.version.version)
plain = dns.e164.from_e164("+49 30 555")
print("guess: what is no E.164 number is refused, or its parameters are left out")
for text in ("tel:+49-30-555;ext=21", "+49 (0) 30 555"):
    name = dns.e164.from_e164(text)
    print(f"seen:  {text} is {name} (the number alone: {plain})")
    assert name != plain and name.to_text().endswith("9.4.e164.arpa."), "this has changed"
PYTHON
