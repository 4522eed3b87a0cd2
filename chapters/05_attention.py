# Lesson 05 of "Deep learning for language": how a model looks where it should. The source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 05 · Attention: how does a model look where it should?
#
# A reader who is asked a question about a page does not recite the page from memory. She looks at the page again, at
# the right line. For years neural networks could not do that: they read a text to the end and then had to answer from
# one vector. This lesson gives them the second look. It is one idea, three lines of code, and the heart of every
# language model you have heard of.
#
# **When you have worked through it, you can**
#
# - show a task that one vector cannot solve, and solve it with attention;
# - derive both kinds of attention, additive and scaled dot-product, from a loop over queries and keys;
# - say what the $\sqrt{d}$ is for, with variances and gradients;
# - mask padding and the future, and say what a row that may look at nothing must give;
# - build multi-head attention from single heads, and use it within one sequence and between two;
# - read a picture of attention weights, and say what it does **not** show;
# - tell what attention costs in time and memory.
#
# **You need** matrix products, the softmax (lesson 02), and embeddings, padding and masks (lesson 01).
#
# **Mirrors** sections 2.3, 3.3 and 4.3 of the second article, 4.1 of the third, 2.2 and 3.2 of the fifth. What they get
# wrong here (E11, E15, E16 in our list of errata) is run, taken apart and put right in section 6.
# %% [markdown] id="title" lang="zh" of="00ef7d4c"
# # 05 · 注意力：模型怎样看向该看的地方？
#
# 读完一页书，有人就其中的内容提问。读者不会凭记忆背出整页，而是回头再看一眼，而且只看该看的那一行。
# 很多年里，神经网络做不到这一点：它把文本从头读到尾，然后只能凭一个向量作答。这一课讲的**注意力**，就是让网络能回头看。
# 它的公式只有三行代码，却是今天每一个语言模型的核心。
#
# **学完这一课，你能够**
#
# - 举出一个单靠一个向量解决不了的任务，并用注意力解决它；
# - 从“对查询和键做循环”出发，推导出加性注意力和缩放点积注意力；
# - 用方差和梯度说明除以 $\sqrt{d}$ 的作用；
# - 遮住填充，遮住未来，并说清楚一个什么都不许看的查询应当得到什么；
# - 用单个头搭出多头注意力，把它用在一个序列之内，也用在两个序列之间；
# - 看懂注意力权重图，并说清楚它**没有**说明什么；
# - 算出注意力要花多少时间、多少内存。
#
# **你需要会** 矩阵乘法、softmax（第 02 课），以及嵌入、填充和掩码（第 01 课）。
#
# **对应原文**：第二篇的 2.3、3.3 和 4.3 节，第三篇的 4.1 节，第五篇的 2.2 和 3.2 节。原文在这一部分的错误
# （勘误表中的 E11、E15、E16），我们会在第 6 节先说明原文的主张，再逐一运行、分析、改正。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>What does the softmax make of the scores 0, 0 and ln 2?</summary>
#
# ¼, ¼ and ½: the powers of $e$ are 1, 1 and 2, and each is divided by their sum, 4. Read again: {{02 loss}}.
#
# </details>
#
# <details><summary>Q has the shape (4, 8) and K has (6, 8). What is the shape of Q Kᵀ, and what stands in row 2, column 5?</summary>
#
# (4, 6): the axis of length 8 is summed over. There stands the dot product of row 2 of $Q$ with row 5 of $K$. Read
# again: {{02 neuron}}.
#
# </details>
#
# <details><summary>What does an <code>Embedding</code> layer do with a matrix of ids (batch, time), and what does it do with padding?</summary>
#
# It looks up one row of its table for each id, and gives (batch, time, width). Padding, id 0, gets row 0, a vector
# like any other: only a mask keeps it out of what follows. Read again: {{01 padding}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="48c0bb4f"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>softmax 把得分 0、0、ln 2 变成什么？</summary>
#
# ¼、¼、½：以 $e$ 为底的幂是 1、1、2，各除以总和 4。重读：{{02 loss}}。
#
# </details>
#
# <details><summary>Q 的形状是 (4, 8)，K 是 (6, 8)。Q Kᵀ 的形状是什么？第 2 行第 5 列是什么？</summary>
#
# 形状是 (4, 6)，长为 8 的轴被求和掉了。那里是 $Q$ 的第 2 行与 $K$ 的第 5 行的点积。重读：{{02 neuron}}。
#
# </details>
#
# <details><summary><code>Embedding</code> 层怎样处理编号矩阵 (batch, time)？遇到填充呢？</summary>
#
# 为每个编号从表中取出一行，得到 (batch, time, width)。填充的编号是 0，取到的是第 0 行，与别的向量没有两样：要靠掩码才能把它挡在后面的计算之外。重读：{{01 padding}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>Reviews of 3 and of 5 words make one batch. What is the mask of the first, and what is its sum divided by when its vectors are averaged?</summary>
#
# True three times, then False twice; by 3, the number of real words, and not by 5. From {{01 padding}}.
#
# </details>
#
# <details><summary>Twelve layers of sigmoid units: by what factor, at most, does the slope of the sigmoid alone shrink the gradient from top to bottom?</summary>
#
# By $4^{-12}$, one part in 17 million: the slope is ¼ at best, and each layer multiplies by it once. From
# {{02 deep}}.
#
# </details>
#
# <details><summary>A code is wider than the input. By what price can one make most of its units stay silent?</summary>
#
# By an L1 penalty on the activities of the code. With a ReLU the cheapest value is an exact zero, so a unit speaks
# only where it saves more than it costs. From {{03 sparse}}.
#
# </details>
#
# <details><summary>By how much does the ELBO fall short of log p(x)?</summary>
#
# By the divergence of $q(z \mid x)$ from the true posterior $p(z \mid x)$: nothing is lost exactly when the two are
# the same. From {{04 bound}}.
#
# </details>
#
# <details><summary>A latent dimension has mean 0 and variance 1 for every image. What does it cost, and what does it say?</summary>
#
# It costs $\frac12(0 + 1 - 1 - \ln 1) = 0$ nats, and it says nothing: its codes are the same draw from the prior
# whatever the image. From {{04 terms}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="5332d463"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>一篇 3 个词、一篇 5 个词的影评组成一批。前一篇的掩码是什么？求向量平均时，总和应当除以几？</summary>
#
# 三个 True，两个 False；除以真实的词数 3，不是 5。出自{{01 padding}}。
#
# </details>
#
# <details><summary>十二层 sigmoid 单元，单看 sigmoid 的斜率，梯度从顶层传到底层，最多还剩几分之几？</summary>
#
# 最多剩 $4^{-12}$，约一千七百万分之一：斜率至多为 ¼，每过一层就乘一次。出自{{02 deep}}。
#
# </details>
#
# <details><summary>编码比输入还宽。加上什么惩罚，能让其中大多数单元不活跃？</summary>
#
# 对编码的激活值加 L1 惩罚。配上 ReLU，惩罚最小的取值正好是零，所以一个单元只有在减少的重构损失超过惩罚时才会活跃。出自{{03 sparse}}。
#
# </details>
#
# <details><summary>ELBO 比 log p(x) 小多少？</summary>
#
# 小 $q(z \mid x)$ 与真实后验 $p(z \mid x)$ 之间的 KL 散度；两者相同时，才一点不差。出自{{04 bound}}。
#
# </details>
#
# <details><summary>潜变量的某一维，对每幅图像都是均值 0、方差 1。它的散度是多少，携带多少信息？</summary>
#
# 散度是 $\frac12(0 + 1 - 1 - \ln 1) = 0$ 奈特，也不携带任何信息：不管哪幅图，它的编码都只是从先验里抽取的。出自{{04 terms}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · Where the idea comes from
#
# In 2014 two groups (Sutskever and colleagues; Cho and colleagues) let networks translate: one recurrent network read the
# English sentence and passed its last state, **one vector**, to a second network, which wrote French. It worked; but Cho's
# kind of network grew worse the longer the sentence was. Bahdanau, Cho and Bengio saw why within the year: however long the
# sentence, it had to fit into the same thousand numbers or so. Their cure was to let the writer *look back at every word that was
# read*, and to learn where to look. They called it an alignment; the name that stayed is **attention**.
#
# In 2017 Vaswani and colleagues asked how much of the recurrent network was still needed. Their answer is in the title of
# their paper: *Attention is all you need*. Lesson 06 builds their Transformer; this lesson builds its engine.
# %% [markdown] id="background" lang="zh" of="ef8cb211"
# ## 1 · 这个想法从哪里来
#
# 2014 年，有两组研究者（Sutskever 等，以及 Cho 等）让神经网络做翻译：一个循环网络读完英文句子，把最后的状态，
# 也就是**一个向量**，交给另一个网络，由后者写出法文。这办法行得通，可是 Cho 等人的那种网络，句子越长，译得越差。
# 同年，Bahdanau、Cho 和 Bengio 看出了原因：不管句子多长，都得塞进同样的一千来个数里。他们的办法是：
# 让写的一方**回头看读过的每一个词**，并且学会该看哪里。他们称之为“对齐”，而流传下来的名字是**注意力**。
#
# 2017 年，Vaswani 等人又问：既然如此，循环网络还有多少是必需的？答案就是论文的标题：*Attention is all you need*
# （有注意力就够了）。第 06 课会搭出他们的 Transformer，这一课先讲它的核心部件。

# %% id="imports" tags=["fold"]
import logging
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops

import course_lib.preprocessing as prep
from course_lib import attention, data, diagrams, display, plots

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its advice about retracing is meant for long loops  # 它关于重复追踪（retracing）的提示只适用于长循环

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "problem": (0, 1, tr("one vector fails\nsection 2", "一个向量不够\n第 2 节")),
        "scores": (1, 1, tr("scores\nquery · key, section 3", "得分\n查询·键，第 3 节")),
        "scale": (1, 0, tr("÷ √d\nsection 4", "除以 √d\n第 4 节")),
        "additive": (1, 2, tr("additive\nsection 5", "加性\n第 5 节")),
        "masks": (2, 0, tr("masks\nsection 7", "掩码\n第 7 节")),
        "weights": (2, 1, tr("weights\nsoftmax", "权重\nsoftmax")),
        "mean": (3, 1, tr("weighted mean\nof the values", "对各个值\n求加权平均")),
        "heads": (3, 2, tr("many heads\nsection 8", "多个头\n第 8 节")),
        "uses": (4, 1, tr("self and cross\nsections 9–10", "自/交叉注意力\n第 9–10 节")),
        "cost": (4, 0, tr("the cost\nsection 11", "代价\n第 11 节")),
    },
    arrows=[
        ("problem", "scores", ""), ("scale", "scores", ""), ("additive", "scores", ""), ("scores", "weights", ""),
        ("masks", "weights", ""), ("weights", "mean", ""), ("heads", "mean", ""), ("mean", "uses", ""), ("uses", "cost", ""),
    ],
    english="A map: one vector fails; scores, scaled or additive, become weights by a softmax that knows masks; weights give"
    " a weighted mean of values, in many heads; it is used within and between sequences, at a cost.",
    chinese="一张路线图：一个向量不够用；得分（缩放点积或加性）经过带掩码的 softmax 变成权重；权重对值求加权平均，可以有多个头；"
    "它用在序列之内和序列之间，并有代价。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** The next cell holds every size this lesson uses, and the results it must show. `quick`, the
# default, is made for a laptop; set `COURSE_SCALE=full` before you start Jupyter for larger networks and longer training.
# %% [markdown] id="dial" lang="zh" of="49cdd2d2"
# **规模旋钮。** 下一格写着本课用到的所有大小，以及必须得到的结果。默认的 `quick` 在笔记本电脑上就能跑；
# 想用更大的网络、训练得更久，请在启动 Jupyter 之前设置 `COURSE_SCALE=full`。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(books=256, book_epochs=1, more_books=256, units=16, phrases=300, phrase_epochs=1,
                      erased=10, lengths=[16, 32]),
        "quick": dict(books=12_000, book_epochs=3, more_books=240_000, units=64, phrases=5_000,
                      phrase_epochs=5, erased=150, lengths=[64, 128, 256, 512, 1024]),
        "full": dict(books=100_000, book_epochs=6, more_books=600_000, units=256, phrases=5_000,
                     phrase_epochs=15, erased=500, lengths=[64, 128, 256, 512, 1024, 2048]),
    },
    expected={
        "quick": dict(
            attention_at_32=(0.97, 1.0), one_vector_at_2=(0.45, 0.65), one_vector_at_32=(0.1, 0.24),
            longer_at_2=(0.7, 1.0), longer_at_32=(0.1, 0.24),
            characters_right=(0.91, 0.96), most_looked_at_matters_most=(0.45, 0.9),
        ),
        "full": dict(
            attention_at_32=(0.97, 1.0), one_vector_at_2=(0.5, 1.0), one_vector_at_32=(0.08, 0.35),
            longer_at_2=(0.9, 1.0), longer_at_32=(0.1, 0.5),
            characters_right=(0.93, 1.0), most_looked_at_matters_most=(0.3, 0.95),
        ),
    },
)

# %% [markdown] id="problem" lang="en"
# ## 2 · A task that one vector cannot solve
#
# Here is a page of a phone book: *Ann 4, Bob 7, Cleo 1, …* You read it once, top to bottom. **Then** you are asked for
# one name. Language does this all the time: who "she" is, what was ordered, which word comes next in a translation. What
# will be asked is not known while reading.
#
# We make such pages at random: up to 12 of 40 names in any order, each with a digit. Every page is new, so nothing can be
# learnt by heart; the model has to learn *how to look up*. A page is padded with zeros to a common length (lesson 01).
# %% [markdown] id="problem" lang="zh" of="382ecdee"
# ## 2 · 一个向量解决不了的任务
#
# 这里有一页电话簿：*Ann 4，Bob 7，Cleo 1，……* 你从上到下读一遍，**然后**才有人报出一个名字，问你号码。
# 语言里处处都是这种事：“她”指的是谁，点了什么菜，译文的下一个词是什么。读的时候，并不知道将来会问什么。
#
# 我们随机造出这样的页：从 40 个名字里任取至多 12 个，次序随意，每个配一个数字。每一页都是新的，死记硬背没有用，
# 模型得学会的是**怎样查**。各页用零填充到同样的长度（第 01 课）。
# %% id="problem-data"
NAMES, DIGITS = 40, 10


def phone_books(examples, pairs, room, seed):
    tr("""Random pages -> (names, numbers, asked), answers; 0 is padding.

    pairs: the fewest and the most entries of a page; room: places in a row.
    """, """随机的页 -> (names, numbers, asked)，answers；0 是填充。

    pairs：一页最少和最多的条目数；room：一行的位置数。
    """)
    random = np.random.default_rng(seed)
    fewest, most = pairs
    lengths = random.integers(fewest, most + 1, size=examples)
    is_entry = np.arange(room) < lengths[:, None]  # (examples, room)
    # names in the order of random numbers: shuffled anew for each page  # 按随机数排序，每页的名字都重新打乱
    shuffled = random.random((examples, NAMES)).argsort(axis=1) + 1
    names = np.where(is_entry, shuffled[:, :room], 0)
    digits = random.integers(1, DIGITS + 1, size=is_entry.shape)
    numbers = np.where(is_entry, digits, 0)
    page = np.arange(examples)
    place = (random.random(examples) * lengths).astype(int)
    asked, answers = names[page, place], numbers[page, place] - 1
    return [names, numbers, asked], answers
# %% id="problem-show"
pages, answers = phone_books(course.books, (1, 12), 12, seed=course.seed)
names, numbers, asked = pages
for name, number in zip(names[0], numbers[0], strict=True):
    if name > 0:
        print(f"{name}:{number - 1}", end="  ")
print(f"  {asked[0]}:?  {answers[0]}")
# %% [markdown] id="recurrent" lang="en"
# ### What a recurrent network is
#
# One of the two models below contains a **recurrent network**, so here is one, by hand. It reads a sentence word by word and keeps a **state** $h$: a few numbers, all that it remembers. With every word it mixes what it reads
# with what it knew:
#
# $$ h_t = \tanh(x_t W + h_{t-1} U + b), \qquad x_t\colon (d,), \quad h_t\colon (n,), \quad W\colon (d, n), \quad U\colon (n, n), \quad b\colon (n,). $$
#
# The same $W$, $U$ and $b$ serve at every step. Let words and state be one number each, so that you can check the loop with a pocket calculator:
# %% [markdown] id="recurrent" lang="zh" of="53681059"
# ### 什么是循环网络
#
# 下面两个模型之一含有**循环网络**，先动手做一个。它逐词读句子，并保存一个**状态** $h$：几个数，读过的内容全靠它们记住。每读一个词，就由这个词和原来的状态算出新的状态：
#
# $$ h_t = \tanh(x_t W + h_{t-1} U + b), \qquad x_t\colon (d,), \quad h_t\colon (n,), \quad W\colon (d, n), \quad U\colon (n, n), \quad b\colon (n,). $$
#
# 每一步用的都是同样的 $W$、$U$ 和 $b$。让词和状态各只有一个数，用计算器就能核对这个循环：
# %% id="recurrent-loop"
W, U, b = 1.0, 0.5, 0.0
state = 0.0  # nothing was read yet  # 还什么都没读
for word, x in [("the", 0.5), ("film", -1.0), ("was", 2.0), ("good", 0.0)]:
    state = np.tanh(x * W + state * U + b)
    print(f"{word:>5}: {state:.3f}")
# %% [markdown] id="recurrent-gradient" lang="en"
# What does the last state still know of the first? Backpropagation (lesson 02) answers with a product. Each step multiplies by the slope of one state in the one before it, $U\,(1 - h_t^2)$; over many steps the product dies out, even for a $U$ somewhat above 1, because tanh is flat where the state is large. Here is its size:
# %% [markdown] id="recurrent-gradient" lang="zh" of="56d202c1"
# 最后的状态里，还留有多少第一个状态的信息？反向传播（第 02 课）给出的答案是一个连乘。每一步都乘上“这个状态对前一个状态的斜率” $U\,(1 - h_t^2)$；步数一多，乘积就趋于零；$U$ 比 1 大一些也没用，因为状态大的地方，tanh 是平的。看看它的大小：
# %% id="recurrent-gradient-run"
words = 0.3 * np.random.default_rng(course.seed).normal(size=100)
for U in (0.5, 0.9, 1.3):
    state, slope = 0.0, 1.0
    slopes = []
    for x in words:
        state = np.tanh(x + state * U)
        slope *= U * (1 - state**2)
        slopes.append(slope)
    print(f"U = {U}:", end="")
    for steps in (1, 10, 100):
        print(f"  {steps} {tr('steps', '步')} {slopes[steps - 1]:.0e}", end=" ")
    print()
# %% [markdown] id="gated" lang="en"
# So a plain network cannot learn from what stood far back: the gradient is gone before it arrives. That is the **vanishing gradient**. The remedy of 2014 is the **gated recurrent unit** (GRU). Two gates, numbers between 0 and 1 ($\sigma$ is the sigmoid of lesson 02), decide how much of the old state is kept and how much of it is used for the new one:
#
# $$ \begin{aligned} z_t &= \sigma(x_t W_z + h_{t-1} U_z + b_z), \qquad r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r),\\
# \tilde h_t &= \tanh\big(x_t W_h + b_h + r_t \odot (h_{t-1} U_h + c_h)\big), \qquad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t. \end{aligned} $$
#
# Where $z_t$ is 1 the state passes unchanged, and with it the gradient. ($\odot$ multiplies entry by entry. Each $W$ is $(d, n)$, each $U$ is $(n, n)$, and each $b$, with the second bias $c_h$ of the new state, is $(n,)$.) Written out, with the weights of Keras's layer:
# %% [markdown] id="gated" lang="zh" of="09ec24b4"
# 所以普通的循环网络学不会利用隔得远的内容：梯度还没传到就没了。这就是**梯度消失**。2014 年的办法是**门控循环单元**（GRU）。两个门都是 0 到 1 之间的数（$\sigma$ 是第 02 课的 sigmoid 函数），分别决定旧状态保留多少、算新状态时用上多少：
#
# $$ \begin{aligned} z_t &= \sigma(x_t W_z + h_{t-1} U_z + b_z), \qquad r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r),\\
# \tilde h_t &= \tanh\big(x_t W_h + b_h + r_t \odot (h_{t-1} U_h + c_h)\big), \qquad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t. \end{aligned} $$
#
# $z_t$ 为 1 的地方，状态原样通过，梯度也一样。（$\odot$ 表示逐项相乘；各个 $W$ 是 $(d, n)$，各个 $U$ 是 $(n, n)$，各个 $b$ 以及新状态的第二个偏置 $c_h$ 是 $(n,)$。）用 Keras 那一层的权重，逐步写出来：
# %% id="gated-by-hand"
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


random = np.random.default_rng(course.seed)
# 4 words of 3 numbers  # 4 个词，每个 3 个数
read = random.normal(size=(4, 3)).astype("float32")
gru = layers.GRU(2, seed=course.seed)
by_keras = ops.convert_to_numpy(gru(read[None]))[0]  # (2,): the last state  # (2,)：最后的状态

# (3, 6), (2, 6), (6,), (6,): two columns each for z, r, new state  # z、r、新状态各两列
W, U, (b, c) = gru.get_weights()
state = np.zeros(2)
for x in read:
    from_word, from_state = x @ W + b, state @ U + c
    z = sigmoid(from_word[:2] + from_state[:2])
    r = sigmoid(from_word[2:4] + from_state[2:4])
    new = np.tanh(from_word[4:] + r * from_state[4:])
    state = z * state + (1 - z) * new
print(state.round(4), by_keras.round(4))
assert np.allclose(state, by_keras, atol=1e-6)
# %% [markdown] id="problem-models" lang="en"
# Two models read the same entries through the same kind of embeddings, and end in the same two layers. They differ in what
# lies between. The first squeezes the page into **one vector**: a GRU, a recurrent network, goes from entry to entry and
# keeps a state of fixed size; only its last state is passed on. The second keeps **all entries** and looks at them with the
# asked name in hand. Take its attention layer for granted for now; the rest of this lesson opens it.
# %% [markdown] id="problem-models" lang="zh" of="c1593438"
# 两个模型用同样的嵌入读同样的条目，最后两层也一样，不同的只是中间。第一个把整页压成**一个向量**：GRU 是一种循环网络，
# 它逐条读下去，只保存一个大小固定的状态，最后只输出末尾的状态。第二个**保留所有条目**，再用要查的名字去看它们。
# 它的注意力层暂且当作现成的，本课余下的部分就是把它拆开。
# %% id="problem-build"
def look_up_model(middle):
    tr("""A model of (names, numbers, asked).

    middle(entries, question, mask) gives one vector.
    """, """输入为 (names, numbers, asked) 的模型。

    middle(entries, question, mask) 给出一个向量。
    """)
    # the functional way: layers are called on inputs without numbers yet  # 函数式写法：把层作用在还没有数值的输入上
    names = keras.Input((None,), dtype="int32")
    numbers = keras.Input((None,), dtype="int32")
    asked = keras.Input((), dtype="int32")
    name_vectors = layers.Embedding(NAMES + 1, 32)
    number_vectors = layers.Embedding(DIGITS + 1, 32)(numbers)
    entries = layers.Concatenate()([name_vectors(names), number_vectors])
    question = name_vectors(asked)  # (batch, 32); entries: (batch, time, 64)
    found = middle(entries, question, ops.not_equal(names, 0))
    both = layers.Concatenate()([found, question])
    hidden = layers.Dense(128, activation="relu")(both)
    return keras.Model([names, numbers, asked], layers.Dense(DIGITS)(hidden))
# %% id="problem-middles"
def last_state(entries, question, mask):
    return layers.GRU(course.units)(entries, mask=mask)  # (batch, units)


def look(entries, question, mask):
    attend = attention.MultiHeadAttention(num_heads=1, key_dim=32)
    looked = attend(question[:, None], entries, padding_mask=mask)
    return looked[:, 0]  # (batch, 32): one query, so one answer  # (batch, 32)：一个查询，所以一个答案


keras.utils.set_random_seed(course.seed)
models = {"one vector": look_up_model(last_state),
          "attention": look_up_model(look)}
for name, model in models.items():
    print(f"{name:>10}: {model.count_params():,}", tr("weights", "个参数"))
# %% [markdown] id="problem-predict" lang="en" tags=["predict"]
# **Before you run it.** Both models train on the same pages with 1 to 12 entries. Then they are tested on new pages with 1,
# 2, 4, … up to 32 entries, more than they have ever seen. Sketch the two curves of accuracy against the number of entries.
# Then a third: the model with one vector **goes on training**, on new pages, many times as many as it had before (the
# setting `more_books` says how many). Where will that help, with few entries or with many?
#
# > The model with attention keeps the page and learns one skill, comparing names, which works for 32 entries as for 3. The
# > model with one vector is perfect on one entry and falls from there, for **two** reasons that one curve cannot tell apart.
# > It has not finished learning to read entries into its state, and its state cannot hold many. More training tells them
# > apart: with two entries it helps much, so what was missing there was practice. With 32, at `quick` scale, it does not help.
# %% [markdown] id="problem-predict" lang="zh" of="d452e7dc" tags=["predict"]
# **先猜，再运行。** 两个模型都用 1 到 12 个条目的页训练，然后在新的页上测试：1、2、4……直到 32 个条目，比见过的都多。
# 请画出两条“准确率随条目数变化”的曲线。然后再画第三条：让只有一个向量的模型**接着训练**，用的是新造的页，数量是先前的许多倍
# （见设置 `more_books`）。这会在哪里见效，条目少的时候，还是条目多的时候？
#
# > 有注意力的模型保留了整页，只学了一种能力，就是比对名字；3 个条目管用，32 个条目同样管用。只有一个向量的模型，
# > 一个条目时全对，此后一路下滑，原因有**两个**，单看一条曲线分不开：一是还没学会把条目读进状态，二是状态装不下太多条目。
# > 多训练就能把两者分开：两个条目时大有起色，可见那里缺的是练习；32 个条目时，在 `quick` 规模下毫无起色。
# %% id="problem-tests"
entries_tested = [1, 2, 4, 8, 12, 16, 24, 32]
tests = [phone_books(500, (count, count), 32, seed=course.seed + count)
         for count in entries_tested]
test_pages = [np.concatenate(columns)
              for columns in zip(*(page for page, _ in tests), strict=True)]
test_answers = np.concatenate([right for _, right in tests])


def train(model, pages, answers, epochs):
    tr("""-> the share of right answers for each number of entries""",
       """-> 训练之后，各种条目数上答对的比例""")
    started = time.perf_counter()
    model.fit(pages, answers, batch_size=128, epochs=epochs, verbose=0)
    scores = model.predict(test_pages, batch_size=1_000, verbose=0)
    said = scores.argmax(axis=-1)
    shares = (said == test_answers).reshape(len(tests), -1).mean(axis=1)
    print(f"{time.perf_counter() - started:4.0f} s", shares.round(2))
    return shares
# %% id="problem-train"
accuracy = {}
for name, model in models.items():
    model.compile(keras.optimizers.Adam(3e-3),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    print(f"{name:>10}:", end="")
    accuracy[name] = train(model, pages, answers, epochs=course.book_epochs)

print(f"{tr('… longer', '……更久')}:", end="")
new_pages, new_answers = phone_books(course.more_books, (1, 12), 12,
                                     seed=course.seed + 1_000)
# goes on from there  # 接着刚才的训练
accuracy["longer"] = train(models["one vector"], new_pages, new_answers,
                           epochs=1)

course.report("attention_at_32", accuracy["attention"][-1])
course.report("one_vector_at_2", accuracy["one vector"][1])
course.report("one_vector_at_32", accuracy["one vector"][-1])
course.report("longer_at_2", accuracy["longer"][1])
course.report("longer_at_32", accuracy["longer"][-1])
# %% id="problem-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.4))
curves = [
    ("attention", "o-", plots.label("attention", "注意力")),
    ("longer", "^-.", plots.label("one vector,\ntrained longer", "一个向量，\n训练更久")),
    ("one vector", "s--", plots.label("one vector", "一个向量")),
]
for name, style, label in curves:
    axis.plot(entries_tested, accuracy[name], style, lw=2, label=label)
axis.axhline(1 / DIGITS, color="grey", ls=":", label=plots.label("guessing", "随机猜测"))
axis.axvspan(12, 33, color="grey", alpha=0.12, lw=0)
axis.text(22, 0.55, plots.label("longer than any\npage in training", "比训练时的\n任何一页都长"), ha="center", fontsize=9)
axis.set(xlabel=plots.label("entries on the page", "一页的条目数"), ylabel=plots.label("share answered right", "答对的比例"), ylim=(0, 1.05), xlim=(0, 33))
axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plots.show(
    figure,
    "Share of right answers against the number of entries: attention stays near one up to 32 entries; the model with one"
    " vector falls from one at a single entry towards guessing. Trained longer, it is far better on a few entries and no"
    " better on 32.",
    "答对的比例随条目数的变化：注意力直到 32 个条目都接近 1；只有一个向量的模型从 1 个条目时的全对一路跌向随机猜测；"
    "训练更久之后，条目少时好得多，32 个条目时却没有更好。",
)
# %% [markdown] id="problem-reading" lang="en"
# So with two entries what was missing was mostly **practice**. With 32 the same practice changes nothing here: there the vector of
# fixed size shows, and that pages so long were never practised. Both limits can be moved: with a state four times as wide and
# a million pages it answered everything about two entries, and a third of the questions about 32. But a page with twice as
# many entries holds twice as much, and the vector does not grow. Attention has **fewer weights** here and no such limit:
# its memory is the page itself.
# %% [markdown] id="problem-reading" lang="zh" of="b86e9951"
# 可见两个条目时，缺的主要是**练习**。32 个条目时，同样的练习在这里毫无作用：定长向量的局限，以及从没练过这么长的页，都显出来了。
# 两个限度都可以往后推：状态宽四倍，练一百万页，两个条目时就全答对了，32 个条目时也能答对三分之一。可是条目多一倍，内容就多一倍，
# 向量却不会变长。注意力在这里用的**参数更少**，也没有这样的上限：它的记忆就是那一页本身。

# %% [markdown] id="one-query" lang="en"
# ## 3 · Queries, keys and values
#
# Read *"the film was not good"* and stop at *good*. To judge the film you must look back, and one earlier word matters more
# than all the others. Attention does two things: it decides **how much to look at each word**, then it **averages what it
# sees there**.
#
# We do it by hand, with vectors so small that you can check every figure in your head. *good* asks a question, its
# **query**. Each earlier word has a label, its **key**, and something to say, its **value**. In the phone book the query
# was the asked name, the keys were the names on the page, and the values their digits.
# %% [markdown] id="one-query" lang="zh" of="11d1bbc3"
# ## 3 · 查询、键和值
#
# 读到 *"the film was not good"* 的最后一个词 *good* 时，先停一停。要判断这部电影，就得回头看，而且前面有一个词比别的都重要。
# 注意力只做两件事：先决定**每个词该看多少**，再把**看到的内容加权平均**。
#
# 我们用手算一遍，向量小到每个数都能心算验证。*good* 提出一个问题，叫做**查询**（query）；前面每个词都挂着一张标签，
# 叫做**键**（key），并带着它想说的内容，叫做**值**（value）。在电话簿里，查询是要查的名字，键是页上的各个名字，值是它们的数字。
# %% id="one-query-numbers" slide="code"
words = ["film", "was", "not"]
query = np.array([1.0, 2.0])  # (key_dim,)  what "good" looks for  # (key_dim,)  “good”要找什么
keys = np.array([[1.0, 0.0], [0.0, 0.5], [0.5, 2.0]])  # (time, key_dim)
values = np.array([[0.2, 0.1], [0.0, 0.0], [-1.0, 0.9]])  # (time, value_dim)

scores = []
for key in keys:
    # how well the label fits  # 标签合不合
    scores.append(sum(q * k for q, k in zip(query, key, strict=True)))
shares = [np.exp(score) for score in scores]
# softmax: positive, and they sum to one  # softmax：都为正，总和为一
weights = [share / sum(shares) for share in shares]
output = np.zeros(2)
for weight, value in zip(weights, values, strict=True):
    output += weight * value

for word, score, weight in zip(words, scores, weights, strict=True):
    print(f"{word:>5}: {tr('score', '得分')} {score:.1f}  {tr('weight', '权重')} {weight:.3f}")
print(tr("what good sees:", "good 看到的："), np.round(output, 3))
# %% [markdown] id="at-once" lang="en"
# *not* fits best, and what *good* sees is almost the value of *not*. The three loops are three array operations. And nothing
# changes when every word asks its own question: the queries become the rows of a matrix, and the scores of all of them
# against all keys are **one matrix product**. That is the only reason a GPU likes attention.
#
# $$ E = Q K^\top, \qquad A = \mathrm{softmax}(E), \qquad O = A V, \tag{1} $$
#
# with $Q\colon (T_q, d)$, $K\colon (T_k, d)$, $V\colon (T_k, d_v)$, so that $E$ and $A$ are $(T_q, T_k)$ and $O$ is
# $(T_q, d_v)$: $T_q$ queries and $T_k$ keys of $d$ numbers each, and as many values of $d_v$ numbers as keys. The softmax runs along each **row**: one query shares out its looking over all keys.
# %% [markdown] id="at-once" lang="zh" of="b811cf50"
# 与查询最相配的是 *not*，*good* 看到的几乎就是 *not* 的值。三个循环就是三次数组运算。如果每个词都提出自己的问题，也没有什么不同：
# 各个查询排成一个矩阵的行，它们对所有键的得分就是**一次矩阵乘法**。注意力之所以能在 GPU 上跑得快，原因仅此而已。
#
# $$ E = Q K^\top, \qquad A = \mathrm{softmax}(E), \qquad O = A V, \tag{1} $$
#
# 其中 $Q\colon (T_q, d)$，$K\colon (T_k, d)$，$V\colon (T_k, d_v)$，于是 $E$ 和 $A$ 是 $(T_q, T_k)$，$O$ 是 $(T_q, d_v)$：
# 有 $T_q$ 个查询、$T_k$ 个键，各是 $d$ 个数；值与键一样多，各是 $d_v$ 个数。
# softmax 沿着每一**行**做：一个查询的权重分配给所有的键，总和为 1。
# %% id="at-once-code" slide="code"
def softmax(scores):
    # shifted, so that nothing overflows  # 先平移，以免溢出
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


assert np.allclose(softmax(keys @ query), weights)
assert np.allclose(softmax(keys @ query) @ values, output)

queries = np.array([query, [2.0, 0.0], [0.0, 0.0]])  # three questions at once  # 一次提三个问题
scores = queries @ keys.T  # E of (1)  # (1) 式的 E
weights = softmax(scores)  # A
outputs = weights @ values  # O
print(weights.round(2), weights.sum(axis=-1), outputs.round(2), sep="\n")
# %% [markdown] id="quiz-zero-query" lang="en" tags=["quiz"]
# **The third query above is the zero vector. What does it see, and why?**
# - [ ] Nothing: an output of zeros — The scores are zero, not the weights; a softmax always shares out the whole look.
# - [x] The plain mean of all values — All scores are equal, so all weights are ⅓.
# - [ ] The first value — Nothing tells the first key from the others, so it cannot win.
# - [ ] NaN, a division by zero — The softmax divides by a sum of powers of e, which is never zero unless everything is masked.
# %% [markdown] id="quiz-zero-query" lang="zh" of="f71f9d56" tags=["quiz"]
# **上面第三个查询是零向量。它看到什么？为什么？**
# - [ ] 什么也没有：输出全零 — 为零的是得分，不是权重；softmax 总会把权重全部分配出去。
# - [x] 所有值的普通平均 — 得分全都相等，权重就都是 ⅓。
# - [ ] 第一个值 — 第一个键与别的键毫无分别，凭什么胜出？
# - [ ] NaN，除以零了 — softmax 除以的是 e 的各次幂之和，除非全部被遮住，否则不会是零。

# %% [markdown] id="scale" lang="en"
# ## 4 · Why divide by √d?
#
# One thing is missing from (1). The formula of the paper, and of two of our articles, is
#
# $$ \mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V. \tag{2} $$
#
# A score is a sum of $d$ products. If the entries of query and key are independent with mean 0 and variance 1, each
# product has variance 1, and **variances of independent terms add up**: the score has variance $d$.
# %% [markdown] id="scale" lang="zh" of="eaa6fdb3"
# ## 4 · 为什么要除以 √d？
#
# (1) 式里还少一样东西。论文里的公式，也是我们两篇原文里的公式，是
#
# $$ \mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V. \tag{2} $$
#
# 得分是 $d$ 个乘积之和。如果查询和键的各个分量相互独立，均值为 0，方差为 1，那么每个乘积的方差是 1，
# 而**相互独立的量，方差相加**：得分的方差就是 $d$。
# %% id="scale-variance"
random = np.random.default_rng(course.seed)
dims = [2, 4, 16, 64, 256, 1024]
rows = []
for d in dims:
    products = np.sum(
        random.normal(size=(4_000, d)) * random.normal(size=(4_000, d)), axis=1)
    rows.append([d, f"{products.var():.1f}",
                 f"{(products / np.sqrt(d)).var():.2f}"])
display.table(["d", tr("variance", "方差"), tr("variance of score/√d", "得分/√d 的方差")], rows)
# %% [markdown] id="scale-predict" lang="en" tags=["predict"]
# **Before you run it.** The next cell draws attention weights over 16 random keys. As $d$ grows from 2 to 1024, will the
# weights of the *unscaled* scores spread out, stay as they are, or pile up on one key? And what happens to the gradient
# that flows back through the softmax?
#
# > They pile up. At $d = 1024$ scores differ by some 32 each way; the softmax turns that into one weight of nearly 1. Its
# > derivative is $\partial a_i / \partial e_j = a_i(\delta_{ij} - a_j)$, where $\delta_{ij}$ is 1 for $i = j$ and 0 otherwise. With weights of 0 and 1, every entry is 0. The
# > query gets no message about how it should have looked. Dividing by $\sqrt d$ brings the variance back to 1, whatever $d$.
# %% [markdown] id="scale-predict" lang="zh" of="12ce22ae" tags=["predict"]
# **先猜，再运行。** 下一格画出对 16 个随机键的注意力权重。$d$ 从 2 增加到 1024 时，**不缩放**的得分所给的权重会摊得更平、
# 保持不变，还是集中到一个键上？穿过 softmax 往回传的梯度又会怎样？
#
# > 会集中。$d = 1024$ 时，得分大约在 ±32 之间波动，softmax 几乎把全部权重压到一个键上。它的导数是
# > $\partial a_i / \partial e_j = a_i(\delta_{ij} - a_j)$，其中 $i = j$ 时 $\delta_{ij}$ 为 1，否则为 0。权重非 0 即 1 时，每一项都是 0。查询得不到梯度，
# > 也就学不到该怎样看。除以 $\sqrt d$，方差便回到 1，不论 $d$ 是多少。
# %% id="scale-run"
def saturation(d, scale, queries=400, keys=16):
    tr("""Means over random queries: the largest weight, and the size of the
    softmax's derivative.""",
       """对随机查询求平均：最大的权重，以及 softmax 导数的大小。""")
    q = random.normal(size=(queries, 1, d))
    k = random.normal(size=(queries, keys, d))
    a = softmax((q * k).sum(axis=-1) * scale)  # (queries, keys)
    # a_i (δ_ij - a_j)
    jacobian = a[:, :, None] * (np.eye(keys) - a[:, None, :])
    return a.max(axis=-1).mean(), np.sqrt((jacobian**2).sum(axis=(1, 2))).mean()


unscaled = np.array([saturation(d, 1) for d in dims])
scaled = np.array([saturation(d, d**-0.5) for d in dims])
print(unscaled[-1].round(3), scaled[-1].round(3))
# %% id="scale-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.3))
titles = [plots.label("largest of 16 weights", "16 个权重中最大的一个"), plots.label("size of the softmax's gradient", "softmax 梯度的大小")]
for column, (axis, title) in enumerate(zip(axes, titles, strict=True)):
    axis.semilogx(dims, unscaled[:, column], "s--", lw=2, base=2, label=plots.label("scores as they are", "不缩放"))
    axis.semilogx(dims, scaled[:, column], "o-", lw=2, base=2, label=plots.label("divided by √d", "除以 √d"))
    axis.set(title=title, xlabel="d", ylim=(0, None))
    axis.set_xticks(dims, [str(d) for d in dims])
axes[0].legend()
plots.show(
    figure,
    "Two panels against the dimension from 2 to 1024. Unscaled, the largest weight rises to nearly one and the gradient falls"
    " towards zero; divided by the root of d, both stay where they are.",
    "两幅图，横轴为维数 2 到 1024。不缩放时，最大的权重升到接近 1，梯度跌向 0；除以根号 d 之后，两者都保持不变。",
)
# %% id="scale-library"
# (2)
outputs, weights = attention.scaled_dot_product_attention(queries, keys, values)
assert np.allclose(weights, softmax(queries @ keys.T / np.sqrt(2)), atol=1e-6)
print(np.asarray(weights).round(2))

# %% [markdown] id="learned" lang="en"
# ### Three learned matrices
#
# So far queries, keys and values were simply given. In a network all three are **computed from the same words**. A word's vector has to do three jobs: ask (what am I looking for?), be found (what am I?), and tell (what do I say, if somebody looks?). One vector cannot do all three well: with $Q = K = X$ the score of a word with itself is its squared length, so each word would mostly look at
# itself, and *good* could never look for a *not* that is unlike it. So each job gets a matrix, and all three are learnt:
#
# $$ Q = X W^Q, \quad K = X W^K, \quad V = X W^V, \qquad X\colon (T, d), \quad W^Q, W^K\colon (d, d_k), \quad W^V\colon (d, d_v). $$
#
# Below, four words have three numbers each: is it a noun, a verdict, a negation? The matrices are set by hand so that a **verdict asks for negations**.
# %% [markdown] id="learned" lang="zh" of="e1290484"
# ### 三个可学习的矩阵：W_Q、W_K、W_V
#
# 到现在为止，查询、键和值都是凭空给的。在网络里，三者都**由同样的词算出来**。一个词的向量要做三件事：提问（我在找什么？）、被找到（我是什么？）、提供内容（被关注时，我交出什么？）。一个向量做不好三件事：如果 $Q = K = X$，一个词对自己的得分就是自身长度的平方，
# 每个词多半只看自己，*good* 也永远找不到与它不相像的 *not*。所以每件事各配一个矩阵，三个都是学出来的：
#
# $$ Q = X W^Q, \quad K = X W^K, \quad V = X W^V, \qquad X\colon (T, d), \quad W^Q, W^K\colon (d, d_k), \quad W^V\colon (d, d_v). $$
#
# 下面四个词各有三个数：是不是名词，是不是褒贬，是不是否定？矩阵是手工设的，让**表示褒贬的词去找否定词**。
# %% id="learned-map" tags=["fold"]
diagrams.flow(
    boxes={
        "x": (0, 1, "X (4, 3)\n" + tr("words", "词")),
        "q": (1, 0, "Q = X·Wq (4, 2)\n" + tr("what it asks for", "在找什么")),
        "k": (1, 1, "K = X·Wk (4, 2)\n" + tr("what it is", "是什么")),
        "v": (1, 2, "V = X·Wv (4, 1)\n" + tr("what it says", "交出什么")),
        "s": (2, 0, "softmax(Q·Kᵀ/√2)\n(4, 4) " + tr("weights", "权重")),
        "o": (3, 1, tr("weights", "权重") + " · V (4, 1)\n" + tr("what it hears", "得到什么")),
    },
    arrows=[("x", "q", ""), ("x", "k", ""), ("x", "v", ""), ("q", "s", ""), ("k", "s", ""), ("s", "o", ""), ("v", "o", "")],
    english="Who multiplies what: the words X, four rows of three numbers, give queries, keys and values by three matrices;"
    " queries and keys give a four by four table of weights, and these average the values.",
    chinese="谁乘谁：词 X 有四行、每行三个数，经三个矩阵得到查询、键和值；查询与键得到 4×4 的权重表，用它对值求加权平均。",
)
# %% id="learned-numbers"
# film, was, not, good: (4, 3)
X = np.array([[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0]], dtype=float)
Wq = np.array([[0, 0], [0, 4], [0, 0]], dtype=float)  # a verdict asks …  # 褒贬词要找……
Wk = np.array([[1, 0], [0, 0], [0, 1]], dtype=float)  # … for what a negation is  # ……否定词的键
Wv = np.array([[0], [1], [-1]], dtype=float)  # a verdict says +1, a negation −1  # 褒贬词的值是 +1，否定词的值是 −1

Q, K, V = X @ Wq, X @ Wk, X @ Wv
weights = softmax(Q @ K.T / np.sqrt(2))  # (4, 4)
print(weights.round(2))
print(tr("good sees:", "good 看到的："), (weights @ V)[3].round(2))
alike = softmax(X @ X.T / np.sqrt(3))  # one vector for all three jobs  # 三件事共用一个向量
print(tr("without matrices good looks at itself most:", "没有矩阵，good 看得最多的是自己："), alike[3].round(2))

# %% [markdown] id="additive" lang="en"
# ## 5 · Additive attention: let a small network score
#
# Bahdanau's original needs no dot product, and so no query and key of the same length. A network with one hidden layer looks
# at both and says how well they fit:
#
# $$ e_{ij} = v^\top \tanh(W q_i + U k_j), \qquad W\colon (h, d_q),\quad U\colon (h, d_k),\quad v\colon (h,). \tag{3} $$
#
# The sum inside gives it its name. On our small numbers, with $h = 3$ hidden units, first as loops:
# %% [markdown] id="additive" lang="zh" of="fcf1cc02"
# ## 5 · 加性注意力：让一个小网络来打分
#
# Bahdanau 最初的做法不用点积，因此查询和键不必一样长。一个只有一个隐藏层的小网络读入两者，给出它们的相配程度：
#
# $$ e_{ij} = v^\top \tanh(W q_i + U k_j), \qquad W\colon (h, d_q),\quad U\colon (h, d_k),\quad v\colon (h,). \tag{3} $$
#
# “加性”这个名字就来自括号里的加号。还是那些小数字，取 $h = 3$ 个隐藏单元，先用循环：
# %% id="additive-loop"
W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])  # (hidden, query_dim)
U = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])  # (hidden, key_dim)
v = np.array([1.0, 2.0, 0.5])  # (hidden,)

scores = np.zeros((len(queries), len(keys)))
for i, q in enumerate(queries):
    for j, k in enumerate(keys):
        scores[i, j] = v @ np.tanh(W @ q + U @ k)  # (3)
print(scores.round(2))
# %% [markdown] id="additive-at-once" lang="en"
# $W q_i$ does not depend on $j$, and $U k_j$ not on $i$: each is computed once, for all rows by one product. Only the sum
# and the tanh must be made for every pair. Broadcasting writes them in one line, with an axis for queries, one for keys and
# one for hidden units:
# %% [markdown] id="additive-at-once" lang="zh" of="2aa8145c"
# $W q_i$ 与 $j$ 无关，$U k_j$ 与 $i$ 无关：各自只需用一次矩阵乘法，把所有行都算出来。只有求和与 tanh 要对每一对都做。
# 用广播可以写成一行，三个轴分别是查询、键和隐藏单元：
# %% id="additive-at-once-code" slide="code"
# (queries, keys, hidden)
pairs = np.tanh((queries @ W.T)[:, None, :] + (keys @ U.T)[None, :, :])
assert np.allclose(pairs @ v, scores)
outputs, weights = attention.additive_attention(
    queries, keys, values, W.T, U.T, v
)
assert np.allclose(weights, softmax(scores), atol=1e-6)
print(pairs.shape, np.asarray(weights).round(2), sep="\n")
# %% [markdown] id="additive-reading" lang="en"
# Look at the shape of `pairs`: additive attention makes $h$ numbers for every pair of query and key before it adds them up;
# the dot product makes one. For 1,000 queries, 1,000 keys and 64 hidden units that is 256 MB against 4 MB, in float32. This
# is why the dot product won, although with small $d$ both work equally well.
# %% [markdown] id="additive-reading" lang="zh" of="27e9336d"
# 看看 `pairs` 的形状：加性注意力要为每一对查询和键先算出 $h$ 个数，再加起来；点积只算一个。1,000 个查询、1,000 个键、
# 64 个隐藏单元，用 float32 就是 256 MB 对 4 MB。点积胜出正是因为这个，虽然 $d$ 不大时两者效果相当。

# %% [markdown] id="errata" lang="en"
# ## 6 · E11, E15, E16: the article's attention
#
# ### E11: a score between neighbours
#
# The second article writes $e_i = \mathrm{score}(s_{i-1}, s_i)$ and calls the two "neighbouring elements of the sequence".
# In that formula nobody asks anything. The weights are the same whatever is being looked for:
# %% [markdown] id="errata" lang="zh" of="846dffce"
# ## 6 · E11、E15、E16：原文的注意力
#
# ### E11：相邻元素之间打分
#
# 第二篇文章写的是 $e_i = \mathrm{score}(s_{i-1}, s_i)$，并说这两个是“相邻的序列元素”。在这个式子里，没有谁在提问。
# 不管要找的是什么，权重都一样：
# %% id="erratum-11" slide="code"
states = np.array([[0.0, 0.0], *keys])  # s_0, then one state for each word  # 先是 s_0，然后每个词一个状态
neighbours = softmax(np.array([states[i - 1] @ states[i] for i in range(1, 4)]))
for question in queries[:2]:
    print(tr("query", "查询"), question, tr("article:", "原文："), neighbours.round(2),
          tr("attention:", "注意力："), softmax(keys @ question).round(2))
# %% [markdown] id="erratum-11-right" lang="en"
# What was meant is Bahdanau's $e_{ij} = \mathrm{score}(s_{i-1}, h_j)$: the **writer's** last state $s_{i-1}$ against **every**
# state $h_j$ of the reader. The query comes from one sequence, the keys from the other, and the softmax runs over $j$.
#
# ### E15: weights that are all exactly one
#
# The article's layer scores the query with two `Dense` layers, the second of width 1, and takes a softmax over the last
# axis. We rebuild it with `keras.ops.softmax`, which warns you: read what it says. The article's `tf.nn.softmax` says nothing.
# %% [markdown] id="erratum-11-right" lang="zh" of="a7ba7005"
# 原本的意思是 Bahdanau 的 $e_{ij} = \mathrm{score}(s_{i-1}, h_j)$：拿**写的一方**的上一个状态 $s_{i-1}$，
# 去和读的一方的**每一个**状态 $h_j$ 比较。查询来自一个序列，键来自另一个序列，softmax 对 $j$ 做。
#
# ### E15：权重全都恰好是 1
#
# 原文的层用两个 `Dense` 给查询打分，第二个的宽度是 1，然后沿最后一个轴做 softmax。我们用 `keras.ops.softmax` 把它重搭一遍：
# 它会发出警告，请读一读说了什么。原文用的 `tf.nn.softmax` 什么也不说。
# %% id="erratum-15"
import warnings

hidden, score = layers.Dense(1, activation="tanh"), layers.Dense(1)
# (batch, features)
encoded = np.random.default_rng(course.seed).random((4, 100)).astype("float32")

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    # (batch, 1): one score for each example, and none for any value  # (batch, 1)：每个样本一个得分，各个值却没有得分
    scored = score(hidden(encoded))
    ones = ops.convert_to_numpy(ops.softmax(scored, axis=-1))
print(ops.convert_to_numpy(scored).ravel().round(3), "→", ones.ravel())
print(*(str(one.message).split(". ")[0] for one in caught[:1]))
# %% [markdown] id="erratum-15-why" lang="en"
# A softmax shares out one look over the entries of an axis. That axis has **one** entry, so it gets the whole look: 1. The
# `values` were never scored. Multiplying by one changes nothing; the layer does not attend, and no training can make it.
#
# ### E16: a sum over the features
#
# The layer then sums over axis 1, as Bahdanau does over time. But this tensor is (batch, features) and has no time: the
# features are added up, one number per example is left, and the decoder stops.
# %% [markdown] id="erratum-15-why" lang="zh" of="cad3ee29"
# softmax 把权重分配给一个轴上的各项。这个轴只有**一**项，于是它得到全部权重：1。`values` 从来没有被打过分。
# 乘以 1 什么也没改变；这一层没有注意力，怎么训练也不会有。
#
# ### E16：对特征求和
#
# 接着这一层沿轴 1 求和，像 Bahdanau 对时间求和那样。可是这个张量是 (batch, features)，没有时间轴：被加起来的是各个特征，
# 每个样本只剩一个数，解码器随即报错。
# %% id="erratum-16"
summed = ops.sum(ops.convert_to_tensor(ones) * encoded, axis=1)
decoder = keras.Sequential([keras.Input((100,)),
                            layers.Dense(32, activation="relu"),
                            layers.Dense(100, activation="sigmoid")])
print(tuple(summed.shape))
try:
    decoder(summed)
except ValueError as error:
    said = str(error).splitlines()
    telling = [line for line in said
               if "expected" in line or "incompatible" in line]
    print("ValueError:", telling[0])
# %% [markdown] id="errata-mended" lang="en"
# Mended: attention needs a **sequence** to look at. Keys and values are (batch, time, features), the scores are one per key,
# the softmax runs over keys, and the sum is over time.
# %% [markdown] id="errata-mended" lang="zh" of="52af18b6"
# 改正：注意力需要一个**序列**可看。键和值是 (batch, time, features)，每个键一个得分，softmax 对键做，求和对时间做。
# %% id="errata-mended-run"
random = np.random.default_rng(course.seed)
# (batch, time, features)
sequence = random.random((4, 7, 100)).astype("float32")
layer = attention.AdditiveAttention(hidden_dim=32)
# one query for each example  # 每个样本一个查询
seen, weights = layer(encoded[:, None], sequence, return_attention_scores=True)
print(tuple(seen.shape), tuple(weights.shape),
      ops.convert_to_numpy(weights)[0, 0].round(2))
print(tuple(decoder(seen[:, 0]).shape))
# %% [markdown] id="quiz-axis" lang="en" tags=["quiz"]
# **Scores have the shape (batch, queries, keys). Somebody takes the softmax over axis 1. What goes wrong?**
# - [ ] Nothing: the sum is one either way — It is one in the other direction: per key, summed over queries.
# - [x] Keys share out queries instead of queries sharing out keys — A query's weights no longer sum to one, and with a causal mask the future's queries change the past's weights.
# - [ ] An error about shapes — The shape stays the same, which is why this mistake is seldom noticed.
# - [ ] Every weight becomes 1 — That happens only where there is a single query, as in E15 with its axis of length one.
# %% [markdown] id="quiz-axis" lang="zh" of="c2afaf1a" tags=["quiz"]
# **得分的形状是 (batch, queries, keys)，有人沿轴 1 做了 softmax。会出什么错？**
# - [ ] 没关系：反正总和都是 1 — 总和为 1 的方向变了：是对每个键，把各个查询加起来。
# - [x] 变成键来分配查询，而不是查询来分配键 — 一个查询的权重之和不再是 1；再加上因果掩码，后面的查询就会改变前面的权重。
# - [ ] 形状报错 — 形状不变，所以这种错误很难发现。
# - [ ] 权重全都变成 1 — 只有一个查询时才会这样，就像 E15 里那个长度为 1 的轴。

# %% [markdown] id="masks" lang="en" tags=["stop"]
# ## 7 · Masks: what must not be looked at
#
# Two things must not be seen. **Padding**: it is no text (lesson 01). **The future**: a model that learns to predict the
# next word must not look at it. A mask is boolean, True = keep, and it acts *before* the softmax: a masked score becomes so
# low that its power of $e$ is exactly 0, and the other weights still sum to one.
#
# Setting weights to zero *after* the softmax would not do: they would no longer sum to one, and worse, the denominator
# would still know the masked scores.
# %% [markdown] id="masks" lang="zh" of="e4418202" tags=["stop"]
# ## 7 · 掩码：什么不许看
#
# 有两样东西不许看。**填充**：它不是文本（第 01 课）。**未来**：学习预测下一个词的模型，不许偷看那个词。
# 掩码是布尔值，True 表示保留，而且要在 softmax **之前**起作用：被遮住的得分变得极低，取 $e$ 的幂之后恰好为 0，其余权重之和仍然是 1。
#
# 在 softmax **之后**再把权重置零是不行的：权重之和不再是 1；更糟的是，分母里仍然含有被遮住的得分。
# %% id="masks-run" slide="code"
tokens = ["the", "film", "was", "good", "[PAD]", "[PAD]"]
padding = np.array([token != "[PAD]" for token in tokens])  # (time,)
causal = np.asarray(prep.causal_mask(6))  # (time, time)
both = np.asarray(prep.combine_masks(padding[None], causal))[0]
scores = np.random.default_rng(course.seed).normal(size=(6, 6))
masked = np.asarray(attention.masked_softmax(scores, both))
print(masked.round(2), masked.sum(axis=-1), sep="\n")
# %% id="masks-plot" tags=["fold"]
figure, axes = plt.subplots(1, 4, figsize=(11.6, 3.3))
panels = {
    plots.label("padding", "填充"): np.broadcast_to(padding, (6, 6)),
    plots.label("causal", "因果"): causal,
    plots.label("both", "两者"): both,
    plots.label("weights under both", "两种掩码下的权重"): masked,
}
for number, (axis, (title, table)) in enumerate(zip(axes, panels.items(), strict=True)):
    attention.heat_map(axis, table.astype(float), tokens if not number else [""] * 6, tokens, numbers=number == 3)
    axis.set_title(title)
axes[0].set_ylabel(plots.label("query", "查询"))
plots.show(
    figure,
    "Four squares of six queries by six keys: the padding mask hides the last two columns, the causal mask the upper"
    " triangle, both together both; under both the weights of each row sum to one within what may be seen.",
    "四个 6×6 的方格：填充掩码遮住最后两列，因果掩码遮住上三角，合起来两者都遮；在两者之下，每一行的权重在可见的范围内之和为 1。",
)
# %% [markdown] id="masks-empty" lang="en"
# ### Queries with every key masked
#
# Pad on the **left** and use a causal mask: the first query sees only padding. What should its weights be? Writing
# $-\infty$ into the scores, as many programs do, gives $0/0$:
# %% [markdown] id="masks-empty" lang="zh" of="baddd61f"
# ### 所有键都被遮住的查询
#
# 把填充放在**左边**，再用因果掩码：第一个查询能看的只有填充。它的权重应当是多少？许多程序直接往得分里写 $-\infty$，
# 得到的是 $0/0$：
# %% id="masks-empty-run"
left = np.array([False, True, True])
row_mask = np.asarray(prep.combine_masks(left[None], prep.causal_mask(3)))[0]
three = scores[:3, :3]
with np.errstate(invalid="ignore"):
    print(softmax(np.where(row_mask, three, -np.inf)).round(2))
print(softmax(np.where(row_mask, three, -1e30)).round(2))
print(np.asarray(attention.masked_softmax(three, row_mask)).round(2))
# %% [markdown] id="masks-empty-reading" lang="en"
# NaN in the first row; one step of training later it is in every weight of the model. The second way, a very low number,
# looks better and is a lie: the query that may see nothing sees **everything**, padding included. The third, the
# library's, gives zeros: nothing seen, nothing said, and a gradient of zero.
# %% [markdown] id="masks-empty-reading" lang="zh" of="688da7ed"
# 第一种：首行是 NaN，再训练一步，模型的所有参数都会变成 NaN。第二种，写一个很低的数，看上去好些，其实是假的：
# 什么都不许看的查询，看到的是**全部**，连填充也在内。第三种是课程库的做法，给出零：什么也没看到，什么也不说，梯度也是零。
# %% [markdown] id="quiz-mask-after" lang="en" tags=["quiz"]
# **A colleague multiplies the weights by the causal mask after the softmax. Her loss is suspiciously good. Why?**
# - [ ] The weights are too small, which acts like dropout — They are too small, but that would not make the loss good.
# - [x] How small they are tells of the future — The denominator still holds the masked scores, so each row's sum says how well the hidden words fit.
# - [ ] The mask has no effect at all — It has: the hidden values are not averaged in. The leak is through the denominator.
# - [ ] The gradient is zero, so nothing is learnt — The gradient is not zero, and the model learns to use the leak.
# %% [markdown] id="quiz-mask-after" lang="zh" of="b026928b" tags=["quiz"]
# **一位同事在 softmax 之后才用因果掩码去乘权重，她的损失好得可疑。为什么？**
# - [ ] 权重偏小，起了暂退法的作用 — 权重确实偏小，但这不会让损失变好。
# - [x] 小到什么程度，透露了未来 — 分母里仍含有被遮住的得分，所以每行之和说出了后面的词有多相配。
# - [ ] 掩码完全不起作用 — 起作用的：被遮住的值没有加进来。泄漏的是分母。
# - [ ] 梯度为零，什么也没学 — 梯度不为零，模型恰恰学会了利用这个漏洞。

# %% [markdown] id="heads" lang="en"
# ## 8 · Many heads
#
# One query gets one set of weights, and so one average. Sometimes that is too little. To continue *"the teacher gave …"* a
# model must know **who** gave and **what**; with one average of the two it cannot tell them apart:
# %% [markdown] id="heads" lang="zh" of="abc5ecc7"
# ## 8 · 多个头
#
# 一个查询只得到一组权重，也就只有一个平均。有时这不够用。要把 *"the teacher gave …"* 接着说下去，
# 模型得知道是**谁**给的、给的是**什么**；把两者平均成一个，就分不清了：
# %% id="heads-average"
half = np.array([[0.5, 0.5]])
same = np.array([[1.0, 1.0], [0.0, 0.0]])
other = np.array([[1.0, 0.0], [0.0, 1.0]])
print(half @ other, half @ same)  # different words, same average  # 词不同，平均却一样
# %% [markdown] id="heads-formula" lang="en"
# So let several attentions look at once, each through matrices of its own, in a smaller space of its own, and let a last
# matrix put together what they saw:
#
# $$ \mathrm{head}_i = \mathrm{Attention}(Q W_i^Q, K W_i^K, V W_i^V), \qquad
# \mathrm{MultiHead}(Q, K, V) = [\mathrm{head}_1, \dots, \mathrm{head}_h]\, W^O. \tag{4} $$
#
# $W_i^Q$, $W_i^K$ and $W_i^V$ are $(d, d/h)$, and $W^O$ is $(d, d)$: with $h$ heads of width $d/h$ it has as many weights
# as one head of full width. First as a loop over heads, each of them the function you know:
# %% [markdown] id="heads-formula" lang="zh" of="8ae5e3d9"
# 那就让好几个注意力同时去看，各有各的矩阵，各在自己较小的空间里，最后再用一个矩阵把它们看到的拼起来：
#
# $$ \mathrm{head}_i = \mathrm{Attention}(Q W_i^Q, K W_i^K, V W_i^V), \qquad
# \mathrm{MultiHead}(Q, K, V) = [\mathrm{head}_1, \dots, \mathrm{head}_h]\, W^O. \tag{4} $$
#
# $W_i^Q$、$W_i^K$、$W_i^V$ 都是 $(d, d/h)$，$W^O$ 是 $(d, d)$：$h$ 个宽为 $d/h$ 的头，参数与一个全宽的头一样多。
# 先写成对头的循环，每个头就是你已经认识的那个函数：
# %% id="heads-loop"
random = np.random.default_rng(course.seed)
sentence = random.normal(size=(5, 8)).astype("float32")  # (time, width)
random = np.random.default_rng(course.seed + 1)
matrices = random.normal(size=(4, 8, 8)).astype("float32") / np.sqrt(8)
Wq, Wk, Wv, Wo = matrices

heads = []
for head in range(2):
    # this head's four columns of each matrix  # 每个矩阵里属于这个头的四列
    columns = slice(4 * head, 4 * head + 4)
    q = sentence @ Wq[:, columns]  # (time, 4)
    k = sentence @ Wk[:, columns]
    v = sentence @ Wv[:, columns]
    heads.append(softmax(q @ k.T / np.sqrt(4)) @ v)
by_loop = np.concatenate(heads, axis=1) @ Wo  # (4)
print(by_loop.shape)
# %% [markdown] id="heads-once" lang="en"
# The matrices of all heads stand side by side in one matrix; a reshape cuts its product into heads; and since every
# function of ours takes leading axes, all heads of all sentences are one matrix product again:
# %% [markdown] id="heads-once" lang="zh" of="24d575f3"
# 所有头的矩阵并排放在一个矩阵里，乘完之后用一次 reshape 切成各个头；我们的函数都允许前面再多出几个轴，
# 于是所有句子的所有头又是一次矩阵乘法：
# %% id="heads-once-run" slide="code"
q, k, v = (attention.split_heads(sentence[None] @ matrix, num_heads=2)
           for matrix in (Wq, Wk, Wv))  # (1, heads, time, 4)
seen, _ = attention.scaled_dot_product_attention(q, k, v)
at_once = attention.merge_heads(seen) @ Wo  # (1, time, width)
assert np.allclose(at_once[0], by_loop, atol=1e-5)

layer = attention.MultiHeadAttention(num_heads=2, use_bias=False)
layer.build((None, None, 8))
layer.set_weights([Wq, Wk, Wv, Wo])
assert np.allclose(ops.convert_to_numpy(layer(sentence[None]))[0], by_loop,
                   atol=1e-5)
print(tuple(q.shape), tuple(at_once.shape))
# %% [markdown] id="quiz-heads" lang="en" tags=["quiz"]
# **You change a layer of width 512 from 8 heads to 16, the width stays. What happens to the number of its weights?**
# - [ ] It doubles — Each head gets half as wide, so that the columns of all heads together stay 512.
# - [x] It stays the same — The four matrices are 512 × 512 either way; only where they are cut changes.
# - [ ] It halves — One head does; there are twice as many of them.
# - [ ] It depends on the length of the sequence — No weight of attention does. That is why it works on pages longer than any in training.
# %% [markdown] id="quiz-heads" lang="zh" of="d281dcde" tags=["quiz"]
# **一个宽 512 的层，头数从 8 改成 16，宽度不变。参数的数目会怎样？**
# - [ ] 加倍 — 每个头的宽度减半，所有头的列加起来仍是 512。
# - [x] 不变 — 四个矩阵都还是 512 × 512，变的只是从哪里切开。
# - [ ] 减半 — 一个头减半了，可是头多了一倍。
# - [ ] 取决于序列的长度 — 注意力没有哪个参数与长度有关。所以它能用在比训练时更长的页上。

# %% [markdown] id="two-uses" lang="en"
# ## 9 · Self-attention and cross-attention
#
# Where queries, keys and values come from is open. From the **same** sequence: **self-attention**; each word looks at its
# own sentence and comes back with a vector that knows its context (the two *banks* of lesson 01 part here). From **two**
# sequences: **cross-attention**; the writer's words look at the reader's. One property may surprise you.
# %% [markdown] id="two-uses" lang="zh" of="8312e888"
# ## 9 · 自注意力与交叉注意力
#
# 查询、键和值从哪里来，并没有规定。来自**同一个**序列，就是**自注意力**：每个词看自己所在的句子，带回一个知道上下文的向量
# （第 01 课里的两种 *bank*，在这里得以区分）。来自**两个**序列，就是**交叉注意力**：写的一方的词，去看读的一方的词。
# 有一个性质也许会让你吃惊。
# %% [markdown] id="order-predict" lang="en" tags=["predict"]
# **Before you run it.** We shuffle the words of a sentence and put it through self-attention without a mask. What changes
# in the output of each word?
#
# > Nothing but its place. A weighted mean does not know in which order it adds, so *dog bites man* and *man bites dog* give
# > the same three vectors. Order has to be put **into** the vectors; below, a learned vector for each position is added to
# > each word. Lesson 06 has better ways.
# %% [markdown] id="order-predict" lang="zh" of="59fa6127" tags=["predict"]
# **先猜，再运行。** 把一句话里的词打乱，再送进不带掩码的自注意力。每个词的输出会有什么变化？
#
# > 除了位置，什么都不变。加权平均不在乎相加的先后，所以 *dog bites man* 和 *man bites dog* 得到同样的三个向量。
# > 次序必须放**进**向量里：下面给每个位置学一个向量，加到词上。第 06 课有更好的办法。
# %% id="order-run"
shuffled = np.array([3, 0, 4, 1, 2])
outputs = ops.convert_to_numpy(layer(sentence[None, shuffled]))[0]
print(np.abs(outputs - by_loop[shuffled]).max() < 1e-5)
# %% [markdown] id="phrases" lang="en"
# ### A small translator
#
# Now both kinds on real text: the course's English–Chinese phrases. The model is given the English sentence and the
# Chinese characters so far, and predicts the next character. Chinese characters look at their own past by causal
# self-attention, then at the English words by cross-attention with four heads. (It is half a Transformer; lesson 06 builds
# the whole and translates with it.) The test phrases combine known words in ways training never shows.
# %% [markdown] id="phrases" lang="zh" of="f57d029d"
# ### 一个小翻译器
#
# 现在把两种注意力都用到真实文本上：课程的英汉短语。给模型英文句子和已经写出的汉字，让它预测下一个字。
# 汉字先用因果自注意力看自己的过去，再用四个头的交叉注意力看英文词。（这是半个 Transformer，第 06 课会搭出完整的，并用它翻译。）
# 测试短语里都是认识的词，但组合方式在训练中从未出现。
# %% id="phrases-data"
def english_words(text):
    return [word.lower() for word in prep.tokenize(text)]


train = data.phrases.load("train", limit=course.phrases, seed=course.seed)
test = data.phrases.load("test", seed=course.seed)
english = prep.Vocabulary.build(map(english_words, train.english))
chinese = prep.Vocabulary.build([["<s>"], *map(list, train.chinese)])


def as_ids(phrases):
    tr("""-> [English ids (n, 18), the characters so far (n, 21)],
    the characters that come next (n, 21); Chinese begins with <s>.""",
       """-> [英文编号 (n, 18)，已写的字 (n, 21)]，接下来的字 (n, 21)；
    中文以 <s> 开头。""")
    source = [english.encode(english_words(text)) for text in phrases.english]
    written = [chinese.encode(["<s>", *text]) for text in phrases.chinese]
    so_far = [ids[:-1] for ids in written]
    following = [ids[1:] for ids in written]
    return [prep.pad(source, 18), prep.pad(so_far, 21)], prep.pad(following, 21)


train_inputs, train_next = as_ids(train)
test_inputs, test_next = as_ids(test)
print(f"{len(train):,} + {len(test):,};", train.english[0], train.chinese[0])
# %% id="phrases-model"
keras.utils.set_random_seed(course.seed)
positions = layers.Embedding(21, 64)


def place(ids):
    tr("""0, 1, 2, … beside the tokens of each sentence (batch, time)""",
       """给每句的词元配上 0、1、2……：(batch, time)""")
    return ops.cumsum(ops.ones_like(ids), axis=1) - 1


source = keras.Input((18,), dtype="int32")
so_far = keras.Input((21,), dtype="int32")
words_in = layers.Embedding(len(english), 64)(source)  # (batch, 18, 64)
words_in = words_in + positions(place(source))
written = layers.Embedding(len(chinese), 64)(so_far)  # (batch, 21, 64)
written = written + positions(place(so_far))
# %% id="phrases-attention"
# self-attention  # 自注意力
past = attention.MultiHeadAttention(num_heads=4)(written, use_causal_mask=True)
# added, so that a word keeps its own vector (lesson 06)  # 相加：词自己的向量得以保留（第 06 课）
known = written + past
# cross-attention  # 交叉注意力
seen, cross_weights = attention.MultiHeadAttention(num_heads=4)(
    known, words_in, padding_mask=ops.not_equal(source, 0),
    return_attention_scores=True)
both = layers.Concatenate()([known, seen])
hidden = layers.Dense(128, activation="relu")(both)
translator = keras.Model([source, so_far], layers.Dense(len(chinese))(hidden))
# the same layers, another output  # 同样的层，另一个输出
looking = keras.Model([source, so_far], cross_weights)
# %% [markdown] id="phrases-positions" lang="en"
# Why not simply `positions(ops.arange(21))`? That is no function of an input. Keras would look the rows up once, while the
# model is built, and keep them as a **constant**: the table would be none of the model's weights, and training would never
# touch it. Nothing warns you; the count of weights is the place to look.
# %% [markdown] id="phrases-positions" lang="zh" of="4130869e"
# 为什么不直接写 `positions(ops.arange(21))`？因为它不是输入的函数。Keras 会在搭模型时就把各行查出来，当作**常数**存下：
# 这张表不在模型的参数之列，训练也永远碰不到它。没有任何提示；要发现它，只有看参数的个数。
# %% id="phrases-train"
assert positions in translator.layers  # so its vectors are among the weights  # 所以它的向量也在参数里
loss = keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, ignore_class=0)
translator.compile(keras.optimizers.Adam(4e-3), loss)
started = time.perf_counter()
history = translator.fit(train_inputs, train_next, batch_size=128,
                         epochs=course.phrase_epochs, verbose=0)
print(f"{translator.count_params():,}", tr("weights,", "个参数，"),
      f"{time.perf_counter() - started:.0f} s,",
      np.round(history.history["loss"], 2))

real = test_next > 0
scores = translator.predict(test_inputs, batch_size=256, verbose=0)
guessed = scores.argmax(axis=-1)
course.report("characters_right", np.mean(guessed[real] == test_next[real]))
# %% [markdown] id="looking" lang="en"
# Where does it look while it writes? Choose a head below (with the mouse, or with the Tab and arrow keys). Each row is a
# character that is being written; its squares say, in hundredths, how its look is shared among the English words.
# %% [markdown] id="looking" lang="zh" of="9cc564c0"
# 写的时候，它在看哪里？在下面选一个头（用鼠标，或用 Tab 键和方向键）。每一行是一个正要写出的字，
# 各个方格以百分之一为单位，说明它的权重怎样分配给英文词。
# %% id="looking-run"
number = next(i for i, text in enumerate(test.english)
              if 6 <= len(english_words(text)) <= 8)
rows, columns = list(test.chinese[number]), english_words(test.english[number])
# (phrases, heads, characters, words)
looks = looking.predict(test_inputs, batch_size=256, verbose=0)
weights = looks[number, :, : len(rows), : len(columns)]
attention.head_chooser(
    np.concatenate([weights, weights.mean(axis=0, keepdims=True)]),
    rows,
    columns,
    f"The weights of four heads and their mean, "
    f"while “{test.chinese[number]}” is written from “{test.english[number]}”",
    f"四个头及其平均的权重："
    f"由“{test.english[number]}”写出“{test.chinese[number]}”",
    names=[*(tr(f"head {head}", f"第 {head} 头") for head in range(1, 5)),
           tr("mean", "平均")],
)
# %% id="looking-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(11, 4.4))
shown = [i for i, text in enumerate(test.english) if i != number and 6 <= len(english_words(text)) <= 8][:2]
for axis, i in zip(axes, shown, strict=True):
    mean = looks[i].mean(axis=0)
    attention.heat_map(axis, mean[: len(test.chinese[i]), : len(english_words(test.english[i]))], list(test.chinese[i]), english_words(test.english[i]))
    axis.set_title(plots.label("mean of four heads", "四个头的平均"))
plots.show(
    figure,
    "Two tables of mean attention weights for test phrases, Chinese characters against English words; many characters look"
    " most at the word they translate, in an order that is not that of the English.",
    "两张测试短语的平均注意力权重表，行是汉字，列是英文词；许多字看得最多的正是它所译的词，次序与英文并不相同。",
)
# %% [markdown] id="looking-reading" lang="en"
# Nobody told the model which word belongs to which character; it was only asked for the next character, and looking at the
# right word lowered the loss. Look at rows where the order differs from the English, and at rows that belong to no English
# word, such as a particle or the question mark: those looks go anywhere. Single heads are often odd, and a head may look
# firmly at a word that has nothing to do with the character; the mean of the heads reads best.
# %% [markdown] id="looking-reading" lang="zh" of="7e1f6cae"
# 没有人告诉模型哪个字对应哪个词；只要求它写出下一个字，而看对了词，损失就会降低。请留意次序与英文不同的那些行，
# 也留意那些没有对应英文词的行，例如量词、助词和问号：它们的权重分散在各处。单个头往往难以解释，有的头会把权重集中在一个与这个字毫不相干的词上；
# 几个头的平均最容易读懂。

# %% [markdown] id="explain" lang="en"
# ## 10 · What do weights explain?
#
# Such pictures persuade. But a weight says how much of a value goes into a sum, not what the sum then does. If two words have
# the same value, **opposite weights give the same output**, and every layer after it cannot know:
# %% [markdown] id="explain" lang="zh" of="adf4b93e"
# ## 10 · 权重说明了什么？
#
# 这样的图很有说服力。可是权重只说一个值有多少进了总和，没说这个总和后来起了什么作用。如果两个词的值相同，
# **完全相反的权重会给出同样的输出**，后面的任何一层都无从知道：
# %% id="explain-same"
same_values = np.array([[0.3, -0.7], [0.3, -0.7], [1.0, 0.0]])
print(np.array([0.8, 0.1, 0.1]) @ same_values,
      np.array([0.1, 0.8, 0.1]) @ same_values)
# %% [markdown] id="explain-erase" lang="en"
# So we ask the model itself. We pick a character in each test phrase, **erase** one English word (it is masked like
# padding), and note how much less likely the right character becomes. The word that hurts most is the one the model
# needed. Is it the one it looked at most?
#
# First the inputs: for each phrase the whole sentence, and then the sentence without its first, second, … word.
# %% [markdown] id="explain-erase" lang="zh" of="adf0a35c"
# 那就去问模型自己。在每个测试短语里挑一个字，**抹去**一个英文词（像填充那样遮住），记下正确的字的概率因此降低了多少。
# 抹掉之后损害最大的词，就是模型真正需要的词。它是不是看得最多的那个？
#
# 先准备输入：每个短语先是完整的句子，然后依次是去掉第一个词、第二个词……的句子。
# %% id="explain-erase-run"
erased_ids = test_inputs[0][: course.erased]  # (phrases, words)
lengths = (erased_ids > 0).sum(axis=1)
random = np.random.default_rng(course.seed)
# in each phrase one of its characters  # 每个短语里选一个字
characters = real[: course.erased].sum(axis=1)
place = (random.random(len(lengths)) * characters).astype(int)

variants, of_phrase = [], []
for phrase, length in enumerate(lengths):
    variants.append(erased_ids[phrase])
    of_phrase.append(phrase)
    for word in range(length):
        words_left = erased_ids[phrase].copy()
        words_left[word] = 0
        variants.append(words_left)
        of_phrase.append(phrase)
variants, of_phrase = np.array(variants), np.array(of_phrase)
print(variants.shape, erased_ids[0], variants[1], sep="\n")
# %% [markdown] id="explain-surprise" lang="en"
# Then the log-probability that the model gives the right character, for every variant:
# %% [markdown] id="explain-surprise" lang="zh" of="4c328dde"
# 然后算出每个变体里模型给正确的字的对数概率：
# %% id="explain-surprise-run"
logits = translator.predict([variants, test_inputs[1][of_phrase]],
                            batch_size=256, verbose=0)
variant = np.arange(len(of_phrase))
logits = logits[variant, place[of_phrase]]  # (variants, V)
logits = logits - logits.max(axis=1, keepdims=True)
log_shares = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
right = test_next[of_phrase, place[of_phrase]]  # (variants,)
log_probability = log_shares[variant, right]
# %% [markdown] id="explain-cost" lang="en"
# What a word's absence costs is the difference. We compare the word that was looked at most with the others:
# %% [markdown] id="explain-cost" lang="zh" of="9cefb1e8"
# 缺一个词的代价就是两者之差。拿看得最多的词与其他词比一比：
# %% id="explain-cost-run"
# the mean of the heads: (phrases, characters, words)  # 各头的平均：(phrases, characters, words)
looked = looks.mean(axis=1)
harm = {"most": [], "another": []}
agree = []
for phrase, length in enumerate(lengths):
    whole, *without = log_probability[of_phrase == phrase]
    lost = whole - np.array(without)  # (words,) in nats  # (words,) 单位奈特
    most = looked[phrase, place[phrase], :length].argmax()
    agree.append(lost.argmax() == most)
    harm["most"].append(lost[most])
    harm["another"].append(np.delete(lost, most).mean())
print(tr("cost of erasing the word looked at most:", "抹去看得最多的词，代价："),
      f"{np.mean(harm['most']):.2f}", tr("any other:", "抹去其他词："),
      f"{np.mean(harm['another']):.2f}", tr("nats", "奈特"))
print(tr("by chance they would agree in", "碰巧一致的比例"),
      f"{np.mean(1 / lengths):.0%}")
course.report("most_looked_at_matters_most", np.mean(agree))
# %% id="explain-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7, 3.2))
bins = np.linspace(-2, 14, 33)
for name, label, color in [("another", plots.label("another word (mean)", "其他词（平均）"), plots.PALETTE[1]), ("most", plots.label("the word looked at most", "看得最多的词"), plots.PALETTE[0])]:
    axis.hist(np.clip(harm[name], -2, 14), bins, alpha=0.6, label=label, color=color)
axis.set(xlabel=plots.label("what erasing it costs (nats; the last bar: 13.5 or more)", "抹去它的代价（奈特；最右一条：13.5 及以上）"), ylabel=plots.label("characters", "字数"))
axis.legend()
plots.show(
    figure,
    "Two histograms of what erasing a word costs: for the word looked at most the costs spread far to the right, with a heap"
    " near zero; for other words they are mostly near zero.",
    "两个直方图，表示抹去一个词的代价：看得最多的词，代价向右延伸很远，但在零附近也有一堆；其他词的代价大多在零附近。",
)
# %% [markdown] id="explain-reading" lang="en"
# Both halves are true. The weights are no accident: erasing the word looked at most costs far more than erasing another.
# And they are no explanation: for many characters the most-looked-at word is *not* the one that matters most, and sometimes
# erasing it costs nothing (the past alone gave the answer). **A weight is a hint where to look; erasing is evidence.**
# %% [markdown] id="explain-reading" lang="zh" of="c76e1aa1"
# 下面两句话都对。权重不是偶然的：抹去看得最多的词，代价远大于抹去别的词。权重也不是解释：对许多字来说，看得最多的词**并不是**
# 最重要的那个；有时抹去它毫无代价（光凭前文就知道答案了）。**权重只是线索，抹去才是证据。**

# %% [markdown] id="cost" lang="en"
# ## 11 · The cost in time and memory
#
# A recurrent layer takes $T$ steps one **after** the other; each is a product with a matrix of $(d, d)$: about $T d^2$
# operations. Attention compares every position with every other: about $T^2 d$ operations, but all **at once**, and it
# needs room for $h\,T^2$ weights. We measure the time of both on this machine, forward, with two sequences of width 64. The
# memory we **compute**: four bytes for each weight of attention, and for each number of the states that the GRU returns.
# %% [markdown] id="cost" lang="zh" of="3a74998c"
# ## 11 · 时间与内存开销
#
# 循环层要走 $T$ 步，一步**接着**一步，每步乘一个 $(d, d)$ 的矩阵：大约 $T d^2$ 次运算。注意力拿每个位置与其他所有位置比较：
# 大约 $T^2 d$ 次运算，但可以**同时**进行；另外要存下 $h\,T^2$ 个权重。我们在这台机器上测量两者前向传播的时间，
# 两个序列，宽度 64。内存则是**算**出来的：注意力的每个权重四个字节，GRU 给出的各步状态每个数也是四个字节。
# %% id="cost-run"
inputs = keras.Input((None, 64))
recurrent = layers.GRU(64, return_sequences=True)
attend = attention.MultiHeadAttention(num_heads=4)
contenders = {"GRU": keras.Model(inputs, recurrent(inputs)),
              "attention": keras.Model(inputs, attend(inputs))}
seconds = {name: [] for name in contenders}
megabytes = []
for length in course.lengths:
    random = np.random.default_rng(0)
    batch = random.normal(size=(2, length, 64)).astype("float32")
    for name, model in contenders.items():
        # the first call prepares the computation for this length  # 第一次调用为这个长度准备计算
        model.predict_on_batch(batch)
        times = []
        for _ in range(5):
            started = time.perf_counter()
            model.predict_on_batch(batch)
            times.append(time.perf_counter() - started)
        seconds[name].append(min(times))
    # sequences × heads × T² × 4 bytes  # 序列数 × 头数 × T² × 4 字节
    megabytes.append(2 * 4 * length**2 * 4 / 1e6)
    print(f"T = {length:>5}: GRU {1e3 * seconds['GRU'][-1]:7.1f} ms   "
          f"{tr('attention', '注意力')} {1e3 * seconds['attention'][-1]:7.1f} ms   "
          f"{tr('weights', '权重')} {megabytes[-1]:7.2f} MB")
# %% id="cost-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.3))
axes[0].plot(course.lengths, 1e3 * np.array(seconds["GRU"]), "s--", lw=2, label="GRU")
axes[0].plot(course.lengths, 1e3 * np.array(seconds["attention"]), "o-", lw=2, label=plots.label("attention", "注意力"))
axes[0].set(title=plots.label("time", "时间"), xlabel=plots.label("length T", "长度 T"), ylabel=plots.label("milliseconds", "毫秒"))
axes[1].plot(course.lengths, np.array(course.lengths) * 2 * 64 * 4 / 1e6, "s--", lw=2, label=plots.label("GRU: its states", "GRU：各步状态"))
axes[1].plot(course.lengths, megabytes, "o-", lw=2, label=plots.label("attention: its weights", "注意力：权重"))
axes[1].set(title=plots.label("memory, computed", "内存（计算值）"), xlabel=plots.label("length T", "长度 T"), ylabel="MB")
for axis in axes:
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(course.lengths, [str(length) for length in course.lengths])
    axis.legend()
plots.show(
    figure,
    "Measured time and computed memory against length on logarithmic axes. The recurrent layer's time and memory double with the length; the"
    " memory of attention's weights grows fourfold, and its time more and more steeply.",
    "测得的时间和算得的内存随长度的变化，双对数坐标。循环层的时间和内存随长度加倍而加倍；注意力权重的内存翻两番，时间也越来越陡。",
)
# %% [markdown] id="cost-reading" lang="en"
# On short sequences attention is ahead, because nothing waits for anything. Then the square catches up: each doubling of the
# length makes four times as many weights. Long documents are why *fused* kernels (FlashAttention) exist, which compute
# the same result block by block and never hold all weights at once. The library uses one where the backend has it.
# %% [markdown] id="cost-reading" lang="zh" of="b70bd2a9"
# 序列短的时候，注意力领先，因为各个位置互不等待。然后平方项就显现出来：长度每加倍，权重就变成四倍。
# 正因为有长文档，才有了**融合**内核（FlashAttention）：它一块一块地算出同样的结果，从不同时保存所有权重。
# 后端有这种内核时，课程库就会用它。

# %% [markdown] id="uses" lang="en"
# ## 12 · Uses, tools, resources
#
# Attention is in every translator, chat model, speech recogniser and image captioner of today; in protein folding, too,
# where residues look at each other. `keras.layers.MultiHeadAttention` and `torch.nn.MultiheadAttention` are the layers you
# will meet; our tests copy weights between them and ours and compare. Mind their masks: Keras means True = keep, as we do;
# PyTorch's `key_padding_mask` means True = **leave out**.
# %% [markdown] id="uses" lang="zh" of="1fe657ac"
# ## 12 · 应用、工具与资源
#
# 今天的翻译、对话、语音识别和看图说话，处处都有注意力；蛋白质折叠里也有，那里是残基互相看。你会遇到的层是
# `keras.layers.MultiHeadAttention` 和 `torch.nn.MultiheadAttention`；我们的测试把参数在它们与课程库之间拷贝，再比较结果。
# 当心它们的掩码：Keras 与我们一样，True 表示保留；PyTorch 的 `key_padding_mask` 则是 True 表示**去掉**。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 13 · Exercises
#
# A wrong answer gets a hint, a second one in a row a longer hint;
# `check("05.1", attention_weights, hint=2)` asks for that at once.
#
# ### Attention weights
#
# Turn queries and keys into weights by (2): scale, then a softmax over the keys that does not overflow when a score is 1,000.
# %% [markdown] id="exercises" lang="zh" of="f46f7b21" tags=["stop"]
# ## 13 · 练习
#
# 答错了会有提示；连续第二次答错，提示会更详细，想马上看就用 `check("05.1", attention_weights, hint=2)`。
#
# ### 注意力权重
#
# 按 (2) 式把查询和键变成权重：先缩放，再对键做 softmax；得分达到 1,000 时也不能溢出。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=8
def attention_weights(queries, keys):
    """queries (time_q, dim), keys (time_k, dim) -> weights (time_q, time_k)"""
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def attention_weights(queries, keys):
    """queries (time_q, dim), keys (time_k, dim) -> weights (time_q, time_k)"""
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% id="ex1-check" tags=["check"]
check("05.1", attention_weights)
# %% [markdown] id="ex2-text" lang="en"
# ### A softmax that knows masks
#
# Weights from `scores` where the mask keeps; exactly zero elsewhere; zeros in a row that may look at nothing.
# %% [markdown] id="ex2-text" lang="zh" of="7d50c53f"
# ### 带掩码的 softmax
#
# 由 `scores` 得到权重：掩码保留的地方是 softmax，其余恰好为零；什么都不许看的一行，应当全是零。
# %% id="ex2" tags=["exercise"] difficulty=2 minutes=10
def masked_weights(scores, mask):
    tr("""scores (queries, keys), mask (queries, keys) of bool, True = keep
    -> weights (queries, keys)""",
       """scores (queries, keys)，mask (queries, keys)，布尔值，True 表示保留
    -> 权重 (queries, keys)""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def masked_weights(scores, mask):
    tr("""scores (queries, keys), mask (queries, keys) of bool, True = keep
    -> weights (queries, keys)""",
       """scores (queries, keys)，mask (queries, keys)，布尔值，True 表示保留
    -> 权重 (queries, keys)""")
    scores = np.where(mask, scores, -1e30)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    powers = np.where(mask, powers, 0)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total > 0, total, 1)
# %% id="ex2-check" tags=["check"]
check("05.2", masked_weights)
# %% [markdown] id="ex3-text" lang="en"
# ### Cutting heads
#
# Cut each vector of `inputs` into `num_heads` pieces and move the heads before the time, as section 8 does. NumPy only.
# %% [markdown] id="ex3-text" lang="zh" of="93e3b5f2"
# ### 切出各个头
#
# 把 `inputs` 的每个向量切成 `num_heads` 段，并把头的轴移到时间之前，与第 8 节相同。只用 NumPy。
# %% id="ex3" tags=["exercise"] difficulty=2 minutes=8
def cut_heads(inputs, num_heads):
    """inputs (batch, time, width)
    -> (batch, num_heads, time, width // num_heads)"""
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def cut_heads(inputs, num_heads):
    """inputs (batch, time, width)
    -> (batch, num_heads, time, width // num_heads)"""
    batch, length, width = inputs.shape
    pieces = inputs.reshape(batch, length, num_heads, width // num_heads)
    return pieces.transpose(0, 2, 1, 3)
# %% id="ex3-check" tags=["check"]
check("05.3", cut_heads)
# %% [markdown] id="ex4-text" lang="en"
# ### The mask of a decoder
#
# From the true `lengths` of padded sentences (padding on the right), make the mask for self-attention in a decoder: a key is
# seen if it is no padding and does not lie in the future.
# %% [markdown] id="ex4-text" lang="zh" of="c4a696a7"
# ### 解码器的掩码
#
# 给出各句的真实长度 `lengths`（填充在右边），做出解码器自注意力所用的掩码：一个键既不是填充、又不在未来，才看得见。
# %% id="ex4" tags=["exercise"] difficulty=2 minutes=8
def decoder_mask(lengths, time):
    tr("""lengths (batch,) of int, time: int
    -> bool (batch, time, time): [example, query, key], True = keep""",
       """lengths (batch,)，整数，time：int
    -> 布尔值 (batch, time, time)：[样本, 查询, 键]，True 表示保留""")
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def decoder_mask(lengths, time):
    tr("""lengths (batch,) of int, time: int
    -> bool (batch, time, time): [example, query, key], True = keep""",
       """lengths (batch,)，整数，time：int
    -> 布尔值 (batch, time, time)：[样本, 查询, 键]，True 表示保留""")
    place = np.arange(time)
    # (batch, 1, time)
    tokens = place[None, None, :] < np.asarray(lengths)[:, None, None]
    return tokens & (place[None, None, :] <= place[None, :, None])
# %% id="ex4-check" tags=["check"]
check("05.4", decoder_mask)
# %% [markdown] id="ex5-text" lang="en"
# ### Additive scores without a loop
#
# Formula (3) for all pairs at once.
# %% [markdown] id="ex5-text" lang="zh" of="329b17a0"
# ### 不用循环的加性得分
#
# 对所有的查询和键，一次算出 (3) 式。
# %% id="ex5" tags=["exercise"] difficulty=3 minutes=12
def additive_scores(queries, keys, W, U, v):
    """queries (time_q, query_dim), keys (time_k, key_dim),
    W (hidden, query_dim), U (hidden, key_dim), v (hidden,)
    -> scores (time_q, time_k)"""
    raise NotImplementedError
# %% id="ex5" tags=["solution"]
def additive_scores(queries, keys, W, U, v):
    """queries (time_q, query_dim), keys (time_k, key_dim),
    W (hidden, query_dim), U (hidden, key_dim), v (hidden,)
    -> scores (time_q, time_k)"""
    return np.tanh((queries @ W.T)[:, None, :] + (keys @ U.T)[None, :, :]) @ v
# %% id="ex5-check" tags=["check"]
check("05.5", additive_scores)
# %% [markdown] id="open-1" lang="en"
# ### Open 1 · Shuffled words, shuffled answers
#
# Let $X$, $(T, d)$, hold one word in each row, and let $P$ be a permutation matrix, so that $PX$ is the same
# sentence with its words in another order. Prove that self-attention without a mask gives $P\,O$ where it gave $O$.
# At which line does the proof fail with a causal mask? With a learned vector added at each position?
#
# <details><summary>A worked answer</summary>
#
# Queries, keys and values are $XW^Q$, $XW^K$ and $XW^V$; for $PX$ they become $PQ$, $PK$ and $PV$. The scores
# become $PQ\,(PK)^\top = P\,(QK^\top)\,P^\top$: rows and columns change places in the same way. The softmax treats
# every row alike and does not care in which order it sums, so the weights become $P A P^\top$. The output is
# $P A P^\top P V = P A V = P\,O$, since $P^\top P = I$.
#
# A causal mask $M$ belongs to the places and not to the words: it stays $M$ where the proof would need
# $P M P^\top$, and the line with the softmax fails. With positions, the input is $PX + E$ and not $P(X + E)$, so
# that the very first line fails. Both let a model tell orders apart; a decoder's mask alone already does so.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="ce45e7d9"
# ### 开放题 1 · 打乱的词，打乱的回答
#
# 设 $X$，$(T, d)$，每行是一个词；$P$ 是置换矩阵，$PX$ 就是换了词序的同一句话。证明：没有掩码的自注意力，原来输出 $O$，现在输出 $P\,O$。加上因果掩码，证明在哪一步不再成立？给每个位置加上一个学来的向量呢？
#
# <details><summary>参考答案</summary>
#
# 查询、键、值分别是 $XW^Q$、$XW^K$、$XW^V$；换成 $PX$，它们就变为 $PQ$、$PK$、$PV$。得分变为 $PQ\,(PK)^\top = P\,(QK^\top)\,P^\top$：行和列按同样的方式换了位置。softmax 对各行一视同仁，求和也不分先后，所以权重变为 $P A P^\top$。输出为 $P A P^\top P V = P A V = P\,O$，因为 $P^\top P = I$。
#
# 因果掩码 $M$ 属于位置，而不属于词：证明需要 $P M P^\top$，它却仍是 $M$，softmax 那一步就不成立了。加上位置向量后，输入是 $PX + E$，不是 $P(X + E)$，第一步就不成立。两者都能让模型分出词序；解码器光凭掩码就已经做得到。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · A name that is not in the book
#
# Ask the trained model of section 2 for names that are **not** on the page. Before you look: what will its answers
# be, and how sure will it be of them? Then find a way in which it can say *not here*, and train it.
#
# <details><summary>What to expect</summary>
#
# It answers all the same. A softmax shares out one whole look, so that something is always seen, and there is no
# eleventh answer. Where the asked name's query fits no key, expect weights that are spread out or lie on a name
# whose key happens to be alike. Expect digits that are right one time in ten, since they have nothing to do with the
# question. Whether it is at least less sure than usual is worth measuring: nothing in the training asked it to be.
#
# Two things are needed. An eleventh answer, and pages in training on which the asked name is missing, else the
# answer is never the right one. An empty entry that stands on every page helps as well: a key that a query can turn
# to when no other fits, as people look at the margin. Test with a share of missing names other than that of the
# training: a model may have learnt the share and not the looking.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="1cab4126"
# ### 开放题 2 · 电话簿里没有的名字
#
# 向第 2 节训练好的模型询问页上**没有**的名字。先猜：它会怎样回答，又有几分把握？然后想一个办法，让它能够回答“这里没有”，并训练出来。
#
# <details><summary>大致会怎样</summary>
#
# 它照样回答。softmax 的权重总和总是 1，所以总会看到些什么，而答案里又没有第十一种。要查的名字与哪个键都不配时，权重多半会摊开，或者落在一个恰好相近的名字上；答案与问题无关，十次里大约对一次。它会不会至少比平时少几分把握，值得测一测：训练中没有什么要求它这样。
#
# 需要两样东西：第十一种答案；还要在训练里放进缺名字的页，否则这个答案永远不会是对的。再给每一页加一个空条目也有帮助：别的键都不配时，查询有个去处，就像人会看一眼页边。测试时，缺名字的比例要与训练时不同：模型学到的也许只是这个比例，而不是怎么找。
#
# </details>
# %% [markdown] id="quiz-intro" lang="en"
# ## 14 · Quiz
# %% [markdown] id="quiz-intro" lang="zh" of="85f09290"
# ## 14 · 测验
# %% [markdown] id="quiz-longer" lang="en" tags=["quiz"]
# **Why could the phone-book model with attention answer pages longer than any it was trained on?**
# - [ ] It has more weights than the other — It has fewer; the cell printed both counts.
# - [x] It learnt to compare names, and comparing does not depend on how many there are — No weight belongs to a position or a length.
# - [ ] It had seen 32 entries during training — It had seen 12 at most.
# - [ ] The padding mask tells it where the answer is — The mask says what is an entry, not which one is asked for.
# %% [markdown] id="quiz-longer" lang="zh" of="c980998e" tags=["quiz"]
# **带注意力的电话簿模型，为什么能回答比训练时更长的页？**
# - [ ] 它的参数比另一个多 — 它的更少；那一格把两个数都打印出来了。
# - [x] 它学会的是比对名字，而比对与有多少个名字无关 — 没有哪个参数属于某个位置或某个长度。
# - [ ] 训练时它见过 32 个条目 — 至多见过 12 个。
# - [ ] 填充掩码告诉了它答案在哪里 — 掩码只说哪些是条目，没说问的是哪一个。
# %% [markdown] id="quiz-cross" lang="en" tags=["quiz"]
# **In a translator's cross-attention, the English sentence has 9 words and 4 Chinese characters are written. What is the shape of the weights of one head?**
# - [ ] 9 × 9 — That would be English looking at English.
# - [x] 4 × 9 — A row for each query, the characters; a column for each key, the words.
# - [ ] 9 × 4 — Queries are rows, and it is the writer who asks.
# - [ ] 4 × 4 — That is the characters' self-attention.
# %% [markdown] id="quiz-cross" lang="zh" of="2fae3855" tags=["quiz"]
# **翻译器的交叉注意力里，英文句子有 9 个词，已写出 4 个汉字。一个头的权重是什么形状？**
# - [ ] 9 × 9 — 那是英文看英文。
# - [x] 4 × 9 — 每个查询（汉字）一行，每个键（英文词）一列。
# - [ ] 9 × 4 — 查询是行，提问的是写的一方。
# - [ ] 4 × 4 — 那是汉字的自注意力。
# %% [markdown] id="quiz-explain" lang="en" tags=["quiz"]
# **A model rejects a loan; its attention lies mostly on the applicant's postcode. What follows?**
# - [ ] The postcode caused the rejection — The weight says how much of its value entered a sum, not what the sum did.
# - [ ] The postcode played no part — Nor does this follow; weights are no accident either.
# - [x] A reason to test it: change or erase the postcode and see whether the decision changes — Weights are a hint; an intervention is evidence.
# - [ ] The model needs more heads — More heads make more pictures, not more proof.
# %% [markdown] id="quiz-explain" lang="zh" of="995620e4" tags=["quiz"]
# **一个模型拒绝了一笔贷款，它的注意力主要落在申请人的邮政编码上。由此可知什么？**
# - [ ] 是邮政编码导致了拒绝 — 权重只说它的值有多少进了总和，没说总和起了什么作用。
# - [ ] 邮政编码没有起作用 — 也推不出来；权重并非偶然。
# - [x] 值得检验：改掉或抹去邮政编码，看决定变不变 — 权重是线索，干预才是证据。
# - [ ] 模型需要更多的头 — 头多了，图就多了，证据并没有多。

# %% [markdown] id="summary" lang="en"
# ## 15 · Summary
#
# - One vector of fixed size cannot hold a page whose question comes later. Attention keeps the page and looks.
# - A query is scored against every key; a softmax over the **keys** makes weights; the output is the weighted mean of values.
# - Dividing by √d keeps the variance of scores at 1, and so the softmax's gradient alive.
# - Additive attention scores by a small network; the dot product does it with one matrix product, and won.
# - Masks act before the softmax. A row that may look at nothing gives zeros.
# - Heads are several attentions in smaller spaces, with as many weights as one.
# - Attention does not know order; positions must be put in.
# - Weights are a hint, not an explanation. Memory grows with the square of the length.
# %% [markdown] id="summary" lang="zh" of="01d9ea9e"
# ## 15 · 小结
#
# - 问题在后面才出现时，一个定长的向量装不下整页内容。注意力保留整页，回头去看。
# - 查询与每个键逐一打分；对**键**做 softmax 得到权重；输出是值的加权平均。
# - 除以 √d，得分的方差保持为 1，softmax 的梯度才不会消失。
# - 加性注意力用小网络打分；点积用一次矩阵乘法打分，因而胜出。
# - 掩码在 softmax 之前起作用。什么都不许看的一行给出零。
# - 多头是几个在较小空间里的注意力，参数总数与一个全宽的头相同。
# - 注意力不知道次序，位置必须另外放进去。
# - 权重是线索，不是解释。内存随长度的平方增长。

# %% [markdown] id="faq" lang="en"
# ## 16 · Questions that come up
#
# **How many heads?** Published models keep the width of a head at 64 to 128 and let the number follow. Too narrow a head
# cannot tell keys apart.
#
# **Why are there three matrices? Could the query be the key?** Then a word would look most at words like itself, and *a* at
# *b* exactly as much as *b* at *a*, before the softmax. What is looked for, what is offered and what is said are three things.
#
# **Is attention the same as a look-up in a dictionary?** Almost: a soft one. A dictionary returns one value or none; attention
# returns a mixture, so that a gradient can say how to look better.
#
# **Does attention replace recurrence?** For training yes: all positions are computed at once. In use, a model still writes
# one token after the other; it then keeps the keys and values it has computed (`empty_cache` in the library; lesson 06).
# %% [markdown] id="faq" lang="zh" of="ae446169"
# ## 16 · 常见问题
#
# **要多少个头？** 已发布的模型多半让每个头宽 64 到 128，头数随之而定。头太窄，就分不清各个键。
#
# **为什么要三个矩阵？查询能不能就用键？** 那样一个词会最爱看与自己相像的词，而且在 softmax 之前，*a* 看 *b* 与 *b* 看 *a* 完全一样多。
# 要找什么、凭什么被找到、交出什么，是三回事。
#
# **注意力就是查字典吗？** 差不多，是一种“软”的查字典。字典返回一个值，或者什么也没有；注意力返回的是各个值的混合，
# 这样梯度才能告诉它怎样看得更好。
#
# **注意力取代了循环吗？** 训练时是的：所有位置同时计算。使用时，模型仍然一个词元接一个词元地写；
# 它会把算过的键和值存起来（课程库里的 `empty_cache`，第 06 课）。

# %% [markdown] id="references" lang="en"
# ## 17 · References
#
# - I. Sutskever, O. Vinyals, Q. V. Le (2014). *Sequence to sequence learning with neural networks.* NeurIPS. arXiv:1409.3215.
# - K. Cho et al. (2014). *Learning phrase representations using RNN encoder–decoder.* EMNLP. arXiv:1406.1078.
# - K. Cho, B. van Merriënboer, D. Bahdanau, Y. Bengio (2014). *On the properties of neural machine translation: encoder–decoder approaches.* SSST-8 (the longer the sentence, the worse). arXiv:1409.1259.
# - D. Bahdanau, K. Cho, Y. Bengio (2015). *Neural machine translation by jointly learning to align and translate.* ICLR. arXiv:1409.0473.
# - A. Vaswani et al. (2017). *Attention is all you need.* NeurIPS. arXiv:1706.03762.
# - S. Jain, B. C. Wallace (2019). *Attention is not explanation.* NAACL. arXiv:1902.10186.
# - S. Wiegreffe, Y. Pinter (2019). *Attention is not not explanation.* EMNLP. arXiv:1908.04626.
# - T. Dao et al. (2022). *FlashAttention: fast and memory-efficient exact attention with IO-awareness.* NeurIPS. arXiv:2205.14135.
# %% [markdown] id="references" lang="zh" of="c037d46b"
# ## 17 · 参考文献
#
# - I. Sutskever, O. Vinyals, Q. V. Le (2014). *Sequence to sequence learning with neural networks.* NeurIPS. arXiv:1409.3215.
# - K. Cho et al. (2014). *Learning phrase representations using RNN encoder–decoder.* EMNLP. arXiv:1406.1078.
# - K. Cho, B. van Merriënboer, D. Bahdanau, Y. Bengio (2014). *On the properties of neural machine translation: encoder–decoder approaches.* SSST-8 (the longer the sentence, the worse). arXiv:1409.1259.
# - D. Bahdanau, K. Cho, Y. Bengio (2015). *Neural machine translation by jointly learning to align and translate.* ICLR. arXiv:1409.0473.
# - A. Vaswani et al. (2017). *Attention is all you need.* NeurIPS. arXiv:1706.03762.
# - S. Jain, B. C. Wallace (2019). *Attention is not explanation.* NAACL. arXiv:1902.10186.
# - S. Wiegreffe, Y. Pinter (2019). *Attention is not not explanation.* EMNLP. arXiv:1908.04626.
# - T. Dao et al. (2022). *FlashAttention: fast and memory-efficient exact attention with IO-awareness.* NeurIPS. arXiv:2205.14135.
