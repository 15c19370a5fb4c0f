"""Files made for people: never written over one that is there."""

from __future__ import annotations

from pathlib import Path

from ginseng_rd.errors import GinsengError


def write_new_file(path: Path, data: bytes, *, what: str) -> Path:
    """Write ``data`` to a file that is not there yet, and return its path.

    Raises GinsengError, naming ``what`` was to be written, for one that is there and a path that cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise GinsengError(f"There is a file {path} already. Name another place for the {what}.") from error
    except OSError as error:
        raise GinsengError(f"The {what} cannot be written to {path}: {error.strerror}.") from error
    return path
