"""Proves that byte-pair encoding and WordPiece are those of the `tokenizers` library, in training and in use, on real
reviews, and that byte-pair encoding gives every text back, whatever it holds.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter

import numpy as np
import pytest
import regex
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from course_lib.preprocessing import BytePairEncoding, WordPiece, clean, tokenize
from course_lib.preprocessing.subwords import BYTES

from .samples import film_reviews, random_text, random_words

REVIEWS = film_reviews()
SPECIAL = ["[PAD]", "[UNK]"]


@pytest.fixture(scope="module")
def encoding() -> BytePairEncoding:
    return BytePairEncoding.train(REVIEWS, 1_500)


@pytest.fixture(scope="module")
def word_piece() -> WordPiece:
    return WordPiece.train(REVIEWS, 1_000)


def _pieces(text: str) -> list[str]:
    """What byte-pair encoding splits on its own, said in another way: GPT-2's pattern without its English endings."""
    return regex.findall(r" ?[_\p{L}\p{N}\p{M}]+| ?[^\s_\p{L}\p{N}\p{M}]+|\s+(?!\S)|\s+", f" {text}") if text else []


def _tokenizers_bpe(texts: list[str], size: int, special: list[str]) -> Tokenizer:
    """The library's encoding of the same pieces, which a character that is in no text keeps apart."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split("\x01", "removed")
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(("\x01".join(_pieces(text)) for text in texts), trainer)
    return tokenizer


# --- byte-pair encoding --------------------------------------------------------------------------------------------


def test_training_on_reviews_gives_the_tokens_and_merges_of_tokenizers(encoding: BytePairEncoding) -> None:
    theirs = _tokenizers_bpe(REVIEWS, 1_500, [*SPECIAL, *BYTES])
    model = json.loads(theirs.to_str())["model"]
    assert encoding.merges == [tuple(pair) for pair in model["merges"]]
    assert encoding.tokens == sorted(model["vocab"], key=model["vocab"].get)
    assert len(encoding) == len(encoding.tokens) == 1_500 and len(encoding.merges) > 1_000


def test_reviews_are_split_as_tokenizers_splits_them(encoding: BytePairEncoding) -> None:
    theirs = _tokenizers_bpe(REVIEWS, 1_500, [*SPECIAL, *BYTES])
    for text in REVIEWS:
        answer = theirs.encode("\x01".join(_pieces(text)))
        assert encoding.encode(text) == answer.tokens
        assert encoding.to_ids(encoding.encode(text)) == answer.ids


def test_every_text_comes_back(encoding: BytePairEncoding) -> None:
    texts = [*REVIEWS, *map(random_text, range(1_500))]
    texts += [
        "",
        " ",
        "  ",
        "a",
        " a",
        "a ",
        "\n",
        " \n a\t",
        "\u3000",
        "<0x41>",
        "[PAD]",
        "[UNK] x",
        "\x00",
        "\ud800",
        "\udc80\ud83d",
    ]
    texts += ["👩‍🚀", "很好", "\u0301", "�", "\r\n\r\n", "▁", "##a"]
    for text in texts:
        tokens = encoding.encode(text)
        assert encoding.decode(tokens) == text
        assert encoding.decode(encoding.to_ids(tokens)) == text
        assert "[UNK]" not in tokens and "[PAD]" not in tokens


def test_a_character_never_seen_is_spelt_by_its_bytes(encoding: BytePairEncoding) -> None:
    assert encoding.encode("中") == [" ", "<0xE4>", "<0xB8>", "<0xAD>"]
    assert encoding.encode("\ud800")[1:] == ["<0xED>", "<0xA0>", "<0x80>"]
    assert encoding.to_ids(["<0x00>", "<0xFF>", "no such token"]) == [2, 257, 1]


def test_a_word_is_split_alike_wherever_it_stands(encoding: BytePairEncoding) -> None:
    alone = encoding.encode("wonderfully")
    assert encoding.encode("wonderfully wonderfully") == alone * 2
    assert alone[0].startswith(" ")


def test_bytes_that_make_no_character_do_not_stop_decoding(encoding: BytePairEncoding) -> None:
    assert encoding.decode([" ", "<0xE4>", "<0xB8>"]) == "\ufffd"
    assert encoding.decode([" ", "a", "<0xFF>", "b"]) == "a\ufffdb"
    assert encoding.decode(["a"]) == "a" and encoding.decode([]) == ""


def test_padding_is_left_out_and_arrays_of_ids_will_do(encoding: BytePairEncoding) -> None:
    ids = np.array([*encoding.to_ids(encoding.encode("a film")), 0, 0], dtype=np.int32)
    assert encoding.decode(ids) == "a film"
    assert encoding.decode(["[PAD]", *encoding.encode("a film"), "[PAD]"]) == "a film"


def test_frequent_words_are_one_token_and_rare_ones_many(encoding: BytePairEncoding) -> None:
    assert encoding.encode("the film") == [" the", " film"]
    assert len(encoding.encode("flibbertigibbet")) > 4


def test_counted_words_are_trained_on_like_texts() -> None:
    words = {"low": 5, "lower": 2, "newest": 6, "widest": 3, "don't": 2}
    texts = [word for word, count in words.items() for _ in range(count)]
    from_counts, from_texts = BytePairEncoding.train(words, 285), BytePairEncoding.train(texts, 285)
    assert from_counts.tokens == from_texts.tokens and from_counts.merges == from_texts.merges
    assert from_counts.merges[:2] == [("e", "s"), ("es", "t")]


def test_more_characters_than_there_is_room_for_leave_the_rare_ones_to_bytes() -> None:
    words = {"aab": 5, "ccd": 3, "eba": 1}  # with the space in front of each word: a 11, space 9, b 6, c 6, d 3, e 1
    trained = BytePairEncoding.train(words, 258 + 4)
    assert trained.tokens[258:] == [" ", "a", "b", "c"] and trained.merges == []
    assert trained.decode(trained.encode("eba ccd")) == "eba ccd"
    tight = BytePairEncoding.train(words, 258)
    assert len(tight) == 258 and tight.decode(tight.encode("eba")) == "eba"


def test_a_character_without_a_token_parts_its_neighbours() -> None:
    tokens = [*SPECIAL, *BYTES, " ", "a", "c", "ac"]
    encoding = BytePairEncoding(tokens, [("a", "c")])
    assert encoding.encode("axc ac") == [" ", "a", "<0x78>", "c", " ", "ac"]


def test_texts_with_nothing_to_merge_give_a_smaller_vocabulary() -> None:
    assert len(BytePairEncoding.train([], 500)) == 258
    assert BytePairEncoding.train(["a"], 500).tokens[258:] == [" ", "a", " a"]


def test_of_a_pair_merged_twice_the_first_counts() -> None:
    tokens = [*SPECIAL, *BYTES, " ", "a", "b", "c", "ab", "bc"]
    assert BytePairEncoding(tokens, [("a", "b"), ("b", "c"), ("a", "b")]).encode("abc") == [" ", "ab", "c"]
    assert BytePairEncoding(tokens, [("b", "c"), ("a", "b")]).encode("abc") == [" ", "a", "bc"]


# --- WordPiece -----------------------------------------------------------------------------------------------------


def _tokenizers_word_piece(vocabulary: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(
        models.WordPiece(
            {token: n for n, token in enumerate(vocabulary)}, unk_token="[UNK]", max_input_chars_per_word=10**6
        )
    )
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=False, strip_accents=False, lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


@pytest.mark.parametrize("score", ["count", "likelihood"])
def test_reviews_are_split_as_berts_tokeniser_splits_them(score: str) -> None:
    trained = WordPiece.train(REVIEWS[::2], 700, score=score)  # words of the other half are new to it
    theirs = _tokenizers_word_piece(trained.tokens)
    for text in REVIEWS:
        plain = regex.sub(
            r"[^\x00-\x7fé’—“”…]", " ", text
        )  # BERT glues a symbol such as an emoji to a word; ours does not
        answer = theirs.encode(plain)
        assert trained.encode(plain) == answer.tokens
        assert trained.to_ids(trained.encode(plain)) == answer.ids


def test_training_by_count_gives_the_tokens_of_tokenizers() -> None:
    generator = random.Random(0)
    counts = Counter(word for text in REVIEWS for word in tokenize(clean(text)) if regex.fullmatch(r"[a-z]+", word))
    # Of equally frequent pairs the library takes one by chance: made-up counts leave none equally frequent.
    counts = {word: 40 * count + generator.randrange(40) for word, count in counts.most_common(400)}
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(vocab_size=250, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator((" ".join([word] * count) for word, count in counts.items()), trainer)
    theirs = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    ours = WordPiece.train(counts, 250, score="count").tokens
    assert set(ours[:54]) == set(theirs[:54])  # two special ones, 26 letters at the beginning of a word and 26 inside
    assert ours[54:] == theirs[54:]


def _greedy(word: str, tokens: set[str]) -> list[str]:
    """The longest known token first, tried one after the other."""
    found, rest = [], word
    while rest:
        known = [end for end in range(len(rest), 0, -1) if ("##" if found else "") + rest[:end] in tokens]
        if not known:
            return ["[UNK]"]
        found.append(("##" if found else "") + rest[: known[0]])
        rest = rest[known[0] :]
    return found


def test_random_words_are_split_greedily() -> None:
    for seed in range(60):
        words = random_words(seed, "abcd")
        trained = WordPiece.train(words, 30)
        for word in random_words(seed + 1_000, "abcde", words=30):
            assert trained.encode(word) == _greedy(word, set(trained.tokens))


def test_the_longest_match_is_taken_even_where_it_leads_nowhere() -> None:
    trained = WordPiece([*SPECIAL, "a", "##b", "##c", "abc", "ab", "##cd"])
    assert trained.encode("abcd") == ["[UNK]"]  # abc is taken, and d is unknown; ab ##cd would have spelt it
    assert trained.encode("abc ab acd b") == ["abc", "ab", "a", "##cd", "[UNK]"]


def test_likelihood_joins_what_belongs_together_and_count_what_is_frequent() -> None:
    words = {"ab": 10, "ac": 10, "xy": 3}
    assert WordPiece.train(words, 11, "likelihood").tokens[2:] == [*"abcxy", "##b", "##c", "##y", "xy"]
    assert WordPiece.train(words, 11, "count").tokens[2:] == [*"abcxy", "##b", "##c", "##y", "ab"]
    assert WordPiece.train(words, 11).tokens == WordPiece.train(words, 11, "likelihood").tokens


def test_joined_tokens_lose_the_sign_in_their_middle_alone() -> None:
    tokens = WordPiece.train({"abcd": 1, "xbcd": 1}, 99, "count").tokens
    assert tokens[2:] == ["a", "b", "c", "d", "x", "##b", "##c", "##d", "##bc", "##bcd", "abcd", "xbcd"]


def test_words_come_back_with_one_space_between_them(word_piece: WordPiece) -> None:
    assert word_piece.decode(word_piece.encode("The  FILM, wonderfully\nmade!")) == "the film , wonderfully made !"
    for text in REVIEWS:
        words = regex.findall(
            r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|[^\s\p{L}\p{N}]", regex.sub(r"(\p{Han})", r" \1 ", text.lower())
        )
        assert word_piece.decode(word_piece.to_ids(word_piece.encode(text))) == " ".join(words)


def test_what_cannot_be_spelt_is_unknown_word_by_word(word_piece: WordPiece) -> None:
    film = word_piece.encode("film")
    assert word_piece.encode("film 中文 film☃film") == [*film, "[UNK]", "[UNK]", *film, "[UNK]", *film]
    assert word_piece.decode([0, 1, *word_piece.to_ids(film), 0]) == "[UNK] film"
    assert word_piece.to_ids(["##nothing", "[PAD]"]) == [1, 0]
    assert word_piece.encode("") == word_piece.encode(" \n") == [] and word_piece.decode([]) == ""


def test_a_letter_that_began_no_word_can_begin_one() -> None:
    assert WordPiece.train(["film"], 20).encode("mil") == ["m", "##i", "##l"]


def test_chinese_is_split_character_by_character_and_marks_stay_with_their_letter() -> None:
    trained = WordPiece.train(["好看film中文", "हिन्दी snake_case don't कि"], 60)
    assert trained.decode(trained.encode("好看Film中文")) == "好 看 film 中 文"
    assert trained.decode(trained.encode("हिन्दी")) == "हिन्दी"
    assert trained.decode(trained.encode("snake_case don't")) == "snake _ case don ' t"


# --- both ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [BytePairEncoding, WordPiece])
def test_the_tokens_are_all_there_is_to_keep(kind: type) -> None:
    trained = kind.train(REVIEWS[:50], 500)
    parts = (trained.tokens, trained.merges) if kind is BytePairEncoding else (trained.tokens,)
    again = kind(*json.loads(json.dumps(parts)))
    assert [again.encode(text) for text in REVIEWS] == [trained.encode(text) for text in REVIEWS]
    assert trained.tokens[:2] == SPECIAL and len(set(trained.tokens)) == len(trained) == 500


@pytest.mark.parametrize("kind", [BytePairEncoding, WordPiece])
@pytest.mark.parametrize("character", ["a", "中", "<", " ", "😀", "\u0301", "\x00"])
def test_a_text_of_one_character_takes_no_longer_than_its_length(kind: type, character: str) -> None:
    trained = kind.train(REVIEWS[:50], 500)
    text = character * 100_000
    begun = time.process_time()
    tokens = trained.encode(text)
    assert time.process_time() - begun < 5
    if kind is BytePairEncoding:
        assert trained.decode(tokens) == text


@pytest.mark.parametrize("kind", [BytePairEncoding, WordPiece])
def test_what_is_wrong_is_named(kind: type) -> None:
    trained = kind.train(["a film"], 300)
    with pytest.raises(TypeError, match=r"^texts_or_word_counts is one str, 'a film'; allowed: a list of words$"):
        kind.train("a film", 300)
    with pytest.raises(TypeError, match=r"^texts_or_word_counts holds what is 5 of type int; allowed: a str$"):
        kind.train([5], 300)
    with pytest.raises(TypeError, match=r"^text is bytes; decode it first"):
        trained.encode(b"film")
    with pytest.raises(TypeError, match=r"^tokens is one str, 'film'"):
        trained.decode("film")
    with pytest.raises(TypeError, match=r"^tokens is one str, 'film'"):
        trained.to_ids("film")
    with pytest.raises(TypeError, match=r"^tokens is one str, 'film'"):
        type(trained)("film", []) if kind is BytePairEncoding else type(trained)("film")
    with pytest.raises(ValueError, match=rf"^tokens holds ids from {len(trained)} to {len(trained)}; allowed: 0 to"):
        trained.decode([len(trained)])
    with pytest.raises(ValueError, match=r"^tokens holds ids from -1 to 0; allowed: 0 to"):
        trained.decode([0, -1])
    with pytest.raises(TypeError, match=r"^tokens holds values of type float64; allowed: whole numbers$"):
        trained.decode([0.5])


def test_a_vocabulary_without_room_is_named() -> None:
    with pytest.raises(ValueError, match=r"^vocabulary_size is 257; allowed: 258 or more$"):
        BytePairEncoding.train(["a"], 257)
    with pytest.raises(ValueError, match=r"^vocabulary_size is 5; allowed: 7 or more$"):
        WordPiece.train(["ab ac c"], 5)
    assert len(WordPiece.train(["ab ac c"], 7)) == 7
    with pytest.raises(ValueError, match=r"^score is 'best'; allowed: 'likelihood', 'count'$"):
        WordPiece.train(["a"], 10, score="best")
