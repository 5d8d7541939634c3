"""The organisation and what is set up in it: accounts, tax rates, currencies, tracking, users."""

from __future__ import annotations

from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.masters import Masters
from sandbox.xero.refusals import NotFound
from sandbox.xero.wire import Json

_CURRENCY_NAMES = {"EUR": "Euro", "GBP": "British Pound"}


class Settings:
    """Serves what only changes when somebody sets the organisation up: here it is read only."""

    def __init__(self, books: Books, masters: Masters) -> None:
        self._books = books
        self._masters = masters
        self._accounts = Noun(
            "Account",
            "Accounts",
            {
                "AccountID": lambda a: a.account_id,
                "Code": lambda a: a.code,
                "Name": lambda a: a.name,
                "Type": lambda a: a.type,
                "Class": lambda a: a.account_class,
                "Status": lambda a: a.status,
                "TaxType": lambda a: a.tax_type,
                "SystemAccount": lambda a: a.system_account or None,
                "EnablePaymentsToAccount": lambda a: a.payments_enabled,
                "BankAccountNumber": lambda a: books.banks[a.code].iban if a.code in books.banks else None,
                "CurrencyCode": lambda a: books.banks[a.code].currency if a.code in books.banks else None,
                "UpdatedDateUTC": lambda a: books.company.organisation.created_at,
            },
            id_field="Code",
        )

    def organisation(self, call: Call) -> Json:
        """The one organisation of these books."""
        known = self._books.company.organisation
        address = {"AddressLine1": known.street, "City": known.city, "PostalCode": known.postal_code}
        return {
            "Organisations": [
                {
                    "Name": known.name,
                    "LegalName": known.legal_name,
                    "PaysTax": True,
                    "Version": "GLOBAL",
                    "OrganisationType": "COMPANY",
                    "BaseCurrency": known.base_currency,
                    "CountryCode": known.country_code,
                    "IsDemoCompany": True,
                    "OrganisationStatus": "ACTIVE",
                    "RegistrationNumber": known.registration_number,
                    "TaxNumber": known.tax_number,
                    "FinancialYearEndDay": 31,
                    "FinancialYearEndMonth": 12,
                    "SalesTaxBasis": "ACCRUALS",
                    "SalesTaxPeriod": "MONTHLY",
                    "DefaultSalesTax": "Tax Exclusive",
                    "DefaultPurchasesTax": "Tax Exclusive",
                    "PeriodLockDate": known.period_lock_date,
                    "EndOfYearLockDate": known.end_of_year_lock_date,
                    "CreatedDateUTC": known.created_at,
                    "OrganisationEntityType": "COMPANY",
                    "Timezone": "WEUROPESTANDARDTIME",
                    "ShortCode": known.short_code,
                    "OrganisationID": known.organisation_id,
                    "Edition": "BUSINESS",
                    "Class": "PREMIUM",
                    "LineOfBusiness": "Design studio",
                    "Addresses": [{"AddressType": "STREET", **address, "Region": "", "Country": "Germany"}],
                    "Phones": [],
                    "ExternalLinks": [],
                    "PaymentTerms": {},
                }
            ]
        }

    def accounts(self, call: Call) -> Json:
        """The chart of accounts."""
        rows = selected(call, self._accounts, list(self._books.accounts.values()))
        return {"Accounts": [self._masters.account(account) for account in rows]}

    def account(self, call: Call, wanted: str) -> Json:
        """One account by id (the vendor also takes its code)."""
        account = self._books.account_by_id(wanted) or self._books.accounts.get(wanted)
        if account is None:
            raise NotFound
        return {"Accounts": [self._masters.account(account)]}

    def tax_rates(self, call: Call) -> Json:
        """The rates of value added tax."""
        rates = []
        for rate in self._books.company.tax_rates:
            sales, free = rate.report_tax_type == "OUTPUT", rate.percent == 0
            rates.append(
                {
                    "Name": rate.name,
                    "TaxType": rate.tax_type,
                    "ReportTaxType": rate.report_tax_type,
                    "CanApplyToAssets": not sales or free,
                    "CanApplyToEquity": not sales or free,
                    "CanApplyToExpenses": not sales or free,
                    "CanApplyToLiabilities": not sales or free,
                    "CanApplyToRevenue": sales or free,
                    "DisplayTaxRate": rate.percent,
                    "EffectiveRate": rate.percent,
                    "Status": "ACTIVE",
                    "TaxComponents": [
                        {"Name": rate.name, "Rate": rate.percent, "IsCompound": False, "IsNonRecoverable": False}
                    ],
                }
            )
        return {"TaxRates": rates}

    def currencies(self, call: Call) -> Json:
        """The currencies that the organisation uses."""
        codes = sorted({bank.currency for bank in self._books.banks.values()})
        return {"Currencies": [{"Code": code, "Description": _CURRENCY_NAMES[code]} for code in codes]}

    def tracking_categories(self, call: Call) -> Json:
        """How sales are split by team."""
        return {
            "TrackingCategories": [
                {
                    "TrackingCategoryID": category.category_id,
                    "Name": category.name,
                    "Status": "ACTIVE",
                    "Options": [
                        {"TrackingOptionID": option_id, "Name": name, "Status": "ACTIVE"}
                        for option_id, name in category.options
                    ],
                }
                for category in self._books.company.tracking
            ]
        }

    def users(self, call: Call) -> Json:
        """Who has a login to the ledger."""
        created = self._books.company.organisation.created_at
        return {
            "Users": [
                {
                    "UserID": person.user_id,
                    "EmailAddress": person.email,
                    "FirstName": person.first_name,
                    "LastName": person.last_name,
                    "UpdatedDateUTC": created,
                    "IsSubscriber": place == 0,
                    "OrganisationRole": person.role,
                }
                for place, person in enumerate(self._books.company.colleagues)
            ]
        }
