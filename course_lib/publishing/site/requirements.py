"""What building the site needs beyond the course itself: the extra `site`."""

from __future__ import annotations

import importlib.util

from course_lib.base.errors import EnvironmentProblem

# module → distribution
NEEDED = {
    "sphinx": "Sphinx",
    "myst_nb": "myst-nb",
    "sphinx_book_theme": "sphinx-book-theme",
    "jieba": "jieba",
    "math_core": "math-core",
    "fontTools": "fonttools",
    "ziamath": "ziamath",
}
MEND = 'python -m pip install -c requirements.lock -e ".[site]"'


def require() -> None:
    """Make sure that everything is there, before any work is done.

    Raises:
        EnvironmentProblem: naming what is missing and the line that mends it.
    """
    missing = [name for module, name in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise EnvironmentProblem(f"the site cannot be built without {', '.join(missing)}; run: {MEND}")
