"""What one glycoside loses on its way to another: the order in which a process can only go down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ginseng_rd.chemistry.aglycones import Aglycone
from ginseng_rd.chemistry.glycosides import Glycoside, Residue


@dataclass(frozen=True)
class Loss:
    """Sugars and esters lost (name, number), and what became of C-20: ``H2O``, ``epimer``, ``ring`` or nothing."""

    sugars: tuple[tuple[str, int], ...] = ()
    esters: tuple[tuple[str, int], ...] = ()
    at_c20: str = ""

    @property
    def size(self) -> int:
        """Return of how many single reactions the loss consists."""
        return sum(number for _, number in (*self.sugars, *self.esters)) + bool(self.at_c20)

    def __str__(self) -> str:
        lost = [f"-{f'{number} ' if number > 1 else ''}{name}" for name, number in (*self.sugars, *self.esters)]
        change = {"H2O": "-H2O", "epimer": "20-epimer", "ring": "ring at C-20"}.get(self.at_c20, "")
        return " ".join((*lost, *((change,) if change else ()))) or "nothing"


def loss_between(before: Glycoside, after: Glycoside) -> Loss | None:
    """Return what ``before`` must lose to be ``after``, or None where it cannot become it.

    Sugars go from the outside in, esters at any time; a C-20 that is or becomes free can turn over, lose water or
    close its ring. Nothing is added.
    """
    if before.aglycone.family != after.aglycone.family:
        return None
    sugars: Counter[str] = Counter()
    esters: Counter[str] = Counter()
    for position in {position for position, _ in (*before.chains, *after.chains)}:
        if not _prune(before.chain(position).root, after.chain(position).root, sugars, esters):
            return None
    at_c20 = _change_at_c20(before.aglycone, after.aglycone)
    if at_c20 is None or (at_c20 and after.chain("C20")):
        return None
    return Loss(tuple(sorted(sugars.items())), tuple(sorted(esters.items())), at_c20)


def _prune(before: Residue | None, after: Residue | None, sugars: Counter[str], esters: Counter[str]) -> bool:
    """Add to ``sugars`` and ``esters`` what goes; False where ``after`` is not an inner part of ``before``."""
    if before is None:
        return after is None
    if after is None:
        for residue in before:
            sugars[residue.sugar] += 1
            esters.update(name for _, name in residue.esters)
        return True
    if before.sugar != after.sugar or not set(after.esters) <= set(before.esters):
        return False
    esters.update(name for at, name in before.esters if (at, name) not in after.esters)
    kept = dict(after.branches)
    if not set(kept) <= {at for at, _ in before.branches}:
        return False
    return all(_prune(branch, kept.get(at), sugars, esters) for at, branch in before.branches)


def _change_at_c20(before: Aglycone, after: Aglycone) -> str | None:
    """Return what became of C-20: nothing, or the name of its change; None for what cannot be."""
    if before.smiles == after.smiles:
        return ""
    if before.family == "ocotillol":
        # 24R and 24S do not change into one another; a family name leaves the epimer open.
        return "" if "ocotillol" in (before.code, after.code) else None
    if before.c20 in ("S", "R"):
        return "ring" if after.c20 == "ring" else "epimer" if after.c20 in ("S", "R") else "H2O" if after.c20 else None
    # 20(22)-ene without E or Z may be either.
    both = {before.c20.replace("E-", "-").replace("Z-", "-"), after.c20.replace("E-", "-").replace("Z-", "-")}
    return "" if both == {"20(22)-ene"} and "20(22)-ene" in (before.c20, after.c20) else None
