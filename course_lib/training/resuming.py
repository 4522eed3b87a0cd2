"""Training that may be stopped at any moment, by anything, and goes on as if nothing had happened."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from course_lib.base.arguments import require_integer
from course_lib.base.errors import UsageError
from course_lib.base.files import shown
from course_lib.showing.language import tr
from course_lib.training.checkpoints import Checkpoint, CheckpointFolder

History = dict[str, list[float]]


def fit_resumable(
    model: keras.Model,
    data: tuple[object, object] | Callable[[int], object],
    epochs: int,
    folder: Path | str,
    *,
    batch_size: int = 32,
    seed: int = 0,
    validation_data: object = None,
    settings: Mapping[str, object] | None = None,
    stop: Callable[[History], bool] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int = 0,
) -> History:
    """Train, keeping after every epoch all that it takes to go on: called again after a kill, it goes on from there.

    The weights are then the same, to the last bit, as those of a training that nothing disturbed. So every epoch is a
    function of what is kept and of its number: weights, the optimiser's averages and step, the state of each seed
    generator come from the folder; the order of the examples is drawn from (seed, epoch).

    Keras's own `BackupAndRestore` keeps weights and the optimiser too. It writes them over the only copy there is, into
    two files, so that a kill in between leaves a pair that was never one; it checks neither them nor whether they
    belong to this model and these data; and `fit` shuffles from a generator that starts again where the training does,
    so that the examples come in another order than they would have.

    Args:
        model: compiled, with its weights made (as `compile_for_training` leaves it).
        data: arrays of inputs and targets; or a function that gives for the number of an epoch what `fit` takes as its
            first argument, such as a `PyDataset`, and gives the same whenever it is asked.
        epochs: how many in all; those that were done count.
        folder: where the states are kept, one folder for each training.
        batch_size: examples of a batch, for arrays.
        seed: of the order of the examples, for arrays.
        validation_data: as in `fit`.
        settings: what else must be the same for a kept state to be this training's, such as what `data` is made from.
        stop: told the measures of all epochs so far, says whether they are enough.
        callbacks: Keras callbacks. Each epoch is a training of its own to them, so that what one counts over epochs
            starts anew: patience belongs into `stop`.
        verbose: as in `fit`.

    Returns:
        For each measure its value after every epoch, those before a kill too.

    Raises:
        ValueError: if the model is not compiled or has no weights, or there is no epoch to train.
        UsageError: if the folder holds the states of another training or something else under their names, or another
            process trains in it.
        EnvironmentProblem: if a state cannot be read: it may be whole, so nothing is begun anew.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    if not model.built or getattr(model, "optimizer", None) is None:
        raise ValueError("model is not ready; allowed: one that is compiled and has its weights (compile_for_training)")
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    ours = _settings(model, data, batch_size, seed, settings or {})
    kept = CheckpointFolder(folder)
    with kept.alone():
        found, damaged = kept.latest()
        for path in damaged:
            warnings.warn(f"{shown(path)} is damaged; the state before it is taken", stacklevel=2)
        begin, history = 0, {}
        if found is not None:
            _require_same(ours, found.settings, kept.path)
            _restore(model, found)
            begin, history = found.epoch, {name: list(values) for name, values in found.history.items()}
            if verbose:
                print(tr(f"going on after epoch {begin}", f"从第 {begin} 轮之后继续"))
        else:
            # The first weights too: drawn without a seed, they would be others after a kill in the first epoch.
            _keep(kept, Checkpoint(0, _state(model), ours))
        for epoch in range(begin, epochs):
            if stop is not None and history and stop(history):
                break
            fed = {"x": data(epoch)} if callable(data) else _shuffled(data, batch_size, seed, epoch)
            told = model.fit(
                **fed,
                initial_epoch=epoch,
                epochs=epoch + 1,
                shuffle=False,
                validation_data=validation_data,
                callbacks=list(callbacks),
                verbose=verbose,
            ).history
            for name, values in told.items():
                history.setdefault(name, []).append(float(values[-1]))
            _keep(kept, Checkpoint(epoch + 1, _state(model), ours, history))
    return history


def _keep(folder: CheckpointFolder, checkpoint: Checkpoint) -> None:
    """Save a state, or say that it could not be done: what was computed is worth more than the chance to go on."""
    try:
        folder.save(checkpoint)
    except OSError as problem:
        warnings.warn(
            f"epoch {checkpoint.epoch} could not be kept in {shown(folder.path)} ({problem.strerror or problem});"
            " training goes on, and would be taken up from an earlier epoch",
            stacklevel=3,
        )


def _shuffled(data: tuple[object, object], batch_size: int, seed: int, epoch: int) -> dict[str, object]:
    """The arguments of `fit` for one epoch: the arrays in the order that (seed, epoch) says."""
    inputs, targets = data
    order = np.random.default_rng((seed, epoch)).permutation(len(targets))
    mixed = {name: part[order] for name, part in inputs.items()} if isinstance(inputs, dict) else inputs[order]
    return {"x": mixed, "y": targets[order], "batch_size": batch_size}


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Everything that an epoch begins with: weights, states of seed generators, the optimiser's; measures begin at 0.

    By number: the names of layers count on with every model that a process makes.
    """
    measures = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in measures]
    return {
        **{f"model_{number}": variable for number, variable in enumerate(own)},
        **{f"optimizer_{number}": variable for number, variable in enumerate(model.optimizer.variables)},
    }


def _state(model: keras.Model) -> dict[str, np.ndarray]:
    arrays = {}
    for name, variable in _variables(model).items():
        values = keras.ops.convert_to_numpy(variable)
        # NumPy's files know no bfloat16; float32 holds each of its values.
        arrays[name] = values.astype(np.float32) if values.dtype.name == "bfloat16" else values
    return arrays


def _restore(model: keras.Model, found: Checkpoint) -> None:
    """Give a model its state; all of it fits, or nothing is changed.

    Raises:
        UsageError: naming the file and the array that is missing or of another shape.
    """
    variables = _variables(model)
    for name, variable in variables.items():
        shape = found.state[name].shape if name in found.state else "missing"
        if shape != tuple(variable.shape):
            raise UsageError(
                f"{shown(found.path)} is no state of this training: its array {name} is {shape}; expected "
                f"{tuple(variable.shape)}; take it away, or name another folder"
            )
    for name, variable in variables.items():
        variable.assign(found.state[name])


def _settings(
    model: keras.Model, data: object, batch_size: int, seed: int, others: Mapping[str, object]
) -> dict[str, str]:
    """What two trainings must have in common for one to go on from the other, under names that an error can say."""
    fed = {"data": "a function"}
    if not callable(data):
        fed = {"data": _digest(data), "batch_size": str(batch_size), "seed": str(seed)}
    shapes = [(tuple(variable.shape), variable.dtype) for variable in _variables(model).values()]
    return {
        "backend": keras.backend.backend(),
        "precision": model.dtype_policy.name,
        "model": f"{type(model).__name__} {_described(model)}",
        "optimizer": f"{type(model.optimizer).__name__} {_described(model.optimizer)}",
        "loss": _described(model.loss),
        "variables": repr(shapes),
        **fed,
        **{name: repr(value) for name, value in others.items()},
    }


def _described(thing: object) -> str:
    """A configuration as text, the same in every process: without the numbers that Keras gives names to tell layers by.

    What cannot be described is known by its name alone.
    """
    try:
        config = keras.saving.serialize_keras_object(thing)
        return json.dumps(_without_names(config), sort_keys=True, default=repr)
    except (NotImplementedError, TypeError, ValueError):
        return getattr(thing, "__name__", type(thing).__name__)


def _without_names(config: object) -> object:
    if isinstance(config, Mapping):
        skipped = ("name", "inbound_nodes", "input_layers", "output_layers", "build_config", "compile_config")
        return {str(key): _without_names(value) for key, value in config.items() if key not in skipped}
    if isinstance(config, list | tuple):
        return [_without_names(value) for value in config]
    return re.sub(r"_\d+$", "", config) if isinstance(config, str) else config


def _digest(data: object) -> str:
    """The first digits of the SHA-256 of arrays, their shapes and types."""
    digest = hashlib.sha256()
    parts = [part for one in data for part in (one.values() if isinstance(one, dict) else [one])]
    for part in parts:
        array = np.ascontiguousarray(part)
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def _require_same(ours: Mapping[str, str], theirs: Mapping[str, str], folder: Path) -> None:
    for name in sorted({*ours, *theirs}):
        here, there = ours.get(name, "nothing"), theirs.get(name, "nothing")
        if here != there:
            place = next((at for at, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), 0)
            at = slice(max(0, place - 30), place + 30)
            raise UsageError(
                f"{shown(folder)} holds the states of another training: its {name} is {there[at]!r}, this one's"
                f" {here[at]!r}; name another folder, or remove that one"
            )
