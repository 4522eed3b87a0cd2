"""Search in Chinese: the page is cut into words by jieba, a query by the words that the pages have.

Sphinx cuts only the pages; a query such as 词向量训练 would then be one long word that no page holds. The script here
cuts it at the longest words of the index, from left to right. As in the index a hyphen parts words, and a single
character is none.
"""

from __future__ import annotations

import logging

import jieba
from sphinx.search.en import SearchEnglish
from sphinx.search.zh import SearchChinese

_SPLIT_QUERY = """
function splitQuery(query) {
  const known = (word) => {
    const index = Search._index;
    return index !== null && (Object.hasOwn(index.terms, word) || Object.hasOwn(index.titleterms, word));
  };
  const words = [];
  for (const part of query.match(/[\\u3400-\\u9fff]+|[\\p{Letter}\\p{Number}_]+/gu) || []) {
    if (!/[\\u3400-\\u9fff]/.test(part)) {
      words.push(part);
      continue;
    }
    let start = 0;
    while (start < part.length) {
      let end = Math.min(part.length, start + 8);
      while (end > start + 1 && !known(part.slice(start, end))) end -= 1;
      if (end > start + 1 || part.length === 1) words.push(part.slice(start, end));
      start = end;
    }
  }
  const indexed = words.filter((word) => word.length > 1);
  return indexed.length ? indexed : query.trim() ? [query.trim()] : [];
}
"""


class CourseChinese(SearchChinese):
    """Chinese with the terms of the glossary as words of their own."""

    js_splitter_code = _SPLIT_QUERY
    terms: tuple[str, ...] = ()

    def init(self, options: dict[str, str]) -> None:
        """Teach jieba the terms; Sphinx's own way would read its whole dictionary twice and tell of it."""
        jieba.setLogLevel(logging.WARNING)
        super().init({**options, "dict": ""})
        # The script on the page has Porter's first rules; by his second, which Sphinx takes, "key" is never found.
        self.stemmer = SearchEnglish({}).stemmer
        for term in self.terms:
            jieba.add_word(term)
