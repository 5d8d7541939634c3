# ruff: noqa: E501  (word tables: one line a pattern)
"""The words of the calendar in English, German, Italian and French, folded, as pieces of regular expressions."""

_MONTH_WORDS = [
    "january januar gennaio janvier jan janner", "february februar febbraio fevrier feb", "march marz marzo mars mar maerz",
    "april aprile avril apr", "may mai maggio", "june juni giugno juin jun", "july juli luglio juillet jul",
    "august agosto aout aug", "september settembre septembre sep sept septmber setptember",
    "october oktober ottobre octobre oct okt", "november novembre nov", "december dezember dicembre decembre dec dez",
]  # fmt: skip
MONTHS = {word: number for number, line in enumerate(_MONTH_WORDS, 1) for word in line.split()}
_WEEKDAY_WORDS = ["monday montag lunedi lundi", "tuesday dienstag martedi mardi", "wednesday mittwoch mercoledi mercredi",
             "thursday donnerstag giovedi jeudi", "friday freitag venerdi vendredi", "saturday samstag sabato samedi",
             "sunday sonntag domenica dimanche"]  # fmt: skip
WEEKDAYS = {word: number for number, line in enumerate(_WEEKDAY_WORDS) for word in line.split()}
COUNTS = {
    word: number
    for number, line in {
        1: "one a an ein eine einem einen einer un una uno une", 2: "two zwei due deux couple", 3: "three drei tre trois",
        4: "four vier quattro quatre", 5: "five funf cinque cinq", 6: "six sechs sei", 7: "seven sieben sette sept",
        8: "eight acht otto huit", 9: "nine neun nove neuf", 10: "ten zehn dieci dix", 12: "twelve zwolf dodici douze",
        14: "fourteen vierzehn quattordici quatorze", 15: "fifteen funfzehn quindici quinze", 20: "twenty zwanzig venti vingt",
        30: "thirty dreisig trenta trente", 60: "sixty sechzig sessanta soixante", 90: "ninety neunzig novanta",
    }.items()
    for word in line.split()
}  # fmt: skip
UNITS = {
    "day": "days? tage?n? giorn[oi] jours?", "week": "weeks? wochen? settiman[ae] semaines?",
    "month": "months? monate?n?s? mes[ei] mois", "quarter": "quarters? quartals?e? trimestr[ei] trimestres?",
    "year": "years? jahre?n?s? ann[oi] ans an(?=.(?:dernier|passe|prochain)) annees? fiscal.year geschaftsjahre?s?", "half": "half.years? halbjahre?s? semestre?i?",
}  # fmt: skip
ANY_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
ANY_DAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
ANY_UNIT = "|".join(word for line in UNITS.values() for word in line.split())
ANY_COUNT = r"\d{1,3}|couple of|" + "|".join(sorted(COUNTS, key=len, reverse=True))
LAST = r"last|past|previous|prior|preceding|letzte[nmrs]?|vergangene[nmrs]?|vorige[nmrs]?|scors[oa]|ultim[oaie]|precedente|passat[oa]|dernier[es]*|passee?|precedent[es]*"
THIS = r"this|current|diese[nmrs]?|laufende[nmrs]?|aktuelle[nmrs]?|quest['oa]?|corrente|in corso|cette|cet|ce|courante?|en cours"
NEXT = r"next|coming|upcoming|following|nachste[nmrs]?|kommende[nmrs]?|prossim[oaie]|prochain[es]*"
ORDINALS = {
    1: "first 1st erste[nsrm]? 1\\. primo prima premiere? 1er q1 t1 h1", 2: "second 2nd zweite[nsrm]? 2\\. secondo seconda deuxieme second[e]? 2e q2 t2 h2",
    3: "third 3rd dritte[nsrm]? 3\\. terzo troisieme 3e q3 t3", 4: "fourth 4th vierte[nsrm]? 4\\. quarto quatrieme 4e last.q q4 t4",
}  # fmt: skip
