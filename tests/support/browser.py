"""A headless Chromium that notes what a page says on its console and whom it asks for anything."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from support.required import require

HERE = ("", "127.0.0.1", "localhost")
SLOWEST = 120_000  # ms: what a busy machine may take for one step


def chromium_path() -> str:
    """Where the system's Chromium is; skips the test, or fails it where Chromium is required."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    require("chromium", None if path else "no chromium on this machine; on Debian: apt-get install chromium")
    assert path is not None
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page with the errors on its console and the addresses off this machine that it asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, address: str | Path, **options: Any) -> Iterator[Visit]:
    """The page at the address; `options` are those of a browser context, such as `viewport` or `color_scheme`."""
    context = browser.new_context(**options)
    context.set_default_timeout(SLOWEST)
    seen = Visit(context.new_page())

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.errors.append(message.text)

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and (parts.hostname or "") not in HERE:
            seen.foreign.append(url)

    seen.page.on("console", heard)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("request", lambda request: asked(request.url))
    seen.page.goto(address.as_uri() if isinstance(address, Path) else address)
    yield seen
    context.close()
