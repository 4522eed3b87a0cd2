"""Pictures of a finished site, to be looked at: `python tests/browser/screenshots.py [SITE] [PAGE…]`.

Without arguments, every page of `build/site`. A long page gives one picture for each screen and a half. The pictures go
to `build/screenshots`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import ARGUMENTS, ROOT, SCREENSHOTS, SIZES, found_chromium, serve

LOOKS = (("desktop", "light"), ("desktop", "dark"), ("phone", "light"))


def main(site: Path, wanted: list[str]) -> None:
    """Photograph the pages of a site whose names hold one of the wanted words."""
    from playwright.sync_api import sync_playwright

    pages = [path.relative_to(site) for path in sorted(site.glob("*/*.html"))]
    chosen = [page for page in pages if not wanted or any(word in page.as_posix() for word in wanted)]
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with serve(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found_chromium(playwright), args=ARGUMENTS)
        for size, colours in LOOKS:
            width, height = SIZES[size]
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=colours)
            for page in chosen:
                view = context.new_page()
                view.goto(f"{address}/{page.as_posix()}")
                view.wait_for_load_state("networkidle")
                length = view.evaluate("document.documentElement.scrollHeight")
                for number, top in enumerate(range(0, max(1, length - height // 2), height * 3 // 2), start=1):
                    view.evaluate(f"scrollTo({{top: {top}, behavior: 'instant'}})")
                    view.wait_for_timeout(100)
                    name = f"{page.parent.name}-{page.stem}-{size}-{colours}-{number:02d}"
                    view.screenshot(path=SCREENSHOTS / f"{name}.png")
                print(f"{page.as_posix()}, {size}, {colours}: {number} pictures")
                view.close()
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site", sys.argv[2:])
