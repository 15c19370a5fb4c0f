"""The molar balance of a process step: what was converted, what is unexplained, what cannot be.

A process can lose moles of an aglycone, but not make them, and can take sugars off, but not put them on. Content
profiles before and after a step are compared in µmol per gram of starting material, family by family (PPD, PPT,
oleanane, ocotillol), with their uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.degradation import Loss, loss_between
from ginseng_rd.chemistry.glycosides import Glycoside, glycoside_of
from ginseng_rd.chemistry.mole_flow import Account, account_for
from ginseng_rd.chemistry.profiles import Amount, Content, Profile
from ginseng_rd.errors import RecordRefused

_UMOL_PER_MMOL = 1000.0
_ROUNDING = 1e-9  # of a sum, where no uncertainty is given
# What ginseng holds most of: a profile that leaves one of these out may lack the precursor of what a step made.
_MAIN_SAPONINS = ("Rb1", "Rb2", "Rb3", "Rc", "Rd", "m-Rb1", "m-Rb2", "m-Rc", "m-Rd", "Re", "Rf", "Rg1", "Ro")


@dataclass(frozen=True)
class BalanceLine:
    """One compound, family or sugar before and after, with what vanished and what stays unexplained (µmol/g)."""

    name: str
    family: str
    before: Amount
    after: Amount
    change: Amount
    vanished: float = 0.0
    unexplained: float = 0.0


@dataclass(frozen=True)
class Flow:
    """What became of what in the account with the fewest reactions, in µmol/g."""

    substrate: str
    product: str
    loss: Loss
    amount: float


@dataclass(frozen=True)
class Breach:
    """Moles that cannot be: after the step there is more than all that could have given it.

    ``code`` is ``family-moles-created`` where a whole family grew, else ``more-than-precursors``. ``unmeasured`` are
    main saponins that could have given the products and that the profile before does not name. Amounts are in µmol/g.
    """

    code: str
    family: str
    products: tuple[str, ...]
    precursors: tuple[str, ...]
    excess: Amount
    after: Amount
    before: Amount
    unmeasured: tuple[str, ...] = ()

    @property
    def found(self) -> str:
        """Return what was found."""
        return f"{self.after.value:.3g} µmol/g of {', '.join(self.products)} after the step"

    @property
    def expected(self) -> str:
        """Return what could be there at most."""
        could_give = (
            f"what {', '.join(self.precursors)} held before" if self.precursors else "nothing: no precursor was there"
        )
        return f"no more than {self.before.value:.3g} µmol/g, {could_give}"

    @property
    def remedy(self) -> str:
        """Return what to check."""
        check = "Check units and decimal points of both profiles, the yield, and whether both are on one basis."
        if not self.unmeasured:
            return check
        return f"Measure before the step, too, what could have given it: {', '.join(self.unmeasured)}. {check}"

    def __str__(self) -> str:
        low, high = self.excess.interval
        excess = f"excess {low:.3g} to {high:.3g}"
        return f"{self.family}: found {self.found}, expected {self.expected} ({excess}). {self.remedy}"


@dataclass(frozen=True)
class MolarBalance:
    """The balance of one process step; every amount in µmol per gram of starting material.

    ``compounds``, ``families`` and ``sugars`` are lines before and after; ``flows`` one feasible account, that with the
    fewest reactions; ``breaches`` what cannot be, beyond the 95 % interval; ``remarks`` what was assumed or left out.
    """

    compounds: tuple[BalanceLine, ...]
    families: tuple[BalanceLine, ...]
    sugars: tuple[BalanceLine, ...]
    flows: tuple[Flow, ...]
    breaches: tuple[Breach, ...]
    remarks: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        """Say whether the profile after can come from the profile before."""
        return not self.breaches

    def table(self) -> Any:
        """Return the compounds as a DataFrame, amounts and standard uncertainties in µmol/g."""
        return _as_table(self.compounds)

    def family_table(self) -> Any:
        """Return the aglycone families as a DataFrame, amounts and standard uncertainties in µmol/g."""
        return _as_table(self.families)

    def sugar_table(self) -> Any:
        """Return the bound sugars as a DataFrame; a negative change was set free (or vanished with its glycoside)."""
        return _as_table(self.sugars)

    def flow_table(self) -> Any:
        """Return the account as a DataFrame: from, to, loss, µmol/g."""
        import pandas as pd

        rows = [(flow.substrate, flow.product, str(flow.loss), flow.amount) for flow in self.flows]
        return pd.DataFrame(rows, columns=["from", "to", "loss", "umol_per_g"])

    def __str__(self) -> str:
        verdict = "can be" if self.is_possible else "cannot be as reported"
        lines = [f"Molar balance in µmol per g of starting material: {verdict}."]
        lines += [
            f"  {line.name}: {line.before} before, {line.after} after; vanished {line.vanished:.3g}, "
            f"unexplained {line.unexplained:.3g}"
            for line in self.families
        ]
        lines += [f"  {flow.substrate} > {flow.product} ({flow.loss}): {flow.amount:.3g}" for flow in self.flows]
        lines += [f"  bound {line.name}: {line.before} before, {line.after} after" for line in self.sugars]
        return "\n".join([*lines, *map(str, self.breaches), *self.remarks])

    def _repr_html_(self) -> str:
        def shown(heading: str, table: Any) -> str:
            text = table.to_html(index=False, border=0, justify="left", float_format=lambda number: f"{number:.3g}")
            return f"<p>{heading}</p>{text}"

        texts = "".join(f"<p><b>{escape(str(breach))}</b></p>" for breach in self.breaches)
        texts += "".join(f"<p>{escape(remark)}</p>" for remark in self.remarks)
        tables = (
            shown("Families · 계열", self.family_table()),
            shown("Compounds · 성분", self.table()),
            shown("What became of what, with the fewest reactions · 전환", self.flow_table()),
            shown("Bound sugars · 결합당", self.sugar_table()),
        )
        verdict = "can be" if self.is_possible else "cannot be as reported"
        return f"<p>Molar balance in µmol/g of starting material: <b>{verdict}</b></p>{texts}{''.join(tables)}"


def balance_moles(before: Profile, after: Profile, compounds: Iterable[Compound] | None = None) -> MolarBalance:
    """Return the molar balance of a step from the contents before and after it.

    ``compounds`` are those that the codes name, by default the reference compounds. Contents are taken as independent
    of one another; the yield is common to all. A compound that a profile does not name is taken as absent from it, and
    one whose sugars are not known is left out, with a remark. The uncertainty of a product of two numbers is exact:
    ``u²(xy) = y²u²(x) + x²u²(y) + u²(x)u²(y)``. For a breach, a content below a limit is taken as favourably as it
    can be.
    """
    known = {compound.code: compound for compound in (reference_compounds() if compounds is None else compounds)}
    placed, remarks = _place(before, after, known)
    named = {content.code for content in before.contents}
    others = {code: _describe(known[code]) for code in _MAIN_SAPONINS if code in known and code not in named}
    unmeasured = {code: glycoside for code, glycoside in others.items() if glycoside is not None}
    step = _Step(before, after, placed, {code: known[code].molar_mass for code in placed}, unmeasured)
    families = sorted({glycoside.aglycone.family for glycoside in placed.values()})
    lines, breaches, flows = [], [], []
    for family in families:
        codes = [code for code, glycoside in placed.items() if glycoside.aglycone.family == family]
        losses = step.losses(codes)
        sizes = {pair: loss.size for pair, loss in losses.items()}
        account = account_for(step.central("before", codes), step.central("after", codes), sizes)
        lines += [step.line(code, family, account) for code in codes]
        flows += [Flow(*pair, losses[pair], amount) for pair, amount in account.flows.items()]
        breaches += step.breaches(family, codes, sizes)
    return MolarBalance(
        compounds=tuple(lines),
        families=tuple(
            step.family_line(family, [line for line in lines if line.family == family]) for family in families
        ),
        sugars=tuple(step.sugar_lines()),
        flows=tuple(sorted(flows, key=lambda flow: -flow.amount)),
        breaches=tuple(breaches),
        remarks=tuple(remarks),
    )


@dataclass(frozen=True)
class _Step:
    """Both profiles with what is known of their compounds."""

    before: Profile
    after: Profile
    placed: Mapping[str, Glycoside]
    molar_masses: Mapping[str, float]
    unmeasured: Mapping[str, Glycoside]

    def contents(self, side: str) -> dict[str, Content]:
        profile = self.before if side == "before" else self.after
        return {content.code: content for content in profile.contents if content.code in self.placed}

    def central(self, side: str, codes: Iterable[str]) -> dict[str, float]:
        return {code: self.total(side, {code: 1}).value for code in codes if code in self.contents(side)}

    def total(self, side: str, weights: Mapping[str, float], *, bound_as: str = "") -> Amount:
        """Return the weighted sum of the moles of some compounds on one side, per gram of starting material.

        ``bound_as`` says what a content below a limit counts as: ``nothing``, ``limit``, or its mean.
        """
        value = variance = 0.0
        for code, content in self.contents(side).items():
            mg_per_g, uncertainty = content.value, content.uncertainty
            if content.limit is not None and bound_as:
                mg_per_g, uncertainty = (content.limit if bound_as == "limit" else 0.0), 0.0
            per_mg = weights.get(code, 0) * _UMOL_PER_MMOL / self.molar_masses[code]
            value += per_mg * mg_per_g
            variance += (per_mg * uncertainty) ** 2
        if side == "before":
            return Amount(value, math.sqrt(variance))
        share, u_share = self.share_left()
        return Amount(share * value, math.sqrt(share**2 * variance + value**2 * u_share**2 + variance * u_share**2))

    def share_left(self) -> tuple[float, float]:
        """Return the grams after for each gram before, and the standard uncertainty of that, to first order."""
        share = self.after.grams / self.before.grams
        relative = math.hypot(
            self.after.grams_uncertainty / self.after.grams, self.before.grams_uncertainty / self.before.grams
        )
        return share, share * relative

    def losses(self, codes: Iterable[str]) -> dict[tuple[str, str], Loss]:
        pairs = ((i, j) for i in codes for j in codes if i != j)
        found = {(i, j): loss_between(self.placed[i], self.placed[j]) for i, j in pairs}
        return {pair: loss for pair, loss in found.items() if loss is not None}

    def line(self, code: str, family: str, account: Account) -> BalanceLine:
        bare = self._line(code, family, {code: 1})
        vanished, unexplained = account.vanished.get(code, 0.0), account.unexplained.get(code, 0.0)
        return BalanceLine(code, family, bare.before, bare.after, bare.change, vanished, unexplained)

    def family_line(self, family: str, lines: list[BalanceLine]) -> BalanceLine:
        bare = self._line(family, family, {line.name: 1 for line in lines})
        vanished, unexplained = sum(line.vanished for line in lines), sum(line.unexplained for line in lines)
        return BalanceLine(family, family, bare.before, bare.after, bare.change, vanished, unexplained)

    def sugar_lines(self) -> list[BalanceLine]:
        carried = {code: glycoside.sugars() for code, glycoside in self.placed.items()}
        sugars = sorted({sugar for counted in carried.values() for sugar in counted})
        lines = (self._line(sugar, "sugar", {code: n[sugar] for code, n in carried.items()}) for sugar in sugars)
        return [line for line in lines if line.before.value or line.after.value]

    def breaches(self, family: str, codes: list[str], sizes: Mapping[tuple[str, str], int]) -> list[Breach]:
        """Return the sets of products that exceed their precursors beyond the 95 % interval."""
        least = {c: self.total("after", {c: 1}, bound_as="nothing").value for c in codes if c in self.contents("after")}
        most = {c: self.total("before", {c: 1}, bound_as="limit").value for c in codes if c in self.contents("before")}
        found = []
        for products, precursors in account_for(most, least, sizes).excess_sets:
            after = self.total("after", dict.fromkeys(products, 1), bound_as="nothing")
            before = self.total("before", dict.fromkeys(precursors, 1), bound_as="limit")
            excess = _difference(after, before)
            if excess.interval[0] > _ROUNDING * before.value:
                whole = self._excess_of_family(codes).interval[0] > 0
                code = "family-moles-created" if whole else "more-than-precursors"
                there = tuple(sorted(product for product in products if least[product] > 0))
                could = tuple(
                    code
                    for code, glycoside in self.unmeasured.items()
                    if any(loss_between(glycoside, self.placed[product]) for product in there)
                )
                found.append(Breach(code, family, there, tuple(sorted(precursors)), excess, after, before, could))
        return found

    def _excess_of_family(self, codes: list[str]) -> Amount:
        every = dict.fromkeys(codes, 1)
        after = self.total("after", every, bound_as="nothing")
        return _difference(after, self.total("before", every, bound_as="limit"))

    def _line(self, name: str, family: str, weights: Mapping[str, float]) -> BalanceLine:
        before, after = self.total("before", weights), self.total("after", weights)
        return BalanceLine(name, family, before, after, _difference(after, before))


def _place(before: Profile, after: Profile, known: Mapping[str, Compound]) -> tuple[dict[str, Glycoside], list[str]]:
    """Return the glycosides of both profiles by code, and what is to be remarked on them."""
    contents = (*before.contents, *after.contents)
    if unknown := sorted({content.code for content in contents} - set(known)):
        raise RecordRefused(f"{', '.join(unknown)} is not a compound given to the balance.")
    placed: dict[str, Glycoside] = {}
    for code in dict.fromkeys(content.code for content in contents):
        glycoside = _describe(known[code])
        if glycoside is not None and glycoside.aglycone.family:
            placed[code] = glycoside
    codes_before, codes_after = ({content.code for content in profile.contents} for profile in (before, after))
    said = {
        "Left out, since aglycone and sugars are not known": {content.code for content in contents} - set(placed),
        "Not named before the step, and taken as absent there": (codes_after - codes_before) & set(placed),
        "Not named after the step, and taken as absent there": (codes_before - codes_after) & set(placed),
        "Without standard deviation, so that 5 % was assumed": {c.code for c in contents if c.is_assumed},
    }
    return placed, [f"{what}: {', '.join(sorted(codes))}." for what, codes in said.items() if codes]


def _describe(compound: Compound) -> Glycoside | None:
    described = glycoside_of(compound)
    if described is not None or not compound.smiles:
        return described
    # RDKit is asked only where the columns do not say.
    from ginseng_rd.chemistry.structures import StructureRefused
    from ginseng_rd.chemistry.sugar_structures import read_glycoside

    try:
        return read_glycoside(compound.smiles)
    except StructureRefused:
        return None


def _difference(after: Amount, before: Amount) -> Amount:
    return Amount(after.value - before.value, math.hypot(after.uncertainty, before.uncertainty))


def _as_table(lines: Iterable[BalanceLine]) -> Any:
    import pandas as pd

    rows = []
    for line in lines:
        row: dict[str, Any] = {"name": line.name, "family": line.family}
        for column, amount in (("before", line.before), ("after", line.after), ("change", line.change)):
            row |= {column: amount.value, f"u_{column}": amount.uncertainty}
        rows.append(row | {"vanished": line.vanished, "unexplained": line.unexplained})
    return pd.DataFrame(rows)
