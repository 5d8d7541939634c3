"""The demo people who can sign in: invented, one for each role, one without any, one of another organisation,
one without a second factor."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the identity provider's directory."""

    login: str
    given_name: str
    family_name: str
    groups: tuple[str, ...]
    says: str
    """What the sign-in page says this person may do."""
    second_factor: bool = True
    """Whether a second factor is set up, so that a level that needs one can be met."""

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """The work address, which is also the user name; `.example` never reaches anybody."""
        return f"{self.login}@lindenhof.example"

    @property
    def subject(self) -> str:
        """The directory's own id, as Okta's look ("00u" and 17 letters); it never changes for a person."""
        return "00u" + hashlib.sha256(self.login.encode()).hexdigest()[:17]


PEOPLE = (
    Person("vera.vogel", "Vera", "Vogel", ("finance-viewers",), "Viewer: may read"),
    Person("paul.peters", "Paul", "Peters", ("finance-preparers",), "Preparer: may propose payments"),
    Person("anna.albrecht", "Anna", "Albrecht", ("finance-approvers",), "Approver: may confirm payments"),
    Person(
        "max.maurer",
        "Max",
        "Maurer",
        ("finance-preparers", "finance-approvers"),
        "Preparer and approver: may do both",
    ),
    Person("ada.adler", "Ada", "Adler", ("finance-admins",), "Admin: may set things up"),
    Person("nora.niemand", "Nora", "Niemand", (), "In no finance group: must be refused"),
    Person(
        "emil.engel",
        "Emil",
        "Engel",
        ("finance-approvers",),
        "Approver without a second factor: may confirm small payments only",
        second_factor=False,
    ),
    Person(
        "petra.paulsen",
        "Petra",
        "Paulsen",
        ("finance-preparers", "finance-payroll"),
        "Preparer who may see payroll",
    ),
    Person(
        "pia.pohl",
        "Pia",
        "Pohl",
        ("finance-approvers", "finance-payroll"),
        "Approver who may see payroll",
    ),
    Person("otto.ost", "Otto", "Ost", ("finance-approvers-ost",), "Approver of another organisation"),
)


def person_by_login(login: str) -> Person | None:
    """The person with this login or e-mail address, whatever its case."""
    wanted = login.strip().lower()
    return next((person for person in PEOPLE if wanted in (person.login, person.email)), None)


def person_by_subject(subject: str) -> Person | None:
    """The person with this directory id."""
    return next((person for person in PEOPLE if person.subject == subject), None)
