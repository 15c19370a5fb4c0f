"""Names of compounds, Korean and English, as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.errors import RecordRefused, UnknownName, nearest_names

_WORDS = {
    "진세노사이드": "ginsenoside",
    "진세노싸이드": "ginsenoside",
    "진세노시드": "ginsenoside",
    "ginsenosides": "ginsenoside",
    "말로닐": "malonyl",
    "화합물": "compound",
    "컴파운드": "compound",
    "콤파운드": "compound",
    "α": "alpha",
    "β": "beta",
}
# Letters read aloud: 알지3 is Rg3, 씨케이 is CK. Taken for letters only where nothing else is left of the name.
_LETTERS = {
    "에이치": "h", "에이": "a", "비": "b", "씨": "c", "디": "d", "이": "e", "에프": "f", "지": "g", "케이": "k",
    "오": "o", "에스": "s", "제트": "z", "알": "r",
}  # fmt: skip
_SPELT = "|".join(_LETTERS)
_SPOKEN = re.compile(
    rf"^(ginsenoside|compound)?[\s-]*(알(?:{_SPELT})\s*\d?|씨케이|(?<=compound)케이|(?<= )케이|에프\s*\d)$"
)
# 20(S)-Rg3, 20S-Rg3, 20-S-Rg3, (20S)-Rg3, rg3-20s; at the end also Rg3(S). Of a bare letter only R?-names are sure:
# S-Rg3, (S)-Rg3, Rg3-S.
_EPIMER = re.compile(
    r"(?<!\d)(?:\(20([sr])\)|20\s*\(([sr])\)|20[\s-]+([sr])(?=[\s-])|20([sr])(?![^\W_])|20([sr])(?=r[a-z]\d))"
    r"|\(([sr])\)$|(?<=r[a-z]\d)[\s-]+([sr])$|^\(?([sr])\)?[\s-]+(?=(?:g|ginsenoside)?[\s-]*r[a-z]\d$)"
)
_SHORT_FORMS = (
    (re.compile(r"^(?:g|gs|gin|gins)\.?[\s-]+|^g(?=(?:r[a-z]\d?|f\d|ck)$)"), "ginsenoside"),
    (re.compile(r"^(?:comp|cmpd|cpd)(?:\.[\s-]*|[\s-]*)(?=[a-z]{1,2}\d?$)"), "compound"),
    (re.compile(r"^(?:ng|noto)[\s-]*(?=r\d$)"), "notoginsenoside"),
)
_MALONYL = re.compile(r"^(?:m|malonyl)(?:g|ginsenoside)?(?=r[a-z]\d?$)")
_TWO_NAMES = re.compile(r"(.+)\(([^()]+)\)")
# Said beside a name, these name nothing themselves.
_KINDS_OF_COMPOUND = {"ginsenoside", "saponin", "compound", "사포닌"}
_SET_ASIDE = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
_LOOK_ALIKES = str.maketrans("li|o", "1110")


class CompoundNames:
    """An index from every known name to the code of its compound.

    Letter case, blanks and hyphens are set aside; ``G-`` stands for ginsenoside, ``m-`` for malonyl, ``NG-`` for
    notoginsenoside, ``cmpd`` for compound, and Korean letters read aloud (``알지3``) for the letters. Letters and
    digits are never taken for one another. Where a compound has two C-20 epimers the unmarked name means 20(S), the
    epimer of the fresh plant. ``compound K (CK)`` is understood when both names lead to one compound. A name that two
    compounds claim raises ``RecordRefused``.
    """

    def __init__(self, compounds: Iterable[Compound]) -> None:
        self._compounds: dict[str, Compound] = {}
        self._spellings: dict[str, list[str]] = {}
        for compound in compounds:
            self.add(compound)

    def code_of(self, text: str) -> str:
        """Return the code of the compound that ``text`` names.

        Raises ``UnknownName``, which holds the nearest known names.
        """
        compound = self._find(text)
        if compound is None:
            raise UnknownName("compound", text, self._candidates(text))
        return compound.code

    def knows(self, text: str) -> bool:
        """Say whether ``text`` names a compound."""
        return self._find(text) is not None

    def add(self, compound: Compound) -> None:
        """Take in the names of one more compound, such as a company's own.

        Raises ``RecordRefused`` for a name that another compound has.
        """
        names = [name for name in (compound.code, compound.name, compound.korean_name, *compound.synonyms) if name]
        readings = [(name, *_read_epimer(name)) for name in names]
        is_20s = any(epimer == "s" for _, _, epimer in readings)
        claims = [
            (key, name)
            for name, base, epimer in readings
            for key in ({base, _join(base, "s")} if is_20s else {_join(base, epimer)})
        ]
        for key, name in claims:
            other = self._compounds.get(key, compound)
            if other != compound:
                raise RecordRefused(
                    f"Two compounds claim the name '{name}': {other.code} ({other.name}) "
                    f"and {compound.code} ({compound.name})."
                )
        for key, name in claims:
            self._compounds[key] = compound
            self._spellings.setdefault(key, []).append(name)

    def _find(self, text: str) -> Compound | None:
        if compound := self._compounds.get(fold_name(text)):
            return compound
        both = _TWO_NAMES.fullmatch(text.strip())
        if not both:
            return None
        names = [name for name in map(fold_name, both.groups()) if name not in _KINDS_OF_COMPOUND]
        found = [self._compounds.get(name) for name in names]
        return found[0] if found and all(compound == found[0] for compound in found) else None

    def _candidates(self, text: str) -> list[str]:
        """Return the names to suggest for an unknown one: a name within it, look-alikes, or all."""
        words = [word.strip("-") for word in re.split(r"[\s()]+", text)]
        whole = [f"{kind}{word}" for word in words for kind in ("Ginsenoside ", "진세노사이드 ", "Compound ", "")]
        within = [name for name in whole if self.knows(name)]
        if nearest_names(text, within):
            return within
        shape = fold_name(text).translate(_LOOK_ALIKES)
        everything = self._spellings.items()
        twins = [name for key, names in everything if key.translate(_LOOK_ALIKES) == shape for name in names]
        return twins or [name for _, names in everything for name in names]


def fold_name(text: str) -> str:
    """Return ``text`` as names are compared: letter case, blanks, hyphens and Korean or English form set aside."""
    return _join(*_read_epimer(text))


def _join(base: str, epimer: str) -> str:
    return f"20({epimer}){base}" if epimer else base


def _read_epimer(text: str) -> tuple[str, str]:
    """Return a name folded to its bare letters and digits, and its C-20 mark: ``s``, ``r`` or nothing."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    for word, english in _WORDS.items():
        folded = folded.replace(word, english)
    if spoken := _SPOKEN.match(folded):
        folded = (spoken[1] or "") + re.sub(_SPELT, lambda letter: _LETTERS[letter[0]], spoken[2])
    mark = _EPIMER.search(folded)
    epimer = next(filter(None, mark.groups())) if mark else ""
    if mark:
        folded = folded[: mark.start()] + folded[mark.end() :]
    folded = folded.strip(" -_")
    for short, full in _SHORT_FORMS:
        folded = short.sub(full, folded)
    return _MALONYL.sub("malonylginsenoside", _SET_ASIDE.sub("", folded)), epimer
