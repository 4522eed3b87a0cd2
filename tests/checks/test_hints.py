"""What is shown as right and as the reader's differs to the eye, however little the two differ."""

from __future__ import annotations

import re

import numpy as np
import pytest

from course_lib import check

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
