"""The state in Azure Table Storage: register, names, public names, deliveries and cursors, each behind its port.

Importing this costs nothing: the storage SDK is loaded with the first call.
"""

from shared.adapters.register.chain_stands import TableChains
from shared.adapters.register.cursors import TableCursors
from shared.adapters.register.deliveries import TableDeliveries
from shared.adapters.register.names_index import TableNamesIndex
from shared.adapters.register.public_names import TablePublicNames
from shared.adapters.register.register import TableRegister
from shared.adapters.register.storage import Patience, Storage, StorageAddress, TableNames

__all__ = [
    "Patience",
    "Storage",
    "StorageAddress",
    "TableChains",
    "TableCursors",
    "TableDeliveries",
    "TableNames",
    "TableNamesIndex",
    "TablePublicNames",
    "TableRegister",
]
