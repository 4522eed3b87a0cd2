"""The library's public names as the site documents them: read from the source, where nothing has to be imported.

What a package offers stands in its `__init__`, by `lazy.attach`; what a name does stands in its docstring, in sections:
Args, Returns, Shapes, Raises, Source and the like.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

from course_lib.base import settings

# Rooms in the order in which lessons come to them; then what serves all of them.
PACKAGES = (
    "preprocessing", "mlp", "autoencoder", "vae", "attention", "transformer", "sentiment", "tuning",
    "language_model", "bert", "scaling", "applications", "alignment",
    "training", "data", "showing", "session", "checks",
)  # fmt: skip

# Their names are written with the module in front, as in `data.imdb.load`.
_BY_MODULE = ("data", "showing")

SECTIONS = (
    "Args", "Attributes", "Returns", "Yields", "Shapes", "Shape", "Raises", "Source", "Sources", "Example", "Examples",
)  # fmt: skip

_SECTION = re.compile(rf"^({'|'.join(SECTIONS)}):[ \t]*(.*)$")
_ENTRY = re.compile(r"^(\*{0,2}[\w, .*]+?)(?: \([^)]*\))?: (.*)$")
_GROUP = re.compile(r"\(([^()]*)\)")
_AXIS = re.compile(r"\.{3}|…|\*?[\w'’]+(?:[ ]?(?:\*\*|//|[-+*/·×÷]|[ ])[ ]?[\w'’]+)*")


@dataclass(frozen=True)
class Shape:
    """One shape in a docstring: its axes."""

    axes: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A public name.

    Args:
        package: the room, `"attention"`.
        name: what it is called there.
        module: the module that it is in, `"functions"`.
        kind: `"function"`, `"class"` or `"value"`.
        signature: with the brackets; empty for a value.
        text: what stands before the sections, as paragraphs.
        sections: each section's lines by its name.
        methods: of a class, those that a reader calls.
        line: where it stands in its module.
    """

    package: str
    name: str
    module: str
    kind: str
    signature: str
    text: tuple[str, ...] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    methods: tuple[Entry, ...] = ()
    line: int = 0

    @property
    def anchor(self) -> str:
        """Where it stands on its page."""
        return f"{self.package}.{self.name}"

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """Each argument with what is said of it."""
        return list(entries(self.sections.get("Args", "")))


@cache
def packages() -> dict[str, tuple[str, list[Entry]]]:
    """Every package: what it says of itself, and its public names in the order in which it offers them."""
    found = {}
    for package in PACKAGES:
        folder = settings.library_folder() / package
        tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
        listed = [_entry(package, module, name) for module, names in _offered(tree).items() for name in names]
        for module in _offered(tree, "submodules") if package in _BY_MODULE else ():
            listed += [
                _read(package, module, f"{module}.{name}", node)
                for name, node in _module(package, module).items()
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and not name.startswith("_")
            ]
        found[package] = (ast.get_docstring(tree) or "", listed)
    return found


def find(package: str, name: str) -> Entry | None:
    """The entry of a public name, or None."""
    return next((entry for entry in packages().get(package, ("", []))[1] if entry.name == name), None)


def shapes(text: str) -> list[Shape]:
    """The shapes of a Shapes section: each in round brackets, its axes parted by commas.

    Raises:
        ValueError: if a bracket holds anything else than axes, or there is no shape at all.
    """
    plain = " ".join(text.split()).replace("`", "")
    found = []
    for group in _GROUP.findall(plain):
        axes = [axis.strip() for axis in group.split(",")]
        if axes[-1] == "" and len(axes) > 1:
            axes.pop()
        wrong = [axis for axis in axes if not _AXIS.fullmatch(axis)] if axes != [""] else []
        if wrong:
            raise ValueError(f"({group}) is no shape: {', '.join(map(repr, wrong))} is no axis")
        found.append(Shape(tuple(axes) if axes != [""] else ()))
    # What another entry says need not be said again.
    if not found and not re.match(r"(as|those of|any)\b", plain):
        raise ValueError(f"{plain!r} names no shape")
    return found


def entries(text: str) -> Iterator[tuple[str, str]]:
    """The entries of a section such as Args: a name and what is said of it, which may go on over lines."""
    name, said = "", []
    for line in text.split("\n"):
        begins = _ENTRY.match(line) if line[:1] not in (" ", "") else None
        if begins:
            if name:
                yield name, " ".join(said)
            name, said = begins[1], [begins[2]]
        elif line.strip():
            said.append(line.strip())
    if name:
        yield name, " ".join(said)
    elif said:
        yield "", " ".join(said)


def users(chapters: Mapping[str, str], entry: Entry) -> list[str]:
    """The lessons whose code uses a name, in order.

    Args:
        chapters: the source of each lesson by its slug.
        entry: the name.
    """
    alias = rf"(?:{entry.package}|{_ALIASES.get(entry.package, entry.package)})"
    used = re.compile(
        rf"\b{alias}\.{re.escape(entry.name)}\b|from course_lib\.{entry.package}[\w.]* import .*\b{entry.name}\b"
    )
    return [slug for slug, text in sorted(chapters.items()) if used.search(text)]


_ALIASES = {"preprocessing": "prep"}


def page(package: str, language: str, chapters: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """The page of a package, as MyST Markdown.

    Args:
        package: the room.
        language: `"en"` or `"zh"`.
        chapters: the source of each lesson by its slug.
        titles: the title of each lesson that has a page, by its slug.
    """
    words = _WORDS[language]
    about, found = packages()[package]
    # The list of packages leads here: the sidebar has enough without them.
    parts = [
        "---\norphan: true\n---",
        f"# `{package}`",
        _raw(_paragraphs(about.split("\n\n"))),
        _raw(f"<p>{words['about']}</p>"),
    ]
    for entry in found:
        parts.append(f"## `{entry.name}`")
        lessons = [slug for slug in users(chapters, entry) if slug in titles]
        parts.append(_raw(_shown(entry, words, {slug: titles[slug] for slug in lessons})))
    return "\n\n".join(parts) + "\n"


def index(language: str, documented: Sequence[str] = PACKAGES) -> str:
    """The page that lists packages with their names."""
    words = _WORDS[language]
    rows = []
    for package in documented:
        about, found = packages()[package]
        leads = f"reference-{package}.html"
        names = ", ".join(f'<a href="{leads}#{entry.anchor}"><code>{entry.name}</code></a>' for entry in found)
        said = f"<p>{_sentence(about)}</p><p>{names}</p>"
        rows.append(f'<dt><a href="{leads}"><code>{package}</code></a></dt><dd>{said}</dd>')
    return f"# {words['title']}\n\n{words['lead']}\n\n{_raw('<dl>' + ''.join(rows) + '</dl>')}\n"


def with_links(html: str, documented: Sequence[str] = PACKAGES) -> str:
    """A lesson's page in which public names in code lead to their entries."""

    def linked(found: re.Match[str]) -> str:
        package = next((name for name, alias in _ALIASES.items() if alias == found["package"]), found["package"])
        entry = find(package, found["name"]) if package in documented else None
        if entry is None:
            return found[0]
        return f'<a class="course-name" href="reference-{package}.html#{entry.anchor}">{found[0]}</a>'

    return _IN_CODE.sub(linked, html)


_IN_CODE = re.compile(
    r'<span class="n">(?P<package>[a-z_]+)</span><span class="o">\.</span><span class="n">(?P<name>\w+)</span>'
)

_WORDS = {
    "en": {
        "title": "Reference",
        "lead": "Every public name of the library, from its own docstring: how it is called, which shapes go in and"
        " come out, what it refuses, where it is from, and the lessons that use it.",
        "about": "In a lesson these names are written with the package in front. What a mask keeps is True; (...)"
        " stands for any leading axes.",
        "Args": "Arguments", "Attributes": "Attributes", "Returns": "Returns", "Yields": "Yields", "Shapes": "Shapes",
        "Shape": "Shapes", "Raises": "Raises", "Source": "Source", "Sources": "Sources", "Example": "Example",
        "Examples": "Examples",
        "methods": "Methods", "lessons": "In the lessons", "module": "Defined in",
    },
    "zh": {
        "title": "参考手册",
        "lead": "本课程代码库的全部公开名称，内容取自各自的文档字符串（英文）："
        "怎样调用、输入输出的形状、拒绝什么、出处，以及用到它的课。",
        "about": "在课文里，这些名称前面都写着包名。掩码中 True 表示保留；(...) 代表任意多个前导轴。",
        "Args": "参数", "Attributes": "属性", "Returns": "返回", "Yields": "逐个产生", "Shapes": "形状",
        "Shape": "形状", "Raises": "异常", "Source": "出处", "Sources": "出处", "Example": "例子", "Examples": "例子",
        "methods": "方法", "lessons": "用到它的课", "module": "定义于",
    },
}  # fmt: skip


def _offered(tree: ast.Module, what: str = "submod_attrs") -> dict[str, list[str]] | list[str]:
    """What a package offers: the names of each module, or whole modules (`"submodules"`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "lazy.attach":
            for keyword in node.keywords:
                if keyword.arg == what:
                    return ast.literal_eval(keyword.value)
    if what == "submodules":
        return []
    # `from course_lib.checks.core import …`: what is imported to be offered.
    return {
        node.module.rpartition(".")[2]: [alias.name for alias in node.names]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("course_lib.")
    }


@cache
def _module(package: str, module: str) -> dict[str, ast.stmt]:
    """What a module defines, by name; a module that is a package itself passes on what its own modules define."""
    place = settings.library_folder() / package / Path(*module.split("."))
    if place.is_dir():
        tree = ast.parse((place / "__init__.py").read_text(encoding="utf-8"))
        named: dict[str, ast.stmt] = {}
        for inner, names in _offered(tree).items():
            named |= {name: node for name, node in _module(package, f"{module}.{inner}").items() if name in names}
        for path in sorted(place.glob("*.py")):
            if path.stem != "__init__":
                named = {**_module(package, f"{module}.{path.stem}"), **named}
        return {**named, **_defined(tree)}
    return _defined(ast.parse(place.with_suffix(".py").read_text(encoding="utf-8")))


def _defined(tree: ast.Module) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("course_lib."):
            found |= {alias.name: node for alias in node.names}
    return found


def _entry(package: str, module: str, name: str) -> Entry:
    _, module, node = _home(package, module, name)
    if node is None:
        raise KeyError(f"course_lib.{package}.{module} offers {name} and does not define it")
    return _read(package, module, name, node)


def _home(package: str, module: str, name: str) -> tuple[str, str, ast.stmt | None]:
    """Where a name is defined that a module defines or imports, and how; None for one that is from elsewhere."""
    node = _module(package, module).get(name)
    while isinstance(node, ast.ImportFrom):
        _, package, *rest = str(node.module).split(".")
        if not rest:
            offered = _offered(ast.parse((settings.library_folder() / package / "__init__.py").read_text("utf-8")))
            rest = [next((module for module, names in offered.items() if name in names), "")]
        module = ".".join(rest)
        node = _module(package, module).get(name) if module else None
    return package, module, node


def _read(package: str, module: str, name: str, node: ast.stmt) -> Entry:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return Entry(package, name, module, "value", "", (f"`{ast.unparse(node.value)}`",), line=node.lineno)
    text, sections = _parts(ast.get_docstring(node) or "")
    if isinstance(node, ast.FunctionDef):
        return Entry(package, name, module, "function", _signature(node.args), text, sections, line=node.lineno)
    made = _maker(package, module, node)
    signature = _signature(made.args, True) if made else _fields(node)
    methods = tuple(
        _method(package, module, each)
        for each in node.body
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_") and ast.get_docstring(each)
    )
    return Entry(package, name, module, "class", signature, text, sections, methods, node.lineno)


def _maker(package: str, module: str, node: ast.ClassDef) -> ast.FunctionDef | None:
    """The `__init__` of a class, its own or that of a class of the same package that it is made from."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            return each
    for base in node.bases:
        home, place, found = _home(package, module, ast.unparse(base).rpartition(".")[2])
        if isinstance(found, ast.ClassDef):
            return _maker(home, place, found)
    return None


def _method(package: str, module: str, node: ast.FunctionDef) -> Entry:
    text, sections = _parts(ast.get_docstring(node) or "")
    plain = any(ast.unparse(each) == "property" for each in node.decorator_list)
    static = any(ast.unparse(each) == "staticmethod" for each in node.decorator_list)
    signature = "" if plain else _signature(node.args, not static)
    return Entry(package, node.name, module, "method", signature, text, sections, line=node.lineno)


def _signature(arguments: ast.arguments, bound: bool = False) -> str:
    """The arguments with their defaults, without the types, which the sections say in words."""
    plain = ast.parse(f"def f({ast.unparse(arguments)}): pass").body[0].args
    for each in [*plain.posonlyargs, *plain.args, *plain.kwonlyargs, plain.vararg, plain.kwarg]:
        if each is not None:
            each.annotation = None
    if bound and plain.args:
        plain.args = plain.args[1:]
    return f"({ast.unparse(plain)})"


def _fields(node: ast.ClassDef) -> str:
    """The arguments of a dataclass."""
    shown = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            default = f"={ast.unparse(each.value)}" if each.value is not None else ""
            shown.append(each.target.id + ("=…" if "field(" in default else default))
    return f"({', '.join(shown)})" if shown else "()"


def _parts(docstring: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """What stands before the sections, and each section."""
    before: list[str] = []
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in docstring.split("\n"):
        begins = _SECTION.match(line)
        if begins:
            current = sections.setdefault(begins[1], [])
            if begins[2]:
                current.append(begins[2])
        elif current is None:
            before.append(line)
        else:
            current.append(line[4:] if line.startswith("    ") else line)
    text = tuple(each.strip("\n") for each in "\n".join(before).split("\n\n") if each.strip())
    return text, {name: "\n".join(lines).strip() for name, lines in sections.items()}


def _shown(entry: Entry, words: Mapping[str, str], lessons: Mapping[str, str]) -> str:
    """An entry as HTML."""
    prefix = "class " if entry.kind == "class" else ""
    call = f"{prefix}{entry.anchor}{escape(entry.signature)}"
    head = f'<pre class="course-signature" id="{entry.anchor}"><code>{call}</code></pre>'
    parts = [head, _paragraphs(entry.text), *_sections(entry, words)]
    if entry.methods:
        parts.append(f"<p><strong>{words['methods']}</strong></p><dl>")
        for method in entry.methods:
            parts.append(f"<dt><code>{method.name}{escape(method.signature)}</code></dt><dd>")
            parts += [_paragraphs(method.text), *_sections(method, words), "</dd>"]
        parts.append("</dl>")
    where = f"course_lib/{entry.package}/{entry.module.replace('.', '/')}"
    foot = f"{words['module']} <code>{where}</code>"
    if lessons:
        links = " · ".join(f'<a href="{slug}.html">{escape(title)}</a>' for slug, title in lessons.items())
        foot += f" · {words['lessons']}: {links}"
    parts.append(f'<p class="course-muted">{foot}</p>')
    return "".join(parts)


def _sections(entry: Entry, words: Mapping[str, str]) -> Iterator[str]:
    for name, text in entry.sections.items():
        title = f"<p><strong>{words[name]}</strong></p>"
        if name in ("Args", "Attributes", "Raises"):
            rows = "".join(
                f"<dt><code>{escape(each)}</code></dt><dd>{_inline(said)}</dd>" if each else f"<dd>{_inline(said)}</dd>"
                for each, said in entries(text)
            )
            yield f"{title}<dl>{rows}</dl>"
        elif name in ("Example", "Examples"):
            yield f"{title}<pre><code>{escape(text)}</code></pre>"
        else:
            yield f"<p><strong>{words[name]}</strong> {_inline(' '.join(text.split()))}</p>"


def _paragraphs(paragraphs: tuple[str, ...] | list[str]) -> str:
    shown = []
    for each in paragraphs:
        if each.startswith("    ") or "\n    " in each:
            shown.append(f"<pre><code>{escape(each)}</code></pre>")
        else:
            shown.append(f"<p>{_inline(' '.join(each.split()))}</p>")
    return "".join(shown)


def _sentence(text: str) -> str:
    return _inline(" ".join(text.split("\n\n", 1)[0].split()))


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _raw(html: str) -> str:
    return f"```{{raw}} html\n{html}\n```"
