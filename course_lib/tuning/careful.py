"""What KerasTuner's searches lack: failed trials are reported, and a search that is killed loses nothing.

KerasTuner writes its state in several files, one after the other and each in place. A kill in between leaves one cut
short, or two that disagree; then the search cannot be taken up again, or a trial is done twice, or never.

When a trial fails, KerasTuner prints a traceback amid its progress, keeps it in the trial's file, and goes on. After
three failures in a row it raises an error, whatever the trials before had found; and from then on every trial that
ends raises it again, a good one too. Here a failed trial is one line with its reason, the traceback is kept in
`failures`, and a search that stops after failures in a row ends as any other: its results can be read, and it can be
taken up again.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.base.errors import CourseError
from course_lib.base.files import remove_unfinished, write_atomically
from course_lib.showing.language import tr

if TYPE_CHECKING:
    from keras_tuner.engine.base_tuner import BaseTuner
    from keras_tuner.engine.trial import Trial

_ENDED = ("COMPLETED", "FAILED")
_WITHOUT_SCORE = ("FAILED", "INVALID")


class SearchFailed(CourseError):
    """A search has no result, because its trials failed."""


class SearchDamaged(CourseError):
    """The files of a search cannot be read."""


class _Stopped(Exception):
    """So many trials failed in a row that the search is to end."""


@dataclass(frozen=True)
class Failure:
    """A trial that gave no score.

    Args:
        trial_id: which one.
        values: its hyperparameters.
        reason: the line of its traceback that names the error, or that its score was no number.
        message: the whole traceback; empty where there was none.
    """

    trial_id: str
    values: dict[str, object]
    reason: str
    message: str


def repair(folder: Path) -> list[str]:
    """Make the files of a search that was killed agree with each other.

    A trial that the oracle does not know of has never run and goes; one whose end it has not noted is noted; one that
    was running is queued to run again, without what it may have reported before.

    Args:
        folder: the search's project folder; one that is not there needs no repair.

    Returns:
        What was mended, in words.

    Raises:
        SearchDamaged: if a file that KerasTuner wrote without this module was cut short.
    """
    folder = Path(folder)
    oracle_path = folder / "oracle.json"
    mended = []
    remove_unfinished(folder)
    if not oracle_path.exists():
        return mended
    oracle = read_json(oracle_path)
    ongoing = set(oracle["ongoing_trials"].values())
    for path in sorted(folder.glob("trial_*")):
        trial_id = path.name.removeprefix("trial_")
        if trial_id not in oracle["start_order"] or not (path / "trial.json").exists():
            if trial_id in oracle["start_order"]:
                raise SearchDamaged(f"{path} has lost its trial.json; delete the folder of the search and begin anew")
            shutil.rmtree(path)
            mended.append(f"trial {trial_id} had been announced, but never begun")
            continue
        trial = read_json(path / "trial.json")
        if trial["status"] in _ENDED and trial_id not in oracle["end_order"]:
            oracle["end_order"].append(trial_id)
            oracle["run_times"][trial_id] = oracle["run_times"].get(trial_id, 0) + 1
            mended.append(f"the end of trial {trial_id} had not been noted")
        if trial["status"] in _ENDED or trial_id in oracle["retry_queue"]:
            # Otherwise a finished trial would be run a second time.
            oracle["ongoing_trials"] = {tuner: it for tuner, it in oracle["ongoing_trials"].items() if it != trial_id}
        elif trial_id in ongoing:
            if trial["metrics"]["metrics"]:
                trial["metrics"] = {"metrics": {}}  # or the second run would be averaged with the first
                write_atomically(path / "trial.json", json.dumps(trial).encode())
            mended.append(f"trial {trial_id} was running and runs again")
        elif trial_id not in oracle["end_order"]:
            oracle["retry_queue"].append(trial_id)
            mended.append(f"trial {trial_id} had been forgotten and runs again")
    for tuner_path in folder.glob("*tuner*.json"):
        try:
            json.loads(tuner_path.read_text())
        except ValueError:  # it holds nothing but that the search has begun
            write_atomically(tuner_path, b"{}")
    write_atomically(oracle_path, json.dumps(oracle).encode())
    return mended


def read_json(path: Path) -> dict:
    """What a file of a search holds.

    Raises:
        SearchDamaged: if it was cut short.
    """
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise SearchDamaged(f"{path} was cut short; delete the folder of the search, or pass overwrite=True") from error


class Careful:
    """It makes a tuner of KerasTuner's safe: `class RandomSearch(Careful, keras_tuner.RandomSearch)`.

    Arguments are the tuner's own. A search whose folder exists is taken up where it stopped, unless `overwrite`. After
    `max_consecutive_failed_trials` failures in a row, KerasTuner's default is 3, `search` says so and ends; taken up
    again, it goes on until as many fail again, or one more if nothing has changed.

    Attributes:
        failures: the trials that failed in this process.
        mended: what had to be repaired before the search could go on.

    Raises:
        SearchDamaged: if the folder's files cannot be read.
        SearchFailed: by `search`, if no trial has a score.
    """

    def __init__(self, *args, directory=None, project_name=None, overwrite: bool = False, **kwargs) -> None:
        from keras_tuner.src.distribute import utils

        self.failures: list[Failure] = []
        # Only one process owns the files: the chief, or the only one there is.
        self._owner = utils.is_chief_oracle() or not utils.has_chief_oracle()
        folder = Path(directory or ".") / (project_name or "untitled_project")
        self.mended = repair(folder) if self._owner and not overwrite else []
        kwargs.update(directory=directory, project_name=project_name, overwrite=overwrite)
        # KerasTuner looks for the folder, then makes it: of two processes that start together one would fail.
        folder.mkdir(parents=True, exist_ok=True)
        # KerasTuner says that it reads the folder, and nothing of what it found there.
        with contextlib.redirect_stdout(io.StringIO()):
            super().__init__(*args, **kwargs)
        if self._owner and self.oracle.end_order:
            ended = len(self.oracle.end_order)
            print(tr(f"trials that had ended before: {ended}", f"此前已完成 {ended} 次试验"), flush=True)
        if self._owner:
            oracle = self.oracle
            # They are read in no particular order; a search that goes on must see them as one that never stopped.
            order = {trial_id: place for place, trial_id in enumerate(oracle.start_order)}
            oracle.trials = dict(sorted(oracle.trials.items(), key=lambda item: order[item[0]]))
            oracle.save = lambda: _write(oracle._get_oracle_fname(), oracle)
            oracle._save_trial = lambda trial: _write(Path(oracle._get_trial_dir(trial.trial_id)) / "trial.json", trial)
            if not utils.has_chief_oracle():
                # It raises in the middle of writing down how a trial ended; `on_trial_end` does it afterwards.
                oracle._check_consecutive_failures = lambda: None
        # Without a tuner's file KerasTuner takes the folder for that of a search that has not begun.
        self.save()

    def save(self) -> None:
        """Write the state, each file whole or not at all."""
        if self._owner:
            self.oracle.save()
        _write(self._get_tuner_fname(), self)

    def search(self, *args, **kwargs) -> None:
        """Run the search to its end, or until so many trials fail in a row that it is given up."""
        try:
            super().search(*args, **kwargs)
        except _Stopped:
            scored = sum(trial.status == "COMPLETED" for trial in self.oracle.trials.values())
            if scored:
                row = self._failed_in_a_row()
                said = tr(
                    f"the search stops: {row} trials failed in a row; {scored} have a score",
                    f"搜索停止：连续 {row} 次试验失败；已有 {scored} 次得分",
                )
                print(said, flush=True)
            self.on_search_end()

    def _try_run_and_update_trial(self, *args, **kwargs) -> None:
        """Run a trial without KerasTuner's printing of tracebacks; the trial keeps its own in `message`."""
        from keras_tuner.src import config

        printing, config.DEBUG = config.DEBUG, False
        try:
            super()._try_run_and_update_trial(*args, **kwargs)
        finally:
            config.DEBUG = printing

    def on_trial_end(self, trial: Trial) -> None:
        """Report a trial that failed."""
        super().on_trial_end(trial)
        if self.oracle.get_trial(trial.trial_id).status not in _WITHOUT_SCORE:
            return
        failure = _failure(trial)  # a chief is not told the message
        self.failures.append(failure)
        said = tr(
            f"trial {failure.trial_id} failed: {failure.reason}",
            f"试验 {failure.trial_id} 失败：{failure.reason}",
        )
        print(said, flush=True)
        # A chief counts for its workers.
        if self._owner and 0 < self.oracle.max_consecutive_failed_trials <= self._failed_in_a_row():
            raise _Stopped

    def _failed_in_a_row(self) -> int:
        """How many trials have failed since the last one that did not."""
        ended = (self.oracle.trials[trial_id].status for trial_id in reversed(self.oracle.end_order))
        return len(list(itertools.takewhile("FAILED".__eq__, ended)))

    def on_search_end(self) -> None:
        """Raise where no trial has a score."""
        super().on_search_end()
        if self._owner and not any(trial.status == "COMPLETED" for trial in self.oracle.trials.values()):
            self._give_up()

    def _give_up(self) -> None:
        failed = self.failures or failed_trials(self)
        if not failed:
            raise SearchFailed("no trial was run: the search space or the budget is empty")
        first = failed[0]
        raise SearchFailed(
            f"{len(failed)} trials failed; the first, trial {first.trial_id} with {first.values}: {first.reason}"
        )


def _write(path, stateful) -> None:
    write_atomically(Path(path), json.dumps(stateful.get_state()).encode())


def failed_trials(tuner: BaseTuner) -> list[Failure]:
    """All trials of a search that failed, those before it was taken up again among them.

    On a worker, whose oracle sits with the chief, those that failed in this process.
    """
    if not hasattr(tuner.oracle, "trials"):
        return list(tuner.failures)
    trials = (tuner.oracle.trials[trial_id] for trial_id in tuner.oracle.start_order)
    return [_failure(trial) for trial in trials if trial.status in _WITHOUT_SCORE]


def _failure(trial: Trial) -> Failure:
    """What is known of a trial that has no score."""
    message = trial.message or ""
    reason = _naming_line(message) if message else tr("its score is not a number", "得分不是数")
    return Failure(trial.trial_id, dict(trial.hyperparameters.values), reason, message)


def _naming_line(message: str) -> str:
    """The line of a traceback with the error's name; what the error says may go on for many lines."""
    lines = message.strip().splitlines()
    begins = [number for number, line in enumerate(lines) if line == "Traceback (most recent call last):"]
    # Frames are indented. Of several tracebacks the last is that of the error that was not caught.
    after = (line for line in lines[begins[-1] + 1 :] if line and line[0] != " ") if begins else ()
    return next(iter(after), lines[-1])


def best_trial(tuner: BaseTuner) -> Trial:
    """The trial with the best score. KerasTuner's own `get_best_hyperparameters` fills up with failed ones.

    Raises:
        SearchFailed: if no trial has a score.
    """
    best = tuner.oracle.get_best_trials(1)
    if not best or best[0].status != "COMPLETED":
        failed = failed_trials(tuner)
        raise SearchFailed(f"no trial has a score; {len(failed)} failed" + (f": {failed[0].reason}" if failed else ""))
    return best[0]
