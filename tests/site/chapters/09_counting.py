# A small lesson with one of everything a page can hold: what the site is tested with.

# %% [markdown] id="title" lang="en"
# # 09 · Counting: how many words are there?
#
# A **token** is what we count. This lesson exists to be looked at: it has a formula, a figure, a quiz, a prediction,
# an exercise, and nothing to teach.
# %% [markdown] id="title" lang="zh" of="0ed598b5"
# # 09 · 数数：一共有多少个词？
#
# **词元**（token）就是我们要数的东西。这一课只是拿来看版式的：有公式、图、测验、预测和练习，并不教什么。
# 先**分词**，再统计。

# %% [markdown] id="formulas" lang="en"
# ## Formulas
#
# Inline, the share of a word is $p(w) = \frac{c(w)}{N}$, and $\log_2 p(w)$ its length in bits. On a line of its own:
#
# $$ H = -\sum_{w \in V} p(w) \log p(w), \qquad p\colon (V,). \tag{1} $$
#
# Several lines are aligned at their signs of equality:
#
# $$
# \begin{aligned}
# \operatorname{idf}(t) &= \log \frac{1 + N}{1 + \operatorname{df}(t)} + 1 \\
# \hat{y} &= \arg\max_{k} \; \mathbf{w}_k^\top \mathbf{x} + b_k
# \end{aligned}
# $$
# %% [markdown] id="formulas" lang="zh" of="ca9e1707"
# ## 公式
#
# 行内公式：词的占比是 $p(w) = \frac{c(w)}{N}$，$\log_2 p(w)$ 是它的比特数。独占一行的公式：
#
# $$ H = -\sum_{w \in V} p(w) \log p(w), \qquad p\colon (V,). \tag{1} $$
#
# 多行公式在等号处对齐：
#
# $$
# \begin{aligned}
# \operatorname{idf}(t) &= \log \frac{1 + N}{1 + \operatorname{df}(t)} + 1 \\
# \hat{y} &= \arg\max_{k} \; \mathbf{w}_k^\top \mathbf{x} + b_k
# \end{aligned}
# $$
# %% id="helpers" tags=["fold"]
from course_lib import display
from course_lib.checks.core import exercise, require


@exercise("09.1")
def _count_words(learner):
    require(learner("a b a") == 3, "count every occurrence, not every word once", "每次出现都要数，不是每个词只数一次")
# %% id="count"
text = "the film was not good and the end was worse"
counts = {word: text.split().count(word) for word in text.split()}
print(counts)
# %% [markdown] id="table" lang="en"
# ### A table
#
# | word | count | a long column of explanation so that a phone has something to scroll |
# |:--|--:|:--|
# | the | 2 | an article, and the most frequent word of English by some distance |
# | film | 1 | a noun |
#
# > A remark set apart, with *emphasis* and `code`.
# %% [markdown] id="table" lang="zh" of="5330f51a"
# ### 一张表
#
# | 词 | 次数 | 一列很长的说明，好让手机上有东西可以滚动 |
# |:--|--:|:--|
# | the | 2 | 冠词，英语里出现最多的词，远远超过其他词 |
# | film | 1 | 名词 |
#
# > 一段引文，里面有*强调*和 `code`。

# %% [markdown] id="guess" lang="en" tags=["predict"]
# **Before you run it.** Which word is the most frequent?
#
# > *the* and *was*, twice each: $c = 2$. Content words are rarely repeated.
# %% [markdown] id="guess" lang="zh" of="1999e6cb" tags=["predict"]
# **先猜，再运行。** 哪个词出现得最多？
#
# > *the* 和 *was*，各两次：$c = 2$。实词很少重复。
# %% id="figure"
display.show_picture(
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Two bars of height two" viewBox="0 0 300 120"'
    ' width="300" style="max-width:100%;background:#fff"><rect x="40" y="20" width="60" height="80" fill="#0072B2"/>'
    '<rect x="160" y="20" width="60" height="80" fill="#D55E00"/></svg>',
    "Two bars of height two",
)
# %% [markdown] id="exercises" lang="en"
# ## Exercise
# %% [markdown] id="exercises" lang="zh" of="83297eaf"
# ## 练习
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=5
def count_words(text):
    """How many words the text has."""
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def count_words(text):
    return len(text.split())  # the solution of the fixture
# %% id="ex1-check" tags=["check"]
check("09.1", count_words)
# %% [markdown] id="quizzes" lang="en"
# ## Quiz
# %% [markdown] id="quizzes" lang="zh" of="f3a0b532"
# ## 测验
# %% [markdown] id="quiz-order" lang="en" tags=["quiz"]
# **What does a bag of words forget?**
# - [ ] How often a word occurs — That is the one thing it keeps.
# - [x] The order of the words — “not good” and “good, not” get the same counts.
# - [ ] Rare words — They have a column like any other.
# %% [markdown] id="quiz-order" lang="zh" of="ec9a2c27" tags=["quiz"]
# **词袋忘掉了什么？**
# - [ ] 每个词出现的次数 — 这恰恰是它唯一记住的。
# - [x] 词的次序 — “not good”和“good, not”得到同样的计数。
# - [ ] 罕见的词 — 它们和别的词一样占一列。
# %% id="results"
course = dial(
    settings={"smoke": {"n": 1}, "quick": {"n": 10}, "full": {"n": 100}},
    expected={"quick": {"mean_length": (3.0, 4.0)}, "full": {"mean_length": (3.0, 4.0)}},
)
course.report("mean_length", 3.4)
