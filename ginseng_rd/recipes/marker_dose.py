"""Marker dose: how much of each compound a gram of product, or a day's portion, brings with it.

The dose is the sum over the materials of share x (1 - moisture) x content. Its uncertainty follows the Guide to
the expression of uncertainty in measurement (JCGM 100:2008): the independent standard uncertainties of content,
moisture and weighing are carried to the dose, and the effective degrees of freedom by Welch-Satterthwaite (annex
G.4) give the interval. Products are carried exactly (Goodman 1960, doi 10.1080/01621459.1960.10482081), not to
first order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy import stats

from ginseng_rd.errors import RecordRefused
from ginseng_rd.recipes.unpacking import Material, Unpacked
from ginseng_rd.records.estimate import Estimate

LEVEL = 0.95


@dataclass(frozen=True)
class Content:
    """What a material holds of a compound, in mg/g.

    ``sd`` is the standard deviation over ``n`` replicates (that of the method where ``n`` is 1), or None where it
    is not known: the value is then taken as it stands and the dose says so. A censored content (``relation`` ``<``
    or ``n.d.``) lies between nothing and ``mg_per_g``, its limit; without a limit nothing is known of it from above.
    With ``dry_basis`` the content is that of dry material, and ``moisture_percent`` (with its standard uncertainty)
    says how much less there is of it.
    """

    compound: str
    mg_per_g: float | None
    sd: float | None = None
    n: int = 1
    relation: str = "="
    dry_basis: bool = False
    moisture_percent: float = 0.0
    moisture_uncertainty: float = 0.0

    def __post_init__(self) -> None:
        if self.relation not in ("=", "<", "n.d."):
            raise RecordRefused(f"The content of {self.compound} is =, < or n.d., not '{self.relation}'.")
        if self.relation == "=" and self.mg_per_g is None:
            raise RecordRefused(f"A content of {self.compound} that was measured has a value.")
        if self.mg_per_g is not None and not 0 <= self.mg_per_g <= 1000:
            raise RecordRefused(f"A content of {self.compound} lies in 0 to 1000 mg/g, not at {self.mg_per_g}.")
        if self.n < 1 or (self.sd is not None and not (math.isfinite(self.sd) and self.sd >= 0)):
            raise RecordRefused(f"The content of {self.compound} has a spread of {self.sd} over {self.n}.")
        if not 0 <= self.moisture_percent < 100:
            raise RecordRefused(f"A moisture lies in 0 to below 100 %, not at {self.moisture_percent} %.")

    @property
    def is_censored(self) -> bool:
        return self.relation != "="


@dataclass(frozen=True)
class Dose:
    """How much of a compound is in the product: ``estimate`` in mg/g, and what each material brings of it.

    The estimate's relation is ``<`` where every content is censored. ``unknown`` names the materials whose content
    of the compound was not measured: the dose is then that of the others, and open towards more.
    """

    compound: str
    estimate: Estimate
    shares: Mapping[Material, float]
    censored: tuple[Material, ...]
    unknown: tuple[Material, ...]

    def per_day(self, grams: float) -> Estimate:
        """Return the dose in mg a day at ``grams`` of product a day, taken as exact."""
        return scaled(self.estimate, grams, "mg/day")


def marker_dose(
    recipe: Unpacked,
    contents: Mapping[Material, Sequence[Content]],
    *,
    weighing_percent: float = 0.0,
) -> tuple[Dose, ...]:
    """Return the dose of every compound that a material of the recipe is known to hold, in order of first mention.

    ``contents`` says what was measured of a material; one that is not in it holds no marker (water, an emulsifier),
    one with contents of other compounds only is named ``unknown``. ``weighing_percent`` is the relative standard
    uncertainty of each line weighed, in sub-recipes too.
    """
    in_it = {material: contents[material] for material in recipe.shares if material in contents}
    compounds = dict.fromkeys(content.compound for known in in_it.values() for content in known)
    return tuple(_dose(compound, recipe, in_it, weighing_percent / 100) for compound in compounds)


def content_estimate(content: Content) -> Estimate:
    """Return a content with its interval, in mg per g of the material as it is weighed.

    A bound without a limit is open towards more.
    """
    solids = _solids(content)
    if content.is_censored:
        bound = None if content.mg_per_g is None else content.mg_per_g * solids
        relation = ">" if bound is None else "<"
        return Estimate(bound or 0.0, "mg/g", 0.0, bound, content.n, "below the limit", relation)
    parts = _variances(1.0, 0.0, content)
    mean, half = solids * (content.mg_per_g or 0.0), _half_width(parts)
    return Estimate(mean, "mg/g", max(0.0, mean - half), mean + half, content.n, _basis(parts, (content,), ()))


def _dose(compound: str, recipe: Unpacked, contents: Mapping[Material, Sequence[Content]], weighing: float) -> Dose:
    brought: dict[Material, float] = {}
    censored, unknown = [], []
    parts: list[tuple[float, float]] = []
    most, counted = 0.0, []
    for material, known in contents.items():
        content = next((c for c in known if c.compound == compound), None)
        if content is None:
            unknown.append(material)
            continue
        share = float(recipe.shares[material]) / 100
        if content.is_censored:
            censored.append(material)
            bound = math.inf if content.mg_per_g is None else content.mg_per_g * _solids(content)
            most += share * bound
            continue
        brought[material] = share * _solids(content) * (content.mg_per_g or 0.0)
        parts += _variances(share, _share_variance(recipe, material, weighing), content)
        counted.append(content)
    mean = math.fsum(brought.values())
    half = _half_width(parts)
    low, high = max(0.0, mean - half), mean + half + most
    is_open = bool(unknown) or not math.isfinite(high)
    basis = _basis(parts, counted, censored)
    if not counted:
        bound = most if math.isfinite(most) else 0.0
        relation = "<" if math.isfinite(most) and not unknown else ">"
        estimate = Estimate(bound, "mg/g", 0.0, None if is_open else most, basis=basis, relation=relation)
    else:
        estimate = Estimate(mean, "mg/g", low, None if is_open else high, min(c.n for c in counted), basis)
    return Dose(compound, estimate, brought, tuple(censored), tuple(unknown))


def _solids(content: Content) -> float:
    return 1 - content.moisture_percent / 100 if content.dry_basis else 1.0


def _variances(share: float, share_variance: float, content: Content) -> list[tuple[float, float]]:
    """Return the variance of share x solids x content in parts, each with its degrees of freedom.

    Var(XYZ) = E[X²]E[Y²]E[Z²] - (E[X]E[Y]E[Z])² for independent factors; what that is above the first order is
    shared out as the first order is.
    """
    value, solids = content.mg_per_g or 0.0, _solids(content)
    content_variance = 0.0 if content.sd is None else content.sd**2 / content.n
    moisture_variance = (content.moisture_uncertainty / 100) ** 2 if content.dry_basis else 0.0
    second = (share**2 + share_variance) * (solids**2 + moisture_variance) * (value**2 + content_variance)
    total = second - (share * solids * value) ** 2
    of_content = share**2 * solids**2 * content_variance
    of_others = value**2 * (solids**2 * share_variance + share**2 * moisture_variance)
    first_order = of_content + of_others
    if not first_order:
        return []
    # An sd stated for a single measurement is that of the method, not one of replicates.
    freedom = content.n - 1 if content.n > 1 else math.inf
    return [(total * of_content / first_order, freedom), (total * of_others / first_order, math.inf)]


def _share_variance(recipe: Unpacked, material: Material, weighing: float) -> float:
    """Return the variance of a material's share when each line is weighed with a relative uncertainty.

    The share is linear in each line: what the line's recipe is of the product, times what its own material is of it.
    """
    total = 0.0
    for code in recipe.order:
        for line in recipe.recipes[code].lines:
            below = recipe.compositions.get(line.ingredient, {Material(line.ingredient, line.lot): 1})
            through = float(recipe.amounts[code]) * float(line.share_percent) / 100 * float(below.get(material, 0))
            total += (weighing * through) ** 2
    return total


def _half_width(parts: Iterable[tuple[float, float]]) -> float:
    known = [(variance, freedom) for variance, freedom in parts if variance > 0]
    total = math.fsum(variance for variance, _ in known)
    if not total:
        return 0.0
    spread = math.fsum(variance**2 / freedom for variance, freedom in known)
    freedom = total**2 / spread if spread else math.inf
    quantile = stats.norm.ppf(0.5 + LEVEL / 2) if math.isinf(freedom) else stats.t.ppf(0.5 + LEVEL / 2, freedom)
    return float(quantile) * math.sqrt(total)


def _basis(parts: Sequence[object], counted: Sequence[Content], censored: Sequence[Material]) -> str:
    if not counted:
        return "below the limit"
    basis = f"{LEVEL:.0%}".replace("%", " %") + " of content, moisture and weighing" if parts else "spread not known"
    return f"{basis}, from 0 to the limit where below it" if censored else basis


def scaled(estimate: Estimate, factor: float, unit: str) -> Estimate:
    """Return an estimate times an exact factor, in another unit."""
    low, high = (None if bound is None else bound * factor for bound in (estimate.low, estimate.high))
    return Estimate(estimate.value * factor, unit, low, high, estimate.n, estimate.basis, estimate.relation)
