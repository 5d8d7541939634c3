"""The issuer's signing keys: RS256 (RFC 7515, RFC 7517), replaceable at any moment as Okta's are.

Signing is done here with plain RSA, so that the tests' verification by another library is an independent check.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Undo `b64`. Raises ValueError for anything else."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


class SigningKey:
    """One RSA key with its id."""

    def __init__(self, private: RSAPrivateKey) -> None:
        self.private = private
        numbers = private.public_key().public_numbers()
        self._n = b64(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))
        self._e = b64(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big"))
        thumbprint = json.dumps({"e": self._e, "kty": "RSA", "n": self._n}, separators=(",", ":"))
        self.kid = b64(hashlib.sha256(thumbprint.encode()).digest())  # RFC 7638

    @classmethod
    def new(cls) -> "SigningKey":
        """A fresh key."""
        return cls(generate_private_key(public_exponent=65537, key_size=2048))

    @classmethod
    def from_pem(cls, pem: str) -> "SigningKey":
        """A key that was kept over a restart."""
        private = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, RSAPrivateKey):
            raise ValueError("the kept key is not an RSA key")
        return cls(private)

    def pem(self) -> str:
        """For keeping over a restart."""
        form = serialization.PrivateFormat.PKCS8
        plain = serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, form, plain).decode()

    def public(self) -> dict[str, str]:
        """The public half as a JWK."""
        return {"kty": "RSA", "alg": "RS256", "kid": self.kid, "use": "sig", "e": self._e, "n": self._n}

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token with these claims."""
        header = {"kid": self.kid, "alg": "RS256"}
        text = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        signature = self.private.sign(text.encode(), PKCS1v15(), hashes.SHA256())
        return f"{text}.{b64(signature)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether this key made that signature."""
        try:
            self.private.public_key().verify(signature, text.encode(), PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


class KeyRing:
    """The keys in use: the first signs, all are published. Made when first needed, since that takes a moment."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []

    def active(self) -> SigningKey:
        """The key that signs now."""
        if not self._keys:
            self._keys.append(SigningKey.new())
        return self._keys[0]

    def rotate(self, *, keep_old: bool) -> SigningKey:
        """Sign with a new key from now on; the old ones stay published only if `keep_old`."""
        old = [self.active(), *self._keys[1:]] if keep_old else []
        self._keys = [SigningKey.new(), *old]
        return self._keys[0]

    def published(self) -> list[dict[str, str]]:
        """The JWKS' keys."""
        self.active()
        return [key.public() for key in self._keys]

    def pems(self) -> list[str]:
        """For keeping over a restart."""
        return [key.pem() for key in self._keys]

    def restore(self, pems: list[str]) -> None:
        """Take kept keys back."""
        self._keys = [SigningKey.from_pem(pem) for pem in pems]

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that one of these keys signed, expired or not; None for any other text."""
        text, _, signature = token.rpartition(".")
        try:
            header, claims = (json.loads(unb64(part)) for part in text.split("."))
            raw = unb64(signature)
        except ValueError:
            return None
        if not isinstance(header, dict) or not isinstance(claims, dict) or header.get("alg") != "RS256":
            return None
        signed = any(key.kid == header.get("kid") and key.verifies(text, raw) for key in self._keys)
        return claims if signed else None
