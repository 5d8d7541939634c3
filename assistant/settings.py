"""Every setting of the product, read once from the environment and `.env`; the sandbox stands in for what is missing.

A provider whose settings are absent is the sandbox's stand-in. Real money is never reachable behind the sandbox's
login: `problems` names each combination that the start refuses, with the reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.principal import Role
from tools.xero.scopes import asked_for

_PORTS = {"xero": 0, "okta": 1, "solaris": 2, "gocardless": 3, "model": 4, "inbox": 5}


class Settings(BaseSettings):
    """The settings; names in the environment are these in capitals (`PORT`, `OKTA_ISSUER`, ...)."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    # serving
    assistant_home: Path = Path(".assistant")
    """Where all state lives: database, keys, the sandbox's state."""
    port: int = 8000
    host: str = "127.0.0.1"
    """Address to listen on; loopback unless a reverse proxy needs another."""
    public_url: str = ""
    """The address that people open; default http://localhost:PORT. Behind HTTPS it makes cookies Secure."""
    sandbox_port: int = 8101
    sandbox_seed: int = 1
    """Another number, another invented company."""
    sandbox_today: str = ""
    """The sandbox's date (YYYY-MM-DD); empty: today."""
    sandbox_scale: int = 1
    """Multiplies the number of documents."""
    sandbox_organisations: Annotated[int, Field(ge=1, le=4)] = 1
    """How many organisations the sandbox's Xero has; the second is connected by consent (XERO_GRANT)."""
    sandbox_limits: bool = True
    """Whether the sandbox keeps the vendors' rate limits."""
    database_url: str = ""
    """Default: SQLite in ASSISTANT_HOME; postgresql://user:password@host/name for PostgreSQL."""
    secret_key: SecretStr = SecretStr("")
    """Signs login cookies; default: made once and kept in ASSISTANT_HOME with mode 0600."""
    token_keys: SecretStr = SecretStr("")
    """Fernet keys, newest first, comma-separated; encrypt provider tokens at rest. Default: made once and kept."""
    vault_addr: str = ""
    """HashiCorp Vault, e.g. https://vault.example:8200; its Transit engine then seals provider tokens."""
    vault_token: SecretStr = SecretStr("")
    """Opens the way to that key: a policy with update on encrypt and decrypt and read on the key."""
    vault_transit_key: str = "finance-assistant"
    vault_transit_mount: str = "transit"
    vault_namespace: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # login
    okta_issuer: str = ""
    okta_client_id: str = ""
    okta_client_secret: SecretStr = SecretStr("")
    role_groups: Annotated[dict[str, str], NoDecode] = Field(
        default={
            "finance-viewers": "viewer",
            "finance-preparers": "preparer",
            "finance-approvers": "approver",
            "finance-admins": "admin",
            "finance-payroll": "payroll",
        }
    )
    """Okta group = role, or role@organisation for one organisation only (name or short code); comma-separated."""
    session_hours: float = 8

    # Xero
    xero_client_id: str = ""
    xero_client_secret: SecretStr = SecretStr("")
    xero_grant: Literal["client_credentials", "authorization_code"] = "client_credentials"
    """client_credentials: a custom connection of one organisation; authorization_code: "Connect Xero" by an admin."""
    xero_scopes: str = " ".join(asked_for())
    xero_webhook_key: SecretStr = SecretStr("")
    """Signs what Xero tells by itself (webhooks); empty: it is not listened to."""
    xero_calls_a_minute: int = 60
    """0: not counted."""
    xero_calls_a_day: int = 5_000
    """1,000 on Xero's starter tier."""
    """Lower where other apps share the organisation's limit."""
    xero_api_url: str = ""
    xero_identity_url: str = ""
    xero_login_url: str = ""

    # Solaris
    solaris_client_id: str = ""
    solaris_client_secret: SecretStr = SecretStr("")
    bank_organisation: str = ""
    """Whose the bank's accounts are, by name or short code; needed where there are several organisations."""
    solaris_business_id: str = ""
    """Limits the accounts shown to those of one business; empty shows all that the partner credentials reach."""
    solaris_api_url: str = ""
    solaris_auth_url: str = ""

    # the model
    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    openai_model: str = "gpt-5.5"
    model_timeout_seconds: float = 60
    turn_steps: int = 8
    """How many times the model may call tools before it has to answer."""

    # money
    policy_file: Path | None = None
    """The rules: who may propose and confirm what, up to how much; default: those that come with the product."""
    audit_folder: Path | None = None
    """Where signed checkpoints of the audit trail go; default: a folder in ASSISTANT_HOME. Ship it elsewhere."""
    audit_key: str = ""
    """A file with the Ed25519 key that signs them; default: made once and kept in ASSISTANT_HOME."""
    audit_every_minutes: float = 15
    """How often a checkpoint is signed while something new is in the trail."""
    step_up_acr: str = "urn:okta:loa:2fa:any"
    """The level of sign-in that is asked of Okta for a large confirmation (`acr_values`)."""
    step_up_minutes: float = 5
    """How long after such a sign-in its one proposal can be confirmed."""
    sent_file_hours: float = 24
    """How long a file that somebody sent into a chat is kept (sealed); once attached, an hour more at most."""
    card_minutes: float = 30
    """How long a card can be confirmed."""
    ledger_fresh_seconds: float = 15
    """A copy of the ledger older than this is brought up to date before it answers."""
    compare_by_night: bool = True
    """Whether the copy is compared with Xero once in each organisation's night by this process."""
    sweep_seconds: float = 20
    """How often unfinished executions are looked after and expired cards closed."""
    lease_seconds: float = 60
    """An execution that has not ended by then is taken for dead and looked up."""

    @field_validator("role_groups", mode="before")
    @classmethod
    def _groups(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        return {group.strip(): role.strip() for group, _, role in pairs}

    @field_validator("role_groups")
    @classmethod
    def _known_roles(cls, value: dict[str, str]) -> dict[str, str]:
        for group, role in value.items():
            if role.partition("@")[0] not in set(Role):
                raise ValueError(f"ROLE_GROUPS: {group} is mapped to {role!r}; the roles are {', '.join(Role)}")
        return value

    # what follows from them

    def sandboxed(self, provider: str) -> bool:
        """Whether the sandbox stands in for that provider."""
        match provider:
            case "okta":
                return not self.okta_issuer
            case "xero":
                return not self.xero_client_id
            case "solaris":
                return not self.solaris_client_id
            case "model":
                return not self.openai_api_key.get_secret_value() and not self.openai_base_url
            case _:
                return True

    @property
    def any_sandbox(self) -> bool:
        """Whether the sandbox has to run at all."""
        return any(self.sandboxed(provider) for provider in ("okta", "xero", "solaris", "model"))

    def sandbox_url(self, provider: str) -> str:
        """Where the sandbox's stand-in of that provider listens."""
        return f"http://localhost:{self.sandbox_port + _PORTS[provider]}"

    @property
    def url(self) -> str:
        """The address that people open, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people come by HTTPS, so that cookies must be Secure."""
        return self.url.startswith("https://")

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.assistant_home / 'assistant.db').resolve()}"

    def problems(self) -> list[str]:
        """Why the start must be refused, in plain words; empty when it may go on."""
        found: list[str] = []
        real_money = [p for p in ("xero", "solaris") if not self.sandboxed(p)]
        if real_money and self.sandboxed("okta"):
            names = " and ".join(p.capitalize() for p in real_money)
            found.append(
                f"{names} is real but the login is the sandbox's, where anybody can pick any person. "
                "Set OKTA_ISSUER, OKTA_CLIENT_ID and OKTA_CLIENT_SECRET."
            )
        if not self.sandboxed("okta") and not self.okta_client_id:
            found.append("OKTA_ISSUER is set but OKTA_CLIENT_ID is missing.")
        for name in ("xero", "solaris"):
            if not self.sandboxed(name) and not getattr(self, f"{name}_client_secret").get_secret_value():
                found.append(f"{name.upper()}_CLIENT_ID is set but {name.upper()}_CLIENT_SECRET is missing.")
        if self.host not in ("127.0.0.1", "localhost", "::1") and not self.secure:
            found.append(
                f"HOST={self.host} would serve the chat beyond this machine without HTTPS. Set PUBLIC_URL to the "
                "https:// address of your reverse proxy."
            )
        return found
