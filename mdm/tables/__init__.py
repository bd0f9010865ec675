"""Every table of the hub: rows without behaviour.

`facts` are appended and never changed; everything the resolver writes (`records`, `decisions`, `golden`) can be
derived from them again; `past` is how some of that was. `PERSONAL` names each column that may hold personal data.
Times are ISO 8601 UTC text, because SQLite drops time zones and text sorts alike everywhere.
"""

from sqlmodel import SQLModel

from mdm.tables.access import AccessChange, Account, ApiKey, OnceRequest, SignInSession, SignInTry
from mdm.tables.arrivals import Batch, MappingDocument, Quarantine, VersionSort
from mdm.tables.decisions import Decision, DecisionPair, DecisionVoid
from mdm.tables.desk import SavedFilter
from mdm.tables.facts import CodeList, CodeMapping, Hub, LatestFact, Log, Payload, RulesDocument
from mdm.tables.golden import Change, Crosswalk, GoldenVersion, QualityMeasure, SearchWord, Task, Xref
from mdm.tables.lines import LineFinding, LineHolder
from mdm.tables.opinions import SampledMatch, SecondOpinion
from mdm.tables.past import TaskVersion
from mdm.tables.proposals import Proposal, ProposedTask
from mdm.tables.readiness import Readiness
from mdm.tables.records import (
    BlockMember,
    BlockSize,
    DirtyRecord,
    Edge,
    ReferenceLink,
    Resolution,
    SourceLink,
    SourceRecord,
)
from mdm.tables.relations import Divergence, HierarchyEdge, HierarchyGroup, HierarchyMismatch, Reference, Refetch
from mdm.tables.sums import KeptSum
from mdm.tables.tasks import Mention, TaskComment, TaskSkip, TaskWork

__all__ = [
    "PERSONAL",
    "AccessChange",
    "Account",
    "ApiKey",
    "Batch",
    "BlockMember",
    "BlockSize",
    "Change",
    "CodeList",
    "CodeMapping",
    "Crosswalk",
    "Decision",
    "DecisionPair",
    "DecisionVoid",
    "DirtyRecord",
    "Divergence",
    "Edge",
    "GoldenVersion",
    "HierarchyEdge",
    "HierarchyGroup",
    "HierarchyMismatch",
    "Hub",
    "KeptSum",
    "LatestFact",
    "LineFinding",
    "LineHolder",
    "Log",
    "MappingDocument",
    "Mention",
    "OnceRequest",
    "Payload",
    "Proposal",
    "ProposedTask",
    "QualityMeasure",
    "Quarantine",
    "Readiness",
    "Reference",
    "ReferenceLink",
    "Refetch",
    "Resolution",
    "RulesDocument",
    "SQLModel",
    "SampledMatch",
    "SavedFilter",
    "SearchWord",
    "SecondOpinion",
    "SignInSession",
    "SignInTry",
    "SourceLink",
    "SourceRecord",
    "Task",
    "TaskComment",
    "TaskSkip",
    "TaskVersion",
    "TaskWork",
    "VersionSort",
    "Xref",
]

PERSONAL: dict[str, tuple[str, ...]] = {
    "payload": ("body",),
    "source_record": ("key_token", "source_id", "layers", "cells", "keys"),
    "block_member": ("key",),
    "block_size": ("key",),
    "golden_version": ("attributes", "lineage", "dated"),
    "search_word": ("word",),
    "xref": ("key_token",),
    "crosswalk": ("members",),
    "quarantine": ("value", "detail", "raw", "parts", "reason"),
    "log": ("key_token",),
    "task": ("id", "about"),
    "task_version": ("id", "about"),
    "task_work": ("task_id",),
    "task_skip": ("task_id", "etag"),
    "task_comment": ("task_id",),
    "mention": ("task_id",),
    "proposed_task": ("task_id",),
    "second_opinion": ("task_id",),
    "sampled_match": ("task_id",),
    "code_mapping": ("folded", "value"),
    "decision": ("target_token",),
    "reference_link": ("target_token",),
    "reference": ("target_token", "target"),
    "hierarchy_edge": ("target_token",),
    "readiness": ("missing",),
    "line_finding": ("finding", "key", "said"),
    "line_holder": ("target_token",),
    "once": ("body",),
    "saved_filter": ("name",),
}
