"""A small page that shows what arrived, newest first; every word of a message is shown as text, never as HTML."""

from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1e;--quiet:#6b6b70;--paper:#fafafa;--card:#fff;--line:#e4e4e7}
@media (prefers-color-scheme:dark){:root{--ink:#f4f4f5;--quiet:#a1a1aa;--paper:#18181b;--card:#232327;--line:#3f3f46}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:0;color:var(--quiet)}
article{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem;margin-top:.8rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.4rem 0 0}
small{color:var(--quiet)}
"""


def render(messages: list[dict[str, Any]]) -> str:
    """The whole page."""
    articles = "".join(_article(message) for message in reversed(messages))
    nothing = "<p>Nothing has arrived yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Sandbox inbox</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Sandbox inbox</h1>"
        "<p>What the assistant sent to Discord and Slack. Nothing here left this machine.</p>"
        f"{articles or nothing}</main></body></html>"
    )


def _article(message: dict[str, Any]) -> str:
    about = f"{escape(str(message['channel']))} · {escape(str(message['at'])[:19].replace('T', ' '))} UTC"
    return f"<article><small>{about}</small><pre>{escape(str(message['text']))}</pre></article>"
