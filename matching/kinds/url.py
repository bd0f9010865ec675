"""A web address. Two addresses of one site are compared by the site; `www.` and the scheme do not count."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from matching.columns import PART
from matching.fields import fields_of
from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.pairs import Codes, Outcomes, PairComparison, first_level, same

if TYPE_CHECKING:
    from tldextract import TLDExtract

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/*)?(?:[^/@]*@)?(?:www\d?\.)?([^/:?#\s.]+(?:\.[^/:?#\s.]+)+)\.?(?::\d+)?(/[^?#\s]*)?.*"
)
_PLAIN_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")


@cache
def _library() -> "TLDExtract":
    """The list of public suffixes that comes with the library; loaded when an address is first read."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(_library().tlds)


@cache
def _endings() -> tuple[frozenset[str], frozenset[str]]:
    """The last labels of all public suffixes, and of those that only the library's own rules can tell."""
    ruled = {suffix for suffix in _suffixes() if suffix[0] in "*!"}
    every, of_rules = (frozenset(suffix.rpartition(".")[2] for suffix in some) for some in (_suffixes(), ruled))
    return every, of_rules | (every - _suffixes())


@lru_cache(maxsize=200_000)
def registered_domain(host: str) -> str:
    """Give the domain that was registered: `acme.co.uk` for `shop.acme.co.uk`.

    It is the longest public suffix and the label before it. Hosts of the usual form are looked up here: the library,
    which reads any address there is, takes thirty times as long.
    """
    (known, ruled), suffixes = _endings(), _suffixes()
    last = host.rpartition(".")[2]
    if last in ruled or "xn--" in host or not _PLAIN_HOST.fullmatch(host):
        return _told_by_the_library(host)
    if last not in known:
        return last_two(host)
    rest, before = host, ""
    while rest not in suffixes:
        before, _, rest = rest.partition(".")
    return f"{before}.{rest}" if before else last_two(host)


def _told_by_the_library(host: str) -> str:
    return _library()(host).top_domain_under_public_suffix or last_two(host)


def last_two(host: str) -> str:
    """Give the last two labels of a host: all hosts of one registered domain have the same."""
    return ".".join(host.split(".")[-2:])


def _standardise(value: object) -> str | None:
    """Give host and path as the two parts."""
    text = as_text(value).lower()
    found = None if is_junk(text) else _ADDRESS.fullmatch(text)
    if not found:
        return None
    return f"{found[1]}{PART}{(found[2] or '').rstrip('/')}"


def _domain(value: str) -> tuple[str, ...]:
    return (registered_domain(value.split(PART, maxsplit=1)[0]),)


def _prepare(values: Sequence[str]) -> PairComparison:
    hosts, _ = fields_of(values, 2)
    host, domain = hosts.codes, hosts.of_each(registered_domain)

    def compare(left: Codes, right: Codes) -> Outcomes:
        conditions = (left == right, same(host, left, right), same(domain, left, right))
        return first_level(conditions, (1, 2, 3), otherwise=4)

    return compare


KIND = Kind(
    name="url",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": lambda value: (value.replace(PART, ""),), "domain": _domain},
    levels=(
        Level("same", "the same web address", 0.6, 0.01),
        Level("host", "pages of the same site", 0.15, 0.01),
        Level("domain", "sites of the same domain", 0.1, 0.01),
        Level("different", "different sites", 0.15, 0.97),
    ),
    prepare=_prepare,
    accepts=takes_text,
)
