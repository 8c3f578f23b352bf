"""Playing clips, frame by frame."""

from collections.abc import Sequence

from pbx.media.clip import Clip
from pbx.media.codecs.codec import Codec


class Player:
    """Gives the frames of some clips one after the other; keeps its place when the codec changes."""

    __slots__ = ("_clips", "_frames", "_place", "_repeat", "token")

    def __init__(self, token: int, clips: Sequence[Clip], repeat: bool) -> None:
        self.token = token
        self._clips = tuple(clips)
        self._repeat = repeat
        self._frames: Sequence[bytes] = ()
        self._place = 0

    def encode(self, codec: Codec) -> None:
        """Play in `codec` from now on."""
        lists = [clip.frames(codec) for clip in self._clips]
        self._frames = lists[0] if len(lists) == 1 else [frame for frames in lists for frame in frames]

    def next(self) -> bytes | None:
        """The next 20 ms, None at the end."""
        if self._place >= len(self._frames):
            if not self._repeat or not self._frames:
                return None
            self._place = 0
        frame = self._frames[self._place]
        self._place += 1
        return frame
