"""Certificates are checked for every address that is not plain HTTP, and the authorities are read once."""

from __future__ import annotations

import ssl

from tools.tls import trust


def test_an_address_with_tls_is_checked_and_the_authorities_are_read_once() -> None:
    found = trust("https://api.xero.com")
    assert isinstance(found, ssl.SSLContext) and found.verify_mode is ssl.CERT_REQUIRED and found.check_hostname
    assert trust("https://identity.xero.com") is found


def test_one_address_with_tls_among_plain_ones_is_enough() -> None:
    assert trust("http://127.0.0.1:8103", "https://api.solaris.example") is trust("https://api.solaris.example")


def test_what_is_no_address_is_checked() -> None:
    assert trust("") is trust("https://x.example")
    assert trust() is trust("https://x.example")
