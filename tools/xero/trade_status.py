"""Moving a quote or purchase order on: proposed here, confirmed by a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from tools import words
from tools.base import Access, Draft, Payload, Receipt, Stakes, WriteAccess, WriteKind, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.inputs import ContactName, Text
from tools.money import Money
from tools.trouble import Trouble
from tools.views import Card, Fact
from tools.xero.documents import contact_of
from tools.xero.links import trade_link
from tools.xero.payment_plan import Part, PlannedOrganisation
from tools.xero.trade import Form, TradePaper
from tools.xero.trade_find import paper_meant
from tools.xero.trade_words import noun, opening, state_word, titled

_ANOTHER = Trouble("answered with another state than was sent", "hat mit einem anderen Status geantwortet")
_MOVES: dict[Form, dict[str, tuple[str, tuple[str, ...]]]] = {
    "quote": {
        "send": ("SENT", ("DRAFT", "ACCEPTED", "DECLINED", "INVOICED")),
        "accept": ("ACCEPTED", ("SENT",)),
        "decline": ("DECLINED", ("SENT",)),
        "invoiced": ("INVOICED", ("ACCEPTED",)),
        "delete": ("DELETED", ("DRAFT", "SENT", "ACCEPTED", "DECLINED", "INVOICED")),
    },
    "order": {
        "submit": ("SUBMITTED", ("DRAFT",)),
        "approve": ("AUTHORISED", ("DRAFT", "SUBMITTED", "BILLED")),
        "billed": ("BILLED", ("DRAFT", "SUBMITTED", "AUTHORISED")),
        "delete": ("DELETED", ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED")),
    },
}
"""What each deed makes of it, and from which states Xero allows that."""
_DEEDS = {
    "send": ("Mark {} as sent", "{} als versandt vermerken"),
    "accept": ("Mark {} as accepted", "{} als angenommen vermerken"),
    "decline": ("Mark {} as declined", "{} als abgelehnt vermerken"),
    "invoiced": ("Mark {} as invoiced", "{} als berechnet vermerken"),
    "submit": ("Submit {} for approval", "{} zur Freigabe vorlegen"),
    "approve": ("Approve {}", "{} freigeben"),
    "billed": ("Mark {} as billed", "{} als abgerechnet vermerken"),
    "delete": ("Delete {}", "{} löschen"),
}
_BARE = {
    "send": ("mark as sent", "als versandt vermerken"),
    "accept": ("mark as accepted", "als angenommen vermerken"),
    "decline": ("mark as declined", "als abgelehnt vermerken"),
    "invoiced": ("mark as invoiced", "als berechnet vermerken"),
    "submit": ("submit for approval", "zur Freigabe vorlegen"),
    "approve": ("approve", "freigeben"),
    "billed": ("mark as billed", "als abgerechnet vermerken"),
    "delete": ("delete", "löschen"),
}


class MovePlan(Part):
    """Which paper, and from which state into which."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    form: Form
    id: str
    number: str
    contact_id: str
    contact_name: str
    currency: str
    total_minor: int
    updated_at: str
    was: str
    deed: Literal["send", "accept", "decline", "invoiced", "submit", "approve", "billed", "delete"]

    @classmethod
    def read(cls, payload: Payload) -> MovePlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def becomes(self) -> str:
        """The state that it has afterwards."""
        return _MOVES[self.form][self.deed][0]

    @property
    def total(self) -> Money:
        """What it comes to."""
        return Money.from_minor(self.total_minor, self.currency)

    def title(self, language: Language) -> str:
        """ "quote QU-0001"."""
        return f"{noun(self.form, language)} {words.visible(self.number)}"

    def stakes(self) -> Stakes:
        """What the policy has to know of it: nothing counts in the books by it."""
        return Stakes(
            kind=WriteKind.DOCUMENT_DRAFT,
            money=self.total,
            payee_id=self.contact_id,
            payee_name=self.contact_name,
            bank="",
            reference=self.number,
            day=None,
        )


def _empty(value: object) -> object:
    return value or ""


async def change_quote_status(
    access: Access,
    quote_number: Annotated[Text, Field(description="Number of the quote, as typed (or a choice's id)")] = "",
    to: Annotated[
        Literal["send", "accept", "decline", "invoiced", "delete", ""],
        BeforeValidator(_empty),
        Field(description="send: mark as sent (nothing is e-mailed); accept, decline: what the customer said"),
    ] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to mark a quote as sent, accepted, declined or invoiced, or to delete it.

    Nothing is written: a person confirms on a card. Only for the quote and the deed that the person named.
    """
    return await _proposed(access, "quote", quote_number, to, contact_name)


async def change_purchase_order_status(
    access: Access,
    order_number: Annotated[Text, Field(description="Number of the purchase order, as typed (or a choice's id)")] = "",
    to: Annotated[
        Literal["submit", "approve", "billed", "delete", ""],
        BeforeValidator(_empty),
        Field(description="submit a draft for approval, approve it, mark it as billed, delete it"),
    ] = "",
    contact_name: ContactName = "",
) -> Draft:
    """Propose to submit, approve or delete a purchase order, or to mark it as billed. It pays nothing.

    Nothing is written: a person confirms on a card. Only for the order and the deed that the person named.
    """
    return await _proposed(access, "order", order_number, to, contact_name)


async def _proposed(access: Access, form: Form, number: str, to: str, contact_name: str) -> Draft:
    try:
        if not to:
            deeds_en, deeds_de = (
                words.listed([words.say(language, *_BARE[deed]) for deed in _MOVES[form]], language)
                for language in words.LANGUAGES
            )
            raise ToolRetry(
                {
                    "en": f"What should be done to it: {deeds_en}?",
                    "de": f"Was soll damit geschehen: {deeds_de}?",
                }
            )
        paper = await paper_meant(access, form, number, await contact_of(access, contact_name))
    except ToolRetry as asked:
        nothing = {"en": "Nothing was changed", "de": "Es wurde nichts geändert"}
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}." for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None
    _check(paper, to)
    plan = MovePlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        form=form,
        id=paper.id,
        number=paper.number,
        contact_id=paper.contact_id,
        contact_name=paper.contact_name,
        currency=paper.currency,
        total_minor=Money(paper.total, paper.currency).minor,
        updated_at=paper.updated_at.isoformat(),
        was=paper.status,
        deed=to,  # type: ignore[arg-type]  # one of those of its form
    )
    return Draft(payload=plan.payload(), summary=_line(plan, access.language))


def _check(paper: TradePaper, to: str) -> None:
    becomes, starts = _MOVES[paper.form][to]
    if paper.status in starts:
        return
    en, de = opening(titled(paper, "en")), titled(paper, "de")
    now_en, now_de = state_word(paper.status, "en"), state_word(paper.status, "de")
    if paper.status == becomes:
        raise ToolFailed(
            {
                "en": f"{en} is {now_en} already. There is nothing to change.",
                "de": f"{de} hat schon den Status „{now_de}“. Es gibt nichts zu ändern.",
            }
        )
    from_en = words.listed([state_word(one, "en") for one in starts], "en")
    from_de = words.listed([state_word(one, "de") for one in starts], "de")
    raise ToolFailed(
        {
            "en": f"{en} is {now_en}. Xero allows this only where it is: {from_en}. Nothing was changed.",
            "de": f"{de} hat den Status „{now_de}“. Xero erlaubt das nur bei: {from_de}. Es wurde nichts geändert.",
        }
    )


def _line(plan: MovePlan, language: Language) -> str:
    return words.say(language, *_DEEDS[plan.deed]).format(plan.title(language))


def move_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = MovePlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    deed = _line(plan, language)
    return Card(
        deed=deed,
        headline=deed,
        amount=words.money(plan.total, language),
        payee=words.visible(plan.contact_name),
        payee_label=label("To", "An"),
        facts=(
            Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
            Fact(label=label("Number", "Nummer"), value=words.visible(plan.number)),
            Fact(label=label("Now", "Jetzt"), value=state_word(plan.was, language)),
            Fact(label=label("Afterwards", "Danach"), value=state_word(plan.becomes, language), emphasis=True),
        ),
        note=label(
            "Nothing counts in the books by it, and nothing is sent to anybody.",
            "In den Büchern zählt dadurch nichts, und versandt wird nichts.",
        ),
    )


async def move_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads it again: None while it is as on the card, to the moment of its last change."""
    plan = MovePlan.read(payload)
    now = await access.trade.paper(plan.form, plan.id)
    if (now.status, now.updated_at.isoformat()) == (plan.was, plan.updated_at):
        return None
    return {
        "en": f"Nothing was changed. {opening(plan.title('en'))} was changed in Xero since the card was made; it "
        f"is now {state_word(now.status, 'en')}.",
        "de": f"Es wurde nichts geändert. {plan.title('de')} wurde in Xero geändert, seit die Karte entstand; der "
        f"Status ist jetzt: {state_word(now.status, 'de')}.",
    }


async def move_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be that paper in that state, with the same total."""
    plan = MovePlan.read(payload)
    made = await writing.trade.move_paper(plan.form, plan.id, plan.becomes, key=key)
    if (made.id.casefold(), made.status, made.total) != (plan.id.casefold(), plan.becomes, plan.total.amount):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan)


async def look_up_move(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether it has that state now; nothing tells our change from the same one made by somebody in Xero."""
    plan = MovePlan.read(payload)
    now = await writing.trade.paper_now(plan.form, plan.id)
    return _receipt(plan) if now.status == plan.becomes else None


def _receipt(plan: MovePlan) -> Receipt:
    organisation = words.visible(plan.organisation.name)
    summary: dict[Language, str] = {}
    for language in words.LANGUAGES:
        state, title = state_word(plan.becomes, language), plan.title(language)
        name = words.visible(plan.contact_name)
        summary[language] = words.say(
            language,
            f"Done: {title} to {name} is now {state} ({organisation}).",
            f"Erledigt: {title} an {name} hat jetzt den Status „{state}“ ({organisation}).",
        )
    return Receipt(
        provider="Xero",
        reference=plan.id,
        link=trade_link(plan.organisation.short_code, plan.form, plan.id),
        facts={"paper": noun(plan.form, "en"), "paper_id": plan.id, "number": plan.number, "status": plan.becomes},
        summary=summary,
    )


def _again(payload: Payload, _fields: Mapping[str, str]) -> Mapping[str, object]:
    plan = MovePlan.read(payload)
    return {"quote_number" if plan.form == "quote" else "order_number": plan.id, "to": plan.deed}


CHANGE_QUOTE_STATUS = write_tool(
    "xero",
    propose=change_quote_status,
    changed=move_changed,
    execute=move_once,
    look_up=look_up_move,
    card=move_card,
    subject=lambda payload: MovePlan.read(payload).id,
    stakes=lambda payload: MovePlan.read(payload).stakes(),
    again=_again,
)
CHANGE_ORDER_STATUS = write_tool(
    "xero",
    propose=change_purchase_order_status,
    changed=move_changed,
    execute=move_once,
    look_up=look_up_move,
    card=move_card,
    subject=lambda payload: MovePlan.read(payload).id,
    stakes=lambda payload: MovePlan.read(payload).stakes(),
    again=_again,
)
