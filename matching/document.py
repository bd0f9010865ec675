"""The documents of match rules: what an entity type compares, blocks on and decides by."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Probability = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Likelihood = Annotated[float, Field(ge=1e-9, le=1, allow_inf_nan=False)]
Factor = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MatchAttribute(_Document):
    """An attribute as matching sees it: its kind, and whether a record may have several values."""

    kind: str
    many: bool = False


class Condition(_Document):
    """Holds for a pair of records that agree (`same`) or disagree (`different`) on every attribute named."""

    same: str | list[str] | None = None
    different: str | list[str] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Condition":
        if (self.same is None) == (self.different is None):
            raise ValueError("a condition is either `same` or `different`, with at least one attribute")
        if not self.attributes:
            raise ValueError("a condition names at least one attribute")
        return self

    @property
    def word(self) -> str:
        """`same` or `different`."""
        return "different" if self.same is None else "same"

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that must all agree, or all disagree."""
        named = self.different if self.same is None else self.same
        return (named,) if isinstance(named, str) else tuple(named or ())


class Constraint(_Document):
    """No golden record holds two records that disagree on every attribute named (valid values, none in common).

    overlapping: two dates, the first and the last day that a record speaks of: then only while these days overlap.
    A record without the first day says nothing; without the last it has no end.
    of_one_source: only two records of one source are held against each other.
    """

    different: str | list[str]
    overlapping: tuple[str, str] | None = None
    of_one_source: bool = False

    @model_validator(mode="after")
    def _names_something(self) -> "Constraint":
        if not self.attributes:
            raise ValueError("a constraint names at least one attribute")
        return self

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that must all disagree."""
        return (self.different,) if isinstance(self.different, str) else tuple(self.different)

    @property
    def named(self) -> tuple[str, ...]:
        """Every attribute that it looks at."""
        return (*self.attributes, *(self.overlapping or ()))


class LevelTuning(_Document):
    """Replaces a level's m (its share among matches) or u (its share among non-matches)."""

    level: str
    m: Likelihood | None = None
    u: Likelihood | None = None


class Step(_Document):
    """How common the values of a step are: at least one in so many records has each, None in the rarest step.

    Of the records that have a value a share `m` has one of the step, and of pairs that agree by chance a share `u`.
    """

    one_in: int | None = Field(default=None, ge=2)
    m: Likelihood
    u: Likelihood


class Frequencies(_Document):
    """How common the values of an attribute are among so many records, counted once and for all.

    `common` lists those that at least ten records have, with how many, for the whole value or for each of its parts;
    all others are rarer. The best level of the attribute is parted into the `steps`, from the rarest to the commonest.
    """

    records: int = Field(ge=1)
    common: list[dict[str, Annotated[int, Field(ge=1)]]]
    steps: list[Step]

    @model_validator(mode="after")
    def _from_rare_to_common(self) -> "Frequencies":
        bounds = [step.one_in for step in self.steps[1:]]
        falling = [one for one in bounds if one is not None]
        if not self.steps or self.steps[0].one_in is not None or falling != sorted({*falling}, reverse=True):
            raise ValueError("steps go from the rarest, which has no `one_in`, to the commonest, `one_in` falling")
        if len(falling) < max(len(bounds), 1):
            raise ValueError("there are two steps at least, and only the rarest has no `one_in`")
        return self


class Comparison(_Document):
    """A compared attribute with tuned levels; `weight` is a factor on all its match weights.

    With `frequencies` its best level has steps: `exact` is that of rare values, `exact_1_in_64` one of common values.
    """

    attribute: str
    levels: list[LevelTuning] | None = None
    frequencies: Frequencies | None = None
    weight: Factor | None = None


class Thresholds(_Document):
    """Match probabilities from which a pair is a match, or is shown to a steward."""

    match: Probability = 0.99
    review: Probability = 0.70

    @model_validator(mode="after")
    def _in_order(self) -> "Thresholds":
        if self.review > self.match:
            raise ValueError(f"the review threshold {self.review} is above the match threshold {self.match}")
        return self


class Strangers(_Document):
    """A group of pairs of different things: its share of them, and how often they have each level there.

    Strangers are not alike: members of one family, or shops in one building, agree on much together. An attribute
    that is left out has the u of its comparison.
    """

    share: Probability
    levels: dict[str, dict[str, Likelihood]]


class Nearest(_Document):
    """So many nearest records of each are candidates too, by each of these attributes of kind wording or nearness."""

    attributes: list[str]
    count: int = Field(ge=1, le=50)


class MatchRules(_Document):
    """The `match` part of an entity type: OR of AND blocking keys, comparisons, rules above the score.

    `constraints` keep golden records apart without saying anything of a pair's score: they are for the hub, which
    asks a steward about each. `strangers` are groups of pairs that do not match, `linkage` says how clusters form
    (from the strongest edge, or by the average weight between them), and `one_per_source` that a source holds each
    thing once. These, and `nearest`, are for whole files: the hub takes rules without them.
    """

    block_on: list[list[str]]
    compare: list[str | Comparison]
    always: list[Condition] = []
    never: list[Condition] = []
    constraints: list[Constraint] = []
    thresholds: Thresholds = Thresholds()
    prior: Probability = 0.001
    strangers: list[Strangers] = []
    linkage: Literal["strongest", "average"] = "strongest"
    one_per_source: bool = False
    nearest: Nearest | None = None
    block_cap: int = Field(default=200, ge=2)
    piece_limit: int = Field(default=500, ge=2)
