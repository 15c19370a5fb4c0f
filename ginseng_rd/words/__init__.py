"""The language people are told things in, English or Korean, the Korean of what findings say, and text for tables."""

from ginseng_rd.words.cells import FORMULA_STARTS, keep_as_text
from ginseng_rd.words.language import LANGUAGES, language, say, speak

__all__ = ["FORMULA_STARTS", "LANGUAGES", "keep_as_text", "language", "say", "speak"]
