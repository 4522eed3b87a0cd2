"""What the page for instructors says of a server is computed from what was measured, and the files say the same."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from course_lib.publishing import records
from course_lib.publishing.site import hub

yaml = pytest.importorskip("yaml")
pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]
EACH = hub.memory_for_one(records.measured(ROOT / "course_lib" / "session" / "measured.json"))


def read(name: str) -> dict:
    return yaml.safe_load((ROOT / "binder" / "hub" / name).read_text(encoding="utf-8"))


def test_a_student_may_take_what_the_largest_lesson_took():
    assert hub.memory_for_one({"01": {"binder": {"peak_memory_mb": 1830}}, "02": {"quick": {}}}) == 2.0
    assert hub.memory_for_one({"01": {"binder": {"peak_memory_mb": 2010}}}) == 2.5
    assert hub.memory_for(30, 2.0) == 62 and hub.memory_for(60, 2.0, 0.5) == 62


def test_the_littlest_hub_has_these_limits_and_nothing_that_it_does_not_know():
    held = read("littlest.yaml")
    assert set(held) <= {"users", "limits", "https", "http", "user_environment"}
    assert set(held["users"]) <= {"admin", "allowed", "banned", "extra_user_groups"}
    assert held["limits"] == {"memory": f"{EACH:g}G", "cpu": 1}
    assert held["user_environment"] == {"default_app": "jupyterlab"}


def test_the_littlest_hubs_own_schema_takes_the_file():
    schema = pytest.importorskip("tljh.config_schema", reason="its installer brings it, no registry does").config_schema
    pytest.importorskip("jsonschema").validate(read("littlest.yaml"), schema)


def test_kubernetes_gets_the_same_memory_and_a_line_for_each_language():
    held = read("kubernetes.yaml")["singleuser"]
    assert held["memory"] == {"guarantee": f"{EACH:g}G", "limit": f"{EACH:g}G"}
    opened = [line["kubespawner_override"]["default_url"] for line in held["profileList"]]
    assert opened == ["/course/en/lab/tree/chapters/en", "/course/zh/lab/tree/chapters/zh"]
    assert sum(line.get("default", False) for line in held["profileList"]) == 1
    assert all(isinstance(value, str) for value in held["extraEnv"].values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_link_brings_the_release_and_opens_the_notebook_of_the_language(language: str):
    link = hub.pull_link("https://hub.example.org/", "05_attention", language, "https://github.com/you/course@v1.0")
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert parts.path == "/hub/user-redirect/git-pull"
    assert query == {
        "repo": "https://github.com/you/course",
        "branch": "v1.0",
        "urlpath": f"course/{language}/lab/tree/course/chapters/{language}/05_attention.ipynb",
    }
    assert (ROOT / "chapters" / language / "05_attention.ipynb").is_file()


def test_jupyterhubs_own_settings_take_the_numbers(tmp_path: Path):
    """As both distributions hand them on: through a configuration file, to the traits of the hub's spawner."""
    app = pytest.importorskip("jupyterhub.app", reason="a server's own package: pip install jupyterhub")
    from jupyterhub.auth import PAMAuthenticator
    from jupyterhub.spawner import LocalProcessSpawner

    little, kubernetes = read("littlest.yaml"), read("kubernetes.yaml")["singleuser"]
    for memory, cpu in (
        (little["limits"]["memory"], little["limits"]["cpu"]),
        (kubernetes["memory"]["limit"], kubernetes["cpu"]["limit"]),
    ):
        path = tmp_path / "jupyterhub_config.py"
        path.write_text(
            f"c = get_config()\nc.Spawner.mem_limit = {memory!r}\nc.Spawner.cpu_limit = {cpu!r}\n"
            f"c.Spawner.default_url = {kubernetes['profileList'][0]['kubespawner_override']['default_url']!r}\n"
            f"c.Spawner.environment = {kubernetes['extraEnv']!r}\n"
            f"c.Authenticator.admin_users = {set(little['users']['admin'])!r}\n",
            encoding="utf-8",
        )
        hub_app = app.JupyterHub()
        hub_app.load_config_file(str(path))
        spawner = LocalProcessSpawner(config=hub_app.config)
        assert spawner.mem_limit == EACH * 1024**3 and spawner.cpu_limit == 1
        assert spawner.default_url.startswith("/course/") and spawner.environment["COURSE_SCALE"] == "quick"
        assert PAMAuthenticator(config=hub_app.config).admin_users == {"instructor"}
