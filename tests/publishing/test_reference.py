"""The reference has an entry for every public name, and every line of shapes in it can be read."""

from __future__ import annotations

import ast
import re

import pytest

from course_lib.base import settings
from course_lib.publishing.site import reference

FOUND = [entry for _, entries in reference.packages().values() for entry in entries]


def test_every_name_that_a_package_offers_has_an_entry_that_says_what_it_does():
    for package, (about, entries) in reference.packages().items():
        assert about and entries, package
        folder = settings.library_folder() / package
        tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
        offered = [name for names in reference._offered(tree).values() for name in names]
        assert {entry.name for entry in entries} >= set(offered)
        for entry in entries:
            assert entry.kind == "value" or entry.text, entry.anchor


def test_every_package_that_offers_names_is_in_the_reference():
    offering = {
        path.parent.name
        for path in settings.library_folder().glob("*/__init__.py")
        if "lazy.attach" in path.read_text()
    }
    assert offering <= set(reference.packages())


@pytest.mark.parametrize("package", reference.PACKAGES)
def test_every_line_of_shapes_can_be_read(package: str):
    for entry in reference.packages()[package][1]:
        for each in (entry, *entry.methods):
            for name in ("Shapes", "Shape"):
                if name in each.sections:
                    reference.shapes(each.sections[name])


def test_every_argument_that_is_described_is_one():
    # Its arguments are those of the class that it is made from, and its docstring says so in one word.
    others = [entry for entry in FOUND if entry.anchor != "scaling.RecomputingLanguageModel"]
    for entry in others:
        given = {name.strip("*") for name in re.split(r"[=,() ]+", entry.signature)}
        for names, said in entry.arguments:
            assert said, entry.anchor
            for name in names.split(","):
                assert name.strip().strip("*") in given, f"{entry.anchor}: {name}"


def test_shapes_are_read_and_what_is_no_shape_is_refused():
    text = "query (..., queries, key_dim), lengths (batch,), both (vocabulary_size ** length, 2) → () or (most + 1,)."
    assert [shape.axes for shape in reference.shapes(text)] == [
        ("...", "queries", "key_dim"),
        ("batch",),
        ("vocabulary_size ** length", "2"),
        (),
        ("most + 1",),
    ]
    for wrong in ("query of any shape", "query (batch; time)", "query (batch,, time)"):
        with pytest.raises(ValueError, match="shape"):
            reference.shapes(wrong)


def test_a_name_in_a_lessons_code_leads_to_its_entry():
    code = '<span class="n">{}</span><span class="o">.</span><span class="n">{}</span>'
    linked = reference.with_links(code.format("attention", "masked_softmax"))
    assert 'href="reference-attention.html#attention.masked_softmax"' in linked
    assert "reference-preprocessing" in reference.with_links(code.format("prep", "causal_mask"))
    for other in (("np", "exp"), ("attention", "nothing")):
        assert reference.with_links(code.format(*other)) == code.format(*other)


def test_a_page_escapes_what_a_docstring_says_and_names_the_lessons():
    chapters = {"05_attention": "weights = attention.masked_softmax(scores)"}
    page = reference.page("attention", "zh", chapters, {"05_attention": "05 · 注意力"})
    assert '<a href="05_attention.html">05 · 注意力</a>' in page and "形状" in page and "<script" not in page
