"""Writes trained figures into the text of a rules document, which stays as its author wrote it elsewhere."""

import json
import re
from collections.abc import Iterable

import numpy as np
import yaml

from matching.document import Comparison, LevelTuning, MatchRules, Strangers

HEAD = "# mdm rules train: "
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


def written(text: str, head: Iterable[str], rules: MatchRules) -> str:
    """Give the document with the comparisons, prior and strangers of `rules`, under a head in place of an older one.

    Comments within these, and behind them, go: they spoke about the figures of before. `text` is a valid rules
    document.
    """
    match = _value(yaml.compose(text, Loader=yaml.SafeLoader), "match")[1]
    key = _value(match, "compare")[0]
    indent = " " * (key.start_mark.column + 2)
    parts = {
        "prior": f"prior: {_number(rules.prior)}",
        "strangers": _listed("strangers", map(_written_group, rules.strangers), indent),
        "compare": _listed("compare", map(_written, rules.compare), indent),
    }
    edits = [_edit(text, match, name, new) for name, new in parts.items()]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(HEAD))
    return "".join(f"{HEAD}{line}\n" for line in head) + body


def _listed(name: str, lines: Iterable[str], indent: str) -> str:
    """Write a list with one line for each of its members."""
    return f"{name}: [\n{''.join(f'{indent}{line},{chr(10)}' for line in lines)}{indent}]"


def _edit(text: str, match: yaml.Node, name: str, new: str) -> tuple[int, int, str]:
    """Say what to put where: over the entry of that name if there is one, or else in front of the comparisons."""
    if any(word.value == name for word, _ in match.value):
        word, old = _value(match, name)
        return word.start_mark.index, _past_comment(text, _end(old)), new
    key = _value(match, "compare")[0]
    after = ", " if _flows(match) else "\n" + " " * key.start_mark.column
    return key.start_mark.index, key.start_mark.index, new + after


def _value(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node]:
    """Give the key and the value of that name in a mapping that has it."""
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value if isinstance(node, yaml.MappingNode) else []
    return next((key, value) for key, value in pairs if key.value == name)


def _past_comment(text: str, end: int) -> int:
    """Move past a comment on the same line, which spoke about the figures that were given."""
    comment = _COMMENT.match(text, end)
    return comment.end() if comment else end


def _flows(node: yaml.Node) -> bool:
    """Say whether a collection is written in brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _end(node: yaml.Node) -> int:
    """Give where a node ends; that of a block ends with the last thing in it, not with the comments below."""
    if isinstance(node, yaml.ScalarNode) or _flows(node) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _written(entry: str | Comparison) -> str:
    """Write a comparison on one line of YAML."""
    if isinstance(entry, str):
        return _word(entry)
    parts = [f"attribute: {_word(entry.attribute)}"]
    if entry.weight is not None:
        parts.append(f"weight: {_number(entry.weight)}")
    if entry.levels is not None:
        parts.append(f"levels: [{', '.join(_written_level(level) for level in entry.levels)}]")
    if entry.frequencies is not None:
        counted = entry.frequencies.model_dump(mode="json", exclude_none=True)
        parts.append(f"frequencies: {json.dumps(counted, ensure_ascii=False)}")
    return "{" + ", ".join(parts) + "}"


def _written_level(level: LevelTuning) -> str:
    figures = [f"{name}: {_number(value)}" for name, value in (("m", level.m), ("u", level.u)) if value is not None]
    return "{" + ", ".join([f"level: {_word(level.level)}", *figures]) + "}"


def _written_group(group: Strangers) -> str:
    """Write a group of strangers on one line of YAML."""
    attributes = ", ".join(
        f"{_word(name)}: {{{', '.join(f'{_word(level)}: {_number(u)}' for level, u in levels.items())}}}"
        for name, levels in group.levels.items()
    )
    return f"{{share: {_number(group.share)}, levels: {{{attributes}}}}}"


def _word(text: str) -> str:
    """Write a name so that YAML reads it as text."""
    return text if yaml.safe_load(text) == text else json.dumps(text)


def _number(value: float) -> str:
    return np.format_float_positional(value, trim="0")
