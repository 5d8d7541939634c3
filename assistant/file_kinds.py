"""Which files may be sent into the chat, told by ending and first bytes, and names made harmless.

What the browser says of a file is not believed: "invoice.pdf" that does not begin like a PDF is not taken. The endings
are those of finance's papers that Xero takes too (developer.xero.com, "Attachments"); programs and archives are left
out although Xero takes some archives, because nobody sees what is in them before it is attached.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tools import words

LARGEST = 10 * 1024 * 1024
"""Bytes of one file: what Xero takes (10 MB a file; a larger one is answered with 413)."""
LONGEST_NAME = 100
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    media_type: str
    begins: tuple[bytes, ...] = ()
    """With one of these; empty for plain text, which has no beginning of its own and no zero byte."""


KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", (b"%PDF-",)),
    "png": Kind("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": Kind("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": Kind("image/gif", (b"GIF8",)),
    "tif": Kind("image/tiff", (b"II*\x00", b"MM\x00*")),
    "tiff": Kind("image/tiff", (b"II*\x00", b"MM\x00*")),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", (_ZIP,)),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", (_ZIP,)),
    "pptx": Kind(f"{_OFFICE}.presentationml.presentation", (_ZIP,)),
    "odt": Kind(f"{_OPEN}.text", (_ZIP,)),
    "ods": Kind(f"{_OPEN}.spreadsheet", (_ZIP,)),
    "doc": Kind("application/msword", (_OLE,)),
    "xls": Kind("application/vnd.ms-excel", (_OLE,)),
    "ppt": Kind("application/vnd.ms-powerpoint", (_OLE,)),
    "msg": Kind("application/vnd.ms-outlook", (_OLE,)),
    "rtf": Kind("application/rtf", (b"{\\rtf",)),
    "csv": Kind("text/csv"),
    "txt": Kind("text/plain"),
    "eml": Kind("message/rfc822"),
}
"""By ending, in lower case."""
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\[\]`#%&{}~;^]+')
"""What Xero does not take in the name of a file, or what means something in an address or to a page."""


def harmless_name(name: str) -> str:
    """The name as it is kept, shown and sent: no way into a folder, nothing unseen, nothing that a page would read as
    more than letters; short, with its ending."""
    plain = words.without_invisible(unicodedata.normalize("NFC", name))
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in plain)
    plain = " ".join(_NOT_IN_NAMES.sub("-", plain).split()).strip(" .-")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    stem = stem[: LONGEST_NAME - len(ending) - 1].strip(" .-") or "file"
    return f"{stem}.{ending}" if ending else stem


def kind_of(name: str, content: bytes) -> Kind | None:
    """What the file is; None when its ending is not taken, or its first bytes are those of something else."""
    kind = KINDS.get(name.rpartition(".")[2].casefold()) if "." in name else None
    if kind is None:
        return None
    if kind.begins:
        return kind if content.startswith(kind.begins) else None
    return None if b"\x00" in content[:4096] else kind


def accepted() -> dict[str, list[str]]:
    """What the page lets somebody choose: endings by the types that browsers name them with (some name none)."""
    endings: dict[str, list[str]] = {}
    for ending, kind in KINDS.items():
        endings.setdefault(kind.media_type, []).append(f".{ending}")
    endings["application/vnd.ms-excel"].append(".csv")  # what Windows calls it
    endings["application/octet-stream"] = [f".{ending}" for ending in KINDS]
    return endings
