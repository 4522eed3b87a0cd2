"""A writer of one-line verdicts: short sentences of film reviews made of common words, and a small decoder for them.

python -m course_lib.alignment.kept_writer   trains it anew (some two processor minutes; needs the film reviews)
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from course_lib.base.arguments import require_integer
from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.data import imdb
from course_lib.language_model import DecoderLanguageModel, pack, train_language_model
from course_lib.preprocessing import Vocabulary, clean, tokenize
from course_lib.training.kept import keep_weights, with_kept_weights

RECORDED = resources.files("course_lib.alignment").joinpath("recorded")
SETTINGS = {"width": 64, "num_layers": 2, "num_heads": 4, "max_length": 32}
SEED, STEPS, WORDS = 1, 2_500, 600

_END = re.compile(r"[.!?]+(?:\s|$)")


def short_sentences(texts: Iterable[str], words: int = WORDS, shortest: int = 3, longest: int = 10) -> list[list[str]]:
    """The short sentences of some texts that hold no word but the most common ones of all short sentences.

    Args:
        texts: reviews; markup and punctuation go.
        words: how many are common.
        shortest: how many words a sentence has at least.
        longest: at most.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if it is less than 1.
    """
    for name, value in (("words", words), ("shortest", shortest), ("longest", longest)):
        require_integer(name, value, at_least=1)
    found = []
    for text in texts:
        for sentence in _END.split(clean(text)):
            tokens = [token for token in tokenize(sentence) if token.replace("'", "").isalpha()]
            if shortest <= len(tokens) <= longest:
                found.append(tokens)
    counts = Counter(token for sentence in found for token in sentence)
    common = {token for token, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:words]}
    return [sentence for sentence in found if common.issuperset(sentence)]


def recorded_words() -> Vocabulary:
    """The words that the kept writer knows; the id after the last one begins and ends a text."""
    return Vocabulary(json.loads(RECORDED.joinpath("words.json").read_text("utf-8")))


def recorded_writer(seed: int | None = None) -> DecoderLanguageModel:
    """A fresh copy of the kept writer, which can be trained further.

    Args:
        seed: of what the weights are before they are read; it makes no difference to them.
    """
    model = DecoderLanguageModel(len(recorded_words()) + 1, seed=seed, **SETTINGS)
    return with_kept_weights(model, RECORDED.joinpath("writer.npz"))


def train(
    sentences: Sequence[Sequence[str]], steps: int = STEPS, seed: int = SEED
) -> tuple[Vocabulary, DecoderLanguageModel, float]:
    """Train a writer on sentences.

    Args:
        sentences: lists of words.
        steps: how many.
        seed: of weights and order.

    Returns:
        The words, the model, and its last loss in nats a token.
    """
    words = Vocabulary.build(sentences)
    model = DecoderLanguageModel(len(words) + 1, seed=seed, **SETTINGS)
    packed = pack([words.encode(sentence) for sentence in sentences], 24, len(words))
    history = train_language_model(model, packed, steps, batch_size=16, learning_rate=4e-3, seed=seed)
    return words, model, history["loss"][-1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the writer from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.alignment.kept_writer",
        description=docstring(sys.modules[__name__]).splitlines()[0],
    )
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--folder", type=Path, help="where words and weights are written; nowhere without it")
    chosen = parser.parse_args(arguments)
    sentences = short_sentences(imdb.load("train", sample="never").texts)
    words, model, loss = train(sentences, chosen.steps)
    weights = model.count_params()
    print(f"{len(sentences):,} sentences, {len(words)} words, {weights:,} weights, {loss:.3f} nats a token")
    if chosen.folder is not None:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        listed = json.dumps(words.words[2:])
        write_atomically(chosen.folder / "words.json", listed.encode() + b"\n")
        keep_weights(model, chosen.folder / "writer.npz", levels=127)
    return 0


if __name__ == "__main__":
    sys.exit(main())
