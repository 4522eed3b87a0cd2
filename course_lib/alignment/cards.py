"""What a model and a data set say of themselves: forms filled in with measurements, which show what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from course_lib.showing.language import tr

# The heads of a model card, after Mitchell et al., section 4, and of a data sheet, after Gebru et al., section 3.
MODEL = {
    "model": ("Model", "模型"),
    "use": ("Intended use", "预期用途"),
    "not_for": ("Not for", "不适用于"),
    "data": ("Training and test data", "训练和测试数据"),
    "numbers": ("Measured", "测量结果"),
    "groups": ("By group", "分组结果"),
    "limits": ("Known to fail", "已知的失败"),
    "privacy": ("Privacy", "隐私"),
    "energy": ("Energy", "能耗"),
}
DATA = {
    "why": ("Why it was made", "为何制作"),
    "what": ("What is in it", "包含什么"),
    "how": ("How it was collected", "如何收集"),
    "cleaning": ("What was done to it", "做过哪些处理"),
    "uses": ("What it is used for", "用途"),
    "missing": ("Who and what is missing", "缺了谁、缺了什么"),
    "terms": ("Terms", "使用条款"),
}


def model_card(entries: Mapping[str, object]) -> list[tuple[str, str]]:
    """The rows of a model card; what was not said is named as missing.

    Args:
        entries: what is known, by the keys of `MODEL`: a text, or a mapping from names to numbers or texts.

    Returns:
        Head and content of each row.

    Raises:
        ValueError: if an entry has a key that the card has not.

    Source: M. Mitchell et al., "Model Cards for Model Reporting", 2019 (arXiv:1810.03993).
    """
    return _rows(MODEL, entries)


def data_sheet(entries: Mapping[str, object]) -> list[tuple[str, str]]:
    """The rows of a data sheet, as `model_card`, by the keys of `DATA`.

    Raises:
        ValueError: if an entry has a key that the sheet has not.

    Source: T. Gebru et al., "Datasheets for Datasets", 2021 (arXiv:1803.09010).
    """
    return _rows(DATA, entries)


def _rows(heads: Mapping[str, tuple[str, str]], entries: Mapping[str, object]) -> list[tuple[str, str]]:
    unknown = [key for key in entries if key not in heads]
    if unknown:
        raise ValueError(f"entries has the key {unknown[0]!r}; allowed: {', '.join(heads)}")
    return [(tr(*head), _text(entries.get(key))) for key, head in heads.items()]


def _text(entry: object) -> str:
    if entry is None or entry == "" or entry == {}:
        return tr("not stated", "未说明")
    if isinstance(entry, Mapping):
        return tr("; ", "；").join(f"{name}{tr(': ', '：')}{value}" for name, value in entry.items())
    return str(entry)
