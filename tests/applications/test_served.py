"""Proves that the exported model is the same elsewhere, and that the service stands bad requests and its own death."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib import applications as ap
from course_lib import bert
from course_lib.applications.dialogue import State
from course_lib.applications.exporting import SentenceEncoder
from course_lib.applications.finding import Finder
from course_lib.base.errors import EnvironmentProblem

ROOT = Path(__file__).resolve().parents[2]
TITLES, TEXTS = (
    ["wings", "<b>heat</b>", "boats"],
    ["a wing in a stream", "hot plates & <script>alert(1)</script>", "sea"],
)


@pytest.fixture(scope="module")
def encoder() -> bert.BertEncoder:
    made = bert.BertEncoder(60, width=16, num_layers=2, num_heads=2, hidden_dim=32, max_length=16, dropout=0.0, seed=1)
    made.set_weights([weight + 0.01 for weight in made.get_weights()])
    return made


ROWS = np.array([[5, 7, 9, 0], [3, 2, 0, 0], [8, 8, 8, 8]], np.int32)


def test_a_served_vector_has_length_one_and_does_not_see_padding(encoder) -> None:
    model = SentenceEncoder(encoder)
    found = keras.ops.convert_to_numpy(model(ROWS))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    longer = keras.ops.convert_to_numpy(model(np.pad(ROWS, ((0, 0), (0, 3)))))
    np.testing.assert_allclose(found, longer, atol=1e-5)
    [same] = keras.ops.convert_to_numpy(model(ROWS[:1, :3]))
    np.testing.assert_allclose(found[0], same, atol=1e-5)


@pytest.mark.seconds
@pytest.mark.own_backend
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow writes its own graphs")
def test_the_exported_model_gives_the_same_in_a_process_without_this_library(encoder, tmp_path: Path) -> None:
    model = SentenceEncoder(encoder)
    expected = keras.ops.convert_to_numpy(model(ROWS))
    ap.export(model, tmp_path / "graph")
    np.testing.assert_allclose(ap.ask_elsewhere(tmp_path / "graph", ROWS), expected, atol=1e-5)
    with pytest.raises(EnvironmentProblem, match="cannot be asked"):
        ap.ask_elsewhere(tmp_path, ROWS)


@pytest.mark.seconds
@pytest.mark.own_backend
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="ONNX is written from TensorFlow's graph")
def test_onnx_gives_the_same_in_a_process_without_keras_and_int8_nearly_so(encoder, tmp_path: Path) -> None:
    model = SentenceEncoder(encoder)
    expected = keras.ops.convert_to_numpy(model(ROWS))
    file = ap.export_onnx(model, tmp_path / "model.onnx", length=4)
    np.testing.assert_allclose(ap.ask_elsewhere(file, ROWS), expected, atol=1e-5)
    # The batch is of any size, and a row of padding alone is no number that is none.
    ask = ap.onnx_model(file)
    np.testing.assert_allclose(ask(ROWS[:1]), expected[:1], atol=1e-5)
    assert np.isfinite(ask(np.zeros((2, 4), np.int32))).all()
    small = ap.int8_onnx(file, tmp_path / "int8.onnx")
    assert (ap.onnx_model(small)(ROWS) * expected).sum(axis=1).min() > 0.98
    with pytest.raises(EnvironmentProblem, match="cannot be asked"):
        ap.ask_elsewhere(tmp_path / "none.onnx", ROWS)


def test_a_wait_is_the_median_of_the_work_after_the_first() -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        until = time.process_time() + (0.2 if len(calls) in (1, 3) else 0.01)
        while time.process_time() < until:
            pass

    assert 9 < ap.milliseconds(work, 3) < 100 and len(calls) == 4


class SmallModel(keras.Model):
    """A model of one matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = self.add_weight(shape=(3, 2), name="matrix")


def test_a_table_is_put_back_in_parts_as_it_was_kept() -> None:
    table = keras.layers.Embedding(10_000, 3)
    table.build()
    model = keras.Sequential([table])
    kept = ap.quantised(model)
    table.embeddings.assign(np.zeros((10_000, 3)))
    ap.put_back(model, kept)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(table.embeddings), ap.dequantised(kept)[0])


def test_int8_weights_are_small_and_near_and_leave_the_model_alone(encoder) -> None:
    before = encoder.get_weights()
    kept = ap.quantised(encoder, least=100)
    again = ap.dequantised(kept)
    for one, other, same in zip(before, again, encoder.get_weights(), strict=True):
        assert one.shape == other.shape and np.array_equal(one, same)
        if one.ndim > 1 and one.size >= 100:
            assert np.abs(one - other).max() <= np.abs(one).max() / 250
        else:
            assert np.array_equal(one, other)
    ap.put_back(encoder, kept)
    for one, other in zip(again, encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    encoder.set_weights(before)
    with pytest.raises(ValueError, match="other shapes"):
        ap.put_back(encoder, ap.quantised(SmallModel()))
    big = keras.layers.Dense(256)
    big.build((None, 256))
    made = keras.Sequential([big])
    assert ap.size_of(ap.quantised(made)) < 0.3 * ap.size_of(made.get_weights())


# What follows needs the server.
service = pytest.importorskip("course_lib.applications.service", exc_type=Exception)


def known(text: str) -> str | None:
    if text == "slow":
        time.sleep(3)
    if text == "break":
        raise RuntimeError("a secret of the inside")
    return {"send money": "transfer", "my balance": "balance"}.get(text)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory):
    talk = ap.Dialogue(known, {"transfer": ("amount",)})
    limits = service.Limits(body=4_000, question=200, seconds=1.0, at_once=4)
    made = service.create_app(
        Finder(TITLES, TEXTS), talk, ap.Sessions(tmp_path_factory.mktemp("talk") / "talk.sqlite"), limits
    )
    with service.Running(made) as running:
        yield running


def ask(running, path: str, body: object = None, headers: dict | None = None) -> tuple[int, str]:
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        running.url + path, content, {"Content-Type": "application/json", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.read().decode()


def test_a_question_is_answered(app) -> None:
    status, text = ask(app, "/search", {"question": "wing"})
    (hit,) = json.loads(text)["hits"]
    assert status == 200 and (hit["document"], hit["title"]) == (0, "wings")
    assert ask(app, "/search", {"question": "机翼"}) == (200, '{"hits":[]}')


BAD = [
    ("/search", b"", 422), ("/search", b"{", 422), ("/search", b"\xff\xfe", 422), ("/search", [], 422),
    ("/search", {"question": ""}, 422), ("/search", {"question": "   "}, 422), ("/search", {"question": 5}, 422),
    ("/search", {"question": "a" * 201}, 422), ("/search", {"question": "a", "count": 0}, 422),
    ("/search", {"question": "a", "count": 10**9}, 422), ("/search", {"question": "a", "count": "2"}, 422),
    ("/search", {"question": "a", "more": 1}, 422), ("/search", b"x" * 5_000, 413), ("/search", b"[" * 3_900, 400),
    ("/chat", {"session": "../../etc", "text": "a"}, 422), ("/chat", {"session": "", "text": "a"}, 422),
    ("/chat", {"session": "a"}, 422), ("/nowhere", {"question": "a"}, 404), ("/health", {"a": 1}, 405),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status"), BAD)
def test_a_bad_request_is_told_what_is_wrong(app, path: str, body: object, status: int) -> None:
    found, text = ask(app, path, body)
    told = json.loads(text)
    assert found == status and told["error"] and told["message"]


def test_a_thousand_bad_requests_and_a_megabyte_leave_it_up(app) -> None:
    target = app.url.removeprefix("http://")
    line = http.client.HTTPConnection(target, timeout=10)
    bodies = [body if isinstance(body, bytes) else json.dumps(body).encode() for _, body, _ in BAD]
    for number in range(1_000):
        path, _, status = BAD[number % len(BAD)]
        line.request("POST", path, bodies[number % len(BAD)], {"Content-Type": "application/json"})
        answer = line.getresponse()
        assert answer.read() and answer.status == status
    line.close()
    assert ask(app, "/search", b"x" * 2**20)[0] == 413
    assert json.loads(ask(app, "/health")[1])["status"] == "ok"
    lines = ask(app, "/metrics")[1].splitlines()
    assert any(line.startswith('answers_total{path="/search",status="422"}') for line in lines)
    assert len(lines) < 40


def test_what_looks_like_a_tag_is_text(app) -> None:
    status, page = ask(app, "/?question=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3Eheat")
    assert status == 200 and "<script>alert" not in page and "<b>heat" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "&lt;b&gt;heat&lt;/b&gt;" in page
    assert 'value="&quot;&gt;&lt;script' in page
    assert "@@" not in page and "@@hits@@" in service.page_of("@@hits@@", [])


@pytest.mark.seconds
def test_what_takes_too_long_or_breaks_is_told_without_the_inside(app) -> None:
    assert ask(app, "/chat", {"session": "s", "text": "slow"})[0] == 504
    status, text = ask(app, "/chat", {"session": "b", "text": "break"})
    assert status == 500 and "secret" not in text
    assert ask(app, "/search", {"question": "sea"})[0] == 200


def test_a_bounded_load_from_a_second_process_is_answered(app) -> None:
    load = ap.measure(app.url + "/search", [{"question": "wing"}, {"question": "heat"}], requests=60, at_once=3)
    assert (load.requests, load.failed, len(load.milliseconds)) == (60, 0, 60)
    assert 0 < load.quantile(0.5) <= load.quantile(0.99)
    assert ap.measure(app.url + "/search", [{"no": 1}], requests=5, at_once=1).failed == 5


@pytest.mark.seconds
def test_more_at_once_than_allowed_are_told_to_come_again(app) -> None:
    load = ap.measure(app.url + "/chat", [{"session": "x", "text": "slow"}], requests=10, at_once=10)
    assert load.failed == 10
    counts = ask(app, "/metrics")[1]
    assert 'answers_total{path="/chat",status="503"}' in counts


def test_conversations_are_on_disk_and_the_oldest_goes_first(tmp_path: Path) -> None:
    kept = ap.Sessions(tmp_path / "talk.sqlite", at_most=2)
    state = State("transfer", {"amount": "5"}, 1)
    for name in ("a", "b", "c"):
        kept.put(name, state)
    again = ap.Sessions(tmp_path / "talk.sqlite", at_most=2)
    assert again.get("c") == state and again.get("a") == State() and len(again) == 2


@pytest.mark.seconds
@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_a_kill_and_a_restart_lose_nothing(tmp_path: Path) -> None:
    place = tmp_path / "talk.sqlite"
    environment = {**os.environ, "COURSE_OFFLINE": "1", "COURSE_DATA": "", "PYTHONPATH": str(ROOT)}

    def start() -> tuple[subprocess.Popen, str]:
        code = (
            "from course_lib.applications import service\n"
            f"with service.Running(service.default_app({str(place)!r}, 'only')) as running:\n"
            "    print(running.url, flush=True)\n"
            "    import time; time.sleep(60)\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
        return process, process.stdout.readline().strip()

    class Url:
        def __init__(self, url: str) -> None:
            self.url = url

    process, url = start()
    try:
        status, text = ask(Url(url), "/chat", {"session": "s", "text": "please renew my loan"})
        assert status == 200 and json.loads(text)["action"] == "ask", text
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    process, url = start()
    try:
        status, text = ask(Url(url), "/chat", {"session": "s", "text": "until friday"})
        told = json.loads(text)
        assert (told["action"], told["intent"], told["slots"]) == ("do", "renew_loan", {"date": "friday"})
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
