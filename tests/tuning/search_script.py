"""A search as a program of its own, for tests that kill it or run several: FOLDER LOG TRIALS SECONDS-PER-TRIAL."""

from __future__ import annotations

import os
import sys
import time

from course_lib import tuning
from tests.tuning.samples import bowl, space


def main(folder: str, log: str, trials: str, seconds: str) -> None:
    """Search, and note the beginning and the end of every trial in the log."""

    def note(word: str, job: tuning.Job) -> None:
        with open(log, "a") as file:
            file.write(f"{word} {job.file.parent.name} {os.environ.get('KERASTUNER_TUNER_ID', 'alone')}\n")

    def evaluate(job: tuning.Job) -> float:
        note("begin", job)
        time.sleep(float(seconds))
        note("end", job)
        return bowl(job)

    oracle = tuning.make_oracle("random", space(), int(trials), 1, 5)
    oracle.verbose = 0
    tuner = tuning.FunctionTuner(oracle, directory=folder, project_name="search")
    tuner.search(evaluate, 1)
    print("ended", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
