"""Names of compounds, Korean and English, as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.errors import RecordRefused, UnknownName

_WORDS = {
    "진세노사이드": "ginsenoside",
    "진세노시드": "ginsenoside",
    "말로닐": "malonyl",
    "화합물": "compound",
    "컴파운드": "compound",
    "α": "alpha",
    "β": "beta",
}
# 20(S)-Rg3, 20S-Rg3, (20S)-Rg3, rg3-20s; at the end also Rg3(S).
_EPIMER = re.compile(r"(?<!\d)(?:\(20([sr])\)|20\s*\(([sr])\)|20([sr])(?![^\W_]))|\(([sr])\)$")
_GINSENOSIDE = re.compile(r"^g[\s-]+")
_MALONYL = re.compile(r"^(?:m|malonyl)(?:g|ginsenoside)?(?=r[a-z]\d?$)")
_SET_ASIDE = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
_LOOK_ALIKES = str.maketrans("li|o", "1110")


class CompoundNames:
    """An index from every known name to the code of its compound.

    Letter case, blanks and hyphens are set aside, ``G-`` stands for ginsenoside and ``m-`` for malonyl; letters
    and digits are never taken for one another. Where a compound has two C-20 epimers the unmarked name means
    20(S), the epimer of the fresh plant. A name that two compounds claim raises ``RecordRefused``.
    """

    def __init__(self, compounds: Iterable[Compound]) -> None:
        self._compounds: dict[str, Compound] = {}
        self._spellings: dict[str, list[str]] = {}
        for compound in compounds:
            self._add(compound)

    def code_of(self, text: str) -> str:
        """Return the code of the compound that ``text`` names.

        Raises ``UnknownName``, which holds the nearest known names.
        """
        compound = self._compounds.get(_fold(text))
        if compound is None:
            raise UnknownName("compound", text, self._candidates(text))
        return compound.code

    def knows(self, text: str) -> bool:
        """Say whether ``text`` names a compound."""
        return _fold(text) in self._compounds

    def _add(self, compound: Compound) -> None:
        names = [name for name in (compound.code, compound.name, compound.korean_name, *compound.synonyms) if name]
        readings = [(name, *_read_epimer(name)) for name in names]
        is_20s = any(epimer == "s" for _, _, epimer in readings)
        for name, base, epimer in readings:
            keys = {base, _join(base, "s")} if is_20s else {_join(base, epimer)}
            for key in keys:
                other = self._compounds.setdefault(key, compound)
                if other != compound:
                    raise RecordRefused(
                        f"Two compounds claim the name '{name}': {other.code} ({other.name}) "
                        f"and {compound.code} ({compound.name})."
                    )
                self._spellings.setdefault(key, []).append(name)

    def _candidates(self, text: str) -> list[str]:
        """Return the names to suggest for an unknown one: those that only look the same, or else all."""
        shape = _fold(text).translate(_LOOK_ALIKES)
        everything = self._spellings.items()
        twins = [name for key, names in everything if key.translate(_LOOK_ALIKES) == shape for name in names]
        return twins or [name for _, names in everything for name in names]


def _fold(text: str) -> str:
    return _join(*_read_epimer(text))


def _join(base: str, epimer: str) -> str:
    return f"20({epimer}){base}" if epimer else base


def _read_epimer(text: str) -> tuple[str, str]:
    """Return a name folded to its bare letters and digits, and its C-20 mark: ``s``, ``r`` or nothing."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    for word, english in _WORDS.items():
        folded = folded.replace(word, english)
    mark = _EPIMER.search(folded)
    epimer = next(filter(None, mark.groups())) if mark else ""
    if mark:
        folded = folded[: mark.start()] + folded[mark.end() :]
    folded = _GINSENOSIDE.sub("ginsenoside", folded.strip(" -_"))
    return _MALONYL.sub("malonylginsenoside", _SET_ASIDE.sub("", folded)), epimer
