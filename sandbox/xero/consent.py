"""The page on which a person lets an app use the organisation's books: plain form, light and dark, desk and phone."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import Template

from starlette.responses import HTMLResponse

_STYLE = """
*{box-sizing:border-box}
:root{color-scheme:light dark;--ink:#18181b;--quiet:#5b5b63;--paper:#f4f4f5;--card:#fff;--line:#e0e0e4;
--accent:#0b6480;--on:#fff;--warn:#7a4b00;--warnwash:#fff4dc;--warnline:#eccf93}
@media (prefers-color-scheme:dark){:root{--ink:#f4f4f5;--quiet:#a5a5ae;--paper:#141416;--card:#1e1e22;
--line:#37373d;--accent:#7cc7e0;--on:#0d2530;--warn:#f3cf85;--warnwash:#33290f;--warnline:#5c4a1d}}
body{margin:0;min-height:100vh;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;display:flex;flex-direction:column}
.ribbon{background:var(--warnwash);color:var(--warn);border-bottom:1px solid var(--warnline);
padding:.55rem 1rem;text-align:center;font-size:.875rem}
main{width:100%;max-width:29rem;margin:auto;padding:1.5rem 1rem 2.5rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.6rem 1.5rem 1.4rem}
h1{font-size:1.3rem;line-height:1.3;margin:0 0 .3rem;letter-spacing:-.01em}
p{margin:0;color:var(--quiet);font-size:.9375rem}
ul{margin:1rem 0 0;padding:0;list-style:none;border-top:1px solid var(--line)}
li{padding:.5rem 0;border-bottom:1px solid var(--line);font-size:.9375rem}
code{display:block;color:var(--quiet);font:.8rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.3rem}
label{flex-basis:100%;font-size:.9375rem}select{width:100%;margin-top:.3rem;padding:.6rem;font:inherit;color:inherit;
background:var(--card);border:1px solid var(--line);border-radius:.6rem}
button{flex:1;padding:.75rem 1rem;border-radius:.6rem;font:inherit;font-weight:600;cursor:pointer;
border:1px solid var(--line);background:transparent;color:inherit}
button.deed{flex:2;border-color:var(--accent);background:var(--accent);color:var(--on)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
"""
_PAGE = Template("""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Allow access - Xero sandbox</title>
<style>$style</style></head><body>
<div class="ribbon">Sandbox. This stands in for Xero: invented books, no real money.</div>
<main><div class="card"><h1>Let $app use $organisation?</h1>
<p>It will be able to:</p><ul>$scopes</ul>
<form method="post" action="$action">$choice<button name="decision" value="cancel">Cancel</button>
<button class="deed" name="decision" value="allow">Allow access</button></form></div></main></body></html>""")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self' https: http://localhost:*",
}
_THINGS = {
    "invoices": "invoices, bills and credit notes",
    "payments": "payments",
    "banktransactions": "bank transactions and transfers",
    "manualjournals": "manual journals",
    "contacts": "customers and suppliers",
    "settings": "the organisation's accounts and settings",
    "attachments": "attached files",
    "journals": "the ledger's journals",
    "budgets": "budgets",
}
_REPORTS = {
    "balancesheet": "balance sheet",
    "banksummary": "bank summary",
    "budgetsummary": "budget summary",
    "executivesummary": "executive summary",
    "profitandloss": "profit and loss",
    "taxreports": "tax",
    "trialbalance": "trial balance",
    "aged": "aged debts",
}
_PERSONAL = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your email address",
    "offline_access": "Stay connected while you are away",
}


def _in_words(scope: str) -> str:
    """What a scope lets an app do."""
    if scope in _PERSONAL:
        return _PERSONAL[scope]
    parts = scope.split(".")
    if parts[1] == "reports":
        return f"Read the {_REPORTS.get(parts[2], parts[2])} report"
    thing = _THINGS[parts[1]]
    return f"Read {thing}" if parts[-1] == "read" else f"Read and write {thing}"


def _choice(organisations: Mapping[str, str]) -> str:
    """One organisation is chosen at a time, as at the vendor; nothing to choose where there is one."""
    if len(organisations) == 1:
        return ""
    options = "".join(f'<option value="{escape(key)}">{escape(name)}</option>' for key, name in organisations.items())
    return f'<label>Organisation <select name="organisation">{options}</select></label>'


def consent_page(organisations: Mapping[str, str], app: str, scopes: tuple[str, ...], action: str) -> HTMLResponse:
    """Who asks for what; the two buttons post back to `action`."""
    page = _PAGE.substitute(
        style=_STYLE,
        organisation=escape(next(iter(organisations.values())) if len(organisations) == 1 else "an organisation"),
        choice=_choice(organisations),
        app=escape(app),
        scopes="".join(f"<li>{escape(_in_words(scope))}<code>{escape(scope)}</code></li>" for scope in scopes),
        action=escape(action),
    )
    return HTMLResponse(page, headers=_HEADERS)
