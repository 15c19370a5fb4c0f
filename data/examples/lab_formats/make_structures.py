"""Write an invented SD file and an invented molfile beside this script.

Run ``python data/examples/lab_formats/make_structures.py``. The structures are real molecules, the codes and
remarks are invented: a company's own list of derivatives, as a drawing program exports it.
"""

from __future__ import annotations

from pathlib import Path

from rdkit import Chem
from rdkit.Chem import rdDepictor

COMPOUNDS = (
    ("HY-0001", "Adenosine", "아데노신", "c1nc(N)c2ncn([C@@H]3O[C@H](CO)[C@@H](O)[C@H]3O)c2n1"),
    ("HY-0002", "Niacinamide", "나이아신아마이드", "NC(=O)c1cccnc1"),
    ("HY-0003", "Sodium ferulate", "페룰산 나트륨", "COc1cc(/C=C/C(=O)[O-])ccc1O.[Na+]"),
)


def write_structures(folder: Path) -> None:
    """Write every sample file into ``folder``."""
    records = []
    for code, name, korean, smiles in COMPOUNDS:
        tags = {"Name": name, "국문명": korean, "Shelf": "INVENTED"}
        data = "".join(f">  <{tag}>\n{value}\n\n" for tag, value in tags.items())
        records.append(f"{_molfile(code, smiles)}{data}$$$$\n")
    (folder / "structures.sdf").write_text("".join(records), encoding="utf-8", newline="\n")
    code, _, _, smiles = COMPOUNDS[1]
    v3000 = _molfile(code, smiles, v3000=True)
    (folder / "structure_v3000.mol").write_text(v3000, encoding="utf-8", newline="\r\n")


def _molfile(title: str, smiles: str, *, v3000: bool = False) -> str:
    molecule = Chem.MolFromSmiles(smiles)
    rdDepictor.Compute2DCoords(molecule)
    molecule.SetProp("_Name", title)
    text: str = Chem.MolToMolBlock(molecule, forceV3000=v3000)
    return text


if __name__ == "__main__":
    write_structures(Path(__file__).parent)
