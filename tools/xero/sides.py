"""Every side of one organisation's Xero, made from its client: what tools may read with, what the executor writes with.

Live records and reports are made by whoever keeps them (`XeroReader`, `XeroReports`).
"""

from __future__ import annotations

from typing import TypedDict

from tools.base import WriteAccess
from tools.xero.cash import CashBooks
from tools.xero.cash_reader import XeroCash
from tools.xero.cash_writer import XeroCashWriter
from tools.xero.client import XeroCalls
from tools.xero.document_writer import XeroDocumentWriter
from tools.xero.journal_reader import XeroJournals
from tools.xero.journals import JournalBooks
from tools.xero.master_data import MasterBooks
from tools.xero.master_reader import XeroMasters
from tools.xero.master_writer import XeroMasterWriter
from tools.xero.paper_reader import XeroPapers
from tools.xero.paper_writer import XeroPaperWriter
from tools.xero.papers import Papers
from tools.xero.trade import TradeBooks
from tools.xero.trade_reader import XeroTrade
from tools.xero.trade_writer import XeroTradeWriter
from tools.xero.writer import XeroWriter


class ReadingSides(TypedDict):
    """The parts of an Access that need nothing but the client, under their names in it."""

    papers: Papers
    cash: CashBooks
    journals: JournalBooks
    trade: TradeBooks
    masters: MasterBooks


def reading_sides(calls: XeroCalls) -> ReadingSides:
    """Xero, reading."""
    return ReadingSides(
        papers=XeroPapers(calls),
        cash=XeroCash(calls),
        journals=XeroJournals(calls),
        trade=XeroTrade(calls),
        masters=XeroMasters(calls),
    )


def writing_sides(calls: XeroCalls) -> WriteAccess:
    """Xero, writing: for the executor alone."""
    writer = XeroWriter(calls)
    return WriteAccess(
        payments=writer,
        contacts=writer,
        documents=XeroDocumentWriter(calls),
        papers=XeroPaperWriter(calls),
        cash=XeroCashWriter(calls),
        trade=XeroTradeWriter(calls),
        masters=XeroMasterWriter(calls),
    )
