"""The command line: `assistant run`, `doctor`, `migrate`, `policy`, `audit`, `stop`, `allow`, `settle` and others."""

from __future__ import annotations

import asyncio
import sys

import typer
from pydantic import ValidationError

from assistant import policy_command
from assistant.audit.command import audit
from assistant.settings import Settings

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Finance assistant for Xero.")
cli.add_typer(policy_command.cli, name="policy")
cli.add_typer(audit, name="audit")


def main() -> None:
    """The entry point of the `assistant` command."""
    cli()


@cli.command()
def run() -> None:
    """Serve the chat, with the sandbox beside it where a provider is not configured."""
    settings = _settings()
    if problems := [*settings.problems(), *_policy_problems(settings)]:
        _say("The assistant does not start:", *(f"  - {problem}" for problem in problems), error=True)
        raise typer.Exit(2)
    from assistant.serve import serve

    raise typer.Exit(asyncio.run(serve(settings, say=_say)))


@cli.command()
def doctor() -> None:
    """Check the settings and try each provider; say in plain words what is missing."""
    settings = _settings()
    from assistant.doctor import examine

    healthy = asyncio.run(examine(settings, say=_say))
    raise typer.Exit(0 if healthy else 1)


@cli.command()
def migrate(revision: str = "head", *, back: bool = False) -> None:
    """Bring the database to REVISION (default: the newest), or with --back take it back to REVISION."""
    settings = _settings()
    from assistant.stores import migrate as steps
    from assistant.stores.database import Database

    async def go() -> str | None:
        settings.assistant_home.mkdir(parents=True, exist_ok=True)
        database = Database(settings.database)
        try:
            await (steps.downgrade if back else steps.upgrade)(database, revision)
            return await steps.current(database)
        finally:
            await database.close()

    _say(f"The tables are at revision {asyncio.run(go())}.")


@cli.command()
def stop(why: str = typer.Option("", help="Shown to everybody."), organisation: str = "") -> None:
    """Stop everything that is written: of ORGANISATION (name or short code), or of all of them."""
    _switch(stopped=True, why=why, organisation=organisation)


@cli.command()
def allow(why: str = "", organisation: str = "") -> None:
    """Allow writes again after `stop`."""
    _switch(stopped=False, why=why, organisation=organisation)


def _switch(*, stopped: bool, why: str, organisation: str) -> None:
    settings = _settings()
    from assistant.stop_command import switch

    names = asyncio.run(switch(settings, stopped=stopped, why=why, organisation=organisation))
    if not names:
        _say("There is no such organisation here. Nothing was changed.", error=True)
        raise typer.Exit(1)
    for name in names:
        _say(f"{name}: {'all writes are stopped' if stopped else 'writes are allowed'}.")


@cli.command()
def settle(
    proposal: str = typer.Argument(help="E.g. P-7."),
    done: str = typer.Option("", "--done", help="It was done: the id of the payment at the provider, which is read."),
    not_done: bool = typer.Option(False, "--not-done", help="It was not done: the document is free to be paid again."),
    note: str = typer.Option("", "--note", help="Where you looked and what you found; kept in the audit trail."),
    organisation: str = typer.Option("", help="Its name or short code, where there are several."),
) -> None:
    """Say whether a PROPOSAL was done whose outcome looking up cannot decide.

    0: settled as you said. 1: nothing was changed, and why. 2: this cannot be read. 3: you said that it was not done,
    but looking it up once more found it, so it counts as done.
    """
    if bool(done) is not_done:
        raise typer.BadParameter("say either --done PAYMENT-ID or --not-done")
    settings = _settings()
    from assistant.settle_command import AS_SAID, settle
    from assistant.settling import Said

    code, words = asyncio.run(settle(settings, proposal, Said(bool(done), note, done), organisation))
    _say(words, error=code != AS_SAID)
    raise typer.Exit(code)


@cli.command(name="rotate-keys")
def rotate_keys(retire: bool = typer.Option(False, "--retire", help="Take the older keys out.")) -> None:
    """Seal the stored provider tokens with a new key, while the chat goes on; --retire drops older ones."""
    settings = _settings()
    from assistant.rotate_command import rotate

    code, words = asyncio.run(rotate(settings, retire=retire))
    _say(words, error=bool(code))
    raise typer.Exit(code)


@cli.command()
def disconnect(organisation: str = typer.Argument(help="Its whole name or its short code.")) -> None:
    """End an organisation's connection to Xero, for everybody; the last one's authorisation is revoked.

    0: it has ended. 1: nothing has, and why.
    """
    settings = _settings()
    from assistant.disconnect_command import ENDED
    from assistant.disconnect_command import disconnect as end

    code, words = asyncio.run(end(settings, organisation))
    _say(words, error=code != ENDED)
    raise typer.Exit(code)


@cli.command()
def reconcile(organisation: str = typer.Option("", help="Its name or short code; all of them otherwise.")) -> None:
    """Compare the copy of the books with Xero, record by record and sum by sum, and mend it.

    0: it is the same as Xero now. 1: it is not. 2: it could not be compared, and why.
    """
    settings = _settings()
    from assistant.reconcile_command import NOT_DONE
    from assistant.reconcile_command import reconcile as compare

    code, lines = asyncio.run(compare(settings, organisation))
    _say(*lines, error=code == NOT_DONE)
    raise typer.Exit(code)


@cli.command()
def tools() -> None:
    """Print the catalogue of tools (Markdown): what each does, its arguments, and the scopes that Xero is asked for."""
    from assistant.tool_catalogue import page

    sys.stdout.write(page())


def _policy_problems(settings: Settings) -> list[str]:
    """Why the rules cannot be used: without rules nothing may be written, so nothing is served."""
    from assistant.policy.rules import BadPolicy, load_policy

    try:
        load_policy(settings.policy_file)
    except BadPolicy as problem:
        return [str(problem)]
    return []


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as problems:
        _say("These settings cannot be used:", error=True)
        for problem in problems.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]).upper() if problem["loc"] else "settings"
            _say(f"  - {name}: {problem['msg']}", error=True)
        raise typer.Exit(2) from None


def _say(*lines: str, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    for line in lines:
        stream.write(line + "\n")
    stream.flush()


if __name__ == "__main__":
    main()
