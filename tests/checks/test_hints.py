"""What a hint shows differs to the eye, however little the numbers differ, and what it writes can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from course_lib import check, checks

from . import test_autoencoder, test_mlp, test_vae
from .answers import each_part

NUMERIC = {
    **{number: test_mlp.RIGHT[number] for number in ("02.1", "02.2", "02.5")},
    **{number: test_autoencoder.RIGHT[number][0] for number in ("03.1", "03.2", "03.4", "03.5")},
    **{number: test_vae.RIGHT[number] for number in ("04.1", "04.2", "04.3", "04.4", "04.6")},
}
NUMBERS = re.compile(r"\[[^]]*\]|-?\d[\d.e+]*\d|\d")


@pytest.mark.parametrize("off", [1e-3, 3e-4])
@pytest.mark.parametrize("number", NUMERIC)
def test_a_small_difference_is_seen(number, off):
    answer = each_part(lambda part: np.asarray(part, np.float64) * (1 + off))(NUMERIC[number])
    message = check(number, answer).message
    *others, yours = NUMBERS.findall(message)
    assert len(yours) > 4, message
    assert yours not in others, message


def test_what_a_hint_writes_can_be_typed():
    """A reader copies `1 - rate` out of a hint; Python refuses the minus sign of a printed page."""
    for source in sorted(Path(checks.__file__).parent.glob("*.py")):
        for number, line in enumerate(source.read_text("utf-8").splitlines(), start=1):
            assert not re.search("\u2212 ", line), f"{source.name}:{number}: {line.strip()}"
