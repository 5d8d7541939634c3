"""The sign-in pages: plain forms that work without JavaScript, in light and dark, on a desk and on a phone."""

from html import escape

from starlette.responses import HTMLResponse

from sandbox.okta.people import PEOPLE, Person

_STYLE = """
*{box-sizing:border-box}
:root{color-scheme:light dark;--ink:#18181b;--quiet:#5b5b63;--paper:#f4f4f5;--card:#fff;--line:#e0e0e4;
--accent:#4338ca;--on:#fff;--wash:#eef0ff;--warn:#7a4b00;--warnwash:#fff4dc;--warnline:#eccf93;--bad:#a31621}
@media (prefers-color-scheme:dark){:root{--ink:#f4f4f5;--quiet:#a5a5ae;--paper:#141416;--card:#1e1e22;
--line:#37373d;--accent:#a5b0ff;--on:#15152b;--wash:#272a42;--warn:#f3cf85;--warnwash:#33290f;--warnline:#5c4a1d;
--bad:#ff9a9f}}
body{margin:0;min-height:100vh;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;display:flex;flex-direction:column}
.ribbon{background:var(--warnwash);color:var(--warn);border-bottom:1px solid var(--warnline);
padding:.55rem 1rem;text-align:center;font-size:.875rem}
main{width:100%;max-width:27rem;margin:auto;padding:1.5rem 1rem 2.5rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.6rem 1.5rem 1.4rem}
h1{font-size:1.3rem;line-height:1.3;margin:0 0 .3rem;letter-spacing:-.01em}
p{margin:0;color:var(--quiet);font-size:.9375rem}
form{margin:1.1rem 0 0}
.person{display:flex;align-items:center;gap:.85rem;width:100%;text-align:left;padding:.6rem .75rem;
margin-top:.45rem;border:1px solid var(--line);border-radius:.7rem;background:transparent;color:inherit;
font:inherit;cursor:pointer;min-height:3.5rem}
.person:hover{background:var(--wash);border-color:var(--accent)}
.person:focus-visible,input:focus-visible,.deed:focus-visible,.quiet:focus-visible{outline:3px solid var(--accent);
outline-offset:2px}
.mark{flex:none;width:2.25rem;height:2.25rem;border-radius:50%;background:var(--wash);color:var(--accent);
display:grid;place-items:center;font-size:.8rem;font-weight:600}
.who{display:block;font-weight:600;line-height:1.3}
.may{display:block;color:var(--quiet);font-size:.84rem;line-height:1.35}
.hint{border-color:var(--accent);background:var(--wash)}
label{display:block;font-weight:600;font-size:.9rem}
input{width:100%;margin-top:.35rem;padding:.65rem .8rem;border:1px solid var(--line);border-radius:.6rem;
background:transparent;color:inherit;font:600 1.25rem/1.2 ui-monospace,monospace;letter-spacing:.25em}
.shown{font:600 1.5rem/1 ui-monospace,monospace;letter-spacing:.2em;margin:1rem 0 0;padding:.9rem;
border-radius:.6rem;background:var(--wash);color:var(--ink);text-align:center}
.deed{width:100%;margin-top:.9rem;padding:.75rem 1rem;border:0;border-radius:.6rem;background:var(--accent);
color:var(--on);font:inherit;font-weight:600;cursor:pointer}
.quiet{display:block;margin:.9rem auto 0;padding:.4rem .8rem;border:0;background:transparent;color:var(--quiet);
font:inherit;font-size:.9rem;cursor:pointer;text-decoration:underline}
.wrong{color:var(--bad);font-size:.9rem;margin-top:.7rem;font-weight:600}
footer{text-align:center;color:var(--quiet);font-size:.8rem;margin-top:1rem}
"""

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self' http://localhost:* http://127.0.0.1:*",
}


def choose(action: str, hint: Person | None, wrong: str | None = None) -> HTMLResponse:
    """Who signs in: one button a person, the hinted one first."""
    people = sorted(PEOPLE, key=lambda person: person is not hint)
    buttons = "".join(_button(person, person is hint) for person in people)
    body = (
        "<h1>Who signs in?</h1><p>Pick one of the demo people. There is no password.</p>"
        f'{_wrong(wrong)}<form method="post" action="{escape(action)}">{buttons}{_cancel()}</form>'
    )
    return _page("Sign in", body, 200 if wrong is None else 400)


def second_factor(action: str, person: Person, code: str, wrong: str | None = None) -> HTMLResponse:
    """The second factor: the code that a phone would show is on the page itself."""
    body = (
        f"<h1>Confirm that it is you, {escape(person.given_name)}</h1>"
        "<p>A phone would show a code now. The sandbox shows it here:</p>"
        f'<p class="shown" id="shown-code">{code}</p>'
        f'<form method="post" action="{escape(action)}"><label for="code">Code</label>'
        '<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6" autofocus>'
        f'{_wrong(wrong)}<button class="deed">Verify</button>{_cancel()}</form>'
    )
    return _page("Second factor", body, 200 if wrong is None else 400)


def told(title: str, words: str, status: int = 200) -> HTMLResponse:
    """A page that only says something."""
    return _page(title, f"<h1>{escape(title)}</h1><p>{escape(words)}</p>", status)


def _button(person: Person, hinted: bool) -> str:
    initials = person.given_name[0] + person.family_name[0]
    return (
        f'<button class="person{" hint" if hinted else ""}" name="person" value="{person.login}">'
        f'<span class="mark" aria-hidden="true">{initials}</span>'
        f'<span><span class="who">{escape(person.name)}</span>'
        f'<span class="may">{escape(person.says)}</span></span></button>'
    )


def _cancel() -> str:
    return '<button class="quiet" name="cancel" value="1" formnovalidate>Cancel</button>'


def _wrong(words: str | None) -> str:
    return "" if words is None else f'<p class="wrong" role="alert">{escape(words)}</p>'


def _page(title: str, body: str, status: int) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Sandbox</title><style>{_STYLE}</style></head><body>"
        '<div class="ribbon">Sandbox: invented people, no real money, nothing leaves this machine.</div>'
        f'<main><div class="card">{body}</div>'
        "<footer>Stand-in for your company’s Okta sign-in</footer></main></body></html>"
    )
    return HTMLResponse(html, status_code=status, headers=_HEADERS)
