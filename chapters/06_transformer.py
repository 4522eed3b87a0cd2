# Lesson 06 of "Deep learning for language": how the parts become a translator. The source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 06 · Transformer: how do the parts become a translator?
#
# Lesson 05 ended with half a translator. Given an English sentence and the **right** Chinese characters so far, it
# predicted the next one. Nobody who wants a translation has the right characters; they are what is wanted. This lesson
# adds what is missing and ends with a program that reads English and writes Chinese by itself, trained on the page,
# and judged by a number that you will have computed by hand first.
#
# **When you have worked through it, you can**
#
# - say how a model without recurrence knows the order of words, in three ways, and what each of them cannot do;
# - show what residual paths and norms each do for a deep stack, by taking them away one at a time;
# - build an encoder layer in two lines and a decoder layer in three, and test that it does not see the future;
# - train by teacher forcing, with targets shifted by one, and say what goes wrong without the shift;
# - write translations greedily and by beam search, and explain what is cached;
# - compute BLEU from scratch, and say what it hides;
# - count the parameters of any Transformer by kind.
#
# **You need** attention, masks and heads (lesson 05), cross-entropy and Adam (lesson 02), vocabularies and padding (lesson 01).
#
# **Mirrors** section 4.2 of the first article; 2.1, 3.2, 3.3, 5 and 6.1 of the third; 2.1, 2.3 and 3.1 of the fifth. What
# they get wrong here (E06, E16, E17, E19, E20, E31 in our list of errata) is run, taken apart and put right.
# %% [markdown] id="title" lang="zh" of="c8a1fef2"
# # 06 · Transformer：怎样把各个部件拼成一个翻译器？
#
# 第 05 课结束时，我们手里只有半个翻译器：给它英文句子和**正确的**前文，它能预测下一个汉字。可是真正翻译的时候，
# 正确的前文正是要求的东西，事先并没有。这一课把缺的部分补齐，最后得到一个自己读英文、自己写中文的程序：
# 当场训练，用 BLEU 评判，而 BLEU 的公式，你会先手算一遍。
#
# **学完这一课，你能够**
#
# - 说清没有循环的模型怎样知道词序：三种办法，以及每一种做不到什么；
# - 逐一去掉残差连接和归一化，用实测结果说明它们在深层网络中各起什么作用；
# - 用两行写出编码器层，用三行写出解码器层，并检验它没有偷看未来；
# - 用教师强制来训练，目标错开一位，并说清不错开有什么后果；
# - 用贪心和束搜索写出译文，并解释缓存的是什么；
# - 从头算出 BLEU，并说清它反映不了什么；
# - 把任何一个 Transformer 的参数按种类数清楚。
#
# **你需要会** 注意力、掩码和多头（第 05 课），交叉熵和 Adam（第 02 课），词表和填充（第 01 课）。
#
# **对应原文**：第一篇的 4.2 节；第三篇的 2.1、3.2、3.3、第 5 节和 6.1 节；第五篇的 2.1、2.3 和 3.1 节。
# 原文在这一部分的错误（勘误表中的 E06、E16、E17、E19、E20、E31），我们会先说明原文的主张，再逐一运行、分析、改正。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>What does scaled dot-product attention compute from queries, keys and values?</summary>
#
# $\mathrm{softmax}(QK^\top / \sqrt d)\,V$: every query is scored against every key, the softmax over the keys makes
# weights, and the output is the weighted mean of the values. Read again: {{05 scale}}.
#
# </details>
#
# <details><summary>Six positions, counted from 0, and a causal mask: where may position 3 look?</summary>
#
# At 0, 1, 2 and 3: at the past and at itself. The masked scores are lowered before the softmax, so that the weights
# of these four sum to one. Read again: {{05 masks}}.
#
# </details>
#
# <details><summary>A batch holds sentences of 5 and of 2 words, padded to 5. What is the summed cross-entropy divided by?</summary>
#
# By 7, the number of real tokens: the sum runs over the classes, the mean over the tokens, and padding is no token.
# Read again: {{02 loss}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="80d16384"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>缩放点积注意力由查询、键、值算出什么？</summary>
#
# $\mathrm{softmax}(QK^\top / \sqrt d)\,V$：每个查询对每个键打分，沿键的方向做 softmax 得到权重，输出是值的加权平均。重读：{{05 scale}}。
#
# </details>
#
# <details><summary>六个位置从 0 数起，用因果掩码，位置 3 可以看哪里？</summary>
#
# 看 0、1、2、3，即过去和自己。掩码在 softmax 之前就把其余的得分压到极低，所以这四个的权重之和为一。重读：{{05 masks}}。
#
# </details>
#
# <details><summary>一批里有 5 个词和 2 个词的两句话，都填充到 5。交叉熵的总和应当除以几？</summary>
#
# 除以 7，即真实词元的个数：求和对类别进行，平均对词元进行，填充不是词元。重读：{{02 loss}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>Which pairs does skip-gram make of <em>dogs chase cats</em> with a window of 1?</summary>
#
# Four: *dogs–chase*, *chase–dogs*, *chase–cats* and *cats–chase*. Each word is the centre once, its neighbours are
# the context. From {{01 word2vec}}.
#
# </details>
#
# <details><summary>A model gave the three words of a text the probabilities ½, ½ and ⅛. What is its perplexity?</summary>
#
# The surprises add up to $\ln 2 + \ln 2 + \ln 8 = \ln 32$; the perplexity is
# $\exp(\frac13 \ln 32) = 32^{1/3} = 3.17$. From {{02 perplexity}}.
#
# </details>
#
# <details><summary>Two dimensions of a code carry 0.1 and 2 nats on average. With 0.5 free nats each, what enters the loss?</summary>
#
# $\max(0.5,\, 0.1) + \max(0.5,\, 2) = 2.5$ nats: the first has nothing to gain from falling silent. From
# {{04 collapse}}.
#
# </details>
#
# <details><summary>A multi-head layer has width 64 and 4 heads. How wide is a head, and how many weights have its four matrices without biases?</summary>
#
# 16; and $4 \cdot 64^2 = 16{,}384$, the same for any number of heads. From {{05 heads}}.
#
# </details>
#
# <details><summary>A word gets 0.9 of the look. Why is that no proof that the output needed it?</summary>
#
# A weight says how much of a value enters a sum. If the other values are much alike, or the layers above ignore
# that part, the word may be erased and nothing changes: erase it and see. From {{05 explain}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="266703fd"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>窗口为 1 时，跳字模型（skip-gram）从 <em>dogs chase cats</em> 得到哪些词对？</summary>
#
# 四个：*dogs–chase*、*chase–dogs*、*chase–cats*、*cats–chase*。每个词轮流做中心词，邻词是上下文。出自{{01 word2vec}}。
#
# </details>
#
# <details><summary>模型给一段文字的三个词的概率是 ½、½、⅛，困惑度是多少？</summary>
#
# 三个惊讶度之和为 $\ln 2 + \ln 2 + \ln 8 = \ln 32$，困惑度为 $\exp(\frac13 \ln 32) = 32^{1/3} = 3.17$。出自{{02 perplexity}}。
#
# </details>
#
# <details><summary>编码的两维平均携带 0.1 和 2 奈特。每维的自由比特为 0.5 奈特时，计入损失的是多少？</summary>
#
# $\max(0.5,\, 0.1) + \max(0.5,\, 2) = 2.5$ 奈特：前一维就算降到 0，损失也不会更小。出自{{04 collapse}}。
#
# </details>
#
# <details><summary>一个多头注意力层宽 64，有 4 个头。每个头多宽？不计偏置，四个矩阵共有多少个权重？</summary>
#
# 每个头宽 16；共 $4 \cdot 64^2 = 16{,}384$ 个权重，头数再多再少也一样。出自{{05 heads}}。
#
# </details>
#
# <details><summary>一个词得到了 0.9 的注意力权重，为什么还不能证明输出离不开它？</summary>
#
# 权重说的只是它的值有多少进入了总和。如果别的值与它差不多，或者上面的层不理会这一部分，抹掉这个词也不会有变化：抹掉试试才知道。出自{{05 explain}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · What attention still lacks
#
# Attention lets every word look at every other. Three things are missing for a translator.
#
# 1. **Order.** A weighted mean does not know who stood where: *dog bites man* and *man bites dog* gave the same vectors.
# 2. **Depth.** One look is not enough: *the key to the old red car **is** lost* needs a second look at what the first one
#    found. But a plain stack of many layers does not learn.
# 3. **Generation.** A translation is made one character after the other, each with the ones before it in view. How is that
#    trained, how is it run, and how good is the result?
#
# In June 2017 eight people at Google put answers to all three into one paper. Their *Transformer* beat the best recurrent
# translators from English to German by more than 2 points of BLEU (a score of translations, at most 100: section 9), after 3.5 days on eight GPUs, a fraction of what the others had
# cost. It is the model of that paper that we build, some hundreds of times smaller.
# %% [markdown] id="background" lang="zh" of="a8a2a2a3"
# ## 1 · 有了注意力，还缺什么
#
# 有了注意力，每个词都能看到其他所有的词。要做翻译器，还缺三样东西。
#
# 1. **次序。** 加权平均不区分词的位置：*dog bites man* 和 *man bites dog* 得到的向量一模一样。
# 2. **深度。** 看一次不够：*the key to the old red car **is** lost* 里，要看出丢的是钥匙而不是车，得在第一次看到的东西上再看一次。
#    可是把许多层直接叠起来，训练不动。
# 3. **生成。** 译文是一个字一个字写出来的，写每个字时都看得见前面的字。这样的模型怎么训练，怎么生成，译文质量如何？
#
# 2017 年 6 月，Google 的八个人在一篇论文里同时给出了三个答案。他们的 *Transformer* 用八块 GPU 训练了三天半，
# 英译德的 BLEU（译文的分数，满分 100，见第 9 节）比当时最好的循环网络高出 2 分以上，计算量却只有它们的一小部分。我们要搭的就是这篇论文里的模型，只是规模缩小到几百分之一。

# %% id="imports" tags=["fold"]
import logging
import time
from collections import Counter

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops

import course_lib.preprocessing as prep
from course_lib import attention, data, diagrams, display, plots, transformer

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its advice about retracing is meant for long loops  # 它关于重复追踪（retracing）的提示只适用于长循环


def said(error):
    tr("""What an error says, without the lines that Keras wraps around it.""",
       """错误信息的正文，去掉 Keras 套在外面的几行。""")
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[lines[0].startswith('Exception encountered')]}"

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "order": (0, 0, tr("order\nsection 2", "次序\n第 2 节")),
        "depth": (0, 1, tr("depth\nsection 3", "深度\n第 3 节")),
        "parts": (1, 0.5, tr("encoder, decoder\nsection 4", "编码器、解码器\n第 4 节")),
        "shift": (2, 0, tr("shift by one\nsection 5", "错开一位\n第 5 节")),
        "loss": (2, 1, tr("loss, warm-up\nsection 6", "损失、预热\n第 6 节")),
        "train": (3, 0.5, tr("training\nsection 7", "训练\n第 7 节")),
        "write": (4, 0, tr("writing\nsections 8, 10", "写译文\n第 8、10 节")),
        "bleu": (4, 1, tr("BLEU\nsection 9", "BLEU\n第 9 节")),
        "look": (3, 1.6, tr("looking across\nsection 11", "两种语言之间\n第 11 节")),
        "count": (1, 1.6, tr("counting\nsection 12", "数参数\n第 12 节")),
    },
    arrows=[
        ("order", "parts", ""), ("depth", "parts", ""), ("parts", "shift", ""), ("parts", "loss", ""), ("shift", "train", ""),
        ("loss", "train", ""), ("train", "write", ""), ("write", "bleu", ""), ("train", "look", ""), ("parts", "count", ""),
    ],
    english="A map: order and depth make encoder and decoder; with a shift by one, a loss and a warm-up they are trained; the"
    " trained model writes, is judged by BLEU, and is looked into; its parameters are counted.",
    chinese="一张路线图：次序和深度造出编码器与解码器；错开一位，加上损失和预热，就能训练；训练好的模型写译文，用 BLEU 评判，"
    "还可以看它在看哪里，数它的参数。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** The next cell holds every size this lesson uses, and the results it must show. `quick`, the default,
# is made for a laptop, spends most of its time on training, and needs no download. `full` trains longer, and goes on to the 20,000 real sentences of Tatoeba
# where they are available.
# %% [markdown] id="dial" lang="zh" of="a08ed75b"
# **规模旋钮。** 下一格列出本课用到的所有规模参数，以及必须得到的结果。默认的 `quick` 在笔记本电脑上就能跑，时间大多花在训练上，无需下载；
# `full` 训练得更久；如果能拿到 Tatoeba 的两万个真实句子，还会接着在上面训练。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(
            phrases=300, watched=40, beamed=8, copy_epochs=1, depths=[1, 2, 24], depth_steps=3, tatoeba=False,
            model=dict(width=32, num_heads=4, hidden_dim=64, num_layers=1, dropout=0.1),
            training=dict(epochs=1, batch_size=64, learning_rate=2e-3),
        ),
        "quick": dict(
            phrases=5_027, watched=200, beamed=128, copy_epochs=1,
            depths=[1, 4, 24], depth_steps=80, tatoeba=False,
            model=dict(width=64, num_heads=4, hidden_dim=256, num_layers=2, dropout=0.1),
            training=dict(epochs=8, batch_size=96, learning_rate=5e-3),
        ),
        "full": dict(
            phrases=5_027, watched=200, beamed=557, copy_epochs=4,
            depths=[1, 4, 12, 24, 48], depth_steps=200, tatoeba=True,
            model=dict(width=128, num_heads=4, hidden_dim=512, num_layers=2, dropout=0.1),
            training=dict(epochs=20, batch_size=64, learning_rate=2e-3),
        ),
    },
    expected={
        "quick": dict(
            error_24_plain=(0.6, 0.8), error_24_norm_only=(0.8, 2.2),
            error_24_small_residual=(0.03, 0.13), error_24_pre_norm=(0.04, 0.09),
            copied_unshifted=(0.95, 1.0), next_by_one_character=(0.4, 0.52),
            exactly_right=(0.78, 0.96), bleu_nearest=(53, 55.5), bleu_greedy=(93.5, 99.5),
            bleu_shuffled=(88, 98),
        ),
    },
)

# %% [markdown] id="positions" lang="en"
# ## 2 · Positional encoding: where a word stands
#
# Lesson 05 showed it: shuffle the words, and self-attention shuffles its answers, no more. So the place of a word must be
# **in its vector** before attention sees it. This is its **positional encoding**. But how do you write a place as a vector?
#
# - Add the number itself: 0, 1, 2, … At place 500 it drowns the word, whose numbers are near 1.
# - Add the share of the way: 0, 0.1, …, 1. Now "the next word" is 0.1 away in one sentence and 0.02 in another.
# - Write it as a clock does. The second hand tells neighbours apart, the hour hand tells early from late, and no hand
#   ever leaves its dial.
#
# The paper takes the clock. Each pair of numbers is the tip of a hand, and each hand is slower than the one before:
#
# $$ \mathrm{PE}_{p,\,2i} = \sin\!\left(\frac{p}{10000^{2i/d}}\right), \qquad \mathrm{PE}_{p,\,2i+1} = \cos\!\left(\frac{p}{10000^{2i/d}}\right). \tag{1} $$
#
# $p$ is the position, $d$ the width of a vector, $i$ counts the hands from 0 to $d/2 - 1$. Here are six positions of width
# 4, two hands, as loops:
# %% [markdown] id="positions" lang="zh" of="d55ae6fe"
# ## 2 · 位置编码：词在第几位
#
# 第 05 课已经看到：把词打乱，自注意力的输出也只是跟着打乱，别的什么都没变。所以在进入注意力之前，位置信息就得写**进词的向量**，这就是**位置编码**。
# 位置怎么写成向量呢？
#
# - 直接加上编号：0、1、2……到了第 500 个位置，词本身的数只有 1 上下，早被淹没了。
# - 加上走完的比例：0、0.1……1。这样一来，“下一个词”在这句里相差 0.1，在那句里相差 0.02。
# - 用一组频率不同的正弦波，好比钟表的指针：走得快的分得清相邻的位置，走得慢的分得清先后，数值又总在 −1 与 1 之间。
#
# 论文选的就是这一种。每两个数是一根指针的端点坐标，每根指针都比前一根慢：
#
# $$ \mathrm{PE}_{p,\,2i} = \sin\!\left(\frac{p}{10000^{2i/d}}\right), \qquad \mathrm{PE}_{p,\,2i+1} = \cos\!\left(\frac{p}{10000^{2i/d}}\right). \tag{1} $$
#
# 其中 $p$ 是位置，$d$ 是向量的宽度，$i$ 是指针的编号，从 0 到 $d/2 - 1$。先用循环写出六个位置，宽度为 4，也就是两根指针：
# %% id="positions-loop"
length, width = 6, 4
table = np.zeros((length, width))
for position in range(length):
    for hand in range(width // 2):
        angle = position / 10_000 ** (2 * hand / width)
        table[position, 2 * hand] = np.sin(angle)  # (1)
        table[position, 2 * hand + 1] = np.cos(angle)
print(table.round(2))

# (length, hands)
angles = np.arange(length)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
assert np.allclose(
    np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width),
    table)
assert np.allclose(transformer.sinusoidal_positions(length, width), table,
                   atol=1e-6)
# %% [markdown] id="positions-distance" lang="en"
# The first hand turns by 1 radian per word, the second by 0.01. Why sines, and not any other table without repetition?
# Going $k$ words on turns each hand by a fixed angle, **wherever it stood**. So the dot product of two positions depends
# on their distance alone:
#
# $$ \mathrm{PE}_p \cdot \mathrm{PE}_{p+k} = \sum_i \big(\sin\alpha_i \sin(\alpha_i + k\omega_i) + \cos\alpha_i \cos(\alpha_i + k\omega_i)\big) = \sum_i \cos(k\,\omega_i), \tag{2} $$
#
# with $\omega_i = 10000^{-2i/d}$ and $\alpha_i = p\,\omega_i$. "Three words back" looks the same everywhere, so that
# attention can learn it once.
# %% [markdown] id="positions-distance" lang="zh" of="a20cea1e"
# 第一根指针每个词转 1 弧度，第二根转 0.01 弧度。为什么用正弦，而不用别的不重复的表？
# 因为往后走 $k$ 个词，每根指针转过的角度是固定的，**与它原来指向哪里无关**。于是两个位置的点积只取决于距离：
#
# $$ \mathrm{PE}_p \cdot \mathrm{PE}_{p+k} = \sum_i \big(\sin\alpha_i \sin(\alpha_i + k\omega_i) + \cos\alpha_i \cos(\alpha_i + k\omega_i)\big) = \sum_i \cos(k\,\omega_i), \tag{2} $$
#
# 其中 $\omega_i = 10000^{-2i/d}$，$\alpha_i = p\,\omega_i$。“往前数第三个词”在任何位置都是同样的关系，注意力只需学会一次。
# %% id="positions-distance-run"
table = transformer.sinusoidal_positions(80, 64)
for first, second in [(3, 5), (40, 42), (70, 72), (3, 13), (60, 70)]:
    print(f"PE_{first} · PE_{second} = {table[first] @ table[second]:.3f}")
# %% id="positions-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(10.4, 3.5))
shown = axes[0].imshow(table[:60].T, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
axes[0].set(xlabel=plots.label("position", "位置"), ylabel=plots.label("number in the vector", "向量的第几个数"), title=plots.label("60 positions, width 64", "60 个位置，宽 64"))
axes[0].grid(False)
figure.colorbar(shown, ax=axes[0])
for number, (first, style) in enumerate([(25, "-"), (40, "--"), (55, ":")]):
    axes[1].plot(np.arange(-20, 21), table[first - 20 : first + 21] @ table[first], style, lw=2.4 - 0.5 * number, label=plots.label(f"from position {first}", f"从位置 {first} 看"))
axes[1].set(xlabel=plots.label("distance in words", "相隔几个词"), title=plots.label("dot product with the others", "与其他位置的点积"), ylim=(0, None))
axes[1].legend(fontsize=9)
plots.show(
    figure,
    "Left: the table of sines, rows at the top swing fast along the positions, those at the bottom hardly move. Right: the dot"
    " product with other positions against the distance; three curves from three positions lie on each other, highest at zero.",
    "左图：正弦表，靠上的行沿位置快速起伏，靠下的几乎不动。右图：与其他位置的点积随距离的变化；从三个位置看的三条曲线完全重合，距离为零时最高。",
)
# %% [markdown] id="positions-others" lang="en"
# ### Learned and rotary positions
#
# **Learned positional encoding.** A row for each position, learnt like a word's. It can take any form, and knows nothing beyond its last row:
# %% [markdown] id="positions-others" lang="zh" of="cdc77eea"
# ### 可学习的位置编码与旋转位置编码
#
# **可学习的位置编码**给每个位置一行向量，像词向量那样训练得到。它可以取任意形式，但超出表的最后一行就没有向量可用：
# %% id="positions-learned" slide="code"
learned = transformer.LearnedPositions(max_length=8)
print(learned(np.zeros((1, 8, 4), "float32")).shape)
try:
    learned(np.zeros((1, 9, 4), "float32"))
except ValueError as error:
    print(said(error))
# %% [markdown] id="positions-rotary" lang="en"
# **Rotary** (Su and colleagues, 2021), the way of most language models today. Nothing is added to the word. Instead the
# query at position $p$ and the key at position $s$ are *turned*, like the hands, by $p\,\omega_i$ and $s\,\omega_i$; write $R_p$ for the turn that belongs to position $p$. In
# their dot product only the difference is left: $(R_p q)\cdot(R_s k) = q \cdot R_{s-p}\,k$. With one hand, the same query
# and the same key at all positions:
# %% [markdown] id="positions-rotary" lang="zh" of="6c515b71"
# **旋转位置编码**（Su 等，2021），如今多数语言模型用的都是它。它不在词向量上加任何东西，而是把位置 $p$ 的查询和位置 $s$ 的键像指针那样旋转，
# 分别转过 $p\,\omega_i$ 和 $s\,\omega_i$；位置 $p$ 对应的旋转记作 $R_p$。做点积时，剩下的只有两者之差：$(R_p q)\cdot(R_s k) = q \cdot R_{s-p}\,k$。
# 只用一根指针，所有位置都用同样的查询和同样的键：
# %% id="positions-rotary-run"
query, key = np.array([1.0, 0.0]), np.array([1.0, 1.0])


def turned(vector, position):
    # the first hand: 1 radian per word  # 第一根指针：每个词转 1 弧度
    sine, cosine = np.sin(position), np.cos(position)
    return np.array([vector[0] * cosine - vector[1] * sine,
                     vector[0] * sine + vector[1] * cosine])


scores = np.array([[turned(query, p) @ turned(key, s) for s in range(5)]
                   for p in range(5)])
print(scores.round(2))

at_once = [
    ops.convert_to_numpy(transformer.rotate(np.tile(vector, (5, 1)),
                                            np.arange(5)))
    for vector in (query, key)]
assert np.allclose(at_once[0] @ at_once[1].T, scores, atol=1e-5)
# %% [markdown] id="positions-reading" lang="en"
# Each diagonal holds one number: the score knows *how far*, not *where*. What each way can represent:
#
# | way | where a word stands | how far apart two stand | beyond the longest sentence in training | to learn |
# |---|---|---|---|---|
# | sinusoidal | yes | yes, by (2) | there are vectors, but no practice with them | nothing |
# | learned | yes | only if learnt, pair by pair | rows never trained; beyond the table none | a row per position |
# | rotary | no | yes, in every layer | as sinusoidal | nothing |
#
# One trap with all three: **compute positions in float32.** The half-precision format `bfloat16` keeps 8 significant bits,
# so that above 256 whole numbers fall together:
# %% [markdown] id="positions-reading" lang="zh" of="3c33d4f2"
# 每条对角线上都是同一个数：得分只取决于“相隔多远”，与“在第几位”无关。三种办法各能表示什么：
#
# | 办法 | 词在第几位 | 两个词相隔多远 | 比训练时最长的句子还长 | 要学的 |
# |---|---|---|---|---|
# | 正弦 | 能 | 能，由 (2) 式 | 有向量，但没有训练过 | 无 |
# | 可学习 | 能 | 要一对一对地学 | 表内的行没训练过，表外没有向量 | 每个位置一行 |
# | 旋转 | 不能 | 能，每一层都能 | 与正弦相同 | 无 |
#
# 三种办法有一个共同的陷阱：**位置要用 float32 计算。** 半精度格式 `bfloat16` 的有效位只有 8 个二进制位，超过 256 之后，相邻的整数就会混成一个：
# %% id="positions-half"
for kind in ("float32", "bfloat16"):
    kept = ops.convert_to_numpy(ops.cast(ops.cast(np.arange(512), kind),
                                         "float32"))
    print(f"{kind:>9}: {len(np.unique(kept))}",
          tr("different positions of 512; around 300:", "个不同的位置（共 512 个）；300 附近："),
          kept[298:304].astype(int))
# %% [markdown] id="quiz-positions" lang="en" tags=["quiz"]
# **A model with learned positions was trained on sentences of at most 50 words, with a table of 100 rows. What happens at word 70?**
# - [ ] An error: there is no row — There is one; the table has 100.
# - [x] It gets a row that training never touched: random numbers — Only rows that occurred got gradients. No error is raised, which makes it worse.
# - [ ] The model works out the row from its neighbours — Nothing ties one row to the next.
# - [ ] Nothing special, attention is blind to order — Attention is; the vectors it looks at are not.
# %% [markdown] id="quiz-positions" lang="zh" of="7f8f04b4" tags=["quiz"]
# **一个模型采用可学习的位置编码，训练句子至多 50 个词，表有 100 行。到第 70 个词会怎样？**
# - [ ] 报错：没有这一行 — 有的，表有 100 行。
# - [x] 用到一行训练从未碰过的随机数 — 只有出现过的行才得到梯度。它不报错，所以更糟。
# - [ ] 模型会由相邻的行推算出来 — 行与行之间没有任何联系。
# - [ ] 没什么特别，注意力本来就不分先后 — 注意力确实不分，但它读到的向量里已经写进了位置。

# %% [markdown] id="depth" lang="en"
# ## 3 · Depth: residual connections and layer normalisation
#
# Why not stack what we have? A gradient on its way back is multiplied by every layer it passes. Say each layer multiplies by
# a half, or by one and a half:
# %% [markdown] id="depth" lang="zh" of="6b52b5be"
# ## 3 · 深度：残差连接与层归一化
#
# 把手里的层直接叠起来不行吗？梯度往回走，每过一层就要乘一次。假设每层乘以二分之一，或者乘以一又二分之一：
# %% id="depth-numbers"
print(f"0.5^24 = {0.5**24:.0e}   1.5^24 = {1.5**24:.0f}")
# %% [markdown] id="depth-two-tools" lang="en"
# Either way little is learnt. Two tools put it right. What each does without the other, we shall run.
#
# **A residual connection.** A layer no longer replaces its input, it adds to it: $y = x + f(x)$. The derivative is $1 + f'$, and the
# 1 is a path back to the first layer on which nothing is multiplied (He and colleagues, 2015, for images).
#
# **Layer normalisation**, a *norm* for short. Sums grow. Layer normalisation brings the numbers **of each position by itself** back to mean 0 and spread 1,
# and lets two learned vectors $\gamma$ and $\beta$ scale and shift them (a small $\varepsilon$ keeps the root from 0):
#
# $$ \mathrm{LN}(x)_j = \gamma_j\, \frac{x_j - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta_j, \qquad \mu = \frac1d \sum_j x_j, \quad \sigma^2 = \frac1d \sum_j (x_j - \mu)^2. \tag{3} $$
# %% [markdown] id="depth-two-tools" lang="zh" of="f505812a"
# 两种情形都学不到多少。有两种办法可以补救；只用其中一种效果如何，后面用实验来看。
#
# **残差连接。** 一层的输出不再取代它的输入，而是加在输入上：$y = x + f(x)$。导数是 $1 + f'$，其中的 1 构成一条直通第一层的路径，
# 梯度沿它回传时不被任何数相乘（He 等，2015，用于图像）。这条路径叫做**残差路径**。
#
# **层归一化。** 数会越加越大。层归一化把**每个位置各自的**那些数拉回到均值 0、标准差 1，再由两个学得的向量 $\gamma$ 和 $\beta$ 来缩放、平移（很小的 $\varepsilon$ 使根号不为 0）：
#
# $$ \mathrm{LN}(x)_j = \gamma_j\, \frac{x_j - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta_j, \qquad \mu = \frac1d \sum_j x_j, \quad \sigma^2 = \frac1d \sum_j (x_j - \mu)^2. \tag{3} $$
# %% id="norm-loop"
word = [2.0, 4.0, 6.0, 12.0]  # one position of width 4, with γ = 1 and β = 0  # 一个位置，宽 4，γ = 1，β = 0
mean = sum(word) / 4
variance = sum((number - mean) ** 2 for number in word) / 4
by_loop = [(number - mean) / (variance + 1e-5) ** 0.5 for number in word]  # (3)
print(mean, variance, np.round(by_loop, 3))


def normalise(x):
    tr("""-> LN(x) over the last axis, and the root it was divided by, which the
    way back needs.""",
       """-> 沿最后一个轴的 LN(x)，以及所除的那个根，反向传播要用它。""")
    centred = x - x.mean(axis=-1, keepdims=True)
    root = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return centred / root, root


assert np.allclose(normalise(np.array(word))[0], by_loop)
by_keras = ops.convert_to_numpy(
    layers.LayerNormalization(epsilon=1e-5)(np.array([word])))
assert np.allclose(by_keras[0], by_loop, atol=1e-5)
# %% [markdown] id="depth-wirings" lang="en"
# Where does the norm go? In the 2017 paper **after** the sum, so that it also stands on the residual path: $y = \mathrm{LN}(x + f(x))$,
# *post-norm* (Post-LN). Most models since put it **inside the branch**: $y = x + f(\mathrm{LN}(x))$, *pre-norm* (Pre-LN), and one more norm at the
# very end. We compare both with what is left when a tool is taken away: *plain*, $y = f(x)$; *norm only*, $y = \mathrm{LN}(f(x))$;
# and *residual only*, $y = x + f(x)$. The last is run once as it is and once with a small branch: $W_2$ starts divided by the root of the number of layers
# (*small residual*). In all of them $f$ is the network that every Transformer layer has (the paper calls it the *feed-forward network*),
#
# $$ f(x) = \max(0,\; x W_1)\, W_2, \qquad W_1\colon (d, h),\quad W_2\colon (h, d), \tag{4} $$
#
# with a hidden width $h$; all start from the same weights, drawn as He's rule of lesson 02 says: variance $2/d$ before the ReLU.
# Here is one layer, wired in each of these ways:
# %% [markdown] id="depth-wirings" lang="zh" of="42370f74"
# 归一化放在哪里？2017 年的论文放在求和**之后**，于是它也在残差路径上：$y = \mathrm{LN}(x + f(x))$，叫做 Post-LN。
# 后来的模型大多把它放**进支路**：$y = x + f(\mathrm{LN}(x))$，叫做 Pre-LN，最后再加一次归一化。
# 我们把这两种接法，与去掉残差或归一化之后的几种放在一起比较：“直接叠”，$y = f(x)$；“只有归一化”，$y = \mathrm{LN}(f(x))$；
# “只有残差”，$y = x + f(x)$，它又分两种：照原样，以及把支路缩小，即 $W_2$ 的初值除以层数的平方根（“缩小的残差”）。
# 各种接法里的 $f$，都是每个 Transformer 层里的**前馈网络**，
#
# $$ f(x) = \max(0,\; x W_1)\, W_2, \qquad W_1\colon (d, h),\quad W_2\colon (h, d), \tag{4} $$
#
# 其中 $h$ 是隐藏宽度。所有接法都从同样的权重出发，权重按第 02 课的 He 规则抽取：ReLU 之前的方差是 $2/d$。
# 下面是一个层，各种接法都写在里面：
# %% id="depth-layer"
WIRINGS = {
    "plain": tr("plain", "直接叠"),
    "norm only": tr("norm only", "只有归一化"),
    "residual only": tr("residual only", "只有残差"),
    "small residual": tr("small residual", "缩小的残差"),
    "post-norm": tr("post-norm", "Post-LN"),
    "pre-norm": tr("pre-norm", "Pre-LN"),
}
NO_RESIDUAL = {"plain", "norm only"}
NORM_AFTER = {"norm only", "post-norm"}


def one_layer(wiring, x, W1, W2):
    given = normalise(x)[0] if wiring == "pre-norm" else x
    branch = np.maximum(given @ W1, 0) @ W2  # (4)
    y = branch if wiring in NO_RESIDUAL else x + branch
    return normalise(y)[0] if wiring in NORM_AFTER else y
# %% [markdown] id="depth-gradients" lang="en"
# Stacked 24 times it needs gradients. They come as in lesson 02, backwards from layer to layer ({{02 backward}}), with two
# additions. Where a residual path is, the gradient reaches $x$ twice, by the branch and by the path, and the two are added. And it
# passes the norm (3) by this rule, in which $g$ is the gradient after the norm, $n = \mathrm{LN}(x)$, and the bars are means over the position:
#
# $$ g \;\mapsto\; \frac{g - \overline{g} - n\,\overline{g\,n}}{\sqrt{\sigma^2 + \varepsilon}}. $$
#
# The folded cell is this and no more. It ends with two checks: its forward pass is the layer above, and a nudge of one weight
# changes the error by as much as the gradient says.
# %% [markdown] id="depth-gradients" lang="zh" of="542622a9"
# 叠上 24 层之后需要梯度。算法与第 02 课相同，从后往前逐层计算（{{02 backward}}），只多两点。有残差路径的地方，梯度经支路和残差路径两次到达 $x$，两者相加；
# 穿过归一化 (3) 时按下面的规则变化，其中 $g$ 是归一化之后的梯度，$n = \mathrm{LN}(x)$，横线表示对这个位置的各个数求平均：
#
# $$ g \;\mapsto\; \frac{g - \overline{g} - n\,\overline{g\,n}}{\sqrt{\sigma^2 + \varepsilon}}. $$
#
# 折叠的那一格写的就是这些，没有别的。末尾有两项检验：它的前向传播与上面的层一致；把一个权重稍作改动，误差的变化与梯度给出的一致。
# %% id="depth-code" tags=["fold"]
def normalise_back(gradient, normalised, root):
    tr("""The gradient before (3), from the gradient after it.""",
       """由 (3) 式之后的梯度求它之前的梯度。""")
    along = (gradient * normalised).mean(axis=-1, keepdims=True)
    return (gradient - gradient.mean(axis=-1, keepdims=True) - normalised * along) / root


def stack(wiring, x, target, first, second):
    tr("""-> the mean squared error, the size of each layer's output, the
    gradients of all W₁ and of all W₂.""",
       """-> 均方误差、各层输出的大小、所有 W₁ 的梯度和所有 W₂ 的梯度。""")
    kept, sizes = [], []
    for W1, W2 in zip(first, second, strict=True):
        given, root_in = normalise(x) if wiring == "pre-norm" else (x, None)
        hidden = np.maximum(given @ W1, 0)
        y = hidden @ W2 if wiring in NO_RESIDUAL else x + hidden @ W2
        y, root_out = normalise(y) if wiring in NORM_AFTER else (y, None)
        kept.append((given, root_in, hidden, y, root_out))
        sizes.append(np.sqrt((y**2).mean()))
        x = y
    top, root = normalise(x) if wiring == "pre-norm" else (x, None)
    gradient = 2 * (top - target) / target.size
    gradient = normalise_back(gradient, top, root) if wiring == "pre-norm" else gradient
    for_first, for_second = [], []
    for W1, W2, (given, root_in, hidden, y, root_out) in zip(first[::-1], second[::-1], kept[::-1], strict=True):
        gradient = normalise_back(gradient, y, root_out) if wiring in NORM_AFTER else gradient
        inner = (gradient @ W2.T) * (hidden > 0)  # lesson 02, (8)  # 第 02 课 (8) 式
        for_first.insert(0, given.T @ inner)
        for_second.insert(0, hidden.T @ gradient)
        by_branch = inner @ W1.T
        by_branch = normalise_back(by_branch, given, root_in) if wiring == "pre-norm" else by_branch
        gradient = by_branch if wiring in NO_RESIDUAL else gradient + by_branch
    return ((top - target) ** 2).mean(), sizes, for_first, for_second


def weights_of(wiring, depth, width=32, hidden=64):
    tr("""-> all W₁ and all W₂, by He's rule; with a small branch where the
    wiring says so.""",
       """-> 按 He 规则抽取的所有 W₁ 和 W₂；接法要求时缩小支路。""")
    random = np.random.default_rng(course.seed)
    first = random.normal(size=(depth, width, hidden)) * np.sqrt(2 / width)
    second = random.normal(size=(depth, hidden, width)) * np.sqrt(1 / hidden)
    return list(first), list(second / np.sqrt(depth) if wiring == "small residual" else second)


random = np.random.default_rng(course.seed)
inputs = random.normal(size=(128, 32))
targets = normalise(np.tanh(inputs @ random.normal(size=(32, 32)) / 4) @ random.normal(size=(32, 32)))[0]
for wiring in WIRINGS:
    first, second = weights_of(wiring, 3)
    y = inputs
    for W1, W2 in zip(first, second, strict=True):
        y = one_layer(wiring, y, W1, W2)
    error, sizes, for_first, _ = stack(wiring, inputs, targets, first, second)
    assert np.isclose(np.sqrt((y**2).mean()), sizes[-1])  # the layer above  # 与上面的层一致
    first[0][3, 4] += 1e-7
    above = stack(wiring, inputs, targets, first, second)[0]
    first[0][3, 4] -= 2e-7
    below = stack(wiring, inputs, targets, first, second)[0]
    assert np.isclose((above - below) / 2e-7, for_first[0][3, 4], rtol=1e-2)  # the nudge  # 稍作改动
# %% [markdown] id="depth-predict" lang="en" tags=["predict"]
# **Before you run it.** Random weights, as at the start of training. Which wirings keep the size of the layers' outputs? Which
# keep the gradient at layer 1 from vanishing? And after some steps of Adam (80 at `quick` scale), which of them has learnt anything with 24 layers?
#
# > *Residual only* explodes: sums of sums double and double again. All the others keep outputs and gradients at a
# > reasonable size, and even *plain* does, thanks to He's rule. **Yet the two without a residual path learn little or nothing**: a gradient of reasonable size
# > need not point anywhere useful. With a residual path 24 layers learn, and a small branch does as well there as a norm.
# %% [markdown] id="depth-predict" lang="zh" of="de1c9393" tags=["predict"]
# **先猜，再运行。** 权重是随机的，就像训练刚开始。哪些接法能保持各层输出的大小？哪些能使第 1 层的梯度不消失？
# 用 Adam 走若干步（`quick` 规模下是 80 步）之后，24 层的网络里哪些学到了东西？
#
# > “只有残差”会爆炸：求和之后再求和，数值一再翻倍。其余各种，输出和梯度的大小都过得去，连“直接叠”也是，这要归功于 He 规则。
# > **可是没有残差路径的那两种学到的很少，甚至什么也没学到**：梯度大小合适，不等于方向有用。有了残差路径，24 层就能训练，
# > 而且在这里，把支路缩小与加归一化同样有效。
# %% id="depth-start" slide="code"
sizes, gradients = {}, {}
for wiring in WIRINGS:
    _, sizes[wiring], slopes, _ = stack(wiring, inputs, targets,
                                        *weights_of(wiring, 24))
    gradients[wiring] = [np.sqrt((slope**2).mean()) for slope in slopes]
    # filled up with spaces to one width  # 用空格补到同样宽
    print(display.padded(WIRINGS[wiring], 14),
          tr("output of layer 24:", "第 24 层的输出："), f"{sizes[wiring][-1]:7.1e} ",
          tr("gradient at layer 1:", "第 1 层的梯度："), f"{gradients[wiring][0]:7.1e}")
# %% id="depth-run"
errors = {}
for wiring in WIRINGS:
    for depth in course.depths:
        first, second = weights_of(wiring, depth)
        weights = first + second
        means = [np.zeros_like(W) for W in weights]
        squares = [np.zeros_like(W) for W in weights]
        for step in range(1, course.depth_steps + 1):  # Adam, as in lesson 02  # Adam，与第 02 课相同
            errors[wiring, depth], _, *slopes = stack(
                wiring, inputs, targets, first, second
            )
            for W, slope, mean, square in zip(
                weights, slopes[0] + slopes[1], means, squares, strict=True
            ):
                mean += 0.1 * (slope - mean)
                square += 0.01 * (slope**2 - square)
                W -= 1e-3 * mean / (1 - 0.9**step) / (
                    np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    print(display.padded(WIRINGS[wiring], 14),
          *(tr(f"  {depth:>2} layers: {errors[wiring, depth]:8.3f}", f"  {depth:>2} 层：{errors[wiring, depth]:8.3f}")
            for depth in course.depths))
course.report("error_24_plain", errors["plain", 24])
course.report("error_24_norm_only", errors["norm only", 24])
course.report("error_24_small_residual", errors["small residual", 24])
course.report("error_24_pre_norm", errors["pre-norm", 24])
# %% id="depth-plot" tags=["fold"]
figure, axes = plt.subplots(1, 3, figsize=(12, 3.4))
names = [
    plots.label("plain", "直接叠"), plots.label("norm only", "只有归一化"), plots.label("residual only", "只有残差"),
    plots.label("small residual", "缩小的残差"), plots.label("post-norm", "Post-LN"), plots.label("pre-norm", "Pre-LN"),
]
for wiring, name, style in zip(WIRINGS, names, ("s--", "x--", "v:", "D-", "^-", "o-"), strict=True):
    axes[0].semilogy(range(1, 25), sizes[wiring], style, ms=3, label=name)
    axes[1].semilogy(range(1, 25), gradients[wiring], style, ms=3, label=name)
    axes[2].semilogy(course.depths, [errors[wiring, depth] for depth in course.depths], style, ms=5, label=name)
axes[0].set(title=plots.label("size of the output", "输出的大小"), xlabel=plots.label("layer", "层"))
axes[1].set(title=plots.label("size of W₁'s gradient", "W₁ 的梯度大小"), xlabel=plots.label("layer", "层"))
axes[2].set(title=plots.label("error after training", "训练之后的误差"), xlabel=plots.label("number of layers", "层数"))
axes[2].set_xticks(course.depths, [str(depth) for depth in course.depths])
axes[0].legend(fontsize=8.5)
plots.show(
    figure,
    "Three panels on logarithmic axes for six wirings. Through 24 layers the outputs and gradients of residual only explode by"
    " thousands; those of the other five stay within a factor of some ten. After training, deep stacks without a residual path"
    " are bad, residual only is worst, and small residual, post-norm and pre-norm learn.",
    "三幅图，纵轴为对数，比较六种接法。经过 24 层，只有残差时输出和梯度爆炸，达到几千倍；其余五种的变化都在十倍左右以内。"
    "训练之后，没有残差路径的深网络都差，只有残差的最差，缩小的残差、Post-LN 和 Pre-LN 都学得动。",
)
# %% [markdown] id="depth-reading" lang="en"
# What do the six say about the two tools? **The residual path is what 24 layers cannot do without.** He's rule or a norm keeps the
# gradient at a reasonable size without it, and hardly anything is learnt all the same. (An error of 1 is that of saying 0 to everything.) One explanation is that in such a stack the gradients of inputs that are
# nearly alike have nothing in common any more (Balduzzi and colleagues, 2017). **The norm is not needed for it**: a residual path with branches that start
# small ends where pre-norm does (Zhang and colleagues, 2019, trained very deep networks so). What a norm gives is that
# nobody has to find the right size: the residual alone explodes when its branches start large, and pre-norm bears the same weights.
# And one step further: 80 steps on one small task, so take the order of *post-norm*, *small residual* and *pre-norm* as a hint, no more.
# %% [markdown] id="depth-reading" lang="zh" of="26ff9c76"
# 关于这两种办法，六种接法说明了什么？**24 层离不开的是残差路径。** 没有它，靠 He 规则或归一化也能让梯度大小合适，却照样几乎学不到什么（对任何输入都输出 0，误差就是 1）；
# 一种解释是：在这样的网络里，两个几乎相同的输入，梯度已经毫无共同之处（Balduzzi 等，2017）。**归一化倒不是必需的**：有残差路径，
# 支路又从小的数值起步，结果就与 Pre-LN 相当（Zhang 等，2019，用这个办法训练了很深的网络）。归一化的好处是不必去找合适的初值大小：
# 只有残差时，支路的初值一大就爆炸，同样的权重，Pre-LN 却不受影响。最后提醒一句：这里只在一个小任务上走了 80 步，
# “Post-LN”“缩小的残差”“Pre-LN”三者的先后只能作为参考。
# %% [markdown] id="quiz-norm" lang="en" tags=["quiz"]
# **Why does layer normalisation take mean and spread over the numbers of one position, and not over the batch?**
# - [ ] It is faster — Both are sums over as many numbers.
# - [x] Then a word's vector does not depend on which other sentences, or how much padding, share its batch — And one sentence at a time works as in training.
# - [ ] The batch has no mean — It has; in images it is used with success.
# - [ ] Because positions must add up to one — A norm makes mean 0 and spread 1; it is the softmax that sums to one.
# %% [markdown] id="quiz-norm" lang="zh" of="43162c4c" tags=["quiz"]
# **层归一化为什么对一个位置的各个数求均值和标准差，而不是对整批？**
# - [ ] 这样更快 — 两者求和的数一样多。
# - [x] 这样一个词的向量就与同批有哪些句子、有多少填充无关 — 而且一次只译一句时，也与训练时一致。
# - [ ] 一批没有均值 — 有的；在图像上用得很成功。
# - [ ] 因为各位置之和应为 1 — 归一化给出均值 0、标准差 1；和为 1 的是 softmax。

# %% [markdown] id="parts" lang="en"
# ## 4 · Encoder, decoder, translator
#
# Now the parts are put together. An **encoder layer** has two branches on its residual path: every position looks at all others, then
# the small network (4) works on each position by itself. Here it is, two lines; the library's layer, from which we borrow
# the weights, gives the same numbers.
# %% [markdown] id="parts" lang="zh" of="b838550a"
# ## 4 · 编码器、解码器、翻译器
#
# 现在把各部分组装起来。**编码器层**的残差路径上有两条支路：先是自注意力，每个位置看其他所有位置；再是前馈网络 (4)，在每个位置上各自计算。
# 写出来就两行；我们借用课程库那一层的权重，结果完全相同。
# %% id="encoder-layer"
layer = transformer.TransformerEncoderLayer(num_heads=2, hidden_dim=16)
numbers = np.random.default_rng(course.seed)
# (batch, time, width)
english_vectors = numbers.normal(size=(1, 5, 8)).astype("float32")
expected = layer(english_vectors)


def encoder_layer(x):
    # every position looks at all  # 每个位置看所有位置
    x = x + layer.attention(layer.attention_norm(x))
    # each by itself  # 各自单独计算
    return x + layer.output_dense(
        layer.hidden_dense(layer.feed_forward_norm(x)))


rebuilt = encoder_layer(ops.convert_to_tensor(english_vectors))
difference = ops.convert_to_numpy(rebuilt - expected)
assert np.abs(difference).max() < 1e-5
print(english_vectors.shape, "→", tuple(expected.shape))
# %% [markdown] id="decoder" lang="en"
# A **decoder layer** has three: each position looks **back** at what is written (causal self-attention), then **across** at
# what the encoder made of the source, its *memory* (cross-attention), then the small network. The two languages need not be equally
# long: here 5 English positions are read and 4 Chinese ones written.
# %% [markdown] id="decoder" lang="zh" of="920e5367"
# **解码器层**有三条支路：每个位置先**往回**看已经写出的（因果自注意力），再看向**编码器的输出**（交叉注意力；代码里叫 `memory`），
# 最后是前馈网络。两种语言不必一样长：这里读的是 5 个英文位置，写的是 4 个中文位置。
# %% id="decoder-layer"
decoder = transformer.TransformerDecoderLayer(num_heads=2, hidden_dim=16)
chinese_vectors = (
    np.random.default_rng(course.seed + 1)
    .normal(size=(1, 4, 8))
    .astype("float32")
)
expected, back, across = decoder(chinese_vectors, english_vectors,
                                 return_attention_scores=True)


def decoder_layer(x, memory):
    # back  # 往回看
    x = x + decoder.self_attention(decoder.self_attention_norm(x),
                                   use_causal_mask=True)
    # across at the source  # 看源句
    x = x + decoder.cross_attention(decoder.cross_attention_norm(x), key=memory)
    return x + decoder.output_dense(
        decoder.hidden_dense(decoder.feed_forward_norm(x)))


rebuilt = decoder_layer(ops.convert_to_tensor(chinese_vectors), english_vectors)
difference = ops.convert_to_numpy(rebuilt - expected)
assert np.abs(difference).max() < 1e-5
print(tr("output", "输出"), tuple(expected.shape), tr("back", "往回看"), tuple(back.shape),
      tr("across", "看编码器输出"), tuple(across.shape))
# %% [markdown] id="erratum-16" lang="en"
# **E16, what a decoder must be given.** The second article sums a (batch, features) tensor over its features and hands the
# rest to a decoder; lesson 05 ran it. A Transformer's decoder is choosy in the same way: it wants **a vector for each
# position** of the source, (batch, source time, width). One vector for the whole sentence has nothing to look across at:
# %% [markdown] id="erratum-16" lang="zh" of="bb57ba1f"
# **E16：该给解码器什么。** 第二篇文章把 (batch, features) 的张量沿特征求和，剩下的交给解码器；第 05 课已经运行过。
# Transformer 的解码器也是如此：它要的是源句**每个位置一个向量**，即 (batch, source time, width)。整句只给一个向量，交叉注意力就没有可选择的位置了：
# %% id="erratum-16-run"
one_vector = english_vectors.sum(axis=1)  # (batch, width): time is summed away  # (batch, width)：时间轴被求和消掉了
try:
    decoder(chinese_vectors, one_vector)
except ValueError as error:
    print(said(error))
print(tuple(decoder(chinese_vectors, english_vectors).shape))
# %% [markdown] id="leak" lang="en"
# ### The leak test: does the decoder see the future?
#
# A shape says nothing about that. So we test it, and you should test every decoder you meet so: **change what comes at
# position 2, and look at the outputs before it.** They must not move by a single bit.
# %% [markdown] id="leak" lang="zh" of="b4c9d43a"
# ### 泄漏测试：解码器偷看未来了吗？
#
# 从形状看不出来，所以要测；以后遇到任何解码器，你都应该这样测：**改动位置 2 的内容，再看它之前的输出。** 它们不许有一丝一毫的变化。
# %% id="leak-run" slide="code"
changed = chinese_vectors.copy()
changed[:, 2] *= -1
for name, run in [
    (tr("decoder", "解码器"), lambda x: decoder(x, english_vectors)),
    (tr("encoder", "编码器"), lambda x: layer(x)),
]:
    difference = ops.convert_to_numpy(run(changed) - run(chinese_vectors))
    moved = np.abs(difference).max(axis=(0, 2))
    print(f"{name}:", moved.round(3))
# %% [markdown] id="architecture" lang="en"
# The decoder's positions 0 and 1 stay as they were; in the encoder everything moves, as it may, because the whole English
# sentence is there from the start. The whole machine is: embeddings (times $\sqrt d$, so that words are as loud as
# positions), positions, $N$ layers on each side, a last norm, and scores for all characters of the vocabulary.
# In the drawing $S$ and $T$ are the numbers of English and of Chinese positions, $V$ is the size of the Chinese vocabulary.
# %% [markdown] id="architecture" lang="zh" of="c8088f24"
# 解码器在位置 0 和 1 的输出完全不变；编码器则处处都变，这是允许的，因为整句英文从一开始就已给出。整个模型就是：
# 嵌入（乘以 $\sqrt d$，让词向量与位置编码大小相当）、位置编码、两边各 $N$ 层、最后一次归一化，再给词表里的每个字打分。
# 图中 $S$ 和 $T$ 是英文和中文的位置数，$V$ 是中文词表的大小。
# %% id="architecture-drawn" tags=["fold"]
diagrams.flow(
    boxes={
        "source": (0, 4, tr("English ids\n(batch, S)", "英文编号\n(batch, S)")),
        "embed": (0, 3, tr("vectors\nembedding + position", "向量\n嵌入 + 位置")),
        "self": (0, 2, tr("looks at itself\nself-attention", "看自己这一句\n自注意力")),
        "think": (0, 1, tr("feed-forward network\n(4), N times", "前馈网络\n(4)，共 N 层")),
        "memory": (0, 0, tr("memory\n(batch, S, d)", "编码器的输出\n(batch, S, d)")),
        "given": (2, 4, tr("Chinese so far\n(batch, T)", "已写的中文\n(batch, T)")),
        "embed2": (2, 3, tr("vectors\nembedding + position", "向量\n嵌入 + 位置")),
        "back": (2, 2, tr("looks back\ncausal", "往回看\n因果")),
        "across": (2, 1, tr("looks across\ncross-attention", "看编码器输出\n交叉注意力")),
        "think2": (2, 0, tr("feed-forward network\n(4), N times", "前馈网络\n(4)，共 N 层")),
        "logits": (3, 0, tr("next: scores\n(batch, T, V)", "下一个字的得分\n(batch, T, V)")),
    },
    arrows=[
        ("source", "embed", ""), ("embed", "self", ""), ("self", "think", ""), ("think", "memory", ""), ("given", "embed2", ""),
        ("embed2", "back", ""), ("back", "across", ""), ("memory", "across", ""), ("across", "think2", ""), ("think2", "logits", ""),
    ],
    english="The Transformer. Left, the encoder: ids, embedding and position, self-attention, small network, memory. Right, the"
    " decoder: the target so far, embedding and position, looking back, looking across at the memory, small network, scores.",
    chinese="Transformer 结构图。左边是编码器：编号、嵌入加位置、自注意力、前馈网络、编码器的输出。右边是解码器：已写的中文、嵌入加位置、"
    "往回看、看编码器的输出、前馈网络、下一个字的得分。",
)
# %% [markdown] id="families" lang="en"
# **E17, three architectures.** The third article says that a large language model *is* an encoder and a decoder. That is one of
# three ways to use the parts:
#
# | architecture | parts | mask | good for | example |
# |---|---|---|---|---|
# | encoder–decoder | encoder, decoder | causal on the target only | one text becomes another: translation | the 2017 model, T5 |
# | decoder-only | self-attention, small network | causal | going on writing: most of today's chat models | GPT |
# | encoder-only | self-attention, small network | none but padding | understanding: classes, search | BERT |
#
# And E09 of the second article, that language models consist of perceptrons, is now in its place: the small network (4) is
# one, in every layer, at every position. Section 12 counts how much of the model it is.
# %% [markdown] id="families" lang="zh" of="950947ec"
# **E17：三类架构。** 第三篇文章说，大语言模型就是编码器加解码器。那只是三种组合方式之一：
#
# | 架构 | 组成 | 掩码 | 适合 | 例子 |
# |---|---|---|---|---|
# | 编码器–解码器 | 编码器、解码器 | 只有目标一侧用因果掩码 | 把一段文本变成另一段：翻译 | 2017 年的模型、T5 |
# | 仅解码器 | 自注意力、前馈网络 | 因果 | 接着往下写：如今多数对话模型 | GPT |
# | 仅编码器 | 自注意力、前馈网络 | 只遮填充 | 理解：分类、检索 | BERT |
#
# 第二篇文章的 E09（语言模型由多层感知机构成）现在也说得清楚了：前馈网络 (4) 就是一个多层感知机，每一层、每个位置都有。
# 它占模型参数的多少，第 12 节会统计。

# %% [markdown] id="shift" lang="en"
# ## 5 · Teacher forcing: targets shifted by one
#
# How does such a model learn to write? Feeding it its own guesses from the start would be hopeless: after one wrong
# character it would practise on nonsense. So it is given the **right** characters so far, and asked for the next one. This
# is called *teacher forcing*, and it is a matter of one shift. Two ids frame each sentence, a start and an end:
# %% [markdown] id="shift" lang="zh" of="aa9811b7"
# ## 5 · 教师强制：目标错开一位
#
# 这样的模型怎样学会生成？一开始就把它自己的预测当作前文，是学不成的：写错一个字，后面就全是在错误的前文上训练。
# 所以给它**正确的**前文，只要求预测下一个字。这叫**教师强制**，具体做法就是把目标错开一位。每句话的两头各加一个编号，一个表示开始，一个表示结束：
# %% id="data"
def english_words(text):
    return [word.lower() for word in prep.tokenize(text)]


phrases = data.phrases.load("train", limit=course.phrases, seed=course.seed)
test = data.phrases.load("test", seed=course.seed)
english = prep.Vocabulary.build(map(english_words, phrases.english))
# without [PAD] and [UNK], which stand first in any vocabulary  # 去掉 [PAD] 和 [UNK]：任何词表的头两个都是它们
chinese = prep.Vocabulary(
    ["<s>", "</s>",
     *prep.Vocabulary.build(map(list, phrases.chinese)).words[2:]])
START, END = chinese.encode(["<s>", "</s>"])

sources = [english.encode(english_words(text)) for text in phrases.english]
targets = [chinese.encode(list(text)) for text in phrases.chinese]
test_sources = [english.encode(english_words(text)) for text in test.english]
print(f"{len(phrases):,} + {len(test):,};",
      tr(f"{len(english)} English words, {len(chinese)} Chinese characters",
         f"{len(english)} 个英文词，{len(chinese)} 个汉字"))

given, answers = transformer.shift(targets[0], START, END)
print(phrases[0].english)
for one, other in zip(chinese.decode(given), chinese.decode(answers),
                      strict=True):
    print(f"{one:>5} → {other}")
# %% [markdown] id="shift-reading" lang="en"
# At every row the decoder sees the left column down to that row, by the causal mask, and must say what stands on the right.
# The whole sentence is trained **at once**: as many questions as it has characters, all in one pass. A recurrent network that is given
# the left column asks as many; but it must compute its answers **one after the other**, each from the state before. Here no
# answer waits for another, and that is why Transformers are trained on so much text.
#
# The test phrases combine known words in ways that training never shows (lesson 05).
# %% [markdown] id="shift-reading" lang="zh" of="71e78b02"
# 在每一行，因果掩码让解码器看到左列从头到这一行的字，它要说出右边是什么。整句话**同时**训练：有几个字就有几个预测，一遍算完。
# 循环网络拿到左列，也能做出同样多的预测，可是必须**逐个**计算，每一个都要等前一个状态。这里各个预测互不等待，
# Transformer 之所以能在大量文本上训练，正因为如此。
#
# 测试短语里都是认识的词，但组合方式在训练中从未出现（第 05 课）。
# %% [markdown] id="unshifted-predict" lang="en" tags=["predict"]
# **Before you run it: E20, without the shift.** The third article's listing computes `loss_fn(output, batch)`: the answer at
# each position is the very character that was given there. To see what that teaches, take a model that could not possibly
# translate: it sees **one character, no English, no past**. An embedding and a matrix, that is all. It is trained twice,
# without the shift and with it. How many characters will it get right?
#
# > Without the shift, practically all. Its loss falls towards zero, and it has learnt to say what it was just told.
# > With the shift it gets about half: what mostly follows this character. The first number looks far better and is
# > worth nothing: when it has to write, it is given `<s>` and says `<s>`, for ever.
# %% [markdown] id="unshifted-predict" lang="zh" of="5066bd33" tags=["predict"]
# **先猜，再运行：E20，不错开会怎样。** 第三篇文章的代码算的是 `loss_fn(output, batch)`：每个位置的答案，就是那里刚给出的那个字。
# 要看清这样训练的结果，就拿一个根本不可能翻译的模型来试：它只看得见**一个字，没有英文，也没有前文**，
# 总共只有一个嵌入和一个矩阵。训练两次，一次不错开，一次错开。它能答对多少字？
#
# > 不错开，几乎全对：损失趋向零，学会的只是重复输入。错开之后，大约只能答对一半：这个字后面多半跟着什么。
# > 前一个数好看得多，却毫无价值：生成时给它 `<s>`，它就输出 `<s>`，永远如此。
# %% id="unshifted"
framed = prep.pad([[START, *ids, END] for ids in targets])  # (sentences, time)
one_character = keras.Sequential([layers.Embedding(len(chinese), 64),
                                  layers.Dense(len(chinese))])
loss = keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, ignore_class=0)
one_character.compile(keras.optimizers.Adam(1e-2), loss)
one_character.build((None, framed.shape[1] - 1))
fresh = one_character.get_weights()


def likeliest(ids):
    scores = one_character.predict(ids, batch_size=1000, verbose=0)
    return scores.argmax(axis=-1)


def written():
    tr("""What the model writes when it is asked for the next character again
    and again.""",
       """一次次问下一个字，模型写出什么。""")
    ids = [START]
    while len(ids) < 9 and ids[-1] != END:
        ids.append(int(likeliest(np.array([[ids[-1]]]))[0, 0]))
    return chinese.decode(ids[1:])
# %% id="unshifted-run"
given = framed[:, :-1]
for name, result, wanted in [
    (tr("not shifted", "不错开"), "copied_unshifted", framed[:, :-1]),
    (tr("shifted", "错开一位"), "next_by_one_character", framed[:, 1:]),
]:
    one_character.set_weights(fresh)
    keras.utils.set_random_seed(course.seed)
    one_character.fit(given, wanted, batch_size=256,
                      epochs=course.copy_epochs, verbose=0)
    counts = (wanted[:1000] > 0) & (given[:1000] > 0)
    guessed = likeliest(given[:1000])
    right = np.mean(guessed[counts] == wanted[:1000][counts])
    print(f"{name}: {right:.1%}", tr("right; it writes", "正确；它写出"), *written())
    course.report(result, right)
# %% [markdown] id="quiz-shift" lang="en" tags=["quiz"]
# **Targets are shifted rightly, but the causal mask of a big decoder has been forgotten. What will training show?**
# - [ ] An error about shapes — The shapes are the same with and without a mask.
# - [x] A loss near zero, and nonsense when it writes — Each position can look one place ahead, where its answer stands, and copy it. When it writes, nothing stands there yet.
# - [ ] A somewhat higher loss — Lower, much lower. A loss too good to be true is the mark of a leak.
# - [ ] No difference: the shift already hides the answers — The shift moves them one place to the right; only the mask keeps eyes off that place.
# %% [markdown] id="quiz-shift" lang="zh" of="da7b0244" tags=["quiz"]
# **目标错开了一位，但一个大解码器忘了加因果掩码。训练时会看到什么？**
# - [ ] 形状报错 — 有没有掩码，形状都一样。
# - [x] 损失接近零，写出来却是胡话 — 每个位置都能往前多看一格，答案就在那里，照抄即可；真正写的时候，那里还什么都没有。
# - [ ] 损失略高一些 — 是低，而且低得多。好得不像真的，正是泄漏的标志。
# - [ ] 没有区别：错开一位已经把答案藏起来了 — 错开只是把答案移到右边一格，只有掩码才不让它往那里看。

# %% [markdown] id="loss" lang="en"
# ## 6 · Label smoothing and warm-up
#
# ### Label smoothing
#
# Cross-entropy is never satisfied: 99.9% for the right character could always be 99.99%, and the logits grow without end.
# But a sentence more often than not has several good translations, and a model that gives one of them all its probability is hard to correct. So
# the target itself leaves a little doubt, which is **label smoothing**: the right one of $V$ characters gets $1-\epsilon$, and $\epsilon$ is spread
# over all. With $p_v$ for the probability that the model gives to character $v$,
#
# $$ L = -(1 - \epsilon) \log p_{\text{right}} - \frac{\epsilon}{V} \sum_{v=1}^{V} \log p_v . \tag{5} $$
#
# With four characters and $\epsilon = 0.1$, as a loop, as one line, and by the library. Positions of padding count nothing,
# and the mean is over **tokens**, not over sentences:
# %% [markdown] id="loss" lang="zh" of="9fa59497"
# ## 6 · 标签平滑与预热
#
# ### 标签平滑
#
# 交叉熵永远有下降的余地：正确的字给到 99.9%，总还可以给到 99.99%，logits 就会不断增大。可是一句话往往不止一种好译法，
# 把全部概率给了一种译法的模型，很难再改过来。所以目标本身就留一点余地，这叫**标签平滑**：$V$ 个字里正确的那个得 $1-\epsilon$，再把 $\epsilon$ 均摊给所有的字。模型给第 $v$ 个字的概率记作 $p_v$，则
#
# $$ L = -(1 - \epsilon) \log p_{\text{right}} - \frac{\epsilon}{V} \sum_{v=1}^{V} \log p_v . \tag{5} $$
#
# 取四个字，$\epsilon = 0.1$，先写成循环，再写成一行，最后用课程库。填充的位置不计，求平均时除以**词元**数，而不是句子数：
# %% id="loss-loop"
# (time, V)
logits = np.array([[2.0, 0.5, 0.0, -1.0], [0.0, 3.0, 0.0, 0.0],
                   [9.0, 9.0, 9.0, 9.0]])
right, epsilon = [1, 2, 0], 0.1  # ids; 0 is padding  # 编号；0 是填充

total, count = 0.0, 0
for scores, answer in zip(logits, right, strict=True):
    if answer == 0:
        continue
    log_p = scores - np.log(sum(np.exp(score) for score in scores))
    total += -(1 - epsilon) * log_p[answer] - epsilon / 4 * sum(log_p)  # (5)
    count += 1
print(total / count)

log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
at_once = -(1 - epsilon) * log_p[range(3), right] - epsilon * log_p.mean(
    axis=-1)
assert np.isclose(at_once[:2].mean(), total / count)
assert np.isclose(
    transformer.SmoothedCrossEntropy(epsilon)(np.array([right]), logits[None]),
    total / count)
# %% [markdown] id="warm-up" lang="en"
# ### Warm-up of the learning rate
#
# Adam's first steps are all of full size, whatever the gradient (lesson 02), and at the start the gradient says little: the
# attention weights are still nearly even. A large learning rate may then do damage that is never undone. So the rate
# **rises** along a line and then falls. In the paper, at step $t$, with width $d$ and $w$ steps of warm-up,
#
# $$ \mathrm{rate}(t) = \frac{1}{\sqrt d}\,\min\!\left(\frac{1}{\sqrt t},\; \frac{t}{w^{1.5}}\right) = \mathrm{peak}\cdot\min\!\left(\sqrt{\frac wt},\; \frac tw\right), \qquad \mathrm{peak} = \frac{1}{\sqrt{d\,w}}. \tag{6} $$
# %% [markdown] id="warm-up" lang="zh" of="cb554d0c"
# ### 学习率预热
#
# Adam 的头几步，不管梯度多大，步长都接近学习率（第 02 课），而刚开始时梯度提供的信息很少：注意力权重还几乎是均匀的。
# 这时学习率过大，造成的破坏可能再也无法恢复。所以学习率先沿直线**升**上去，然后再降。
# 论文中，宽度为 $d$、预热 $w$ 步时，第 $t$ 步的学习率是
#
# $$ \mathrm{rate}(t) = \frac{1}{\sqrt d}\,\min\!\left(\frac{1}{\sqrt t},\; \frac{t}{w^{1.5}}\right) = \mathrm{peak}\cdot\min\!\left(\sqrt{\frac wt},\; \frac tw\right), \qquad \mathrm{peak} = \frac{1}{\sqrt{d\,w}}. \tag{6} $$
# %% id="warm-up-run"
d, w = 512, 4_000  # the paper's  # 论文中的
for t in (1, 1_000, 4_000, 16_000):
    by_hand = d**-0.5 * min(t**-0.5, t * w**-1.5)  # (6)
    # Keras counts steps from 0  # Keras 的步数从 0 数起
    assert np.isclose(transformer.WarmUp.of_width(d, w)(t - 1), by_hand)
    print(f"{t:>6}: {by_hand:.6f}")
# %% id="loss-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(10.4, 3.3))
p = np.linspace(0.02, 0.9995, 800)
for epsilon, style in [(0.0, "-"), (0.1, "--"), (0.3, ":")]:
    others = np.log((1 - p) / 369)  # the rest of the probability, shared evenly among 369 other characters  # 其余的概率由另外 369 个字平分
    smoothed = -(1 - epsilon) * np.log(p) - epsilon / 370 * (np.log(p) + 369 * others)
    axes[0].plot(p, smoothed, style, lw=2, label=f"ε = {epsilon}")
axes[0].set(xlabel=plots.label("probability of the right character", "正确的字得到的概率"), ylabel=plots.label("loss (5), V = 370", "损失 (5)，V = 370"), ylim=(0, 5))
axes[0].legend()
steps = np.arange(1, 16_001, 20)
axes[1].plot(steps, [d**-0.5 * min(t**-0.5, t * w**-1.5) for t in steps], lw=2, label=plots.label("the paper: falls as 1/√t", "论文：按 1/√t 降"))
axes[1].plot(steps, (d * w) ** -0.5 * np.minimum(steps / w, (16_000 - steps) / 12_000), "--", lw=2, label=plots.label("here: falls along a line", "本课：沿直线降"))
axes[1].set(xlabel=plots.label("step", "步"), ylabel=plots.label("learning rate", "学习率"), ylim=(0, None))
axes[1].legend(fontsize=9)
plots.show(
    figure,
    "Left: the loss against the probability of the right character; without smoothing it falls to the very end, with smoothing"
    " it turns up again just before one. Right: two learning rates rise along a line, then fall, one as a root, one as a line.",
    "左图：损失随正确的字的概率变化；不平滑时一直降到尽头，平滑之后在接近 1 时又翘起来。右图：两种学习率都先沿直线升，再降，一种按平方根，一种沿直线。",
)
# %% [markdown] id="loss-reading" lang="en"
# On the left, see the end of the curves: with smoothing, too much certainty *costs*. Our schedule on the right falls to zero
# along a line, which suits a training whose length is known.
# %% [markdown] id="loss-reading" lang="zh" of="6690a019"
# 看左图曲线的末端：平滑之后，过于自信反而使损失增大。右图里本课的学习率沿直线降到零，适合事先知道要走多少步的训练。

# %% [markdown] id="training" lang="en" tags=["stop"]
# ## 7 · Training the translator
#
# First, what must be beaten? A translator without any learning: look for the training phrase that shares the largest part of its
# words with the new one, and give out **its** translation.
# %% [markdown] id="training" lang="zh" of="aa409717" tags=["stop"]
# ## 7 · 训练翻译器
#
# 先定基线：一个什么也不学的翻译器，只在训练短语里找出与新短语共有的词占比最大的那一句，直接用**它的**译文。
# %% id="nearest"
def has_words(sentences):
    tr("""-> (sentences, V): 1 where a sentence has a word""",
       """-> (sentences, V)：句子里有这个词的地方为 1""")
    table = np.zeros((len(sentences), len(english)), "float32")
    for row, ids in zip(table, sentences, strict=True):
        row[ids] = 1
    return table


of_training, of_test = has_words(sources), has_words(test_sources)
# (test, training): how many words each pair shares  # (test, training)：每一对共有多少个词
shared = of_test @ of_training.T
either = of_test.sum(axis=1)[:, None] + of_training.sum(axis=1) - shared
copied = [phrases.chinese[place] for place in (shared / either).argmax(axis=1)]
del of_training, of_test, shared, either  # 40 MB
for number in range(3):
    print(test.english[number], " → ", copied[number],
          f" ({tr('right', '正确')}: {test.chinese[number]})")
right = sum(a == b for a, b in zip(copied, test.chinese, strict=True))
print(tr("exactly right:", "完全正确："), right, "/", len(test))
# %% [markdown] id="training-text" lang="en"
# All of these are good Chinese, and none says what the reference says (the first might pass: a picture may be a photo). Keep that in mind for section 9.
#
# Now the translator. A part of the **training** phrases is set aside as a validation set; the test set is not touched until the
# end.
# %% [markdown] id="training-text" lang="zh" of="49bac77d"
# 句句都是通顺的中文，却没有一句与参考译文意思相同（第一句勉强说得过去：picture 也可以指照片）。到第 9 节时请记起这一点。
#
# 现在训练翻译器。从**训练**短语里留出一小部分作验证集；测试集到最后才用。
# %% id="train"
watch = slice(0, course.watched)  # phrases come in random order  # 短语的次序是随机的
learn = slice(course.watched, None)
translator = transformer.Transformer(
    len(english), len(chinese), max_length=24, seed=course.seed, **course.model)
print(f"{translator.count_params():,}", tr("parameters", "个参数"))


def progress(epoch, numbers):
    loss, watched = numbers["loss"], numbers["validation_loss"]
    print(tr(f"epoch {epoch:>2}: loss {loss:.2f}, validation {watched:.2f},",
             f"第 {epoch:>2} 轮：损失 {loss:.2f}，验证集 {watched:.2f}，"),
          f"{numbers['seconds']:.0f} s")


started = time.perf_counter()
history = transformer.train_translator(
    translator, sources[learn], targets[learn], START, END,
    validation=(sources[watch], targets[watch]), on_epoch_end=progress,
    seed=course.seed, **course.training)
# %% id="train-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.8, 3.2))
epochs_done = range(1, len(history["loss"]) + 1)
axis.plot(epochs_done, history["loss"], "o-", ms=3, label=plots.label("training (smoothed, with dropout)", "训练（标签平滑，带暂退法）"))
axis.plot(epochs_done, history["validation_loss"], "s--", ms=3, label=plots.label("validation (plain cross-entropy)", "验证集（普通交叉熵）"))
axis.axhline(np.log(len(chinese)), color="grey", ls=":", label=plots.label("guessing evenly", "均匀猜测"))
axis.set(xlabel=plots.label("epoch", "轮次"), ylabel=plots.label("loss per character (nats)", "每个字的损失（奈特）"), ylim=(0, None))
axis.legend(fontsize=9)
plots.show(
    figure,
    "Loss per character against the epoch: both curves start below guessing and fall quickly; the validation loss comes"
    " to lie below the training loss, which is smoothed and hampered by dropout.",
    "每个字的损失随轮数的变化：两条曲线都从随机猜测之下迅速下降；验证集的损失后来低于训练损失，因为后者带标签平滑，又受暂退法影响。",
)
# %% [markdown] id="train-reading" lang="en"
# The validation loss ends **below** the other. There is nothing strange in that: the training loss is smoothed, by (5) it cannot reach
# zero, and dropout makes the work harder.
# %% [markdown] id="train-reading" lang="zh" of="ed2506af"
# 验证集的损失最后**低于**训练损失。这并不奇怪：训练损失带平滑，按 (5) 式到不了零；而且训练时暂退法还在起作用。

# %% [markdown] id="writing" lang="en"
# ## 8 · Greedy search and the key–value cache
#
# Now nobody gives the right characters. The model is given `<s>`, says what is likeliest, is given that too, and so on until
# it says `</s>`. This is **greedy search**. As a loop over the model you know:
# %% [markdown] id="writing" lang="zh" of="5c7affa4"
# ## 8 · 贪心搜索与键值缓存
#
# 现在没有人给正确的前文了。先给模型 `<s>`，让它说出最可能的字，把这个字也给它，如此往复，直到它说出 `</s>`。
# 这就是**贪心搜索**。用你熟悉的模型写成循环：
# %% id="greedy-loop" slide="code"
source, written, lead = np.array([test_sources[0]]), [], np.inf
while len(written) < 23:
    # (1, 24, V)
    scores = translator({"source": source,
                         "target": prep.pad([[START, *written]], 24)})
    scores = ops.convert_to_numpy(scores)[0, len(written)].copy()
    scores[[0, START]] = -np.inf  # padding and <s> are never written  # 填充和 <s> 从不写出
    likeliest = int(np.argmax(scores))
    # over the second best  # 高出第二名多少
    lead = min(lead, scores[likeliest] - np.delete(scores, likeliest).max())
    if likeliest == END:
        break
    written.append(likeliest)
print(test.english[0], "→", "".join(chinese.decode(written)))
# %% [markdown] id="cache" lang="en"
# There is waste in it. At the tenth character, all that stands before it is computed once more, `<s>` for the tenth time, the first
# character for the ninth, and the causal mask guarantees that **they cannot have changed**. So they are kept: each step computes one new position and
# adds it to the **key–value cache**. For $T$ characters that is $T$ positions of work in place of $1 + 2 + \dots + T = T(T+1)/2$; for
# 20 characters, 20 and not 210. The library's search does it so, for many sentences at once, and writes the same:
# %% [markdown] id="cache" lang="zh" of="33c1da90"
# 这样做有重复计算。写第十个字时，前面的键和值又要算一遍：`<s>` 是第十遍，第一个字是第九遍；而因果掩码保证**它们不可能变过**。所以把它们存起来：
# 每一步只算一个新位置，加进**键值缓存**。写 $T$ 个字，要算的位置是 $T$ 个，而不是 $1 + 2 + \dots + T = T(T+1)/2$ 个；
# 20 个字就是 20，不是 210。课程库的搜索就是这样做的，而且许多句子同时写，结果相同：
# %% id="greedy"
greedy = transformer.GreedySearch(translator, START, END, max_length=23,
                                  batch_size=64)
started = time.perf_counter()
# of each phrase its ids and the logarithm of their probability  # 每句的编号，以及它们概率的对数
found, likelihoods = greedy.translate(test_sources)
translations = ["".join(chinese.decode(ids)) for ids in found]
print(f"{len(found)}", tr("phrases in", "句，用时"), f"{time.perf_counter() - started:.1f} s")
# rounding decides between two that are almost as good  # 两个几乎一样好时，由舍入决定
assert found[0] == written or lead < 1e-4

exact = []
for ours, right in zip(translations, test.chinese, strict=True):
    exact.append(ours == right)
course.report("exactly_right", np.mean(exact))
for good in (True, False):
    print(tr("right:", "正确的：") if good else tr("not as in the reference:", "与参考译文不同的："))
    for number in [number for number, equal in enumerate(exact)
                   if equal == good][:5]:
        reference = "" if good else f"  ({test.chinese[number]})"
        print("  ", test.english[number], "→", translations[number], reference)
# %% [markdown] id="greedy-reading" lang="en"
# Read the second list closely. Some lines are wrong; others say the same in other words, which *exactly right* counts as
# wrong too. And remember what this is: phrases of a small grammar, of known words in new combinations. Section 14 turns
# to sentences that people wrote.
# %% [markdown] id="greedy-reading" lang="zh" of="e0dd7d82"
# 第二份清单要细看。有些译错了，有些不过是换了个说法，而“完全正确”这个标准把它们也算作错。还请记住这是什么数据：
# 一个小语法造出的短语，词都认识，组合是新的。第 14 节会转向人写的句子。

# %% [markdown] id="bleu" lang="en"
# ## 9 · BLEU: how good is a translation?
#
# *Exactly right* is too strict, and asking people is expensive. Papineni and colleagues (2002) had a cheap idea: a good
# translation shares many **pieces** with one that a person made. Pieces are n-grams, here of characters: singles, pairs,
# threes and fours. Let us judge *我喜欢喜欢猫* by the reference *我很喜欢猫*, by hand.
#
# Singles: 我, 喜, 欢, 喜, 欢, 猫. All of them occur in the reference; 6 of 6? No: the reference has 喜 and 欢 **once**, so
# each counts once, 4 of 6. This is a **clipped count**; without clipping all four singles of *的的的的* would be right wherever the reference has one 的.
# %% [markdown] id="bleu" lang="zh" of="06f173d2"
# ## 9 · BLEU：译得有多好？
#
# “完全正确”太严，请人评判又太贵。Papineni 等人（2002）有个省钱的主意：好的译文与人译的译文会有许多相同的**片段**。
# 片段就是 n 元语法，这里以字为单位：一个字、两个字、三个字、四个字。我们手算一个：译文是“我喜欢喜欢猫”，参考译文是“我很喜欢猫”。
#
# 单字：我、喜、欢、喜、欢、猫。每个都在参考译文里出现，所以 6 个全中？不对：参考译文里的喜和欢各只有**一个**，
# 所以各算一次，6 个里只中 4 个。这叫**截断计数（clipping）**；不截断的话，只要参考译文里有一个“的”，“的的的的”的四个单字就全算对了。
# %% id="bleu-loop" slide="code" chinese="data"
def pieces(text, n):
    return Counter(text[start : start + n]
                   for start in range(len(text) - n + 1))


ours, reference = "我喜欢喜欢猫", "我很喜欢猫"
for n in (1, 2, 3):
    mine, theirs = pieces(ours, n), pieces(reference, n)
    # clipped  # 截断
    matched = sum(min(count, theirs[piece]) for piece, count in mine.items())
    print(n, dict(mine), f"{matched}/{sum(mine.values())}")
# %% [markdown] id="bleu-formula" lang="en"
# Two steps are left. The four shares $p_1 \dots p_4$ are combined by a **geometric** mean, so that one bad share is felt. And
# a translation could make its shares large by being short: *猫* alone would have $p_1 = 1$. So whoever writes fewer
# characters ($c$) than the reference has ($r$) pays a **brevity penalty**:
#
# $$ \mathrm{BLEU} = 100 \cdot \min\!\big(1,\; e^{\,1 - r/c}\big) \cdot \Big(\prod_{n=1}^{4} p_n\Big)^{1/4}. \tag{7} $$
#
# All counts are added up over the **whole corpus** first, and divided once. A mean of sentences' BLEUs is another number.
# %% [markdown] id="bleu-formula" lang="zh" of="5711adb1"
# 还剩两步。四个比例 $p_1 \dots p_4$ 用**几何**平均合在一起，这样只要有一个很差，结果就会明显变差。另外，译得短就能让比例变大：
# 只写一个“猫”，$p_1$ 就是 1。所以写的字数 $c$ 少于参考译文的字数 $r$ 时，要扣分，这叫**过短惩罚**（brevity penalty）：
#
# $$ \mathrm{BLEU} = 100 \cdot \min\!\big(1,\; e^{\,1 - r/c}\big) \cdot \Big(\prod_{n=1}^{4} p_n\Big)^{1/4}. \tag{7} $$
#
# 所有的计数先在**整个语料**上加起来，再除一次。把各句的 BLEU 求平均，得到的是另一个数。
# %% id="bleu-code"
def corpus_bleu(ours, references):
    matched, tried = np.zeros(4), np.zeros(4)
    for mine, theirs in zip(ours, references, strict=True):
        for n in range(1, 5):
            possible = pieces(theirs, n)
            matched[n - 1] += sum(
                min(count, possible[piece])
                for piece, count in pieces(mine, n).items()
            )
            tried[n - 1] += max(0, len(mine) - n + 1)
    c, r = sum(map(len, ours)), sum(map(len, references))
    if matched.min() == 0:
        return 0.0
    # (7)
    return 100 * min(1.0, np.exp(1 - r / c)) * np.exp(
        np.log(matched / tried).mean())


course.report("bleu_nearest", corpus_bleu(copied, test.chinese))
course.report("bleu_greedy", corpus_bleu(translations, test.chinese))
references = [[list(text)] for text in test.chinese]
assert np.isclose(
    corpus_bleu(translations, test.chinese),
    transformer.bleu(list(map(list, translations)), references),
)
# %% [markdown] id="bleu-reading" lang="en"
# Look at the first number again. A translator that has learnt nothing, and gets **not one** phrase exactly right, has a BLEU of more
# than 50, because its sentences come from the same small world and share most of their pieces with the right ones. BLEU
# compares systems on the same test; it has no meaning by itself. From English to German news a BLEU of 28 was the record
# of 2017; on our phrases it would be very poor.
#
# How much of it is luck of the draw? We draw the test phrases anew, with replacement, a thousand times, and look at the
# spread: this is the **bootstrap**.
# %% [markdown] id="bleu-reading" lang="zh" of="21e1b463"
# 再看一眼第一个数。一个什么也没学、**没有一句完全译对**的翻译器，BLEU 竟有 50 多，因为它的句子出自同一个小世界，
# 与正确译文的片段大多相同。BLEU 只能在同一个测试集上比较不同的系统，单独一个数没有意义。
# 2017 年，英德新闻翻译的 BLEU 纪录是 28；在我们这些短语上，28 就差得很远了。
#
# 其中有多少来自偶然？把测试短语有放回地重抽一千次，看 BLEU 的波动，这叫**自助法**：
# %% id="bleu-interval"
for name, texts in [
    (tr("nearest phrase", "最近的短语"), copied),
    (tr("Transformer", "Transformer"), translations),
]:
    low, high = transformer.bleu_interval(list(map(list, texts)), references,
                                          seed=course.seed)
    print(f"{name:>16}: BLEU {corpus_bleu(texts, test.chinese):.1f}",
          tr(f"(95%: {low:.1f} to {high:.1f})", f"（95%：{low:.1f} 到 {high:.1f}）"))
# %% id="bleu-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
for number, (name, texts) in enumerate([(plots.label("nearest phrase", "最近的短语"), copied), ("Transformer", translations)]):
    shares = []
    for n in range(1, 5):
        hits = [sum((pieces(mine, n) & pieces(right, n)).values()) for mine, right in zip(texts, test.chinese, strict=True)]
        shares.append(sum(hits) / sum(max(0, len(mine) - n + 1) for mine in texts))
    axes[0].bar(np.arange(1, 5) + 0.38 * (number - 0.5), shares, 0.36, label=name)
    groups = [[i for i, right in enumerate(test.chinese) if low <= len(right) <= high] for low, high in [(1, 7), (8, 9), (10, 12), (13, 30)]]
    axes[1].bar(np.arange(4) + 0.38 * (number - 0.5), [np.mean([texts[i] == test.chinese[i] for i in group]) for group in groups], 0.36, label=name)
axes[0].set(xlabel=plots.label("length of the piece", "片段的长度"), title=plots.label("share of pieces found", "找到的片段比例"), xticks=range(1, 5), ylim=(0, 1.05))
axes[1].set(xlabel=plots.label("characters in the reference", "参考译文的字数"), title=plots.label("exactly right", "完全正确的比例"), ylim=(0, 1.05))
axes[1].set_xticks(range(4), ["≤ 7", "8–9", "10–12", "≥ 13"])
axes[1].legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
plots.show(
    figure,
    "Left: the share of n-grams found in the reference; the nearest phrase's falls from single characters to fours, the"
    " Transformer's stays high. Right: the share exactly right by length; none for the nearest phrase at any length.",
    "左图：在参考译文中找到的 n 元语法比例；最近的短语从单字到四字一路下降，Transformer 一直很高。右图：按长度分组的完全正确比例；最近的短语在任何长度都是零。",
)
# %% [markdown] id="quiz-bleu" lang="en" tags=["quiz"]
# **System A has BLEU 31 on news, system B has BLEU 36 on travel phrases. Which is the better translator?**
# - [ ] B, by 5 points — The points are of different tests: phrases are shorter and more alike.
# - [ ] A, since news is harder — It probably is, but how much harder nobody has measured.
# - [x] Nobody can say — BLEU compares systems on the same test set, with the same way of cutting text into tokens.
# - [ ] They are equal within the error — An interval tells of luck within one test, not of two different ones.
# %% [markdown] id="quiz-bleu" lang="zh" of="6f10bccb" tags=["quiz"]
# **系统 A 在新闻上 BLEU 是 31，系统 B 在旅游短语上 BLEU 是 36。哪个译得更好？**
# - [ ] B，高出 5 分 — 分数出自不同的测试集：短语更短，彼此也更像。
# - [ ] A，因为新闻更难 — 多半更难，但难多少没有人测过。
# - [x] 说不准 — 只有测试集相同、切分词元的方式也相同，BLEU 才能比较。
# - [ ] 在误差范围内相等 — 置信区间说的是同一个测试集之内的偶然，不是两个不同的测试集。

# %% [markdown] id="beam" lang="en"
# ## 10 · Beam search
#
# Greedy search takes the best **character**; what we want is the best **sentence**. A small world of two-character sentences
# shows the difference:
# %% [markdown] id="beam" lang="zh" of="acf08481"
# ## 10 · 束搜索
#
# 贪心搜索选的是最好的**字**，我们要的却是最好的**句子**。在一个只有两字句的小世界里，就能看出差别：
# %% id="beam-small" chinese="data"
NEXT = {  # the probability of each next character, after each beginning  # 每个开头之后，下一个字的概率
    "": {"我": 0.6, "她": 0.4},
    "我": {"来": 0.4, "去": 0.35, "走": 0.25},
    "她": {"来": 0.9, "走": 0.1},
}


def search(width):
    beams = {"": 1.0}
    for _ in range(2):
        longer = {text + character: p * share for text, p in beams.items()
                  for character, share in NEXT[text].items()}
        beams = dict(sorted(longer.items(), key=lambda beam: -beam[1])[:width])
        print("  ", {text: round(p, 2) for text, p in beams.items()})
    return max(beams, key=beams.get)


for width in (1, 2):
    print(tr(f"{width} beginning(s) kept:", f"保留 {width} 个开头："))
    print("  →", search(width))
# %% id="beam-tree" tags=["fold"] chinese="data"
diagrams.flow(
    boxes={
        "start": (0, 1.5, "<s>\n1"),
        "wo": (1.3, 0.6, "我\n0.6"), "ta": (1.3, 2.6, "她\n0.4"),
        "wo1": (2.7, 0, "我来\n0.6 × 0.4 = 0.24"), "wo2": (2.7, 0.75, "我去\n0.6 × 0.35 = 0.21"), "wo3": (2.7, 1.5, "我走\n0.6 × 0.25 = 0.15"),
        "ta1": (2.7, 2.25, "她来\n0.4 × 0.9 = 0.36"), "ta2": (2.7, 3, "她走\n0.4 × 0.1 = 0.04"),
    },
    arrows=[
        ("start", "wo", "0.6"), ("start", "ta", "0.4"), ("wo", "wo1", "0.4"), ("wo", "wo2", "0.35"), ("wo", "wo3", "0.25"),
        ("ta", "ta1", "0.9"), ("ta", "ta2", "0.1"),
    ],
    english="A tree of beginnings with their probabilities. Greedy search goes to 我 with 0.6 and ends at 0.24; the likeliest"
    " sentence is 她来 with 0.36, below the less likely first character.",
    chinese="一棵开头的树，标着概率。贪心搜索走向 0.6 的“我”，最后得到 0.24；最可能的句子却是 0.36 的“她来”，它的第一个字并不是最可能的。",
)
# %% [markdown] id="beam-text" lang="en"
# **Beam search** keeps the $k$ best beginnings at every step; $k$ is the **beam width**, and with $k = 1$ it is greedy search. Probabilities of many
# characters become tiny, so one adds logarithms. And each further character makes a sentence less likely, so that the likeliest
# ones are short, at worst empty. Wu and colleagues (2016) therefore divide by a power of the length, the **length penalty**:
#
# $$ \mathrm{score}(Y) = \frac{\log p(Y)}{\left(\frac{5 + |Y|}{6}\right)^{\alpha}}. \tag{8} $$
#
# $|Y|$ is the length of the sentence $Y$ in tokens; with $\alpha = 0$ nothing is divided.
# %% [markdown] id="beam-text" lang="zh" of="7f34c6e7"
# **束搜索**每一步都保留 $k$ 个最好的开头，$k$ 叫做**束宽**；$k = 1$ 就是贪心搜索。许多字的概率乘起来极小，所以改为把对数相加。
# 另外，每多写一个字，句子的概率就更小，于是最可能的总是短句，极端时是空句。因此 Wu 等人（2016）除以长度的幂，即**长度惩罚**：
#
# $$ \mathrm{score}(Y) = \frac{\log p(Y)}{\left(\frac{5 + |Y|}{6}\right)^{\alpha}}. \tag{8} $$
#
# $|Y|$ 是句子 $Y$ 的词元数；$\alpha = 0$ 时不作惩罚。
# %% id="length-penalty" slide="code"
for alpha in (0.0, 0.6, 1.0):
    # (8)
    short, long = (
        log_p / ((5 + n) / 6) ** alpha for log_p, n in [(-2.0, 4), (-2.4, 8)]
    )
    print(f"α = {alpha}:", tr("4 characters", "4 个字"), round(short, 2),
          tr("8 characters", "8 个字"), round(long, 2), "→",
          tr("the short one", "短的胜") if short > long else tr("the long one", "长的胜"))
assert np.isclose(transformer.length_penalty(8, 0.6), (13 / 6) ** 0.6)
# %% [markdown] id="beam-predict" lang="en" tags=["predict"]
# **Before you run it.** A beam width of 4 instead of 1, on the test phrases. The model's own probability of what it writes: will it
# rise? And BLEU?
#
# > For most phrases nothing changes at all: the model is sure of itself, and greedy search finds the same sentence. Where
# > something changes, the probability often rises; it may also fall, for what is searched for is (8), which favours longer sentences. Some of these were false starts that greedy
# > search could not take back, and a beam gets out of them; a few change for the worse; BLEU hardly moves. But a sentence in which the model is wrong **with
# > conviction** stays wrong, however wide the beam is. Likelier to the model is not the same as better.
# %% [markdown] id="beam-predict" lang="zh" of="0056ed83" tags=["predict"]
# **先猜，再运行。** 在测试短语上，束宽由 1 改为 4。模型对自己写出的句子给出的概率会升高吗？BLEU 呢？
#
# > 大多数短语毫无变化：模型很有把握，贪心找到的就是同一句。有变化的那些，概率往往升高，但也可能降低，因为搜索找的是 (8) 式的得分，它偏向长一点的句子。
# > 其中有些是开头选错了字，贪心无法改正，保留几个开头就能避开；也有几句反而变坏；BLEU 几乎不动。至于模型错得**很有把握**的句子，
# > 束宽再大也改不过来。模型觉得更可能，并不等于译得更好。
# %% id="beam-run"
checked = slice(0, course.beamed)
beam = transformer.BeamSearch(translator, START, END, max_length=23,
                              beam_width=4, alpha=0.6, batch_size=32)
started = time.perf_counter()
beamed, beam_likelihoods = beam.translate(test_sources[checked])
beamed = ["".join(chinese.decode(ids)) for ids in beamed]
right = test.chinese[checked]
print(f"{time.perf_counter() - started:.1f} s;",
      tr("greedy", "贪心"), f"BLEU {corpus_bleu(translations[checked], right):.1f};",
      tr("beam width 4", "束宽 4"), f"BLEU {corpus_bleu(beamed, right):.1f}")
gain = beam_likelihoods - likelihoods[checked]
higher, lower = np.sum(gain > 1e-3), np.sum(gain < -1e-3)
print(tr("log-probability:", "对数概率："),
      tr(f"higher for {higher}, lower for {lower} phrases", f"{higher} 句更高，{lower} 句更低"))
pairs = zip(translations[checked], beamed, strict=True)
other = [number for number, (one, two) in enumerate(pairs) if one != two]
print(tr(f"{len(other)} of {len(beamed)} phrases differ:", f"{len(beamed)} 句中有 {len(other)} 句不同："))
for number in other[:4]:
    print("  ", test.english[number], "→", translations[number], "|",
          beamed[number], f"({test.chinese[number]})")

# %% [markdown] id="looking" lang="en"
# ## 11 · Cross-attention: what the decoder looks at
#
# What does a character look at while it is written? The decoder's **cross-attention** tells: a row for each character, its
# look shared out among the English words. Choose a head (with the mouse, or with the Tab and arrow keys). The first row, for
# instance, is the look with which the first character was chosen, when only `<s>` had been written.
# %% [markdown] id="looking" lang="zh" of="eddaa26d"
# ## 11 · 交叉注意力：解码器在看什么
#
# 写一个字的时候，模型在看什么？看解码器的**交叉注意力**：每个字一行，是它分配给各个英文词的权重。
# 选一个头（用鼠标，或用 Tab 键和方向键）。比如第一行，就是选定第一个字时的权重，那时写出来的还只有 `<s>`。
# %% id="looking-run"
chosen = [number for number, good in enumerate(exact)
          if good and 6 <= len(test_sources[number]) <= 9]
chosen = chosen[:3] or [0, 1, 2]
inputs_shown = {
    "source": prep.pad([test_sources[number] for number in chosen]),
    "target": prep.pad([[START, *found[number]] for number in chosen]),
}
_, weights_shown = translator(inputs_shown, return_attention_scores=True)
# last layer: (phrases, heads, characters, words)  # 最后一层：(phrases, heads, characters, words)
cross = ops.convert_to_numpy(weights_shown["cross"][-1])
# %% id="looking-heads"
def words_and_characters(number):
    return [*translations[number], "</s>"], english_words(test.english[number])


rows, columns = words_and_characters(chosen[0])
heads = cross[0, :, : len(rows), : len(columns)]
attention.head_chooser(
    np.concatenate([heads.mean(axis=0, keepdims=True), heads]),
    rows,
    columns,
    f"The mean of the last layer's heads, and each head, "
    f"while “{translations[chosen[0]]}” is written from "
    f"“{test.english[chosen[0]]}”",
    "最后一层各头的平均及各个头："
    f"由“{test.english[chosen[0]]}”写出“{translations[chosen[0]]}”",
    names=[tr("mean", "平均"), *(tr(f"head {head}", f"第 {head} 头") for head in range(1, len(heads) + 1))],
)
# %% id="looking-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(11.4, 4.6))
for axis, place in zip(axes, (1, 2), strict=True):
    rows, columns = words_and_characters(chosen[place])
    attention.heat_map(axis, cross[place, :, : len(rows), : len(columns)].mean(axis=0), rows, columns)
    axis.set_title(plots.label("mean of the heads, last layer", "最后一层各头的平均"))
plots.show(
    figure,
    "Two tables of cross-attention for test phrases, Chinese characters against English words: many characters look at the"
    " word they translate; others share out their look.",
    "两张测试短语的交叉注意力表，行是汉字，列是英文词：许多字看着自己所译的词，也有一些字的权重是分散的。",
)
# %% [markdown] id="looking-reading" lang="en"
# As in lesson 05, a weight is a hint and not an explanation, all the more in a deep model: what stands at an English word's
# place has already passed the encoder, and may tell of its neighbours. So let us **change** something instead, and see.
# %% [markdown] id="looking-reading" lang="zh" of="0025a4f8"
# 与第 05 课一样，权重只是线索，不是解释；模型越深越是如此：英文词所在位置上的向量已经过了编码器，其中可能含有邻近词的信息。
# 所以更好的办法是**改动**输入，看结果怎样变。
# %% [markdown] id="shuffle-predict" lang="en" tags=["predict"]
# **Before you run it.** We shuffle the words of every English test phrase and translate again. *Which picture does she like?*
# becomes *she picture like which does?* How far will BLEU fall?
#
# > Many expect a collapse; it loses only a few points. At `quick` scale this model hardly reads
# > the order of the English words, although section 2 gave it every means. Read on before you blame the model.
# %% [markdown] id="shuffle-predict" lang="zh" of="de887db6" tags=["predict"]
# **先猜，再运行。** 把每个英文测试短语的词打乱，再译一遍。*Which picture does she like?* 变成了
# *she picture like which does?* BLEU 会跌多少？
#
# > 很多人以为会大幅下降，其实只降了几分。`quick` 规模下，这个模型几乎不读英文的词序，尽管第 2 节已经给了它读词序的一切条件。
# > 先别怪模型，往下读。
# %% id="shuffle-run"
random = np.random.default_rng(course.seed)
# the mark at the end stays  # 末尾的标点不动
shuffled = [[*map(int, random.permutation(ids[:-1])), ids[-1]]
            for ids in test_sources]
from_shuffled = ["".join(chinese.decode(ids))
                 for ids in greedy.translate(shuffled)[0]]
course.report("bleu_shuffled", corpus_bleu(from_shuffled, test.chinese))
for number in range(3):
    print("  ", " ".join(english.decode(shuffled[number])), "→",
          from_shuffled[number])

orders = {}
for ids in sources:
    orders.setdefault(tuple(sorted(ids)), set()).add(tuple(ids))
several = sum(len(found_orders) > 1 for found_orders in orders.values())
print(tr(f"sets of words that stand in more than one order in training: {several} "
         f"of {len(orders):,}",
         f"训练中以不止一种次序出现的词集：{several} 个（共 {len(orders):,} 个）"))
but = [number for number, text in enumerate(test.english) if " but " in text]
right = sum(exact[number] for number in but)
right_shuffled = sum(from_shuffled[number] == test.chinese[number]
                     for number in but)
print(tr("phrases with “but”: exactly right", "带 but 的短语：完全正确"), right, "/", len(but),
      tr("; from shuffled words", "；词打乱之后"), right_shuffled, "/", len(but))
for number in but[:3]:
    print("  ", test.english[number], "→", translations[number])
# %% [markdown] id="shuffle-reading" lang="en"
# The reason is in the data. In the whole of training there are about a dozen sets of words that occur in more than one order, all
# of them like *she likes tea but not milk* and *she likes milk but not tea*. Everywhere else the words alone settle the
# sentence, in whatever order they come. Almost nothing forced the model to read the order. At `quick` scale it has not learnt to,
# and most of the phrases with *but* come out wrong. At `full` a larger model, trained longer, got them all right in the run we
# made, and half of them wrong once the words were shuffled: there the few examples were enough.
#
# **A model learns what its data demand, not what the task is called.** A high BLEU did not tell us; one experiment did. To
# learn what a model uses, change it, and see whether the output changes. On real sentences, such as those of section 14, order should have more to say.
# %% [markdown] id="shuffle-reading" lang="zh" of="d6cff075"
# 原因在数据里。整个训练集中，只有十来组词以不止一种次序出现，全是 *she likes tea but not milk* 和 *she likes milk but not tea* 这一类。
# 其余的句子，只要知道有哪些词，就知道是哪一句，次序无关紧要。几乎没有什么逼着模型去读词序。
# `quick` 规模下它没有学会，带 *but* 的短语大多译错。`full` 规模下模型更大、训练更久，在我们跑的那一次里，带 *but* 的全译对了，词一打乱就错一半：那几个例子这时已经够用。
#
# **模型学会的是数据要求的东西，而不是任务的名称所暗示的东西。** 很高的 BLEU 没有告诉我们这一点，一个实验就说清楚了。
# 要知道模型用到了什么信息，就改动它，看输出是否随之改变。在真实的句子（第 14 节）里，词序的作用会更大。

# %% [markdown] id="counting" lang="en"
# ## 12 · Where the parameters are
#
# **E31.** The fifth article calls a language model "one large parameter matrix". In truth there are many matrices, of a few kinds. With width $d$, hidden
# width $h$ and $V$ tokens:
#
# | kind | numbers |
# |---|---|
# | embeddings | $V d$ for each language |
# | one attention | four matrices with biases, $4(d^2 + d)$, however many heads |
# | one feed-forward network | $2dh + h + d$ |
# | one norm | $2d$ |
#
# An encoder layer has one attention, one network and two norms; a decoder layer two, one and three.
# %% [markdown] id="counting" lang="zh" of="8ac14c7f"
# ## 12 · 参数都在哪里
#
# **E31。** 第五篇文章说语言模型是“一个大规模的参数矩阵”。其实有很多个矩阵，分成几种。设宽度为 $d$，隐藏宽度为 $h$，词表中的词元数为 $V$：
#
# | 种类 | 参数个数 |
# |---|---|
# | 嵌入 | 每种语言 $V d$ |
# | 一个注意力 | 四个带偏置的矩阵，$4(d^2 + d)$，与头数无关 |
# | 一个前馈网络 | $2dh + h + d$ |
# | 一次归一化 | $2d$ |
#
# 编码器层有一个注意力、一个前馈网络、两次归一化；解码器层依次是两个、一个、三次。
# %% id="counting-run"
def attention_size(d):
    return 4 * (d * d + d)


def network_size(d, h):
    return 2 * d * h + h + d


# %% id="counting-ours"
d, h = course.model["width"], course.model["hidden_dim"]
N = course.model["num_layers"]
ours_by_kind = {
    "embeddings": (len(english) + len(chinese)) * d,
    # one in each encoder layer, two in each decoder layer  # 每个编码器层一个，每个解码器层两个
    "attention": 3 * N * attention_size(d),
    "networks": 2 * N * network_size(d, h),
    "norms": (5 * N + 2) * 2 * d,  # two norms stand at the ends  # 两端各有一个归一化
}
for kind, size in ours_by_kind.items():
    print(f"{kind:>10}: {size:>9,}")
assert sum(ours_by_kind.values()) == translator.count_params()
counted = [size for size in transformer.count_parameters(translator).values()
           if size]
assert counted == list(ours_by_kind.values())
print(f"{'':>10}  {translator.count_params():>9,};",
      len(translator.trainable_variables), tr("arrays", "个数组"))
# %% [markdown] id="erratum-06" lang="en"
# ### E06: BERT-large, built and counted
#
# The first article builds a model with `TFTransformersModel` from `transformers`. There never was such a class, and that
# library has dropped TensorFlow altogether, so that there is nothing left to run; `vocab`, `num_labels` and `max_length`
# are undefined besides. But its four numbers are meaningful: 24 layers, width 1024, hidden width 4096, 16 heads is the
# shape of BERT-large, an encoder alone. We can build one of its layers and count the rest:
# %% [markdown] id="erratum-06" lang="zh" of="85447779"
# ### E06：搭建 BERT-large 并统计参数
#
# 第一篇文章用 `transformers` 里的 `TFTransformersModel` 搭模型。这个类从来没有过，那个库也已完全不支持 TensorFlow，
# 所以没有什么可以运行的了；而且 `vocab`、`num_labels`、`max_length` 都没有定义。不过那四个数是有意义的：
# 24 层、宽 1024、隐藏宽 4096、16 个头，正是 BERT-large 的形状，它只有编码器。我们把其中一层搭出来，其余的数一数：
# %% id="erratum-06-run"
one_layer = transformer.TransformerEncoderLayer(
    # half the memory  # 内存减半
    num_heads=16, hidden_dim=4096, activation="gelu", dtype="float16")
one_layer.build((None, None, 1024))
built = one_layer.count_params()
assert built == attention_size(1024) + network_size(1024, 4096) + 2 * 2 * 1024
print(tr("one layer, built:", "搭出来的一层："), f"{built:,}")
del one_layer

bert_large = {
    # subwords, learned positions, first or second sentence  # 子词、可学习的位置编码、第一句或第二句
    "embeddings": (30_522 + 512 + 2) * 1024,
    "attention": 24 * attention_size(1024),
    # and one that pools position 1  # 外加一个汇总第 1 个位置的
    "networks": 24 * network_size(1024, 4096) + 1024 * 1024 + 1024,
    "norms": (2 * 24 + 1) * 2 * 1024,
}
total = sum(bert_large.values())
assert total == sum(transformer.bert_large().values())
print("BERT-large:", f"{total:,} =", f"{4 * total / 1e9:.2f} GB",
      tr("in float32; with gradients and Adam's two averages", "（float32）；加上梯度和 Adam 的两个平均"),
      f"{16 * total / 1e9:.1f} GB")
# %% id="counting-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(8.6, 2.6))
names = {"embeddings": plots.label("embeddings", "嵌入"), "attention": plots.label("attention", "注意力"),
         "networks": plots.label("networks", "前馈网络"), "norms": plots.label("norms", "归一化")}
for row, kinds in enumerate((ours_by_kind, bert_large)):
    left = 0.0
    for column, (kind, size) in enumerate(kinds.items()):
        share = size / sum(kinds.values())
        axis.barh(row, share, left=left, color=plots.PALETTE[column], label=names[kind] if row == 0 else None)
        if share > 0.04:
            axis.text(left + share / 2, row, f"{share:.0%}", ha="center", va="center", color="white", fontweight="bold")
        left += share
axis.set_yticks([0, 1], [f"{title}\n{sum(kinds.values()) / 1e6:,.1f} M" for title, kinds in [(plots.label("ours", "我们的"), ours_by_kind), ("BERT-large", bert_large)]])
axis.set(xlabel=plots.label("share of all parameters", "占全部参数的比例"), xlim=(0, 1))
axis.grid(False)
axis.invert_yaxis()
axis.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.35), fontsize=9)
plots.show(
    figure,
    "Two bars of shares of parameters: in our translator the small networks hold about half, attention a third or a little"
    " more, embeddings most of the rest; in BERT-large the small networks hold about three fifths, attention three tenths, embeddings a tenth, norms nearly nothing.",
    "两条比例条：在我们的翻译器里，前馈网络约占一半，注意力占三分之一或稍多，其余大多是嵌入；在 BERT-large 里，前馈网络约占五分之三，注意力约占十分之三，嵌入约占十分之一，归一化几乎可以忽略。",
)
# %% [markdown] id="counting-reading" lang="en"
# The paper says 340 million, and so it is, nearly. With Adam's averages its numbers would fit into the memory of a good laptop, but training it there
# would take far too long, and the course does not try. Notice where the numbers sit: the part named in the title of the Transformer's paper, attention, is **less** than
# a third. Most parameters of a large Transformer are in networks like those of lesson 02.
# %% [markdown] id="counting-reading" lang="zh" of="483e1eb6"
# 论文说是 3.4 亿，数出来差不多。这些参数连同 Adam 的滑动平均，好一点的笔记本电脑内存装得下，可是在上面训练太费时间，本课程也不去试。
# 注意参数的分布：Transformer 论文标题里的“注意力”占**不到**三分之一。一个大 Transformer 的参数，大部分在第 02 课那样的前馈网络里。
# %% [markdown] id="quiz-count" lang="en" tags=["quiz"]
# **You double the width d and the hidden width h of a Transformer; the number of layers stays. By how much do its layers grow?**
# - [ ] To twice as many parameters — A vector doubles; the layers are made of matrices.
# - [x] To nearly four times — d² and d·h both become four times as large; only biases and norms double.
# - [ ] To eight times — There is no d³ in the table.
# - [ ] Not at all if the number of heads is halved — The number of heads occurs nowhere in the count.
# %% [markdown] id="quiz-count" lang="zh" of="617680eb" tags=["quiz"]
# **把 Transformer 的宽度 d 和隐藏宽度 h 都加倍，层数不变。各层的参数变成多少倍？**
# - [ ] 两倍 — 加倍的是向量，而层是由矩阵构成的。
# - [x] 将近四倍 — d² 和 d·h 都变成四倍，只有偏置和归一化是两倍。
# - [ ] 八倍 — 表里没有 d³。
# - [ ] 头数减半就不变 — 计数里根本没有头数。

# %% [markdown] id="errata" lang="en"
# ## 13 · E19 and E20: two Transformer listings
#
# E06, E16, E17 and E31 have been dealt with where they belong. Two listings of the third article are left: each says that it trains a Transformer, one in Keras, one in PyTorch.
#
# ### E19: a layer that does not exist, and a loss of the wrong kind
# %% [markdown] id="errata" lang="zh" of="2cb7c08c"
# ## 13 · E19 与 E20：两段 Transformer 代码
#
# E06、E16、E17 和 E31 已经在各自的地方讲过；还剩第三篇文章的两段代码，一段用 Keras，一段用 PyTorch，都说是训练 Transformer。
#
# ### E19：不存在的层，不匹配的损失
# %% id="erratum-19"
try:
    keras.layers.Transformer(2, 32, 4, 64)
except AttributeError as error:
    print(said(error))

# (batch, time), (batch, time, V)
ids, scores = np.array([[2, 3, 1]]), np.zeros((1, 3, 5), "float32")
try:
    keras.losses.CategoricalCrossentropy(from_logits=True)(ids, scores)
except ValueError as error:
    print(said(error))
print(
    float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(ids,
                                                                       scores)),
    np.log(5))
# %% [markdown] id="erratum-19-mended" lang="en"
# The first line cannot be mended by another name; Keras has the parts (`MultiHeadAttention`, `LayerNormalization`) and no
# layer for the whole. The categorical loss wants a row of probabilities for each character. The listing does not say what its `dataset`
# holds; the usual targets, ids, fail as above, and for integers there is the **sparse** loss. And nothing in the listing shifts the targets or hides the future. What was meant, a model that goes on writing, is
# an encoder layer with a causal mask:
# %% [markdown] id="erratum-19-mended" lang="zh" of="dee14702"
# 第一行换个名字也没有用：Keras 只有部件（`MultiHeadAttention`、`LayerNormalization`），没有整个 Transformer 的层。
# 分类交叉熵要的是每个字一行概率。代码没有说明 `dataset` 里是什么；若是通常的整数编号，就会像上面那样报错，整数标签要用**稀疏**的那个损失。此外，这段代码里没有任何地方把目标错开，
# 也没有遮住未来。它本想写的是一个“接着往下写”的模型，也就是带因果掩码的编码器层：
# %% id="erratum-19-mended-run"
keras.utils.set_random_seed(course.seed)
embed, place = (
    layers.Embedding(len(chinese), 32),
    transformer.SinusoidalPositions(max_length=24),
)
block, to_scores = (
    transformer.TransformerEncoderLayer(num_heads=4, hidden_dim=64),
    layers.Dense(len(chinese)),
)


def language_model(ids):
    return to_scores(block(place(embed(ids)), padding_mask=ids != 0,
                           use_causal_mask=True))


ids_in, ids_out = framed[:8, :-1], framed[:8, 1:]  # shifted by one  # 错开一位
loss = transformer.SmoothedCrossEntropy(0.0)(ids_out, language_model(ids_in))
print(ops.convert_to_numpy(loss), np.log(len(chinese)))
later = ids_in.copy()
later[:, 3] = START  # does it see position 3?  # 它看得见第 3 个位置吗？
change = np.abs(
    ops.convert_to_numpy(language_model(later) - language_model(ids_in)))
print(change.max(axis=(0, 2))[:6].round(3))
# %% [markdown] id="erratum-20" lang="en"
# Untrained, it is as good as guessing, and it does not look ahead.
#
# ### E20: ids without vectors, one argument for two
#
# The other listing calls `torch.nn.Transformer` with one argument where two are needed, and compares the output with the same
# batch. It has no embedding; if the batch holds token ids, as a batch of text does, that fails too. Our layers complain of the
# same things, and so they should:
# %% [markdown] id="erratum-20" lang="zh" of="97c47d28"
# 未经训练时，它与随机猜测差不多，而且看不到后面的词元。
#
# ### E20：只有编号没有向量，两个参数只给了一个
#
# 另一段代码调用 `torch.nn.Transformer` 时，两个必需的参数只给了一个，再拿输出与同一批数据比较。它没有嵌入；如果这批数据是词元编号
# （处理文本时自然如此），这也会出错。我们的层会为同样的事情报错，理应如此：
# %% id="erratum-20-run"
for name, wrong in [
    (
        tr("ids, no embedding", "只有编号，没有嵌入"),
        lambda: transformer.TransformerEncoderLayer(num_heads=4, hidden_dim=64)(
            ids_in
        ),
    ),
    (
        tr("no target", "没有目标"),
        lambda: transformer.TransformerDecoderLayer(num_heads=4, hidden_dim=64)(
            embed(ids_in)
        ),
    ),
]:
    try:
        wrong()
    except ValueError as error:
        print(f"{name}:", said(error))
# %% [markdown] id="erratum-20-mended" lang="en"
# Mended, it is the model of section 7: embeddings before it, positions, a target shifted by one, a causal mask, a projection to
# the vocabulary, a loss over integers. And what the missing **shift** does, section 5 has shown: nothing fails, the loss is
# wonderful, and the model says `<s>` for ever. You need no second program for PyTorch either: with `KERAS_BACKEND=torch` in the
# environment, the course's model runs on it as it is.
# %% [markdown] id="erratum-20-mended" lang="zh" of="f5260e3b"
# 改正之后，就是第 7 节的模型：前面有嵌入，有位置，目标错开一位，有因果掩码，有到词表的投影，有整数标签的损失。
# 而少了“错开”会怎样，第 5 节已经演示过：什么也不报错，损失极低，模型却永远只会输出 `<s>`。
# 也用不着为 PyTorch 另写一份程序：在环境变量里设 `KERAS_BACKEND=torch`，本课程的模型原样就能在它上面跑。

# %% [markdown] id="real" lang="en"
# ## 14 · Real sentences: how to split them and how to cut them
#
# The phrases come from a small grammar. What people write does not. The Tatoeba project collects sentences and their translations by volunteers (CC BY 2.0 FR), some 20,000 pairs of English and Chinese among them. Two things change.
#
# **The split.** The same English sentence stands there with several translations, and whole families of sentences differ by one word: *What did he say?* and *What did she say?*, for instance. Drawn at random, they would land on both sides, and the test would repeat what was trained on.
# So pairs that share their English or their Chinese (but for case, punctuation and short forms) stay on one side. Sentences that are nearly the same are kept apart too. Take all runs of two and three characters (letters, in English) in two sentences: if at least half of them are found in both, the sentences are too much alike. A training pair whose English or Chinese is too much like that of a held-out pair is left out.
#
# **The tokens.** Characters need no training and no decision, and make long targets; *subwords* (lesson 01) join what is often seen together. English can be cut into words, with `[UNK]` for all that training saw less than twice, or into subwords, which know no unknown word.
# %% [markdown] id="real" lang="zh" of="7d942202"
# ## 14 · 真实的句子：怎样划分，怎样切分
#
# 前面的短语出自一个小语法，人写的句子则不然。Tatoeba 计划收集句子以及志愿者的译文（CC BY 2.0 FR），其中英汉句对有两万左右。有两件事不一样了。
#
# **怎样划分。** 同一句英文会带着好几种译文出现，还有成片的句子只差一个词，如 *What did he say?* 与 *What did she say?*。随机抽取的话，它们会落在两边，测试的内容在训练中就已见过。
# 所以，英文相同或中文相同（不计大小写、标点和缩写）的句对，必须留在同一边。几乎相同的句子也要分开。取两个句子中相连两字、三字的所有片段（英文按字母算），若至少有一半是两句共有的，就算过于相似。训练句对的英文或中文与某个留出的句对过于相似的，一律剔除。
#
# **用什么词元。** 按字切分不需要训练，也不用做什么决定，但目标序列长；“子词”（第 01 课）把经常一起出现的合成一个。英文可以切成词，训练中出现不到两次的一律记作 `[UNK]`；也可以切成子词，那就没有不认识的词了。
# %% id="real-cuts"
for texts, size in ((phrases.english[:1_000], 500),
                    (phrases.chinese[:1_000], 900)):
    encoding = prep.BytePairEncoding.train([text.lower() for text in texts],
                                           size)
    print(*encoding.encode(texts[0].lower()), sep=" | ")
# %% [markdown] id="real-recorded" lang="en"
# Training on real sentences takes more than twenty minutes of a processor's work, so here are **recorded runs**. The model is twice as wide as at `quick`, and the recipe is the same for every cut. Size and epochs were chosen for the time they take and not by any score. A score is the mean over the seeds, each of which also draws another split; the brackets hold the lowest and the highest.
# BLEU counts **characters**, whatever the model wrote with, so that cuts can be compared, and an English sentence that has several translations takes all of them as references. *Validation* is the BLEU of validation sentences, *nats* their loss per character, *minutes* the work of a processor. `python -m course_lib.transformer.study` repeats the runs and compares them with these records.
# %% [markdown] id="real-recorded" lang="zh" of="d8c06f88"
# 在真实的句子上训练，要花处理器二十多分钟，所以下面是**事先跑好的记录**：模型比 `quick` 的宽一倍，每种切法用同一套训练设置，模型大小和轮数是按所花的时间定的，没有参考任何分数。每个分数是几个随机种子的平均，每个种子的划分也不同；括号里是最低与最高。
# BLEU 按**字**计算，不管模型写的时候用的是什么，这样不同切法才能比较；一句英文若有好几种译文，就全部用作参考。“验证”是验证句子的 BLEU，“奈特”是它们平均每字的损失，“分钟”是处理器工作的时间。`python -m course_lib.transformer.study` 会重跑一遍，并与这份记录比较。
# %% [markdown] id="real-predict" lang="en" tags=["predict"]
# **Before you run it.** Three cuts: English words to Chinese characters, English subwords to characters, subwords to subwords. Which translates new sentences best, which worst, when there are fewer than 18,000 pairs to learn from?
#
# > On the English side it makes no difference that can be told: subwords know no unknown word, yet the model has learnt little about the pieces of a rare word. On the Chinese side subwords are behind: their pieces are too rare here.
# %% [markdown] id="real-predict" lang="zh" of="02ecd233" tags=["predict"]
# **先猜，再运行。** 三种切法：英文词到汉字，英文子词到汉字，子词到子词。可学的句对不到一万八千个，哪一种翻译新句子最好，哪一种最差？
#
# > 英文这边看不出差别：子词固然没有不认识的词，可是罕见词切成的片段，模型也没学到多少。中文这边，子词落后：每个子词在这里出现得太少。
# %% id="real-table"
from course_lib.transformer import study

cuts = {
    "words-characters": tr("words → characters", "词 → 字"),
    "subwords-characters": tr("subwords → characters", "子词 → 字"),
    "subwords-subwords": tr("subwords → subwords", "子词 → 子词"),
}
translated = study.recorded_translations()
rows = []
for name, label in cuts.items():
    runs = [each for each in translated if each.cut == name]
    bleus = [each.test_bleu for each in runs]
    others = [(each.validation_bleu, each.validation_loss,
               sum(each.processor_minutes.values())) for each in runs]
    rows.append([label, len(runs),
                 f"{np.mean(bleus):.1f} ({min(bleus):.1f}–{max(bleus):.1f})",
                 *(f"{number:.2f}" for number in np.mean(others, axis=0))])
display.table(["", tr("seeds", "种子数"), tr("test BLEU", "测试 BLEU"), tr("validation", "验证"),
               tr("nats", "奈特"), tr("minutes", "分钟")], rows)
first = translated[0]
print(tr("pairs:", "句对："), *first.pairs, "·",
      tr("95% interval of one run:", "一次运行的 95% 区间："), *(f"{each:.1f}" for each in first.interval))
# %% [markdown] id="real-samples-text" lang="en"
# A number says little about translations; read some. Below, one run's test sentences of six words or more are ordered by their own score (BLEU with runs of one and two characters only) and cut into ten equal parts. The sentence in the middle of each part is shown: nobody picked them.
# %% [markdown] id="real-samples-text" lang="zh" of="cf95389c"
# 一个数字说明不了译文怎么样，还是读几句吧。下面把一次运行的测试句（至少六个词的）按各自的分数（只数一字、两字片段的 BLEU）排好，平均分成十段，每段取正中间的那一句：没有人挑选过。
# %% id="real-samples"
for sample in first.samples:
    accepted = " / ".join(sample["references"])
    print(f"{sample['score']:5.1f}  {sample['english']}",
          f"→ {sample['written']}", f"({accepted})", sep="\n       ")
# %% [markdown] id="real-reading" lang="en"
# How the English is cut changes less than the interval of a single run, about 1.5 to either side; it was tried with one seed only. How the **Chinese** is cut seems to matter, **and characters came out ahead each time**. With the same English cut they led by 2.6 points of BLEU (one seed), with English words by 3.1 and 1.4 (two seeds), and in nats as well. The last lies within the interval of a single run, and two seeds prove little: a tendency, not a law. The size of the data is the likely reason: pieces of several characters stand far less often in these sentences than characters do, and what was seen only a few times is not learnt. In collections of millions of sentences pieces are seen often enough, they make targets shorter, and nearly every large translator writes in subwords.
#
# All scores are far below those of the phrases: people say what they want, most sentences are unlike all others, and one reference is one of many good answers. Read the samples with the score in mind. It is kind to a wrong sentence that shares many characters, and hard on a right one that is worded differently.
# Then look for the causes. The volunteers write simplified and traditional characters; the model learnt both, often takes the script that the reference does not use, and each character that differs counts as a mistake. A name that training has not seen is lost. An idiom is translated word for word. And a decoder that has lost the context repeats itself.
# %% [markdown] id="real-reading" lang="zh" of="95786ac5"
# 英文怎么切，造成的差别比单独一次运行的置信区间（上下各 1.5 左右）还小，不过只用一个种子试过。**中文**怎么切看来却有关系，**而且每次都是字领先**：英文切法相同时，BLEU 高 2.6 分（一个种子）；英文按词切时，分别高 3.1 分和 1.4 分（两个种子）；看奈特也一样。其中 1.4 分的差别还在单次运行的区间之内，而两个种子证明不了多少：这是一种倾向，不是定律。原因多半在于数据不多：由几个字合成的子词，在这些句子里出现得比单个的字少得多，而只见过几次的东西是学不会的。语料若有几百万句，子词也就出现得够多，目标序列又更短，所以大型翻译模型几乎都用子词来写。
#
# 所有分数都比短语上低得多：人写的句子内容不限，多数句子与别的都不相像，而一句参考译文只是许多好译法中的一种。读这些例子时，请对照分数看：译错了却与参考译文共用许多字的句子，分数并不低；译对了只是换了说法的，反而偏低。
# 再来找原因。志愿者有的写简体，有的写繁体；模型两种都学了，写出来的常常不是参考译文用的那一种，而写法不同的字个个都算错。训练中没见过的名字，译文里就丢了。习语被逐字直译。解码器一旦失去上下文，就会反复输出同样的内容。
# %% [markdown] id="real-run-text" lang="en"
# At `full` scale the next cell trains one of these translators here (words to characters), if the sentences are available.
# %% [markdown] id="real-run-text" lang="zh" of="c8562aba"
# 在 `full` 规模下，只要拿得到这些句子，下一格就在这里训练上面三种翻译器中的一种（词 → 字）。
# %% id="real-run"
from course_lib.base.errors import DataUnavailable


def tatoeba():
    tr("""The pairs where full scale asks for them and they are available; else
    None, and why.""",
       """在 full 规模下且能取得时，返回句对；否则返回 None 和原因。""")
    if not course.tatoeba:
        print(tr("Only at full scale: set COURSE_SCALE=full before you start "
                 "Jupyter.",
                 "只在 full 规模下运行："
                 "请在启动 Jupyter 之前设置 COURSE_SCALE=full。"))
        return None
    try:
        return data.tatoeba.load(seed=0, sample="never")
    except DataUnavailable as reason:
        print(tr("Tatoeba is not available here:", "这里拿不到 Tatoeba："), reason)
        return None
# %% id="real-bleu"
real = tatoeba()
if real is not None:
    ours = study.run(real, "words-characters", course.seed)
    low, high = ours.interval
    print(f"BLEU {ours.test_bleu:.1f}",
          tr(f"(95%: {low:.1f} to {high:.1f})", f"（95%：{low:.1f} 到 {high:.1f}）"))
    for sample in ours.samples:
        print(f"{sample['score']:5.1f}  {sample['english']}",
              "→", sample["written"])

# %% [markdown] id="uses" lang="en"
# ## 15 · Uses, tools, resources
#
# The encoder–decoder translates, summarises, and writes down what was said (Whisper hears with an encoder and writes with a decoder).
# Its encoder alone is the design of BERT, its decoder alone that of GPT. Patches of images, frames of sound and amino acids have all been put in place of words.
#
# For real translation use a trained model: the OPUS-MT and NLLB families translate between hundreds of languages, and
# `sacrebleu` computes BLEU in the way that papers compare; ours equals it, and the tests make sure. KerasHub has ready
# Transformer layers for Keras; some names differ (`intermediate_dim` is our `hidden_dim`, `normalize_first` our `norm_first`), and by
# default they are post-norm. To *read* a whole implementation, take the *Annotated
# Transformer*, line by line beside the paper.
# %% [markdown] id="uses" lang="zh" of="8dbfbe4b"
# ## 15 · 应用、工具与资源
#
# 编码器–解码器模型可以翻译、写摘要，也能把语音转写成文字（Whisper 用编码器听，用解码器写）。仅编码器的是 BERT，仅解码器的是 GPT。
# 图像的小块、声音的片段、氨基酸，都有人拿来代替词，当作输入。
#
# 真要翻译，请用训练好的模型：OPUS-MT 和 NLLB 两个系列能在几百种语言之间互译；论文之间比较 BLEU，用的是 `sacrebleu`，
# 我们的结果与它相等，有测试保证。KerasHub 为 Keras 提供现成的 Transformer 层，有些参数名不同（`intermediate_dim` 即我们的
# `hidden_dim`，`normalize_first` 即 `norm_first`），而且默认是 Post-LN。
# 想读一份完整的实现，推荐 *Annotated Transformer*，它对照论文逐行讲解。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 16 · Exercises
#
# A wrong answer gets a hint, a second one in a row a longer hint;
# `check("06.1", position_table, hint=2)` asks for that at once.
#
# ### The table of positions
#
# Formula (1) for `length` positions of an even `width`, without a loop if you can. NumPy only.
# %% [markdown] id="exercises" lang="zh" of="769b2f8d" tags=["stop"]
# ## 16 · 练习
#
# 答错了会有提示；连续第二次答错，提示会更详细，想马上看就用 `check("06.1", position_table, hint=2)`。
#
# ### 位置表
#
# 按 (1) 式写出 `length` 个位置、宽度为偶数 `width` 的表，能不用循环就不用。只用 NumPy。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=8
def position_table(length, width):
    tr("""-> (length, width): sines in columns 0, 2, 4, …, cosines in columns 1,
    3, 5, …""",
       """-> (length, width)：第 0、2、4……列是正弦，第 1、3、5……列是余弦""")
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def position_table(length, width):
    tr("""-> (length, width): sines in columns 0, 2, 4, …, cosines in columns 1,
    3, 5, …""",
       """-> (length, width)：第 0、2、4……列是正弦，第 1、3、5……列是余弦""")
    angles = np.arange(length)[:, None] / 10_000 ** (
        np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(
        length, width
    )
# %% id="ex1-check" tags=["check"]
check("06.1", position_table)
# %% [markdown] id="ex2-text" lang="en"
# ### Teacher forcing
#
# From sentences of ids make what the decoder is given and what it shall answer, as two arrays padded with zeros on the right.
# %% [markdown] id="ex2-text" lang="zh" of="bfefcd63"
# ### 教师强制
#
# 由若干句编号造出两个数组，一个是给解码器的，一个是它该回答的，右边都用零填充。
# %% id="ex2" tags=["exercise"] difficulty=1 minutes=8
def teacher_forcing(sentences, start, end):
    tr("""sentences: lists of ids without start and end
    -> given, answers: two int arrays (batch, longest + 1)""",
       """sentences：编号的列表，不含开始符和结束符
    -> given、answers：两个整数数组 (batch, longest + 1)""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def teacher_forcing(sentences, start, end):
    tr("""sentences: lists of ids without start and end
    -> given, answers: two int arrays (batch, longest + 1)""",
       """sentences：编号的列表，不含开始符和结束符
    -> given、answers：两个整数数组 (batch, longest + 1)""")
    room = max(len(ids) for ids in sentences) + 1
    given, answers = np.zeros((2, len(sentences), room), dtype=int)
    for row, ids in enumerate(sentences):
        given[row, : len(ids) + 1] = [start, *ids]
        answers[row, : len(ids) + 1] = [*ids, end]
    return given, answers
# %% id="ex2-check" tags=["check"]
check("06.2", teacher_forcing)
# %% [markdown] id="ex3-text" lang="en"
# ### The smoothed loss
#
# Formula (5), as the mean over all tokens of a batch that are no padding (id 0).
# %% [markdown] id="ex3-text" lang="zh" of="6803e3ae"
# ### 平滑的损失
#
# 按 (5) 式，对一批里所有不是填充（编号 0）的词元求平均。
# %% id="ex3" tags=["exercise"] difficulty=2 minutes=12
def smoothed_loss(logits, answers, epsilon):
    tr("""logits (batch, time, V), answers (batch, time) of ids, 0 = padding
    -> a number""",
       """logits (batch, time, V)，answers (batch, time)，编号，0 是填充
    -> 一个数""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def smoothed_loss(logits, answers, epsilon):
    tr("""logits (batch, time, V), answers (batch, time) of ids, 0 = padding
    -> a number""",
       """logits (batch, time, V)，answers (batch, time)，编号，0 是填充
    -> 一个数""")
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    right = np.take_along_axis(log_p, answers[..., None], axis=-1)[..., 0]
    losses = -(1 - epsilon) * right - epsilon * log_p.mean(axis=-1)
    return losses[answers != 0].mean()
# %% id="ex3-check" tags=["check"]
check("06.3", smoothed_loss)
# %% [markdown] id="ex4-text" lang="en"
# ### BLEU
#
# Formula (7) for two lists of strings, character by character, counted over the whole corpus.
# %% [markdown] id="ex4-text" lang="zh" of="b68a5919"
# ### BLEU
#
# 按 (7) 式，对两个字符串列表逐字计算，计数要在整个语料上累加。
# %% id="ex4" tags=["exercise"] difficulty=3 minutes=20
def bleu_score(ours, references):
    tr("""ours, references: lists of str, one reference for each of ours
    -> a number from 0 to 100""",
       """ours、references：str 的列表，每句译文对应一句参考译文
    -> 0 到 100 之间的一个数""")
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def bleu_score(ours, references):
    tr("""ours, references: lists of str, one reference for each of ours
    -> a number from 0 to 100""",
       """ours、references：str 的列表，每句译文对应一句参考译文
    -> 0 到 100 之间的一个数""")
    product = 1.0
    for n in range(1, 5):
        matched = tried = 0
        for mine, theirs in zip(ours, references, strict=True):
            counts = [Counter(text[i : i + n] for i in range(len(text) - n + 1))
                      for text in (mine, theirs)]
            # & takes the smaller count: clipping  # & 取较小的次数：截断
            matched += sum((counts[0] & counts[1]).values())
            tried += sum(counts[0].values())
        product *= matched / max(tried, 1)
    c, r = sum(map(len, ours)), sum(map(len, references))
    return 100 * min(1.0, np.exp(1 - r / max(c, 1))) * product**0.25
# %% id="ex4-check" tags=["check"]
check("06.4", bleu_score)
# %% [markdown] id="ex5-text" lang="en"
# ### One step of beam search
#
# Each beginning has a score, the sum of its log-probabilities so far, and a row of log-probabilities for what comes next. Find
# the `width` best longer beginnings, the best first: from which beginning, and with which token.
# %% [markdown] id="ex5-text" lang="zh" of="99a3675e"
# ### 束搜索的一步
#
# 每个开头有一个得分，即它到目前为止的对数概率之和；还有一行对数概率，说下一个词元是什么。找出 `width` 个最好的、加长了一步的开头，
# 最好的在前：来自哪个开头，加的是哪个词元。
# %% id="ex5" tags=["exercise"] difficulty=2 minutes=12
def beam_step(scores, log_p, width):
    tr("""scores (beams,), log_p (beams, V)
    -> a list of width pairs (beam, token), best first""",
       """scores (beams,)，log_p (beams, V)
    -> width 个 (beam, token) 的列表，最好的在前""")
    raise NotImplementedError
# %% id="ex5" tags=["solution"]
def beam_step(scores, log_p, width):
    tr("""scores (beams,), log_p (beams, V)
    -> a list of width pairs (beam, token), best first""",
       """scores (beams,)，log_p (beams, V)
    -> width 个 (beam, token) 的列表，最好的在前""")
    longer = (scores[:, None] + log_p).ravel()
    best = np.argsort(-longer)[:width]
    return [(int(place // log_p.shape[1]), int(place % log_p.shape[1]))
            for place in best]
# %% id="ex5-check" tags=["check"]
check("06.5", beam_step)
# %% [markdown] id="ex6-text" lang="en"
# ### Counting a layer
#
# How many parameters has one encoder layer, or one decoder layer, of the given width and hidden width, biases included?
# %% [markdown] id="ex6-text" lang="zh" of="67117f47"
# ### 数一层的参数
#
# 给定宽度和隐藏宽度，一个编码器层或一个解码器层（带偏置）有多少个参数？
# %% id="ex6" tags=["exercise"] difficulty=2 minutes=10
def layer_parameters(width, hidden, num_heads, decoder):
    """width, hidden, num_heads: int, decoder: bool -> int"""
    raise NotImplementedError
# %% id="ex6" tags=["solution"]
def layer_parameters(width, hidden, num_heads, decoder):
    """width, hidden, num_heads: int, decoder: bool -> int"""
    looks = 2 if decoder else 1
    return (
        looks * 4 * (width**2 + width)
        + 2 * width * hidden
        + hidden
        + width
        + (looks + 1) * 2 * width
    )
# %% id="ex6-check" tags=["check"]
check("06.6", layer_parameters)
# %% [markdown] id="open-1" lang="en"
# ### Open 1 · The floor under a smoothed loss
#
# Show that the smoothed loss (5) of one token is smallest when the model says exactly what the smoothed target
# says, find that smallest value for $V = 10$ and $\epsilon = 0.1$, and the difference between the right logit and
# the others there. Without smoothing, how large would that difference grow?
#
# <details><summary>A worked answer</summary>
#
# Write the target as $t$: it is $1 - \epsilon + \epsilon/V$ for the right token and $\epsilon/V$ for each other
# one. Then $L = -\sum_v t_v \log p_v = -\sum_v t_v \log t_v + \mathrm{KL}(t \Vert p)$. The first part does not
# depend on the model, the second is never negative and zero only for $p = t$ (lesson 04).
#
# For $V = 10$ the target is 0.91 and nine times 0.01. The floor is
# $-0.91 \ln 0.91 - 9 \cdot 0.01 \ln 0.01 = 0.086 + 0.414 = 0.50$ nats. Logits differ there by
# $\ln(0.91/0.01) = \ln 91 = 4.5$.
#
# Without smoothing the loss is $-\log p_{\text{right}}$, which falls for every further step of the right logit: the
# difference would grow without end, more and more slowly. So 0.50 is no sign that something is missing: compare
# models by plain cross-entropy.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="2b1c16f2"
# ### 开放题 1 · 平滑损失的下限
#
# 证明：单个词元的平滑损失 (5)，在模型给出的概率与平滑后的目标完全一致时最小。求 $V = 10$、$\epsilon = 0.1$ 时的最小值，以及此时正确的 logit 比其余的大多少。如果不做平滑，这个差会长到多大？
#
# <details><summary>参考答案</summary>
#
# 把目标记作 $t$：正确的词元是 $1 - \epsilon + \epsilon/V$，其余各是 $\epsilon/V$。于是 $L = -\sum_v t_v \log p_v = -\sum_v t_v \log t_v + \mathrm{KL}(t \Vert p)$。前一部分与模型无关；后一部分从不为负，只有 $p = t$ 时才为零（第 04 课）。
#
# $V = 10$ 时，目标是一个 0.91 和九个 0.01。下限为 $-0.91 \ln 0.91 - 9 \cdot 0.01 \ln 0.01 = 0.086 + 0.414 = 0.50$ 奈特，此时 logit 之差是 $\ln(0.91/0.01) = \ln 91 = 4.5$。
#
# 不做平滑，损失就是 $-\log p_{\text{right}}$，正确的 logit 每增大一点，它就再降一点：差会一直增长，只是越来越慢。所以损失停在 0.50，并不说明还缺什么：比较模型，要看普通的交叉熵。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · Make it read the order
#
# Section 11 found that the translator hardly reads the order of the English words, because its phrases do not force
# it to. Write phrases that do: *the cat sees the dog* and *the dog sees the cat*, with many animals and verbs. Add
# some hundreds to the training, hold others out **as pairs of twins**, and repeat the experiment with shuffled
# words. How often can a translator be right on shuffled twins, at best?
#
# <details><summary>What to expect</summary>
#
# At best half of the time. Shuffled at random, both twins become the same random sentence: whatever the translator
# makes of it is right for at most one of the two. On the twins as they stand a model that reads the order can be
# right on all, and one that does not is at a half again; so the **gap** between unshuffled and shuffled tells how
# much it reads.
#
# Keep both twins on one side of the split, else the model meets the answer's other half in training and you measure
# memory. Expect the gap on your twins to grow with their share in training, and the old phrases to suffer little:
# they leave the order free, and using it costs them nothing. If the gap does not grow, look first whether positions
# reach the attention at all, then train longer.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="901a8b2a"
# ### 开放题 2 · 逼它读词序
#
# 第 11 节发现，这个翻译器几乎不读英文的词序，因为那些短语并不逼它读。请写一些非看不可的句子：*the cat sees the dog* 和 *the dog sees the cat*，换上各种动物和动词。把几百句加入训练，另留出一些，**成对留出**，再做一遍打乱单词的实验。词打乱之后，翻译器在这些成对的句子上最多能对多少？
#
# <details><summary>大致会怎样</summary>
#
# 最多一半。随机打乱以后，一对里的两句变成了同一个随机的句子，不管翻译器怎么译，至多对其中一句。不打乱时，会读词序的模型可以全对，不读词序的仍然只有一半；所以打乱前后的**差距**，就说明词序对它起了多大作用。
#
# 一对句子要放在划分的同一边，否则模型在训练中见过另一句，测到的就只是记忆。成对的句子在训练中占得越多，差距应当越大；原来的短语受影响应当不大：它们不限定词序，读一读也没有坏处。如果差距没有变大，先查位置信息有没有传到注意力，再考虑多训练一会儿。
#
# </details>
# %% [markdown] id="quiz-intro" lang="en"
# ## 17 · Quiz
# %% [markdown] id="quiz-intro" lang="zh" of="dbb14dd2"
# ## 17 · 测验
# %% [markdown] id="quiz-forcing" lang="en" tags=["quiz"]
# **In training 99% of the characters were right. Sentences of 20 characters come out without a mistake much more rarely. Why?**
# - [ ] The model has overfitted — Perhaps, but the effect is there without it.
# - [x] 0.99 to the power of 20 is 0.82: one slip anywhere spoils the sentence — And after a slip the model goes on from a beginning it never practised on, so slips seldom come alone.
# - [ ] Greedy search is slower than training — Slow is not wrong.
# - [ ] The causal mask is off when it writes — It need not even be on: what is not yet written cannot be seen.
# %% [markdown] id="quiz-forcing" lang="zh" of="5a95329b" tags=["quiz"]
# **训练时 99% 的字都对，可是 20 个字的句子，能一字不错写出来的却少得多。为什么？**
# - [ ] 模型过拟合了 — 也许，但没有过拟合也会这样。
# - [x] 0.99 的 20 次方是 0.82：一处写错，整句就不算全对 — 而且错了之后，就得接着一个从未练习过的开头往下写，错误往往接二连三。
# - [ ] 贪心搜索比训练慢 — 慢不等于错。
# - [ ] 写的时候没有因果掩码 — 写的时候本来就用不着：还没写的，想看也看不见。
# %% [markdown] id="quiz-cache" lang="en" tags=["quiz"]
# **Why may a decoder keep the keys and values of earlier characters, while an encoder reading a growing text may not?**
# - [ ] A decoder is smaller — Size has nothing to do with it.
# - [x] Under the causal mask, an earlier position never learns of a later one, so its vectors stay the same — In an encoder every new word may change all the others.
# - [ ] An encoder has no keys and values — Every attention has.
# - [ ] Keeping them costs too much memory in an encoder — It would cost the same; it would be wrong.
# %% [markdown] id="quiz-cache" lang="zh" of="ec438772" tags=["quiz"]
# **解码器可以把前面各字的键和值存起来，编码器读一段不断变长的文本时却不行。为什么？**
# - [ ] 解码器更小 — 与大小无关。
# - [x] 有因果掩码，前面的位置永远不知道后面的，向量就不会变 — 编码器里，每来一个新词，其他的都可能变。
# - [ ] 编码器没有键和值 — 凡是注意力都有。
# - [ ] 编码器存起来太费内存 — 费的内存一样多，问题是结果会错。
# %% [markdown] id="quiz-residual" lang="en" tags=["quiz"]
# **In a pre-norm model the last operation before the scores is one more norm. What is it for?**
# - [ ] It makes the scores sum to one — The softmax does.
# - [x] The residual path was never normalised: its numbers have grown layer by layer — The picture of section 3 shows it; the last norm brings them back to spread one.
# - [ ] It stops the gradient — It passes it on, scaled.
# - [ ] It is a leftover of post-norm — Post-norm models need none: each layer ends with one.
# %% [markdown] id="quiz-residual" lang="zh" of="4ce55bce" tags=["quiz"]
# **在 Pre-LN 模型里，打分之前还要再归一化一次。这是为什么？**
# - [ ] 让得分之和为 1 — 那是 softmax 的事。
# - [x] 残差路径上的数从未归一化过，一层一层越加越大 — 第 3 节的图就是证据；最后这一次把标准差拉回到 1。
# - [ ] 为了阻断梯度 — 梯度照样通过，只是缩放了。
# - [ ] Post-LN 留下的习惯 — Post-LN 的模型反而不需要：每一层的结尾都有一次。
# %% [markdown] id="quiz-smoothing" lang="en" tags=["quiz"]
# **With smoothing 0.1 a colleague's training loss stops at 0.9 and will not fall. She fears that the model cannot learn the rest. What do you say?**
# - [ ] Train longer — It may help a little, but there is a floor.
# - [x] A smoothed loss has a floor above zero; measure plain cross-entropy or BLEU on held-out text — The target itself has an entropy, and no prediction has a lower loss.
# - [ ] Take smoothing 0.3 — The floor would rise.
# - [ ] The learning rate is too low — Nothing here says so.
# %% [markdown] id="quiz-smoothing" lang="zh" of="b0d2a81a" tags=["quiz"]
# **平滑取 0.1，一位同事的训练损失停在 0.9，再也不降。她担心模型学不会剩下的了。你怎么说？**
# - [ ] 再训练久一点 — 也许有点用，但损失有下限。
# - [x] 平滑过的损失有一个大于零的下限；应当在留出的文本上测普通交叉熵或 BLEU — 目标分布本身有熵，再好的预测，损失也不会低于它。
# - [ ] 把平滑改成 0.3 — 下限会更高。
# - [ ] 学习率太低 — 看不出有这个问题。

# %% [markdown] id="summary" lang="en"
# ## 18 · Summary
#
# - Order is written into the vectors: sines (distance by a dot product), learned rows (none beyond the last), rotations of query
#   and key (distance in every layer). Compute positions in float32.
# - A deep stack learns by its residual path; a norm keeps the numbers in scale, whatever size the branches start with. Pre-norm leaves the residual path free of norms.
# - An encoder layer is two lines; a decoder layer three: back, across, small network. Test that the future cannot be seen.
# - Training gives the right past and asks for the next character: shifted by one, all positions at once. Without the shift it learns to copy.
# - Label smoothing leaves a doubt in the target; warm-up keeps the first steps small.
# - Writing goes one character at a time, by greedy search or beam search; keys and values of the past are cached.
# - BLEU counts shared pieces over a corpus. It compares systems on one test, and says nothing alone.
# - Most parameters of a large Transformer are in its feed-forward networks.
# %% [markdown] id="summary" lang="zh" of="36d3ef83"
# ## 18 · 小结
#
# - 次序要写进向量：正弦（点积只取决于距离）、可学习的位置编码（最后一行之外没有）、旋转查询和键（每一层都知道距离）。位置要用 float32 计算。
# - 深层网络能训练，靠的是残差路径；不管支路的初值多大，归一化都让数值保持合适的大小。Pre-LN 不在残差路径上做归一化。
# - 编码器层两行；解码器层三行：因果自注意力、看向编码器输出的交叉注意力、前馈网络。要检验它看不到未来。
# - 训练时给正确的前文，问下一个字：错开一位，所有位置同时算。不错开，学会的只是照抄。
# - 标签平滑让目标留一点余地，预热让头几步走得小。
# - 生成译文一次一个字，可以用贪心搜索，也可以用束搜索；前面的键和值存入缓存。
# - BLEU 在语料上统计相同的片段。它能在同一个测试集上比较系统，单独一个数说明不了什么。
# - 大 Transformer 的参数大部分在前馈网络里。

# %% [markdown] id="faq" lang="en"
# ## 19 · Questions that come up
#
# **Why characters for Chinese and words for English?** In our phrases both are few. On 20,000 real sentences characters did no worse
# than subwords, rather better (section 14); with millions of sentences nearly everybody takes subwords on both sides.
#
# **Which positional encoding should I take?** For a new model today, rotary. For sentences of one length, all three do.
#
# **Why is the embedding multiplied by √d?** Its rows are drawn with length about 1, while a position's sines and cosines have length
# $\sqrt{d/2}$. Without the factor the place would drown the word.
#
# **Is teacher forcing cheating?** It makes training parallel, at a price: the model never practises going on after a mistake of its own.
# For translation the price is small; for long texts it shows.
#
# **Do I need an encoder at all?** A decoder alone can read the source as the beginning of one long text: that is how chat
# models translate. With little data, the two halves are the better start: every source word sees the whole source.
#
# **When is a translation good?** When people who know both languages say so. BLEU is a cheap stand-in, and newer measures that
# compare meanings (such as COMET) agree with people better.
# %% [markdown] id="faq" lang="zh" of="43773b12"
# ## 19 · 常见问题
#
# **为什么中文用字、英文用词？** 在我们的短语里，两者都不多。在两万个真实句子上，用字并不比用子词差，反倒好些（第 14 节）；
# 到了几百万句，几乎人人两边都用子词。
#
# **该用哪种位置编码？** 今天要造新模型，用旋转位置编码。句子长度差不多时，三种都行。
#
# **嵌入为什么要乘以 √d？** 它的各行初始长度约为 1，而位置的正弦余弦长度是 $\sqrt{d/2}$。不乘的话，位置就把词淹没了。
#
# **教师强制算不算作弊？** 它让训练可以并行，代价是：模型从没练习过自己写错之后怎样往下写。翻译时代价很小，写长文时就看得出来了。
#
# **编码器非要不可吗？** 单用解码器，把源句当作一篇长文的开头来读也可以，对话模型就是这样翻译的。
# 数据少的时候，分成编码器和解码器更好：源句的每个词都能看到整个源句。
#
# **怎样才算译得好？** 懂两种语言的人说好，才是好。BLEU 是便宜的替代指标；新一些的、比较意思的指标（如 COMET）与人的判断更一致。

# %% [markdown] id="references" lang="en"
# ## 20 · References
#
# - A. Vaswani et al. (2017). *Attention is all you need.* NeurIPS. arXiv:1706.03762.
# - K. He, X. Zhang, S. Ren, J. Sun (2016). *Deep residual learning for image recognition.* CVPR. arXiv:1512.03385.
# - J. L. Ba, J. R. Kiros, G. E. Hinton (2016). *Layer normalization.* arXiv:1607.06450.
# - D. Balduzzi et al. (2017). *The shattered gradients problem: if resnets are the answer, then what is the question?* ICML. arXiv:1702.08591.
# - H. Zhang, Y. N. Dauphin, T. Ma (2019). *Fixup initialization: residual learning without normalization.* ICLR. arXiv:1901.09321.
# - R. Xiong et al. (2020). *On layer normalization in the Transformer architecture.* ICML. arXiv:2002.04745.
# - J. Su et al. (2021). *RoFormer: enhanced Transformer with rotary position embedding.* arXiv:2104.09864.
# - C. Szegedy et al. (2016). *Rethinking the Inception architecture for computer vision* (label smoothing). CVPR. arXiv:1512.00567.
# - R. J. Williams, D. Zipser (1989). *A learning algorithm for continually running fully recurrent neural networks* (teacher forcing). Neural Computation 1(2).
# - K. Papineni, S. Roukos, T. Ward, W.-J. Zhu (2002). *BLEU: a method for automatic evaluation of machine translation.* ACL.
# - M. Post (2018). *A call for clarity in reporting BLEU scores.* WMT. arXiv:1804.08771.
# - Y. Wu et al. (2016). *Google's neural machine translation system.* arXiv:1609.08144.
# - J. Devlin, M.-W. Chang, K. Lee, K. Toutanova (2019). *BERT.* NAACL. arXiv:1810.04805.
# - A. Rush (2018). *The annotated Transformer.* ACL workshop for NLP open source software.
# %% [markdown] id="references" lang="zh" of="bdfabd27"
# ## 20 · 参考文献
#
# - A. Vaswani et al. (2017). *Attention is all you need.* NeurIPS. arXiv:1706.03762.
# - K. He, X. Zhang, S. Ren, J. Sun (2016). *Deep residual learning for image recognition.* CVPR. arXiv:1512.03385.
# - J. L. Ba, J. R. Kiros, G. E. Hinton (2016). *Layer normalization.* arXiv:1607.06450.
# - D. Balduzzi et al. (2017). *The shattered gradients problem: if resnets are the answer, then what is the question?* ICML. arXiv:1702.08591.
# - H. Zhang, Y. N. Dauphin, T. Ma (2019). *Fixup initialization: residual learning without normalization.* ICLR. arXiv:1901.09321.
# - R. Xiong et al. (2020). *On layer normalization in the Transformer architecture.* ICML. arXiv:2002.04745.
# - J. Su et al. (2021). *RoFormer: enhanced Transformer with rotary position embedding.* arXiv:2104.09864.
# - C. Szegedy et al. (2016). *Rethinking the Inception architecture for computer vision* (label smoothing). CVPR. arXiv:1512.00567.
# - R. J. Williams, D. Zipser (1989). *A learning algorithm for continually running fully recurrent neural networks* (teacher forcing). Neural Computation 1(2).
# - K. Papineni, S. Roukos, T. Ward, W.-J. Zhu (2002). *BLEU: a method for automatic evaluation of machine translation.* ACL.
# - M. Post (2018). *A call for clarity in reporting BLEU scores.* WMT. arXiv:1804.08771.
# - Y. Wu et al. (2016). *Google's neural machine translation system.* arXiv:1609.08144.
# - J. Devlin, M.-W. Chang, K. Lee, K. Toutanova (2019). *BERT.* NAACL. arXiv:1810.04805.
# - A. Rush (2018). *The annotated Transformer.* ACL workshop for NLP open source software.
