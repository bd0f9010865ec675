"""All code lists and mappings of a hub as one value that answers which code a source means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from matching.kinds import KINDS
from mdm.code_lists.models import CodeList
from mdm.code_lists.spelling import fold


class Value(NamedTuple):
    """One value as a source writes it, folded; without a source, the same value whoever writes it."""

    code_list: str
    source: str | None
    folded: str


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The code lists by name, and the code that each mapped value of a source stands for.

    A mapping to a code that its list does not hold counts for nothing.
    """

    lists: Mapping[str, CodeList] = field(default_factory=dict)
    mappings: Mapping[Value, str] = field(default_factory=dict)

    def canonical(self, list_: str, source: str, raw: object) -> str | None:
        """The code a source means: by its mapping, else by the code itself, its label or an alias; None without one."""
        known = self.lists.get(list_)
        if known is None:
            return None
        folded = fold(raw)
        mapped = self.mappings.get(Value(list_, source, folded))
        return mapped if mapped in known.codes else known.spellings.get(folded)

    def unmapped(self, list_: str, source: str, raw: object) -> bool:
        """Whether a value says something that no code stands for; "n/a" and the like say nothing."""
        # Asked of the folded value, so that all spellings of a value are told the same.
        return self.canonical(list_, source, raw) is None and KINDS["code"].standardise(fold(raw)) is not None

    def changed(self, before: "CodeLists", lists: Iterable[str]) -> set[Value]:
        """The values of these lists that lead to another code than they did before."""
        wanted = set(lists)
        found = {
            Value(name, None, folded)
            for name in wanted
            for folded, _ in self._spellings(name).items() ^ before._spellings(name).items()
        }
        both = self._effective(wanted).items() ^ before._effective(wanted).items()
        return found | {value for value, _ in both}

    def _spellings(self, name: str) -> Mapping[str, str]:
        return self.lists[name].spellings if name in self.lists else {}

    def _effective(self, wanted: set[str]) -> dict[Value, str]:
        return {
            value: code
            for value, code in self.mappings.items()
            if value.code_list in wanted and value.code_list in self.lists and code in self.lists[value.code_list].codes
        }


NONE = CodeLists()
"""No code list at all."""
