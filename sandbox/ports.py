"""Where each provider of the sandbox listens: consecutive ports, in one order that outside tools rely on."""

from dataclasses import dataclass

PROVIDERS = ("xero", "okta", "solaris", "gocardless", "model", "inbox")
DEFAULT_PORT = 8101


@dataclass(frozen=True)
class Ports:
    """The base URL of each provider, so that one can name itself (an issuer) or another."""

    xero: str
    okta: str
    solaris: str
    gocardless: str
    model: str
    inbox: str

    @classmethod
    def of(cls, numbers: dict[str, int]) -> "Ports":
        """From port numbers; a provider that does not run is taken to be at its usual port."""
        usual = {name: DEFAULT_PORT + place for place, name in enumerate(PROVIDERS)}
        return cls(**{name: f"http://localhost:{port}" for name, port in (usual | numbers).items()})
