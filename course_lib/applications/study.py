"""The applications at full size: requests of two collections, by words and by vectors; the reader on all articles.

`python -m course_lib.applications.study` repeats the recorded runs and fails where a result is not its record's;
`--folder FOLDER` records anew; `--only` chooses some; `--vectors FOLDER` keeps the vectors there, so that a second run
need not read all texts again. It needs CLINC150, Banking77, XQuAD, CMRC 2018, Cranfield and MiniLM.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from course_lib.applications import headlines
from course_lib.applications.exporting import SentenceEncoder, export_onnx, int8_onnx, milliseconds, onnx_model
from course_lib.applications.intents import IntentClassifier, alarm_threshold
from course_lib.applications.ranking import ndcg, ranked
from course_lib.applications.reading import SpanLoss, SpanReader, examples_of
from course_lib.applications.records import Measured, recorded_runs
from course_lib.applications.scoring import best_of, exact_match, run_f1, word_f1
from course_lib.applications.search import BM25
from course_lib.applications.vectors import recorded_vectors, unit_vectors
from course_lib.data import cranfield, intents, minilm, questions
from course_lib.preprocessing.batches import pad
from course_lib.training.provenance import Minutes, clock, rounded, these_versions, this_machine
from course_lib.training.recorded import write_record

SEED = 12
TOLERANCE = 0.02
LENGTH = 32
PENALTY = 10.0
FALSE_ALARMS = 0.05
READER = {"hidden": 24, "epochs": 40, "learning_rate": 5e-3, "batch_size": 32, "sentences": 2, "longest": 8}


class Vectors:
    """Vectors by MiniLM, kept in a folder where one is named.

    Args:
        folder: where to; None for nowhere.

    Attributes:
        kept: whether some were found there.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.kept = False
        self._encoder = None

    def of(self, name: str, texts: Sequence[str]) -> np.ndarray:
        """The vectors of some texts.

        Args:
            name: under which they are kept.
            texts: the texts.

        Shapes: → (texts, width).
        """
        place = None if self.folder is None else self.folder / f"{name}.npy"
        if place is not None and place.is_file() and len(kept := np.load(place)) == len(texts):
            self.kept = True
            return kept / np.linalg.norm(kept, axis=1, keepdims=True)
        if self._encoder is None:
            from course_lib import bert

            files = minilm.load()
            self._encoder = (
                bert.load_encoder(files.weights, files.config, pooler=False),
                bert.BertTokenizer.from_file(files.vocabulary),
            )
        found = unit_vectors(*self._encoder, texts, max_length=LENGTH, batch_size=64)
        if place is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            np.save(place, found)
        return found


def requests(name: str, way: str, vectors: Vectors) -> Measured:
    """Learn the intents of a collection, and measure what is out of its scope where it has such requests.

    Args:
        name: "clinc150" or "banking77".
        way: "words" or "vectors".
        vectors: makes them.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    minutes: Minutes = {}
    parts = {part: intents.load(name, part, sample="never") for part in intents.PARTS[name]}
    with clock(minutes, "vectors"):
        if way == "words":
            maker = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(parts["train"].texts)
            rows = {part: maker.transform(own.texts) for part, own in parts.items()}
        else:
            rows = {part: vectors.of(f"{name}-{part}", own.texts) for part, own in parts.items()}
    if way == "vectors" and vectors.kept:
        minutes.pop("vectors")  # they were made in an earlier run, whose minutes these are not
    inside = {part: np.array(own.intents) != intents.OUT_OF_SCOPE for part, own in parts.items()}
    wanted = {part: np.array(own.intents) for part, own in parts.items()}
    with clock(minutes, "learning"):
        known = inside["train"]
        learnt = IntentClassifier(PENALTY).fit(rows["train"][known], wanted["train"][known])
    said, sure = learnt.decide(rows["test"])
    own = inside["test"]
    results = {"accuracy": float((np.array(said) == wanted["test"])[own].mean())}
    if "validation" in parts:
        _, held = learnt.decide(rows["validation"][inside["validation"]])
        threshold = alarm_threshold(held, FALSE_ALARMS)
        results["turned_away"] = float((sure[own] < threshold).mean())
        results["noticed"] = float((sure[~own] < threshold).mean())
    settings = {"penalty": PENALTY, "false_alarms": FALSE_ALARMS, "max_length": LENGTH}
    return _measured(f"{name} by {way}", settings, (int(known.sum()), len(own)), results, minutes)


def reader(language: str, collection: str = "xquad") -> Measured:
    """Train the reader on two thirds of the articles, and ask it about the others'.

    Args:
        language: "en" or "zh".
        collection: "xquad", or "cmrc2018" in Chinese.
    """
    minutes: Minutes = {}
    loaded = questions.load(collection, language, sample="never")
    index = BM25(loaded.paragraphs)
    rarity = {word: index.idf(word) for word in index.postings}
    held_articles = set(sorted(set(loaded.articles))[::3])
    held = [one for one in loaded.questions if loaded.articles[one.paragraph] in held_articles]
    known = [one for one in loaded.questions if loaded.articles[one.paragraph] not in held_articles]
    found = [int(index.scores(one.text).argmax()) for one in held]

    def seen(some: Sequence[questions.Question], places: Sequence[int]):
        triples = [(one.text, loaded.paragraphs[place], one.answers) for one, place in zip(some, places, strict=True)]
        return examples_of(triples, rarity, language, READER["sentences"], READER["longest"])

    with clock(minutes, "features"):
        learnt_from = seen(known, [one.paragraph for one in known])
        given, searched = seen(held, [one.paragraph for one in held]), seen(held, found)
    with clock(minutes, "learning"):
        keras.utils.set_random_seed(SEED)
        model = SpanReader(READER["hidden"], seed=SEED)
        model.compile(optimizer=keras.optimizers.Adam(READER["learning_rate"]), loss=SpanLoss())
        can = learnt_from.right >= 0
        model.fit(
            learnt_from.features[can],
            learnt_from.right[can],
            batch_size=READER["batch_size"],
            epochs=READER["epochs"],
            verbose=0,
        )
    results = {
        "found_first": float(np.mean([place == one.paragraph for place, one in zip(found, held, strict=True)])),
        "within_reach": float(np.mean(given.right >= 0)),
    }
    scores = {"exact": exact_match, "f1": word_f1}
    if collection == "cmrc2018":
        scores["run_f1"] = run_f1
    for name, examples in (("given", given), ("searched", searched)):
        answers = [text for text, _ in model.answers(examples)]
        for kind, score in scores.items():
            values = [best_of(score, text, one.answers, language) for text, one in zip(answers, held, strict=True)]
            results[f"{name}_{kind}"] = float(np.mean(values))
    name = f"reader {language}" if collection == "xquad" else f"reader {collection}"
    return _measured(name, READER, (len(known), len(held)), results, minutes)


def latency() -> Measured:
    """What a question costs MiniLM, one alone and of sixteen: by Keras, by its graph, by ONNX Runtime, by that in int8.

    Seconds of a processor's work, by one thread where the program can be told so.
    """
    from course_lib import bert

    minutes: Minutes = {}
    files, library = minilm.load(), cranfield.load("never")
    tokenizer = bert.BertTokenizer.from_file(files.vocabulary)
    model = SentenceEncoder(bert.load_encoder(files.weights, files.config, pooler=False))
    rows = pad([tokenizer.ids_of(query, max_length=LENGTH)[0] for query in library.queries], LENGTH)
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        with clock(minutes, "exporting"):
            plain = export_onnx(model, Path(folder) / "plain.onnx", LENGTH)
            small = int8_onnx(plain, Path(folder) / "int8.onnx")
        results["int8_share"] = small.stat().st_size / plain.stat().st_size
        ways = {
            "keras": lambda some: keras.ops.convert_to_numpy(model(some)),
            "graph": model.predict_on_batch,
            "onnx": onnx_model(plain),
            "int8": onnx_model(small),
        }
        with clock(minutes, "asking"):
            for name, ask in ways.items():
                for size in (1, 16):
                    taken = milliseconds(lambda ask=ask, size=size: ask(rows[:size]), repeats=9)
                    results[f"{name}_{size}"] = taken / 1_000
            vectors, _ = recorded_vectors()
            for name in ("onnx", "int8"):
                found = np.concatenate([ways[name](rows[place : place + 15]) for place in range(0, len(rows), 15)])
                orders = [ranked(scores) for scores in found @ vectors.T]
                results[f"{name}_ndcg"] = float(
                    np.mean([ndcg(*pair) for pair in zip(orders, library.gains, strict=True)])
                )
    return _measured("latency", {"length": LENGTH, "threads": 1}, (len(library), len(rows)), results, minutes)


def _measured(
    name: str, settings: Mapping[str, object], examples: tuple[int, int], results: Mapping[str, float], minutes: Minutes
) -> Measured:
    _, work = rounded(minutes)
    kept = {key: round(value, 4) for key, value in results.items()}
    return Measured(name, SEED, dict(settings), examples, kept, work, this_machine(), these_versions())


def runs(vectors: Vectors) -> dict[str, Callable[[], Measured]]:
    """By its name what makes each run.

    Args:
        vectors: makes the vectors.
    """
    made: dict[str, Callable[[], Measured]] = {
        f"{name} by {way}": lambda name=name, way=way: requests(name, way, vectors)
        for name in intents.PARTS
        for way in ("words", "vectors")
    }
    made.update({f"reader {language}": lambda language=language: reader(language) for language in ("en", "zh")})
    made["reader cmrc2018"] = lambda: reader("zh", "cmrc2018")
    made["latency"] = latency
    made["headlines"] = lambda: headlines.train()[1]
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Repeat the runs, and hold them against their records or record them.

    Args:
        arguments: of the command line; None for those that Python was called with.
    """
    parser = argparse.ArgumentParser(description="The applications at full size.")
    parser.add_argument("--folder", type=Path, help="record anew, here")
    parser.add_argument("--vectors", type=Path, help="where vectors are kept")
    parser.add_argument("--only", nargs="+", help="names of runs")
    given = parser.parse_args(arguments)
    makers = runs(Vectors(given.vectors))
    known, moved = recorded_runs(), []
    for name in given.only or makers:
        run = makers[name]()
        print(name, dict(run.results), flush=True)
        if given.folder is not None:
            write_record(run, given.folder / f"study-{name.replace(' ', '-')}.json")
        elif name in known:
            before = known[name].results
            moved += [
                f"{name}: {key} {value:.3f}, recorded {before[key]:.3f}"
                for key, value in run.results.items()
                if abs(value - before[key]) > TOLERANCE
            ]
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
