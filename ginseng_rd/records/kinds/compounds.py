"""Compounds that a company registers itself."""

from __future__ import annotations

from ginseng_rd.records.kinds.declaration import Column, Holds, Kind, text_column

COMPOUND = Kind(
    "compound",
    "화합물 등록",
    "A compound of the company's own, with its structure.",
    (
        text_column("code", "화합물코드", "Code the compound goes by.", "compound code", "compound id", "화합물번호",
                    "화합물", "id", "reg no", "registration number", "성분코드", required=True, example="HY-0012"),
        Column("structure", "구조", "Structure as SMILES, InChI or molfile.", Holds.STRUCTURE, required=True,
               synonyms=("smiles", "inchi", "molfile", "구조식"), example="CC(=O)Oc1ccccc1C(=O)O"),
        text_column("name", "화합물명", "Name in English.", "compound name", "english name", "iupac name", "title",
                    "이름", "영문명", example="Aspirin"),
        text_column("korean_name", "국문명", "Name in Korean.", "한글명", "korean name", "name ko", example="아스피린"),
        text_column("synonyms", "이명", "Other names, with semicolons between them.", "synonym", "alias", "aliases",
                    "other names", "동의어", "다른이름", "별칭",
                    example="ASA;acetylsalicylic acid"),
        text_column("family", "계열", "Family, such as PPD, PPT or oleanane.", "class", example="reference active"),
        text_column("cas", "CAS 번호", "CAS number.", "cas no", "cas number", "cas rn", example="50-78-2"),
        text_column("notes", "비고", "What else is to be known.", "remark", "comment", "메모"),
    ),
    identity=("code",),
)  # fmt: skip
