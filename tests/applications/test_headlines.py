"""Proves that stories say what their headlines do, that names cannot be learnt by heart, and what the record holds."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import applications as ap
from course_lib.applications import headlines, local_news


def test_no_sentence_holds_a_headline_and_all_together_do() -> None:
    for part in ("train", "test", "reworded"):
        for story in ap.stories(100, part, 3):
            text = " ".join(story.sentences)
            assert story.facts["who"] in text and story.facts["where"] in story.sentences[0]
            assert story.facts["thing"].split(" ", 1)[1] in text
            for sentence in story.sentences:
                facts = ap.right_facts(sentence, story)
                assert not (facts["who"] and facts["where"]) and not facts["all"]
            verb = local_news.VERBS[story.facts["end"]]
            assert verb in story.headline.split() and verb not in text.split()
            wish = next(place for place, one in enumerate(story.sentences) if story.facts["who"] in one)
            ending = next(place for place, one in enumerate(story.sentences) if "After a meeting" in one)
            assert 0 < wish < ending
    assert ap.stories(5, "test", 1) == ap.stories(5, "test", 1) != ap.stories(5, "test", 2)
    with pytest.raises(ValueError, match="reworded"):
        ap.stories(1, "other")


def test_the_parts_share_no_name_and_the_reworded_share_no_ending() -> None:
    own, other = ({name for kind in local_news.NAMES[part] for name in kind.split()} for part in ("train", "test"))
    assert not own & other
    usual, reworded = (
        {phrase for phrases in kind.values() for phrase in phrases} for kind in (local_news._ENDS, local_news._REWORDED)
    )
    assert not usual & reworded


def test_unknown_words_have_numbers_of_their_own_and_come_back() -> None:
    words = headlines.Numbered(["The cat saw Tom.", "a dog"])
    assert "tom" not in words.vocabulary and "cat" in words.vocabulary
    text = "Kim saw a dog. Kim saw Lee."
    numbers = words.numbers_of(text, 1)
    assert set(numbers) == {"Kim", "Lee"} and len(set(numbers.values())) == 2
    ids = words.ids(text, numbers)
    assert ids[0] == ids[5] and words.text(ids, numbers) == "Kim saw a dog . Kim saw Lee ."
    drawn = {words.numbers_of(text, seed)["Kim"] for seed in range(40)}
    assert len(drawn) > 6
    assert words.text(words.ids("Ann saw", numbers), numbers) == "[UNK] saw"


def test_a_headline_says_a_fact_or_it_does_not() -> None:
    (story,) = ap.stories(1, "test", 0)
    assert all(ap.right_facts(story.headline, story).values())
    turned = {"allowed": "refused", "refused": "postponed", "postponed": "allowed"}[story.facts["end"]]
    wrong = local_news.headline_of({**story.facts, "end": turned})
    found = ap.right_facts(wrong, story)
    assert found == {"who": True, "thing": True, "where": True, "end": False, "all": False}
    assert ap.right_facts("", story)["who"] is False
    scores = ap.measured([story.headline, wrong], [story, story])
    assert scores["end"] == scores["all"] == 0.5 and scores["who"] == 1 and 0.5 < scores["rouge_1"] < 1


@pytest.mark.slow
def test_a_small_one_learns_its_stories_by_heart_and_writes_none_for_nothing() -> None:
    told = ap.stories(8, "train", 0)
    made = ap.Headliner(headlines.Numbered(text for one in told for text in (*one.sentences, one.headline)), seed=0)
    history = made.fit(told, epochs=60)
    assert history["loss"][-1] < 0.3 < history["loss"][0]
    # Numbers are drawn anew when it writes: what it has learnt by heart are the known words.
    written = made.write([" ".join(story.sentences) for story in told])
    assert np.mean([ap.rouge_n(*pair) for pair in zip(written, (one.headline for one in told), strict=True)]) > 0.3
    assert made.write([]) == []


@pytest.mark.seconds
def test_the_recorded_model_writes_what_the_record_says_on_other_seeds() -> None:
    made, results = ap.recorded_headliner(), ap.recorded_runs()["headlines"].results
    told, reworded = ap.stories(40, "test", 5), ap.stories(40, "reworded", 5)
    found = ap.measured(made.write([" ".join(story.sentences) for story in told]), told)
    assert found["all"] > 0.9 and results["all"] > 0.95
    assert results["lead_1_rouge_1"] < results["lead_3_rouge_1"] < 0.5 < results["rouge_1"]
    other = ap.measured(made.write([" ".join(story.sentences) for story in reworded]), reworded)
    assert other["end"] < 0.75 and results["reworded_end"] < 0.7
    assert results["reworded_rouge_1"] > results["reworded_end"] and found["who"] > 0.9
