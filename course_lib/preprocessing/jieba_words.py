"""Words as jieba cuts them, whatever else in the same process teaches jieba words."""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Iterable

from course_lib.base.arguments import listed, require_choice, require_text
from course_lib.base.errors import EnvironmentProblem

MODES = ("accurate", "full", "search")


def jieba_words(text: str, mode: str = "accurate", hmm: bool = True, user_words: Iterable[str] = ()) -> list[str]:
    """Cut a text by jieba.

    Args:
        text: any text.
        mode: `"accurate"`, each character once; `"full"`, all words of the dictionary that can be found, overlapping;
            `"search"`, long words also in parts, as an index of a search wants them.
        hmm: whether a hidden Markov model looks for words that the dictionary does not have.
        user_words: words of your own that shall stay whole; jieba gives each the count that it needs for that.

    Returns:
        The words; white space is none.

    Raises:
        TypeError: if `text` is no str, or `user_words` is one.
        ValueError: if the mode is unknown.
        EnvironmentProblem: if jieba is not installed.

    Source: Sun Junyi, jieba (MIT), github.com/fxsjy/jieba.
    """
    require_text("text", text)
    require_choice("mode", mode, MODES)
    tokenizer = _tokenizer(tuple(listed("user_words", user_words)))
    if mode == "search":
        found = tokenizer.cut_for_search(text, HMM=hmm)
    else:
        found = tokenizer.cut(text, cut_all=mode == "full", HMM=hmm)
    return [word for word in found if word.strip()]


@functools.lru_cache(maxsize=4)
def _tokenizer(user_words: tuple[str, ...]):
    """A tokenizer of our own: the one that `import jieba` shares has learnt what anybody taught it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of patterns in its source
            import jieba
    except ImportError as problem:
        raise EnvironmentProblem("jieba is not installed here; run: pip install jieba") from problem
    from course_lib.data import registry

    jieba.setLogLevel(logging.WARNING)
    with registry.packaged_path(registry.card("jieba_words")).open("rb") as dictionary:
        counts, total = jieba.Tokenizer.gen_pfdict(dictionary)
    tokenizer = jieba.Tokenizer()
    # As its own start does, without the file that it leaves in the folder all users of a machine share.
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = counts, total, True
    for word in user_words:
        tokenizer.add_word(word)
    return tokenizer
