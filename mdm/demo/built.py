"""What there is to tell when the demo hub has been built."""

from dataclasses import dataclass

from mdm.demo.findings import Finding


@dataclass(frozen=True, slots=True)
class Figures:
    """How one entity type came out: counts, pairwise precision and recall, and look-alikes wrongly merged."""

    entity_type: str
    source_records: int
    golden_records: int
    tasks: int
    precision: float
    recall: float
    traps: int
    traps_merged: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Built:
    """A demo hub that is ready: where it is, how it came out, passwords and keys, and what to try.

    passwords: of the accounts `steward`, `approver` and `admin`.
    """

    database_url: str
    files: str
    figures: list[Figures]
    findings: list[Finding]
    passwords: dict[str, str]
    keys: dict[str, str]
    commands: list[str]
