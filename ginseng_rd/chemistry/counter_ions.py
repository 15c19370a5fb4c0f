"""What accompanies a substance in a salt or solvate without being it, by the name it is written with."""

from __future__ import annotations

from functools import cache

from rdkit import Chem

# Neutral forms; stereo is set aside, so that L- and DL-tartrate are both tartaric acid here.
_WRITTEN = {
    "HF": "F", "HCl": "Cl", "HBr": "Br", "HI": "I", "H2SO4": "OS(=O)(=O)O", "H3PO4": "OP(=O)(O)O",
    "HNO3": "O[N+](=O)[O-]", "HClO4": "OCl(=O)(=O)=O", "H2CO3": "OC(=O)O", "NH3": "N", "OH": "[OH-]",
    "H2O": "O", "H2O2": "OO", "methanol": "CO", "ethanol": "CCO", "isopropanol": "CC(C)O", "acetone": "CC(C)=O",
    "acetonitrile": "CC#N", "ethyl acetate": "CCOC(C)=O", "DMSO": "CS(C)=O", "DMF": "CN(C)C=O",
    "dichloromethane": "ClCCl", "chloroform": "ClC(Cl)Cl", "hexane": "CCCCCC", "toluene": "Cc1ccccc1",
    "diethyl ether": "CCOCC", "THF": "C1CCOC1", "dioxane": "C1COCCO1", "pyridine": "c1ccncc1",
    "formic acid": "OC=O", "acetic acid": "CC(=O)O", "trifluoroacetic acid": "OC(=O)C(F)(F)F",
    "propionic acid": "CCC(=O)O", "oxalic acid": "OC(=O)C(=O)O", "malonic acid": "OC(=O)CC(=O)O",
    "succinic acid": "OC(=O)CCC(=O)O", "fumaric or maleic acid": "OC(=O)C=CC(=O)O", "lactic acid": "CC(O)C(=O)O",
    "malic acid": "OC(=O)CC(O)C(=O)O", "tartaric acid": "OC(=O)C(O)C(O)C(=O)O",
    "citric acid": "OC(=O)CC(O)(CC(=O)O)C(=O)O", "glycolic acid": "OCC(=O)O",
    "gluconic acid": "OCC(O)C(O)C(O)C(O)C(=O)O",
    "benzoic acid": "OC(=O)c1ccccc1", "methanesulfonic acid": "CS(=O)(=O)O", "ethanesulfonic acid": "CCS(=O)(=O)O",
    "benzenesulfonic acid": "OS(=O)(=O)c1ccccc1", "toluenesulfonic acid": "Cc1ccc(cc1)S(=O)(=O)O",
    "ethanolamine": "NCCO", "diethanolamine": "OCCNCCO", "triethanolamine": "OCCN(CCO)CCO",
    "tromethamine": "NC(CO)(CO)CO", "triethylamine": "CCN(CC)CC", "diethylamine": "CCNCC",
    "meglumine": "CNCC(O)C(O)C(O)C(O)CO", "piperazine": "C1CNCCN1", "choline": "C[N+](C)(C)CCO",
    "aminomethyl propanol": "CC(C)(N)CO",
}  # fmt: skip


@cache
def counter_ions() -> dict[str, str]:
    """Return names by canonical SMILES, neutral and without stereo."""
    return {Chem.MolToSmiles(Chem.MolFromSmiles(smiles)): name for name, smiles in _WRITTEN.items()}
