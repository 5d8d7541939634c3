"""A checkpoint: how long the audit trail is and what stands for all of it, in a short text that the house signs.

The text is a C2SP tlog-checkpoint in a C2SP signed note, so that others' tools can read and check it:

    finance-assistant/audit-trail           the origin: whose log this is
    42                                      how many events
    q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASN=  the Merkle root over their hashes (RFC 6962), base64
    signed 2026-11-22T12:00:00.000000+00:00   when
                                            (an empty line)
    — finance-assistant/audit-trail x08go/ZJku…  Ed25519 (RFC 8032) over the lines above, base64 after four bytes
                                               that name the key
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assistant.stores.moments import from_text, to_text

ORIGIN = "finance-assistant/audit-trail"
_ED25519 = b"\x01"
_DASH = "\u2014"
_SIGNED = "signed "


class NotACheckpoint(ValueError):
    """A text that is no checkpoint, or has no valid signature of the key; the words say which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the trail was at that moment, and the root over the hashes of all its events."""

    size: int
    root: bytes
    at: datetime
    origin: str = ORIGIN

    def text(self) -> str:
        """What is signed."""
        root = base64.b64encode(self.root).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n{_SIGNED}{to_text(self.at)}\n"


class CheckpointKey:
    """The house's Ed25519 key for checkpoints; it never leaves the folder or the setting that names it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def from_text(cls, text: str) -> CheckpointKey:
        """From 32 bytes in base64 (as `new_checkpoint_key` makes them) or a PEM file's text. Raises ValueError."""
        try:
            if text.lstrip().startswith("-----BEGIN"):
                key = serialization.load_pem_private_key(text.encode(), password=None)
                if not isinstance(key, Ed25519PrivateKey):
                    raise ValueError("it is not an Ed25519 key")
                return cls(key)
            return cls(Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.strip(), validate=True)))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("The audit key is no Ed25519 private key (32 bytes in base64, or PEM).") from None

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        return self.sign_text(checkpoint.text(), checkpoint.origin)

    def sign_text(self, text: str, name: str) -> str:
        """Any text that ends in a newline as a note signed under that name."""
        seal = key_id(name, self.public()) + self._key.sign(text.encode())
        return f"{text}\n{_DASH} {name} {base64.b64encode(seal).decode('ascii')}\n"

    def public(self) -> Ed25519PublicKey:
        """What others check it with."""
        return self._key.public_key()


def new_checkpoint_key() -> str:
    """A new key, as text."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode("ascii")


def key_id(name: str, public: Ed25519PublicKey) -> bytes:
    """The four bytes by which a signature line names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public.public_bytes_raw()).digest()[:4]


def public_pem(public: Ed25519PublicKey) -> str:
    """The public key as PEM, for OpenSSL."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


def public_vkey(public: Ed25519PublicKey, name: str = ORIGIN) -> str:
    """The public key as the one line that C2SP tools take."""
    key = base64.b64encode(_ED25519 + public.public_bytes_raw()).decode("ascii")
    return f"{name}+{key_id(name, public).hex()}+{key}\n"


def read_public_key(text: str) -> Ed25519PublicKey:
    """The public key from PEM or from the one line of C2SP. Raises ValueError."""
    try:
        if text.lstrip().startswith("-----BEGIN"):
            key = serialization.load_pem_public_key(text.encode())
            if isinstance(key, Ed25519PublicKey):
                return key
        else:
            written = base64.b64decode(text.strip().split("+", 2)[2], validate=True)
            if written[:1] == _ED25519:
                return Ed25519PublicKey.from_public_bytes(written[1:])
    except (ValueError, IndexError, UnsupportedAlgorithm):
        pass
    raise ValueError("This is no Ed25519 public key (PEM, or one line NAME+ID+KEY).")


def opened(note: str, public: Ed25519PublicKey) -> tuple[str, str]:
    """The text of a note and the name it is signed under. Raises NotACheckpoint without a valid signature."""
    text, found, signatures = note.rpartition("\n\n")
    if not found:
        raise NotACheckpoint("it has no signature")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, seal = rest.partition(" ")
        try:
            written = _only_so(seal)
            if dash == _DASH and written[:4] == key_id(name, public):
                public.verify(written[4:], text.encode())
                return text, name
        except ValueError:
            continue
        except InvalidSignature:
            raise NotACheckpoint("its signature does not fit its text") from None
    raise NotACheckpoint("it is not signed by this key")


def _only_so(text: str) -> bytes:
    """The bytes of base64 text. Raises ValueError where they would be written otherwise."""
    written = base64.b64decode(text, validate=True)
    if base64.b64encode(written).decode("ascii") != text:
        raise ValueError("not as base64 is written")
    return written


def read_checkpoint(note: str, public: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint that the note signs. Raises NotACheckpoint."""
    text, name = opened(note, public)
    lines = text.splitlines()
    try:
        origin, size, root, *more = lines
        (moment,) = (line.removeprefix(_SIGNED) for line in more if line.startswith(_SIGNED))
        found = Checkpoint(int(size), base64.b64decode(root, validate=True), from_text(moment), origin)
    except ValueError:
        raise NotACheckpoint("it is signed, but it is no checkpoint") from None
    if found.text() != text or name != origin or found.size < 1 or len(found.root) != hashlib.sha256().digest_size:
        raise NotACheckpoint("it is signed, but it is no checkpoint of ours")
    return found
