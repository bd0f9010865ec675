"""The mappings that files came with, each kept once, so that their rejected rows can be mended."""

from mdm.errors import NotFound
from mdm.store import bulk
from mdm.store.database import Transaction


def keep(transaction: Transaction, version: str, document: str) -> None:
    """Keep a mapping, unless it is there already."""
    bulk.insert_new(transaction, "mapping_document", ("version", "document"), [(version, document)], keys=1)


def document(transaction: Transaction, version: str) -> str:
    """The mapping of this version; raises NotFound when there is none."""
    row = transaction.one("SELECT document FROM mapping_document WHERE version = ?", version)
    if row is None:
        raise NotFound(f"there is no mapping {version!r}")
    return str(row[0])
