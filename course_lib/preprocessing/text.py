"""Text to words: cleaning, tokenising, stop words, stems and n-grams, one function each.

Every pattern below reads its text once from left to right: none can be made slow by a hostile text.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from course_lib.base.arguments import listed, require_choice, require_integer, require_text, require_words

# --- Emoji: one or more pictographs that zero-width joiners (U+200D) make into one picture -------------------------
# After Unicode Technical Standard 51, section 1.4.9, with whole blocks of pictographs where it lists single ones.

_PICTOGRAPH = (
    "[\u203c\u2049\u231a\u231b\u23e9-\u23fa\u25fd\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b-\u2b55"
    "\U0001f000-\U0001faff]"
)
_COLOURED_SYMBOL = (
    "[\u00a9\u00ae\u2122\u2139\u2194-\u21aa\u2328\u23cf\u24c2\u25aa-\u25fe\u3030\u303d\u3297\u3299]\ufe0f"
)
_SKIN_OR_REGION = "\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_ONE_PICTURE = f"(?:{_PICTOGRAPH}{_SKIN_OR_REGION}|{_COLOURED_SYMBOL})"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag: two regional letters
    "|[0-9#*]\ufe0f?\u20e3"  # a key cap
    f"|{_ONE_PICTURE}(?:\u200d{_ONE_PICTURE})*"
)

# --- Cleaning ------------------------------------------------------------------------------------------------------

# A comment or a script that is never closed runs to the end of the text, as it does in a browser.
_HIDDEN = re.compile(r"<!--(?:-?>|.*?(?:-->|\Z))|<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"""<[/!?]?([a-z][a-z0-9]*)(?:[^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*)*>|[^<>]*>)""", re.IGNORECASE)
_INLINE_TAG = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup"
    "|time|tt|u|var|wbr",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|\w{1,32});?")
_LONGEST_ENTITY = 40

_EMOJI_OR_INVISIBLE = re.compile(
    f"({_EMOJI})"
    "|[\x00-\x08\x0e-\x1b\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e01ef]"
)
# The characters 80 to 9F (hexadecimal) are controls in Unicode, and dashes and quotes in Windows-1252. Real files
# hold them because they were once read with the wrong table; HTML 5 (section 13.5) reads them in the same way.
_WINDOWS = re.compile("[\x80-\x9f]")


NORMAL_FORMS = ("NFC", "NFKC")


def clean(text: str, form: str = "NFC") -> str:
    """Make one line of plain text from what a web page holds; words, case, punctuation, accents and emoji stay.

    Comments, scripts and style sheets go. A tag that sits inside words (`<b>`) leaves nothing, any other (`<br>`,
    `<p>`) leaves a space; `<3` and `a < b` are no tags. Entities become their characters (`&amp;` → `&`), once.
    Control and zero-width characters go, save the joiners inside an emoji; the dashes and quotes of Windows-1252 that
    pass for controls are put right. Accents are composed (NFC). White space becomes one space.

    NFC keeps apart what was typed apart: ＡＢＣ１２３ is not ABC123, ① is not 1. NFKC makes one of both. That is right
    where the difference is only how somebody typed: for looking words up, for counting them, for most Chinese and
    Japanese texts from the web. It is wrong where the difference means something, and it cannot be undone: 2⁵ becomes
    25, ½ becomes 1⁄2, and of Chinese punctuation ，！？ become ,!? while 。、 stay. `half_width` does less.

    Args:
        text: any text.
        form: `"NFC"` or `"NFKC"`, the normal form of Unicode.

    Returns:
        The cleaned text; empty where nothing is left.

    Raises:
        TypeError: if `text` is no str.
        ValueError: if the form is another.

    Source: Unicode Standard Annex 15, Unicode Normalization Forms.
    """
    require_text("text", text)
    require_choice("form", form, NORMAL_FORMS)
    if "<" in text:
        text = _HIDDEN.sub(" ", text)
        text = _TAG.sub(lambda tag: "" if _INLINE_TAG.fullmatch(tag[1]) else " ", text)
    if "&" in text:  # after the tags: what `&lt;b&gt;` spells is text, no tag
        text = _ENTITY.sub(_character, text)
    if not (text.isascii() and text.isprintable()):  # plain text, which most texts are, is spared three searches
        text = _WINDOWS.sub(lambda control: control[0].encode("latin-1").decode("cp1252", "ignore"), text)
        # Before the search, since what coloured a sign may stay behind alone; after it, since what parted two may go.
        text = unicodedata.normalize(form, text) if form == "NFKC" else text
        text = _EMOJI_OR_INVISIBLE.sub(r"\1", text)
        text = unicodedata.normalize(form, text)
    return " ".join(text.split())


def _character(entity: re.Match[str]) -> str:
    """The character an entity stands for; a number too long to be any character's is the replacement character."""
    return html.unescape(entity[0]) if len(entity[0]) <= _LONGEST_ENTITY else "\ufffd"


# --- Tokenising ----------------------------------------------------------------------------------------------------

# Other keys' apostrophes, exclamation and question marks; an underscore only emphasises.
_SAME_MARK = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'", "！": "!", "？": "?", "_": " "}
)
CJK = re.compile(  # Chinese characters and Japanese kana: written without spaces
    "[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff]"
)
# `\w` knows letters and digits; the vowel signs of Hindi, Arabic, Thai and others are marks, and belong to their word.
# Behind them in Unicode begin the selectors that colour an emoji.
MARKS = "".join(chr(code) for code in range(0x300, 0xFE00) if unicodedata.category(chr(code)) in {"Mn", "Mc"})
_INSIDE = r"'(?=\w)|(?<=\d)[.,](?=\d)"  # an apostrophe before a letter, a number's point or comma
_TOKEN = re.compile(rf"{_EMOJI}|\w+(?:(?:{_INSIDE}|[{MARKS}])\w*)*|[!?]")
_ASCII_TOKEN = re.compile(rf"\w+(?:(?:{_INSIDE})\w*)*|[!?]", re.ASCII)


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words, numbers, `!`, `?`, CJK characters and emoji.

    An apostrophe inside a word stays ("don't", whichever apostrophe was typed); hyphens and slashes part words; a
    number keeps its points and commas ("8.5"). Each Chinese character, Japanese kana, `!`, `?` and emoji is one
    token. No other punctuation is kept.

    Args:
        text: a text, cleaned or not.

    Returns:
        The tokens in their order; an empty list for an empty text.

    Raises:
        TypeError: if `text` is no str.
    """
    require_text("text", text)
    text = text.lower()
    if text.isascii():  # the same rules without what ASCII lacks: most texts are spared half of the work
        return _ASCII_TOKEN.findall(text.replace("`", "'").replace("_", " "))
    return _TOKEN.findall(CJK.sub(r" \g<0> ", text.translate(_SAME_MARK)))


# --- What may be done to tokens ------------------------------------------------------------------------------------


def remove_stop_words(
    tokens: Iterable[str], stop_words: Collection[str], keep: Collection[str] = frozenset()
) -> list[str]:
    """Leave out the stop words, except those to keep.

    Args:
        tokens: lower-case words.
        stop_words: the words to leave out.
        keep: stop words that stay all the same, such as {"not", "no"} where a sentence's verdict hangs on them.

    Returns:
        The tokens that stay, in their order.

    Raises:
        TypeError: if one of the arguments is a single str, or a token is no str.
    """
    tokens = listed("tokens", tokens)
    require_words("stop_words", stop_words)
    require_words("keep", keep)
    removed = frozenset(stop_words) - frozenset(keep)
    return [token for token in tokens if token not in removed]


def stem(tokens: Iterable[str]) -> list[str]:
    """Cut every word down to its stem by Porter's rules, as NLTK implements them ("loved", "loving" → "love").

    Args:
        tokens: words.

    Returns:
        One stem per token.

    Raises:
        TypeError: if `tokens` is a single str, or holds something that is no str.

    Source: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980.
    """
    return [_stem_word(token) for token in listed("tokens", tokens)]


@functools.lru_cache(
    maxsize=1 << 16
)  # a text repeats its words: looking a stem up is far cheaper than cutting it again
def _stem_word(word: str) -> str:
    return _porter_stemmer().stem(word)


@functools.cache
def _porter_stemmer():
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()


def n_grams(tokens: Sequence[str], n: int) -> list[str]:
    """Join every n neighbouring tokens by a space: ["not", "so", "good"] → "not so", "so good" for n = 2.

    Args:
        tokens: words.
        n: how many words make one, at least 1.

    Returns:
        The len(tokens) - n + 1 n-grams, none where there are fewer than n tokens.

    Raises:
        TypeError: if `tokens` is a single str or holds something that is no str, or n is no whole number.
        ValueError: if n is less than 1.
    """
    tokens = listed("tokens", tokens)
    require_integer("n", n, at_least=1)
    return [" ".join(tokens[start : start + n]) for start in range(len(tokens) - n + 1)]
