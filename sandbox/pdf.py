"""A small PDF of text lines (PDF 1.4, ISO 32000-1 sections 7.5 and 9.6): enough for a document that somebody opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

A4 = (595, 842)
"""Width and height in points."""


@dataclass(frozen=True, slots=True)
class Words:
    """One piece of text at a place: from the left and from the top, in points."""

    x: int
    y: int
    text: str
    size: int = 10
    bold: bool = False


def pdf(pages: Sequence[Sequence[Words]]) -> bytes:
    """The file; characters that Windows-1252 lacks become question marks."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {6 + 2 * number} 0 R >>".encode()
        )
        drawn = b"".join(_drawn(words) for words in page)
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
    return _file(objects)


def _drawn(words: Words) -> bytes:
    text = words.text.encode("cp1252", "replace")
    for char in (b"\\", b"(", b")"):
        text = text.replace(char, b"\\" + char)
    font = b"/F2" if words.bold else b"/F1"
    return b"BT %b %d Tf %d %d Td (%b) Tj ET\n" % (font, words.size, words.x, A4[1] - words.y, text)


def _file(objects: Sequence[bytes]) -> bytes:
    """Header, objects, cross-reference table and trailer."""
    made, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)
