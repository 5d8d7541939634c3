"""Invented bank details whose check digits are right, so that a validator accepts them (ISO 13616, ISO 7064 mod 97)."""

from __future__ import annotations

import random

# Bank codes with their BIC; the account numbers behind them are invented.
_BANKS: dict[str, tuple[tuple[str, str], ...]] = {
    "DE": (("37040044", "COBADEFFXXX"), ("50010517", "INGDDEFFXXX"), ("10050000", "BELADEBEXXX")),
    "AT": (("12000", "BKAUATWWXXX"), ("19043", "RLNWATWWXXX")),
    "NL": (("ABNA", "ABNANL2AXXX"), ("INGB", "INGBNL2AXXX")),
    "GB": (("NWBK601613", "NWBKGB2LXXX"), ("BARC200000", "BARCGB22XXX")),
    "IE": (("AIBK931152", "AIBKIE2DXXX"),),
    "FR": (("2004101005", "PSSTFRPPXXX"), ("3000401587", "BNPAFRPPXXX")),
    "IT": (("0542811101", "BLOPIT22XXX"), ("0306909606", "BCITITMMXXX")),
    "US": (("37040044", "COBADEFFXXX"),),
}
SOLARIS_BANK_CODE = "11010100"
SOLARIS_BIC = "SOBKDEBBXXX"


def _digits(text: str) -> str:
    return "".join(str(int(char, 36)) for char in text)


def with_check_digits(country: str, bban: str) -> str:
    """The IBAN for a national account number."""
    check = 98 - int(_digits(bban + country + "00")) % 97
    return f"{country}{check:02d}{bban}"


def is_valid(iban: str) -> bool:
    """Whether the check digits of an IBAN hold (length by country is not looked at)."""
    compact = iban.replace(" ", "").upper()
    return len(compact) > 14 and compact.isalnum() and int(_digits(compact[4:] + compact[:4])) % 97 == 1


def _french(bank_and_branch: str, number: str) -> str:
    """Adds the French RIB key, a second check inside the national number."""
    bank, branch = int(bank_and_branch[:5]), int(bank_and_branch[5:])
    key = 97 - (89 * bank + 15 * branch + 3 * int(number)) % 97
    return f"{bank_and_branch}{number}{key:02d}"


_ITALIAN_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)


def _italian(bank_and_branch: str, number: str) -> str:
    """Puts the Italian CIN letter, a check over bank, branch and account, in front."""
    digits = [int(char) for char in bank_and_branch + number]
    total = sum(_ITALIAN_ODD[d] if place % 2 == 0 else d for place, d in enumerate(digits))
    return f"{chr(ord('A') + total % 26)}{bank_and_branch}{number}"


def invent(rng: random.Random, country: str) -> tuple[str, str]:
    """An invented IBAN and its bank's BIC for a party of that country (US parties bank in Germany here)."""
    bank, bic = rng.choice(_BANKS[country])
    match country:
        case "FR":
            return with_check_digits("FR", _french(bank, f"{rng.randrange(10**10):011d}")), bic
        case "IT":
            return with_check_digits("IT", _italian(bank, f"{rng.randrange(10**8):012d}")), bic
        case "GB" | "IE":
            return with_check_digits(country, f"{bank}{rng.randrange(10**8):08d}"), bic
        case "AT":
            return with_check_digits("AT", f"{bank}{rng.randrange(10**10):011d}"), bic
        case "NL":
            return with_check_digits("NL", f"{bank}{rng.randrange(10**9):010d}"), bic
        case _:
            return with_check_digits("DE", f"{bank}{rng.randrange(10**9):010d}"), bic


def solaris_iban(rng: random.Random) -> str:
    """An IBAN at the bank whose accounts the Solaris stand-in serves."""
    return with_check_digits("DE", f"{SOLARIS_BANK_CODE}{rng.randrange(10**9):010d}")
