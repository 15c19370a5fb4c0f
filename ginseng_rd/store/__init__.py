"""The store: tables of one company's data, kept files, and who may see what."""

from ginseng_rd.store.files import digest
from ginseng_rd.store.store import SheetMapping, Store, Upload

__all__ = ["SheetMapping", "Store", "Upload", "digest"]
