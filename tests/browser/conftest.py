"""A headless Chromium of the system, and axe-core as its Python package ships it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser of the system: none of {', '.join(NAMES)} is on the path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # Chromium refuses to run as root inside its sandbox.
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """A page with what it complained of."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("dialog", lambda dialog: (self._note("error", "a dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self._request(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _request(self, url: str) -> None:
        if not url.startswith("file:"):
            self.complaints.append(f"request of {url[:80]}")

    def violations(self) -> list[str]:
        """Return what axe-core finds, one line a node."""
        self.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run(document)")
        assert found["passes"], "axe-core looked at nothing"
        return [
            f"{violation['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """Open a file; ``fragment``, ``width`` and any option of a browser context can be given."""
    contexts = []

    def open_file(path: Path, fragment: str = "", width: int = 1280, **options: Any) -> Opened:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 844}, **options))
        seen = Opened(contexts[-1])
        seen.page.goto(path.resolve().as_uri() + fragment)
        return seen

    yield open_file
    for context in contexts:
        context.close()
