"""The language people are told things in, English or Korean, and the Korean of what findings say."""

from ginseng_rd.words.language import LANGUAGES, language, say, speak

__all__ = ["LANGUAGES", "language", "say", "speak"]
