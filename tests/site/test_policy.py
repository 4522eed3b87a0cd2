"""Proves that each page's policy lets its own scripts run, by their hash, and that nothing in it needs more leave."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

import pytest

from course_lib.publishing.site.policy import policy, protect, without_evaluation
from course_lib.showing.sliders import MOVE

_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="(.*?)">')


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_each_inline_script_is_known_by_its_hash_and_data_is_no_script() -> None:
    page = (
        '<script>one("<b>&amp;</b>");\n</script><script src="two.js"></script>'
        '<script type="application/json">{"three": 3}</script><script type="module">four()</script>'
    )
    rules, problems = policy(page)
    (scripts,) = (rule for rule in rules.split("; ") if rule.startswith("script-src"))
    assert set(scripts.split()[3:]) == {_hash('one("<b>&amp;</b>");\n'), _hash("four()")}
    assert problems == [] and "unsafe" not in scripts and "default-src 'none'" in rules


def test_the_code_of_the_sliders_is_known_by_its_hash_and_on_their_page_alone() -> None:
    rules, problems = policy(f'<script>one()</script><div oninput="{html.escape(MOVE)}"></div>')
    assert problems == [] and f"'unsafe-hashes' {' '.join(sorted([_hash(MOVE), _hash('one()')]))}" in rules
    assert "unsafe-hashes" not in policy("<script>one()</script>")[0]
    assert policy('<div oninput="run()"></div>')[1] == ["code in the attribute oninput of <div>"]


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ('<img src="x.png" onerror="run()">', "onerror of <img>"),
        ('<a href=" JavaScript:run()">x</a>', "address of <a>"),
        ("<body onload=run()>", "onload of <body>"),
    ],
)
def test_code_that_no_policy_would_let_run_stops_the_build(tmp_path: Path, markup: str, said: str) -> None:
    (tmp_path / "page.html").write_text(f"<meta charset='utf-8'>{markup}", encoding="utf-8")
    (problem,) = protect(tmp_path)
    assert problem.startswith("page.html: ") and said in problem


@pytest.mark.seconds
def test_every_page_of_the_site_has_its_policy_before_any_script(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 10
    for path in pages:
        page = path.read_text(encoding="utf-8")
        (rules,) = _META.findall(page)
        assert page.index("Content-Security-Policy") < page.index("<script")
        assert rules == policy(_META.sub("", page))[0], path


def test_translations_come_without_a_text_to_evaluate(site: Path) -> None:
    script = (site / "zh" / "_static" / "translations.js").read_text(encoding="utf-8")
    assert "addTranslations" not in script and "Documentation.PLURAL_EXPR = () => 0;" in script
    assert "Search Results" in script


@pytest.mark.parametrize("script", ["", "run()", 'Documentation.addTranslations({"plural_expr": "n != 1"});'])
def test_translations_of_another_form_stop_the_build(script: str) -> None:
    with pytest.raises(ValueError, match=r"translations\.js is not as expected"):
        without_evaluation(script)
