"""The account that a program reads: with a key where there is one, else as who is signed in."""

from __future__ import annotations

import pytest

from local import account
from local.account import ACCOUNT, CONNECTION, account_of
from shared.adapters.register import StorageAddress
from shared.errors import ConfigurationError

_KEYED, _OTHER = "UseDevelopmentStorage=true", "AccountName=other;AccountKey=a2V5"


@pytest.mark.parametrize(
    ("environment", "connection", "address"),
    [
        ({CONNECTION: _KEYED, ACCOUNT: "sample"}, "", StorageAddress(connection=_KEYED)),
        ({CONNECTION: _KEYED, ACCOUNT: "sample"}, _OTHER, StorageAddress(connection=_OTHER)),
        ({CONNECTION: "", ACCOUNT: "sample"}, "", StorageAddress.of_account("sample")),
    ],
    ids=["key", "command line", "no key"],
)
def test_the_nearest_word_counts(
    environment: dict[str, str], connection: str, address: StorageAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line, then a key, then a name; only where there is no key is anybody's identity shown."""
    shown: list[tuple[StorageAddress, object]] = []

    def storage(address: StorageAddress, *, credentials: object = None) -> None:
        shown.append((address, credentials))

    monkeypatch.setattr(account, "Storage", storage)
    account_of(environment, connection=connection)
    assert shown == [(address, None if address.connection else account.signed_in)]


def test_no_account_is_told_in_both_ways() -> None:
    """A deployed one has no connection string to give."""
    with pytest.raises(ConfigurationError, match=f"{CONNECTION} or {ACCOUNT}"):
        account_of({})
