"""A value added tax number with its country, such as DE136695976, checked by that country's rules."""

from matching.kinds import tax_id
from matching.kinds.kind import Kind, takes_text, whole


def _valid(value: str) -> bool:
    """Hold only numbers whose country is known: without one there is no rule to check."""
    has_country = tax_id.number_of(value) != value or value.startswith("CHE")
    return has_country and tax_id.valid_tax_id(value)


KIND = Kind(
    name="vat",
    help=__doc__ or "",
    standardise=tax_id.standardise_tax_id,
    valid=_valid,
    parts={"": whole},
    levels=tax_id.KIND.levels,
    prepare=tax_id.prepare_tax_ids,
    accepts=takes_text,
)
