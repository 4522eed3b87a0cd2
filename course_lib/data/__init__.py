"""The data sets of the course: cards, verified downloads, one loader each. Nothing is imported before it is used."""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={"samples": ["samples_in_use"], "management": ["clear", "fetch", "status", "verify"]},
    submodules=[
        "chinese_reviews",
        "chinese_words",
        "company_news",
        "cranfield",
        "digits",
        "glove",
        "imdb",
        "intents",
        "minilm",
        "novels",
        "phrases",
        "poems",
        "quatrains",
        "questions",
        "ratings",
        "registry",
        "shakespeare",
        "stopwords",
        "stories",
        "tales",
        "tatoeba",
        "treebank",
    ],
)
