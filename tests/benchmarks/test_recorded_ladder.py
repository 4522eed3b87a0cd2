"""The recorded ladder of lesson 07 comes again, from the raw reviews, within its ranges; and its target is met."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from course_lib.data import imdb
from course_lib.sentiment import ladder, load_records, table

pytestmark = pytest.mark.benchmark


def test_the_recorded_ladder_comes_again(real_data: Path) -> None:
    parts = [imdb.load(part, seed=0, sample="never") for part in ("train", "unlabelled", "test")]
    encoded = ladder.encode(*parts)
    recorded, found = load_records(), []
    seed = min(record.seed for record in recorded)
    ladder.run(encoded, seed, found.append, [ladder.AVERAGE])
    assert ladder.compare(found, recorded) == []
    assert sum(found[-1].minutes.values()) < 20


def test_the_average_reaches_what_the_article_only_printed() -> None:
    assert np.mean(table(load_records())["average"]["test"]) >= 0.925
