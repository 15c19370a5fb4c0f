"""Files on their way in: from a path, a folder or a zip archive, none larger than the setting allows."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ginseng_rd.errors import GinsengError
from ginseng_rd.settings import read_settings

_MOST_MEMBERS = 2000
_MEGABYTE = 1_000_000
# A ChemStation report in CSV: Report00 says what the columns of Report01, Report02 ... are.
_REPORT_PART = re.compile(r"(.*)report(\d\d)\.csv", re.IGNORECASE)
_NOT_ARCHIVES = ("xl/workbook.xml", "xl/workbook.bin", "mimetype", "word/document.xml")
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError)


@dataclass(frozen=True)
class Incoming:
    """A file to upload: its name, its bytes, and the bytes of the files it cannot be read without."""

    name: str
    data: bytes
    companions: Mapping[str, bytes] = field(default_factory=dict)

    def kept_bytes(self) -> bytes:
        """Return what the store keeps: the bytes themselves, or file and companions as one archive."""
        if not self.companions:
            return self.data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in sorted({self.name: self.data, **self.companions}.items()):
                archive.writestr(zipfile.ZipInfo(name), data)  # ZipInfo's fixed date keeps the hash the same
        return buffer.getvalue()


def fetch_file(path: Path) -> Incoming:
    """Return one file of the disk, with the parts of its report that lie beside it.

    Raises GinsengError when it cannot be read or is larger than the setting allows.
    """
    if path.is_dir():
        raise GinsengError(f"{path} is a folder. Upload the files in it with upload_many, or name one of them.")
    beside: list[str] = []
    if (part := _REPORT_PART.fullmatch(path.name)) and int(part[2]) == 0:
        others = (_REPORT_PART.fullmatch(p.name) for p in sorted(path.parent.iterdir()))
        beside = [m[0] for m in others if m and m[1].lower() == part[1].lower() and int(m[2])]
    return Incoming(path.name, _read(path), {name: _read(path.parent / name) for name in beside})


def fetch_all(paths: Iterable[Path]) -> Iterator[Incoming | GinsengError]:
    """Yield every file that paths, folders and zip archives hold, in order of name; what cannot be read as its error.

    Hidden files and Office's lock files (``~$...``) are passed over. Paths inside an archive only
    tell its members apart: nothing is ever written where they point.
    """
    for path in paths:
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file() and _is_meant(p.relative_to(path)))
            if not files:
                yield GinsengError(f"There is no file to upload in the folder {path}.")
            yield from fetch_all(files)
            continue
        if (part := _REPORT_PART.fullmatch(path.name)) and int(part[2]) and _has_header(path):
            continue  # comes in with its Report00
        try:
            file = fetch_file(path)
        except GinsengError as error:
            yield error
        else:
            yield from _unpack(file) if _is_archive(file.data) else [file]


def _has_header(path: Path) -> bool:
    return any((m := _REPORT_PART.fullmatch(p.name)) and int(m[2]) == 0 for p in path.parent.iterdir())


def _is_meant(path: Path) -> bool:
    return not any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts if part.strip("."))


def _read(path: Path) -> bytes:
    limit = read_settings().largest_file_mb
    try:
        if path.stat().st_size > limit * _MEGABYTE:
            raise _too_large(path.name, limit)
        data = path.read_bytes()
    except OSError as error:
        raise GinsengError(f"The file {path} cannot be read: {error.strerror}.") from error
    check_unpacked_size(path.name, data)
    return data


def check_unpacked_size(name: str, data: bytes) -> None:
    """Raise GinsengError when a workbook or archive would unpack to more than the setting allows."""
    if not data.startswith(b"PK\x03\x04"):
        return
    limit = read_settings().largest_file_mb
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except _BROKEN:
        return  # the readers say what is wrong with it
    if len(members) > _MOST_MEMBERS:
        raise GinsengError(f"{name} holds {len(members)} files, more than {_MOST_MEMBERS}. Split it.")
    if sum(member.file_size for member in members) > limit * _MEGABYTE:
        raise _too_large(name, limit)


def _too_large(name: str, limit: int) -> GinsengError:
    return GinsengError(
        f"{name} is larger than {limit} MB (unpacked). If it is what it should be, raise GINSENG_RD_LARGEST_FILE_MB."
    )


def _is_archive(data: bytes) -> bool:
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not any(name in _NOT_ARCHIVES for name in archive.namelist())
    except _BROKEN:
        return False


def _unpack(archive_file: Incoming) -> Iterator[Incoming | GinsengError]:
    members: dict[PurePosixPath, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(archive_file.data)) as archive:
        for info in archive.infolist():
            path = PurePosixPath(info.filename.replace("\\", "/"))
            if info.is_dir() or not _is_meant(Path(*path.parts)):
                continue
            try:
                members[path] = archive.read(info)
            except _BROKEN as error:
                yield GinsengError(f"{path.name} in {archive_file.name} cannot be unpacked: {error}.")
    for path, data in sorted(members.items()):
        part = _REPORT_PART.fullmatch(path.name)
        kindred = {
            other: more
            for other, more in members.items()
            if part and other.parent == path.parent and (m := _REPORT_PART.fullmatch(other.name)) and m[1] == part[1]
        }
        headers = [other for other in kindred if (m := _REPORT_PART.fullmatch(other.name)) and int(m[2]) == 0]
        if headers and path not in headers:
            continue
        try:
            check_unpacked_size(path.name, data)
        except GinsengError as error:
            yield error
            continue
        yield Incoming(path.name, data, {o.name: more for o, more in kindred.items() if o != path} if headers else {})
