# Lesson 09 of "Deep learning for language": how a machine writes. The source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 09 · The language model: how does a machine write?
#
# A language model answers one question: **what comes next?** Answer it well, draw from the answer, ask again, and there is a
# machine that writes. All five of our articles are about large models of this kind, and none of them trains one. In this lesson you
# train three kinds, measure them with one ruler, let them write, and look inside.
#
# **When you have worked through it, you can**
#
# - say what a guess costs in bits, and why perplexities of models with different tokens cannot be compared;
# - train a recurrent network on a text that never ends, and show what is lost when its state is thrown away;
# - build a decoder-only Transformer, check its first loss, and count its parameters;
# - pack documents into rows without letting one read another;
# - set a recurrent network, a Transformer and a counting model against each other at an equal price, and say who wins when;
# - draw text with temperature, top-k, nucleus and min-p, with cached keys and values;
# - measure how much of what a model writes was copied;
# - find the heads that continue a pattern, switch them off, and see what is lost.
#
# **You need** the Transformer of lesson 06, tokens (lesson 01), cross-entropy, Adam and n-grams (lesson 02).
#
# **Mirrors** section 3.2 of the first article, 2 to 5 of the third, 2.1 and 4.1 of the fifth. What they get wrong here (E17 to E21) is
# run and put right.
# %% [markdown] id="title" lang="zh" of="b6f67806"
# # 09 · 语言模型：机器怎样写作？
#
# 语言模型只回答一个问题：**接下来是什么？** 答得好，从答案里抽一个，再问一遍，就得到一台会写作的机器。五篇原文讲的都是这类大模型，
# 却没有一篇真正训练过一个。这一课里，你会训练三种语言模型，用同一个指标衡量，让它们写作，再看看内部是怎么回事。
#
# **学完这一课，你能够**
#
# - 用比特说出一次猜测的代价，并解释词元不同的模型为什么不能比困惑度；
# - 在一篇没有尽头的文字上训练循环网络，并演示丢掉状态会损失什么；
# - 搭出仅解码器的 Transformer，检查它最初的损失，数清它的参数；
# - 把文档排进一行行，又不让一篇偷看另一篇；
# - 在同样的计算预算下比较循环网络、Transformer 和只会计数的模型，并说清什么时候哪一个更好；
# - 用温度、top-k、核采样和 min-p 来抽取文字，并缓存键和值；
# - 测出模型写的东西有多少是照抄的；
# - 找到负责接续重复的注意力头，关掉它们，看看少了什么。
#
# **你需要会** 第 06 课的 Transformer，词元（第 01 课），交叉熵、Adam 和 n 元语法（第 02 课）。
#
# **对应原文**：第一篇的 3.2 节，第三篇的第 2 至 5 节，第五篇的 2.1 和 4.1 节。原文在这一部分的错误（E17 至 E21），我们会逐一运行、改正。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>A decoder is trained with a causal mask and targets shifted by one. How many questions does a sentence of T tokens ask it in one pass?</summary>
#
# As many as there are tokens: every position is asked for the next token, and sees itself and its past alone, so
# that all of them can be computed at once. Read again: {{06 shift}}.
#
# </details>
#
# <details><summary>A model holds 64 tokens equally likely every time. What is its loss in nats, and what its perplexity?</summary>
#
# $\ln 64 = 4.16$ nats and 64: the perplexity is the exponential of the mean loss, among how many equally likely
# tokens it hesitates. Read again: {{02 perplexity}}.
#
# </details>
#
# <details><summary>What does byte-pair encoding make of a word that it has never seen?</summary>
#
# Known pieces, at worst single characters or bytes: nothing is unknown, and strange words cost more tokens. Read
# again: {{01 subwords}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="ca728e54"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>解码器用因果掩码和错开一位的目标来训练。一句 T 个词元的话，一遍之中向它提了多少个问题？</summary>
#
# 有多少词元，就有多少问题：每个位置都要答出下一个词元，又只看得见自己和过去，所以可以一次全部算完。重读：{{06 shift}}。
#
# </details>
#
# <details><summary>一个模型每次都认为 64 个词元同样可能。它的损失是多少奈特，困惑度是多少？</summary>
#
# 损失是 $\ln 64 = 4.16$ 奈特，困惑度是 64：困惑度是平均损失的指数，相当于在多少个等可能的词元之间犹豫。重读：{{02 perplexity}}。
#
# </details>
#
# <details><summary>字节对编码遇到从没见过的词，会怎么办？</summary>
#
# 切成认得的片段，最坏切成单个字符或字节：没有未登录词，只是生僻的词要多花几个词元。重读：{{01 subwords}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>A layer with a residual path adds what it computes to its input. By which number does the gradient go straight back past it, and what is that good for?</summary>
#
# By 1: the derivative of $x + f(x)$ is $1 + f'(x)$, so that the first layers are reached however many stand above
# them. From {{06 depth}}.
#
# </details>
#
# <details><summary>A query may look at nothing, since all its keys are padding. What should attention give, and what do −∞ scores give?</summary>
#
# Zeros: nothing seen, nothing said. Scores of −∞ give 0/0, NaN, and one step of training later it is in every
# weight. From {{05 masks-empty}}.
#
# </details>
#
# <details><summary>A word makes up 0.03 of what is counted in positive reviews and 0.01 of what is counted in negative ones. What is its naive Bayes weight?</summary>
#
# $\ln 0.03 - \ln 0.01 = \ln 3 = 1.10$: each time it stands in a review, the odds for praise are multiplied by
# three. From {{07 bayes}}.
#
# </details>
#
# <details><summary>You make the batches four times as large. How many steps does an epoch have now, and by how much do you raise Adam's rate?</summary>
#
# A quarter as many. Try factors from $\sqrt 4 = 2$ to 4; never compare batch sizes at one fixed rate. From
# {{08 batch}}.
#
# </details>
#
# <details><summary>Early stopping ends a run after its patience is spent. Which weights do you have if you did not ask for the best ones?</summary>
#
# Those of the last epoch, some epochs past the best: `restore_best_weights=True` goes back to it. From
# {{08 early}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="a3129cb1"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>带残差连接的层把算出的结果加到输入上。梯度绕过这一层往回传时，乘的是多少？这有什么用？</summary>
#
# 乘 1：$x + f(x)$ 的导数是 $1 + f'(x)$，所以上面不管叠了多少层，梯度都传得到最前面的层。出自{{06 depth}}。
#
# </details>
#
# <details><summary>一个查询的键全是填充，什么也不许看。注意力应当给出什么？把得分写成 −∞ 会得到什么？</summary>
#
# 应当给出零：什么也没看到，什么也不说。写成 −∞ 会得到 0/0，即 NaN，再训练一步，就传进了所有权重。出自{{05 masks-empty}}。
#
# </details>
#
# <details><summary>一个词在好评的计数里占 0.03，在差评的计数里占 0.01，它的朴素贝叶斯权重是多少？</summary>
#
# $\ln 0.03 - \ln 0.01 = \ln 3 = 1.10$：一篇影评里有它，“是好评”的几率就乘以三。出自{{07 bayes}}。
#
# </details>
#
# <details><summary>批大小变成原来的四倍。一轮还有多少步？Adam 的学习率该提高多少？</summary>
#
# 步数是原来的四分之一。学习率从 $\sqrt 4 = 2$ 倍到 4 倍都试一试；不要在同一个学习率下比较批大小。出自{{08 batch}}。
#
# </details>
#
# <details><summary>早停在耐心值用完之后结束训练。如果没有要求恢复最好的权重，你手里的是哪一轮的？</summary>
#
# 是最后一轮的，离最好的那一轮已经过了几轮：加上 `restore_best_weights=True`，才会回到最好的那一轮。出自{{08 early}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · A game of guessing
#
# Around 1950 Claude Shannon read a sentence to his wife Betty letter by letter, from a book she did not know. Before each letter she had
# to guess it. She was right more often than not: much of what we write is no news to a reader. From such games Shannon estimated that English
# holds between 0.6 and 1.3 **bits** for a letter, where nearly five would be needed if letters were drawn at random.
#
# A language model plays the same game. The better it knows what comes next, the fewer bits it pays. Since then players have changed:
# tables of counts (Shannon himself; lesson 02), a small network over the last few words (2003), recurrent networks (2010), Transformers
# (2018, "GPT"). The game has not.
# %% [markdown] id="background" lang="zh" of="d391086a"
# ## 1 · 一个猜字的游戏
#
# 1950 年前后，香农（Claude Shannon）拿一本妻子 Betty 没读过的书，一个字母一个字母地念给她听。每念一个之前，她都得先猜。她猜对的时候居多：我们写下的东西，
# 大半对读者来说并不新鲜。香农由这样的游戏估计：英语每个字母含 0.6 到 1.3 **比特**；如果字母是随机抽的，则需要将近 5 比特。
#
# 语言模型玩的就是这个游戏：越知道接下来是什么，所需的比特就越少。从那以后，模型换了好几代：计数的表（香农自己就用过，见第 02 课），看前几个词的小网络（2003 年），
# 循环网络（2010 年），Transformer（2018 年的“GPT”）。游戏没有变。

# %% id="imports" tags=["fold"]
import logging
import re
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops

import course_lib.language_model as lm
import course_lib.preprocessing as prep
from course_lib import data, diagrams, display, mlp, plots, transformer
from course_lib.base.errors import DataUnavailable

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its advice about retracing is meant for long loops  # 它关于重复追踪（retracing）的提示只适用于长循环
blue, red, green, grey = "#2b6ca3", "#b5432f", "#3c7d4f", "#8a8a8a"

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "bits": (0, 1, tr("bits", "比特") + "\n" + tr("sections 1–2", "第 1–2 节")),
        "count": (1, 0, tr("counting", "计数") + "\n" + tr("section 3", "第 3 节")),
        "rnn": (1, 1, tr("recurrent", "循环网络") + "\n" + tr("section 4", "第 4 节")),
        "gpt": (1, 2, tr("decoder only", "仅解码器") + "\n" + tr("section 5", "第 5 节")),
        "pack": (2, 2, tr("documents", "文档") + "\n" + tr("section 6", "第 6 节")),
        "race": (2, 1, tr("the race", "比较") + "\n" + tr("section 7", "第 7 节")),
        "write": (3, 1, tr("writing", "写作") + "\n" + tr("sections 8–10", "第 8–10 节")),
        "inside": (3, 2, tr("inside", "内部") + "\n" + tr("section 11", "第 11 节")),
        "verse": (3, 0, tr("poems, stories", "诗与故事") + "\n" + tr("sections 12–13", "第 12–13 节")),
    },
    arrows=[
        ("bits", "count", ""), ("bits", "rnn", ""), ("bits", "gpt", ""), ("gpt", "pack", ""), ("count", "race", ""),
        ("rnn", "race", ""), ("pack", "race", ""), ("race", "write", ""), ("race", "inside", ""), ("race", "verse", ""),
    ],
    english="A map: bits measure a guess; counting, recurrent networks and a Transformer of a decoder alone, whose documents are packed,"
    " meet in a race; then the models write, are looked into, and make poems and stories.",
    chinese="一张路线图：用比特衡量猜测；计数、循环网络和仅解码器的 Transformer（文档要打包）放在一起比较；然后让模型写作，看它的内部，再写诗和故事。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** `quick` trains small models for some seconds each, which is enough to see every effect but one: who wins in the long run. For that
# there are longer runs on record; `full` trains longer here.
# %% [markdown] id="dial" lang="zh" of="3733481c"
# **规模旋钮。** `quick` 只把小模型各训练几秒钟，每种现象都看得到，只差一样：训练更久之后哪一种更好。为此另有更长的训练，都有记录；`full` 则在这里训练得更久。
# %% id="dial-settings" tags=["fold"]
course = dial(  # a cache gains 3 times on TensorFlow, some 40 on JAX, nothing on PyTorch  # 缓存在 TensorFlow 上快 3 倍，在 JAX 上约 40 倍，在 PyTorch 上不快
    settings={
        "smoke": dict(steps=6, batch=4, width=16, layers=1, units=24, row=32, held=600, leak_steps=5,
                      new=24, copied=30, lengths=[16, 32], repeated=12, written=2),
        "quick": dict(steps=80, batch=8, width=64, layers=2, units=122, row=64, held=12_000, leak_steps=150,
                      new=55, copied=100, lengths=[32, 64, 128], repeated=60, written=12),
        "full": dict(steps=5_000, batch=8, width=128, layers=4, units=372, row=128, held=130_000,
                     leak_steps=400, new=200, copied=2_000, lengths=[32, 64, 128],
                     repeated=60, written=200),
    },
    expected={
        "quick": dict(
            perplexity_ratio=(16, 20), bits_ratio=(0.9, 0.95), compressed=(2.0, 2.15), counting=(1.6, 1.7),
            first_loss_above_ln_v=(-0.05, 0.15), counting_bits=(1.6, 1.75), lstm_bits=(2.4, 3.0),
            transformer_bits=(2.4, 3.0), cache_gain=(0.7, 80), second_copy_loss=(0, 0.2),
            best_induction_score=(0.6, 1), poems_in_form=(0.6, 1),
        ),
        "sample": dict(
            perplexity_ratio=(2, 60), bits_ratio=(0.5, 1.3), compressed=(0.2, 3), counting=(0.2, 3),
            first_loss_above_ln_v=(-0.05, 0.15), counting_bits=(0.2, 3), lstm_bits=(0.3, 4),
            transformer_bits=(0.3, 4), cache_gain=(0.7, 80), second_copy_loss=(0, 0.2),
            best_induction_score=(0.6, 1), poems_in_form=(0.6, 1),
        ),
    },
)

# %% [markdown] id="game" lang="en"
# The text is Jane Austen's: six novels, in the public domain. Four are for training, *Northanger Abbey* is for choosing, and
# *Persuasion* is the test. **Whole books are held out.** Had we drawn paragraphs at random, names and scenes of a test paragraph would stand in the training text
# a page before and a page after.
#
# Now play. The next cell shows six places of *Northanger Abbey*. For each write the letter that you expect next (a space
# counts), and how sure you are; what is left of your confidence is spread evenly over the other 26 symbols.
# %% [markdown] id="game" lang="zh" of="7fb0d971"
# 文字取自简·奥斯汀：六部小说，都已进入公有领域。四部用来训练，《诺桑觉寺》用来做选择，《劝导》用来测试。**留出来的是整本书。** 如果随机抽段落，
# 测试段落里的人名和场面，在训练文本里往前或往后翻一页就能找到。
#
# 现在请你来玩。下一格给出《诺桑觉寺》中的六处。请为每一处写下你认为的下一个字母（空格也算），以及你有几分把握；剩下的把握，平均分给其余 26 个符号。
# %% id="game-data"
novels = data.novels.load()  # in the order of publication  # 按发表的先后排列
training_text = "\n".join(novel.text for novel in novels[:-2])
validation_text, test_text = novels[-2].text, novels[-1].text

uses = [tr("training", "训练")] * (len(novels) - 2)
uses += [tr("validation", "验证"), tr("test", "测试")]
display.table(
    [tr("novel", "小说"), tr("used for", "用途"), tr("characters", "字符数")],
    [[novel.title, use, f"{len(novel.text):,}"]
     for novel, use in zip(novels, uses, strict=True)])
# %% id="game-places"
# 26 letters and the space  # 26 个字母和空格
plain = " ".join(re.findall("[a-z]+", validation_text.lower()))
places = [2_000 + 1_357 * number for number in range(6)]
for place in places:
    print(f"…{plain[place - 60 : place]}▁")
# %% id="game-play"
letters = ["e", "e", "e", "e", "e", "e"]  # your guesses …  # 你的猜测……
sure = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1]  # … and how sure you are: from 0 to 1  # ……以及把握有多大：从 0 到 1

bits = []
for place, letter, chance in zip(places, letters, sure, strict=True):
    right = plain[place]
    probability = chance if letter == right else (1 - chance) / 26
    bits.append(-np.log2(max(probability, 1e-9)))
    print(f"{right!r}  {bits[-1]:.2f} {tr('bits', '比特')}")
print(f"{np.mean(bits):.2f}")
# %% [markdown] id="game-reading" lang="en"
# Whoever gives all 27 symbols the same chance pays $\log_2 27 = 4.75$ bits a letter. Whoever is right and sure pays nearly nothing, and whoever is wrong and sure pays much:
# saying 0.99 for the wrong letter costs more than 11 bits. **Bits reward honest doubt**, and therefore a model that is trained on them learns
# to be as sure as it has reason to be.
# %% [markdown] id="game-reading" lang="zh" of="43114919"
# 给 27 个符号同样的概率，每个字母的代价是 $\log_2 27 = 4.75$ 比特。猜得准又有把握，代价几乎为零；猜错了还很有把握，代价就大了：
# 给错误的字母 0.99，代价在 11 比特以上。**这样的计分鼓励如实表达把握**，所以用它来训练的模型，会学到该有几分把握就有几分。

# %% [markdown] id="bits" lang="en"
# ## 2 · What a guess costs
#
# Take a language of four symbols with the probabilities ½, ¼, ⅛, ⅛. A good code gives frequent symbols short words: `0`, `10`, `110`, `111`. On
# average it needs
#
# $$ H(p) = -\sum_{s} p(s) \log_2 p(s) = \tfrac12 \cdot 1 + \tfrac14 \cdot 2 + \tfrac18 \cdot 3 + \tfrac18 \cdot 3 = 1.75 \text{ bits.} \tag{1} $$
#
# That is the **entropy** of the language: no code needs less. We do not know $p$; we have a model $q$ and a text of $T$ tokens, $x_1 \dots x_T$. What the model pays for
# it is the **cross-entropy**, the loss (6) of lesson 02 with another logarithm; and $2$ to the power of it is the **perplexity**:
#
# $$ H_q(x) = -\frac1T \sum_{t=1}^{T} \log_2 q(x_t \mid x_1 \dots x_{t-1}), \qquad \mathrm{PPL} = 2^{H_q(x)}. \tag{2} $$
#
# One term of the sum, what a single token costs, is its **surprisal**. Keras takes natural logarithms, and the unit is then the **nat**: 1 bit is $\ln 2 = 0.693$ nats.
# So code that counts in nats gets the perplexity as $e$ to the power of their mean, and bits by dividing nats by $\ln 2$.
#
# The sum runs over the **tokens of the text** alone. The third article writes $-\sum_i y_i \log \hat y_i$ and does not say over what (E21). Inside the formula
# one sums over the vocabulary, where $y$ is 1 for the right token and 0 for the others, so a single term is left. Outside it one takes the mean over all
# tokens that are not padding.
# %% [markdown] id="bits" lang="zh" of="a4dfa0fd"
# ## 2 · 一次猜测的代价
#
# 设一种语言只有四个符号，概率是 ½、¼、⅛、⅛。好的编码给常见的符号短的码字：`0`、`10`、`110`、`111`。平均需要
#
# $$ H(p) = -\sum_{s} p(s) \log_2 p(s) = \tfrac12 \cdot 1 + \tfrac14 \cdot 2 + \tfrac18 \cdot 3 + \tfrac18 \cdot 3 = 1.75 \text{ 比特。} \tag{1} $$
#
# 这就是这种语言的**熵**：没有哪种编码能更省。真实的 $p$ 我们并不知道，手里只有模型 $q$ 和一段 $T$ 个词元的文字 $x_1 \dots x_T$。模型的平均代价是**交叉熵**，
# 也就是第 02 课的损失 (6)，只是换了对数的底；以 $2$ 为底、以它为指数的幂，就是**困惑度**：
#
# $$ H_q(x) = -\frac1T \sum_{t=1}^{T} \log_2 q(x_t \mid x_1 \dots x_{t-1}), \qquad \mathrm{PPL} = 2^{H_q(x)}. \tag{2} $$
#
# 求和式里的一项，即单个词元的代价，叫做它的**惊讶度**（surprisal）。Keras 用的是自然对数，单位就成了**奈特**：1 比特等于 $\ln 2 = 0.693$ 奈特。
# 所以按奈特计算的代码，困惑度是 $e$ 的“平均奈特数”次方，比特数则是奈特数除以 $\ln 2$。
#
# 求和只对**文字里的词元**进行。第三篇文章写的是 $-\sum_i y_i \log \hat y_i$，却没说 $i$ 取遍什么（E21）：式子里面是对词表求和，$y$ 在正确的词元处是 1，
# 其余是 0，所以只剩一项；式子外面，则是对所有不是填充的词元求平均。
# %% id="bits-by-hand" slide="code"
p = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8])  # the language  # 语言本身
q = np.array([1 / 4, 1 / 4, 1 / 4, 1 / 4])  # a model that knows nothing of it  # 对它一无所知的模型

entropy = 0.0
for chance in p:
    entropy -= chance * np.log2(chance)  # (1)
assert entropy == lm.entropy(p) == 1.75
print(tr("entropy", "熵"), entropy, tr("the model pays", "模型的代价"), -(p * np.log2(q)).sum())

text = [0, 0, 1, 3]  # four symbols; what each model pays for them, (2)  # 四个符号；各模型的代价，(2) 式
for name, model in {"p": p, "q": q}.items():
    paid = -np.log2(model[text]).mean()
    print(f"{name}: {paid:.2f} {tr('bits, perplexity', '比特，困惑度')} {2**paid:.2f}")
# %% [markdown] id="tokens-predict" lang="en" tags=["predict"]
# **Before you run it.** The third article says that perplexity "reflects how far a model understands the text" (E18). The next cells fit the *same* counting model, Kneser–Ney (lesson 02), to the same text
# three times: on characters, on 512 tokens of byte-pair encoding (lesson 01) and on 2,048. Which will have the lowest perplexity? Which one understands most?
#
# > Characters have by far the lowest perplexity, because a choice among 80 symbols is easier than one among 2,000. But there are more of them to
# > be guessed. Per **byte** of text the order is turned around: the model with the "worst" perplexity pays least.
# %% [markdown] id="tokens-predict" lang="zh" of="f8cbea2f" tags=["predict"]
# **先猜，再运行。** 第三篇文章说，困惑度“反映模型对文本的理解程度”（E18）。下面几格把“同一种”计数模型 Kneser–Ney（第 02 课）在同样的小说上拟合三遍：按字符，按字节对编码（第 01 课）的 512 个词元，
# 按 2,048 个词元。哪一个困惑度最低？哪一个最“理解”文本？
#
# > 按字符的困惑度低得多，因为在 80 个符号里挑一个，比在 2,000 个里挑一个容易。可是要猜的次数也多。按文字的**每个字节**来算，次序就颠倒过来：
# > 困惑度“最差”的那个，代价最小。
# %% [markdown] id="bytes" lang="en"
# The cure is to divide what was paid for the whole text by something that is the same for every model, its **bytes**:
#
# $$ \text{bits per byte} = \frac{-\sum_t \log_2 q(x_t \mid x_1 \dots x_{t-1})}{\text{bytes of the text in UTF-8}}. \tag{3} $$
# %% [markdown] id="bytes" lang="zh" of="ffe026ee"
# 办法是：把整篇文字的总代价，除以一个对所有模型都相同的数，即文字的**字节数**：
#
# $$ \text{每字节比特} = \frac{-\sum_t \log_2 q(x_t \mid x_1 \dots x_{t-1})}{\text{文字的 UTF-8 字节数}}. \tag{3} $$
# %% id="tokens-counted"
def counted(encode, size, order):
    tr("""Fit Kneser–Ney to the training novels -> the nats of each token
    of the validation novel""",
       """用训练小说拟合 Kneser–Ney -> 验证小说每个词元的奈特数""")
    known, held = encode(training_text[:1_000_000]), encode(validation_text)
    contexts, targets = mlp.contexts_and_targets([known], order)
    model = lm.ModifiedKneserNey(contexts, targets, size, order)
    return model.surprisals(*mlp.contexts_and_targets([held], order))
# %% id="tokens-cuts"
tokens = lm.recorded_tokens()  # 2,048, from the training novels  # 2,048 个，取自训练小说
alone = len(tokens) - len(tokens.merges)  # bytes, characters; then merges  # 先是字节和字符，后是合并
fewer = prep.BytePairEncoding(
    tokens.tokens[:512], tokens.merges[: 512 - alone])
characters = prep.Vocabulary.build([list(training_text)])

cuts = {
    tr("characters", "字符"):
        (lambda text: characters.encode(list(text)), len(characters)),
    tr("512 tokens", "512 个词元"):
        (lambda text: fewer.to_ids(fewer.encode(text)), 512),
    tr("2,048 tokens", "2,048 个词元"):
        (lambda text: tokens.to_ids(tokens.encode(text)), len(tokens)),
}
# %% id="tokens-run"
rows, perplexities, per_byte = [], [], []
for name, (encode, size) in cuts.items():
    nats = counted(encode, size, order=5)
    perplexities.append(np.exp(nats.mean()))  # (2)
    per_byte.append(lm.bits_per_byte(nats.sum(), validation_text))  # (3)
    rows.append([name, f"{perplexities[-1]:.1f}", f"{per_byte[-1]:.3f}"])
display.table([tr("tokens", "词元"), tr("perplexity", "困惑度"),
               tr("bits per byte", "每字节比特")], rows)
course.report("perplexity_ratio", perplexities[2] / perplexities[0])
course.report("bits_ratio", per_byte[2] / per_byte[0])

# %% [markdown] id="yardsticks" lang="en"
# ## 3 · Two yardsticks without a network
#
# Before anything is trained, know what costs no training. A **compressor** plays Shannon's game, too: a file that `xz` makes half as long was guessed
# at four bits a byte. We let it read the training novels first, then ask how many bytes more it needs for the held-out one.
#
# The other yardstick is among the best that **counting** has to offer, Kneser–Ney (lesson 02) in its modified form. It looks at the last $n - 1$ tokens, the context $c$. Let $n(\cdot)$ say how often something stands in the
# training text. Much of what was seen once is chance, so something is taken off every count and given to the shorter context:
#
# $$ p(w \mid c) = \frac{n(c\,w) - D(n(c\,w))}{n(c)} + \lambda(c)\, p(w \mid c'), \tag{4} $$
#
# where $c'$ is the context without its first token and $\lambda(c)$ the share that was taken off. *Modified* means that the discount $D$ is not one number but three: for n-grams seen once,
# twice, more often. They follow from how many n-grams were seen once, twice, three and four times; nothing is tuned.
# %% [markdown] id="yardsticks" lang="zh" of="68f59f89"
# ## 3 · 两个不用网络的基线
#
# 训练之前，先弄清楚不训练能做到什么程度。**压缩程序**也在玩香农的游戏：`xz` 把一个文件压到一半，等于每个字节只用四比特。我们让它先读训练用的小说，再看留出的那一部还要多少字节。
#
# 另一个基线靠**计数**，是计数方法里最好的几种之一：Kneser–Ney（第 02 课）的改进版。它看前 $n - 1$ 个词元，即上文 $c$。用 $n(\cdot)$ 表示在训练文本里出现的次数。只见过一次的，很多是偶然，
# 所以每个计数都打一点折扣，省下来的交给更短的上文：
#
# $$ p(w \mid c) = \frac{n(c\,w) - D(n(c\,w))}{n(c)} + \lambda(c)\, p(w \mid c'), \tag{4} $$
#
# 其中 $c'$ 是去掉第一个词元的上文，$\lambda(c)$ 是省下来的那一份。所谓“改进”，是说折扣 $D$ 不是一个数，而是三个：见过一次的、两次的、更多次的各用一个。
# 它们由见过一次、两次、三次、四次的 n 元语法各有多少种算出来，什么也不用调。
# %% id="yardsticks-ids"
def ids_of(text):
    return np.array(tokens.to_ids(tokens.encode(text)))


separator = len(tokens)  # one id more: a text begins  # 多一个编号：文本开始
size = len(tokens) + 1
known, held = ids_of(training_text), ids_of(validation_text)
print(tr("tokens:", "词元数："), f"{len(known):,}", f"{len(held):,}")
# %% id="yardsticks-run"
packed = lm.compressed_bits_per_byte(
    validation_text, primed_with=training_text)
rows = [["xz", f"{packed:.3f}", ""]]
for order in (2, 3, 5):
    started = time.process_time()
    contexts, targets = mlp.contexts_and_targets([known], order)
    table = lm.ModifiedKneserNey(contexts, targets, size, order)
    nats = table.surprisals(*mlp.contexts_and_targets([held], order))
    counting = lm.bits_per_byte(nats.sum(), validation_text)
    elapsed = time.process_time() - started
    rows.append([f"Kneser–Ney, n = {order}", f"{counting:.3f}",
                 f"{elapsed:.1f}"])

display.table([tr("yardstick", "基线"), tr("bits per byte", "每字节比特"),
               tr("seconds", "秒")], rows)
course.report("compressed", packed)
course.report("counting", counting)
# %% id="yardsticks-by-hand"
once, _, often = table.discounts[-1]  # D for n = 5  # n = 5 时的 D
# after one context: a token four times, six others once  # 某个上文之后：一个词元四次，另六个各一次
followed = np.array([4, 1, 1, 1, 1, 1, 1])
taken = np.where(followed == 1, once, often)
first_term = (followed - taken) / followed.sum()
print(first_term.round(3), "λ", round(taken.sum() / followed.sum(), 3))  # (4)
# %% [markdown] id="yardsticks-reading" lang="en"
# What was seen once keeps next to nothing, and most of the probability goes to shorter contexts. From one token of context to two the table gains a lot, from two to four little: long pieces hardly ever come twice.
#
# So a network has to get below the last line of the table to be worth its electricity. On this page it will not; keep that in mind when somebody
# shows a model without a yardstick.
# %% [markdown] id="yardsticks-reading" lang="zh" of="07c55a9a"
# 只见过一次的几乎什么也留不下，大部分概率交给了更短的上文。上文从一个词元加到两个，好处很大；从两个加到四个，就没多少了：长的片段几乎不会出现第二次。
#
# 可见网络要低于表里的最后一行，才值得训练。在这一页上它做不到；以后有人只报告模型、不报告基线，请想起这一点。

# %% [markdown] id="recurrent" lang="en"
# ## 4 · Networks with a memory
#
# A table looks back four tokens. A **recurrent network** (lesson 05) keeps a state $h\colon (u,)$, and renews it with the vector $x_t\colon (d,)$ of every token it reads:
#
# $$ h_t = \tanh(W x_t + U h_{t-1} + b), \qquad W\colon (u, d),\quad U\colon (u, u). \tag{5} $$
#
# Everything it knows of the past is in $h$. The GRU (lesson 05) and the LSTM (lesson 07) guard the state with **gates**,
# numbers between 0 and 1 that say how much passes ($\sigma$ is the sigmoid, $\odot$ multiplies entry by entry). The LSTM keeps a second state $c$ beside $h$. Its input gate $i$ says how much is written, its forget gate $f$ how much is kept, its output gate $o$ how much is shown; each has matrices of its own:
#
# $$ \begin{aligned} i, f, o &= \sigma(W_{i,f,o}\, x_t + U_{i,f,o}\, h_{t-1} + b_{i,f,o}), \qquad \tilde c = \tanh(W_c x_t + U_c h_{t-1} + b_c),\\ c_t &= f \odot c_{t-1} + i \odot \tilde c, \qquad h_t = o \odot \tanh(c_t). \end{aligned} \tag{6} $$
#
# Look at $c_t$: where the forget gate is 1 and the input gate is 0, the old state **passes unchanged**. The GRU makes do with one state and two gates,
# $z$ and $r$: $h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$, where $\tilde h$ is (5) with $r \odot h_{t-1}$ in place of $h_{t-1}$.
#
# The next cell sends one signal through (5) and (6). Its weights are set by hand: the input gate opens for the signal alone, the other two gates stay nearly open.
# %% [markdown] id="recurrent" lang="zh" of="ea223d1f"
# ## 4 · 有记忆的网络
#
# 计数的表只往回看四个词元。**循环网络**（第 05 课）有一个状态 $h\colon (u,)$，每读一个词元，就用它的向量 $x_t\colon (d,)$ 更新一次：
#
# $$ h_t = \tanh(W x_t + U h_{t-1} + b), \qquad W\colon (u, d),\quad U\colon (u, u). \tag{5} $$
#
# 它对过去所知的一切，都在 $h$ 里。GRU（第 05 课）和 LSTM（第 07 课）用**门**来控制状态：门是 0 到 1 之间的数，决定让多少通过
# （$\sigma$ 是 sigmoid 函数，$\odot$ 是逐项相乘）。LSTM 在 $h$ 之外还有第二个状态 $c$：输入门 $i$ 决定写进多少，遗忘门 $f$ 决定保留多少，输出门 $o$ 决定输出多少，每个门各有自己的矩阵：
#
# $$ \begin{aligned} i, f, o &= \sigma(W_{i,f,o}\, x_t + U_{i,f,o}\, h_{t-1} + b_{i,f,o}), \qquad \tilde c = \tanh(W_c x_t + U_c h_{t-1} + b_c),\\ c_t &= f \odot c_{t-1} + i \odot \tilde c, \qquad h_t = o \odot \tanh(c_t). \end{aligned} \tag{6} $$
#
# 看 $c_t$ 这一式：遗忘门为 1、输入门为 0 的地方，旧状态**原样通过**。GRU 只用一个状态和两个门 $z$、$r$：
# $h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$，其中 $\tilde h$ 就是把 (5) 式里的 $h_{t-1}$ 换成 $r \odot h_{t-1}$。
#
# 下一格让一个信号通过 (5) 和 (6)。权重是手工设的：输入门只在信号到来时打开，另外两个门差不多一直开着。
# %% id="recurrent-by-hand" slide="code"
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


W, U, b = 0.5, 1.0, 0.0  # one unit: weights are numbers  # 只有一个单元，权重就是数
simple, hidden, cell = 0.0, 0.0, 0.0
# one signal, then silence  # 一个信号，此后寂静
for step, x in enumerate([2.0, 0.0, 0.0, 0.0, 0.0]):
    simple = np.tanh(W * x + U * simple + b)  # (5)
    i, f, o = sigmoid(4 * x - 4), sigmoid(4.0), sigmoid(4.0)
    candidate = np.tanh(W * x + U * hidden + b)
    cell = f * cell + i * candidate  # (6)
    hidden = o * np.tanh(cell)
    print(step, f"RNN {simple:.3f}   LSTM {hidden:.3f}")
# %% [markdown] id="gradient" lang="en"
# The simple network forgets its one signal although its weight $U$ is 1: each tanh takes something off. Training has the same trouble **backwards**. The gradient that
# tells the network what it should have remembered from $k$ steps ago passes through $k$ steps. It is multiplied $k$ times by $\mathrm{diag}(1 - h^2)\,U$, and dies
# out or blows up.
#
# The next cells measure $\lVert \partial h_T / \partial h_{T-k} \rVert$, how much the last state moves with the one $k$ steps before, in networks that were just initialised. The simple one comes twice: its $U$ made smaller (× 0.7) and larger (× 1.5) than Keras draws it.
# %% [markdown] id="gradient" lang="zh" of="96891279"
# 简单循环网络的权重 $U$ 明明是 1，还是把唯一的信号忘了：每过一次 tanh，就少一点。训练时，**反向传播**也有同样的问题。要告诉网络 $k$ 步之前本该记住什么，梯度得穿过 $k$ 步，
# 被 $\mathrm{diag}(1 - h^2)\,U$ 连乘 $k$ 次，不是消失，就是爆炸。
#
# 下面几格对刚初始化的网络，测量 $\lVert \partial h_T / \partial h_{T-k} \rVert$，也就是最后的状态会随 $k$ 步之前的状态变多少。简单循环网络测两次：把 Keras 抽出的 $U$ 缩小（× 0.7）和放大（× 1.5）。
# %% id="gradient-run"
def gradient_sizes(cell, spread=1.0, forget_bias=None):
    tr("""The size of the gradient 0 to 60 steps back, in a fresh network.""",
       """刚初始化的网络里，往回 0 到 60 步的梯度大小。""")
    network = lm.RecurrentLanguageModel(
        size, width=32, units=32, cell=cell, seed=course.seed)
    network.build((None, None))
    layer = network.recurrent_layers[0]
    kernel, recurrent_kernel, bias = layer.get_weights()
    if forget_bias is not None:
        bias[32:64] = forget_bias  # i, f, c, o: 32 numbers each  # i、f、c、o：各 32 个数
    layer.set_weights([kernel, spread * recurrent_kernel, bias])
    return lm.gradient_through_time(network, known[:80], reach=60)
# %% id="gradient-table"
opened = plots.label("LSTM, forget bias 4", "LSTM，遗忘偏置 4")
sizes = {
    "RNN, U × 0.7": gradient_sizes("rnn", spread=0.7),
    "RNN, U × 1.5": gradient_sizes("rnn", spread=1.5),
    "GRU": gradient_sizes("gru"),
    "LSTM": gradient_sizes("lstm"),
    opened: gradient_sizes("lstm", forget_bias=4.0),
}
display.table([tr("network", "网络"), "k = 1", "k = 10", "k = 60"],
              [[name, *(f"{values[k]:.1e}" for k in (1, 10, 60))]
               for name, values in sizes.items()])
# %% id="gradient-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.4))
for (name, values), color, style in zip(sizes.items(), (grey, red, green, blue, blue), ("-", "--", "-.", ":", "-"), strict=True):
    axis.semilogy(np.maximum(values, 1e-12), style, color=color, lw=2, label=name)
axis.axhline(1, color="black", lw=0.6)
axis.set(xlabel=plots.label("steps back, k", "往回 k 步"), ylabel=plots.label("size of the gradient", "梯度的大小"), ylim=(1e-10, 1e6))
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "Size of the gradient against the number of steps back, on a logarithmic axis: a simple network falls or rises by a constant factor, a fresh GRU falls as fast, an LSTM more slowly, and in one whose forget gates begin open it does not die out.",
    "梯度大小随往回步数的变化，纵轴为对数：简单循环网络每步按固定倍数下降或上升，刚初始化的 GRU 降得一样快，LSTM 慢一些，遗忘门一开始就打开的 LSTM 则不消失。",
)
# %% [markdown] id="gradient-reading" lang="en"
# On a logarithmic axis the lines are nearly straight: each step multiplies by about the same factor. With small first weights the simple network forgets; with large ones its gradient grows.
# But look at the gated ones. A fresh GRU is **no better**: its gates stand at one half, so half of the past is lost at every step. The LSTM falls more slowly, because Keras sets the forget gates' first bias to 1;
# with a bias of 4 they let 98% pass, and the gradient no longer dies out. Gates do not help by being there. They help because they **can be opened**, and training can open them where it pays.
# %% [markdown] id="gradient-reading" lang="zh" of="e21525d2"
# 纵轴取对数之后，各条线几乎是直的：每一步都乘上差不多的倍数。简单循环网络初值小，就遗忘；初值大，梯度就越来越大。再看带门的：刚初始化的 GRU **并不更好**：它的门半开着，每一步都丢掉一半过去。
# LSTM 降得慢一些，因为 Keras 把遗忘门偏置的初值设为 1；设为 4，门就放过 98%，梯度不再消失。门之所以有用，不在于有门，而在于门**打得开**：哪里值得，训练就可以在哪里把它打开。
# %% [markdown] id="clipping" lang="en"
# Against the explosion there is a simple remedy: when the gradient $g$ of all weights together is longer than a limit $\theta$, **shorten** it, and leave its direction alone:
#
# $$ g \leftarrow g \cdot \min\!\left(1, \frac{\theta}{\lVert g \rVert}\right). \tag{7} $$
#
# With $\theta = 1$ the gradient $(3, 4)$, whose length is 5, becomes $(0.6, 0.8)$, and $(0.3, 0.4)$ stays. (You write it in exercise 3; in Keras it is `global_clipnorm`.)
#
# Against the vanishing nothing so simple helps. Nor can one go back through a whole novel at every
# step: training cuts the text into pieces of, say, 64 tokens and goes back within a piece only. That is **truncated backpropagation through time**. The *state*, though,
# need not stop at the cut: it can be handed on from piece to piece, as a reader carries her memory over a page break.
#
# `lm.pack` cuts the novels into such rows, each token with the one that follows it as its target; section 6 looks at it closely.
# %% [markdown] id="clipping" lang="zh" of="7bed2f04"
# 对付爆炸，有个简单的办法：所有权重的梯度合起来记作 $g$，如果长度超过上限 $\theta$，就把它**缩短**，方向不变：
#
# $$ g \leftarrow g \cdot \min\!\left(1, \frac{\theta}{\lVert g \rVert}\right). \tag{7} $$
#
# 取 $\theta = 1$，长度为 5 的梯度 $(3, 4)$ 变成 $(0.6, 0.8)$，而 $(0.3, 0.4)$ 保持不变。（练习 3 由你来写；在 Keras 里叫 `global_clipnorm`。）
#
# 对付消失，就没有这么简单的办法。也不可能每一步都穿过整部小说往回走：训练时把文字切成小段，比如每段 64 个词元，
# 只在段内往回走，这叫**截断的时间反向传播**。但“状态”不必停在切口上：它可以从一段传到下一段，就像读者翻页时不会忘掉上一页。
#
# `lm.pack` 把小说切成这样的一行行，每个词元的目标是它后面的那个词元；第 6 节再细看。
# %% [markdown] id="carry-predict" lang="en" tags=["predict"]
# **Before you run it.** Two LSTMs train on the same pieces in the same order. One hands its state on; the other, a common bug, begins every piece with an empty one.
# Then both read passages four times as long as a piece. Sketch what a token costs at the beginning of a passage, up to the length of one piece, and beyond it. Where will the two differ?
#
# > Both pay much for the first tokens, before which they have read nothing, and are level after some ten. Up to the length of a piece the two are close, and so are their training losses: nothing there points at the bug. Beyond it the first goes on as before.
# > The other is where it has never been, for in training none of its states was older than one piece. With some seeds it goes on as if nothing were; with others the state runs away, and a token costs more than a blind guess. A bug that shows in some runs only is the worst kind.
# %% [markdown] id="carry-predict" lang="zh" of="9281dfd8" tags=["predict"]
# **先猜，再运行。** 两个 LSTM 用同样的小段、同样的次序训练。一个把状态传下去；另一个犯了常见的错，每一段都从空状态开始。然后两个都去读四段那么长的片段。
# 请画一画：片段开头、第一段以内、超出一段之后，每个词元的损失各是多少？两个网络会在哪里开始不同？
#
# > 开头的几个词元，两个的损失都很大，因为前面什么也没读过；十来个之后就平了。在一段的长度以内，两者很接近，训练损失也相差不大：从那里看不出错误。超出一段之后，第一个照常读下去。
# > 另一个到了从没到过的地方，因为训练时它的状态从来没有超过一段那么久。换几个种子，有时它照常读下去；有时状态失控，每个词元的损失比均匀猜测还大。只在一部分运行里才露面的错误，最难对付。
# %% id="carry-rows"
training_rows = lm.pack([known], course.row, separator)
held_ids = np.array([separator, *held[: course.held]])
held_bytes = len(tokens.decode(held[: course.held]).encode())
print(tr("rows, length:", "行数、行长："), training_rows.token_ids.shape)


def lstm():
    return lm.RecurrentLanguageModel(
        size, course.width, course.units, "lstm", seed=course.seed)
# %% id="carry-run"
carried, emptied = lstm(), lstm()
seconds, rows = {}, []
for model, carry in [(carried, True), (emptied, False)]:
    history = lm.train_language_model(
        model, training_rows, course.steps, batch_size=course.batch,
        learning_rate=3e-3, carry=carry, seed=course.seed)
    seconds[model] = history["processor_seconds"][-1]
    name = tr("carried", "传递") if carry else tr("emptied", "清空")
    rows.append([name, f"{history['loss'][-1]:.2f}"])
display.table([tr("state", "状态"), tr("training loss", "训练损失")], rows)
# %% id="carry-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.2))
curves = {plots.label("state carried in training", "训练时传递状态"): carried, plots.label("emptied in training", "训练时清空状态"): emptied}
for (name, model), color, style in zip(curves.items(), (blue, red), ("o-", "s--"), strict=True):
    nats = lm.loss_by_position(model, held_ids, 4 * course.row)
    axis.plot(np.arange(4.5, 4 * course.row, 8), nats.reshape(-1, 8).mean(axis=1), style, color=color, lw=1.6, ms=3, label=name)
axis.axvline(course.row, color=grey, ls=":", label=plots.label("length of a piece", "一段的长度"))
axis.axhline(np.log(size), color="black", lw=0.6, label=plots.label("blind guess, ln V", "均匀猜测，ln V"))
axis.set(xlabel=plots.label("position in the passage", "片段内的位置"), ylabel=plots.label("nats per token", "每个词元的奈特"))
axis.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "Nats per token by the position in a passage of four pieces: both networks begin high and are soon level and close to each other up to the length of a piece; beyond it the one trained with its state carried stays level, the other does so with some seeds and rises steeply with others.",
    "每个词元的奈特随片段内位置的变化（片段有四段长）：两个网络开头都高，很快变平，在一段以内相差不大；超出一段，训练时传递状态的保持平稳，另一个有的种子也平稳，有的种子则陡然上升。",
)
# %% [markdown] id="carry-reading" lang="en"
# Left of the dotted line the two are close: after so few steps a state holds little more than the last few words. At the very first tokens the one with the emptied state may even lead, for to begin with nothing is what it practised. Right of it see what your seed brings, and try others: put `course.seed + 1` or `+ 2` for `course.seed` in the two cells above the picture.
# If the dashed line rises, nothing is wrong with the measurement. The network has come to states that it never met in training, and nobody taught it what to say there. So **train as you will measure**: a state that is to be carried must be carried in training.
# %% [markdown] id="carry-reading" lang="zh" of="3d2cf0cc"
# 点线左边，两者很接近：只训练了这么几步，状态里装的不过是最后几个词。最开头的几个词元，清空状态的那个甚至可能领先，因为它练的就是从零开始。点线右边，要看你的种子；不妨换几个试试：在图上面的两格里，把 `course.seed` 改成 `course.seed + 1` 或 `+ 2`。
# 如果虚线往上走，那不是测错了：网络到了训练时从没遇到过的状态，在那里该说什么，谁也没教过它。所以，**怎么测，就怎么训练**：测量时要传递的状态，训练时也要传递。
# %% [markdown] id="decoder" lang="en"
# ## 5 · A decoder, and nothing else
#
# The third article says that large language models consist of an encoder and a decoder (E17). That was lesson 06, a *translator*. To go on with a text there is no
# second text to look across at, so the encoder goes, and with it the cross-attention. What is left of a layer, for vectors $x\colon (T, d)$, is
#
# $$ x \leftarrow x + \mathrm{attention}(\mathrm{norm}(x)), \qquad x \leftarrow x + \mathrm{FFN}(\mathrm{norm}(x)), \tag{8} $$
#
# with layer normalisation, the feed-forward network (FFN) of lesson 06 and the causal mask of lesson 05: position $t$ sees positions up to $t$. GPT, Llama, Qwen, DeepSeek and their kin are stacks of this. (T5 and BART kept both halves;
# BERT is an encoder alone.) One reason why decoders alone won: **every** position of every text is a question and an answer, in one pass, with no labels to be
# made.
#
# Three details are not those of lesson 06's first Transformer. The token vectors serve **twice**, at the entrance and, transposed, as the last matrix ("tied"). Positions are learned
# vectors in GPT and rotations of queries and keys (lesson 06) in today's models. And the norm stands before each half of (8), with one more at the end.
# %% [markdown] id="decoder" lang="zh" of="1899d393"
# ## 5 · 仅解码器模型
#
# 第三篇文章说，大语言模型由编码器和解码器组成（E17）。那是第 06 课，是“翻译器”。续写一篇文字时，旁边没有另一篇可看，所以编码器不要了，交叉注意力也就不要了。对向量 $x\colon (T, d)$，一层只剩下
#
# $$ x \leftarrow x + \mathrm{attention}(\mathrm{norm}(x)), \qquad x \leftarrow x + \mathrm{FFN}(\mathrm{norm}(x)), \tag{8} $$
#
# 用的是层归一化、第 06 课的前馈网络（FFN）和第 05 课的因果掩码：位置 $t$ 只看得到 $t$ 及以前。GPT、Llama、Qwen、DeepSeek 这一类，都是它一层层叠起来的。（T5 和 BART 两半都留着；BERT 只有编码器。）“只用解码器”这条路之所以胜出，
# 原因之一是：任何文字的**每一个**位置都既是问题又是答案，一遍就能全部用上，标签不用人来做。
#
# 还有三处细节，与第 06 课开头的 Transformer 不同。词元向量用**两次**：入口用一次，转置之后再当最后一个矩阵（叫“权重共享”）。位置在 GPT 里是学出来的向量，在今天的模型里是查询和键的旋转（第 06 课）。
# 归一化放在 (8) 式每一半的前面，末尾再加一次。
# %% id="decoder-build"
def decoder(vocabulary_size=size, **changes):
    settings = dict(
        width=course.width, num_layers=course.layers, num_heads=4,
        max_length=course.row, positions="rotary", seed=course.seed)
    settings.update(changes)
    return lm.DecoderLanguageModel(vocabulary_size, **settings)


writer = decoder()
token_ids = training_rows.token_ids[: course.batch]
logits = writer(token_ids)  # (batch, time) -> (batch, time, V)
print(token_ids.shape, "→", tuple(logits.shape))
# %% id="decoder-parameters"
learned = decoder(positions="learned")
learned.build((None, None))
kinds = {tr("rotary", "旋转"): transformer.count_parameters(writer),
         tr("learned", "学习"): transformer.count_parameters(learned)}
parts = {"embeddings": tr("vectors", "向量"),
         "attention": tr("attention", "注意力"),
         "feed-forward": tr("feed-forward", "前馈网络"),
         "normalisation": tr("norms", "归一化")}

rows = []
for kind, counts in kinds.items():
    numbers = [*(counts[part] for part in parts), sum(counts.values())]
    rows.append([kind, *(f"{number:,}" for number in numbers)])
display.table([tr("positions", "位置"), *parts.values(), tr("all", "合计")], rows)
print("LSTM", f"{carried.count_params():,}")
# %% [markdown] id="first-loss" lang="en"
# In so small a model the token vectors are a large part of all weights; learned positions add `max_length` vectors more.
#
# The cheapest test of a new language model takes one batch. It has learnt nothing yet, so it should spread its probability evenly over the $V$ tokens and pay
# $\ln V$ nats. **More** means that its first weights are too large. Can it be **less**? The next cell asks a fresh decoder, and one whose token vectors are twenty times as long. It asks each for the token that comes next, and once without the shift: for the very token that it is reading.
# %% [markdown] id="first-loss" lang="zh" of="3a395d69"
# 模型这么小，词元向量就占了权重的一大部分；学习的位置还要再多出 `max_length` 个向量。
#
# 检验一个新的语言模型，最省事的办法只要一批数据。它还什么都没学，应该把概率平均分给 $V$ 个词元，损失也就是 $\ln V$ 奈特。**更多**，说明初始权重太大。有没有可能**更少**？下一格问一个刚初始化的解码器，
# 再问一个词元向量长到二十倍的：既问它们下一个词元是什么，也不错位地问一次，问的就是正在读的那个词元。
# %% id="first-loss-run"
batch = lm.Packed(*(part[: course.batch] for part in training_rows))


def loss(model, targets):
    tr("""Mean nats of these targets for one batch.""",
       """一批数据上，这些目标的平均损失，以奈特计。""")
    logits = model(batch.token_ids)
    return float(ops.mean(mlp.cross_entropy(targets, logits)))


fresh, large = decoder(), decoder()
large.build((None, None))
vectors = large.token_vectors.embeddings
vectors.assign(20 * vectors)

models = {tr("fresh", "刚初始化"): fresh, tr("vectors × 20", "向量 × 20"): large}
rows = [[name, f"{loss(model, batch.targets):.2f}",
         f"{loss(model, batch.token_ids):.2f}"]
        for name, model in models.items()]
display.table([f"ln V = {np.log(size):.2f}", tr("next token", "下一个词元"),
               tr("same token", "同一个词元")], rows)
excess = loss(fresh, batch.targets) - np.log(size)
course.report("first_loss_above_ln_v", excess)
# %% [markdown] id="first-loss-reading" lang="en"
# The fresh one pays $\ln V$ for both: its weights are small, and it does not know how to repeat what it reads. Large tied vectors are wrong about the next token and sure of it. But they give the token just read the highest score, so **without the shift** they pay far less than $\ln V$ before any training.
# So a first loss below $\ln V$ says that the answer stands in the input. A leak through a missing mask it does not show: a model must learn to use that, as the next experiment shows.
# %% [markdown] id="first-loss-reading" lang="zh" of="250a0067"
# 刚初始化的，两种问法的损失都是 $\ln V$：权重小，也还不会复述读到的东西。共享的向量太长，对下一个词元就错得很有把握；可是它给刚读到的词元打的分最高，所以只要**没有错位**，还没训练，损失就远小于 $\ln V$。
# 可见最初的损失低于 $\ln V$，说明答案就在输入里。缺了掩码造成的泄漏，这里却看不出来：模型得先学会利用它，下一个实验就演示这一点。
# %% [markdown] id="errata" lang="en"
# ### E19 and E20: two listings
#
# The third article trains "an LLM" twice. In TensorFlow it stacks `Embedding`, `tf.keras.layers.Transformer` and `Dense` and takes `CategoricalCrossentropy`. In PyTorch
# it feeds `nn.Transformer` with a batch and takes the loss of the output **against that same batch**. Neither runs: the first layer does not exist; the second wants
# vectors, and a target. What matters more is what would go wrong if they did:
#
# | what | article | needed |
# |---|---|---|
# | targets | the batch itself | the batch, **shifted** by one |
# | mask | none | causal |
# | loss | for one-hot targets | sparse, for ids |
# | entrance, exit | none (PyTorch) | token vectors, scores for $V$ tokens |
#
# We mend the last two lines and leave the first two as they are, then mend one at a time.
# %% [markdown] id="errata" lang="zh" of="9a966b8b"
# ### E19 和 E20：两段代码
#
# 第三篇文章两次训练“LLM”。TensorFlow 的一段把 `Embedding`、`tf.keras.layers.Transformer` 和 `Dense` 叠起来，损失用 `CategoricalCrossentropy`。PyTorch 的一段把一批数据送进 `nn.Transformer`，
# 损失是输出**与这批数据自己**相比。两段都跑不起来：前一个层根本不存在；后一个要的是向量，而且要有目标。更重要的是，就算跑得起来，会错在哪里：
#
# | 哪一项 | 原文 | 需要 |
# |---|---|---|
# | 目标 | 这批数据自己 | **错开一位**的数据 |
# | 掩码 | 没有 | 因果掩码 |
# | 损失 | 用于独热目标 | 用于编号的稀疏版本 |
# | 入口与出口 | 没有（PyTorch） | 词元向量，对 $V$ 个词元的得分 |
#
# 我们先把后两行改好，前两行照旧，然后一次改一处。
# %% id="errata-windows"
windows = {}
texts = {"train": training_text[:400_000], "held": validation_text[:9_900]}
for part, text in texts.items():
    # the bytes serve as tokens  # 字节就当词元
    stream = np.frombuffer(text.encode(), dtype=np.uint8)
    whole = len(stream) // 33 * 33
    windows[part] = stream[:whole].reshape(-1, 33).astype("int32")
print({part: rows.shape for part, rows in windows.items()})
# %% id="errata-models"
class Position(layers.Layer):
    def build(self, shape):
        # large: places are seen at once  # 取大一些：位置一眼就看得出
        large = keras.initializers.RandomNormal(stddev=1)
        self.table = self.add_weight(shape=shape[1:], initializer=large)

    def call(self, vectors):
        return vectors + self.table


def article(use_causal_mask):
    tr("""The article's stack with an entrance and an exit, one layer deep.""",
       """原文的堆叠，配上入口和出口，只有一层。""")
    token_ids = keras.Input((32,), dtype="int32")
    x = Position()(layers.Embedding(256, 64)(token_ids))
    attention = layers.MultiHeadAttention(4, 16)
    x = x + attention(x, x, use_causal_mask=use_causal_mask)
    x = x + layers.Dense(64)(layers.Dense(256, activation="gelu")(x))
    return keras.Model(token_ids, layers.Dense(256)(x))
# %% id="errata-train"
inputs, held_inputs = windows["train"][:, :-1], windows["held"][:, :-1]
random = np.random.default_rng(course.seed)
chosen = random.integers(len(inputs), size=16 * course.leak_steps)


def trained(shifted, causal):
    tr("""The article's model after training, and its last training loss.""",
       """训练好的原文模型，以及最后的训练损失。""")
    keras.utils.set_random_seed(course.seed)
    model = article(causal)
    model.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    targets = windows["train"][:, 1:] if shifted else inputs
    history = model.fit(
        inputs[chosen], targets[chosen], batch_size=16, verbose=0)
    return model, history.history["loss"][-1]
# %% id="errata-run"
rows = []
for shifted, causal in [(False, False), (True, False), (True, True)]:
    model, training_loss = trained(shifted, causal)
    # Behind a window's last byte nothing stands that a model could see.  # 一段的最后一个字节后面，没有哪个模型看得见的东西。
    logits = model(held_inputs)[:, -1]
    costs = mlp.cross_entropy(windows["held"][:, -1], logits)
    honest = float(ops.mean(costs))
    answers = [tr("yes", "有") if each else tr("no", "无")
               for each in (shifted, causal)]
    rows.append([*answers, f"{training_loss / np.log(2):.2f}",
                 f"{honest / np.log(2):.2f}"])
display.table(
    [tr("shift", "错位"), tr("causal mask", "因果掩码"),
     tr("training says, bits", "训练时，比特"),
     tr("asked what comes next", "问接下来是什么")], rows)
# %% [markdown] id="errata-reading" lang="en"
# Read the two columns on the right against each other. Without the shift the training loss is small and still falling, for the model learns to **copy** what it is given, and asked for the next byte it is far worse than a blind
# guess (8 bits): it is sure of the wrong thing. With the shift but without the mask, position $t$ may look at position $t + 1$, which *is* its answer. The model finds that out within these few steps: by its training loss it beats the honest model below it, and asked for a byte
# to the right of which nothing stands, it loses to it. **A training loss that is too good is the symptom**; the test is the same in both cases: ask for something that cannot be seen.
# %% [markdown] id="errata-reading" lang="zh" of="c294ac78"
# 把右边两列对照着看。不错开，训练损失很小，而且还在降，因为模型学的是**照抄**给它的东西；问它下一个字节，却远远不如均匀猜测（8 比特）：它对错误的答案很有把握。错开了却没有掩码，位置 $t$ 可以看位置 $t + 1$，那“正是”它的答案。
# 只这么几步，模型就发现了这一点：论训练损失，它胜过下一行那个加了掩码的模型；问一个右边什么也没有的字节，却不如那个模型。**训练损失好得过分，就是症状**；检验的办法两种情形都一样：问一个看不见的东西。
# %% [markdown] id="quiz-perplexity" lang="en" tags=["quiz"]
# **Model A has a perplexity of 20 on a text, model B of 35. A has 1,000 tokens, B has 30,000. Which is better?**
# - [ ] A, its perplexity is lower — It guesses among fewer and shorter tokens, but has to guess more often.
# - [ ] B, since it knows more words — A vocabulary is not knowledge.
# - [x] It cannot be said before both are divided by the bytes of the text — The number of tokens differs, so the means are over different things.
# - [ ] Both are equal, since A's tokens are easier by as much as there are more of them — That would be chance; the bits of the whole text would tell.
# %% [markdown] id="quiz-perplexity" lang="zh" of="9c178a25" tags=["quiz"]
# **在同一篇文字上，模型 A 的困惑度是 20，模型 B 是 35。A 有 1,000 个词元，B 有 30,000 个。哪个更好？**
# - [ ] A，困惑度低 — 它在更少、更短的词元里猜，可是猜的次数更多。
# - [ ] B，它认得的词多 — 词表大不等于懂得多。
# - [x] 两者都除以文字的字节数之前，说不清 — 词元的个数不同，平均的就不是同样的东西。
# - [ ] 一样好，因为 A 的词元好猜多少，次数就多多少 — 那只能是碰巧；整篇文字一共要多少比特，一算便知。

# %% [markdown] id="packing" lang="en" tags=["stop"]
# ## 6 · Documents in rows
#
# A novel is one long text. Most text comes in **documents** of any length: poems, messages, pages. Padding them all to the longest (lesson 01) would fill most of a batch with nothing. So they are
# **packed**: a separator in front of each, one after the other, cut into rows of equal length.
#
# The separator does two jobs. As an input it says *here begins something new*; as a target it says *here it ends*, and so the model learns to stop. But now a row holds the
# end of one document and the beginning of another, and the causal mask lets the second look at the first. The mask must know the documents: position $t$ sees position $s$ if $s \le t$ **and
# both belong to the same one**.
#
# By hand, with three documents and the separator 1. `segment_ids` numbers the documents; where the last row is filled up it is 0, and the target −1 is not counted.
# %% [markdown] id="packing" lang="zh" tags=["stop"] of="95513912"
# ## 6 · 把文档排成行
#
# 小说是一整篇长文。多数文字却是一篇篇长短不一的**文档**：诗、消息、网页。都填充到与最长的一样长（第 01 课），一批数据里就大半是空的。所以要**打包**：每篇前面放一个分隔符，首尾相接，再切成一样长的行。
#
# 分隔符有两个作用。作为输入，它说“这里开始新的一篇”；作为目标，它说“到这里结束”，模型由此学会停下。可是这样一来，一行里会有上一篇的结尾和下一篇的开头，而因果掩码允许后一篇看前一篇。
# 掩码必须知道文档的界线：位置 $t$ 能看位置 $s$，要 $s \le t$，**并且两者属于同一篇**。
#
# 先拿三篇文档、分隔符 1 手算一遍。`segment_ids` 是文档的编号；最后一行补足的地方编号为 0，目标为 −1，不计入损失。
# %% id="packing-by-hand" slide="code"
small = lm.pack([[5, 6], [7, 8, 9], [4]], length=4, separator=1)
for name, part in small._asdict().items():
    print(f"{name:>12}", *part)

segments = small.segment_ids[0]
may_look = np.zeros((4, 4), dtype=int)
for t in range(4):
    for s in range(t + 1):  # causal  # 因果
        may_look[t, s] = segments[s] == segments[t]  # the same document  # 属于同一篇
print(may_look)
# %% [markdown] id="packing-predict" lang="en" tags=["predict"]
# **Before you run it.** The documents are now poems of the Tang, read by characters: some 50 each, so a row of 64 nearly always holds pieces of two. We exchange every character of the first poem in a row and look at the scores for the **others**. Once we take the causal mask alone (*together*), once a mask that
# knows the documents (*apart*). Which scores move? And two models trained on such rows for some minutes, one with each mask: will the leak hurt, help, or make no difference, when both are asked for poems that stand alone?
#
# > Together the scores of the next poem move: it reads the first. Apart not one of them does. For a poem that stands alone the leak cannot be of use, since what the model learnt to take from its neighbour is not there. It hurts, if not by much. In the record, with three seeds for each, every model that looked into its neighbours pays more for a character than every model that could not: one and a half percent on average. And the poems it writes go wrong in the length of their lines more often. It has learnt to use what it will not have. With pages of one site or turns of one conversation in a row the effect can be larger, and somebody else's letter in view is a fault even where it cost no bits.
# %% [markdown] id="packing-predict" lang="zh" tags=["predict"] of="b4623a81"
# **先猜，再运行。** 现在的文档是唐诗，按字来读：每首大约 50 个字，所以 64 个位置的一行，几乎总装着两首诗的片段。我们把一行里第一首诗的每个字都换掉，再看**其余**的得分：一次只用因果掩码（“不分开”），一次用认得文档界线的掩码（“分开”）。哪些得分会变？
# 另外，用这样的行把两个模型各训练几分钟，掩码各用一种，然后都拿单独的诗来问：泄漏有害、有益，还是没有差别？
#
# > 不分开时，后一首的得分变了：它读了第一首。分开时，一个也不变。对单独出现的诗，泄漏不可能有用，因为模型学着从邻居那里取的东西，这时并不在。它有害，只是害处不大：记录里每种做法用三个种子各训练一次，凡是看得见邻居的，每个字的损失都比看不见的高，平均高百分之一点五，写出的诗也更常弄错句子的字数。它学会了依靠到时候并不会有的东西。如果一行里是同一个网站的网页，或者同一场对话的几轮，影响可能更大；而让模型看到不该看的文档，哪怕损失不变，也是错误。
# %% id="packing-data"
learnt = lm.verses().training  # poems of the Tang  # 唐诗
signs = prep.Vocabulary.build([list(poem) for poem in learnt])
begin = len(signs)  # the separator  # 分隔符
poems = [signs.encode(list(poem)) for poem in learnt[:40]]
rows = lm.pack(poems, 64, begin)
several = [len(set(ids)) > 1 for ids in rows.segment_ids]
row = int(np.argmax(several))  # the first with two poems or more  # 第一个含有两首以上的行
token_ids, segment_ids = rows.token_ids[[row]], rows.segment_ids[[row]]
# %% id="packing-run" slide="code"
is_first = segment_ids == segment_ids[0, 0]
others = 2 + token_ids % (begin - 2)  # other characters  # 换成别的字
changed = np.where(is_first, others, token_ids)

model = decoder(begin + 1, num_layers=1, max_length=64)
masks = {tr("together", "不分开"): None, tr("apart", "分开"): segment_ids}
for name, segments in masks.items():
    moved = ops.abs(model(token_ids, segments) - model(changed, segments))
    print(f"{name}: {float(ops.max(moved[~is_first])):.6f}")
# %% id="packing-record"
rows = []
for name, together in zip(masks, (True, False), strict=True):
    runs = lm.recorded_verses(together=together)
    bits = [run.test_bits for run in runs]
    right = [run.form["in_form"] for run in runs]
    rows.append([name, len(runs), f"{np.mean(bits):.3f}",
                 f"{min(bits):.3f} – {max(bits):.3f}",
                 f"{min(right):.0%} – {max(right):.0%}"])
display.table(
    [tr("on record: poems in a row", "记录：一行里的诗"),
     tr("seeds", "种子数"), tr("bits a character, mean", "每个字的比特，平均"),
     tr("from – to", "从 – 到"),
     tr("poems written with right lengths", "写出的诗字数整齐")], rows)
# %% [markdown] id="packing-reading" lang="en"
# The mask costs nothing: one comparison of two rows of numbers. What is packed is also *cut*: a poem that crosses the end of a row goes on in the next one without its beginning. For long documents that is unavoidable; for short ones longer rows make it rare.
# %% [markdown] id="packing-reading" lang="zh" of="a55bd738"
# 这种掩码不花什么代价，不过是两行编号比一比。打包也意味着“切断”：一首诗跨过行尾，就在下一行里接着，却看不到自己的开头。文档长，这免不了；文档短，把行放长一些，就很少发生。

# %% [markdown] id="race" lang="en"
# ## 7 · The race
#
# Now the LSTM and the Transformer at about the same number of parameters, on the same tokens of the same four novels and for as many steps, and beside them the table of counts, which needs a
# second. What they pay for the held-out novel is measured fairly: the LSTM reads it in one pass, its state carried; over the Transformer's text slides a **window**, so that every token is predicted once, with at least half a window of text before it.
# %% [markdown] id="race" lang="zh" of="d9c8ba5a"
# ## 7 · 三种模型的比较
#
# 现在让 LSTM 和 Transformer 比一比：参数差不多一样多，同样四部小说的同样词元，步数也一样；旁边还有只要一秒钟的计数表。在留出的小说上测量每字节比特，要测得公平：LSTM 从头到尾读一遍，状态一直传下去；Transformer 用**滑动窗口**，每个词元都只预测一次，
# 而且前面至少有半个窗口的文字。
# %% id="race-run"
history = lm.train_language_model(
    writer, training_rows, course.steps, batch_size=course.batch,
    learning_rate=3e-3, seed=course.seed)
seconds[writer] = history["processor_seconds"][-1]

contexts, targets = mlp.contexts_and_targets([held[: course.held]], 5)
nats = {
    # in one pass, the state carried  # 从头到尾读一遍，传递状态
    "lstm": lm.surprise(carried, held_ids),
    # with a sliding window  # 用滑动窗口
    "transformer": lm.surprise(writer, held_ids),
    "counting": table.surprisals(contexts, targets),
}
# %% id="race-table"
bits = {}
for name, of_tokens in nats.items():
    bits[name] = of_tokens.sum() / np.log(2) / held_bytes
    course.report(f"{name}_bits", bits[name])

rows = [["Kneser–Ney", "", "", f"{bits['counting']:.3f}"]]
networks = [("LSTM", carried), ("Transformer", writer)]
for name, model in networks:
    rows.append([name, f"{model.count_params():,}", f"{seconds[model]:.0f}",
                 f"{bits[name.lower()]:.3f}"])
display.table([tr("model", "模型"), tr("weights", "参数"), tr("seconds", "秒"),
               tr("bits per byte", "每字节比特")], rows)
# %% [markdown] id="race-reading" lang="en"
# On this page, after seconds of training, **counting wins by far**. It has read four novels; the networks have read a small part of them. And it has found in a second what takes them long to learn, for a count is exact from the first
# time on, while a weight moves by small steps. Whoever stops here concludes that networks are a fad.
# %% [markdown] id="race-reading" lang="zh" of="3219c86d"
# 在这一页上，只训练了几秒钟，**计数遥遥领先**。它读完了四部小说，两个网络才读了一小部分。它一秒钟就找到的东西，网络要学很久：计数从第一次起就是准的，权重却只能一小步一小步地改。如果到此为止，就会得出神经网络没有用处的结论。
# %% [markdown] id="record" lang="en"
# ### A quarter of an hour
#
# So let them go on. The runs on record train both networks, each with a million weights, on all four novels: rows of 128 tokens in batches of 8, AdamW with a warm-up and a rate that falls to zero, and **about a quarter of an hour of
# one processor core each** (the LSTM up to twenty minutes). Each network was trained with three seeds. Nothing was chosen on the test novel: *Persuasion* was used once, at the end. `python -m course_lib.language_model.study` repeats them.
# %% [markdown] id="record" lang="zh" of="f27f1fd9"
# ### 一刻钟
#
# 那就让它们继续。有记录的训练里，两个网络各有一百万个参数，读全部四部小说：每行 128 个词元，每批 8 行，用 AdamW，学习率先预热、再降到零，**每次约一刻钟的单核处理器时间**（LSTM 最多二十分钟），每种网络用三个种子各训练一次。
# 什么都不是照着测试小说选的：《劝导》只在最后用了一次。`python -m course_lib.language_model.study` 可以重跑。
# %% id="record-table"
races = lm.recorded_races()
rows = []
for name in ("LSTM", "Transformer"):
    runs = [race for race in races if race.model == name.lower()]
    final = [race.test_bits for race in runs]
    minutes = np.mean([race.curve[-1][0] for race in runs]) / 60
    rows.append([name, f"{runs[0].weights:,}", f"{minutes:.0f}", len(runs),
                 f"{np.mean(final):.3f}",
                 f"{min(final):.3f} – {max(final):.3f}"])

contexts, targets = mlp.contexts_and_targets([ids_of(test_text)], 5)
counted_test = lm.bits_per_byte(
    table.surprisals(contexts, targets).sum(), test_text)
rows.append(["Kneser–Ney", "", "", "", f"{counted_test:.3f}", ""])
display.table(
    [tr("model", "模型"), tr("weights", "参数"),
     tr("processor minutes", "处理器分钟"), tr("seeds", "种子数"),
     tr("bits per byte, mean", "每字节比特，平均"), tr("from – to", "从 – 到")],
    rows)
# %% id="record-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.6, 3.8))
for kind, name, color, style in [("lstm", "LSTM", red, "--"), ("transformer", "Transformer", blue, "-")]:
    for race in races:
        if race.model == kind:
            axis.plot(*np.transpose(race.curve) / [[60], [1]], style, color=color, lw=1.4, label=name if race.seed == 1 else None)
axis.axhline(counting, color=green, lw=2, label=plots.label("Kneser–Ney, in seconds", "Kneser–Ney，只要几秒"))
axis.axhline(packed, color=grey, ls=":", label="xz")
axis.set(xscale="log", xlabel=plots.label("processor minutes of training", "训练用的处理器分钟"), ylabel=plots.label("bits per byte, validation novel", "每字节比特，验证小说"))
axis.set_xticks([1, 2, 5, 10, 15], ["1", "2", "5", "10", "15"])
axis.legend()
plots.show(
    figure,
    "Bits per byte of the validation novel against processor minutes on a logarithmic axis: both networks begin far above the line of Kneser–Ney, cross it after some minutes and go on.",
    "验证小说的每字节比特随训练时间（处理器分钟，对数轴）的变化：两种网络都从远高于 Kneser–Ney 的地方开始，一路下降，接近并越过它。",
)
# %% [markdown] id="record-reading" lang="en"
# The Transformer crosses the line of Kneser–Ney after about half of its time, the LSTM some minutes later, and both go on. At the end all three runs of the LSTM lie above all three of the Transformer, and even the nearest two are twice as far apart as the runs of one network among themselves: it is not the seed that decides. Of other sizes, other settings and more text three seeds say nothing.
#
# The table of counts cannot go on: after one reading of the novels it is as good as it will be, and section 3 showed how little a longer context gives it.
# The networks profit from *similar* contexts, not only from equal ones: what they learn about one word serves its relatives.
# %% [markdown] id="record-reading" lang="zh" of="b79e3014"
# Transformer 用了大约一半时间就越过 Kneser–Ney 的线，LSTM 晚几分钟，两者都还在下降。到最后，LSTM 的三次都比 Transformer 的三次差，就连最接近的两次，相差也有同一种网络各次之间差距的两倍：决定胜负的不是种子。至于换一种大小、换一组设置、换更多的文字会怎样，三个种子说明不了。
#
# 计数的表却不会再进步：把小说读完一遍，它就已经好到头了，而第 3 节说明，上文再长，它也得不到多少好处。两个网络能用上“相似”的上文，不必完全相同：在一个词上学到的，对它的同类也管用。
# %% [markdown] id="context-predict" lang="en" tags=["predict"]
# **Before you run it.** How much does each model pay for the 1st, the 2nd, … the 128th token of a window? Sketch three curves: counting, LSTM, Transformer. Where does each become level?
#
# > The table of counts is level after four tokens: it looks no further back. The surprise is the networks: they lead from the first tokens on, and after some ten they are nearly level, too. A million weights and a quarter of an hour have taught them to use a short context **better**, and hardly yet to use a long one:
# > that comes with more weights and more text.
# %% [markdown] id="context-predict" lang="zh" tags=["predict"] of="f41acc1f"
# **先猜，再运行。** 一个窗口里的第 1 个、第 2 个……第 128 个词元，三个模型的损失各是多少？请画三条曲线：计数、LSTM、Transformer。它们各在哪里变平？
#
# > 计数的表过了四个词元就平了：它不往更远处看。出人意料的是两个网络：它们从最前面的词元起就领先，可是十来个之后也差不多平了。一百万个权重、一刻钟，教会它们把短的上文用得**更好**，却还没怎么学会用长的上文：
# > 那要等权重更多、文字更多。
# %% id="context-run"
recorded = lm.recorded_model()  # the Transformer of seed 1  # 种子 1 的 Transformer
pieces = held[: len(held) // 128 * 128].reshape(-1, 128)
nats = table.surprisals(*mlp.contexts_and_targets(pieces, 5))
by_position = {"Kneser–Ney": nats.reshape(-1, 128).mean(axis=0)}

first_runs = {race.model: race for race in races if race.seed == 1}
for name in ("Transformer", "LSTM"):
    run = first_runs[name.lower()]
    by_position[name] = np.array(run.by_position)

rows = []
for name, nats in by_position.items():
    parts = [nats[:1], nats[4:8], nats[16:32], nats[64:]]
    rows.append([name, *(f"{part.mean():.2f}" for part in parts)])
display.table([tr("token number", "第几个词元"), "1", "5–8", "17–32", "65–128"], rows)
# %% id="context-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.4))
for (name, nats), color, style in zip(by_position.items(), (green, blue, red), (":", "-", "--"), strict=True):
    smooth = [nats[max(0, t // 2) : t + 1].mean() for t in range(128)]  # each point a mean over more and more  # 每个点都是越来越多词元的平均
    axis.plot(np.arange(1, 129), smooth, style, color=color, lw=2, label=name)
axis.set(xscale="log", xlabel=plots.label("tokens read before", "前面读过的词元数"), ylabel=plots.label("nats per token", "每个词元的奈特"))
axis.set_xticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
axis.legend()
plots.show(
    figure,
    "Nats per token against the tokens read before, on a logarithmic axis: counting is level after four tokens, the networks lower from the beginning and nearly level after ten.",
    "每个词元的奈特随前面读过的词元数（对数轴）的变化：计数过了四个就平了，网络从一开始就更低，过了十个也差不多平了。",
)
# %% id="worst"
passage = held[:2_000] if course.scale != "smoke" else held[:300]
neural = lm.surprise(recorded, [separator, *passage], batch_size=4)
counts = table.surprisals(*mlp.contexts_and_targets([passage], 5))
# positive: the network pays fewer bits  # 为正：网络用的比特更少
lead = (counts - neural) / np.log(2)

for order in (np.argsort(-lead), np.argsort(lead)):
    for place in sorted(order[:4]):
        before = tokens.decode(passage[max(0, place - 24) : place])
        before = before.replace("\n", " ")[-60:]
        token = tokens.decode([passage[place]])
        print(f"{lead[place]:+6.1f}  …{before}▁{token}")
    print()
# %% id="mixture"
# the mean of two probabilities, token by token  # 逐个词元，两个概率取平均
mixed = -np.log((np.exp(-neural) + np.exp(-counts)) / 2)
costs = {"Kneser–Ney": counts, "Transformer": neural,
         tr("half and half", "各占一半"): mixed}
display.table([tr("model", "模型"), tr("bits per token", "每个词元的比特")],
              [[name, f"{nats.mean() / np.log(2):.2f}"]
               for name, nats in costs.items()])
# %% [markdown] id="worst-reading" lang="en"
# Above, where the network leads: mostly at places where a construction wants its end (*neither … nor*, *the pleasure of … hearing*) with words between that the table has not seen in this order. Below, where counting leads: phrases that stand word for word in the training novels, down to a verse that Jane Austen quotes twice; the table
# has them by heart. **Each gets wrong what the other gets right**, so the mean of their probabilities beats each (as it did in lesson 02).
# %% [markdown] id="worst-reading" lang="zh" of="0dc9f9ad"
# 上面几行是网络领先的地方：多半是一个句式该收尾的时候（*neither … nor*，*the pleasure of … hearing*），中间隔着几个词，这样的次序计数的表没有见过。下面几行是计数领先的地方：训练用的小说里一字不差的说法，连简·奥斯汀引用过两次的一句诗也在内，计数的表都背下来了。
# **一个错的地方，另一个往往对**，所以两者的概率取平均，比哪一个都好（与第 02 课一样）。
# %% [markdown] id="writing" lang="en"
# ## 8 · Drawing the next token
#
# The model gives a probability for every token. A text needs **one**. How to choose is not part of the model, and yet it changes what is written a great deal. On one small distribution:
#
# - **greedy**: always the best. Safe, and soon in a circle;
# - **temperature** $\tau$: divide the scores by $\tau$ before the softmax. Below 1 the likely becomes likelier; above 1 all become more alike;
# - **top-k**: only the $k$ best;
# - **nucleus** (top-p): the fewest that hold a share $p$ of the probability together, few where the model is sure, many where it is not;
# - **min-p**: those at least as probable as a given share of the best one's probability;
# - **repetition penalty**: tokens that were written get a lower score. A positive one is divided by the penalty, a negative one multiplied.
# %% [markdown] id="writing" lang="zh" of="1b7160cf"
# ## 8 · 抽出下一个词元
#
# 模型给每个词元一个概率，文字却只要**一个**。怎么选不属于模型，写出来的东西却会因此大不一样。先看一个小小的分布：
#
# - **贪心**：总取最好的。稳妥，但很快就会兜圈子；
# - **温度** $\tau$：softmax 之前把得分除以 $\tau$。小于 1，可能的更可能；大于 1，各词元的概率更接近；
# - **top-k**：只留最好的 $k$ 个；
# - **核采样**（top-p）：留下合起来占比例 $p$ 的最少几个，模型有把握时留得少，没把握时留得多；
# - **min-p**：留下概率不低于最好那个的某个比例的；
# - **重复惩罚**：写过的词元，得分降低：正的除以惩罚系数，负的乘以它。
# %% id="writing-draw"
# after "She was very"  # 在“She was very”之后
words = ["happy", "much", "well", "glad", "sorry",
         "far", "angry", "young", "ill", "blue"]
logits = np.array([4.0, 3.6, 3.1, 2.9, 2.4, 2.0, 1.2, 1.0, 0.4, -2.0])
rules = {
    plots.label("as it is", "原样"): lm.Sampler(),
    plots.label("greedy", "贪心"): lm.Sampler(greedy=True),
    "τ = 0.5": lm.Sampler(temperature=0.5),
    "τ = 2": lm.Sampler(temperature=2.0),
    "top-k, k = 3": lm.Sampler(top_k=3),
    plots.label("nucleus, 0.8", "核采样，0.8"): lm.Sampler(nucleus=0.8),
    "min-p, 0.2": lm.Sampler(min_p=0.2),
    plots.label("penalty 1.5 on “happy”", "对 happy 惩罚 1.5"):
        lm.Sampler(repetition_penalty=1.5),
}
# %% id="writing-by-hand"
drawn = {}
for name, rule in rules.items():
    drawn[name] = rule.distribution(logits, previous=[0])

powers = np.exp(logits / 0.5)
assert np.allclose(drawn["τ = 0.5"], powers / powers.sum())
best_three = np.exp(logits) * (np.arange(10) < 3)
assert np.allclose(drawn["top-k, k = 3"], best_three / best_three.sum())
# %% id="writing-plot" tags=["fold"]
figure, axes = plt.subplots(2, 4, figsize=(10, 4.2), sharex=True, sharey=True)
for axis, (name, chances) in zip(axes.ravel(), drawn.items(), strict=True):
    axis.bar(range(10), chances, color=[blue if chance else grey for chance in chances])
    axis.set_title(name, fontsize=9)
    axis.set_xticks(range(10), words, rotation=90, fontsize=7)
plots.show(
    figure,
    "Eight panels of the probabilities of ten words: as the model gives them, greedy, at temperatures of a half and two, and cut by top-k, nucleus, min-p and a repetition penalty.",
    "八幅小图，十个词的概率：模型原样给出、贪心、温度 0.5 和 2，以及经 top-k、核采样、min-p 和重复惩罚之后。",
)
# %% [markdown] id="quiz-nucleus" lang="en" tags=["quiz"]
# **After *"Mr."* the model is nearly sure of one name; after *"and the"* hundreds of nouns are possible. Which rule keeps a number of candidates that fits both?**
# - [ ] top-k with k = 50 — Forty-nine wrong names stay after *"Mr."*, and good nouns are lost after *"and the"*.
# - [x] a nucleus of 0.9 — It keeps one candidate in the first place and hundreds in the second.
# - [ ] a temperature of 0.5 — It keeps all candidates in both places.
# - [ ] greedy — It keeps one in both.
# %% [markdown] id="quiz-nucleus" lang="zh" tags=["quiz"] of="85b289fe"
# **在 *"Mr."* 之后，模型几乎认定一个名字；在 *"and the"* 之后，可能的名词有好几百个。哪种规则留下的候选数在两处都合适？**
# - [ ] k = 50 的 top-k — *"Mr."* 之后留下四十九个错的名字，*"and the"* 之后又丢掉许多好名词。
# - [x] 0.9 的核采样 — 前一处只留一个，后一处留几百个。
# - [ ] 温度 0.5 — 两处都留下全部候选。
# - [ ] 贪心 — 两处都只留一个。
# %% [markdown] id="checkpoint" lang="en"
# Now let a model write. The one on record from section 7 was trained for a quarter of an hour; its weights lie in the course (one megabyte), so nobody has to wait. Text **streams** onto the page token by token, as it is drawn.
# %% [markdown] id="checkpoint" lang="zh" of="78163a84"
# 现在让模型写作。第 7 节有记录的那个模型训练了一刻钟，权重就在课程里（1 MB），谁也不用等。文字是**流式**输出的：抽出一个词元，页面上就出现一个。
# %% id="checkpoint-write"
def write(model, beginning, new, rule, seed=course.seed):
    tr("""Print a beginning, then every token as soon as it is drawn.""",
       """先打印开头，然后每抽出一个词元就打印一个。""")
    ids = [separator, *tokens.to_ids(tokens.encode(beginning))]
    print(beginning, end="", flush=True)
    written = []
    for token in lm.stream(model, ids, new, rule, seed=seed, stop=separator):
        written.append(token)
        print(tokens.tokens[token], end="", flush=True)
    print("\n")
    return written


fluent = lm.Sampler(temperature=0.8, nucleus=0.95)
_ = write(recorded, "Catherine was very much", 2 * course.new, fluent)
# %% [markdown] id="writing-settings" lang="en"
# The same beginning with other rules. Read them aloud:
# %% [markdown] id="writing-settings" lang="zh" of="9a66ab6e"
# 同一个开头，换几种规则。请读出声来：
# %% id="writing-settings-run"
settings = {
    tr("greedy", "贪心"): lm.Sampler(greedy=True),
    tr("greedy, penalty 1.3", "贪心，惩罚 1.3"): lm.Sampler(greedy=True, repetition_penalty=1.3),
    "τ = 1.5": lm.Sampler(temperature=1.5),
    tr("min-p 0.1", "min-p 0.1"): lm.Sampler(min_p=0.1),
}
for name, rule in settings.items():
    print(f"[{name}]", end=" ")
    write(recorded, "Mr. Tilney", course.new, rule)
print(tr("[trained for seconds, section 7]", "[第 7 节只训练了几秒的模型]"), end=" ")
_ = write(writer, "Mr. Tilney", course.new, fluent)
# %% [markdown] id="writing-reading" lang="en"
# Greedy writing is grammatical and goes in circles; the penalty drives it out, and sometimes out of English as well. A high temperature opens the tail of the distribution, where hundreds of tokens are unlikely each but together hold much of the probability. Nucleus and
# min-p cut the tail off and keep the variety. The model that was trained for seconds has learnt which letters make words, and little else. Not one of them knows what it is talking about: a million weights and four novels are enough for the *sound* of Jane
# Austen.
# %% [markdown] id="writing-reading" lang="zh" of="0cc96bb6"
# 贪心写出来的合乎语法，却在兜圈子；加上惩罚能让它跳出来，有时写出来的连英语都不是。温度高，就会抽到分布的尾部：那里有几百个词元，个个不大可能，合起来却占了不少概率。核采样和 min-p 截去尾部，保留多样性。只训练了几秒的模型，
# 学到了哪些字母能拼成词，别的就不多了。它们谁也不知道自己在说什么：一百万个权重、四部小说，只够学到简·奥斯汀的“腔调”。

# %% [markdown] id="cache" lang="en"
# ## 9 · Never compute twice
#
# To write token 200, a decoder looks back at 199 others. Computed from scratch, that is a pass over 200 positions for a single new one. But the causal mask says that nothing written later changes the vectors of earlier tokens: their **keys
# and values stay the same** in every layer. Keep them, and each step computes one position. Lesson 06 did this for a translator; here it is the difference between reading speed and waiting.
# %% [markdown] id="cache" lang="zh" of="07cf3990"
# ## 9 · 算过的不再算
#
# 要写第 200 个词元，解码器得往回看 199 个。每次都从头算，就等于为了一个新位置，把 200 个位置全过一遍。可是有因果掩码，后写的改变不了先写的：先前各词元在每一层的**键和值都不会变**。把它们存起来，
# 每一步只算一个位置。第 06 课为翻译器这样做过；在这里，它决定了是像阅读一样流畅，还是干等。
# %% id="cache-run"
greedy, longest = lm.Sampler(greedy=True), course.lengths[-1]
spent = {}
for _ in range(3):  # the first also compiles  # 第一遍还要编译
    for cached in (True, False):
        started = time.perf_counter()
        written = lm.stream(
            recorded, [separator], longest, greedy, cached=cached)
        for number, _ in enumerate(written, start=1):
            seconds = time.perf_counter() - started
            if number in course.lengths:
                # what else runs only slows it: the least counts  # 别的程序只会让它变慢：取最小值
                least = spent.get((cached, number), seconds)
                spent[cached, number] = min(least, seconds)
# %% id="cache-table"
rows = []
for length in course.lengths:
    fast, slow = spent[True, length], spent[False, length]
    rows.append([length, f"{fast:.2f}", f"{slow:.2f}", f"{slow / fast:.1f}"])
display.table([tr("tokens", "词元"), tr("seconds, cached", "有缓存，秒"),
               tr("seconds, anew", "每次重算，秒"), tr("times", "倍数")], rows)
rate = longest / spent[True, longest]
print(f"{rate:.0f}", tr("tokens a second with a cache", "个词元每秒（有缓存）"))
course.report("cache_gain", spent[False, longest] / spent[True, longest])
# %% id="cache-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.4, 3.2))
for cached, color, style, label in [(False, red, "s--", plots.label("anew each time", "每次重算")), (True, blue, "o-", plots.label("with a cache", "有缓存"))]:
    axis.plot(course.lengths, [spent[cached, length] for length in course.lengths], style, color=color, lw=2, label=label)
axis.set(xlabel=plots.label("tokens written", "写出的词元数"), ylabel=plots.label("seconds", "秒"), ylim=(0, None))
axis.legend()
plots.show(
    figure,
    "Seconds against the number of tokens written: with a cache a straight line, without one a curve that bends upwards.",
    "用时随写出的词元数的变化：有缓存是一条直线，没有缓存则越来越陡。",
)
# %% [markdown] id="cache-reading" lang="en"
# With a cache the time grows in proportion to the text: each step costs the same. Without one, every step is a pass over everything so far, and the line bends upwards. (Not on PyTorch as the backend: there each small operation is called by itself, and with a model of this size the calls take longer than what they compute, so one position costs as much as a hundred.) What is paid for it is memory: keys and values of every token in every layer, $2 \cdot \text{layers} \cdot
# \text{width}$ numbers a token. With 32 layers of width 4,096 and two bytes a number that is half a megabyte a token, and 4 GB for a text of 8,192. So heads began to **share** their keys and values ("grouped queries", section 13).
#
# And when the text outgrows the window? The cache is full, and its places belong to positions that are gone. `stream` then keeps the last half of the window and fills the cache anew. A program that goes on writing into the cache from the front mixes old positions with new ones;
# if a model turns silly after exactly so many tokens, look there first.
# %% [markdown] id="cache-reading" lang="zh" of="51e42228"
# 有缓存，时间与文字长度成正比：每一步的计算量相同。没有缓存，每一步都要把前面全过一遍，线就往上弯。（以 PyTorch 为后端时看不到：那里每个小运算都要单独调用，模型这么小，调用比计算还费时，算一个位置和算一百个差不多。）代价是内存：每个词元在每一层的键和值，也就是每个词元 $2 \cdot \text{层数} \cdot \text{宽度}$ 个数。
# 32 层、宽 4,096、每个数两字节，就是每个词元半兆字节，8,192 个词元的文字要 4 GB。各个头**共用**键和值（“分组查询”，第 13 节）就是为此而来的。
#
# 文字长过了窗口怎么办？缓存满了，里面的位置已经失效。`stream` 会保留窗口的后一半，重新填一遍缓存。程序如果只管从头接着往里写，新旧位置就混在了一起；一个模型要是总在恰好写到某个长度时突然变差，先查这里。

# %% [markdown] id="copying" lang="en"
# ## 10 · Is it only copying?
#
# A fair question to any machine that writes: how much of this stands in the training text word for word? Two measures answer it: the **longest span** that was copied, in characters, and the share of **new** n-grams, runs of $n$ tokens that the training text does not have. A number alone says little, so there are two
# others beside it: the held-out novel, by the same author but not in the training text; and the table of counts, which knows nothing but pieces of five.
# %% [markdown] id="copying" lang="zh" of="e9103094"
# ## 10 · 它只是在抄吗？
#
# 对任何会写的机器，都该问一句：这里面有多少是训练文本里原封不动的？有两个量可以回答：抄来的**最长一段**有几个字符，以及**新的** n 元语法（训练文本里没有的、连续 $n$ 个词元）占多少。单独一个数说明不了什么，所以旁边再放两个：留出的小说，出自同一位作者，但不在训练文本里；
# 还有计数的表，它除了五个词元的片段，什么也不知道。
# %% id="copying-counted"
def counted_writing(new, seed):
    tr("""Draw from the table of counts.""",
       """按计数表抽取。""")
    random, ids = np.random.default_rng(seed), [int(known[0])]
    for _ in range(new):
        chances = table.distribution(ids[-4:])
        drawn = random.choice(len(chances), p=chances / chances.sum())
        ids.append(int(drawn))
    return ids
# %% id="copying-run"
by_transformer = lm.generate(
    recorded, [separator], course.copied, fluent, course.seed)
written = {
    "Transformer": by_transformer,
    "Kneser–Ney": counted_writing(course.copied, course.seed),
    tr("the held-out novel", "留出的小说"): list(held[: course.copied]),
}
rows = []
for name, ids in written.items():
    said = tokens.decode([token for token in ids if token < separator])
    longest = lm.longest_copied_span(said, training_text)
    new = [lm.novel_share(ids, list(known), n) for n in (4, 8)]
    rows.append([name, len(longest), f"{new[0]:.0%}", f"{new[1]:.0%}",
                 longest[:50].replace("\n", " ")])
display.table(
    [tr("text", "文字"), tr("longest copied span", "最长的照抄"),
     tr("new 4-grams", "新的四元语法"), tr("new 8-grams", "新的八元语法"),
     tr("the span", "那一段")], rows)
# %% [markdown] id="copying-reading" lang="en"
# The held-out novel is the measure of what is normal: the same author repeats herself, too. None of the three differs much: what they share with the training text are turns of a few words, such as anybody uses. Not even the table of counts copies long passages, although it can only join pieces that it has seen: after two or three
# tokens it falls back to shorter ones and goes elsewhere. A model with more weights, or trained for more passes over the same text, moves towards copying; that is why these numbers belong beside every sample of writing that somebody shows you.
# %% [markdown] id="copying-reading" lang="zh" of="3a69a576"
# 留出的小说说明了什么算正常：同一位作者也会重复自己。三者相差无几：与训练文本相同的，都不过是几个词的说法，谁都会用。就连计数的表也没有大段照抄，虽然它只能把见过的片段接起来：过了两三个词元，它就退到更短的片段，拐到别处去了。权重更多的模型，或者在同样的文字上过了更多遍的模型，
# 会越来越像抄写；所以，别人给你看模型写的东西时，旁边都该有这几个数。

# %% [markdown] id="inside" lang="en"
# ## 11 · Inside: the head that continues
#
# Read *"Mr. Tilney … Mr."* and you expect *Tilney*. A network of two layers can do the same with two heads, in two steps. A head of the first layer writes at every token **who stood before me**. A head of a later layer asks, at the second *Mr.*, for a
# token before which a *Mr.* stood, finds *Tilney* and copies it. The second is called an **induction head** (Olsson and others, 2022). It needs no knowledge of the language, so we can look for it where there is none: in a row of **random** tokens, read twice.
# The first copy cannot be guessed by anyone. The second can, by whoever looks back.
#
# The **induction score** of a head is how much of its attention, averaged over the second copy, falls on the token **after** the same token in the first: 1 for a perfect induction head.
# %% [markdown] id="inside" lang="zh" of="a123143c"
# ## 11 · 内部：接续重复的头
#
# 读到“Mr. Tilney……Mr.”，你就会料到下一个是 *Tilney*。两层的网络用两个头、分两步，也能做到：第一层的一个头在每个词元处记下**我前面是谁**；后面某一层的一个头，在第二个 *Mr.* 处寻找“前面是 *Mr.*”的词元，找到 *Tilney*，抄过来。
# 后一个叫做**归纳头**（Olsson 等人，2022）。它用不着懂得语言，所以可以到没有语言的地方去找它：一行**随机**的词元，读两遍。第一遍谁也猜不中；第二遍，只要往回看就能猜中。
#
# 一个头的**归纳得分**，是在第二遍的各个位置上，它平均有多少注意力落在第一遍里同一个词元**后面**的那个词元上；完美的归纳头得 1 分。
# %% id="inside-austen"
repeated = lm.repeated_sequences(
    4, course.repeated, separator, seed=course.seed, first_id=300)
copies = lm.copy_losses(recorded, repeated)
scores = lm.induction_scores(lm.attention_weights(recorded, repeated))
display.table(
    ["ln V", tr("first copy, nats", "第一遍，奈特"),
     tr("second copy", "第二遍"), tr("best score", "最高得分")],
    [[f"{np.log(size):.1f}", f"{copies.first:.1f}", f"{copies.second:.1f}",
      f"{scores.max():.2f}"]])
# %% [markdown] id="inside-copier" lang="en"
# Nothing. The second copy costs as much as the first, and more than a blind guess, for the model of section 7 has never met such a mess of tokens: it is sure of continuations that do not come. Four novels and a quarter of an hour were not enough for it to learn copying that works on *anything*.
#
# In large models such heads appear early in training, all at once (Olsson and others). To see one we make it worth the while: a decoder of two layers that reads nothing but rows of random tokens which begin again after 6 to 16 places. Rows are new every time and the distance changes, so neither tokens nor distances can be known by heart; only the trick can be learnt. Its training is on record
# (`python -m course_lib.language_model.copier`).
# %% [markdown] id="inside-copier" lang="zh" of="f3be8eb0"
# 什么也没有。第二遍的损失与第一遍一样大，而且比均匀猜测还大：这么乱的词元，第 7 节的模型从没见过，却很有把握地等着不会来的下文。四部小说、一刻钟，不足以让它学会对“任何东西”都管用的抄写。
#
# 在大模型里，这种头在训练早期会一下子出现（Olsson 等人）。要看到一个，就得让它值得学：用一个两层的解码器，只读随机词元组成的行，每行隔 6 到 16 个位置就从头再来一遍。每次都是新的行，距离也在变，词元和距离都背不下来，能学的只有这个本事。训练已有记录
# （`python -m course_lib.language_model.copier`）。
# %% id="inside-rows"
# 64 tokens; begins again after 6 to 16 places  # 64 个词元；隔 6 到 16 个位置重新开始
rows = lm.repeating_rows(3, seed=course.seed)
print(rows.token_ids)
# %% id="inside-losses" slide="code"
# two layers, trained on 80,000 such rows  # 两层，用 80,000 行这样的数据训练
copier, fall = lm.recorded_copier()
if course.scale == "full":
    copier = lm.train_copier(steps=2_500)

# sixteen new tokens, twice  # 十六个新词元，重复两遍
twice = lm.repeated_sequences(8, 16, 64, seed=course.seed)
copies = lm.copy_losses(copier, twice)
print(f"{copies.first:.2f} → {copies.second:.2f}", f"ln 64 = {np.log(64):.2f}")
weights = lm.attention_weights(copier, twice)  # (layers, batch, heads, 32, 32)
scores = lm.induction_scores(weights)  # (layers, heads)
print(scores.round(2))
course.report("second_copy_loss", copies.second)
course.report("best_induction_score", scores.max())
# %% id="inside-plot" tags=["fold"]
figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.4))
n = 16
axes[0].plot(*np.transpose(fall), "o-", color=blue, lw=1.2, ms=3)
axes[0].axhline(np.log(64), color=grey, ls=":")
axes[0].set(xlabel=plots.label("steps of training", "训练步数"), ylabel=plots.label("nats, second copy", "第二遍的奈特"), title=plots.label("slowly, then fast", "先慢后快"), ylim=(0, None))
before = weights[0].mean(axis=0)[:, np.arange(1, 2 * n), np.arange(2 * n - 1)].mean(axis=1)  # on the token before  # 看前一个词元
picture = axes[1].imshow([before, *scores[1:]], vmin=0, vmax=1, cmap="Blues")
axes[1].set(xlabel=plots.label("head", "头"), title=plots.label("looks …", "看向……"), xticks=range(4))
axes[1].set_yticks([0, 1], [plots.label("layer 0:\none back", "第 0 层：\n前一个"), plots.label("layer 1:\nwhat followed", "第 1 层：\n其后那个")])
figure.colorbar(picture, ax=axes[1], shrink=0.6)
head = int(scores[1].argmax())
axes[2].imshow(weights[1, 0, head], cmap="Blues", vmin=0)
axes[2].set(xlabel=plots.label("looked at", "被看的位置"), ylabel=plots.label("from", "从哪个位置看"), title=plots.label(f"layer 1, head {head}", f"第 1 层，第 {head} 头"))
plots.show(
    figure,
    "Three panels: the loss on the second copy falls slowly at first, then from more than half to nearly nothing within some hundred steps; how much heads of the first layer look one token back and heads of the second at what followed; the attention of one such head, a bright diagonal in the second copy.",
    "三幅图：第二遍的损失先是慢慢下降，然后在几百步之内从一半多降到几乎为零；第一层各头看前一个词元的程度、第二层各头看其后那个的程度；其中一个头的注意力，第二遍里有一条明亮的斜线。",
)
# %% [markdown] id="ablate-predict" lang="en" tags=["predict"]
# **Before you run it.** Switch heads of the second layer off: what they write is taken as zero. First the one with the best score, then the best two, then all four. What happens to the loss on the second copy? And if instead the four heads of the **first** layer go, one of which looks mostly one token back?
#
# > One head is bridged in part by the others, for several have learnt the same trick; without the two best of them the second copy costs nearly as much as the first, since nobody copies any more. Without the first layer it is lost, too: the copying heads search for *a token before which this
# > one stood*, and nobody has noted who stood before whom. A high score alone proves nothing; taking away does.
# %% [markdown] id="ablate-predict" lang="zh" tags=["predict"] of="bf712c36"
# **先猜，再运行。** 把第二层的头关掉，也就是把它们写出的东西当作零：先关得分最高的一个，再关最高的两个，再关全部四个。第二遍的损失会怎样？如果关掉的是**第一层**的四个头呢，其中有一个主要看前一个词元？
#
# > 少一个头，别的头还能顶上一部分，因为学会这个本事的不止一个；最好的两个都关掉，第二遍的损失就差不多和第一遍一样大了，因为没有谁再抄。关掉第一层，同样失效：负责抄的头要找“前面站着这个词元的那个词元”，可是没有谁记下过谁站在谁前面。
# > 得分高，说明不了什么；拿掉试试，才算证明。
# %% id="ablate-run"
best_first = np.argsort(-scores[1])
second = [(1, int(head)) for head in best_first]
first = [(0, head) for head in range(4)]
rows = []
for heads in ([], second[:1], second[:2], second, first):
    with lm.without_heads(copier, heads):
        losses = lm.copy_losses(copier, twice)
    names = " ".join(f"{layer}.{head}" for layer, head in heads)
    rows.append([names or tr("none", "无"),
                 f"{losses.first:.2f}", f"{losses.second:.2f}"])
display.table([tr("switched off (layer.head)", "关掉的头（层.头）"),
               tr("first copy", "第一遍"), tr("second copy", "第二遍")], rows)
# %% [markdown] id="ablate-reading" lang="en"
# This is what a *mechanism* looks like in a network: two layers, two jobs, found by a measure, and confirmed by taking it away. Olsson and others argue that in large models the same pair does much of what is called in-context learning: continue a list, keep to a format, use a name that was given ten pages before.
# %% [markdown] id="ablate-reading" lang="zh" of="cd173bde"
# 这就是网络里的一个“机制”：两层，两份工作，用一个量找到它，再拿掉它来证实。Olsson 等人认为，在大模型里，所谓上下文学习有很大一部分就是同样的一对头在做：接着列清单，守住一种格式，用上十页之前给出的名字。

# %% [markdown] id="poems" lang="en"
# ## 12 · The same model writes Chinese
#
# Nothing in the model is English. Fed with Chinese characters instead of tokens it writes Chinese. The text is small this time: some 4,500 poems of the Tang in strict form, four or eight lines of five or of seven characters. Even lines end in a rhyme and, at the even places of a line,
# characters of the two classes of tones, *level* and *oblique*, take turns. Nobody tells the model any of this.
#
# Whether it learnt the **form** can be measured instead of asserted. Lengths are counted. For rhymes and tones one would want a rhyme book; ours is learnt from the training poems themselves (`RhymeBook`, `ToneBook`): characters that end even lines of the same poem again and again belong together,
# and characters that stand against each other have opposite tones. Ancient readings differ from today's, so a modern dictionary would judge wrongly.
# %% [markdown] id="poems" lang="zh" of="099d337a"
# ## 12 · 同一个模型写中文
#
# 模型里没有一处是专为英语写的。不给词元而给汉字，它就写中文。这次的文字不多：大约 4,500 首格律整齐的唐诗，四句或八句，每句五字或七字，偶数句押韵，句中偶数位置的字平仄相间。这些规矩，谁也没有告诉过模型。
#
# 它有没有学会**形式**，可以测量，不必空说。字数数一数就行。押韵和平仄本该查韵书；我们的韵书是从训练用的诗里学来的（`RhymeBook`、`ToneBook`）：一再出现在同一首诗偶数句末的字归为一韵，总是彼此相对的字平仄相反。古音与今音不同，用现代字典来判反而会错。
# %% id="poems-run"
# trained for some minutes; its weights come with the course  # 训练了几分钟；参数随课程附带
poet, signs = lm.recorded_poet()
for poem in lm.write_poems(poet, signs, 3, seed=course.seed):
    print(poem, end="\n\n")
# %% id="poems-books"
texts = lm.verses()  # poems of strict form only  # 只取格律严整的诗
rhymes = lm.RhymeBook.learn(texts.training)
tones = lm.ToneBook.learn(texts.training)
print(tr("the largest groups of rhymes:", "最大的几个韵部："))
print(*(group[:8] for group in rhymes.groups[:5]))
# %% id="poems-form"
written = lm.write_poems(poet, signs, course.written, seed=course.seed + 100)
groups = {tr("written", "写出的"): written,
          tr("real, never seen", "真实的，没见过的"): texts.test}
rows = []
for name, poems in groups.items():
    form = lm.judge(poems, rhymes, tones)
    shares = form.in_form, form.rhyming, form.alternating
    rows.append([name, *(f"{share:.0%}" for share in shares)])

for race in lm.recorded_verses():
    rows.append([f"{tr('on record, seed', '记录，种子')} {race.seed}",
                 *(f"{share:.0%}" for share in race.form.values())])
pairs = lm.chance_pairs(texts.test, course.seed)
by_chance, _ = lm.share_of_rhymes(pairs, rhymes.rhyme)
rows.append([tr("real, ends shuffled", "真实的，句末打乱"), "",
             f"{by_chance:.0%}", ""])
display.table([tr("poems", "诗"), tr("lines right", "字数整齐"),
               tr("rhyme", "押韵"), tr("tones alternate", "平仄相间")], rows)
course.report("poems_in_form", lm.share_in_form(written))
# %% [markdown] id="poems-reading" lang="en"
# Line lengths it keeps nearly always, though a comma and a full stop are just two more signs to it. Tones take turns as regularly as in the real poems: what stands two places before decides, and that is near. **Rhyme it has not learnt**, with none of three seeds: its line ends rhyme no oftener than shuffled ones. For a rhyme it would have to remember,
# ten or more characters later, to which group the last end belonged, and 4,500 poems and six minutes did not teach it that. Without the measure you would hardly have noticed: the verses *look* right. As for meaning, read for yourself. Every pair of characters is plausible; the poem seldom goes anywhere.
# %% [markdown] id="poems-reading" lang="zh" of="b561b3e9"
# 句子的字数，它几乎总能守住，尽管逗号和句号对它来说不过是另外两个符号。平仄相间，与真实的诗一样有规律：由前面隔一个的字决定，离得近。**押韵却没有学会**，三个种子都一样：它的句末，押韵并不比打乱了的多。要押韵，就得隔着十来个字记住上一个韵脚属于哪一韵；四千五百首诗、六分钟，还教不会它这一点。
# 不测量，多半看不出来：这些诗句“看上去”是对的。至于意思，请自己读：两个字两个字地看，都说得通；整首诗却很少真说了什么。

# %% [markdown] id="stories" lang="en"
# ## 13 · A real one
#
# Our layers are not a toy of their own kind. Andrej Karpathy trained a tiny model with the layout of **Llama** on *TinyStories*, short tales in the words of a small child that a large model had written: 260,000 weights, a quarter of ours. Four things differ from section 5, each a setting of `DecoderLanguageModel`: the norm divides by the root mean square and subtracts nothing;
# the feed-forward network has three matrices and a gate, $(\mathrm{SiLU}(xW_1) \odot xV)\,W_2$ with $\mathrm{SiLU}(z) = z\,\sigma(z)$, lesson 04's swish; there are no biases; and eight heads share four sets of keys and values. The weights are read from the file into *our* layers. If neither `COURSE_DATA` nor the net has them, the cell says so, and you read on.
# %% [markdown] id="stories" lang="zh" of="e5c6430b"
# ## 13 · 一个真实的模型
#
# 我们写的这些层，并不是自成一套的玩具。Andrej Karpathy 用 **Llama** 的结构训练过一个很小的模型，读的是 *TinyStories*：由大模型用幼儿的词汇写成的小故事。它有 26 万个权重，只有我们的四分之一。与第 5 节相比有四处不同，每一处都是 `DecoderLanguageModel` 的一个设置：
# 归一化除以均方根，不减均值；前馈网络有三个矩阵和一个门，$(\mathrm{SiLU}(xW_1) \odot xV)\,W_2$，其中 $\mathrm{SiLU}(z) = z\,\sigma(z)$（就是第 04 课的 swish）；没有偏置；八个头共用四组键和值。权重从文件读进**我们的**层里。如果 `COURSE_DATA` 和网络上都拿不到，下一格会说明，你接着往下读就是。
# %% id="stories-load"
try:
    files = data.stories.load()
    teller = lm.read_story_model(files.weights)
    pieces = lm.StoryTokenizer.read(files.vocabulary, teller.vocabulary_size)
    print(teller.settings)
except DataUnavailable as problem:
    teller = None
    print(problem)
# %% id="stories-write" slide="code"
if teller:
    ids = pieces.encode("Once upon a time")
    lm.generate(teller, ids, 2)  # compiled  # 先编译好
    started = time.perf_counter()
    greedy = lm.Sampler(greedy=True)
    new = lm.generate(teller, ids, 150, greedy, stop=1)
    elapsed = time.perf_counter() - started
    print(pieces.decode([*ids, *new]))
    print(f"{len(new) / elapsed:.0f}", tr("tokens a second", "个词元每秒"))
# %% [markdown] id="stories-reading" lang="en"
# A quarter of the weights, and yet the story hangs together better than anything above: the same girl, the same ball, one right sentence after the other. Even so, greedy writing gets into a circle in the end. The difference is not the layout. It is the **text**: hundreds of millions of words of very simple stories, where we have half a million words of a very subtle author. What a model of a given size can say depends on
# what it was given to read.
# %% [markdown] id="stories-reading" lang="zh" of="020f789d"
# 权重只有四分之一，故事却比上面哪一段都更连贯：同一个小女孩，同一个球，一句接一句都通顺。不过贪心地写，最后还是会兜圈子。差别不在结构，而在**文字**：它读的是几亿词极简单的故事，我们只有五十来万词，而且出自一位极精细的作者。一定大小的模型能说出什么，取决于给它读的是什么。

# %% [markdown] id="uses" lang="en"
# ## 14 · Uses, tools, resources
#
# The model that predicts text is the base of nearly all that is called *AI* today: finish a line of code, answer a letter, and, tuned for it, chat. It is also a compressor: what you measured as bits per byte
# an arithmetic coder turns into a file of that size, smaller than the one that `xz` makes.
#
# | for | tool |
# |---|---|
# | ready models and their tokens in Keras | KerasHub (`keras_hub.models.CausalLM`) |
# | the widest choice of open weights | the Hugging Face hub, with `transformers` on PyTorch |
# | running one on a laptop | llama.cpp, Ollama |
# | serving one to many at a time | vLLM, SGLang |
# | counting models, fast | KenLM |
# | measuring honestly | lm-evaluation-harness |
#
# To write to people with it is another matter: who answers for what it says? A model says what is *likely*, and likely is not true.
# %% [markdown] id="uses" lang="zh" of="6b18298b"
# ## 14 · 用途、工具与资源
#
# 预测文字的模型，是今天几乎一切叫“AI”的东西的基础：补完一行代码，回一封信，再调一调，就能聊天。它也是压缩程序：你量出来的每字节比特，交给算术编码器，就得到这么大的文件，比 `xz` 压出来的还小。
#
# | 用来 | 工具 |
# |---|---|
# | 在 Keras 里用现成的模型和词元 | KerasHub（`keras_hub.models.CausalLM`） |
# | 开放权重选择最多 | Hugging Face hub，用 PyTorch 上的 `transformers` |
# | 在笔记本电脑上运行 | llama.cpp、Ollama |
# | 同时给许多人用 | vLLM、SGLang |
# | 又快又好的计数模型 | KenLM |
# | 诚实地评测 | lm-evaluation-harness |
#
# 用它来写给人看，是另一回事：它说的话，谁来负责？模型说的是“可能”的话，可能不等于真实。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 15 · Exercises
#
# A wrong answer gets a hint, a second one in a row a longer hint;
# `check("09.1", corpus_scores, hint=2)` asks for that at once.
#
# ### Two measures of a corpus
#
# A model has read some texts and paid so many nats (formula (2), with the natural logarithm) for each token of each. What is its
# perplexity per token over the whole corpus, and how many bits does it pay for a byte of UTF-8?
# %% [markdown] id="exercises" lang="zh" tags=["stop"] of="a242f142"
# ## 15 · 练习
#
# 答错了会有提示；连续第二次答错，提示会更详细，想马上看就用 `check("09.1", corpus_scores, hint=2)`。
#
# ### 一个语料的两种度量
#
# 一个模型读了几篇文字，每个词元的损失是多少奈特（即 (2) 式改用自然对数），都已给出。它在整个语料上每个词元的困惑度是多少？
# 每个 UTF-8 字节需要多少比特？
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=8
def corpus_scores(losses, texts):
    tr("""losses: for each text the nats of its tokens; texts: list of str
    -> perplexity, bits per byte""",
       """losses：每篇文本各词元的奈特数；texts：str 的列表
    -> 困惑度、每字节比特""")
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def corpus_scores(losses, texts):
    tr("""losses: for each text the nats of its tokens; texts: list of str
    -> perplexity, bits per byte""",
       """losses：每篇文本各词元的奈特数；texts：str 的列表
    -> 困惑度、每字节比特""")
    total = sum(sum(nats) for nats in losses)
    tokens = sum(len(nats) for nats in losses)
    size = sum(len(text.encode("utf-8")) for text in texts)
    return np.exp(total / tokens), total / np.log(2) / size
# %% id="ex1-check" tags=["check"]
check("09.1", corpus_scores)
# %% [markdown] id="ex2-text" lang="en"
# ### Documents in rows
#
# Put the separator in front of every document and write all of them one after the other. Cut what you have into rows of
# `length` inputs; the target of each position is the token that follows it. Number the documents 0, 1, 2, … and say for each
# input which one it belongs to (a separator belongs to the document it opens). Leave out what does not fill a whole row with
# all its targets.
# %% [markdown] id="ex2-text" lang="zh" of="a92e9e7b"
# ### 文档排成行
#
# 在每篇文档前面放一个分隔符，再把所有文档首尾相接。切成若干行，每行有 `length` 个输入；每个位置的目标是它后面的那个词元。
# 文档依次编号为 0、1、2……，并说明每个输入属于哪一篇（分隔符属于由它开头的那一篇）。连同目标凑不满一整行的部分舍去。
# %% id="ex2" tags=["exercise"] difficulty=2 minutes=12
def pack_rows(documents, length, separator):
    tr("""documents: lists of ids
    -> inputs, targets, segments: three int arrays (rows, length)""",
       """documents：编号的列表
    -> inputs、targets、segments：三个整数数组 (rows, length)""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def pack_rows(documents, length, separator):
    tr("""documents: lists of ids
    -> inputs, targets, segments: three int arrays (rows, length)""",
       """documents：编号的列表
    -> inputs、targets、segments：三个整数数组 (rows, length)""")
    tokens, owners = [], []
    for number, document in enumerate(documents):
        tokens += [separator, *document]
        owners += [number] * (len(document) + 1)
    rows = (len(tokens) - 1) // length  # the last input needs a target, too  # 最后一个输入也要有目标
    end = rows * length
    parts = tokens[:end], tokens[1 : end + 1], owners[:end]
    return tuple(np.array(part, int).reshape(rows, length) for part in parts)
# %% id="ex2-check" tags=["check"]
check("09.2", pack_rows)
# %% [markdown] id="ex3-text" lang="en"
# ### Clipping
#
# Shorten the gradients of all weights by **one** factor, so that their common length is at most `limit`; leave shorter ones alone.
# %% [markdown] id="ex3-text" lang="zh" of="299736e2"
# ### 梯度裁剪
#
# 把所有权重的梯度乘以**同一个**倍数，使它们合起来的长度不超过 `limit`；本来就不超过的，保持不变。
# %% id="ex3" tags=["exercise"] difficulty=1 minutes=8
def clip_gradients(gradients, limit):
    tr("""gradients: list of arrays of any shapes
    -> a list of arrays of the same shapes""",
       """gradients：任意形状的数组的列表 -> 形状相同的数组的列表""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def clip_gradients(gradients, limit):
    tr("""gradients: list of arrays of any shapes
    -> a list of arrays of the same shapes""",
       """gradients：任意形状的数组的列表 -> 形状相同的数组的列表""")
    squares = sum(np.sum(gradient**2) for gradient in gradients)
    length = np.sqrt(squares)
    factor = min(1.0, limit / length) if length > 0 else 1.0
    return [gradient * factor for gradient in gradients]
# %% id="ex3-check" tags=["check"]
check("09.3", clip_gradients)
# %% [markdown] id="ex4-text" lang="en"
# ### A nucleus at a temperature
#
# Divide the scores by the temperature, make probabilities of them, keep the smallest number of most probable tokens that hold
# at least `share` of the probability together, and share out everything among these. The best token always stays.
# %% [markdown] id="ex4-text" lang="zh" of="343a1b4f"
# ### 带温度的核采样
#
# 把得分除以温度，变成概率；从最可能的词元取起，取到合起来至少占 `share` 为止，个数取最少的；再把全部概率按比例分给这些词元。
# 最好的那个词元总要留下。
# %% id="ex4" tags=["exercise"] difficulty=2 minutes=12
def nucleus_distribution(logits, temperature, share):
    tr("""logits (V,), temperature > 0, 0 < share <= 1 -> probabilities (V,)""",
       """logits (V,)，temperature > 0，0 < share <= 1 -> 概率 (V,)""")
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def nucleus_distribution(logits, temperature, share):
    tr("""logits (V,), temperature > 0, 0 < share <= 1 -> probabilities (V,)""",
       """logits (V,)，temperature > 0，0 < share <= 1 -> 概率 (V,)""")
    scores = np.asarray(logits, dtype=float) / temperature
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances)
    # what the better ones hold  # 更好的那些占多少
    before = np.cumsum(chances[order]) - chances[order]
    kept = order[before < share]
    only = np.zeros_like(chances)
    only[kept] = chances[kept]
    return only / only.sum()
# %% id="ex4-check" tags=["check"]
check("09.4", nucleus_distribution)
# %% [markdown] id="ex5-text" lang="en"
# ### One step with a cache
#
# A new token has a query, a key and a value for each head; the cache holds the keys and values of the $t$ tokens before it
# ($t$ may be 0). Give the output of each head, $\mathrm{softmax}(q K^\top / \sqrt d)\, V$ over the old tokens and the new one,
# and the longer cache.
# %% [markdown] id="ex5-text" lang="zh" of="b7e5e0bb"
# ### 带缓存的一步
#
# 一个新词元，每个头各有一个查询、一个键和一个值；缓存里存着它前面 $t$ 个词元的键和值（$t$ 可以是 0）。请给出每个头的输出，
# 即对旧词元和新词元一起算的 $\mathrm{softmax}(q K^\top / \sqrt d)\, V$，以及加长了的缓存。
# %% id="ex5" tags=["exercise"] difficulty=3 minutes=15
def cached_step(query, key, value, cache):
    tr("""query, key, value (heads, d); cache: keys and values, (heads, t, d)
    -> output (heads, d), the longer cache""",
       """query、key、value (heads, d)；cache：键和值，各为 (heads, t, d)
    -> 输出 (heads, d)、加长了的 cache""")
    raise NotImplementedError
# %% id="ex5" tags=["solution"]
def cached_step(query, key, value, cache):
    tr("""query, key, value (heads, d); cache: keys and values, (heads, t, d)
    -> output (heads, d), the longer cache""",
       """query、key、value (heads, d)；cache：键和值，各为 (heads, t, d)
    -> 输出 (heads, d)、加长了的 cache""")
    keys = np.concatenate([cache[0], key[:, None]], axis=1)  # (heads, t + 1, d)
    values = np.concatenate([cache[1], value[:, None]], axis=1)
    scores = np.einsum("hd,htd->ht", query, keys) / np.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.einsum("ht,htd->hd", weights, values), (keys, values)
# %% id="ex5-check" tags=["check"]
check("09.5", cached_step)
# %% [markdown] id="ex6-text" lang="en"
# ### Is it an induction head?
#
# A row of $n$ random tokens was read twice, so the row has $2n$ tokens. You have the attention weights of all heads. For each
# head, average over the positions of the **second** copy how much it looks at the token that came **after** the same token in
# the first copy.
# %% [markdown] id="ex6-text" lang="zh" of="11cd6a1e"
# ### 它是归纳头吗？
#
# 一行 $n$ 个随机词元读了两遍，所以一共有 $2n$ 个词元。各个头的注意力权重都已给出。请对每个头算出：在**第二遍**的各个位置上，
# 它平均有多少注意力放在第一遍里同一个词元**后面**的那个词元上。
# %% id="ex6" tags=["exercise"] difficulty=2 minutes=10
def induction_scores(weights, n):
    tr("""weights (heads, 2n, 2n), row i says where position i looks -> (heads,)""",
       """weights (heads, 2n, 2n)，第 i 行是位置 i 看向哪里 -> (heads,)""")
    raise NotImplementedError
# %% id="ex6" tags=["solution"]
def induction_scores(weights, n):
    tr("""weights (heads, 2n, 2n), row i says where position i looks -> (heads,)""",
       """weights (heads, 2n, 2n)，第 i 行是位置 i 看向哪里 -> (heads,)""")
    second = np.arange(n, 2 * n)
    return weights[:, second, second - n + 1].mean(axis=-1)
# %% id="ex6-check" tags=["check"]
check("09.6", induction_scores)
# %% [markdown] id="open-1" lang="en"
# ### Open 1 · Write the exam of a model
#
# A friend shows you a language model of her own and says that its perplexity is 11. Which five questions do you ask before you are impressed? Write them down, then unfold.
#
# <details><summary>A worked answer</summary>
#
# 1. *Per what?* Tokens, words, characters: without the tokens the number says nothing; ask for bits per byte. 2. *On which text?* Held out by whole documents, and not to be found in the training text in some other edition: search for
# its longest copied span. 3. *With how much context?* A sliding window, or pieces whose first tokens see nothing? 4. *What do counting and `xz` give on the same text?* 5. *How many runs, chosen how?* One seed picked on the test text is no result.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="d2b0dd37"
# ### 开放题 1 · 给模型出考题
#
# 朋友给你看她自己的语言模型，说困惑度是 11。先别急着佩服：你要问她哪五个问题？请先写下来，再展开看。
#
# <details><summary>参考答案</summary>
#
# 1. *按什么算？* 词元、词还是字符：不知道词元，这个数就没有意义；请她给出每字节比特。2. *在什么文字上？* 是不是整篇留出，训练文本里有没有它的别的版本：查一查最长的照抄有多长。3. *给了多少上文？* 是滑动窗口，
# 还是切成小段、段首什么也看不到？4. *计数和 `xz` 在同一篇文字上得多少？* 5. *训练了几次，怎么挑的？* 在测试文本上挑出来的一个种子，不算结果。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · A voice of your own
#
# Take a text of yours that has 200 kB or more: letters, notes, a diary. Train the Transformer of section 7 on it, once from fresh weights and once from those on record, for the same time. Which pays less for a part that you held out, and which writes more like you? Before you
# share it: what of the text could a reader get out of the model?
#
# <details><summary>What to expect</summary>
#
# If your text is English, the recorded weights should help, and most at the beginning: they know spelling and grammar. In another language they know bytes and little more. 200 kB of English are some 60,000 tokens, far fewer than the model has weights. So watch the validation loss: where it turns
# upwards while the training loss goes on falling, the model learns your text by heart; stop there. Give it the first words of something private and let it continue greedily: whatever comes out word for word is in the weights, for everybody to whom you give them.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="cd75ff3b"
# ### 开放题 2 · 你自己的文风
#
# 找一份你自己写的文字，200 kB 以上：信件、笔记、日记。用第 7 节的 Transformer 训练，一次从全新的权重开始，一次从有记录的权重开始，时间一样长。对留出的那一部分，哪个损失更小？哪个写得更像你？
# 分享之前再想一想：别人能从模型里套出多少原文？
#
# <details><summary>大致会怎样</summary>
#
# 如果是英文，有记录的权重应当有帮助，开头帮得最多：它们懂拼写和语法。换一种语言，它们就只懂字节，别的不懂多少。200 kB 的英文大约是 6 万个词元，比模型的权重少得多。所以要盯着验证损失：训练损失还在降，
# 它却掉头向上，就是模型在背你的文字，该停了。给它一段私密内容的开头几个词，让它贪心地写下去：凡是一字不差写出来的，都在权重里，你把权重给谁，谁就拿得到。
#
# </details>

# %% [markdown] id="quiz-intro" lang="en"
# ## 16 · Quiz
# %% [markdown] id="quiz-intro" lang="zh" of="de211f7c"
# ## 16 · 测验
# %% [markdown] id="quiz-first-loss" lang="en" tags=["quiz"]
# **A new model has 8,000 tokens and tied vectors. Before any training its loss on a batch is 2.1 nats. What do you do?**
# - [ ] Be glad of a good initialisation — No draw of weights knows what comes next.
# - [x] Look whether the targets are shifted — It should be ln 8,000 = 8.99; large tied vectors repeat what they read, and that is cheap only where the input is the answer.
# - [ ] Lower the learning rate — Nothing was trained yet.
# - [ ] Check whether the loss is in bits — In bits it should be 12.97.
# %% [markdown] id="quiz-first-loss" lang="zh" tags=["quiz"] of="1663616d"
# **一个新模型有 8,000 个词元，向量共享。还没训练，一批数据上的损失就是 2.1 奈特。你怎么办？**
# - [ ] 庆幸初始化得好 — 随机抽的权重，不可能知道接下来是什么。
# - [x] 查目标有没有错开一位 — 本该是 ln 8,000 = 8.99；共享的向量太长，就会复述读到的东西，只有输入就是答案时，损失才这么小。
# - [ ] 调低学习率 — 还没训练呢。
# - [ ] 看看损失是不是用比特算的 — 用比特算，就该是 12.97。
# %% [markdown] id="quiz-state" lang="en" tags=["quiz"]
# **Truncated backpropagation goes back 64 tokens. Can an LSTM all the same make use of what stood 200 tokens before?**
# - [ ] No, at the cut everything is lost — The gradient ends there; what the state holds does not.
# - [x] Yes, if the state is carried: only the gradient stops at the cut — What proved useful within 64 tokens is kept, and may last longer.
# - [ ] Yes, for Adam's running means remember the text — They remember gradients, and not what was read.
# - [ ] Yes, for the forget gate is always 1 — Then nothing new could be told from the old.
# %% [markdown] id="quiz-state" lang="zh" tags=["quiz"] of="8aacce3c"
# **截断的反向传播只往回走 64 个词元。LSTM 有没有可能用上 200 个词元之前的内容？**
# - [ ] 没有，到了切口就全丢了 — 停在切口上的是梯度，不是状态里装的东西。
# - [x] 有，只要传递状态：停在切口上的只是梯度 — 在 64 个词元之内学会保留的东西，可以留得更久。
# - [ ] 有，因为 Adam 的滑动平均记得读过的文字 — 它记的是梯度，不是读过的内容。
# - [ ] 有，因为遗忘门恒为 1 — 那样新旧就全混在一起了。
# %% [markdown] id="quiz-greedy" lang="en" tags=["quiz"]
# **Greedy writing gets into a circle. Why does the most probable token lead there?**
# - [ ] Because of rounding — It happens with exact numbers, too.
# - [x] A phrase that was just written makes itself more probable, and nothing ever breaks the circle — In larger models heads that continue what stood before strengthen it.
# - [ ] The model has too few tokens — It happens with any number of them.
# - [ ] The cache is full — It happens without a cache.
# %% [markdown] id="quiz-greedy" lang="zh" tags=["quiz"] of="4aa2aa0a"
# **贪心地写，会兜圈子。为什么总取最可能的词元会走到这一步？**
# - [ ] 因为舍入误差 — 精确计算也一样。
# - [x] 刚写过的短语会让自己更可能再出现，又没有什么能打破这个圈子 — 在更大的模型里，接续重复的头还会加剧这种情形。
# - [ ] 词元太少 — 有多少词元都会这样。
# - [ ] 缓存满了 — 不用缓存也一样。
# %% [markdown] id="quiz-parameters" lang="en" tags=["quiz"]
# **You double the width and leave everything else. What happens to the number of parameters?**
# - [ ] It doubles — The token table does; the blocks do not.
# - [ ] It stays: tied vectors are used twice — Tying saves one table, whatever the width.
# - [x] The blocks become four times as large, the table of tokens twice — Each matrix of a block is width by a multiple of width.
# - [ ] It becomes sixteen times as large — Width enters twice, not four times.
# %% [markdown] id="quiz-parameters" lang="zh" tags=["quiz"] of="c94f3540"
# **宽度加倍，其余不变。参数的个数会怎样？**
# - [ ] 加倍 — 词元表是加倍，各层不是。
# - [ ] 不变：共享的向量用了两次 — 共享省下一张表，与宽度无关。
# - [x] 各层变成四倍，词元表变成两倍 — 层里的每个矩阵都是“宽度 × 宽度的若干倍”。
# - [ ] 变成十六倍 — 宽度只乘两次，不是四次。

# %% [markdown] id="summary" lang="en"
# ## 17 · Summary
#
# - A language model says what comes next; it is paid for in bits, and honest doubt is cheapest.
# - Perplexity is per token; only bits per byte compare models with different tokens. Put `xz` and Kneser–Ney beside every network.
# - A recurrent network keeps a state: open gates keep the gradient from vanishing, clipping stops its explosion, and the state is carried over the cut, in training already.
# - A decoder alone is lesson 06 without an encoder: shift, causal mask, sparse loss, tied vectors. Its first loss is ln V.
# - Packed documents need a mask that knows them.
# - In a short race counting wins by far; networks overtake it with time and go on.
# - How a token is drawn changes the text a great deal; keys and values are computed once.
# - Measure what was copied, and put real text beside it.
# - Heads that continue a pattern can be found by a measure, and proved by switching them off.
# %% [markdown] id="summary" lang="zh" of="6e753186"
# ## 17 · 小结
#
# - 语言模型预测接下来是什么；代价按比特算，如实表达把握，代价最小。
# - 困惑度是按词元算的；词元不同的模型，只能比每字节比特。每个网络旁边，都要放上 `xz` 和 Kneser–Ney。
# - 循环网络有状态：打开的门让梯度不致消失，裁剪挡住爆炸，状态要越过切口传下去，训练时就得这样。
# - 仅解码器模型，就是第 06 课去掉编码器：错位、因果掩码、稀疏损失、共享向量。最初的损失是 ln V。
# - 打包的文档，掩码要认得界线。
# - 训练时间短，计数遥遥领先；时间一长，网络赶上来，并且继续进步。
# - 词元的抽法不同，写出来的文字就大不一样；键和值只算一次。
# - 照抄了多少，要测量，并且拿真实的文字来比。
# - 接续重复的头，用一个指标就能找到，关掉它们才算证实。

# %% [markdown] id="faq" lang="en"
# ## 18 · Questions that come up
#
# **Which model should I take?** For text that others will read, a large one that somebody has trained, small enough for your machine; lesson 02's counting model where it must run on anything. Train your own to understand it,
# or where no language model knows your kind of text.
#
# **How do I make it better?** More text first, then more weights, then more time, in proportion. The third article's list (more data, better structure, better optimisers, regularisation) is right; what it leaves out is
# the order, and that all four are bought with the same hours of a processor.
#
# **Why does it say false things so well?** It is trained to be likely. Nothing in (2) asks for truth.
#
# **Are recurrent networks dead?** No. Their state has one size, however long the text: that is attractive again for very long ones, and newer kinds (state-space models, RWKV) train in parallel as a Transformer does.
#
# **Why does my seed not give your text?** Sampling multiplies small differences: another processor rounds differently, one token tips over, and the rest is another story. Numbers are given as ranges for that reason.
#
# **How long may the context be?** As long as was practised, and memory allows: the cache grows with every token, in every layer. Beyond the practised length rotary positions work for a little, then badly.
# %% [markdown] id="faq" lang="zh" of="2ade606b"
# ## 18 · 常见问题
#
# **该选哪个模型？** 文字要给别人看，就用别人训练好的大模型，小到你的机器跑得动就行；什么机器都得跑得动，就用第 02 课的计数模型。自己训练，是为了弄懂它，或者因为没有哪个语言模型懂你那一类文字。
#
# **怎样让它更好？** 先加文字，再加权重，再加时间，三者要成比例。第三篇文章列的（更多数据、更好的结构、更好的优化、正则化）都对；它没说的是先后，以及这四样花的是同样的处理器时间。
#
# **它为什么能把假话说得这么好？** 训练要它说得像。(2) 式里没有一处要求真实。
#
# **循环网络过时了吗？** 没有。不管文字多长，它的状态都一样大：对特别长的文字，这又有吸引力了；新的几种（状态空间模型、RWKV）也能像 Transformer 一样并行训练。
#
# **为什么同样的种子，写出来的和你的不一样？** 抽样会放大微小的差别：换一个处理器，舍入不同，有一个词元变了，后面就是另一个故事。正因为如此，数字都以范围给出。
#
# **上文可以多长？** 练过多长就多长，还要内存放得下：每来一个词元，缓存在每一层都要变长。超出练过的长度，旋转位置编码还能勉强用一小段，然后就不行了。

# %% [markdown] id="references" lang="en"
# ## 19 · References
#
# - C. E. Shannon (1951). *Prediction and entropy of printed English.* Bell System Technical Journal 30(1).
# - S. F. Chen, J. Goodman (1999). *An empirical study of smoothing techniques for language modeling.* Computer Speech & Language 13(4).
# - S. Hochreiter, J. Schmidhuber (1997). *Long short-term memory.* Neural Computation 9(8).
# - F. A. Gers, J. Schmidhuber, F. Cummins (2000). *Learning to forget: continual prediction with LSTM.* Neural Computation 12(10).
# - K. Cho et al. (2014). *Learning phrase representations using RNN encoder–decoder* (the GRU). EMNLP. arXiv:1406.1078.
# - R. Pascanu, T. Mikolov, Y. Bengio (2013). *On the difficulty of training recurrent neural networks.* ICML. arXiv:1211.5063.
# - T. Mikolov et al. (2010). *Recurrent neural network based language model.* Interspeech.
# - A. Radford, K. Narasimhan, T. Salimans, I. Sutskever (2018). *Improving language understanding by generative pre-training.* OpenAI.
# - A. Radford et al. (2019). *Language models are unsupervised multitask learners.* OpenAI.
# - O. Press, L. Wolf (2017). *Using the output embedding to improve language models.* EACL. arXiv:1608.05859.
# - J. Su et al. (2021). *RoFormer: enhanced Transformer with rotary position embedding.* arXiv:2104.09864.
# - H. Touvron et al. (2023). *LLaMA: open and efficient foundation language models.* arXiv:2302.13971.
# - A. Fan, M. Lewis, Y. Dauphin (2018). *Hierarchical neural story generation* (top-k). ACL. arXiv:1805.04833.
# - A. Holtzman et al. (2020). *The curious case of neural text degeneration* (nucleus). ICLR. arXiv:1904.09751.
# - N. Nguyen et al. (2024). *Turning up the heat: min-p sampling for creative and coherent LLM outputs.* arXiv:2407.01082.
# - N. S. Keskar et al. (2019). *CTRL: a conditional Transformer language model* (repetition penalty). arXiv:1909.05858.
# - C. Olsson et al. (2022). *In-context learning and induction heads.* Transformer Circuits Thread. arXiv:2209.11895.
# - R. Eldan, Y. Li (2023). *TinyStories: how small can language models be and still speak coherent English?* arXiv:2305.07759.
# %% [markdown] id="references" lang="zh" of="bd4d76ef"
# ## 19 · 参考文献
#
# - C. E. Shannon (1951). *Prediction and entropy of printed English.* Bell System Technical Journal 30(1).
# - S. F. Chen, J. Goodman (1999). *An empirical study of smoothing techniques for language modeling.* Computer Speech & Language 13(4).
# - S. Hochreiter, J. Schmidhuber (1997). *Long short-term memory.* Neural Computation 9(8).
# - F. A. Gers, J. Schmidhuber, F. Cummins (2000). *Learning to forget: continual prediction with LSTM.* Neural Computation 12(10).
# - K. Cho et al. (2014). *Learning phrase representations using RNN encoder–decoder* (the GRU). EMNLP. arXiv:1406.1078.
# - R. Pascanu, T. Mikolov, Y. Bengio (2013). *On the difficulty of training recurrent neural networks.* ICML. arXiv:1211.5063.
# - T. Mikolov et al. (2010). *Recurrent neural network based language model.* Interspeech.
# - A. Radford, K. Narasimhan, T. Salimans, I. Sutskever (2018). *Improving language understanding by generative pre-training.* OpenAI.
# - A. Radford et al. (2019). *Language models are unsupervised multitask learners.* OpenAI.
# - O. Press, L. Wolf (2017). *Using the output embedding to improve language models.* EACL. arXiv:1608.05859.
# - J. Su et al. (2021). *RoFormer: enhanced Transformer with rotary position embedding.* arXiv:2104.09864.
# - H. Touvron et al. (2023). *LLaMA: open and efficient foundation language models.* arXiv:2302.13971.
# - A. Fan, M. Lewis, Y. Dauphin (2018). *Hierarchical neural story generation* (top-k). ACL. arXiv:1805.04833.
# - A. Holtzman et al. (2020). *The curious case of neural text degeneration* (nucleus). ICLR. arXiv:1904.09751.
# - N. Nguyen et al. (2024). *Turning up the heat: min-p sampling for creative and coherent LLM outputs.* arXiv:2407.01082.
# - N. S. Keskar et al. (2019). *CTRL: a conditional Transformer language model* (repetition penalty). arXiv:1909.05858.
# - C. Olsson et al. (2022). *In-context learning and induction heads.* Transformer Circuits Thread. arXiv:2209.11895.
# - R. Eldan, Y. Li (2023). *TinyStories: how small can language models be and still speak coherent English?* arXiv:2305.07759.
