"""Reads YAML strictly: what would be silently lost or could grow without bound is a fault."""

from collections.abc import Hashable

import yaml

from mdm.errors import Fault, InvalidRules

LONGEST_DOCUMENT = 1_000_000
DEEPEST_NESTING = 100


class _Loader(yaml.CSafeLoader):
    """Refuses what would be silently lost: a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def load(text: str, file: str) -> object:
    """Read one document; `file` is only named in errors.

    Raises:
        InvalidRules: it is no YAML, gives a key twice or uses aliases; names line and column.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise invalid(file, [Fault("", f"longer than {LONGEST_DOCUMENT:,} characters", "too_long")])
    try:
        _check_growth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader, made stricter
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise invalid(file, [Fault("", f"{place}{error.problem or error.context}", "yaml")]) from None
    except yaml.YAMLError as error:
        raise invalid(file, [Fault("", " ".join(str(error).split()), "yaml")]) from None
    except (RecursionError, ValueError) as error:  # nested without end; a date such as 2020-99-99
        raise invalid(file, [Fault("", f"not readable as YAML: {error}", "yaml")]) from None


def _check_growth(text: str) -> None:
    """Refuse what could grow without bound: aliases, and nesting that only a stack ends (libyaml's parser is C)."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        found = "aliases are not taken: write it out" if isinstance(event, yaml.AliasEvent) else "nested too deep"
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST_NESTING:
            raise yaml.MarkedYAMLError(problem=found, problem_mark=event.start_mark)  # type: ignore[arg-type]


def invalid(file: str, faults: list[Fault]) -> InvalidRules:
    """Make one error of the faults of a document; its line says the first."""
    first, more = faults[0], len(faults) - 1
    place = f"{first.pointer}: " if first.pointer else ""
    rest = f" (and {more} more)" if more else ""
    return InvalidRules(f"{file}: {place}{first.detail}{rest}", faults=faults)
