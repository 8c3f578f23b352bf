"""Makes a kernel one that the Raspberry Pi's firmware loads: python -m image.kernel FILE.

The firmware takes an arm64 Image, plain or as gzip. Debian's newer kernels are EFI programs that unpack themselves:
what is packed in them is taken out (the header is in the kernel's drivers/firmware/efi/libstub/zboot-header.S).
"""

import gzip
import struct
import subprocess
import sys
from pathlib import Path

ARM64, AT = b"ARM\x64", 56
"""The magic number of a plain Image and where it stands."""


class NotAKernel(Exception):
    """Nothing that the firmware or we could make sense of."""


def plain(kernel: bytes) -> bytes:
    """The plain Image, or what gzip made of it. Raises NotAKernel."""
    if kernel[AT : AT + 4] == ARM64:
        return kernel
    if kernel[:2] == b"\x1f\x8b":
        return kernel
    if kernel[:2] == b"MZ" and kernel[4:8] == b"zimg":
        offset, size = struct.unpack_from("<II", kernel, 8)
        packed, how = kernel[offset : offset + size], kernel[24:56].split(b"\0")[0].decode("ascii", "replace")
        if len(packed) != size or not size:
            raise NotAKernel("it is cut off")
        if how == "gzip":
            return gzip.decompress(packed)
        if how in ("zstd", "zstd22"):
            return subprocess.run(["zstd", "-dqc"], input=packed, check=True, capture_output=True).stdout
        raise NotAKernel(f"it is packed with {how}")
    raise NotAKernel("it is no arm64 kernel")


def main(path: Path) -> None:
    """Change the file in place."""
    kernel = path.read_bytes()
    try:
        image = plain(kernel)
    except NotAKernel as error:
        sys.exit(f"image: {path}: {error}")
    if image is not kernel:
        path.write_bytes(image)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
