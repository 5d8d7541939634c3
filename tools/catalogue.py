"""Everything that the assistant can do, by what it is about, in the order in which a model is told of it."""

from __future__ import annotations

from tools.base import Toolset
from tools.families import Family, every_tool
from tools.solaris.balances import get_account_balance, list_bank_accounts
from tools.solaris.bookings import list_bookings
from tools.xero.advance_allocation import ALLOCATE_ADVANCE
from tools.xero.advance_list import list_advances, list_batch_payments
from tools.xero.aged import get_aged_payables, get_aged_receivables
from tools.xero.attach_file import ATTACH_FILE
from tools.xero.bank_details import CHANGE_BANK_DETAILS
from tools.xero.bank_lists import list_bank_transactions, list_bank_transfers
from tools.xero.bills import get_bill, list_bills
from tools.xero.contact_archive import ARCHIVE_CONTACT
from tools.xero.contact_change import CHANGE_CONTACT
from tools.xero.contact_view import get_contact
from tools.xero.contacts import list_contacts
from tools.xero.credit_allocation import ALLOCATE_CREDIT
from tools.xero.credit_draft import CREATE_CREDIT_NOTE
from tools.xero.credit_list import list_credit_notes
from tools.xero.direct_money import RECORD_RECEIVED, RECORD_SPENT
from tools.xero.document_copy import COPY_DOCUMENT
from tools.xero.document_history import get_document_history
from tools.xero.document_note import ADD_NOTE
from tools.xero.document_papers import get_document_pdf, get_online_invoice, list_attachments
from tools.xero.draft_documents import CREATE_BILL, CREATE_INVOICE
from tools.xero.draft_edit import CHANGE_DRAFT
from tools.xero.duplicate_contacts import find_duplicate_contacts
from tools.xero.group_list import list_contact_groups
from tools.xero.group_member import ADD_TO_GROUP
from tools.xero.invoices import get_invoice, list_invoices
from tools.xero.item_changes import CHANGE_ITEM, CREATE_ITEM
from tools.xero.item_list import list_items
from tools.xero.journal_list import list_manual_journals
from tools.xero.new_contact import CREATE_CONTACT
from tools.xero.organisation import get_organisation
from tools.xero.overdue import get_overdue_summary
from tools.xero.own_transfer import RECORD_TRANSFER
from tools.xero.payment_list import list_payments
from tools.xero.payment_removal import REMOVE_PAYMENT
from tools.xero.payment_status import get_payment_status
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.repeating_list import list_repeating_invoices
from tools.xero.search import search_ledger
from tools.xero.sending import SEND_INVOICE
from tools.xero.sent_list import list_sent_files
from tools.xero.setup_lists import (
    list_accounts,
    list_currencies,
    list_tax_rates,
    list_tracking_categories,
    list_users,
)
from tools.xero.statements import (
    get_balance_sheet,
    get_bank_summary,
    get_executive_summary,
    get_profit_and_loss,
    get_trial_balance,
)
from tools.xero.status_change import CHANGE_STATUS
from tools.xero.trade_list import get_purchase_order, get_quote, list_purchase_orders, list_quotes
from tools.xero.trade_make import CREATE_PURCHASE_ORDER, CREATE_QUOTE
from tools.xero.trade_status import CHANGE_ORDER_STATUS, CHANGE_QUOTE_STATUS
from tools.xero.trade_turn import BILL_ORDER, INVOICE_QUOTE

_EVERY_DAY = Family(
    "every_day",
    "what is owed, paid and on the bank account",
    (
        list_invoices,
        get_invoice,
        get_overdue_summary,
        list_bills,
        get_bill,
        list_payments,
        get_payment_status,
        list_contacts,
        search_ledger,
        get_organisation,
        get_account_balance,
        list_bank_accounts,
        list_bookings,
        RECORD_PAYMENT,
    ),
)
_REPORTS = Family(
    "reports",
    "who owes by age, profit and loss, balance sheet, trial balance, bank and executive summary",
    (
        get_aged_receivables,
        get_aged_payables,
        get_profit_and_loss,
        get_balance_sheet,
        get_trial_balance,
        get_bank_summary,
        get_executive_summary,
    ),
    hints="age ageing aging receivable payable owe debtor creditor old alter forderung verbindlichkeit schuld "
    "falligkeit anzianita crediti debiti anciennete creance dette "
    "report profit loss p&l pnl revenue income earn turnover sales cost expens spend spent margin balance_sheet "
    "net_worth equity asset liabilit trial debit credit bank_summary executive overview summary business money "
    "bericht gewinn verlust guv bilanz ertrag umsatz kosten aufwend ausgab einnahm saldenliste vermogen schulden "
    "eigenkapital ergebnis ubersicht monatsubersicht geschaft verdien conto_economico utile perdit ricav costi bilanc "
    "stato_patrimoniale spes guadagn attiv passiv patrimonio resultat benefice perte bilan chiffre depens charges "
    "produits actif",
)
_SETUP = Family(
    "setup",
    "chart of accounts, tax rates, tracking categories, currencies, people with access to Xero",
    (list_accounts, list_tax_rates, list_tracking_categories, list_currencies, list_users),
    hints="chart account_code accounts ledger_account nominal tax vat rate tracking cost_cent cost_centre department "
    "currenc users people access who_ set_up kontenplan konten konto steuer mwst "
    "ust satz satze kostenstell abteilung wahrung benutzer zugang zugriff wer_ "
    "piano_dei_conti conti aliquot iva valut utent plan_comptable comptes taux tva devise utilisat",
)
_DOCUMENTS = Family(
    "documents",
    "make invoices, enter bills, copy one that is there",
    (CREATE_INVOICE, CREATE_BILL, COPY_DOCUMENT),
    hints="copy duplicat kopier dupliz copi "
    "creat make write rais issu draw draft prepar enter add new invoice_ bill_ charg erstell schreib leg anleg anzuleg "
    "mach neu erfass entwurf entwurfe berechn stell crea emett fattura nuov bozz fai cre etabl emet factur nouv "
    "brouillon fais",
)
_DOCUMENT_CHANGES = Family(
    "document_changes",
    "submit, approve, void or delete invoices, bills and credit notes, change drafts",
    (CHANGE_STATUS, CHANGE_DRAFT),
    hints="submit approv authoris authoriz void cancel delet scrap remov undo change_the change_draft edit correct_the "
    "freigeb gib genehmig stornier losch einreich reich vorleg ander_ andere_den andere_die andere_das korrigier "
    "approv autorizz annull elimin cancell sottopon modific approuv autoris annul supprim soumet soumett modifie draft "
    "entwurf bozza brouillon",
)
_PAPERS = Family(
    "papers",
    "the PDF of an invoice or bill, files on it, its history, its online address, e-mail it, note something",
    (
        get_document_pdf,
        list_attachments,
        get_online_invoice,
        get_document_history,
        SEND_INVOICE,
        ADD_NOTE,
    ),
    hints="pdf print attach file_ files scan paper document_of receipt online link url address_of mail email e-mail "
    "send sent resend forward a_note notes note_on note_to history log changed changes who_ druck anhang anlage datei "
    "beleg verschick versend versandt sende notiz vermerk verlauf historie geandert wer_ stamp allegat invia spedi "
    "nota storia cronolog imprim piece_jointe fichier envoi envoy historique",
)
_SENT_FILES = Family(
    "sent_files",
    "the files that the person sent into this conversation, attach one to a document",
    (list_sent_files, ATTACH_FILE),
    hints="attach append upload uploaded dropped i_sent i_just_sent this_file the_file file_to file_on files_did "
    "put_this put_the this_to this_on hang_ hange_ hefte_ anhang anzuhangen beifug fuge_ datei dateien geschickt "
    "hochgeladen allega_ allegare file_ho questo_file joins_ joindre fichier envoye_ adjunt archivo",
)
_QUOTES = Family(
    "quotes",
    "quotes to customers, list, make, mark as sent or accepted, turn into an invoice",
    (list_quotes, get_quote, CREATE_QUOTE, CHANGE_QUOTE_STATUS, INVOICE_QUOTE),
    hints="quote quotes quotation estimate offer angebot angebote offert preventiv devis",
)
_ORDERS = Family(
    "orders",
    "purchase orders to suppliers, list, make, approve, turn into a bill",
    (list_purchase_orders, get_purchase_order, CREATE_PURCHASE_ORDER, CHANGE_ORDER_STATUS, BILL_ORDER),
    hints="purchase_order purchase_orders po_ pos_ order_ orders ordered bestellung bestellungen bestell ordin_acquist "
    "ordini ordine commande bon_de_commande",
)
_CASH = Family(
    "cash",
    "money spent or received without an invoice or bill, transfers between own accounts, list or record them",
    (list_bank_transactions, RECORD_SPENT, RECORD_RECEIVED, list_bank_transfers, RECORD_TRANSFER),
    hints="bank_transaction transactions spend_money spent_ spend_ receive_money received_ without_a_bill "
    "without_an_invoice no_bill no_invoice card_payment fee fees interest petty refund ausgegeben ausgabe eingenommen "
    "einnahme ohne_rechnung ohne_beleg gebuhr zinsen erstattung spesa_di uscita entrata incassat senza_fattura "
    "commissioni interessi depense_de recette recu_ sans_facture frais interets transfer transfers "
    "between_our own_account bankbuchung buchungen_in_xero umbuchung ubertrag zwischen_unseren eigene_konten girocont "
    "trasferiment moviment virement interne moved_ move_ umgebucht buche_",
)
_ADVANCES = Family(
    "advances",
    "prepayments and overpayments, list them, set them off, batch payments, postings by hand",
    (list_advances, ALLOCATE_ADVANCE, list_batch_payments, list_manual_journals),
    hints="prepay overpay advance deposit batch manual_journal journal journals posting anzahlung vorauszahl uberzahl "
    "sammelzahl manuell acconto acconti anticip acompte trop_percu scrittur ecriture",
)
_CREDITS = Family(
    "credits",
    "credit notes: list them, make them, set them off against invoices and bills",
    (list_credit_notes, CREATE_CREDIT_NOTE, ALLOCATE_CREDIT),
    hints="credit_note credit_notes credits credit_left allocat set_off offset gutschrift guthaben verrechn "
    "note_di_cred nota_di_cred avoir imput compens",
)
_CORRECTIONS = Family(
    "corrections",
    "take back a payment that was recorded",
    (REMOVE_PAYMENT,),
    hints="take undo revers delet remov void cancel unrecord wrong nimm zuruck losch entfern stornier falsch annull "
    "elimin rimuov annul supprim",
)
_CONTACTS = Family(
    "contacts",
    "add a customer or supplier, change their bank details",
    (CREATE_CONTACT, CHANGE_BANK_DETAILS),
    hints="contact customer supplier vendor client iban bank account_number account_detail new_account kontakt kund "
    "lieferant bankverbind kontonummer kontodaten neue_iban contatt client fornitor coordinate conto fournisseur "
    "coordonnees rib compte add anleg leg aggiung ajout",
)
_MASTERS = Family(
    "masters",
    "items and prices, contact groups, repeating invoices, contact details, duplicate contacts, change or archive them",
    (
        list_items,
        list_contact_groups,
        list_repeating_invoices,
        get_contact,
        find_duplicate_contacts,
        CREATE_ITEM,
        CHANGE_ITEM,
        CHANGE_CONTACT,
        ARCHIVE_CONTACT,
        ADD_TO_GROUP,
    ),
    hints="item items product price article repeat recurring template subscription duplicate double twice details_of "
    "contact_details phone telephone address city_of rename chang updat add archiv group artikel preis produkt "
    "leistung gruppe kontaktgruppe wiederkehrend wiederhol dauerrechnung abo doppelt dublett telefon adresse "
    "anschrift benenn umbenenn ander anleg leg nimm aufnehm articol prodott listino prezz grupp ricorrent ripet "
    "duplicat doppi indirizz rinomin modific cambi aggiung produit prix groupe recurrent repetit doublon "
    "numero_de_tel renomm modifi ajout e-mail email contacts customers suppliers kontakte kontaktdaten contatti",
)


def families() -> tuple[Family, ...]:
    """The closed catalogue by families: what every conversation is offered first."""
    return (
        _EVERY_DAY,
        _REPORTS,
        _SETUP,
        _DOCUMENTS,
        _DOCUMENT_CHANGES,
        _PAPERS,
        _SENT_FILES,
        _QUOTES,
        _ORDERS,
        _CASH,
        _ADVANCES,
        _CREDITS,
        _CORRECTIONS,
        _CONTACTS,
        _MASTERS,
    )


def toolset() -> Toolset:
    """The same in one piece: reads of Xero and Solaris, and the writes that can be proposed."""
    return Toolset(every_tool(families()))
