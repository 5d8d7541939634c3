"""Names made to be taken for others: what is not seen, scripts mixed in a word, names that look like another's."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import words
from tools.lookalike import look_alikes, mixed_words, unseen

UNSEEN = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2066\u2069\u200e\u061c"  # format
    "\u034f\u115f\u3164\uffa0\u2800\ufe0f\U000e0041\n\u2028\ue000"  # the others
)
TWINS = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "y": "у", "i": "і", "s": "ѕ", "A": "Α", "B": "В"}
"""Latin letters, and Cyrillic or Greek ones that look the same."""


@given(st.text(max_size=8), st.sampled_from(UNSEEN), st.text(max_size=8))
def test_every_unseen_character_is_named_and_shown(before: str, char: str, after: str) -> None:
    name = before + char + after
    assert f"U+{ord(char):04X}" in unseen(name)
    assert f"⟨U+{ord(char):04X}⟩" in words.visible(name)
    assert not unseen(words.visible(name))


@pytest.mark.parametrize("name", ["Acme Ltd", "Müller & Söhne", "株式会社アクメ", "Café №5", "हिन्दी", "O’Brien"])
def test_a_plain_name_has_nothing_unseen_and_no_mixed_word(name: str) -> None:
    assert unseen(name) == ()
    assert mixed_words(name) == ()
    assert words.visible(name) == name


@pytest.mark.parametrize(
    ("name", "word", "odd"),
    [
        ("Асme Ltd", "Асme", ("А", "с")),
        ("Acme Lτd", "Lτd", ("τ",)),
        ("Pаypal", "Pаypal", ("а",)),
        ("Ac\u200bmе", "Acmе", ("е",)),
        ("Αлфа", "Αлфа", ("Α", "л", "ф", "а")),
        ("Bank2Вank", "Bank2Вank", ("В",)),
        ("Acmeא", "Acmeא", ("א",)),
    ],
)
def test_a_word_of_two_scripts_is_found_with_its_odd_letters(name: str, word: str, odd: tuple[str, ...]) -> None:
    (found,) = mixed_words(name)
    assert (found.word, found.odd) == (word, odd)


@pytest.mark.parametrize(
    "name",
    [
        "ソニーSony株式会社",
        "東京タワー",
        "삼성Samsung",
        "三星전자",
        "ООО Ромашка Ltd",
        "Acme ООО",
        "µTorrent",
        "ﾊﾝｶｸ カナ",
    ],
)
def test_scripts_that_belong_together_or_stand_in_words_of_their_own_are_usual(name: str) -> None:
    assert mixed_words(name) == ()


@pytest.mark.parametrize(
    "other",
    [
        "Acme Ldt", "Асme Ltd", "АСМЕ LTD", "Acme Limited", "ACME GmbH", "Acne Ltd", "Acrne Ltd", "A\u200bcme Ltd",
        "Ａｃｍｅ Ltd", "Acmé Ltd.", "A.C.M.E. Ltd", "Acme-Ltd", "𝐀cme Ltd", "Аcme", "Acmme Ltd", "Came Ltd",
        "Acme Ltd", "ACME  ltd",
    ],
)  # fmt: skip
def test_another_name_that_looks_like_it_is_found(other: str) -> None:
    assert look_alikes("Acme Ltd", ["Zeta AG", other, "Nordlicht Energie"]) == [1]
    assert look_alikes(other, ["Zeta AG", "Acme Ltd"]) == [1]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Acme Ltd", "Apex Ltd"),
        ("Acme Ltd", "Acme Logistics Ltd"),
        ("Filiale 12", "Filiale 13"),
        ("Store 9 GmbH", "Store 10 GmbH"),
        ("ABC AG", "ABD AG"),
        ("Nordlicht Energie", "Südlicht Energie"),
        ("", "Acme Ltd"),
        ("&", "+"),
    ],
)
def test_names_that_are_only_near_are_not(name: str, other: str) -> None:
    assert look_alikes(name, [other]) == []


@given(st.text(alphabet="abceopxyisABklmnrt", min_size=5, max_size=12), st.data())
def test_any_letters_replaced_by_their_twins_are_found(name: str, data: st.DataObject) -> None:
    spoof = "".join(TWINS[char] if char in TWINS and data.draw(st.booleans()) else char for char in name)
    spoof = spoof[:2] + data.draw(st.sampled_from(("", "\u200b", "\u202e"))) + spoof[2:]
    assert look_alikes(f"{name} Ltd", [f"{spoof} GmbH"]) == [0]


@given(st.text(alphabet="abcdefghklmnopqrstuvwxyz", min_size=5, max_size=14), st.data())
def test_any_one_edit_is_found(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    edited = data.draw(
        st.sampled_from(
            (name[:at] + name[at + 1 :], name[:at] + "z" + name[at:], name[:at] + "q" + name[at + 1 :])
            + ((name[:at] + name[at + 1] + name[at] + name[at + 2 :],) if at + 1 < len(name) else ())
        )
    )
    assert look_alikes(f"{name} Ltd", [f"{edited} Ltd"]) == [0]


def test_five_thousand_contacts_are_compared_at_once() -> None:
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyzäöü "
    others = ["".join(rng.choices(letters, k=18)).title() + rng.choice((" GmbH", " Ltd")) for _ in range(4999)]
    took = []
    for _ in range(5):
        began = time.process_time()
        assert look_alikes("Acme Ltd", [*others, "Acme Ldt"]) == [4999]
        took.append(time.process_time() - began)
    assert min(took) < 0.05
