"""When the personal access token ends, where one is used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from local.onboard import pats_wire
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import USER_TOKEN, Ground
from local.onboard.pats_wire import Token
from shared.adapters.azure_devops.errors_wire import refuse_failures
from shared.errors import UnexpectedAnswer

_SOON: Final = timedelta(days=30)
_MOST_PAGES: Final = 20
_NO_MORE_GLOBAL: Final = "tokens of “All accessible organizations” stop working on 1 December 2026"
_INSTEAD: Final = (
    "User settings → Personal access tokens → New Token, of this organization only, “Packaging: Read, write, & "
    "manage”; better none at all: leave AZURE_DEVOPS_PAT empty, and the managed identity is used"
)
_HOW: Final = (
    f"{USER_TOKEN}=$(az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 --query accessToken "
    "--output tsv), as the token's owner, and --pat-name NAME"
)
_UNTIED: Final = "whether it is the one in use is not known"
_COMPARE: Final = (
    "see that it is: whoever stored the token knows its name; better none at all: leave AZURE_DEVOPS_PAT empty, and "
    "the managed identity is used"
)


async def pat(ground: Ground, report: Reporter) -> list[Finding]:
    """Tell when a token of that name ends; a PAT cannot be asked about itself, and no list shows a token's own text."""
    if ground.settings.pat is None:
        return [report.skipped("no personal access token is used")]
    if not ground.user_token or not ground.options.pat_name:
        return [report.not_known(f"a token does not tell when it ends; {_NO_MORE_GLOBAL}", _HOW)]
    named = [token for token in await _tokens(ground) if token.name == ground.options.pat_name]
    if not named:
        seen = f"its owner has no active token called {ground.options.pat_name}"
        return [report.not_known(seen, "give the name that User settings → Personal access tokens shows")]
    # Names may be given twice: the one that ends first is the cautious reading.
    return [_judged(min(named, key=lambda token: token.valid_to), ground.clock(), report)]


async def _tokens(ground: Ground) -> list[Token]:
    hosts, organization = ground.azure_devops()
    tokens: list[Token] = []
    following = ""
    for _ in range(_MOST_PAGES):
        request = pats_wire.list_tokens(hosts, organization, following)
        # Not with the credential of the settings, and so not through the one sender.
        answer = await ground.once(request, authorization=f"Bearer {ground.user_token}")
        refuse_failures(request, answer, now=ground.clock())
        page, following = pats_wire.read_tokens(answer)
        tokens += page
        if not following:
            return tokens
    raise UnexpectedAnswer(f"the list of tokens has more than {_MOST_PAGES} pages", service="Azure DevOps")


def _judged(token: Token, now: datetime, report: Reporter) -> Finding:
    days = (token.valid_to - now).days
    seen = f"a token of the name {token.name} is good until {token.valid_to:%Y-%m-%d}, {days} days from now"
    if token.everywhere:
        return report.missing(f"{seen}, but {_NO_MORE_GLOBAL}, and it is one; {_UNTIED}", _INSTEAD)
    if token.valid_to - now < _SOON:
        return report.missing(f"{seen}; {_UNTIED}", _INSTEAD)
    return report.not_known(f"{seen}; {_UNTIED}", _COMPARE)
