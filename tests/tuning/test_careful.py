"""No failed trial is swallowed, and a search that stops at any moment goes on as if it never had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course_lib import tuning
from course_lib.showing import language
from course_lib.tuning import careful

from .samples import bowl, space


class Killed(BaseException):
    """What stands in for the end of the process: nothing in KerasTuner catches it."""


def sometimes(job) -> float:
    if job.values["hidden_units"] > 40:
        raise MemoryError("too wide for this machine")
    return bowl(job)


def test_every_failure_is_said_at_once_and_kept(capsys) -> None:
    search = tuning.run_search(sometimes, space(), trials=8, seed=3)
    failed = [trial for trial in search.trials if trial.score != trial.score]
    assert 0 < len(failed) == len(search.failures) < 8
    assert all(failure.reason == "MemoryError: too wide for this machine" for failure in search.failures)
    assert all(failure.values["hidden_units"] > 40 and "sometimes" in failure.message for failure in search.failures)
    assert capsys.readouterr().out.count("failed: MemoryError: too wide") == len(failed)
    assert search.best.values["hidden_units"] <= 40


def test_a_failure_is_said_in_the_readers_language(capsys) -> None:
    language.use("zh")
    tuning.run_search(sometimes, space(), trials=8, seed=3)
    assert "失败：MemoryError" in capsys.readouterr().out


@pytest.mark.parametrize("trials", [1, 2, 5])
def test_a_search_in_which_all_fail_is_an_error_that_names_the_first(trials) -> None:
    def broken(job):
        raise ZeroDivisionError("no data")

    with pytest.raises(
        tuning.SearchFailed, match=r"the first, trial 0 with .*learning_rate.*ZeroDivisionError: no data"
    ):
        tuning.run_search(broken, space(), trials=trials)


def test_a_loss_that_is_no_number_is_a_failure() -> None:
    with pytest.raises(tuning.SearchFailed, match="the loss is nan"):
        tuning.run_search(lambda job: float("nan"), space(), trials=2)


def test_no_traceback_is_printed_and_none_is_lost(capsys) -> None:
    search = tuning.run_search(sometimes, space(), trials=8, seed=3)
    printed = capsys.readouterr()
    assert search.failures and "Traceback" not in printed.out + printed.err
    for failure in search.failures:
        assert failure.message.startswith("Traceback") and "MemoryError: too wide" in failure.message


def test_printing_of_tracebacks_is_left_as_it_was() -> None:
    from keras_tuner.src import config

    before = config.DEBUG
    tuning.run_search(sometimes, space(), trials=8, seed=3)
    assert config.DEBUG is before

    def killed(job):
        raise Killed

    with pytest.raises(Killed):
        tuning.run_search(killed, space(), trials=1)
    assert config.DEBUG is before


def test_the_reason_is_the_line_with_the_errors_name() -> None:
    def wordy(job):
        wordy.count += 1
        if wordy.count == 1:
            try:
                raise KeyError("inner")
            except KeyError as error:
                raise ValueError("sizes differ\n'x' sizes: 60\n\n'sample_weight' sizes: 40") from error
        return bowl(job)

    wordy.count = 0
    (failure,) = tuning.run_search(wordy, space(), trials=2).failures
    assert failure.reason == "ValueError: sizes differ" and "'sample_weight' sizes: 40" in failure.message


def failing(bad, ran):
    """A loss that fails in the trials of the given numbers."""

    def evaluate(job):
        ran.append(job.file.parent.name)
        if len(ran) - 1 in bad:
            raise OSError("no space left")
        return bowl(job)

    return evaluate


@pytest.mark.parametrize(
    "words, said", [("en", "3 trials failed in a row; 2 have a score"), ("zh", "连续 3 次试验失败")]
)
def test_a_search_that_stops_after_three_failures_returns_what_it_found(capsys, words, said) -> None:
    language.use(words)
    search = tuning.run_search(failing({2, 3, 4}, []), space(), trials=10)
    assert len(search.trials) == 5 and len(search.failures) == 3
    assert search.best.score == min(trial.score for trial in search.trials[:2])
    assert capsys.readouterr().out.count(said) == 1


def test_failures_that_are_not_in_a_row_stop_nothing() -> None:
    ran = []
    search = tuning.run_search(failing({0, 1, 3, 4, 6, 7}, ran), space(), trials=9)
    assert len(ran) == 9 == len(search.trials) and len(search.failures) == 6


def test_a_search_that_was_given_up_goes_on_when_the_cause_is_gone(tmp_path) -> None:
    with pytest.raises(tuning.SearchFailed, match="3 trials failed"):
        tuning.run_search(failing({0, 1, 2}, []), space(), trials=10, folder=tmp_path)
    still = []
    with pytest.raises(tuning.SearchFailed, match="no space left"):
        tuning.run_search(failing({0}, still), space(), trials=10, folder=tmp_path)
    assert len(still) == 1
    ran = []
    search = tuning.run_search(failing({1}, ran), space(), trials=10, folder=tmp_path)
    assert len(ran) == 6 and len(search.trials) == 10 and len(search.failures) == 5


def test_a_failed_trial_is_never_the_best() -> None:
    def lucky(job):
        lucky.count += 1
        if lucky.count == 1:
            raise ValueError("the first")
        return bowl(job)

    lucky.count = 0
    oracle = tuning.make_oracle("random", space(), 2, 1, 0)
    assert "the first" in tuning.run_search(lucky, space(), trials=3).failures[0].reason
    tuner = type("Empty", (), {"oracle": oracle})()
    with pytest.raises(tuning.SearchFailed, match="no trial has a score"):
        tuning.best_trial(tuner)


# --- kills at every moment -------------------------------------------------------------------------------------------


def searched(folder: Path, method: str, ran: list, killer=None) -> tuning.Search:
    """A small search; `killer` is asked before and after every file that is written."""

    def evaluate(job):
        ran.append(job.file.parent.name)
        return bowl(job)

    plain = careful.write_atomically

    def write(path, content):
        if killer is not None:
            killer()
        plain(path, content)
        if killer is not None:
            killer()

    careful.write_atomically = write
    try:
        return tuning.run_search(evaluate, space(), method, trials=3, epochs=3, seed=4, folder=folder)
    finally:
        careful.write_atomically = plain


def killer_at(moment: int):
    count = 0

    def kill():
        nonlocal count
        count += 1
        if count == moment:
            raise Killed

    kill.count = lambda: count
    return kill


@pytest.mark.seconds
@pytest.mark.parametrize("method", ["random", "hyperband"])
def test_a_search_killed_at_any_write_goes_on_as_if_it_had_not_been(tmp_path, method) -> None:
    whole_ran: list = []
    counter = killer_at(10**9)
    whole = searched(tmp_path / "whole", method, whole_ran, counter)
    moments = counter.count()
    assert moments > 30
    for moment in range(1, moments + 1, 1 if method == "random" else 3):
        folder, ran = tmp_path / str(moment), []
        with pytest.raises(Killed):
            searched(folder, method, ran, killer_at(moment))
        ended = len(
            [
                path
                for path in folder.glob("*/trial_*/trial.json")
                if json.loads(path.read_text())["status"] == "COMPLETED"
            ]
        )
        again: list = []
        resumed = searched(folder, method, again)
        assert [trial.values for trial in resumed.trials] == [trial.values for trial in whole.trials], moment
        assert [trial.score for trial in resumed.trials] == [trial.score for trial in whole.trials], moment
        # What had ended does not run again, and at most the one that was running runs twice.
        assert len(again) == len(whole_ran) - ended, moment
        assert len(ran) - ended in (0, 1)


def test_a_search_that_has_ended_has_nothing_left_to_do(tmp_path) -> None:
    ran: list = []
    first = searched(tmp_path, "random", ran)
    again: list = []
    second = searched(tmp_path, "random", again)
    assert not again and [trial.score for trial in second.trials] == [trial.score for trial in first.trials]


def test_a_search_killed_three_times_still_ends(tmp_path) -> None:
    whole = searched(tmp_path / "whole", "bayesian", [])
    for moment in (9, 17, 23):
        with pytest.raises(Killed):
            searched(tmp_path / "often", "bayesian", [], killer_at(moment))
    resumed = searched(tmp_path / "often", "bayesian", [])
    assert [trial.score for trial in resumed.trials] == [trial.score for trial in whole.trials]


def test_a_file_cut_short_by_something_else_is_named(tmp_path) -> None:
    searched(tmp_path, "random", [])
    path = tmp_path / "random" / "oracle.json"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(tuning.SearchDamaged, match=r"oracle\.json was cut short; delete the folder"):
        searched(tmp_path, "random", [])


def test_a_lost_trial_file_is_named(tmp_path) -> None:
    searched(tmp_path, "random", [])
    (tmp_path / "random" / "trial_1" / "trial.json").unlink()
    with pytest.raises(tuning.SearchDamaged, match=r"has lost its trial\.json"):
        searched(tmp_path, "random", [])


def test_a_folder_that_is_not_there_needs_no_repair(tmp_path) -> None:
    assert tuning.repair(tmp_path / "nothing") == []


def test_every_damaged_file_of_a_tuner_is_mended_not_the_first_alone(tmp_path) -> None:
    """Several processes search side by side, each with a file of its own."""
    tuning.run_search(bowl, space(), trials=2, folder=tmp_path)
    (oracle,) = tmp_path.rglob("oracle.json")
    files = [oracle.parent / f"tuner{number}.json" for number in range(3)]
    for file in files:
        file.write_text('{"cut sho')
    tuning.repair(oracle.parent)
    assert [file.read_text() for file in files] == ["{}"] * 3
