"""The words of the site's own buttons and labels, in both languages."""

from __future__ import annotations

WORDS = {
    "other_language": {"en": "中文", "zh": "English"},
    "other_language_title": {"en": "本页中文版", "zh": "This page in English"},
    "chapters": {"en": "Lessons", "zh": "课程"},
    "reference": {"en": "To look things up", "zh": "查阅"},
    "toggle_primary": {"en": "All pages", "zh": "全部页面"},
    "toggle_secondary": {"en": "Contents of this page", "zh": "本页目录"},
    "on_this_page": {"en": "On this page", "zh": "本页目录"},
    "sidebar": {"en": "The course", "zh": "课程导航"},
    "search_button": {"en": "Search", "zh": "搜索"},
    "search": {"en": "Search the course", "zh": "搜索课程"},
    "copy": {"en": "Copy", "zh": "复制"},
    "copied": {"en": "Copied", "zh": "已复制"},
    "copy_failed": {"en": "Press Ctrl+C", "zh": "请按 Ctrl+C"},
    "formula": {"en": "Formula", "zh": "公式"},
    "found_one": {"en": "One page found.", "zh": "找到 ${resultCount} 页。"},
    "found_many": {"en": "${resultCount} pages found.", "zh": "找到 ${resultCount} 页。"},
    "found_none": {
        "en": "Nothing found. Try one word only, or look into the glossary.",
        "zh": "没有找到。请只用一个词再试，或到术语表里看看。",
    },
    "show_code": {"en": "Show the code", "zh": "展开代码"},
    "hide_code": {"en": "Hide the code", "zh": "收起代码"},
    "show_setup": {"en": "Set-up: show the code", "zh": "准备工作：展开代码"},
    "hide_setup": {"en": "Set-up: hide the code", "zh": "准备工作：收起代码"},
    "download": {"en": "Download the notebook", "zh": "下载笔记本"},
}
