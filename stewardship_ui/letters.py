"""Marks what differs between two texts: other words whole, and letters inside words that are nearly alike."""

from difflib import SequenceMatcher
from itertools import zip_longest

from mdm.pages.pairs import marks

Parts = list[tuple[str, bool]]
ALIKE = 0.55
"""Words less alike than this are marked whole: single letters in common would say nothing."""


def marked(left: str, right: str) -> tuple[Parts, Parts]:
    """Both texts in parts, each with whether the other side has something else there; case does not count."""
    ours, theirs = _words(left), _words(right)
    matcher = SequenceMatcher(
        None, [one.casefold() for one in ours], [one.casefold() for one in theirs], autojunk=False
    )
    one, other = Parts(), Parts()
    for tag, start, end, their_start, their_end in matcher.get_opcodes():
        if tag == "equal":
            one.append(("".join(ours[start:end]), False))
            other.append(("".join(theirs[their_start:their_end]), False))
            continue
        for mine, yours in zip_longest(ours[start:end], theirs[their_start:their_end], fillvalue=""):
            parts = _inside(mine, yours)
            one += parts[0]
            other += parts[1]
    return _joined(one), _joined(other)


def _words(text: str) -> list[str]:
    """The words of a text with what stands between them, so that nothing is lost."""
    found, word = [], ""
    for letter in text:
        if letter.isalnum():
            word += letter
        else:
            found += [word, letter] if word else [letter]
            word = ""
    return [*found, word] if word else found


def _inside(left: str, right: str) -> tuple[Parts, Parts]:
    if not (left and right) or SequenceMatcher(None, left.casefold(), right.casefold()).ratio() < ALIKE:
        return _whole(left), _whole(right)
    one, other = marks(left, right)
    return [(part.text, part.differs) for part in one], [(part.text, part.differs) for part in other]


def _whole(text: str) -> Parts:
    return [(text, True)] if text else []


def _joined(parts: Parts) -> Parts:
    """What is marked and what a space parts from it become one."""
    found: Parts = []
    for place, (text, differs) in enumerate(parts):
        between = text == " " and 0 < place < len(parts) - 1 and parts[place - 1][1] and parts[place + 1][1]
        if found and found[-1][1] == (differs or between):
            found[-1] = (found[-1][0] + text, found[-1][1])
        else:
            found.append((text, differs or between))
    return found
