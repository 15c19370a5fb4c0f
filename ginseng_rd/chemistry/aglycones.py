"""The aglycones of ginseng: what carries the sugars, and where."""

from __future__ import annotations

from dataclasses import dataclass

# Stereo SMILES in pieces: what C-20 carries, then rings D to A. ``%90`` closes the ether ring of ocotillol.
_C20 = {
    "S": "CC(C)=CCC[C@](C)(O)",
    "R": "CC(C)=CCC[C@@](C)(O)",
    "20(21)-ene": "C=C(CCC=C(C)C)",
    "20(22)E-ene": r"CC(C)=CC/C=C(\C)",
    "20(22)Z-ene": "CC(C)=CC/C=C(/C)",
    "20(22)-ene": "CC(C)=CCC=C(C)",
}
_OCOTILLOL = {
    "ocotillol 24R": "CC(C)(O)[C@H]%90CC[C@](C)(O%90)",
    "ocotillol 24S": "CC(C)(O)[C@@H]%90CC[C@](C)(O%90)",
    "ocotillol": "CC(C)(O)C%90CC[C@](C)(O%90)",
}
_CYCLIC = "CC%90(C)CCC[C@@](C)(O%90)"
RINGS = {
    "PPD": "[C@H]1CC[C@]2(C)[C@@H]1[C@H](O)C[C@@H]1[C@@]3(C)CC[C@H](O)C(C)(C)[C@@H]3CC[C@]12C",
    "PPT": "[C@H]1CC[C@]2(C)[C@@H]1[C@H](O)C[C@@H]1[C@@]3(C)CC[C@H](O)C(C)(C)[C@@H]3[C@@H](O)C[C@]12C",
    "dammarenediol": "[C@H]1CC[C@]2(C)[C@@H]1CC[C@@H]1[C@@]3(C)CC[C@H](O)C(C)(C)[C@@H]3CC[C@]12C",
}
_OLEANOLIC_ACID = "CC1(C)CC[C@]2(C(=O)O)CC[C@]3(C)C(=CC[C@@H]4[C@@]5(C)CC[C@H](O)C(C)(C)[C@@H]5CC[C@]43C)[C@@H]2C1"


@dataclass(frozen=True)
class Aglycone:
    """What is left of a glycoside without its sugars.

    ``code`` is empty for one that has no name here. ``family`` is what a molar balance keeps apart; ``positions``
    are where sugars can stand; ``c20`` is what C-20 is: ``S`` or ``R`` with its hydroxyl, an alkene, ``ring``, or
    nothing.
    """

    code: str
    family: str
    positions: tuple[str, ...]
    c20: str
    smiles: str


def _known_aglycones() -> dict[str, Aglycone]:
    aglycones = [
        Aglycone("Oleanolic acid", "oleanane", ("C3", "C28"), "", _OLEANOLIC_ACID),
        Aglycone("Dammarenediol-II", "dammarane-other", ("C3", "C20"), "S", _C20["S"] + RINGS["dammarenediol"]),
        Aglycone("Panaxadiol", "PPD", ("C3",), "ring", _CYCLIC + RINGS["PPD"]),
        Aglycone("Panaxatriol", "PPT", ("C3", "C6"), "ring", _CYCLIC + RINGS["PPT"]),
    ]
    aglycones += [
        Aglycone(code, "ocotillol", ("C3", "C6"), "ring", end + RINGS["PPT"]) for code, end in _OCOTILLOL.items()
    ]
    for family, ring_positions in (("PPD", ("C3",)), ("PPT", ("C3", "C6"))):
        for c20, end in _C20.items():
            code = {"S": family, "R": f"20(R)-{family}"}.get(c20, f"{family} {c20}")
            positions = (*ring_positions, "C20") if c20 in ("S", "R") else ring_positions
            aglycones.append(Aglycone(code, family, positions, c20, end + RINGS[family]))
    return {aglycone.code: aglycone for aglycone in aglycones}


AGLYCONES = _known_aglycones()
