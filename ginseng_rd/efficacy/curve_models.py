"""The family of dose-response curves, by the names of R's drc, with derivatives and inverses.

Every curve is ``lower + (upper - lower + hormesis) * share`` where the share is a function of
``eta = slope * (place of the dose - place of ed50)``; the place of a dose is its logarithm, or the
dose itself for models on the plain dose axis. Definitions: Ritz, Baty, Streibig and Gerhard, PLoS
ONE 10, 2015, e0146021; Brain and Cousens, Weed Research 29, 1989, 93; Cedergreen, Ritz and
Streibig, Environ. Toxicol. Chem. 24, 2005, 3166.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.special import expit, ndtr, ndtri

from ginseng_rd.efficacy.nonlinear import Flags, Floats
from ginseng_rd.errors import FitRefused, UnknownName

PARAMETERS = ("slope", "lower", "upper", "ed50", "extra")
SLOPE, LOWER, UPPER, ED50, EXTRA = range(5)

AT_ZERO = -1e5  # ln dose of the untreated control: every curve has reached its plateau there
_EDGE = 700.0  # eta beyond which exp would overflow and every share has reached its plateau
_NEVER = 1e-300


@dataclass(frozen=True)
class CurveModel:
    """One member of the family.

    ``share`` names the function of eta; ``log_axis`` says whether doses enter by their logarithm;
    ``hormesis`` is None, ``linear`` (Brain-Cousens) or the power alpha of ``exp(-1 / dose^alpha)``
    (Cedergreen). ``fixed`` holds parameters that are given, not fitted; a curve without a fifth
    parameter has ``extra`` fixed at 1 (asymmetry) or 0 (no hormesis).
    """

    name: str
    share: str
    words: str
    korean: str
    fixed: Mapping[str, float]
    log_axis: bool = True
    hormesis: str | float | None = None

    @property
    def free(self) -> tuple[str, ...]:
        """The parameters that are fitted."""
        return tuple(name for name in PARAMETERS if name not in self.fixed)

    @property
    def is_symmetric(self) -> bool:
        """Whether turning the slope and swapping the plateaus gives the same curve."""
        return self.share in ("logistic", "normal") and self.hormesis is None and "extra" in self.fixed

    def place(self, dose: Floats, unit: float) -> Floats:
        """Return where doses lie on the axis of eta, in multiples of ``unit``."""
        if not self.log_axis:
            return dose / unit
        return np.where(dose > 0, np.log(np.maximum(dose, _NEVER) / unit), AT_ZERO)

    def at(self, place: Floats, parameters: Floats) -> Floats:
        """Return the curve at places (..., m) for parameters (..., m, 5), or (..., 1, 5)."""
        share, _, _ = self._share(*self._eta(place, parameters), parameters[..., EXTRA])
        height = parameters[..., UPPER] - parameters[..., LOWER]
        if self.hormesis is not None:
            height = height + parameters[..., EXTRA] * self._stimulus(place)
        curve: Floats = parameters[..., LOWER] + height * share
        return curve

    def with_gradient(self, place: Floats, parameters: Floats) -> tuple[Floats, Floats]:
        """Return the curve and its derivatives by the five parameters on the last axis."""
        eta, inside = self._eta(place, parameters)
        share, by_eta, by_extra = self._share(eta, inside, parameters[..., EXTRA])
        height = parameters[..., UPPER] - parameters[..., LOWER]
        if self.hormesis is not None:
            by_extra = self._stimulus(place) * share
            height = height + parameters[..., EXTRA] * self._stimulus(place)
        else:
            by_extra = height * by_extra
        steep = height * by_eta
        distance = np.where(inside, place - parameters[..., ED50], 0.0)
        gradient = np.stack(
            np.broadcast_arrays(
                steep * distance, 1 - share, share, -steep * parameters[..., SLOPE], by_extra + 0 * share
            ),
            axis=-1,
        )
        return parameters[..., LOWER] + height * share, gradient

    def plateaus(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return the response without any dose, and the one that a large dose ends at, for parameters (..., 5)."""
        falling = (parameters[..., SLOPE] > 0) != (self.share in ("weibull 2", "normal"))
        near = np.where(falling, parameters[..., UPPER], parameters[..., LOWER])
        return near, np.where(falling, parameters[..., LOWER], parameters[..., UPPER])

    def place_of(self, response: Floats, parameters: Floats) -> Floats:
        """Return the place where the curve without hormesis meets a response; NaN where it never does."""
        with np.errstate(all="ignore"):
            share = (response - parameters[..., LOWER]) / (parameters[..., UPPER] - parameters[..., LOWER])
            eta = self._eta_of(np.where((share > 0) & (share < 1), share, np.nan), parameters[..., EXTRA])
            place: Floats = parameters[..., ED50] + eta / parameters[..., SLOPE]
        return place

    def _eta(self, place: Floats, parameters: Floats) -> tuple[Floats, Flags]:
        eta = parameters[..., SLOPE] * (place - parameters[..., ED50])
        return np.clip(eta, -_EDGE, _EDGE), np.abs(eta) < _EDGE

    def _stimulus(self, place: Floats) -> Floats:
        dose = np.where(place > AT_ZERO / 2, np.exp(np.minimum(place, _EDGE)), 0.0)
        if self.hormesis == "linear":
            return dose
        power = float(self.hormesis or 0)
        return np.where(dose > 0, np.exp(-1 / np.maximum(dose, _NEVER) ** power), 0.0)

    def _share(self, eta: Floats, inside: Flags, extra: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the share and its derivatives by eta and by the asymmetry."""
        if self.share == "logistic":
            rest = expit(-eta)
            if self.hormesis is not None or self.fixed.get("extra") == 1.0:
                return rest, -rest * (1 - rest) * inside, np.zeros_like(rest)
            logarithm = -np.logaddexp(0.0, eta)
            share = np.exp(extra * logarithm)
            return share, -extra * share * expit(eta) * inside, share * logarithm
        none = np.zeros_like(eta)
        if self.share == "weibull 1":
            rise = np.exp(eta)
            return np.exp(-rise), -np.exp(eta - rise) * inside, none
        if self.share == "weibull 2":
            rise = np.exp(eta)
            return -np.expm1(-rise), np.exp(eta - rise) * inside, none
        return ndtr(eta), np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi) * inside, none

    def _eta_of(self, share: Floats, extra: Floats) -> Floats:
        if self.share == "logistic":
            power = 1.0 if self.hormesis is not None else extra
            eta: Floats = np.log(np.expm1(-np.log(share) / power))
        elif self.share == "weibull 1":
            eta = np.log(-np.log(share))
        elif self.share == "weibull 2":
            eta = np.log(-np.log1p(-share))
        else:
            eta = ndtri(share)
        return eta


def _fix(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


def _make_family() -> dict[str, CurveModel]:
    """Return all members by name; ``u`` ends the names of those with the upper plateau fixed at 1."""
    kinds = {
        "LL": ("logistic", "log-logistic", "로그-로지스틱", True),
        "W1": ("weibull 1", "Weibull type 1", "Weibull 1형", True),
        "W2": ("weibull 2", "Weibull type 2", "Weibull 2형", True),
        "LN": ("normal", "log-normal", "로그정규", True),
        "L": ("logistic", "logistic", "로지스틱", False),
        "G": ("weibull 1", "Gompertz", "Gompertz", False),
    }
    plateaus = {"2": {"lower": 0.0, "upper": 1.0}, "3": {"lower": 0.0}, "3u": {"upper": 1.0}, "4": {}}
    family = {}
    for short, (share, words, korean, log_axis) in kinds.items():
        for count, fixed in plateaus.items():
            name = f"{short}.{count}"
            family[name] = CurveModel(name, share, words, korean, _fix(extra=1.0, **fixed), log_axis)
        if share == "logistic":
            name = f"{short}.5"
            family[name] = CurveModel(name, share, f"asymmetric {words}", f"비대칭 {korean}", _fix(), log_axis)
    for name, share, words in (("EXD", "weibull 1", "exponential decay"), ("AR", "weibull 2", "asymptotic regression")):
        korean = "지수 감소" if name == "EXD" else "점근 회귀"
        for count, fixed in (("2", {"lower": 0.0}), ("3", {})):
            family[f"{name}.{count}"] = CurveModel(
                f"{name}.{count}", share, words, korean, _fix(slope=1.0, extra=1.0, **fixed)
            )
    for count, fixed in (("2", {"lower": 0.0}), ("3", {})):
        family[f"MM.{count}"] = CurveModel(
            f"MM.{count}", "logistic", "Michaelis-Menten", "Michaelis-Menten", _fix(slope=-1.0, extra=1.0, **fixed)
        )
    hormesis: tuple[tuple[str, str | float, str], ...] = (
        ("BC.{}", "linear", "Brain-Cousens hormesis"),
        ("CRS.{}a", 1.0, "Cedergreen hormesis, alpha 1,"),
        ("CRS.{}b", 0.5, "Cedergreen hormesis, alpha 1/2,"),
        ("CRS.{}c", 0.25, "Cedergreen hormesis, alpha 1/4,"),
    )
    for name, kind, words in hormesis:
        korean = words.replace("hormesis", "호르메시스")
        for count, fixed in (("4", {"lower": 0.0}), ("5", {})):
            full = name.format(count)
            family[full] = CurveModel(full, "logistic", words, korean, _fix(**fixed), hormesis=kind)
    return family


MODELS: Mapping[str, CurveModel] = MappingProxyType(_make_family())


def choose_model(name: str, fixed: Mapping[str, float] | None = None) -> CurveModel:
    """Return the model of a name of R's drc (``LL.4``, ``W1.3``, ``BC.5`` ...), further parameters fixed.

    ``fixed`` gives values by name: slope, lower, upper, ed50, extra. Raises UnknownName for another
    model, FitRefused for another parameter, a value that is not finite, or nothing left to fit.
    """
    from dataclasses import replace

    if name not in MODELS:
        raise UnknownName("curve model", name, MODELS)
    model = MODELS[name]
    for parameter, value in (fixed or {}).items():
        if parameter not in PARAMETERS or not np.isfinite(value):
            raise FitRefused(f"A fixed parameter is one of {', '.join(PARAMETERS)} at a finite value, not {parameter}.")
        if parameter == "ed50" and model.log_axis and value <= 0:
            raise FitRefused(f"The ED50 of {name} is a dose above 0, but {value:g} was fixed.")
    model = replace(model, fixed=MappingProxyType({**model.fixed, **(fixed or {})}))
    if not model.free:
        raise FitRefused(f"All parameters of {name} are fixed: there is nothing to fit.")
    return model
