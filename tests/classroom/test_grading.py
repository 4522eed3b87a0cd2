"""Grading: who gets which points and why; what is late, twice, changed, interrupted; what the tables and pages say."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.classroom import feedback, grading, tables
from course_lib.classroom.confinement import Limits
from course_lib.classroom.grading import SOLVED, UNDONE, WRONG, Result
from course_lib.classroom.manifest import Manifest

from .conftest import ROOT, SHORT
from .hostile import HONEST, HONEST_SECOND
from .hostile import WRONG as WRONG_CODE

STUB = "def attention_weights(queries, keys):\n    raise NotImplementedError\n"


def graded(folder: Path, **more) -> dict[str, Result]:
    return {result.student: result for result in grading.grade(folder, limits=SHORT, **more)}


def test_points_hints_and_answers_are_the_students_own(handed_out, hand_in):
    hand_in("A", **{"open-2-answer": "A softmax always <b>looks</b>."})
    hand_in("B", WRONG_CODE, STUB.replace("attention_weights", "cut_heads"))
    hand_in("学生", WRONG_CODE, "x = 1", language="zh")
    hand_in("D", "this is no Python", "def cut_heads(inputs, num_heads)\n    pass")
    results = graded(handed_out)
    first, second, opened = results["A"].verdicts
    assert (first.status, first.points, second.status, second.points) == (SOLVED, 10, SOLVED, 10)
    assert opened.points is None and "looks" in opened.answer
    first, second, _ = results["B"].verdicts
    assert first.status == WRONG and "These are the scores" in first.hint and second.status == UNDONE
    first, second, _ = results["学生"].verdicts
    assert "这是得分" in first.hint and "没有名为 cut_heads 的函数" in second.hint
    assert [each.status for each in results["D"].verdicts[:2]] == [WRONG, WRONG]
    assert all("SyntaxError" in each.hint for each in results["D"].verdicts[:2])


def test_a_helper_in_a_cell_of_its_own_and_magics_are_fine(handed_out, hand_in):
    path = hand_in("A", "%matplotlib inline\n" + HONEST.replace("powers.sum(", "total(powers, "))
    book = json.loads(path.read_text(encoding="utf-8"))
    helper = "import keras_is_not_here\n", "def total(x, **more):\n    return x.sum(**more)\n"
    for place, source in enumerate(helper):
        cell = {"cell_type": "code", "metadata": {}, "source": [source], "outputs": [], "execution_count": None}
        book["cells"].insert(3 + place, cell)
    for cell in book["cells"]:  # as an editor of another format would: no ids, nothing of ours known
        cell.pop("id", None)
    book["metadata"] = {}
    path.write_text(json.dumps(book), encoding="utf-8")
    assert [each.status for each in graded(handed_out)["A"].verdicts[:2]] == [SOLVED, SOLVED]


def test_an_edited_check_or_set_up_cell_counts_for_nothing(handed_out, hand_in):
    hand_in("A", WRONG_CODE, HONEST_SECOND, **{"ex1-check": "print('solved')", "course-setup": "raise SystemExit"})
    first, second, _ = graded(handed_out)["A"].verdicts
    assert (first.status, second.status) == (WRONG, SOLVED)


def test_the_latest_of_several_counts_and_late_is_said(handed_out, hand_in):
    early, late = hand_in("x", WRONG_CODE), hand_in("y")
    folder = handed_out / "submitted" / "Jane Doe_4711_assignsubmission_file_"
    folder.mkdir()
    early.rename(folder / "first.ipynb")
    late.rename(folder / "second.ipynb")
    os.utime(folder / "first.ipynb", (1_700_000_000,) * 2)
    os.utime(folder / "second.ipynb", (1_803_924_000 + 7200,) * 2)
    result = graded(handed_out)["Jane Doe"]
    assert result.number == "4711" and result.notebook == "second.ipynb" and result.others == ["first.ipynb"]
    assert result.verdicts[0].status == SOLVED and result.late_minutes > 0
    page = feedback.page(Manifest.load(handed_out), result)
    assert "after it was due" in page and "first.ipynb" in page


def test_a_time_that_nbgrader_kept_counts(handed_out, hand_in):
    path = hand_in("x")
    folder = handed_out / "submitted" / "jane" / "05_attention"
    folder.mkdir(parents=True)
    path.rename(folder / "05_attention.ipynb")
    (folder / "timestamp.txt").write_text("2027-03-02 18:00:00 UTC")
    assert graded(handed_out)["jane"].when.startswith("2027-03-0")


def test_a_notebook_of_another_assignment_is_refused_by_name(handed_out, hand_in):
    path = hand_in("A")
    path.write_text(path.read_text(encoding="utf-8").replace(Manifest.load(handed_out).id, "05-0123456789ab"))
    result = graded(handed_out)["A"]
    assert result.status == "refused" and "05-0123456789ab" in result.why["en"] and result.points == 0


def test_another_version_of_the_checks_is_refused_by_name(handed_out, hand_in):
    hand_in("A")
    path = handed_out / "instructors" / "manifest.json"
    held = json.loads(path.read_text(encoding="utf-8")) | {"checks": "000000000000", "version": "0.0.9"}
    path.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(EnvironmentProblem, match=r"version 0\.0\.9 .*000000000000"):
        graded(handed_out)
    assert graded(handed_out, these_checks=True)["A"].points == 20


def test_an_empty_folder_and_one_that_is_none_are_refused(handed_out, tmp_path):
    with pytest.raises(UsageError, match="nothing was handed in"):
        graded(handed_out)
    with pytest.raises(UsageError, match="is no assignment"):
        graded(tmp_path)


def test_two_gradings_at_once_are_one(handed_out, hand_in):
    hand_in("A")
    (handed_out / "graded").mkdir()
    with FileLock(handed_out / "graded" / "grading.lock"), pytest.raises(EnvironmentProblem, match="graded already"):
        graded(handed_out)


def test_what_is_graded_is_kept_until_it_changes(handed_out, hand_in):
    hand_in("A")
    path = hand_in("B")
    kept = []
    graded(handed_out)
    path.write_text(path.read_text(encoding="utf-8").replace("powers.sum", "powers.mean"), encoding="utf-8")
    graded(handed_out, told=lambda result, again: kept.append((result.student, again)))
    assert sorted(kept) == [("A", True), ("B", False)]


@pytest.mark.seconds
def test_after_a_kill_grading_goes_on(handed_out, hand_in):
    for student in "ABC":
        hand_in(student, "import time\ntime.sleep(0.7)\n" + HONEST)
    command = [sys.executable, "-c", "from course_lib.cli import main; main()", "assignment", "grade"]
    process = subprocess.Popen(
        [*command, str(handed_out), "--jobs", "1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    state = handed_out / "graded" / "state"
    deadline = time.monotonic() + 30
    while not list(state.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(list(state.glob("[A-C].json")))
    assert 1 <= done < 3
    kept = []
    # By the command's own limits: what was graded by others is graded anew.
    results = grading.grade(handed_out, limits=Limits(), told=lambda result, again: kept.append(again))
    assert sum(kept) == done and all(result.points == 20 for result in results)


def test_a_full_disk_stops_in_one_sentence(handed_out, hand_in, monkeypatch):
    hand_in("A")
    monkeypatch.setattr(grading, "_ROOM_MB", 10**12)
    with pytest.raises(EnvironmentProblem, match="nearly full"):
        graded(handed_out)


def test_a_disk_that_fills_in_the_middle_stops_in_one_sentence_and_keeps_what_is_graded(
    handed_out, hand_in, monkeypatch
):
    for student in "ABC":
        hand_in(student)
    write, kept = grading.write_atomically, []

    def full_at_the_third(path: Path, content: bytes) -> None:
        if len(list(path.parent.glob("*.json"))) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, content)

    monkeypatch.setattr(grading, "write_atomically", full_at_the_third)
    with pytest.raises(EnvironmentProblem, match="is full: 2 of 3 hand-ins are graded, and kept") as stopped:
        graded(handed_out)
    assert stopped.value.exit_code == 4 and "C.json" in str(stopped.value)
    state = handed_out / "graded" / "state"
    assert sorted(path.name for path in state.iterdir()) == ["A.json", "B.json"]
    monkeypatch.setattr(grading, "write_atomically", write)
    results = graded(handed_out, told=lambda result, again: kept.append(again))
    assert sorted(kept) == [False, True, True] and all(result.points == 20 for result in results.values())


def test_a_hand_in_that_had_no_room_to_work_in_is_not_graded(handed_out, hand_in, monkeypatch):
    hand_in("A", "open('note.txt', 'w').write('x' * 1000)\n" + HONEST)
    room = grading.shutil.disk_usage

    def full(place: Path) -> object:
        found = room(place)
        return found._replace(free=0) if "course-grading-" in str(place) else found

    monkeypatch.setattr(grading.shutil, "disk_usage", full)
    with pytest.raises(EnvironmentProblem, match="0 of 1 hand-ins"):
        graded(handed_out)
    assert not list((handed_out / "graded" / "state").iterdir())
    monkeypatch.undo()
    assert graded(handed_out)["A"].points == 20


def test_what_students_read_names_no_other_student(handed_out, hand_in):
    hand_in("A")
    hand_in("B", **{"open-2-answer": "a"})
    (handed_out / "submitted" / "C.ipynb").write_text("[]")
    results = graded(handed_out)
    assert results["A"].notes == ["same code as B"]
    assert "B" not in tables.summary(results["A"]) and "it is no notebook" in tables.summary(results["C"])
    manifest = Manifest.load(handed_out)
    assert "same code" not in feedback.page(manifest, results["A"])
    assert "it is no notebook" in feedback.page(manifest, results["C"])
    found = rows(tables.write(handed_out, manifest, list(results.values()), "course", None))
    assert [row["notes"] for row in found] == ["same code as B", "same code as A", "it is no notebook"]


@pytest.fixture
def some(handed_out, hand_in) -> tuple[Path, Manifest, list[Result]]:
    """Three results without running anything."""
    manifest = Manifest.load(handed_out)
    verdicts = [
        grading.Verdict("05.1", SOLVED, 10.0, 10.0, True, True),
        grading.Verdict("05.3", WRONG, 5.0, 10.0, True, False, "a <hint>"),
        grading.Verdict("open 2", grading.OPEN, None, 10.0, answer="<script>alert(1)</script>"),
    ]
    about = {"language": "en", "when": "2027-03-01T17:00:00+00:00", "late_minutes": 0, "status": "graded"}
    names = (("=cmd()", "1"), ("Jane Doe", "42"), ("王", ""))
    return (
        handed_out,
        manifest,
        [Result(student, number, "n.ipynb", **about, verdicts=verdicts) for student, number in names],
    )


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_tables_are_what_others_read(some):
    folder, manifest, results = some
    found = rows(tables.write(folder, manifest, results, "course", None))
    assert (
        [row["points"] for row in found] == ["15.0"] * 3
        and found[0]["student"] == "'=cmd()"
        and found[0]["open 2"] == ""
    )
    found = rows(tables.write(folder, manifest, results, "otter", None))
    assert found[0]["file"] == "points-per-question" and found[0]["total_points_earned"] == "30.0"
    assert found[1]["05.3"] == "5.0" and found[1]["percent_correct"] == "0.5"
    found = rows(tables.write(folder, manifest, results, "nbgrader", None))
    assert found[2]["student_id"] == "王" and found[2]["score"] == "15.0" and found[2]["max_score"] == "30.0"


def test_moodles_worksheet_is_filled_in_and_nobody_elses_line_changes(some):
    folder, manifest, results = some
    sheet = folder / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Grade,Maximum Grade,Feedback comments\n"
        'Participant 42,Jane Doe,j@x.org,,"100,00",\nParticipant 9,王,w@x.org,,100,\n'
        "Participant 7,Else,-,55,100,kept\n",
        encoding="utf-8",
    )
    found = rows(tables.write(folder, manifest, results, "moodle", sheet))
    assert [row["Grade"] for row in found] == ["50.00", "50.00", "55"]
    assert found[2]["Feedback comments"] == "kept" and found[2]["Email address"] == "-"
    assert "05.3: 5/10" in found[0]["Feedback comments"]
    sheet.write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no grading worksheet"):
        tables.write(folder, manifest, results, "moodle", sheet)
    with pytest.raises(UsageError, match="--csv moodle"):
        tables.write(folder, manifest, results, "otter", sheet)


def test_points_that_a_person_gave_are_added(some):
    folder, _, results = some
    path = folder / "by_hand.csv"
    path.write_text("student,exercise,points,comment\nJane Doe,open 2,7.5,well seen\n", encoding="utf-8")
    found = tables.with_points_by_hand(folder, results)
    assert [result.points for result in found] == [15, 22.5, 15] and found[1].verdicts[2].hint == "well seen"
    for line, said in (
        ("Nobody,open 2,1,", "unknown student"),
        ("王,open 9,1,", "unknown exercise"),
        ("王,open 2,11,", "0 to 10"),
    ):
        path.write_text(f"student,exercise,points,comment\n{line}\n", encoding="utf-8")
        with pytest.raises(UsageError, match=said):
            tables.with_points_by_hand(folder, results)


def test_otters_own_table_is_read(some):
    """Written as `otter grade` writes it: questions sorted by name, what each is worth above, a line for each file."""
    folder, _, results = some
    path = folder / "final_grades.csv"
    head = "file,05_1,05_3,open_2,total_points_earned,percent_correct,grading_status\n"
    head += "points-per-question,2.0,4.0,10.0,16.0,1.0,--\n"
    path.write_text(
        f"{head}sub/Jane Doe.ipynb,1.0,4.0,0.0,5.0,0.31,Completed\n王.ipynb,0.0,0.0,0.0,0.0,0.0,Kernel died\n",
        encoding="utf-8",
    )
    found = tables.with_points_by_hand(folder, results, path)
    assert [result.points for result in found] == [15, 15, 15]
    assert [each.points for each in found[1].verdicts] == [5, 10, 0] and found[2] == results[2]
    for line, said in (
        ("Jane Doe.ipynb,3,0,0,0,0,Completed", "'15.0' points; allowed: 0 to 10"),
        ("Jane Doe.ipynb,x,0,0,0,0,Completed", "'x' points"),
        ("Nobody.ipynb,0,0,0,0,0,Completed", "unknown student"),
    ):
        path.write_text(f"{head}{line}\n", encoding="utf-8")
        with pytest.raises(UsageError, match=said):
            tables.with_points_by_hand(folder, results, path)
    path.write_text(f"{head.replace('05_1', 'q1')}Jane Doe.ipynb,0,0,0,0,0,Completed\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"unknown exercise in line 3 .*'q1'; allowed: 05\.1, 05\.3, open 2"):
        tables.with_points_by_hand(folder, results, path)
    with pytest.raises(UsageError, match=r"none\.csv is not there"):
        tables.with_points_by_hand(folder, results, folder / "none.csv")
    path.write_bytes("学生".encode("gb18030"))
    with pytest.raises(UsageError, match="cannot be read"):
        tables.with_points_by_hand(folder, results, path)


def test_what_is_written_for_otter_is_read_again(some):
    folder, manifest, results = some
    path = tables.write(folder, manifest, results, "otter", None)
    blank = [grading.replace(result, verdicts=grading._nothing(manifest)) for result in results]
    again = tables.with_points_by_hand(folder, blank, path)
    assert [result.student for result in again] == ["=cmd()", "Jane Doe", "王"]
    assert [result.points for result in again] == [result.points for result in results]


def test_a_page_runs_nothing_of_what_a_student_wrote(some):
    folder, manifest, results = some
    page = feedback.page(manifest, results[0])
    assert "<script" not in page and "&lt;script&gt;" in page and "a &lt;hint&gt;" in page
    assert "15 of 30 points so far; 10 more are given by hand" in page
    assert feedback.write(folder, manifest, results[0]).parent == folder / "graded" / "feedback"
    assert "/" not in grading.file_name("../../etc/passwd") and grading.file_name("..") != "..json"


def test_without_landlock_and_a_filter_python_refuses_the_same(tmp_path):
    code = """
import sys, pathlib
import numpy
from course_lib.classroom import confinement
confinement._landlock = confinement._filter_calls = lambda *given: False
scratch, secret = map(pathlib.Path, sys.argv[1:])
layers = confinement.confine(confinement.Limits(), [pathlib.Path(sys.prefix), pathlib.Path(sys.base_prefix)], scratch)
assert layers[-1] == "files, net and processes: Python", layers
(scratch / "mine.txt").write_text("x")
def tried(act):
    try:
        act()
    except (PermissionError, RuntimeError):
        return
    raise SystemExit(f"not refused: {act}")
import os, socket, subprocess
tried(lambda: secret.read_text())
tried(lambda: secret.write_text(""))
tried(lambda: (scratch / ".." / secret.name).read_text())
tried(lambda: socket.create_connection(("127.0.0.1", 9)))
tried(lambda: subprocess.run(["true"]))
tried(lambda: os.system("true"))
tried(os.fork)
tried(lambda: os.kill(os.getppid(), 0))
tried(lambda: os.symlink(secret, scratch / "link"))
"""
    scratch, secret = tmp_path / "scratch", tmp_path / "secret.txt"
    scratch.mkdir()
    secret.write_text("seed")
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(scratch), str(secret)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
