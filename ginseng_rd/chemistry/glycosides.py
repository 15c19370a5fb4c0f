"""Glycosides as values: an aglycone and the sugar chains it carries, and the notation they are written in.

A chain is written with its terminal sugar first: ``Xyl(1-4)Arap(1-6)Glc`` is a xylose on O-4 of an arabinopyranose
on O-6 of the glucose that the aglycone carries. A further branch stands in square brackets, an ester in round ones
before its sugar: ``Glc(1-2)[Xyl(1-6)]Glc``, ``(6-Mal)Glc(1-2)Glc``. ``none`` is a free position.

Glc and Xyl are β-D-pyranoses, GlcA is β-D-glucuronic acid, Arap and Araf are α-L-arabinopyranose and
-furanose, Rha is α-L-rhamnopyranose. Hex, dHex, HexA, Penp and Penf are what a flat drawing shows of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ginseng_rd.chemistry.aglycones import AGLYCONES, Aglycone
from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.errors import RecordRefused

# Which oxygens of a sugar can carry another sugar or an ester.
POSITIONS = {
    "Glc": (2, 3, 4, 6), "GlcA": (2, 3, 4, 6), "Xyl": (2, 3, 4), "Arap": (2, 3, 4), "Araf": (2, 3, 5), "Rha": (2, 3, 4),
    "Hex": (2, 3, 4, 6), "HexA": (2, 3, 4, 6), "Penp": (2, 3, 4), "Penf": (2, 3, 5), "dHex": (2, 3, 4),
}  # fmt: skip
ACYLS = ("Ac", "Mal", "O-(E)-but-2-enoyl", "O-(E)-oct-2-enoyl")
ALKYLS = ("Me", "Bu")
_URONIC = ("GlcA", "HexA")

_ESTER = re.compile(rf"\((\d)-({'|'.join(map(re.escape, (*ACYLS, *ALKYLS)))})\)")
_LINK = re.compile(r"\(1-(\d)\)")
_SUGAR = re.compile("|".join(sorted(POSITIONS, key=len, reverse=True)))
_ALKENE = re.compile(r"none \((20\(2[12]\)[EZ]?-ene)\)")
_ESTER_AT_C28 = re.compile(r"C28: (.+) ester")


class ChainRefused(RecordRefused):
    """A sugar chain that is not written in the notation, or that cannot be."""


@dataclass(frozen=True)
class Residue:
    """A sugar with its esters and the sugars on it, each by the number of the oxygen that carries it.

    ``esters`` are (oxygen, name), ``branches`` (oxygen, residue linked by its C-1), both in the order of the oxygens.
    """

    sugar: str
    esters: tuple[tuple[int, str], ...] = ()
    branches: tuple[tuple[int, Residue], ...] = ()

    def __post_init__(self) -> None:
        if self.sugar not in POSITIONS:
            raise ChainRefused(f"'{self.sugar}' is not a sugar known here; known are {', '.join(POSITIONS)}.")
        taken = [at for at, _ in (*self.esters, *self.branches)]
        if wrong := [at for at in taken if at not in POSITIONS[self.sugar]]:
            raise ChainRefused(f"{self.sugar} has no free oxygen {wrong[0]}; it has {POSITIONS[self.sugar]}.")
        if len(set(taken)) < len(taken):
            raise ChainRefused(f"Two groups stand on one oxygen of {self.sugar}.")
        for at, name in self.esters:
            if (name in ALKYLS) != (self.sugar in _URONIC and at == 6):
                raise ChainRefused(f"'{name}' cannot stand on oxygen {at} of {self.sugar}.")
        for part in (self.esters, self.branches):
            if [at for at, _ in part] != sorted(at for at, _ in part):
                raise ChainRefused(f"The groups on {self.sugar} are to be given in the order of its oxygens.")

    def __str__(self) -> str:
        written = [f"{residue}(1-{at})" for at, residue in self.branches]
        main, others = "".join(written[:1]), "".join(f"[{text}]" for text in written[1:])
        return main + others + "".join(f"({at}-{name})" for at, name in self.esters) + self.sugar

    def __iter__(self) -> Iterator[Residue]:
        """Give this residue and all those on it."""
        yield self
        for _, residue in self.branches:
            yield from residue


@dataclass(frozen=True)
class SugarChain:
    """The sugars at one position of an aglycone, held by ``root``; without a root the position is free."""

    root: Residue | None = None

    def __str__(self) -> str:
        return str(self.root) if self.root else "none"

    def __bool__(self) -> bool:
        return self.root is not None

    def sugars(self) -> Counter[str]:
        """Return how many of each sugar the chain holds."""
        return Counter(residue.sugar for residue in self.root or ())


@dataclass(frozen=True)
class Glycoside:
    """An aglycone and its sugar chains by position (``C3``, ``C6``, ``C20``, ``C28``), free positions left out."""

    aglycone: Aglycone
    chains: tuple[tuple[str, SugarChain], ...] = ()

    def __post_init__(self) -> None:
        for position, chain in self.chains:
            if position not in self.aglycone.positions:
                raise ChainRefused(f"{self.aglycone.code or 'The aglycone'} carries no sugar at {position}.")
            if not chain:
                raise ChainRefused(f"A free position is left out, but {position} was given without a sugar.")
        if len({position for position, _ in self.chains}) < len(self.chains):
            raise ChainRefused("Two chains stand at one position.")

    def __str__(self) -> str:
        written = (f"{position} {chain}" for position, chain in self.chains)
        return ", ".join((self.aglycone.code or self.aglycone.smiles, *written))

    def chain(self, position: str) -> SugarChain:
        """Return the chain at a position, an empty one where it is free."""
        return dict(self.chains).get(position, SugarChain())

    def sugars(self) -> Counter[str]:
        """Return how many of each sugar all chains hold together."""
        return sum((chain.sugars() for _, chain in self.chains), Counter())

    def cells(self) -> dict[str, str]:
        """Return the chains as the compound table writes them: sugar_c3, sugar_c6, sugar_c20 and sugar_other."""
        cells = {
            f"sugar_{position.lower()}": str(self.chain(position)) if position in self.aglycone.positions else ""
            for position in ("C3", "C6", "C20")
        }
        if self.aglycone.c20.endswith("-ene"):
            cells["sugar_c20"] = f"none ({self.aglycone.c20})"
        acid = self.chain("C28")
        at_c28 = f"C28: {acid} ester" if acid else "C28: free acid"
        return cells | {"sugar_other": at_c28 if "C28" in self.aglycone.positions else ""}


def read_chain(text: str) -> SugarChain:
    """Read a chain from its notation. Raises ``ChainRefused``, which quotes the text."""
    if text == "none":
        return SugarChain()
    try:
        linkage, root, rest = _read_residue(text)
        if rest or linkage:
            raise ChainRefused(f"'{rest or text}' is left over.")
    except ChainRefused as refusal:
        raise ChainRefused(
            f"The sugar chain '{text}' was refused: {refusal} Write it as in 'Xyl(1-4)Arap(1-6)Glc', or 'none'."
        ) from None
    return SugarChain(root)


def read_cells(
    aglycone: str, *, sugar_c3: str = "", sugar_c6: str = "", sugar_c20: str = "", sugar_other: str = ""
) -> Glycoside:
    """Read a glycoside from an aglycone code (``PPD``, ``20(R)-PPT``) and the cells of the compound table.

    ``none (20(21)-ene)`` in ``sugar_c20`` says that the C-20 hydroxyl went as water. Raises ``ChainRefused``.
    """
    if alkene := _ALKENE.fullmatch(sugar_c20):
        aglycone, sugar_c20 = f"{aglycone.removeprefix('20(R)-')} {alkene[1]}", "none"
    if aglycone not in AGLYCONES:
        raise ChainRefused(f"'{aglycone}' is not an aglycone known here; known are {', '.join(AGLYCONES)}.")
    ester = _ESTER_AT_C28.fullmatch(sugar_other)
    if sugar_other and not ester and sugar_other != "C28: free acid":
        raise ChainRefused(f"'{sugar_other}' is not understood; write 'C28: Glc ester' or 'C28: free acid'.")
    cells = {"C3": sugar_c3, "C6": sugar_c6, "C20": sugar_c20, "C28": ester[1] if ester else ""}
    chains = {position: read_chain(text) for position, text in cells.items() if text}
    known = AGLYCONES[aglycone]
    return Glycoside(known, tuple((position, chain) for position, chain in chains.items() if chain))


def glycoside_of(compound: Compound) -> Glycoside | None:
    """Return the glycoside that a compound's own columns describe, or None where they do not say.

    Neither structure nor RDKit is asked. A family name stands for its aglycone where the skeleton was changed at C-20.
    """
    aglycone = compound.code if compound.code in AGLYCONES else compound.aglycone or compound.family
    cells = {
        name: getattr(compound, name)
        for name in ("sugar_c3", "sugar_c6", "sugar_c20", "sugar_other")
        if getattr(compound, name)
    }
    if aglycone not in AGLYCONES or (not cells.get("sugar_c3") and compound.code != aglycone):
        return None
    return read_cells(aglycone, **cells)


def _read_residue(text: str) -> tuple[int, Residue, str]:
    """Read from the left up to the root or the end of a bracket; return its linkage (0 for none) and the rest."""
    branches: list[tuple[int, Residue]] = []
    while True:
        while branches and text.startswith("["):
            at, residue, rest = _read_residue(text[1:])
            if not at or not rest.startswith("]"):
                raise ChainRefused("A square bracket holds one branch with its linkage, as in '[Xyl(1-6)]'.")
            branches.append((at, residue))
            text = rest[1:]
        esters: list[tuple[int, str]] = []
        while ester := _ESTER.match(text):
            esters.append((int(ester[1]), ester[2]))
            text = text[ester.end() :]
        sugar = _SUGAR.match(text)
        if not sugar:
            raise ChainRefused(f"A sugar was expected at '{text}'.")
        text = text[sugar.end() :]
        residue = Residue(sugar[0], tuple(sorted(esters)), tuple(sorted(branches, key=lambda branch: branch[0])))
        link = _LINK.match(text)
        if not link:
            return 0, residue, text
        text = text[link.end() :]
        if not text or text.startswith("]"):
            return int(link[1]), residue, text
        branches = [(int(link[1]), residue)]
