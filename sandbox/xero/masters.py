"""How contacts and accounts look in Xero's JSON."""

from __future__ import annotations

from sandbox.company.shape import LedgerAccount
from sandbox.xero.books import Books
from sandbox.xero.groups import groups_of
from sandbox.xero.reach import postal_shown
from sandbox.xero.records import Contact
from sandbox.xero.wire import Json


class Masters:
    """Renders what documents refer to."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def contact(self, contact: Contact, balances: Json | None = None) -> Json:
        """A contact with its master data, bank details included."""
        street = {"AddressLine1": contact.street, "City": contact.city, "Region": ""}
        street |= {"PostalCode": contact.postal_code, "Country": contact.country_code}
        body: Json = {
            "ContactID": contact.contact_id,
            "ContactNumber": "",
            "AccountNumber": contact.account_number,
            "ContactStatus": contact.status,
            "Name": contact.name,
            "FirstName": contact.first_name,
            "LastName": contact.last_name,
            "EmailAddress": contact.email,
            "BankAccountDetails": contact.bank_details,
            "TaxNumber": contact.tax_number,
            "Addresses": [{"AddressType": "STREET", **street}, postal_shown(contact)],
            "Phones": [
                {"PhoneType": "DEFAULT", "PhoneNumber": contact.phone, "PhoneAreaCode": "", "PhoneCountryCode": ""}
            ],
            "UpdatedDateUTC": contact.updated_at,
            "ContactGroups": groups_of(self._books, contact.contact_id),
            "IsSupplier": contact.is_supplier,
            "IsCustomer": contact.is_customer,
            "DefaultCurrency": contact.currency,
            "ContactPersons": [],
            "HasAttachments": bool(self._books.attached_to(contact.contact_id)),
            "HasValidationErrors": False,
        }
        if contact.payment_days:
            terms = {"Day": contact.payment_days, "Type": "DAYSAFTERBILLDATE"}
            body["PaymentTerms"] = {"Bills": terms, "Sales": terms}
        if contact.bank_details:
            body["BatchPayments"] = {
                "BankAccountNumber": contact.bank_details,
                "BankAccountName": contact.name,
                "Details": "",
                "Code": "",
                "Reference": "",
            }
        return body | ({"Balances": balances} if balances else {})

    def account(self, account: LedgerAccount) -> Json:
        """A line of the chart of accounts; bank accounts carry their IBAN."""
        body: Json = {
            "AccountID": account.account_id,
            "Code": account.code,
            "Name": account.name,
            "Status": account.status,
            "Type": account.type,
            "TaxType": account.tax_type,
            "Description": account.description,
            "Class": account.account_class,
            "EnablePaymentsToAccount": account.payments_enabled,
            "ShowInExpenseClaims": False,
            "BankAccountType": "",
            "ReportingCode": account.account_class[:3],
            "HasAttachments": False,
            "UpdatedDateUTC": self._books.company.organisation.created_at,
            "AddToWatchlist": False,
        }
        if account.system_account:
            body["SystemAccount"] = account.system_account
        bank = self._books.banks.get(account.code)
        if bank is not None:
            body |= {"BankAccountNumber": bank.iban, "BankAccountType": "BANK", "CurrencyCode": bank.currency}
        return body
