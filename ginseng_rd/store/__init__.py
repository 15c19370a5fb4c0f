"""The store: tables of one company's data, kept files, and who may see what."""

from ginseng_rd.store.files import digest
from ginseng_rd.store.store import Store
from ginseng_rd.store.uploads import SheetMapping, Upload

__all__ = ["SheetMapping", "Store", "Upload", "digest"]
