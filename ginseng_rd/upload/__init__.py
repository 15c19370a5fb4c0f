"""Upload: the one way in for lab files, from the library, the terminal and the demonstration alike."""

from ginseng_rd.upload.desk import Judged, Sheet, check, upload, upload_many, withdraw
from ginseng_rd.upload.receipts import Receipt, Receipts

__all__ = ["Judged", "Receipt", "Receipts", "Sheet", "check", "upload", "upload_many", "withdraw"]
