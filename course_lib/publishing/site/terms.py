"""Terms where they first stand in a lesson: a link to their entry in the glossary, with the explanation as its title.

The source marks nothing. What a page says is searched from its beginning; headings, code, formulas, links, outputs and
what is folded are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes

from course_lib.publishing.site.content import Term

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LESSON = re.compile(r"\d\d_\w+")
_PARENTHESES = re.compile(r"\s*[(（](?P<inside>[^)）]*)[)）]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_FOLD = re.compile(r"<(?P<end>/?)details\b", re.IGNORECASE)
_KEPT = (nodes.literal, nodes.math, nodes.reference, nodes.raw, nodes.image, nodes.footnote_reference)
# Said with emphasis, and as a whole, these words are terms; elsewhere they mean what they mean every day.
EVERYDAY = frozenset(
    [
        "bias",
        "bucket",
        "code",
        "evaluation-score",
        "evidence",
        "example",
        "fold",
        "judge",
        "key",
        "label",
        "packing",
        "patience",
        "precision",
        "prefix",
        "principal-angle",
        "prior",
        "probe",
        "query",
        "rank",
        "recall",
        "review",
        "score",
        "trial",
        "value",
    ]
)


class Finder:
    """Finds the terms of a text, the longest first where one holds another.

    Args:
        terms: the glossary.
        language: `"en"` or `"zh"`, that of the text.
    """

    def __init__(self, terms: Sequence[Term], language: str) -> None:
        found = [(form, term) for term in terms for form in forms(term.name[language])]
        found.sort(key=lambda pair: (-len(pair[0]), pair[0]))
        self._terms = [term for _, term in found]
        self._forms = [form for form, _ in found]
        self._pattern = re.compile("|".join(f"({_pattern_of(form, language)})" for form in self._forms) or r"(?!)")

    def find(self, text: str, emphasised: bool = False) -> Iterator[tuple[int, int, Term]]:
        """Every term of a passage: where it begins, where it ends, and which it is.

        Args:
            text: the passage.
            emphasised: whether all of it, and nothing else, stands in emphasis.
        """
        for match in self._pattern.finditer(text):
            place = match.lastindex - 1
            term = self._terms[place]
            alone = emphasised and match[0] == text.strip()
            # One Chinese character is part of too many other words.
            if alone or (term.key not in EVERYDAY and len(self._forms[place]) > 1):
                yield match.start(), match.end(), term


def forms(name: str) -> list[str]:
    """The ways to say a term: `"area under the curve (AUC)"` is that, or AUC."""
    inside = _PARENTHESES.search(name)
    said = [_PARENTHESES.sub("", name).strip(), *([inside["inside"]] if inside else [])]
    return [form for form in said if form]


def _pattern_of(form: str, language: str) -> str:
    """The form as a whole word, in English with its plural and, but for names, in either case."""
    written = re.sub(r"(?:\\ |\\-|-)", r"[\\s-]", re.escape(form))
    if _CHINESE.search(form):
        return written
    if language == "en":
        ends = re.search(r"[^aeiou]y$", form)
        written = rf"{written[:-1]}(?:y|ies)" if ends else rf"{written}(?:s|es)?"
    # Only what is written small in the glossary may stand in capitals as well.
    written = f"(?i:{written})" if form == form.lower() else written
    return rf"(?<![A-Za-z0-9_-]){written}(?![A-Za-z0-9_-])"


def link_terms(app: Sphinx, doctree: nodes.document) -> None:
    """Make a link of every term of a lesson where it first stands."""
    if not _LESSON.fullmatch(app.env.docname):
        return
    language = app.config.course_language
    finder = Finder(app.config.course_glossary, language)
    seen: set[str] = set()
    for element in _open_text(doctree):
        for leaf in list(element.findall(nodes.Text)):
            if not _is_kept(leaf, element):
                _link(leaf, finder, language, seen)


def _open_text(doctree: nodes.document) -> Iterator[nodes.TextElement]:
    """The paragraphs of a page that are prose and not folded, in order."""
    depth = 0
    for node in list(doctree.findall(lambda node: isinstance(node, (nodes.raw, nodes.paragraph)))):
        if isinstance(node, nodes.raw):
            depth += sum(-1 if fold["end"] else 1 for fold in _FOLD.finditer(node.astext()))
        elif depth == 0 and not _is_output(node):
            yield node


def _is_output(node: nodes.Node) -> bool:
    while node is not None:
        if isinstance(node, nodes.Element) and {"cell", "cell_output"} & set(node.get("classes", ())):
            return True
        node = node.parent
    return False


def _is_kept(leaf: nodes.Text, element: nodes.Element) -> bool:
    node = leaf.parent
    while node is not element:
        if isinstance(node, _KEPT):
            return True
        node = node.parent
    return False


def _link(leaf: nodes.Text, finder: Finder, language: str, seen: set[str]) -> None:
    """Put links into a piece of text for the terms that were not seen before."""
    text, parent = leaf.astext(), leaf.parent
    emphasised = isinstance(parent, (nodes.emphasis, nodes.strong)) and len(parent.children) == 1
    made: list[nodes.Node] = []
    done = 0
    for start, end, term in finder.find(text, emphasised):
        if term.key in seen:
            continue
        seen.add(term.key)
        if start > done:
            made.append(nodes.Text(text[done:start]))
        title = escape(re.sub(r"[*`$]", "", term.explanation[language]))
        link = f'<a class="course-word" href="glossary.html#term-{term.key}" title="{title}">'
        # The words stay text, so that the search finds them.
        made += [nodes.raw("", link, format="html"), nodes.Text(text[start:end]), nodes.raw("", "</a>", format="html")]
        done = end
    if made:
        made.append(nodes.Text(text[done:]))
        parent.replace(leaf, [node for node in made if node.astext()])
