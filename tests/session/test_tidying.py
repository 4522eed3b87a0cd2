"""After a long cell, what nothing refers to any more is gone; short cells are left in peace."""

import gc
import weakref

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_lib.session import tidying


class Ring:
    """Refers to itself, as traced graphs do: only a search for circles frees it."""

    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def _nothing_left_aside():
    """Tests before have left objects out of searches, and some of these may go meanwhile."""
    gc.unfreeze()


@pytest.fixture
def shell(monkeypatch):
    """A notebook's shell, and a garbage collector that looks only when told."""
    shell = InteractiveShell()
    monkeypatch.setattr(tidying, "_shell", lambda: shell)
    gc.disable()
    yield shell
    gc.enable()
    gc.unfreeze()


@pytest.mark.seconds
@pytest.mark.parametrize(("long", "gone"), [(0.0, True), (3600.0, False)])
def test_circles_are_freed_after_a_long_cell_only(shell, monkeypatch, long, gone):
    monkeypatch.setattr(tidying, "LONG_SECONDS", long)
    tidying.tidy_after_long_cells()
    shell.user_ns["watch"] = watched = []
    shell.user_ns.update(Ring=Ring, weakref=weakref)
    shell.run_cell("watch.append(weakref.ref(Ring()))")
    assert (watched[0]() is None) == gone


@pytest.mark.seconds
def test_a_second_call_changes_nothing(shell):
    tidying.tidy_after_long_cells()
    hooks, frozen = list(shell.events.callbacks["post_run_cell"]), gc.get_freeze_count()
    tidying.tidy_after_long_cells()
    assert shell.events.callbacks["post_run_cell"] == hooks
    assert gc.get_freeze_count() <= frozen


@pytest.mark.seconds
def test_what_exists_at_the_start_is_left_out_of_later_searches(shell):
    before = gc.get_freeze_count()
    tidying.tidy_after_long_cells()
    assert gc.get_freeze_count() > before + 1000


def test_without_a_notebook_nothing_happens(monkeypatch):
    monkeypatch.setattr(tidying, "_shell", lambda: None)
    before = gc.get_freeze_count()
    tidying.tidy_after_long_cells()
    assert gc.get_freeze_count() == before


@pytest.mark.seconds
def test_a_c_library_that_cannot_trim_is_no_error(monkeypatch):
    def nowhere(_name):
        raise OSError("no such library")

    monkeypatch.setattr(tidying.ctypes, "CDLL", nowhere)
    tidying.tidy()
