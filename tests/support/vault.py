"""A stand-in for HashiCorp Vault's Transit engine on loopback: one AEAD key with versions, a token, a policy."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "vault-token-of-a-test"


class Transit:
    """The engine: its keys by version, what it was asked, and whether it is sealed."""

    def __init__(self) -> None:
        self.versions = [AESGCM(os.urandom(32))]
        self.asked: list[str] = []
        self.sealed = False
        self.token = TOKEN
        self.url = ""

    def rotate(self) -> None:
        """A new version of the key."""
        self.versions.append(AESGCM(os.urandom(32)))

    def answer(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What the real one answers to these three paths."""
        self.asked.append(path)
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        data = base64.b64decode(body.get("associated_data", ""))
        match path:
            case "/v1/transit/keys/finance-assistant":
                return 200, {"data": {"latest_version": len(self.versions), "type": "aes256-gcm96"}}
            case "/v1/transit/encrypt/finance-assistant":
                nonce = os.urandom(12)
                made = nonce + self.versions[-1].encrypt(nonce, base64.b64decode(body["plaintext"]), data)
                return 200, {"data": {"ciphertext": f"vault:v{len(self.versions)}:{base64.b64encode(made).decode()}"}}
            case "/v1/transit/decrypt/finance-assistant":
                _, version, made = body["ciphertext"].split(":", 2)
                raw = base64.b64decode(made)
                try:
                    plain = self.versions[int(version[1:]) - 1].decrypt(raw[:12], raw[12:], data)
                except (InvalidTag, IndexError):
                    return 400, {"errors": ["cipher: message authentication failed"]}
                return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}
        return 404, {"errors": []}


@contextmanager
def run_vault() -> Iterator[Transit]:
    """The stand-in on a free port of loopback."""
    transit = Transit()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            status, said = transit.answer(self.path, self.headers.get("x-vault-token", ""), body)
            made = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(made)))
            self.end_headers()
            self.wfile.write(made)

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    transit.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield transit
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
