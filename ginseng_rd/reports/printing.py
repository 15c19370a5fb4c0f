"""A page to PDF, printed by the Chromium that is installed; none of the package's dependencies makes PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ginseng_rd.errors import GinsengError
from ginseng_rd.words import say

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_SECONDS = 120


def print_pdf(page: str, path: Path) -> Path:
    """Print an HTML page to a PDF file and return its path.

    Raises GinsengError where no Chromium, Chrome or Edge is found, and where printing fails.
    """
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise GinsengError(
            say(
                "A PDF is printed by Chromium, Chrome or Edge, and none of them is installed here. Save it as .html "
                "and print that from a browser, or install Chromium.",
                "PDF는 Chromium, Chrome 또는 Edge로 인쇄하는데 이 컴퓨터에 없습니다. .html로 저장해 브라우저에서 "
                "인쇄하거나 Chromium을 설치하십시오.",
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-first-run", "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile", "--virtual-time-budget=10000",
            f"--print-to-pdf={printed}", source.as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise GinsengError(f"{Path(browser).name} did not print {path.name} within {_SECONDS} s.") from None
        if done.returncode or not printed.is_file():
            raise GinsengError(f"{Path(browser).name} could not print {path.name} (exit {done.returncode}).")
        try:
            scratch = path.with_name(path.name + ".part")
            shutil.copyfile(printed, scratch)
            os.replace(scratch, path)
        except OSError as error:
            raise GinsengError(f"The file {path} cannot be written: {error.strerror}.") from error
    return path
