"""The compounds of a workspace: found by name, searched by structure, and what becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import GinsengError
from ginseng_rd.new_files import write_new_file

# RDKit is loaded only by those who ask for structures.
if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.chemistry.conversions import Kind
    from ginseng_rd.chemistry.feature_cache import Features
    from ginseng_rd.chemistry.reactions import Prediction
    from ginseng_rd.chemistry.routes import Route
    from ginseng_rd.chemistry.search import CompoundIndex

_SHOWN = ["code", "name", "korean_name", "family", "formula", "molar_mass", "stereo_status", "structure_basis"]


class Compounds:
    """The reference compounds and the company's own, found by any of their names in Korean or English.

    ``cache`` is the folder for what takes long to compute.
    """

    def __init__(self, compounds: Sequence[Compound], cache: Path) -> None:
        self._by_code = {compound.code: compound for compound in compounds}
        self._names = CompoundNames(compounds)
        self._cache = cache
        self._index: CompoundIndex | None = None

    def __getitem__(self, name: str) -> Compound:
        """Return the compound a name stands for; raises UnknownName with the nearest names."""
        return self._by_code[self._names.code_of(name)]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._names.knows(name)

    def __iter__(self) -> Iterator[Compound]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    @property
    def index(self) -> CompoundIndex:
        """The compounds made ready for search by structure, mass, sugar or property (see ``CompoundIndex``).

        Made when it is first asked for, and kept in the workspace for the next time.
        """
        if self._index is None:
            from ginseng_rd.chemistry.search import CompoundIndex, SearchRefused

            said = hashlib.sha256("\n".join(map(repr, self)).encode()).hexdigest()
            path = self._cache / f"compounds-{said[:16]}.npz"
            try:
                self._index = CompoundIndex.load(path)
            except (OSError, ValueError, KeyError, SearchRefused):  # none yet, damaged, or made with another RDKit
                self._index = CompoundIndex.build(self)
                self._cache.mkdir(parents=True, exist_ok=True)
                self._index.save(path)
        return self._index

    def route(self, start: str, end: str, *, with_predicted: bool = False) -> Route:
        """Return the shortest ways from one compound to another, with enzymes and conditions.

        Predicted conversions are used only when asked for, or when no reported ones lead there; they are marked.
        Raises UnknownName for a name nothing answers to, NoRoute when there is none.
        """
        from ginseng_rd.chemistry.routes import find_route

        return find_route(self[start].code, self[end].code, with_predicted=with_predicted)

    def products(self, name: str, kind: Kind | None = None) -> tuple[Prediction, ...]:
        """Return what one reaction makes of a compound, of one kind or of all, predicted from its structure.

        Raises UnknownName, and StructureRefused for a compound that is no dammarane or oleanane.
        """
        from ginseng_rd.chemistry.reactions import predict_products

        known = {compound.inchikey: compound.code for compound in self if compound.inchikey}
        return predict_products(self[name], kind, known=known)

    def features(self, names: Sequence[str], *, workers: int | None = None) -> Features:
        """Return ECFP4 and RDKit descriptors of compounds, computed once and kept in the workspace.

        Raises UnknownName. A structure that has none is named in the findings of the answer.
        """
        from ginseng_rd.chemistry.feature_cache import FeatureCache

        return FeatureCache(self._cache).features([self[name].smiles for name in names], workers=workers)

    def save(self, path: str | Path) -> Path:
        """Write the compounds as an SD file or CSV table, by the ending of ``path`` (``.sdf`` or ``.csv``).

        A file is never overwritten.
        """
        from ginseng_rd.chemistry.structure_files import write_compounds_csv, write_sdf

        target = Path(path)
        write = {".sdf": write_sdf, ".csv": write_compounds_csv}.get(target.suffix.lower())
        if write is None:
            raise GinsengError(f"Compounds are written as .sdf or .csv, but '{target.name}' was asked for.")
        return write_new_file(target, write(self), what="table of compounds")

    def table(self) -> pd.DataFrame:
        """Return code, names, family, formula, molar mass (g/mol) and standing of the structure, one row a compound."""
        import pandas as pd

        return pd.DataFrame([[getattr(c, name) for name in _SHOWN] for c in self], columns=_SHOWN)

    def __repr__(self) -> str:
        return f"{len(self)} compounds\n{self.table().to_string(max_rows=12)}"

    def _repr_html_(self) -> str:
        return f"<p>{len(self)} compounds</p>{self.table().to_html(index=False, max_rows=12, border=0)}"
