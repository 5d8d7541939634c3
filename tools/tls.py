"""Whom a client of ours believes to be who they say."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


def trust(*urls: str) -> ssl.SSLContext | bool:
    """For `verify` of a client that calls these: the usual certificate authorities; plain HTTP needs none.

    Left to itself each client reads the authorities anew, which takes 20 ms in which the event loop does nothing else.
    """
    plain = bool(urls) and all(url.startswith("http:") for url in urls)
    return False if plain else _authorities()


@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()
