#!/bin/sh
# segno.make() makes the smallest symbol that holds the text, and for a short one (an extension, a PIN, a number) that is a Micro QR code. OpenCV's reader,
# like the cameras of most telephones, knows plain QR codes only and finds nothing; zxing reads both. `make_qr` or `micro=False` is what a card needs.
# Seen on 2026-12-01 with segno 1.6.6, opencv-python-headless 5.0.0.93 and zxing-cpp 3.1.1. Source: run; segno's documentation says so.
. "$(dirname "$0")/packages"
packages segno==1.6.6 opencv-python-headless==5.0.0.93 zxing-cpp==3.1.1
python - <<'PYTHON'
import io

import cv2
import numpy
import segno
import zxingcpp


def read(code):
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=8, border=4)
    grey = cv2.imdecode(numpy.frombuffer(picture.getvalue(), numpy.uint8), cv2.IMREAD_GRAYSCALE)
    return cv2.QRCodeDetector().detectAndDecode(grey)[0], [each.text for each in zxingcpp.read_barcodes(grey)]


print("segno", segno.__version__, "opencv", cv2.__version__)
print("guess: segno.make() makes a QR code, which every reader of QR codes reads")
for text in ("21", "+493055500", "sip:21@10.0.0.1"):
    made, plain = segno.make(text), segno.make_qr(text)
    print(f"seen:  {text}: make() gives {made.designator}, read as {read(made)}; make_qr() gives {plain.designator}, {read(plain)}")
    assert made.is_micro and read(made) == ("", [text]) and read(plain) == (text, [text]), "this has changed"
PYTHON
