"""Which vendor, or which stand-in of the sandbox, each provider is under the present settings."""

from __future__ import annotations

import httpx

from assistant.clock import Clock
from assistant.connections import AuthorisedConnection, CustomConnection, TokenSource
from assistant.keys import Cipher, kept_key
from assistant.model import OpenAIModel
from assistant.settings import Settings
from assistant.stores.database import Database
from tools.errors import ProviderRefused, ProviderUnavailable
from tools.solaris.client import SolarisBank, SolarisPartner
from tools.tls import trust
from tools.xero.login import API_URL, IDENTITY_URL, LOGIN_URL, XeroApp

SOLARIS_SANDBOX_API = "https://api.solaris-sandbox.de"
SOLARIS_SANDBOX_AUTH = "https://auth.solaris-sandbox.de"
SANDBOX_ROLE_GROUPS = {"finance-approvers-ost": "approver@Ost Handel GmbH"}
"""The sandbox's approver of another organisation, who may decide nothing in this one."""


def xero_app(settings: Settings) -> XeroApp:
    """Our app at Xero, or at the sandbox's Xero."""
    if settings.sandboxed("xero"):
        url = settings.sandbox_url("xero")
        return XeroApp("sandbox-xero", "sandbox-xero-secret", identity_url=url, login_url=url, api_url=url)
    return XeroApp(
        settings.xero_client_id,
        settings.xero_client_secret.get_secret_value(),
        identity_url=settings.xero_identity_url or IDENTITY_URL,
        login_url=settings.xero_login_url or LOGIN_URL,
        api_url=settings.xero_api_url or API_URL,
    )


def xero_tokens(settings: Settings, database: Database, cipher: Cipher, clock: Clock) -> TokenSource:
    """Tokens by the grant that the settings name; the sandbox is a custom connection."""
    app = xero_app(settings)
    if settings.xero_grant == "authorization_code":
        return AuthorisedConnection(app, database, cipher, clock)
    return CustomConnection(app, settings.xero_scopes, clock)


def xero_webhook_key(settings: Settings) -> str:
    """What signs Xero's webhooks; the sandbox's is made once and kept. Empty where they are not listened to."""
    if settings.sandboxed("xero"):
        return kept_key(settings.assistant_home, "xero-webhooks")
    return settings.xero_webhook_key.get_secret_value()


def language_model(settings: Settings) -> OpenAIModel:
    """The model that the settings name, or the sandbox's offline one."""
    if settings.sandboxed("model"):
        return OpenAIModel(
            api_key="sandbox",
            base_url=f"{settings.sandbox_url('model')}/v1",
            model="offline-router-1",
            timeout=settings.model_timeout_seconds,
        )
    return OpenAIModel(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        timeout=settings.model_timeout_seconds,
    )


async def try_model(settings: Settings) -> str:
    """Ask the model's server for its list of models; what was found, in words. Raises ToolFailed kinds."""
    if settings.sandboxed("model"):
        base, key = f"{settings.sandbox_url('model')}/v1", "sandbox"
    else:
        base = settings.openai_base_url or "https://api.openai.com/v1"
        key = settings.openai_api_key.get_secret_value()
    try:
        async with httpx.AsyncClient(timeout=10, verify=trust(base)) as http:
            answer = await http.get(f"{base.rstrip('/')}/models", headers={"Authorization": f"Bearer {key}"})
    except httpx.HTTPError as problem:
        raise ProviderUnavailable("The model", reason=type(problem).__name__) from None
    if answer.status_code in (401, 403):
        raise ProviderRefused("The model", said="the key is not accepted.", status=answer.status_code)
    if answer.status_code >= 500:
        raise ProviderUnavailable("The model", reason=f"HTTP {answer.status_code}")
    if answer.status_code != 200:
        return "answers, but lists no models (some servers do not)"
    name = "the offline one" if settings.sandboxed("model") else settings.openai_model
    return f"answers; the model in use is {name}"


def bank(settings: Settings) -> SolarisBank:
    """Our partner access to Solaris, or to the sandbox's Solaris."""
    if settings.sandboxed("solaris"):
        url = settings.sandbox_url("solaris")
        return SolarisBank(SolarisPartner("sandbox-solaris", "sandbox-solaris-secret", api_url=url, auth_url=url))
    return SolarisBank(
        SolarisPartner(
            settings.solaris_client_id,
            settings.solaris_client_secret.get_secret_value(),
            api_url=settings.solaris_api_url or SOLARIS_SANDBOX_API,
            auth_url=settings.solaris_auth_url or SOLARIS_SANDBOX_AUTH,
            business_id=settings.solaris_business_id,
        )
    )


def role_groups(settings: Settings) -> dict[str, str]:
    """Okta group to role; the sandbox's login has one group more."""
    return settings.role_groups | (SANDBOX_ROLE_GROUPS if settings.sandboxed("okta") else {})
