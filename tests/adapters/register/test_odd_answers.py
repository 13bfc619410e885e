"""Answers that nobody documented, and identities that get no token: one of our errors each, never "no row"."""

from __future__ import annotations

from typing import Final

import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

from shared.adapters.queues import StorageQueue
from shared.adapters.register import TableCursors, TableRegister
from shared.adapters.register.calls import translate
from shared.adapters.register.failures import TABLES
from shared.domain.approvals import ApprovalState
from shared.errors import AuthenticationFailed, FeedwardenError, UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from shared.ports import Cursor, QueueName
from tests.adapters.register.conftest import Answer, ScriptedAccount
from tests.contract.storage.samples import FEED, NAME, about, approval, opening

_JUNK: Final = (
    "\udcff",
    "",
    "<html>",
    "{",
    "[]",
    "[5]",
    "null",
    "7",
    '{"value": 5}',
    '{"value": [5]}',
    '{"odata.error": 5}',
    '{"odata.error": {"code": 5}}',
    "[" * 100_000,
)
_MULTIPART: Final = {"Content-Type": "multipart/mixed; boundary=x"}


@pytest.mark.parametrize("headers", [{}, _MULTIPART], ids=["json", "multipart"])
@pytest.mark.parametrize("status", [200, 202, 400])
@pytest.mark.parametrize("body", _JUNK, ids=lambda body: ascii(body)[:20])
async def test_junk_raises_only_our_errors(
    scripted: ScriptedAccount, body: str, status: int, headers: dict[str, str]
) -> None:
    """Whatever comes back, and whatever the SDK makes of it: one of our errors, and never "no row"."""
    storage = scripted.storage()
    scripted.answers = [Answer(status, headers=headers, body=body)]
    cursors, queue = TableCursors(storage), StorageQueue(storage)
    register = TableRegister(storage, new_id=lambda: "w")
    insert, replace = None, Cursor("v", "tag")
    works = [
        cursors.read("k"),
        cursors.save("k", "v", replaces=insert),
        cursors.save("k", "v", replaces=replace),
        register.case(FEED, NAME),
        anext(register.events(FEED, NAME)),
        register.approval(FEED, NAME),
        register.past_approval(FEED, NAME, "a1"),
        anext(register.alive_approvals(FEED)),
        register.commit(about(opening(), approval(state=ApprovalState.DECLINED))),
        queue.put(QueueName.NOTICES, "x"),
        queue.waiting(QueueName.NOTICES),
    ]
    for work in works:
        with pytest.raises(UpstreamError):
            await work
    await storage.close()


class _IdentityAnswer:
    """What the identity's service answered."""

    reason = "reason"
    request = None

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}

    def text(self) -> str:
        """Return nothing readable."""
        return ""


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, AuthenticationFailed), (404, AuthenticationFailed), (429, UpstreamUnavailable), (500, UpstreamUnavailable)],
)
def test_identity_service_that_refuses(status: int, kind: type[FeedwardenError]) -> None:
    """No such identity is a person's to mend; a busy service is not."""
    error = ClientAuthenticationError("refused", response=_IdentityAnswer(status))
    assert type(translate(error, wire=TABLES)) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ClientAuthenticationError("no token"), AuthenticationFailed),
        (HttpResponseError("no status"), UnexpectedAnswer),
        (AzureError("?sig=secret"), UnexpectedAnswer),
    ],
    ids=["no token", "no status", "other"],
)
def test_errors_without_an_answer(error: AzureError, kind: type[FeedwardenError]) -> None:
    """An identity that gets no token is told as such; the SDK's own text is not taken over."""
    translated = translate(error, wire=TABLES)
    assert type(translated) is kind
    assert "secret" not in str(translated)
