"""One table, dull: read a row, walk a range, write a transaction. Loads the SDK; only storage.py imports this."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from shared.adapters.register.calls import call
from shared.adapters.register.documents import Entity
from shared.adapters.register.failures import TABLES, ContainerMissing, RowMissing
from shared.adapters.register.operations import Insert, Merge, Operation, Put, Remove, Replace
from shared.adapters.register.storage import Patience
from shared.errors import TooLarge, UnexpectedAnswer

ROWS_IN_A_TRANSACTION: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the tag of its newest write."""

    entity: Entity
    tag: str


class Table:
    """One table of the account, made where it is missing."""

    def __init__(self, client: TableClient, *, patience: Patience) -> None:
        """Keep the client; the table is created when a write finds it missing."""
        self._client = client
        self._patience = patience

    async def get(self, partition: str, row: str) -> Row | None:
        """Read one row; a table that was never written to holds none."""
        try:
            entity = await call(lambda: self._client.get_entity(partition, row), wire=TABLES, patience=self._patience)
        except (RowMissing, ContainerMissing):
            return None
        return Row(entity, _tag(entity.metadata))

    async def write(self, operations: Sequence[Operation]) -> list[str]:
        """Do up to 100 operations in one partition, all or none; return the tags, an empty one for a removal.

        Raises:
            StaleWrite: a row changed, or exists already.
            RowMissing: a row to be replaced or removed is not there.
            TooLarge: more operations than one transaction takes.
        """
        if len(operations) > ROWS_IN_A_TRANSACTION:
            raise TooLarge(f"{len(operations)} rows in one transaction: {ROWS_IN_A_TRANSACTION} are possible")
        try:
            results = await self._submit(operations)
        except ContainerMissing:
            await self._create()
            results = await self._submit(operations)
        if len(results) != len(operations):
            raise UnexpectedAnswer("a transaction that answers for other rows than its own", service=TABLES.service)
        pairs = zip(operations, results, strict=True)
        return ["" if isinstance(operation, Remove) else _tag(result) for operation, result in pairs]

    async def rows(self, partition: str, keys: tuple[str, str]) -> AsyncIterator[Entity]:
        """Walk the rows of one partition whose keys lie in [first, last), in the order of their keys."""
        query = "PartitionKey eq @partition and RowKey ge @first and RowKey lt @last"
        parameters = {"partition": partition, "first": keys[0], "last": keys[1]}
        async for entity in self._walk(query, parameters):
            yield entity

    async def partition(self, partition: str) -> AsyncIterator[Entity]:
        """Walk all rows of one partition, in the order of their keys."""
        async for entity in self._walk("PartitionKey eq @partition", {"partition": partition}):
            yield entity

    async def everything(self) -> AsyncIterator[Entity]:
        """Walk the whole table by partition and key: for audits, which may not trust any list of partitions."""
        async for entity in self._walk("", {}):
            yield entity

    async def _walk(self, query: str, parameters: dict[str, Any]) -> AsyncIterator[Entity]:
        pages = self._client.query_entities(query, parameters=parameters).by_page()

        async def next_page() -> list[Entity] | None:
            page = await anext(pages, None)
            return None if page is None else [dict(entity) async for entity in page]

        try:
            while (page := await call(next_page, wire=TABLES, patience=self._patience)) is not None:
                for entity in page:
                    yield entity
        except ContainerMissing:
            return

    async def _submit(self, operations: Sequence[Operation]) -> list[Any]:
        async def submit() -> list[Any]:
            if len(operations) == 1 and isinstance(operations[0], Insert):
                # Alone, an insert costs two thirds of a transaction: deliveries come in this way.
                return [await self._client.create_entity(_keyed(operations[0]))]
            return list(await self._client.submit_transaction([_spell(operation) for operation in operations]))

        return await call(submit, wire=TABLES, patience=self._patience)

    async def _create(self) -> None:
        async def create() -> None:
            try:
                await self._client.create_table()
            except ResourceExistsError as error:
                # Another writer was faster; every other conflict is the caller's to know.
                if getattr(error, "error_code", None) != "TableAlreadyExists":
                    raise

        await call(create, wire=TABLES, patience=self._patience)


def _keyed(operation: Operation) -> Entity:
    """Return a row as the SDK takes it."""
    entity = {} if isinstance(operation, Remove) else operation.entity
    return {**entity, "PartitionKey": operation.partition, "RowKey": operation.row}


def _spell(operation: Operation) -> tuple[Any, ...]:
    """Return an operation in the SDK's words."""
    match operation:
        case Insert():
            return "create", _keyed(operation)
        case Replace():
            guard = {"etag": operation.tag, "match_condition": MatchConditions.IfNotModified}
            return "update", _keyed(operation), {"mode": UpdateMode.REPLACE, **guard}
        case Put():
            return "upsert", _keyed(operation), {"mode": UpdateMode.REPLACE}
        case Merge():
            return "upsert", _keyed(operation), {"mode": UpdateMode.MERGE}
        case Remove():
            return "delete", _keyed(operation)


def _tag(metadata: Any) -> str:  # noqa: ANN401  # the SDK types its metadata so
    tag = metadata.get("etag")
    if not isinstance(tag, str):
        raise UnexpectedAnswer("a row without its tag", service=TABLES.service)
    return tag
