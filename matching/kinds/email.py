"""An e-mail address. Tags after a plus do not count, nor dots and case at Gmail.

A text that is no address is kept as the source sent it, but is no evidence and never survives.
A domain at which anybody can have a mailbox (gmail.com, web.de) says nothing about who somebody is;
a firm's own domain does. A shared mailbox such as info@ belongs to a firm, not to a person. Addresses
at one firm that differ in nothing but a number are no slips: firms number people of one name.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from matching.columns import PART
from matching.fields import Field, fields_of
from matching.kinds.folding import is_junk
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.pairs import Codes, Outcomes, PairComparison, first_level, only_where, same
from matching.kinds.strings import field, joined_by
from matching.kinds.tables import rows
from matching.kinds.url import last_two, registered_domain

_ADDRESS = re.compile(r"(?:mailto:)?(?:.*<)?\s*([^\s<>@,;]+)@([^\s<>@,;]+\.[^\s<>@,;.]{2,})\.?>?\s*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_GMAIL = frozenset(("gmail.com", "googlemail.com"))
_NOBODY = frozenset(("noreply", "no-reply", "donotreply", "none", "na", "unknown", "test", "noemail"))


@lru_cache(maxsize=1)
def _free_mail() -> frozenset[str]:
    return frozenset(domain for (domain,) in rows("free_mail"))


def _standardise(value: object) -> str | None:
    """Give user and domain as the two parts."""
    found = _ADDRESS.fullmatch(as_text(value))
    if not found:
        return None
    user, domain = found[1].lower().split("+")[0].strip(".'\""), found[2].lower()
    if domain in _GMAIL:
        user, domain = user.replace(".", ""), "gmail.com"
    if user in _NOBODY or not user or is_junk(user):
        return None
    return f"{user}{PART}{domain}"


def _domain(value: str) -> tuple[str, ...]:
    firm = _firm(value.split(PART)[1])
    return (firm,) if firm else ()


@lru_cache(maxsize=200_000)
def _firm(domain: str) -> str:
    """The domain that a firm registered, "" where anybody can have a mailbox."""
    return "" if domain in _free_mail() else registered_domain(domain)


def _firms(domains: Field) -> Codes:
    """Number the firms of domains as `_firm` does; one that ends like no other need not be looked up."""
    ends = dict(zip(domains.texts, map(last_two, domains.texts), strict=True))
    times, free = Counter(ends.values()), _free_mail()

    def firm(domain: str) -> str:
        alone = times[ends[domain]] == 1 and domain not in free
        return domain if alone else _firm(domain)

    return domains.of_each(firm)


def _without_digits(user: str) -> str:
    return _DIGITS.sub("", user)


def _prepare(values: Sequence[str]) -> PairComparison:
    users, domains = fields_of(values, 2)
    user, domain = users.codes, domains.codes
    firm, telling = _firms(domains), users.of_each(lambda user: user if len(user) >= 6 else "")
    keystroke, named = keystroke_pairs(users.texts), users.of_each(_without_digits)

    def compare(left: Codes, right: Codes) -> Outcomes:
        beside = same(domain, left, right)
        numbered = beside & same(firm, left, right) & same(named, left, right)
        slip = only_where(beside & ~numbered, keystroke, user[left], user[right])
        conditions = (left == right, numbered, slip | same(telling, left, right), same(firm, left, right))
        return first_level(conditions, (1, 3, 2, 4), otherwise=5)

    return compare


KIND = Kind(
    name="email",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={
        "": lambda value: (value.replace(PART, "@"),),
        "user": lambda value: (value.split(PART)[0],),
        "domain": _domain,
    },
    in_bulk={"": joined_by("@"), "user": field(0, of=2)},
    levels=(
        Level("same", "the same e-mail address", 0.55, 0.0005),
        Level("close", "e-mail addresses one keystroke apart, or the same user elsewhere", 0.06, 0.002),
        Level(
            "numbered", "addresses at one firm that differ in a number alone, as namesakes have", 0.005, 0.01, most=0.02
        ),
        Level("domain", "e-mail addresses at the same firm", 0.1, 0.0125),
        Level("different", "different e-mail addresses", 0.285, 0.975),
    ),
    prepare=_prepare,
    accepts=takes_text,
    between=";|,\n",
)
