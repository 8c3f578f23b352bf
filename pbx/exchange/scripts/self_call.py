"""A call of the box to itself: what a phone would have found, asked at the real SIP port and with real sound.

The account for it is made for one call, and is good only on the machine itself (`authentication`). The other end is
`administration.self_call`.
"""

from pbx.exchange.calls.operator import Operator
from pbx.exchange.dialling.code_collector import CodeCollector
from pbx.media.clip import Clip
from pbx.media.tones import RATE, sound

EXTENSION = ""
"""Of the phone that calls: nobody's."""
QUESTION, ANSWER = 1000.0, 600.0
"""Hz: what is heard until a key is pressed, and then."""
_LONGEST = 4.0
"""Seconds until it is given up."""


async def attend(operator: Operator) -> None:
    """Pick up, sound a tone until a key is pressed, then another: so both ways were heard."""
    operator.answer()
    if await operator.ask([Clip(sound([QUESTION], _LONGEST), RATE)], CodeCollector(1, 0.0), 0.0):
        await operator.play([Clip(sound([ANSWER], _LONGEST), RATE)])
