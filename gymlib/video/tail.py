"""Whether a file's last bytes are missing, by what its container says of its own end.

Asked where nothing else tells: these containers are read to whatever end there is, without a word.
"""

import struct
from pathlib import Path

_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""Of the object that holds the file's size (Microsoft, Advanced Systems Format, section 3.2)."""
_SYNC = 0x47
"""With which each packet of a transport stream begins (ISO/IEC 13818-1, 2.4.3.3)."""

_PACK, _LAST = b"\0\0\1\xba", 0xB9
"""A pack of a programme stream begins; the whole of it ends."""


def is_missing(path: Path, container: str) -> bool:
    """Whether bytes are missing at the end of a file; False where its container cannot tell.

    Parameters
    ----------
    container : as FFmpeg names it: avi, asf, gif, mpeg or mpegts. The last two are cut into
        packets, and what ends with a whole packet cannot be told from a whole film.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        match container:
            case "avi":
                return struct.unpack("<4xI", file.read(8))[0] + 8 > size
            case "asf":
                return _asf_size(file.read(1 << 16)) > size
            case "gif":
                file.seek(max(0, size - 512))
                return not file.read().rstrip(b"\0").endswith(b";")  # GIF89a, section 27
            case "mpeg":
                file.seek(max(0, size - (1 << 18)))
                return _inside_packet(file.read())
            case "mpegts":
                head = file.read(5)
                packet, before = (188, 0) if head[0] == _SYNC else (192, 4)  # discs add a time
                rest = size % packet
                file.seek(size - rest)
                return head[before] == _SYNC and file.read()[before : before + 1] == bytes([_SYNC])
    return False


def _asf_size(header: bytes) -> int:
    """Bytes of the whole file; 0 where it was sent while it was made."""
    at = header.find(_ASF_PROPERTIES)
    if at < 0 or len(header) < at + 92 or header[at + 88] & 1:
        return 0
    return struct.unpack_from("<Q", header, at + 40)[0]


def _inside_packet(end: bytes) -> bool:
    """Whether a programme stream ends inside a packet of its last pack (ISO/IEC 13818-1, 2.5.3)."""
    at = end.rfind(_PACK)
    if at < 0:
        return False
    second = end[at + 4 : at + 5] > b"\x3f"  # MPEG-2's header is longer, and may be stuffed
    at += 14 + (end[at + 13 : at + 14] or b"\0")[0] % 8 if second else 12
    while at + 6 <= len(end):
        if end[at : at + 3] != _PACK[:3] or end[at + 3] == _LAST:
            return False
        at += 6 + int.from_bytes(end[at + 4 : at + 6])
    return at != len(end)
