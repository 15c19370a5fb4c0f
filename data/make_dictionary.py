"""Write DICTIONARY.md, beside this file, from the declared kinds: python data/make_dictionary.py"""

from pathlib import Path

from ginseng_rd.records.dictionary import write_dictionary

if __name__ == "__main__":
    Path(__file__).with_name("DICTIONARY.md").write_text(write_dictionary(), encoding="utf-8")
