"""A web address. Two addresses of one site are compared by the site; `www.` and the scheme do not count."""

import re
from collections.abc import Sequence
from functools import lru_cache

import tldextract

from matching.columns import PART
from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text
from matching.kinds.pairs import Codes, Outcomes, PairComparison, coded, first_level, parts_of, same

_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/*)?(?:[^/@]*@)?(?:www\d?\.)?([^/:?#\s.]+(?:\.[^/:?#\s.]+)+)\.?(?::\d+)?(/[^?#\s]*)?.*"
)


@lru_cache(maxsize=100_000)
def registered_domain(host: str) -> str:
    """Give the domain that was registered: `acme.co.uk` for `shop.acme.co.uk`."""
    return _SUFFIXES(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])


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
    host = coded(parts_of(values, 2)[0])
    domain = coded([_domain(value)[0] for value in values])

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
