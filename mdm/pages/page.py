"""Fills the templates: everything that is put in is escaped, and a name that is missing is an error."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

MINUS = "−"
LONGEST = 240


def render(template: str, **values: object) -> str:
    """Fill a template of this package with values; the page needs nothing but itself."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mdm.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"count": count, "bits": bits, "share": share, "clip": clip, "probability": probability}
    return environment


def count(number: float) -> str:
    """A number of things: `12,345`, with one decimal where it is not whole and small."""
    return f"{number:,.0f}" if number >= 100 or float(number).is_integer() else f"{number:,.1f}"


def bits(weight: float) -> str:
    """A signed weight: `+3.21`, `−0.50`."""
    return f"{weight:+,.2f}".replace("-", MINUS)


def share(part: float) -> str:
    """A share of a whole in percent; never 0 or 100 for what is only near it."""
    rounded = f"{part:.1%}"
    if rounded == "100.0%" and part < 1:
        return "> 99.9%"
    if rounded == "0.0%" and part > 0:
        return "< 0.1%"
    return rounded.replace(".0%", "%")


def probability(part: float) -> str:
    """A probability with four decimals; never 0 or 1, which none is."""
    if part > 0.9999:
        return "> 0.9999"
    return f"{part:.4f}" if part >= 0.0001 else "< 0.0001"


def clip(text: str, length: int = LONGEST) -> str:
    """A text, cut where it is too long to be shown."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
