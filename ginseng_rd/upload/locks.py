"""A locked version never changes: its recipe and its lock are neither replaced nor withdrawn."""

from __future__ import annotations

from ginseng_rd.errors import GinsengError
from ginseng_rd.store import Store, Upload


def locked_versions(store: Store) -> set[tuple[str, int]]:
    """Return the versions that are locked, by the word of their own row or by a lock that came later."""
    locks = store.standing("lock", ("formulation", "version"))
    rows = store.standing("version", ("formulation", "version", "status"), among={"status": ["locked"]})
    return {*zip(locks["formulation"], locks["version"], strict=True)} | {
        *zip(rows["formulation"], rows["version"], strict=True)
    }


def refuse_if_locked(store: Store, upload: Upload, doing: str) -> None:
    """Raise GinsengError when an upload holds a locked version. ``doing`` says what was to become of it."""
    locked = locked_versions(store)
    if not locked:
        return
    for kind in ("recipe", "lock", "version", "make_step"):
        held = store.standing(kind, ("formulation", "version"), among={"upload_id": [upload.id]})
        for code, version in zip(held["formulation"], held["version"], strict=True):
            if (code, version or 1) in locked:
                raise GinsengError(
                    f"{upload.name} cannot be {doing}: version {version or 1} of formulation '{code}' in it is "
                    "locked, and a locked version never changes. Draft the next version instead."
                )
