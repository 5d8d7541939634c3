"""The demo company's customers and suppliers, with what each usually buys or charges and how each pays."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.company.iban import invent
from sandbox.company.shape import Contact


@dataclass(frozen=True, slots=True)
class Buyer:
    """How a customer behaves: share of the orders, days late on average, spread, chance of paying in two parts."""

    key: str
    weight: int
    late: int
    spread: int
    parts: float = 0.0


@dataclass(frozen=True, slots=True)
class Seller:
    """How a supplier bills: ledger account, net range, bills a month, how its bill numbers look."""

    key: str
    account: str
    low: int
    high: int
    per_month: float
    number: str
    text: str
    reduced: bool = False
    fixed: bool = False


# key | name | roles | country | city | currency | payment days | first name | last name
_CONTACTS = """
mueller|Müller GmbH|CS|DE|Stuttgart|EUR|14|Jonas|Müller
acme|Acme Ltd|S|IE|Dublin|EUR|14|Niamh|Doyle
bianchi|Bianchi Srl|CS|IT|Milano|EUR|30|Chiara|Bianchi
dupont|Dupont SA|CS|FR|Lyon|EUR|30|Camille|Dupont
globex|Globex Corporation|C|US|Springfield|EUR|30|Hank|Porter
initech|Initech|C|DE|Hamburg|EUR|14|Peter|Gibbon
schneider|Schneider Logistik|S|DE|Kassel|EUR|14|Uwe|Schneider
rossi|Rossi & Figli|S|IT|Bologna|EUR|30|Marco|Rossi
lumiere|Café Lumière|C|FR|Strasbourg|EUR|14|Amélie|Petit
northwind|Northwind Traders|CS|GB|Leeds|GBP|30|Oliver|Hart
hooli|Hooli|C|DE|München|EUR|30|Nina|Belsky
depot|Office Depot|S|DE|Köln|EUR|14|Sabine|Kaiser
kranich|Kranich Verlag|C|DE|Leipzig|EUR|30|Ute|Kranich
alster|Alsterblick Immobilien|C|DE|Hamburg|EUR|14|Henrik|Voss
grünwerk|Grünwerk Energie eG|C|DE|Freiburg|EUR|30|Leonie|Sauter
tannen|Tannenhof Kliniken|C|DE|Bad Nauheim|EUR|45|Dr. Rolf|Ebert
spreeradio|Spreeradio Medien|C|DE|Berlin|EUR|14|Malte|Zander
fjord|Fjordlicht Reisen|C|DE|Kiel|EUR|14|Wiebke|Jensen
bramble|Bramble & Finch Ltd|C|GB|Bristol|GBP|30|Gemma|Finch
winzer|Winzerhof Oberthal|C|DE|Oberthal|EUR|14|Franz|Oberthal
orchidee|Orchidee Kosmetik|C|DE|Köln|EUR|14|Selin|Aydin
polaris|Polaris Schulungen|C|DE|Hannover|EUR|14|Dirk|Lorenz
uferlos|Uferlos Festival gUG|C|DE|Berlin|EUR|14|Jule|Arndt
sattler|Sattlerei Brandt|C|DE|Münster|EUR|14|Kai|Brandt
vanderveen|Van der Veen Interieur|C|NL|Utrecht|EUR|30|Sanne|van der Veen
moosbach|Stadtwerke Moosbach|C|DE|Moosbach|EUR|30|Gerd|Huber
zeisig|Zeisig Spielwaren|C|DE|Nürnberg|EUR|14|Paula|Zeisig
hofgarten|Hofgarten Immobilien KG|S|DE|Berlin|EUR|7|Bernd|Hofer
pixelcloud|Pixelcloud Software|S|IE|Cork|EUR|14|Aoife|Byrne
lohmann|Lohmann & Partner Steuerberater|S|DE|Berlin|EUR|14|Katrin|Lohmann
blitzblank|Blitzblank Gebäudereinigung|S|DE|Berlin|EUR|14|Emre|Kaya
havelstrom|Havelstrom Energie|S|DE|Potsdam|EUR|14|Ines|Wolff
telenord|Telenord Kommunikation|S|DE|Rostock|EUR|14|Arne|Petersen
krueger|Lena Krüger|S|DE|Berlin|EUR|14|Lena|Krüger
okafor|Tobias Okafor|S|DE|Berlin|EUR|14|Tobias|Okafor
santos|Marta Santos|S|AT|Wien|EUR|14|Marta|Santos
nguyen|Linh Nguyen Illustration|S|DE|Dresden|EUR|14|Linh|Nguyen
bergmann|Bergmann Druck|S|DE|Berlin|EUR|14|Heike|Bergmann
bergmannei|Bergmann Druckerei GmbH|S|DE|Erfurt|EUR|30|Stefan|Bergmann
obrien|O'Brien & Sons Ltd|S|GB|Belfast|GBP|30|Sean|O'Brien
typehaus|Typehaus Schriften|S|DE|Weimar|EUR|14|Anton|Reuter
kopierwerk|Kopierwerk Süd|S|DE|Augsburg|EUR|14|Monika|Lang
holzweg|Schreinerei Holzweg|S|DE|Bernau|EUR|21|Georg|Holzweg
weber1|Studio Weber|S|DE|Berlin|EUR|14|Martin|Weber
weber2|Studio Weber|S|DE|Dortmund|EUR|14|Susanne|Weber
bikekurier|Kurierkollektiv Berlin|S|DE|Berlin|EUR|7|Timo|Falk
fotoalm|Fotoalm Bildagentur|S|AT|Graz|EUR|14|Eva|Gruber
sicherheim|Sicherheim Versicherung|S|DE|Bonn|EUR|14|Rita|Thoma
finanzamt|Finanzamt Mitte|S|DE|Berlin|EUR|10||
kasse|Krankenkasse Nordost|S|DE|Berlin|EUR|10||
"""

BUYERS = (
    Buyer("mueller", 6, 17, 6, 0.1),
    Buyer("bianchi", 4, 22, 8),
    Buyer("dupont", 4, 14, 5),
    Buyer("globex", 6, 29, 10, 0.1),
    Buyer("initech", 5, -1, 3),
    Buyer("lumiere", 4, 11, 4),
    Buyer("northwind", 4, 13, 4),
    Buyer("hooli", 6, 25, 9, 0.15),
    Buyer("kranich", 5, -3, 3),
    Buyer("alster", 4, 9, 3),
    Buyer("grünwerk", 6, 0, 2),
    Buyer("tannen", 5, 19, 6),
    Buyer("spreeradio", 4, 34, 14, 0.1),
    Buyer("fjord", 3, 12, 5),
    Buyer("bramble", 4, 15, 5),
    Buyer("winzer", 2, 1, 3),
    Buyer("orchidee", 3, 16, 7),
    Buyer("polaris", 3, -4, 2),
    Buyer("uferlos", 2, 56, 22, 0.2),
    Buyer("sattler", 2, 10, 3),
    Buyer("vanderveen", 3, 11, 4),
    Buyer("moosbach", 5, -5, 2),
    Buyer("zeisig", 3, 18, 6),
)

SELLERS = (
    Seller("hofgarten", "469", 2650, 2650, 1, "M{year}-{month:02d}", "Miete Atelier Lindenhof", fixed=True),
    Seller("acme", "313", 480, 640, 1, "ACM-{n:05d}", "Managed hosting"),
    Seller("pixelcloud", "455", 690, 910, 1, "PXC{n:06d}", "Design suite, seats"),
    Seller("lohmann", "412", 420, 780, 1, "LP-{n:04d}/{yy}", "Bookkeeping and payroll"),
    Seller("havelstrom", "445", 180, 390, 1, "HS{year}{n:05d}", "Electricity and heating"),
    Seller("krueger", "310", 900, 2600, 0.7, "{year}-{n:03d}", "Design, freelance days"),
    Seller("okafor", "310", 1200, 3000, 0.7, "TO{yy}{n:03d}", "Development, freelance days"),
    Seller("santos", "310", 600, 1900, 0.4, "MS-{n:03d}", "Text and translation"),
    Seller("nguyen", "310", 400, 1600, 0.4, "LN{n:04d}", "Illustrations"),
    Seller("bergmann", "311", 350, 2400, 0.5, "{year}-{n:03d}", "Printing"),
    Seller("bergmannei", "311", 500, 2900, 0.2, "BD/{yy}/{n:04d}", "Printing and binding"),
    Seller("schneider", "425", 90, 460, 0.5, "SL{n:06d}", "Freight"),
    Seller("rossi", "311", 300, 1400, 0.3, "{n}/{year}", "Paper, samples"),
    Seller("depot", "453", 60, 240, 0.5, "OD-{n:07d}", "Office supplies"),
    Seller("bianchi", "311", 700, 2200, 0.2, "F{n:04d}/{yy}", "Exhibition print"),
    Seller("dupont", "461", 400, 1200, 0.15, "FA{year}{n:04d}", "Training"),
    Seller("northwind", "312", 300, 1700, 0.25, "NWT-{n:04d}", "Picture licences"),
    Seller("obrien", "311", 400, 1900, 0.3, "OB{n:05d}", "Letterpress work"),
    Seller("typehaus", "312", 90, 480, 0.3, "TH-{n:04d}", "Typeface licences", reduced=True),
    Seller("kopierwerk", "311", 80, 520, 0.3, "KW{n:05d}", "Copies and plots"),
    Seller("weber1", "310", 500, 1500, 0.2, "W-{n:03d}", "Photography"),
    Seller("weber2", "310", 450, 1300, 0.2, "SW{n:04d}", "Sound design"),
    Seller("bikekurier", "425", 40, 160, 0.4, "KK{n:06d}", "Courier rides"),
    Seller("fotoalm", "312", 120, 560, 0.25, "FA-{n:05d}", "Pictures"),
    Seller("mueller", "463", 180, 900, 0.2, "MG{n:05d}", "Network support"),
)

# Nobody entered these suppliers' bank details in the ledger: a payment to them has no known payee account.
_NO_BANK_DETAILS = {"weber2", "fotoalm"}
_NOT_IN_EUROS_OR_ABROAD = {"IE", "IT", "FR", "US", "GB", "NL", "AT"}
_STREETS = ("Lindenweg", "Hafenstraße", "Marktplatz", "Gartenstraße", "Bahnhofstraße", "Mühlengasse", "Am Ufer")


def _contact(row: str, rng: random.Random, new_id: Callable[[str], str], updated_at: datetime) -> tuple[str, Contact]:
    key, name, roles, country, city, currency, days, first, last = row.split("|")
    iban, bic = invent(rng, country)
    domain = "".join(char for char in _plain(name) if char.isascii() and char.isalnum())
    supplier = "S" in roles
    return key, Contact(
        contact_id=new_id(f"contact/{key}"),
        name=name,
        email=f"{'rechnung' if supplier else 'buchhaltung'}@{domain}{'2' if key == 'weber2' else ''}.example",
        first_name=first,
        last_name=last,
        street=f"{rng.choice(_STREETS)} {rng.randrange(1, 140)}",
        postal_code=f"{rng.randrange(10000, 99999)}",
        city=city,
        country_code=country,
        phone=f"{rng.randrange(200, 900)} {rng.randrange(100000, 999999)}",
        currency=currency,
        iban=iban,
        bic=bic,
        bank_details=iban if supplier and key not in _NO_BANK_DETAILS else "",
        account_number=f"{'7' if supplier else '1'}{rng.randrange(1000, 9999)}",
        tax_number=f"{country}{rng.randrange(10**8, 10**9)}" if country not in {"US", "GB"} else "",
        is_customer="C" in roles,
        is_supplier=supplier,
        payment_days=int(days),
        tax_free=country in _NOT_IN_EUROS_OR_ABROAD or key in {"finanzamt", "kasse", "sicherheim"},
        status="ACTIVE",
        updated_at=updated_at,
    )


def contacts(seed: int, new_id: Callable[[str], str], updated_at: datetime) -> dict[str, Contact]:
    """Every contact by the short key that the generator uses."""
    rng = random.Random(f"{seed}/contacts")
    return dict(_contact(row, rng, new_id, updated_at) for row in _CONTACTS.strip().splitlines())


def _plain(name: str) -> str:
    """A name as its owner would write it in a domain: ü is ue, é is e, & is und."""
    plain = name.lower()
    for letter, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("&", "und")):
        plain = plain.replace(letter, spelt)
    return unicodedata.normalize("NFKD", plain)


def keys() -> tuple[str, ...]:
    """The short keys of all contacts."""
    return tuple(row.split("|")[0] for row in _CONTACTS.strip().splitlines())
