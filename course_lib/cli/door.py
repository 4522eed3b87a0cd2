"""The door of a launch link: it sets JupyterLab's language to that of the notebook, then opens it.

A link to `…/course/zh/lab/tree/chapters/zh/01_preprocessing.ipynb` leads to JupyterLab with Chinese menus, one with
`en` to English ones. It is an extension of the Jupyter server, loaded where `course_lib.cli.door` is named in its
settings, as `binder/postBuild` does; JupyterLab itself takes no language from an address.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.base.files import write_atomically

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

LOCALES = {"en": "default", "zh": "zh_CN"}
_SETTINGS = Path("@jupyterlab") / "translation-extension" / "plugin.jupyterlab-settings"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What the server asks an extension for."""
    return [{"module": "course_lib.cli.door"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the address to the server."""
    from jupyter_server.base.handlers import JupyterHandler
    from jupyter_server.utils import url_path_join
    from jupyterlab.commands import get_user_settings_dir
    from tornado import web

    class Door(JupyterHandler):
        @web.authenticated
        def get(self, language: str, path: str) -> None:
            if any(ord(character) < 32 or ord(character) == 127 for character in path):
                raise web.HTTPError(400, "the path holds a control character")
            choose(language, Path(get_user_settings_dir()))
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(url_path_join(server.base_url, path) + query)

    address = url_path_join(server.base_url, rf"/course/({'|'.join(LOCALES)})/(lab(?:/.*)?)")
    server.web_app.add_handlers(".*$", [(address, Door)])


def choose(language: str, user_settings: Path) -> None:
    """Set the language of JupyterLab's menus.

    Args:
        language: `"en"` or `"zh"`.
        user_settings: JupyterLab's folder of its user's settings.
    """
    write_atomically(user_settings / _SETTINGS, json.dumps({"locale": LOCALES[language]}).encode("utf-8"))
