"""Upload: the one way in for lab files, from the library, the terminal and the demonstration alike."""

from ginseng_rd.upload.desk import Judged, Sheet, check, register, upload, upload_many, upload_workbook, withdraw
from ginseng_rd.upload.molar_balance import balance_extract
from ginseng_rd.upload.preview import Preview, preview_refused
from ginseng_rd.upload.receipts import Receipt, Receipts, Withdrawal

__all__ = [
    "Judged",
    "Preview",
    "Receipt",
    "Receipts",
    "Sheet",
    "Withdrawal",
    "balance_extract",
    "check",
    "preview_refused",
    "register",
    "upload",
    "upload_many",
    "upload_workbook",
    "withdraw",
]
