"""Proves intents, conversations, alarms, recommendations and summaries by hand, by loops and by other packages."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib import applications as ap
from course_lib.applications import helping
from course_lib.applications.banking import banking_dialogue
from course_lib.applications.dialogue import State
from course_lib.applications.recommendation import item_profiles
from course_lib.data import ratings


def test_at_most_the_share_that_was_asked_for_is_turned_away() -> None:
    random = np.random.default_rng(2)
    for share in (0.0, 0.05, 0.1, 0.15, 0.5):
        for count in (1, 7, 20, 100):
            sure = random.random(count)
            threshold = ap.alarm_threshold(sure, share)
            turned = (sure < threshold).sum()
            assert turned == int(np.floor(count * share + 1e-9))
    assert (np.array([0.5, 0.5, 0.5, 0.9]) < ap.alarm_threshold([0.5, 0.5, 0.5, 0.9], 0.5)).sum() == 0
    with pytest.raises(ValueError, match="false_alarms"):
        ap.alarm_threshold([0.5], 1.0)
    with pytest.raises(ValueError, match="confidences"):
        ap.alarm_threshold([], 0.1)


def test_what_is_below_the_threshold_has_no_intent() -> None:
    vectors = np.array([[1.0, 0], [0.9, 0.1], [0, 1.0], [0.1, 0.9]])
    learnt = ap.IntentClassifier(100.0).fit(vectors, ["a", "a", "b", "b"])
    names, sure = learnt.decide(np.array([[1.0, 0.0], [0.5, 0.5]]), threshold=0.6)
    assert names == ["a", None] and sure[0] > 0.6 > sure[1]
    with pytest.raises(ValueError, match="fit"):
        ap.IntentClassifier().probabilities(vectors)
    with pytest.raises(ValueError, match="one for each vector"):
        ap.IntentClassifier().fit(vectors, ["a"])


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("send $1,250.50 tomorrow", {"amount": "1250.50", "date": "tomorrow"}),
        ("转 200 元到储蓄账户，明天", {"amount": "200", "date": "明天", "account": "储蓄"}),
        ("20 dollars from savings on 2026-05-01", {"amount": "20", "date": "2026-05-01", "account": "savings"}),
        ("nothing", {}),
    ],
)
def test_slots_are_found_by_rule(text: str, slots: dict) -> None:
    assert ap.slots_of(text) == slots


def test_a_conversation_asks_does_repeats_and_hands_over() -> None:
    known = {"send money": "transfer", "my balance": "balance", "person please": "talk_to_person"}
    talk = ap.Dialogue(known.get, {"transfer": ("amount", "date")})
    state, reply = talk.turn(State(), "send money")
    assert (reply.action, reply.slot) == ("ask", "amount")
    before = state
    state, reply = talk.turn(state, "50 euros")
    assert (reply.action, reply.slot) == ("ask", "date") and before.slots == {}
    same, reply = talk.turn(state, "hm")
    assert (reply.action, reply.slot, same.failures) == ("ask", "date", 1)
    state, reply = talk.turn(same, "tomorrow")
    assert reply.action == "do" and reply.slots == {"amount": "50", "date": "tomorrow"} and state == State()
    # Another wish lets go of what was said for the first.
    state, _ = talk.turn(State("transfer", {"amount": "5"}), "my balance")
    assert state == State()
    state, reply = talk.turn(State(), "blah")
    assert reply.action == "repeat"
    state, reply = talk.turn(state, "blah")
    assert reply.action == "person" and state.handed_over
    assert talk.turn(state, "send money")[1].action == "person"
    assert talk.turn(State(), "person please")[1].action == "person"
    with pytest.raises(ValueError, match="colour"):
        ap.Dialogue(known.get, {"transfer": ("colour",)})


def test_a_question_is_answered_where_nothing_is_to_be_done_and_what_was_wanted_stays() -> None:
    known, pages = {"send money": "transfer"}, {"how long": "a day"}
    talk = ap.Dialogue(known.get, {"transfer": ("amount",)}, look_up=pages.get)
    state, reply = talk.turn(State(), "how long")
    assert (reply.action, reply.text, reply.intent) == ("answer", "a day", None) and state == State()
    state, _ = talk.turn(State(), "send money")
    state, _ = talk.turn(state, "hm")
    assert state.failures == 1
    state, reply = talk.turn(state, "how long")
    assert (reply.action, reply.intent, reply.slot, state.failures) == ("answer", "transfer", "amount", 0)
    assert talk.turn(state, "5 euros")[1].action == "do"
    # An intent goes before a page, and a person before both.
    both = ap.Dialogue({"how long": "transfer"}.get, {}, look_up=pages.get)
    assert both.turn(State(), "how long")[1].action == "do"
    state, _ = talk.turn(State(), "hm")
    state, reply = talk.turn(state, "hm")
    assert reply.action == "person" and talk.turn(state, "how long")[1].action == "person"


def test_the_nearest_passage_is_that_of_an_independent_count_and_must_be_near_enough() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    desk = ap.HelpDesk()
    counts = TfidfVectorizer(sublinear_tf=True, stop_words=sorted(helping._ASKING))
    rows = counts.fit_transform([f"{title} {text}" for title, text in helping.PASSAGES]).toarray()
    found = 0
    for question, number in helping.ASKED:
        cosines = rows @ counts.transform([question]).toarray()[0]
        best, cosine = desk.nearest(question)
        assert best == cosines.argmax() and cosine == pytest.approx(cosines.max())
        found += best == number
    assert found >= 20
    assert desk.answer("xyzzy") is None
    near = ap.HelpDesk(threshold=0.99)
    assert near.answer("how is an account closed") is None
    with pytest.raises(ValueError, match="passages"):
        ap.HelpDesk([])
    with pytest.raises(ValueError, match="threshold"):
        ap.HelpDesk(threshold=2)


def test_at_most_the_share_that_was_asked_for_is_answered_without_an_answer() -> None:
    cosines = np.random.default_rng(0).random(40)
    for share in (0.0, 0.05, 0.5):
        assert (cosines > ap.help_threshold(cosines, share)).sum() == int(40 * share)
    assert (np.full(10, 0.3) > ap.help_threshold([0.3] * 10, 0.2)).sum() == 0
    with pytest.raises(ValueError, match="share"):
        ap.help_threshold([0.1], 1.0)
    with pytest.raises(ValueError, match="cosines"):
        ap.help_threshold([])


def test_the_bot_of_the_sample_understands_its_own_requests_and_refuses_others() -> None:
    talk = banking_dialogue("only")
    assert talk.understand("my card was stolen yesterday") == "lost_card"
    assert talk.understand("who won the match between peru and france") is None


def test_the_cumulative_sum_is_that_of_a_loop_and_begins_again_after_an_alarm() -> None:
    values = [0.2, 0.9, 0.8, 0.1, 0.9, 0.9, 0.9]
    watch = ap.Cusum(mean=0.3, slack=0.1, threshold=1.0)
    np.testing.assert_allclose(watch.sums(values), [0, 0.5, 0.9, 0.6, 1.1, 1.6, 2.1])
    assert watch.alarms(values) == [4] and watch.alarms([9, 9, 9]) == [0, 1, 2]
    assert watch.alarms([]) == [] and watch.alarms([0.4] * 100) == []
    assert ap.alarm_times([3, 12, 15], 10, 20) == (2, 1) and ap.alarm_times([3], 10, 20) == (None, 1)
    with pytest.raises(ValueError, match="slack"):
        ap.Cusum(0, -1, 1)


def test_a_stream_has_the_mixture_that_was_asked_for_on_either_side() -> None:
    labels = np.array([0] * 10 + [1] * 30 + [2] * 20)
    days = ap.opinion_stream(labels, 400, 200, (0.1, 0.6, 0.3), (0.5, 0.3, 0.2), per_day=10, seed=1)
    assert days.shape == (400, 10)
    assert abs((labels[days[:200]] == 0).mean() - 0.1) < 0.03 and abs((labels[days[200:]] == 0).mean() - 0.5) < 0.04
    with pytest.raises(ValueError, match="add up to 1"):
        ap.opinion_stream(labels, 10, 5, (0.5, 0.6, 0), (1, 0, 0))


@pytest.fixture(scope="module")
def films() -> ratings.Ratings:
    return ratings.load("only")


def test_of_each_user_the_last_in_time_is_left_out(films: ratings.Ratings) -> None:
    known, asked = ap.leave_last_out(films, 5)
    assert not set(known) & set(asked) and len(known) + len(asked) == len(films)
    for place in asked:
        assert (np.flatnonzero(films.users == films.users[place]) <= place).all()
    with pytest.raises(ValueError, match="least"):
        ap.leave_last_out(films, 10_000)


def test_triples_hold_what_was_chosen_and_what_was_not(films: ratings.Ratings) -> None:
    known, _ = ap.leave_last_out(films)
    triples = ap.sample_triples(films, known, seed=3)
    pairs = set(zip(films.users[known].tolist(), films.items[known].tolist(), strict=True))
    assert all((user, item) in pairs and (user, other) not in pairs for user, item, other in triples.tolist())
    assert (ap.sample_triples(films, known, 3) == triples).all() and (
        ap.sample_triples(films, known, 4) != triples
    ).any()


@pytest.mark.seconds
def test_factorisation_learns_tastes_is_what_its_vectors_say_and_is_saved(films: ratings.Ratings, tmp_path) -> None:
    known, _ = ap.leave_last_out(films)
    model = ap.MatrixFactorisation(films.num_users, films.num_items, width=4, seed=0)
    model.compile(optimizer=keras.optimizers.Adam(2e-2), loss=ap.PairLoss())
    triples = ap.sample_triples(films, known)
    first = model.evaluate(triples, np.zeros(len(triples)), verbose=0)
    assert abs(first - np.log(2)) < 0.02  # nothing is preferred yet
    before = [keras.ops.convert_to_numpy(weight) for weight in model.weights]
    model.fit(triples, np.zeros(len(triples)), epochs=10, batch_size=128, verbose=0)
    assert model.evaluate(triples, np.zeros(len(triples)), verbose=0) < 0.5
    for weight, old in zip(model.weights, before, strict=True):
        assert np.abs(keras.ops.convert_to_numpy(weight) - old).max() > 1e-3
    scores = model.scores(triples[:5, 0])
    exact = [scores[row, item] - scores[row, other] for row, (_, item, other) in enumerate(triples[:5])]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(triples[:5])), exact, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "films.keras")
    again = keras.saving.load_model(tmp_path / "films.keras")
    np.testing.assert_allclose(again.scores([0, 7]), model.scores([0, 7]))


def test_ranks_leave_out_what_is_known_and_flatter_nobody() -> None:
    scores = np.array([[5.0, 4, 3, 2], [1, 1, 1, 1]])
    assert ap.ranks_of(scores, [2, 1], [[0], [3]]).tolist() == [2, 3]
    assert ap.ranks_of(scores, [3, 3], [[], []], np.array([False, False, True, True])).tolist() == [2, 2]
    assert scores[0, 0] == 5


def test_a_few_users_at_a_time_are_recommended_what_all_at_once_would_be() -> None:
    from scipy.sparse import csr_matrix

    random = np.random.default_rng(0)
    scores, users = random.normal(size=(7, 12)), np.array([3, 0, 6, 6, 2])
    wanted, known = np.array([1, 2, 3, 4, 5]), [[0], [], [7, 8], [1], [11]]
    allowed = random.random(12) < 0.8
    for only in (None, allowed):
        exact = ap.ranks_of(scores[users], wanted, known, only)
        best = []
        for user, others in zip(users, known, strict=True):
            left = [item for item in range(12) if item not in others and (only is None or only[item])]
            best.append(sorted(left, key=lambda item: -scores[user, item])[:3])
        for at_a_time in (1, 2, 64):
            for kind in (np.array, csr_matrix):
                ranks, tops = ap.recommended(
                    lambda some, kind=kind: kind(scores[some]), users, wanted, known, only, 3, at_a_time
                )
                assert ranks.tolist() == exact.tolist() and tops.tolist() == best
    with pytest.raises(ValueError, match="count"):
        ap.recommended(lambda some: scores[some], users, wanted, known, count=13)


def test_a_profile_is_the_mean_of_what_was_liked(films: ratings.Ratings) -> None:
    vectors = np.random.default_rng(0).normal(size=(films.num_items, 3))
    known = np.arange(len(films))
    found = item_profiles(vectors, films, known)
    own = films.users == 4
    liked = films.items[own][films.stars[own] >= films.stars[own].mean()]
    np.testing.assert_allclose(found[4], vectors[liked].mean(axis=0), rtol=1e-6)


TEXTS = [
    ("the cat sat on the mat", "the cat lay on the mat"),
    ("a b c", "c b a"),
    ("same same same", "same"),
    ("", "nothing"),
    ("Hot 3.5% flow!", "hot flow 3 5"),
    ("one two three four five", "two four five one"),
]


@pytest.mark.parametrize(("made", "wanted"), TEXTS)
def test_rouge_equals_the_reference_package(made: str, wanted: str) -> None:
    scorer = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(["rouge1", "rouge2", "rougeL"])
    found = scorer.score(wanted, made)
    assert ap.rouge_n(made, wanted, 1) == pytest.approx(found["rouge1"].fmeasure)
    assert ap.rouge_n(made, wanted, 2) == pytest.approx(found["rouge2"].fmeasure)
    assert ap.rouge_l(made, wanted) == pytest.approx(found["rougeL"].fmeasure)


def test_text_rank_is_the_stationary_weight_of_the_walk() -> None:
    from course_lib.applications.summaries import sentence_ranks

    alike = np.random.default_rng(1).random((5, 5))
    alike = alike + alike.T
    ranks = sentence_ranks(list("abcde"), 0.85, alike)
    walk = alike.copy()
    np.fill_diagonal(walk, 0)
    walk /= walk.sum(axis=1, keepdims=True)
    values, vectors = np.linalg.eig((0.15 / 5 + 0.85 * walk).T)
    exact = np.real(vectors[:, np.argmax(np.real(values))])
    np.testing.assert_allclose(ranks, exact / exact.sum(), atol=1e-8)
    assert ap.text_rank(["the wing lifts", "a wing and a plane", "a plane flies", "soup"], 1) == [1]
    assert ap.text_rank([], 2) == [] and ap.lead(["a"], 3) == [0]
    assert sentence_ranks(["x y", "z"]).tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="similarities"):
        sentence_ranks(["a"], similarities=np.ones((2, 2)))
