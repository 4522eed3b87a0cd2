"""Proves that the loss is that of the paper, that a student comes near its teacher, and begins with its layers."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.bert import BertClassifier, DistillationLoss, distillation_loss, student_of, with_teacher
from course_lib.mlp import MLP
from course_lib.training import compile_for_training
from tensors import normal, numpy

from .samples import batch, small

LABELS = np.array([0, 2, 1, 1])


def _softmax(logits: np.ndarray) -> np.ndarray:
    chances = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return chances / chances.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_loss_is_that_of_the_paper(temperature: float, share: float) -> None:
    logits, teacher = 3 * normal(4, 3), 3 * normal(4, 3, seed=1)
    expected = []
    for label, own, theirs in zip(LABELS, logits.astype(np.float64), teacher.astype(np.float64), strict=True):
        q, p = _softmax(theirs / temperature), _softmax(own / temperature)
        expected.append(-share * temperature**2 * (q * np.log(p)).sum() - (1 - share) * np.log(_softmax(own)[label]))
    found = numpy(distillation_loss(LABELS, logits, teacher, temperature, share))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    loss = DistillationLoss(temperature, share)
    packed = float(keras.ops.convert_to_numpy(loss(with_teacher(LABELS, teacher), logits)))
    assert packed == pytest.approx(np.mean(expected), rel=1e-5)


def test_the_softened_part_is_least_where_student_and_teacher_agree() -> None:
    teacher = 2 * normal(4, 3)
    least = numpy(distillation_loss(LABELS, teacher, teacher, 3.0, 1.0))
    for seed in range(5):
        other = numpy(distillation_loss(LABELS, teacher + normal(4, 3, seed=seed), teacher, 3.0, 1.0))
        assert (other >= least - 1e-5).all()


@pytest.mark.slow
def test_a_student_comes_near_its_teachers_doubts() -> None:
    inputs, teacher = normal(64, 4), MLP(3, (8,))
    teacher_logits = 3 * numpy(teacher(inputs))
    labels = teacher_logits.argmax(axis=1)
    student = MLP(3, (16,))
    compile_for_training(student, (None, 4), keras.optimizers.Adam(0.02), loss=DistillationLoss(2.0, 1.0))
    student.fit(inputs, with_teacher(labels, teacher_logits), epochs=60, batch_size=16, verbose=0)
    found, expected = _softmax(numpy(student(inputs)) / 2), _softmax(teacher_logits / 2)
    assert np.abs(found - expected).mean() < 0.05


def test_a_student_begins_with_its_teachers_layers() -> None:
    teacher, given = small(num_layers=3, pooler=True), batch()
    student = student_of(teacher, (0, 2), seed=1)
    assert student.settings["num_layers"] == 2
    states = teacher(given, return_hidden_states=True)
    found = student(given, return_hidden_states=True)
    np.testing.assert_array_equal(numpy(found[0]), numpy(states[0]))
    np.testing.assert_array_equal(numpy(found[1]), numpy(states[1]))
    last = teacher.encoder_layers[2](states[1], padding_mask=given["padding_mask"])
    np.testing.assert_allclose(numpy(found[2]), numpy(last), atol=1e-5)
    np.testing.assert_array_equal(numpy(student.pooler.kernel), numpy(teacher.pooler.kernel))
    before = numpy(teacher.embeddings.token_vectors)
    student.embeddings.token_vectors.assign(0 * before)
    np.testing.assert_array_equal(numpy(teacher.embeddings.token_vectors), before)  # two models, not one
    assert BertClassifier(student, 2)(given["token_ids"]).shape == (3, 2)


def test_the_loss_comes_back_with_its_settings(tmp_path: Path) -> None:
    model = MLP(3, (4,))
    compile_for_training(model, (None, 4), keras.optimizers.Adam(), loss=DistillationLoss(3.0, 0.25))
    model(normal(2, 4))
    model.save(tmp_path / "model.keras")
    loss = keras.saving.load_model(tmp_path / "model.keras").loss
    assert isinstance(loss, DistillationLoss) and (loss.temperature, loss.share) == (3.0, 0.25)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DistillationLoss(temperature=0), "temperature is 0"),
        (lambda: DistillationLoss(share=1.1), "share is 1.1; allowed: from 0 to 1"),
        (lambda: distillation_loss(LABELS, normal(4, 3), normal(4, 2)), "teacher_logits has the shape"),
        (lambda: with_teacher([0, 3], normal(2, 3)), "holds labels from 0 to 3; allowed: 0 to 2"),
        (lambda: with_teacher([0, 1], normal(2, 3) * np.inf), "holds NaN or infinity"),
        (lambda: student_of(small(), ()), "layers is"),
        (lambda: student_of(small(), (1, 0)), "allowed: one or more numbers in rising order"),
        (lambda: student_of(small(), (0, 2)), "layers is 2; allowed: 0 to 1"),
    ],
)
def test_wrong_arguments_are_refused_by_name(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
