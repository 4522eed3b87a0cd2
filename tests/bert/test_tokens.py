"""Proves that texts become the ids that the `tokenizers` library makes of them, pairs and cuts included."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import pytest
from tokenizers import BertWordPieceTokenizer

from course_lib.base.errors import DataCorrupt
from course_lib.bert import BertTokenizer, basic_tokens
from course_lib.bert.tokens import kept_lengths
from course_lib.data import imdb

from .samples import WORDS, tokenizer

REVIEWS = imdb.load("train", sample="only").texts
ODD = [
    "",
    " ",
    "\t\r\n",
    "Crème brûlée, naïve café — São Paulo; Ångström, İstanbul, ΣΊΣΥΦΟΣ ẞ ﬁ ½ x² ①",
    "e\u0301 n\u0303 a\u030a\u0323",  # accents apart from their letters
    "我爱自然语言处理。BERT真好！豈更㐀𠀀𪜀",
    "ひらがな カタカナ 漢字 한국어 ไทย हिन्दी עִבְרִית العَرَبِيَّة",
    "zero\u200bwidth\u200djoin\u00adsoft\ufeffmark\x00null\ufffdbad\x07bell\x1funit\x0bvertical\x0cform\x85next",
    "no\u00a0break\u2003em\u3000wide\u2028line\u2029paragraph\u1680ogham",
    "a" * 100,
    "b" * 101,
    f"{'wonderful' * 12} film",
    "don't can't o'clock rock-n-roll 3.14 1,000 50% $5 €5 ©2020 a_b x^y ~tilde `tick` <br /> &amp; #hash @name",
    "“curly” ‘quotes’ … – — · ¡hola! ¿qué? 、。「」《》！？",
    "😀 👩‍🚀 ❤️ 🇨🇳 §¶†‡",
    "[CLS",
    "MASK]",
    "##ing ## # ###",
    "\ue000private\U000f0000use",
    string.printable,
]


def _random_text(seed: int) -> str:
    """Characters of many scripts, all of them older than any of these libraries."""
    random = np.random.default_rng(seed)
    blocks = [
        (0x20, 0x7F, 6),
        (0x00, 0x20, 1),
        (0xA0, 0x250, 3),
        (0x300, 0x370, 1),
        (0x391, 0x3AA, 1),
        (0x410, 0x450, 1),
        (0x5D0, 0x5EB, 1),
        (0x2010, 0x2060, 1),
        (0x3001, 0x3040, 1),
        (0x3041, 0x3097, 1),
        (0x4E00, 0x9FA6, 2),
        (0xAC00, 0xD7A4, 1),
        (0xFF01, 0xFF5F, 1),
        (0x1F600, 0x1F640, 1),
    ]
    shares = np.array([weight for _, _, weight in blocks], float)
    chosen = random.choice(len(blocks), int(random.integers(1, 60)), p=shares / shares.sum())
    return "".join(chr(int(random.integers(blocks[which][0], blocks[which][1]))) for which in chosen)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vocabulary of 3,000 tokens, learnt from the reviews of the course and the odd texts."""
    trained = BertTokenizer.train([*REVIEWS, *ODD, *map(_random_text, range(200))], 3_000, score="count")
    path = tmp_path_factory.mktemp("bert") / "vocab.txt"
    path.write_text("".join(f"{token}\n" for token in trained.tokens), encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize("lower_case", [True, False])
def test_texts_become_the_ids_of_tokenizers(vocabulary: Path, lower_case: bool) -> None:
    ours = BertTokenizer.from_file(vocabulary, lower_case)
    theirs = BertWordPieceTokenizer(str(vocabulary), lowercase=lower_case)
    for text in [*REVIEWS, *ODD, *map(_random_text, range(3_000))]:
        assert ours.ids_of(text)[0] == theirs.encode(text).ids, repr(text)


@pytest.mark.seconds
def test_real_reviews_and_questions_become_the_ids_of_tokenizers_with_the_published_vocabulary(
    real_data: Path,
) -> None:
    path = real_data / "minilm" / "vocab.txt"
    if not path.exists():
        pytest.skip("needs minilm in COURSE_DATA")
    ours, theirs = BertTokenizer.from_file(path), BertWordPieceTokenizer(str(path))
    assert len(ours) == 30_522 and ours.special_ids["[CLS]"] == 101
    lines = []
    for name in ("xquad", "tatoeba", "cmrc2018", "chinese_poetry"):
        for file in sorted((real_data / name).glob("*"))[:4]:
            if file.is_file() and file.suffix != ".zip":
                lines += file.read_text(encoding="utf-8", errors="ignore").splitlines()[:300]
    texts = [line[:600] for line in lines] + list(imdb.load("train", limit=1_000).texts)
    assert len(texts) > 2_000
    for text in texts:
        assert ours.ids_of(text)[0] == theirs.encode(text).ids, repr(text)


@pytest.mark.parametrize("max_length", [3, 4, 5, 8, 9, 16, 100])
def test_pairs_are_joined_cut_and_padded_as_in_tokenizers(vocabulary: Path, max_length: int) -> None:
    ours, theirs = BertTokenizer.from_file(vocabulary), BertWordPieceTokenizer(str(vocabulary))
    theirs.enable_truncation(max_length)
    random = np.random.default_rng(max_length)
    texts = [" ".join(REVIEWS[number].split()[: random.integers(0, 20)]) for number in range(60)]
    first, second = texts[:30], texts[30:]
    expected = theirs.encode_batch(list(zip(first, second, strict=True)))
    found = ours.batch(first, second, max_length)
    length = max(len(one.ids) for one in expected)
    assert found["token_ids"].shape == (30, length)
    for row, one in enumerate(expected):
        fill = [0] * (length - len(one.ids))
        assert found["token_ids"][row].tolist() == one.ids + fill
        assert found["segment_ids"][row].tolist() == one.type_ids + fill
        assert found["padding_mask"][row].tolist() == [True] * len(one.ids) + [False] * len(fill)
    singles = theirs.encode_batch(first)
    assert [ours.ids_of(text, max_length=max_length)[0] for text in first] == [one.ids for one in singles]


@pytest.mark.parametrize(
    ("lengths", "at_most", "kept"),
    [
        ((3, 4), 7, (3, 4)),
        ((9, 2), 7, (5, 2)),
        ((2, 9), 7, (2, 5)),
        ((9, 9), 7, (3, 4)),
        ((9, 5), 7, (4, 3)),
        ((0, 9), 4, (0, 4)),
        ((9, 9), 0, (0, 0)),
    ],
)
def test_the_longer_of_two_is_cut_first(lengths: tuple[int, int], at_most: int, kept: tuple[int, int]) -> None:
    assert kept_lengths(*lengths, at_most) == kept


def test_words_are_parted_as_in_the_paper() -> None:
    assert basic_tokens("The Café's über-good!") == ["the", "cafe", "'", "s", "uber", "-", "good", "!"]
    assert basic_tokens("The Café", lower_case=False) == ["The", "Café"]
    assert basic_tokens("看BERT") == ["看", "bert"]
    ours = tokenizer()
    assert ours.encode("Unwatchable, longer film") == ["un", "##watch", "##able", "[UNK]", "long", "##er", "film"]
    assert ours.decode(ours.to_ids(ours.encode("unwatchable film"))) == "unwatchable film"


def test_a_gap_can_be_written_down_and_no_text_can_end_itself() -> None:
    ours = tokenizer()
    assert ours.encode("the [MASK] is [MASK]!") == ["the", "[MASK]", "is", "[MASK]", "!"]
    assert ours.encode("[mask]") == ["[UNK]"] * 3
    for special in ("[SEP]", "[CLS]", "[PAD]"):
        assert special not in ours.encode(f"good {special} bad")
    assert ours.ids_of("[PAD] [SEP]")[0].count(3) == 1


def test_continuations_are_known() -> None:
    ours = tokenizer()
    assert ours.is_continuation(np.array([[10, 11, 12], [5, 0, 16]])).tolist() == [
        [False, True, True],
        [False] * 2 + [True],
    ]


def test_a_learnt_vocabulary_begins_with_the_special_tokens_and_knows_accents_no_more() -> None:
    trained = BertTokenizer.train({"café": 5, "cafe": 3, "bar": 4}, 16, score="count")
    assert trained.tokens[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert len(trained) <= 16 and "é" not in "".join(trained.tokens)
    assert trained.encode("CAFÉ") == trained.encode("cafe")
    with pytest.raises(ValueError, match="vocabulary_size is"):
        BertTokenizer.train(["abc"], 6)
    with pytest.raises(TypeError, match="texts_or_word_counts is one str"):
        BertTokenizer.train("abc", 60)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (WORDS[:2] + WORDS[4:], r"tokens has no \[CLS\], \[SEP\]"),
        ([*WORDS[1:], "[PAD]"], r"tokens begins with '\[UNK\]'; allowed: '\[PAD\]', whose id is 0"),
        ([*WORDS, "film"], "tokens holds 'film' twice"),
    ],
)
def test_a_vocabulary_that_is_none_of_berts_is_refused(words: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        BertTokenizer(words)
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(words), encoding="utf-8")
    with pytest.raises(DataCorrupt, match=message):
        BertTokenizer.from_file(path)


def test_a_vocabulary_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataCorrupt, match=r"vocab\.txt"):
        BertTokenizer.from_file(path)


def test_wrong_arguments_are_refused_by_name() -> None:
    ours = tokenizer()
    with pytest.raises(TypeError, match="text is 5"):
        ours.ids_of(5)
    with pytest.raises(TypeError, match="texts is one str"):
        ours.batch("the film")
    with pytest.raises(ValueError, match="pairs has 1 texts and texts 2"):
        ours.batch(["a", "a"], ["a"])
    with pytest.raises(ValueError, match="max_length is 2; allowed: 3 or more"):
        ours.ids_of("a", "a", max_length=2)
    with pytest.raises(ValueError, match="length is 3; allowed: 4 or more"):
        ours.batch(["the film"], length=3)
    assert ours.batch([])["token_ids"].shape == (0, 0)
    assert ours.batch(["film"], length=5)["token_ids"].tolist() == [[2, 6, 3, 0, 0]]
