# Lesson 11 of "Deep learning for language": what makes a large model trainable. Source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 11 · Training at scale: what makes a large model trainable?
#
# A model of seven billion weights is made of the same layers as lesson 09's. What is different is everything around them: it does not fit on one device, it computes for
# months, and on the way machines die. Asked how to train faster, the first article answers in one garbled sentence (E08). The fourth gives learning rates that would wreck a Transformer (E23).
# The fifth answers the question how to store and move so many parameters with "distributed storage", and leaves it there. In this lesson you count, measure, share the work, and recover.
#
# **When you have worked through it, you can**
#
# - say from a model's sizes what it costs: operations, memory, days, money, and check that against published runs;
# - find out what your machine waits for, arithmetic or memory, and which batch it wants;
# - make training faster by what was measured to help, and tell apart what only sounds fast;
# - add up gradients round a ring of devices, cut matrices and optimiser states, and count what travels;
# - kill one of two processes that train together and end with the same weights;
# - keep training stable, and carry a learning rate from a small model to a large one;
# - predict the loss of a model that you have not trained;
# - plan a model of seven billion weights on paper, from raw text to failures per day.
#
# **You need** the language model of lesson 09, Adam (lesson 02), learning-rate sweeps and schedules (lesson 08).
#
# **Mirrors** sections 7 and 8 of the first article, 5.2 of the third, 3.2.3 and 3.3 of the fourth, 7 and 8 of the fifth.
# %% [markdown] id="title" lang="zh" of="18c89824"
# # 11 · 大规模训练：大模型靠什么才训得动？
#
# 七十亿权重的模型，用的层与第 09 课的一样。不同的是层以外的一切：一台设备放不下，一算就是几个月，途中还有机器坏掉。问怎样训练得更快，第一篇文章用一句前言不搭后语的话作答（E08）；
# 第四篇给出的学习率会毁掉 Transformer（E23）；问这么多参数怎么存储和传输，第五篇只答了“分布式存储”几个字，就没有下文了。这一课里，你来清点、测量、分工，并从故障中恢复。
#
# **学完这一课，你能够**
#
# - 由模型的大小说出它的代价：运算量、内存、天数、费用，并拿公开发表的训练来核对；
# - 弄清你的机器在等什么，是算力还是内存，以及多大的批最合适；
# - 用测出来确实有用的办法加快训练，认出那些只是听起来快的；
# - 让排成环的设备把梯度加起来，切分矩阵和优化器状态，并数清传了多少数；
# - 杀掉一起训练的两个进程之一，最后仍得到同样的权重；
# - 让训练保持稳定，把小模型上的学习率搬到大模型上；
# - 预测一个还没训练过的模型的损失；
# - 在纸上规划一个七十亿权重的模型，从原始文本到每天的故障数。
#
# **你需要会** 第 09 课的语言模型，Adam（第 02 课），学习率扫描与调度（第 08 课）。
#
# **对应原文**：第一篇的第 7、8 节，第三篇的 5.2 节，第四篇的 3.2.3 和 3.3 节，第五篇的第 7、8 节。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>A matrix of 300 rows and 200 columns times a vector of 200 numbers: how many multiplications?</summary>
#
# One for each entry of the matrix: 60,000, and about as many additions. Read again: {{05 cost}}.
#
# </details>
#
# <details><summary>What does Adam keep for each weight besides the weight?</summary>
#
# Two running averages: of the gradient and of its square. Read again: {{02 optimisers}}.
#
# </details>
#
# <details><summary>What is the loss of a language model measured in, and when do two losses compare?</summary>
#
# In nats per token, on the same tokens of the same held-out text. Read again: {{09 bits}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="e0549207"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>300 行 200 列的矩阵乘以一个 200 维的向量，要做多少次乘法？</summary>
#
# 矩阵里每个数一次：60,000 次，加法也差不多这么多。重读：{{05 cost}}。
#
# </details>
#
# <details><summary>除了权重本身，Adam 还为每个权重保存什么？</summary>
#
# 两个滑动平均：梯度的，和梯度平方的。重读：{{02 optimisers}}。
#
# </details>
#
# <details><summary>语言模型的损失用什么单位？两个损失什么时候可以相比？</summary>
#
# 单位是每词元多少奈特；词元相同、留出的文本也相同，才可以比。重读：{{09 bits}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>A reader sets 500 steps of warm-up and has 60 steps of training. What learning rate does the model see at the end?</summary>
#
# 12% of the peak: the warm-up is not over when the training is. Give it as a share of all steps. From {{10 tuning}}.
#
# </details>
#
# <details><summary>Why may a network's loss rise in bits per token and fall in bits per byte?</summary>
#
# Longer tokens are harder to guess and fewer; only the bytes stay the same. From {{09 bits}}.
#
# </details>
#
# <details><summary>Which of fifty settings will disappoint when it is trained again?</summary>
#
# The best one: it was chosen for its luck as well. From {{08 again}}.
#
# </details>
#
# <details><summary>Two copies of a review stand in training and test set. What does the test measure then?</summary>
#
# Memory. That is why splits go by film, and why this lesson looks for near copies. From {{07 split}}.
#
# </details>
#
# <details><summary>Why are attention's scores divided by the root of the key's length?</summary>
#
# Their variance grows with the length; undivided, softmax would sit on one word and pass no gradient. This lesson meets the same thought for whole layers. From {{05 scale}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="db2ce7fa"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>有人设了 500 步预热，训练总共只有 60 步。到最后，模型用到的学习率是多少？</summary>
#
# 峰值的 12%：训练结束了，预热还没完。预热要按总步数的比例来给。出自 {{10 tuning}}。
#
# </details>
#
# <details><summary>一个网络每词元的比特数可以升高，每字节的比特数却降低，为什么？</summary>
#
# 词元长了，更难猜，个数却少了；只有字节数不变。出自 {{09 bits}}。
#
# </details>
#
# <details><summary>五十组设置，重新训练一遍，哪一组会让人失望？</summary>
#
# 最好的那一组：选中它，也因为它运气好。出自 {{08 again}}。
#
# </details>
#
# <details><summary>同一篇影评的两个副本，一个在训练集，一个在测试集。这时测试量的是什么？</summary>
#
# 是记忆，不是泛化。所以划分要按电影，这一课也要找出近似的副本。出自 {{07 split}}。
#
# </details>
#
# <details><summary>注意力的得分为什么要除以键长度的平方根？</summary>
#
# 得分的方差随长度增长；不除，softmax 就集中在一个词上，梯度传不过去。这一课会对整层用到同样的道理。出自 {{05 scale}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · Counting
#
# In 2020 the training of GPT-3 took $3 \cdot 10^{23}$ operations; four years later Llama 3 took a hundred times as many.
# Nobody tries out such a training: it is **planned**, and a plan begins with counting. All of a Transformer's work is products of matrices. A product of an $(n, k)$ and a $(k, m)$ matrix takes $2nkm$ operations, a multiplication and an addition for each triple.
#
# So a matrix weight costs 2 operations for every token that passes. On the way back, in backpropagation, there are two products in place of one: the gradient of what came in, and the gradient of the weight. That makes 6 for each of the $N$ weights and $D$ tokens, and $C$ in all:
#
# $$ C \approx 6\,N\,D. \tag{1} $$
# %% [markdown] id="background" lang="zh" of="c68795e6"
# ## 1 · 先数清楚
#
# 2020 年训练 GPT-3 用了 $3 \cdot 10^{23}$ 次运算；四年之后，Llama 3 用了它的一百倍。
# 这样的训练没有人会去试一试：它是**规划**出来的，而规划从清点开始。Transformer 的全部工作就是矩阵乘法。$(n, k)$ 的矩阵乘以 $(k, m)$ 的矩阵，要做 $2nkm$ 次运算：每个三元组一次乘法、一次加法。
#
# 于是，每处理一个词元，一个矩阵权重要做 2 次运算。反向传播时，乘法不是一次而是两次：一次求输入的梯度，一次求权重的梯度。每个权重对每个词元共 6 次，$N$ 个权重、$D$ 个词元的总运算量 $C$ 就是：
#
# $$ C \approx 6\,N\,D. \tag{1} $$

# %% id="imports" tags=["fold"]
import logging
import time

import keras
import matplotlib.pyplot as plt
import numpy as np

import course_lib.language_model as lm
from course_lib import data, diagrams, display, mlp, plots, scaling
from course_lib import preprocessing as prep
from course_lib.scaling.small import one_thread
from course_lib.training import compile_for_training, devices, starting_point

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its advice about retracing is meant for long loops  # 它关于重新追踪的建议，是给长循环的
blue, red, green, grey = "#2b6ca3", "#b5432f", "#3c7d4f", "#8a8a8a"

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "count": (0, 1, tr("count", "清点") + "\n" + tr("section 1", "第 1 节")),
        "one": (1, 1, tr("one device", "一台设备") + "\n" + tr("sections 2–3", "第 2–3 节")),
        "many": (2, 0, tr("many devices", "许多设备") + "\n" + tr("section 4", "第 4 节")),
        "dead": (3, 0, tr("one dies", "坏了一台") + "\n" + tr("section 5", "第 5 节")),
        "stable": (2, 2, tr("stable", "稳定") + "\n" + tr("section 6", "第 6 节")),
        "laws": (3, 2, tr("predict", "预测") + "\n" + tr("section 7", "第 7 节")),
        "paper": (4, 1, tr("a large one, on paper", "纸上的大模型") + "\n" + tr("sections 8–9", "第 8–9 节")),
    },
    arrows=[
        ("count", "one", ""), ("one", "many", ""), ("one", "stable", ""), ("many", "dead", ""),
        ("stable", "laws", ""), ("dead", "paper", ""), ("laws", "paper", ""),
    ],
    english="A map: counting comes first, then what one device can do; then many devices and what happens when one dies, and"
    " beside it stability and prediction; both lead to a large model planned on paper.",
    chinese="一张路线图：先清点，再看一台设备能做什么；接着一边是许多设备、其中一台坏掉，另一边是稳定与预测；最后汇到纸上规划的大模型。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** At `quick` every training lasts a second or so, on networks so small that dozens of them fit on a page; what takes minutes is read from its record. No graphics card was at hand when this page was made: what would be measured on one is said where it belongs, and how.
# %% [markdown] id="dial" lang="zh" of="c468c91f"
# **规模旋钮。** `quick` 下每次训练只有一秒左右，网络小到一页能放下几十个；要跑几分钟的，读记录。制作这一页时手头没有显卡：该在显卡上测什么、怎么测，会在相应的地方说明。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(seconds=0.02, measured=0.01, draws=6, steps=20, batches=(64, 256), most=20,
                      rate_widths=(16, 32), rate_steps=10, widths=(4, 8, 16), tokens=(512, 1_024, 2_048), held_out=32,
                      bootstraps=3, reviews=60, warm_widths=(8, 16), warm_steps=9, live=False, count_live=False, width=16, length=16, blocks=1),
        "quick": dict(seconds=0.8, measured=0.06, draws=40, steps=240, batches=(16, 32, 64, 128, 256, 512), most=1_500,
                      rate_widths=(16, 64, 128), rate_steps=80, widths=(4, 6, 8, 11, 16, 23, 32, 45, 64, 76, 91, 108),
                      tokens=(8_192, 16_384, 32_768, 65_536), held_out=160,
                      bootstraps=30, reviews=600, warm_widths=(64, 256), warm_steps=80, live=True, count_live=False, width=48, length=48, blocks=1),
        "full": dict(seconds=10.0, measured=0.3, draws=200, steps=600, batches=(8, 16, 32, 64, 128, 256, 512, 1_024),
                     most=4_000, rate_widths=(16, 64, 256, 512), rate_steps=200,
                     widths=(4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181),
                     tokens=(8_192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288), held_out=256,
                     bootstraps=100, reviews=5_000, warm_widths=(64, 256), warm_steps=400, live=True, count_live=True, width=128, length=128, blocks=4),
    },
    expected={
        "quick": dict(
            counted_over_formula=(1.0, 1.2), llama_share=(0.4, 0.5), critical_later_over_first=(2, 200),
            accumulation_error=(0.001, 0.5), mended_error=(0, 1e-5), lost_plain=(0.001, 0.7), lost_scaled=(0, 0.02),
            ring_error=(0, 1e-5), devices_apart=(0, 1e-4), killed_apart=(0, 1e-4),
            warm_up_gain=(0.05, 1), rates_shift_standard=(1, 4), held_out_error=(-0.08, 0.08), planted_found=(0.9, 1),
        ),
        "full": dict(
            counted_over_formula=(1.0, 1.2), llama_share=(0.4, 0.5), critical_later_over_first=(2, 200),
            accumulation_error=(0.001, 0.5), mended_error=(0, 1e-5), lost_plain=(0.001, 0.7), lost_scaled=(0, 0.02),
            ring_error=(0, 1e-5), devices_apart=(0, 1e-4), killed_apart=(0, 1e-4),
            warm_up_gain=(0.05, 1), rates_shift_standard=(1, 6), held_out_error=(-0.08, 0.08), planted_found=(0.9, 1),
        ),
        "sample": dict(
            counted_over_formula=(1.0, 1.2), llama_share=(0.4, 0.5), critical_later_over_first=(0.01, 1e9),
            accumulation_error=(0.001, 0.5), mended_error=(0, 1e-5), lost_plain=(0, 1), lost_scaled=(0, 0.5),
            ring_error=(0, 1e-5), devices_apart=(0, 1e-4), killed_apart=(0, 1e-4),
            warm_up_gain=(-2, 9), rates_shift_standard=(-8, 8), held_out_error=(-2, 2), planted_found=(0.8, 1),
        ),
    },
)

# %% id="count-by-hand"
# a small Transformer, one token of a row of 64  # 一个小 Transformer，长 64 的行里的一个词元
layers, width, hidden, words, length = 4, 64, 256, 64, 64
projections = 4 * 2 * width * width  # query, key, value, output
network = 2 * 2 * width * hidden  # there and back  # 前馈网络
looking = 2 * 2 * length * width  # q·k, then the weighted sum  # q·k，再加权求和
forward = layers * (projections + network + looking) + 2 * words * width
print(f"{projections:,} {network:,} {looking:,}")
print(f"{forward:,} {tr('forward,', '（前向），')} {3 * forward:,}")

sizes = scaling.Sizes(layers, width, hidden, words, length, num_heads=4)
assert forward == sum(scaling.forward_flops(sizes).values())
model = lm.DecoderLanguageModel(words, width, layers, 4, max_length=length)
model.build((None, length))
print(f"{model.count_params():,}")
assert model.count_params() == scaling.parameters(sizes)
# %% [markdown] id="count-measured-text" lang="en"
# Is that what a step really computes? JAX writes down every operation of a step before compiling it; the next cell holds our count against its own, for the model above and for one four times as wide. (Where JAX is not installed, and at `quick`, the record is read.)
# %% [markdown] id="count-measured-text" lang="zh" of="133862a1"
# 一步真的是这样算的吗？JAX 在编译之前会写下一步的每个运算；下一格拿我们的数与它的数相比，一个是上面的模型，一个宽四倍。（没装 JAX 时，以及在 `quick` 下，读的是记录。）
# %% id="count-measured"
kept = scaling.recorded("counts")["found"]
if course.count_live and scaling.jax_is_here():
    kept["counted"] = scaling.counted_steps(kept["settings"])
rows = []
for settings, counted in zip(kept["settings"], kept["counted"], strict=True):
    if settings["batch_size"] != 16 or "recompute" in settings:
        continue
    if "precision" in settings:
        continue
    wide = settings["width"]
    asked = scaling.Sizes(4, wide, 4 * wide, 64, 64, 4)
    ours = scaling.training_flops(asked, 16 * 64)
    of_weights = sum(scaling.matrix_weights(asked).values())
    rule = scaling.six_nd(of_weights, 16 * 64)
    numbers = (rule, ours, counted["flops"])
    rows.append([wide, *(f"{number / 1e9:.2f}" for number in numbers)])
    ratio = counted["flops"] / ours
heads = [tr("width", "宽"), "6·N·D", tr("with attention", "加上注意力"), "JAX"]
display.table(heads, rows)
course.report("counted_over_formula", ratio)
# %% [markdown] id="count-reading" lang="en"
# (In billions of operations.) Two things are missing from (1). **Attention** to what stands before costs $4\,T\,d$ for each token and layer ($T$ is the length of a row, $d$ the width), and no weight of it is in $N$: the longer the rows, the more. And norms, activations and softmax: much in a narrow model, and little in a wide one, because they grow with the width and the products with its square. What adds nothing is a table that is only looked up.
#
# **Memory** is counted as simply. Trained in mixed precision with Adam, each weight takes 16 bytes: 2 for itself, 2 for its gradient, and 12 for what Adam keeps in 32 bits, the weight once more and two averages. On top come the **activations**: everything that the way back will need.
# %% [markdown] id="count-reading" lang="zh" of="88163e5b"
# （单位：十亿次运算。）(1) 式漏了两样。**注意力**：每个词元、每一层要做 $4\,T\,d$ 次运算（$T$ 是行长，$d$ 是宽度），而 $N$ 里没有与它对应的权重；行越长，这部分越多。还有归一化、激活函数和 softmax：模型窄时占得多，宽时占得少，因为它们随宽度增长，乘法却随宽度的平方增长。只查不乘的词元表，不增加运算。
#
# **内存**同样好算。用 Adam 做混合精度训练，每个权重占 16 个字节：自己 2 个，梯度 2 个，Adam 用 32 位保存的 12 个（权重再存一份，加两个平均）。此外还有**激活值**：反向传播要用到的一切。
# %% id="memory-table"
billions = scaling.published("Llama 2 7B")
state = scaling.state_bytes(round(billions.weights))
kinds = {"none": tr("all kept", "全部保存"), "full": tr("computed again", "重新计算"),
         "attention": tr("without attention's weights", "不存注意力权重")}
rows = [[tr("weights", "权重"), f"{state['weights'] / 1e9:.0f}"],
        [tr("gradients", "梯度"), f"{state['gradients'] / 1e9:.0f}"],
        [tr("optimiser", "优化器"), f"{state['optimiser'] / 1e9:.0f}"]]
for kind, name in kinds.items():
    kept_bytes = scaling.activation_bytes(billions.sizes, 1, kind)
    name = f"{tr('activations of one row', '一行的激活值')}: {name}"
    rows.append([name, f"{kept_bytes / 1e9:.0f}"])
display.table([tr("7 billion weights", "七十亿权重"), "GB"], rows)
# %% [markdown] id="planner" lang="en"
# So 7 billion weights take more than one device of 80 GB before a single token is read. This is what the fifth article's question asks, how to store and move so many parameters, and "distributed storage" is no answer. Section 4 has one.
#
# **A planner** is now a few divisions. Days are operations divided by what the devices really do, which is a share of what their makers promise: the **utilisation**. What share? Published runs tell.
# %% [markdown] id="planner" lang="zh" of="48d703b9"
# 所以，七十亿权重，一个词元还没读，一台 80 GB 的设备就装不下了。第五篇文章问的正是这个：这么多参数怎么存储、怎么传输？“分布式存储”不是答案。答案在第 4 节。
#
# **规划器**现在只是几次除法。天数等于运算量除以设备实际的速度，而实际速度只是厂家标称的一部分，这个比例叫**利用率**。能有多大？看公开发表的训练。
# %% id="planner-published"
rows = []
for run in scaling.PUBLISHED.values():
    ours = scaling.parameters(run.sizes, run.use_bias)
    flops = scaling.training_flops(run.sizes, run.tokens)
    told = f"{run.flops:.2e}" if run.flops else ""
    share = f"{scaling.utilisation_of(run):.1%}" if run.device_hours else ""
    rows.append([run.name, f"{ours / 1e9:.2f}", f"{run.weights / 1e9:g}",
                 f"{flops:.2e}", told, share])
heads = [tr("run", "训练"), tr("our count, billions", "我们数的（十亿）"),
         tr("the paper's", "论文里的"), tr("operations", "运算量"),
         tr("the paper's", "论文里的"), tr("utilisation", "利用率")]
display.table(heads, rows)
llama = scaling.published("Llama 2 7B")
course.report("llama_share", scaling.utilisation_of(llama))
# %% [markdown] id="planner-reading" lang="en"
# The weights come out to the digits that papers give, from nothing but the sizes in them (Llama 3 calls its 405.85 billion 405). The operations lie a few percent above the papers' own where these used $6ND$ and left out the attention. Two of the papers tell their hours, and so their utilisation: BLOOM's 33% and Llama 2's 45%. (BLOOM computed its activations twice; counted so, its devices were busier.) Take 40% for a plan, and be glad of more.
#
# | source of the numbers | tables |
# |---|---|
# | GPT-3: Brown et al., 2020 | 2.1 and D.1 |
# | BLOOM: Le Scao et al., 2022; Luccioni et al., 2022 | 3; 1 |
# | Llama 2: Touvron et al., 2023 | 1 and 2 |
# | Llama 3: Grattafiori et al., 2024 | sections 3.2 and 3.3 |
# %% [markdown] id="planner-reading" lang="zh" of="a32489b9"
# 用论文里的几个大小，数出来的权重与论文给出的数字一致（Llama 3 把 4058.5 亿叫作 4050 亿）。运算量比论文自己的高几个百分点，因为论文用的是 $6ND$，没算注意力。有两篇论文说了用了多少小时，利用率也就知道了：BLOOM 是 33%，Llama 2 是 45%。（BLOOM 的激活值算了两遍；把这也算上，它的设备其实更忙。）做计划时取 40%，能更高就算赚到。
#
# | 数字的来源 | 表 |
# |---|---|
# | GPT-3：Brown 等，2020 | 2.1 和 D.1 |
# | BLOOM：Le Scao 等，2022；Luccioni 等，2022 | 3；1 |
# | Llama 2：Touvron 等，2023 | 1 和 2 |
# | Llama 3：Grattafiori 等，2024 | 3.2 和 3.3 节 |

# %% [markdown] id="roofline" lang="en"
# ## 2 · What does a device wait for?
#
# A device can do two things: compute, and move numbers between its memory and its units. Each has a limit. How much a product **computes for each byte that it moves** is its intensity $I$. With peak $P$ and bandwidth $W$ it reaches at most
#
# $$ \min(P,\; I\, W). \tag{2} $$
#
# That is the **roofline**. A copy has intensity zero. A vector times a matrix uses each weight once: half an operation for each byte in 32 bits, and all of it is waiting. A thousand vectors use each weight a thousand times. Measure yours:
# %% [markdown] id="roofline" lang="zh" of="14f70d97"
# ## 2 · 设备在等什么？
#
# 设备做两件事：计算，以及在内存和运算单元之间搬运数据。两件事各有上限。一次乘法**每搬一个字节能做多少运算**，叫它的强度 $I$。设峰值为 $P$，带宽为 $W$，它最多达到
#
# $$ \min(P,\; I\, W). \tag{2} $$
#
# 这就是**屋顶线**。复制的强度是零。一个向量乘以一个矩阵，每个权重只用一次：32 位下每字节半次运算，几乎全部时间都在等内存。一千个向量一起乘，每个权重就用一千次。量一量你的机器：
# %% id="roofline-run"
roof = scaling.measure_roof(1024, course.measured)
rows_of = [1, 4, 16, 64, 256, 1024]
speeds, intensities = [], []
for count in rows_of:
    speeds.append(scaling.product_speed(count, 1024, course.measured))
    intensities.append(scaling.product_intensity(count, 1024))
roof = scaling.Roof(max(roof.peak, *speeds), roof.bandwidth)
print(f"{roof.peak / 1e9:.0f}", tr("billion operations a second", "× 十亿次运算每秒"))
print(f"{roof.bandwidth / 1e9:.0f} GB/s, {tr('ridge', '拐点')} {roof.ridge:.1f}")
for name, device in scaling.DEVICES.items():
    print(f"{name:>7}: {tr('ridge', '拐点')} {device.ridge:.0f}")
# %% id="roofline-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.4))
line = np.geomspace(0.2, 400, 100)
axis.loglog(line, [roof.attainable(each) / 1e9 for each in line], color=grey, label=plots.label("roof", "屋顶线"))
axis.loglog(intensities, [speed / 1e9 for speed in speeds], "o-", color=blue, label=plots.label("measured", "实测"))
for count, x, y in zip(rows_of, intensities, speeds, strict=True):
    axis.annotate(str(count), (x, y / 1e9), textcoords="offset points", xytext=(4, -12), fontsize=9)
axis.set(xlabel=plots.label("operations for each byte", "每字节的运算次数"),
         ylabel=plots.label("billion operations a second", "十亿次运算每秒"))
axis.legend()
plots.show(
    figure,
    "Speed of a product against its intensity on logarithmic axes, with the number of rows at each point: it climbs with the rows along the slope of the roof, then levels off at the peak.",
    "乘法速度与强度的双对数图，每个点旁标着行数：先随行数沿屋顶的斜坡上升，然后在峰值处变平。",
)
# %% [markdown] id="roofline-reading" lang="en"
# Now you know why **small batches waste a device**: with one row it runs at a small part of its peak, and every weight travels for nothing. From a few hundred rows on more rows bring no more speed. On an A100 the ridge lies at 153 operations for each byte, on an H100 at 295: those want hundreds of tokens for each weight that they read. On a graphics card you would run the same cell with `jax.numpy` in `bfloat16`; a width of 4,096 or more is needed to come near the peak.
# (A point above the roof is no miracle: a small matrix stays in the cache, which is faster than the memory that was measured. And when other programs compute at the same time, all the numbers sink.)
#
# So the larger the batch, the better for the device. And for the model?
# %% [markdown] id="roofline-reading" lang="zh" of="36317e42"
# 现在你知道**小批为什么浪费设备**了：只有一行时，速度只是峰值的一小部分，每个权重读进来只用一次。到了几百行，再多也不会更快。A100 的拐点在每字节 153 次运算，H100 在 295 次：每读一个权重，都要有几百个词元来用它。在显卡上，用 `jax.numpy` 和 `bfloat16` 运行同样的一格即可；要接近峰值，宽度得在 4,096 以上。
# （点落在屋顶线上方并不奇怪：小矩阵待在缓存里，缓存比测带宽用的内存快。如果别的程序也在计算，所有的数都会往下掉。）
#
# 所以对设备来说，批越大越好。对模型呢？
# %% [markdown] id="noise" lang="en"
# ### How noisy is a gradient?
#
# The gradient $g_B$ of a batch of $B$ examples is the true gradient $G$ plus noise, and the noise shrinks with $B$ ($\Sigma$ is the covariance of the gradients of single examples, $\operatorname{tr}$ the sum of its diagonal):
#
# $$ \mathbb{E}\,\lVert g_B\rVert^2 = \lVert G\rVert^2 + \frac{\operatorname{tr}\Sigma}{B}. \tag{3} $$
#
# Two sizes of batch are two equations, and give both unknowns. Their quotient $\operatorname{tr}\Sigma / \lVert G\rVert^2$ is the **critical batch**: there, noise and signal are equal. Below it doubling the batch nearly halves the steps; above it the steps hardly fall, and the examples are wasted. For speed we use a small network that guesses the next character of Jane Austen from the eight before: 8 characters as vectors, two hidden layers, scores.
# %% [markdown] id="noise" lang="zh" of="ee44f614"
# ### 梯度里有多少噪声？
#
# 一批 $B$ 个样本的梯度 $g_B$，等于真实的梯度 $G$ 加上噪声，噪声随 $B$ 增大而变小（$\Sigma$ 是单个样本梯度的协方差矩阵，$\operatorname{tr}$ 是它的迹，即对角线之和）：
#
# $$ \mathbb{E}\,\lVert g_B\rVert^2 = \lVert G\rVert^2 + \frac{\operatorname{tr}\Sigma}{B}. \tag{3} $$
#
# 两种批大小就是两个方程，正好解出两个未知数。它们的商 $\operatorname{tr}\Sigma / \lVert G\rVert^2$ 叫**临界批大小**：在那里噪声与信号相等。比它小时，批加倍，步数几乎减半；比它大时，步数几乎不再减少，样本白白浪费。为了快，我们用一个小网络，由前八个字符猜简·奥斯汀小说的下一个字符：8 个字符的向量，两个隐藏层，再打分。
# %% id="noise-run"
ids, held, characters = scaling.study.text_of_study()
before, following = scaling.examples_of(ids, 8)
random = np.random.default_rng(course.seed)
def batch_of(size):
    rows = random.integers(0, len(following), size)
    return before[rows], following[rows]

def gradients(network, size, draws):
    found = []
    for _ in range(draws):
        _, parts = network.gradients(*batch_of(size))
        found.append(np.concatenate([part.ravel() for part in parts.values()]))
    return np.array(found)

network, critical = scaling.NextCharacter(characters, 32), []
with one_thread():
    for steps in (0, course.steps):
        while network.steps < steps:
            network.step(*batch_of(128), 0.008)
        few = gradients(network, 16, 2 * course.draws)
        many = gradients(network, 512, course.draws)
        noise = scaling.measure_noise(few, many, 16, 512)
        critical.append(noise.critical_batch)
        print(f"{steps:>4} {tr('steps', '步')}: {noise.critical_batch:,.0f}")
course.report("critical_later_over_first", min(critical[1] / critical[0], 1e8))
# %% [markdown] id="noise-predict" lang="en" tags=["predict"]
# **Before you run it.** The next cell trains such a network with batches from small to large until it reaches one and the same loss, and counts steps and examples. What happens to the examples, as the batch doubles and doubles?
#
# > At first nothing: twice the batch, half the steps. Then the curve bends, and each doubling costs more examples than it saves steps. The bend is near the critical batch that was measured above, between that of the first step and the later one. It grows during training, because the signal shrinks and the noise does not: that is why large trainings make their batches larger on the way.
# %% [markdown] id="noise-predict" lang="zh" of="4c4744c6" tags=["predict"]
# **先猜，再运行。** 下一格用从小到大的批来训练这样一个网络，直到同一个损失，数一数用了多少步、多少样本。批一再加倍，样本数会怎样？
#
# > 起初不变：批加倍，步数减半。然后曲线拐弯，每次加倍多花的样本超过省下的步数。拐弯处就在上面测出的临界批大小附近，介于最初和后来之间。它在训练中越来越大，因为信号在变小而噪声不变：所以大规模训练会在途中加大批。
# %% id="noise-batches"
held_before, held_following = scaling.examples_of(held[:2_000], 8)
target, counted = 2.45, {}
with one_thread():
    for size in course.batches:
        learner = scaling.NextCharacter(characters, 32, seed=course.seed)
        rate = min(0.02, 0.008 * (size / 128) ** 0.5)  # Adam: by the root  # Adam：按平方根
        while learner.steps < course.most:
            learner.step(*batch_of(size), rate)
            if learner.steps % 5 == 0:
                loss = learner.losses(held_before, held_following).mean()
                if loss < target:
                    break
        counted[size] = learner.steps
        print(f"{size:>5} {learner.steps:>6} {tr('steps,', '步，')}", end=" ")
        print(f"{size * learner.steps:>8,} {tr('examples', '个样本')}")
# %% id="noise-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.2))
batches = list(counted)
axis.loglog([counted[size] for size in batches], [size * counted[size] for size in batches], "o-", color=blue)
for size in batches:
    axis.annotate(str(size), (counted[size], size * counted[size]), textcoords="offset points", xytext=(5, 5), fontsize=9)
axis.set(xlabel=plots.label("steps to the loss", "达到同一损失的步数"), ylabel=plots.label("examples to the loss", "达到同一损失的样本数"))
plots.show(
    figure,
    "Examples against steps needed for one loss, with the batch size at each point: small batches take many steps and few examples, large ones few steps and many examples.",
    "达到同一损失所需的样本数与步数，每个点旁标着批大小：小批步数多、样本少，大批步数少、样本多。",
)

# %% [markdown] id="speed" lang="en"
# ## 3 · What does speed training up
#
# The first article names, in one sentence (E08): faster hardware, a better architecture, fewer parameters, and "a learning rate that is smaller by batch size and number of iterations". The first three are a wish; the last means nothing: a smaller learning rate makes training **slower**, and neither of the other two makes it smaller. So let us measure what does help, one thing at a time, on one Transformer and one text. The yardstick is not only the time of a step, but the **loss after the same time**: whoever takes twice as many steps of half the worth has won nothing.
# %% [markdown] id="speed" lang="zh" of="f12fe871"
# ## 3 · 什么真的能加快训练
#
# 第一篇文章用一句话列举（E08）：更快的硬件、更好的架构、更少的参数，以及由批大小和迭代次数得来的、较小的学习率（原话就是这样含混）。前三样只是愿望；最后一样说不通：学习率小了，训练只会**更慢**，批大小和迭代次数也不会让它变小。所以我们来量一量什么真的有用：同一个 Transformer，同一段文字，一次只改一样。指标不光是每步的时间，还有**同样时间之后的损失**：步数翻倍，每步却只值一半，等于什么也没赚到。
# %% id="speed-setup"
rows, span = 16, course.length
windows = np.lib.stride_tricks.sliding_window_view(ids, span + 1)

def text_batch(size=rows, seed=0):
    places = np.random.default_rng(seed).integers(0, len(windows), size)
    cut = windows[places].astype("int32")
    return cut[:, :-1], cut[:, 1:]

def build(kind=lm.DecoderLanguageModel):
    blocks = course.blocks
    return kind(characters, course.width, blocks, 4, max_length=span, seed=0)

def measure(model, optimizer, parts=1, **options):
    tr("""Seconds of the first step and of a later one, and the loss at the end""",
       """第一步和后来一步的秒数，以及最后的损失""")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    compile_for_training(model, (None, span), optimizer, loss=loss, **options)
    losses, begun, first = [], time.perf_counter(), None
    while first is None or time.perf_counter() - begun < course.seconds:
        batch = text_batch(rows // parts, seed=len(losses))
        losses.append(float(model.train_on_batch(*batch)))
        if first is None:  # it was compiled in this one  # 编译在这一步里
            first = time.perf_counter() - begun
            begun = time.perf_counter()
    each = (time.perf_counter() - begun) / max(1, len(losses) - 1)
    return first, each * parts, float(np.mean(losses[-3 * parts:]))
# %% [markdown] id="speed-predict" lang="en" tags=["predict"]
# **Before you run it.** Seven ways: step by step in Python; compiled; compiled by XLA; in 16 bits (bfloat16); the batch in four parts; blocks computed a second time in place of being kept; and E08's smaller learning rate. Which of them will be faster than the compiled step on your processor, and which are not meant to be?
#
# > Compiling wins by far: Python spends more time between the operations than the operations take. XLA often wins some more, after a longer first step. Sixteen bits win only on hardware that multiplies in them; on most processors they lose. Parts and recomputation are **never** faster: they buy memory with time. And the smaller rate changes no time at all; it only learns less in it.
# %% [markdown] id="speed-predict" lang="zh" of="0b62893a" tags=["predict"]
# **先猜，再运行。** 七种做法：在 Python 里一个运算一个运算地做；编译；用 XLA 编译；用 16 位（bfloat16）；一批分成四份；各块不保存、重算一遍；以及 E08 的小学习率。在你的处理器上，哪些会比“编译”更快？哪些本来就不是为了快？
#
# > 编译遥遥领先：运算之间 Python 花的时间，比运算本身还多。XLA 往往再快一些，代价是第一步更久。16 位只有在硬件支持时才赢，在多数处理器上反而更慢。分份和**重计算**都不会更快：它们是拿时间换内存。至于小学习率，时间一点没变，只是同样的时间里学到的更少。
# %% id="speed-run"
adam, backend, found = keras.optimizers.Adam, keras.backend.backend(), {}
if backend != "torch":
    found["eager"] = measure(build(), adam(0.003), run_eagerly=True)
# what Keras does by itself  # Keras 自己的做法
usual = "eager" if backend == "torch" else "compiled"
found[usual] = measure(build(), adam(0.003))
if backend == "tensorflow":  # JAX always compiles by XLA  # JAX 总是用 XLA 编译
    found["xla"] = measure(build(), adam(0.003), jit_compile=True)
keras.config.set_dtype_policy("mixed_bfloat16")
found["half"] = measure(build(), adam(0.003))
keras.config.set_dtype_policy("float32")
in_parts = adam(0.003, gradient_accumulation_steps=4)
found["parts"] = measure(build(), in_parts, parts=4)
twice = build(scaling.RecomputingLanguageModel)
found["twice"] = measure(twice, adam(0.003))
found["slow"] = measure(build(), adam(0.0003))
# %% id="speed-table" tags=["fold"]
names = {"eager": tr("one operation at a time", "逐个运算"), "compiled": tr("compiled", "编译"), "xla": tr("compiled by XLA", "用 XLA 编译"),
         "half": "bfloat16", "parts": tr("four parts, accumulated", "分四份，累积梯度"),
         "twice": tr("blocks computed twice", "各块重算"), "slow": tr("a tenth of the rate (E08)", "学习率的十分之一（E08）")}
counts = scaling.recorded("counts")["found"]["counted"]
memory = {usual: counts[0], "twice": counts[1], "half": counts[2], "parts": counts[3]}
lines = []
for kind, (first, each, loss) in found.items():
    kept_here = f"{memory[kind]['kept_bytes'] / 1e6:.1f}" if kind in memory else ""
    lines.append([names[kind], f"{first:.2f}", f"{each * 1e3:.1f}", kept_here, f"{loss:.2f}"])
display.table([tr("what", "做法"), tr("first step, s", "第一步（秒）"), tr("later step, ms", "之后每步（毫秒）"),
               tr("kept for the way back, MB (record)", "为反向传播保存（MB，记录）"), tr("loss after equal time", "同样时间后的损失")], lines)
if backend == "jax":
    print(tr("On JAX compiling is XLA's work: one line for both.", "在 JAX 上，编译就是由 XLA 来做：两行合成一行。"))
if backend == "torch":
    print(tr("On PyTorch Keras compiles only when told to, which takes minutes on a processor: left out here.",
             "在 PyTorch 上，Keras 只在要求时才编译，在处理器上要好几分钟：这里略去。"))
# %% [markdown] id="speed-reading" lang="en"
# (The memory is counted by JAX for a model of four blocks: what the forward pass keeps for the way back. Recomputation brings it below a tenth. Whether a device then needs less depends on its compiler: XLA for processors merged the two computations again when we tried, and saved nothing; on graphics cards and TPUs it saves what it says.) A step in parts keeps a quarter, because only a quarter of the rows is there at a time.
#
# What is not in the table, because a small model on a processor cannot show it: **fused attention** never writes the matrix of weights into the memory; from rows of some thousands on this is what makes training possible. Keras uses it by itself on JAX and PyTorch where the device has it. On a graphics card you would fill the same table with `bfloat16` and widths from 768 on, and hold the operations of section 1 against the peak; 45% of an H100's is a good mark. That was **not** measured here.
# %% [markdown] id="speed-reading" lang="zh" of="36971268"
# （内存由 JAX 对一个四块的模型清点：前向传播为反向传播保存了多少。重计算使它降到十分之一以下。设备实际能不能少用，要看编译器：我们试的时候，处理器上的 XLA 又把两遍计算合并了，一点没省；在显卡和 TPU 上则确实能省。）分成四份时只保存四分之一，因为同一时刻内存里只有四分之一的行。
#
# 有一样没列进表里，因为处理器上的小模型体现不出来：**融合注意力**从不把注意力的权重矩阵写进内存；行长到几千以后，没有它就训练不了。在 JAX 和 PyTorch 上，只要设备支持，Keras 会自动使用。在显卡上，可以用 `bfloat16` 和 768 以上的宽度填同一张表，再拿第 1 节的运算量与峰值相比；能到 H100 峰值的 45% 就算不错。这一项**没有**在这里测过。

# %% [markdown] id="waiting" lang="en"
# ### Shapes, padding, and data that are late
#
# XLA compiles a step once for every **shape**. If each batch is padded to its own longest text, nearly every batch has a shape of its own. If all are padded to the longest of all, there is one shape, and most of what is computed is padding. **Buckets** are between the two: a few lengths, each text in the smallest that holds it. Count, with real reviews:
# %% [markdown] id="waiting" lang="zh" of="637ae1df"
# ### 形状、填充、供不上的数据
#
# XLA 对每种**形状**都要编译一次。如果每批按自己最长的文本填充，几乎每批的形状都不同；如果都填到全部里最长的，形状只有一种，但算的大半是填充。**分桶**取其中：只有几种长度，每段文本放进装得下它的最小一个。用真实的影评数一数：
# %% id="waiting-shapes"
reviews = data.imdb.load("train", limit=course.reviews, seed=course.seed)
lengths = np.array([len(text.split()) for text in reviews.texts])
cells, shapes = {}, {}

own = [lengths[at:at + 16].max() for at in range(0, len(lengths), 16)]
cells["own"] = 16 * sum(own)
shapes["own"] = len(set(own))
cells["longest"], shapes["longest"] = len(lengths) * lengths.max(), 1
edges = np.array([128, 256, 512, 1024, max(1025, lengths.max())])
bucket = edges[np.searchsorted(edges, lengths)]
cells["buckets"], shapes["buckets"] = bucket.sum(), len(set(bucket))
names = {"own": tr("each batch to its longest", "每批填到自己最长的"),
         "longest": tr("all to the longest", "都填到最长的"),
         "buckets": tr("five buckets", "五个桶")}
rows_shown = []
for way, name in names.items():
    padding = 1 - lengths.sum() / cells[way]
    rows_shown.append([name, shapes[way], f"{max(0, padding):.0%}"])
heads = [tr("padded", "填充方式"), tr("shapes", "形状数"), tr("padding", "填充占比")]
display.table(heads, rows_shown)
compiling = found.get("xla", found[usual])[0] if usual == "compiled" else 0.0
every = compiling * shapes["own"]
print(f"{compiling:.1f} s × {shapes['own']} = {every:.0f} s")
# %% [markdown] id="waiting-data" lang="en"
# The last line is what compiling a shape for each batch would cost here. And **data that are late**: if a batch takes as long to prepare as to learn from, a loop that does one after the other takes twice as long. Let a second thread prepare the next one (*prefetching*).
# %% [markdown] id="waiting-data" lang="zh" of="fd5ba16d"
# 最后一行是在这里为每种形状编译一次要花的时间。再说**供不上的数据**：准备一批与学习一批一样久时，一先一后地做，就要花两倍时间。让另一个线程去准备下一批，这叫预取（prefetching）。
# %% id="waiting-data-run"
class Late(keras.utils.PyDataset):
    def __init__(self, pause, **options):
        super().__init__(**options)
        self.pause = pause

    def __len__(self):
        return 20

    def __getitem__(self, index):
        time.sleep(self.pause)  # reads and cuts a text  # 读入并切分文本
        return text_batch(rows, index)

learner = build()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
compile_for_training(learner, (None, span), adam(0.003), loss=loss)
learner.train_on_batch(*text_batch())
learner.fit(Late(0), verbose=0)
for workers in (0, 2):
    options = dict(workers=workers, max_queue_size=4) if workers else {}
    begun = time.perf_counter()
    learner.fit(Late(found[usual][1], **options), verbose=0)
    print(workers, f"{(time.perf_counter() - begun) / 20 * 1e3:.1f} ms")

# %% [markdown] id="halves" lang="en"
# ### Sixteen bits
#
# Numbers of 16 bits take half the memory and, on devices made for them, several times less time. There are two kinds. **bfloat16** has the range of 32 bits and three digits. **float16** has four digits and a small range: below $6 \cdot 10^{-8}$ everything is zero, above 65,504 everything is infinite. Gradients are small. How many of them does float16 lose?
# %% [markdown] id="halves" lang="zh" of="dd0219e9"
# ### 十六位
#
# 16 位的数省一半内存；在专门为它造的设备上，时间也少好几倍。它有两种：**bfloat16** 的范围与 32 位相同，精度约三位；**float16** 精度约四位，范围却小：小于 $6 \cdot 10^{-8}$ 的全成了零，大于 65,504 的全成了无穷。梯度都很小。float16 会丢掉多少？
# %% id="halves-run"
with one_thread():
    _, parts = network.gradients(*batch_of(2_048))
values = np.concatenate([part.ravel() for part in parts.values()])
values = values[values != 0] / 1_000  # as in a mean over longer batches  # 相当于对更大的一批取平均
for power in (0, 10, 15, 30):
    to_zero, to_infinity = scaling.lost(values, 2.0**power)
    print(f"2^{power:<2}  {tr('zero', '成零')} {to_zero:6.1%}  {tr('infinite', '成无穷')} {to_infinity:6.1%}")
course.report("lost_plain", scaling.lost(values)[0])
course.report("lost_scaled", sum(scaling.lost(values, 2.0**15)))
# %% id="halves-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.0))
powers = np.log2(np.abs(values))
bins = np.arange(-40, 20)
axis.hist(powers, bins, color=blue, alpha=0.8, label=plots.label("gradient", "梯度"))
axis.hist(powers + 15, bins, color=green, alpha=0.6, label=plots.label("gradient × 2^15", "梯度 × 2^15"))
for edge, name in ((-24, plots.label("zero below", "以下为零")), (16, plots.label("infinite above", "以上为无穷"))):
    axis.axvline(edge, color=red, ls="--")
    axis.annotate(name, (edge, axis.get_ylim()[1] * 0.9), color=red, ha="right", fontsize=9)
axis.set(xlabel=plots.label("size, as a power of 2", "大小（2 的幂）"), ylabel=plots.label("numbers", "个数"))
axis.legend(loc="upper left")
plots.show(
    figure,
    "Histogram of the sizes of gradients as powers of two: a part lies below the left limit of float16; multiplied by two to the fifteenth, nearly all lie between the two limits.",
    "梯度大小（2 的幂）的直方图：有一部分落在 float16 的左边界以外；乘以 2 的 15 次方之后，几乎都落在两条边界之间。",
)
# %% [markdown] id="halves-scale" lang="en"
# The mending is a factor: **loss scaling**. The loss is multiplied by it before the way back, so all gradients are; divided by it again, in 32 bits, nothing was lost. Too large a factor makes infinities; then the step is left out and the factor halved, and after enough quiet steps it is doubled. So it finds its place by itself. Begin far too high:
# %% [markdown] id="halves-scale" lang="zh" of="c78b8ea7"
# 补救的办法是乘一个因子，叫作**损失缩放**：反向传播之前先把损失乘上它，所有梯度也就都乘上了；之后再用 32 位除回来，什么也没丢。因子太大会出现无穷，那一步就跳过，因子减半；连着足够多步没有溢出，再加倍。它自己会找到合适的大小。从高得离谱的值开始：
# %% id="halves-scale-run"
scale, seen = scaling.LossScale(2.0**32, patience=10), []
for _ in range(40):
    with np.errstate(over="ignore"):
        half = (values * np.float32(scale.value)).astype(np.float16)
    gradient = scale.unscale(half)  # None: left out  # None：这一步跳过
    seen.append(int(np.log2(scale.value)))
    if gradient is not None:
        assert np.all(np.isfinite(gradient))
print(seen)
print(tr("left out:", "跳过的步数："), scale.skipped)
# %% [markdown] id="halves-keras" lang="en"
# In Keras this is `keras.config.set_dtype_policy("mixed_float16")`: `compile` wraps the optimiser in a `LossScaleOptimizer`. With bfloat16 no factor is needed, and devices since 2020 have it: take that where you can. (Exercise 3 asks for such a step by hand.)
# %% [markdown] id="halves-keras" lang="zh" of="cdbc5a0e"
# 在 Keras 里只要 `keras.config.set_dtype_policy("mixed_float16")`：`compile` 会把优化器包进 `LossScaleOptimizer`。用 bfloat16 就不需要这个因子，2020 年以后的设备都支持：能用就用它。（练习 3 要你亲手写出这样的一步。）

# %% [markdown] id="accumulation" lang="en"
# ### A large batch in parts
#
# If the batch does not fit, cut it, add up the parts' gradients, and take one step: **gradient accumulation**. Keras does so with `gradient_accumulation_steps`. But what does it add up? The **mean of the parts' means**. The loss of a language model is a mean over tokens that count, and parts hold unequally many. By hand, two rows, one with a single token that counts:
# %% [markdown] id="accumulation" lang="zh" of="54e193f8"
# ### 一大批，分几份
#
# 一批放不下，就切开，把各份的梯度加起来，再走一步：这叫**梯度累积**。Keras 用 `gradient_accumulation_steps` 来做。可它加的是什么？是**各份平均的平均**。而语言模型的损失是对要计数的词元取平均，各份里的词元数并不一样多。用手算：两行，其中一行只有一个词元计数：
# %% id="accumulation-by-hand"
losses = np.array([[4.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
counts_here = np.array([[True, False, False, False], [True] * 4])
print(losses[counts_here].mean(), scaling.mean_of_batch(losses, counts_here))
print((4.0 + 1.0) / 2, scaling.mean_of_means(losses, counts_here, 2))
# %% [markdown] id="accumulation-keras-text" lang="en"
# 1.6 is right, 2.5 is what comes out. Now with Keras: one step of SGD, on the whole batch, then in two parts.
# %% [markdown] id="accumulation-keras-text" lang="zh" of="4ef88115"
# 对的是 1.6，得到的却是 2.5。换成 Keras：一步 SGD，先用整批，再分成两份。
# %% id="accumulation-keras"
inputs, targets = scaling.walks(8, 6, 12)  # a made-up text  # 编造的文本
is_counted = np.ones((8, 6), bool)
is_counted[:4, 1:] = False  # in the first half one token a row  # 前一半每行只算一个

def token_loss(wanted, logits):  # the mean over what counts  # 对要计数的取平均
    mine = keras.ops.cast(wanted >= 0, "float32")
    wanted = keras.ops.maximum(wanted, 0)
    each = keras.losses.sparse_categorical_crossentropy(wanted, logits, True)
    return keras.ops.sum(each * mine) / keras.ops.sum(mine)

def after_one_step(parts, loss, batches):
    parts_of_it = keras.layers.Embedding(12, 8), keras.layers.Dense(12)
    small = keras.Sequential(parts_of_it)
    small.build((None, 6))
    draw = np.random.default_rng(0)
    small.set_weights([draw.normal(size=w.shape) for w in small.get_weights()])
    sgd = keras.optimizers.SGD(0.1, gradient_accumulation_steps=parts)
    small.compile(optimizer=sgd, loss=loss)
    small.fit(**batches, shuffle=False, verbose=0)
    return np.concatenate([weight.ravel() for weight in small.get_weights()])
# %% id="accumulation-run"
marked = np.where(is_counted, targets, -1)
whole = after_one_step(None, token_loss, dict(x=inputs, y=marked, batch_size=8))
plain = after_one_step(2, token_loss, dict(x=inputs, y=marked, batch_size=4))

# parts / (tokens that count in the whole batch)  # 份数 ÷ 整批计数的词元数
weights = scaling.token_weights(is_counted, 2)
kind = keras.losses.SparseCategoricalCrossentropy
adding = kind(from_logits=True, reduction="sum")
batches = dict(x=inputs, y=targets, sample_weight=weights, batch_size=4)
mended = after_one_step(2, adding, batches)
print(f"{np.abs(plain - whole).max():.4f}", tr("off as it is", "（原样）的偏差"))
print(f"{np.abs(mended - whole).max():.1e}", tr("mended", "（补救后）"))
course.report("accumulation_error", float(np.abs(plain - whole).max()))
course.report("mended_error", float(np.abs(mended - whole).max()))
# %% [markdown] id="accumulation-reading" lang="en"
# The mending needs no new optimiser. Let losses **add up**, and give each token the weight $k / n$ for $k$ parts and $n$ counted tokens in the **whole** batch: the mean of the $k$ sums is then the mean of the batch. `scaling.Parts` hands out such parts. The same fault hides wherever means are averaged: in several libraries it stood for years. Exercise 2 asks for the other way to mend it.
# %% [markdown] id="accumulation-reading" lang="zh" of="ac7aaa1f"
# 补救不需要新的优化器：让损失**相加**，共 $k$ 份、**整批**有 $n$ 个计数的词元时，给每个词元权重 $k / n$；这样 $k$ 个和的平均，就是整批的平均。`scaling.Parts` 就这样发放各份。凡是对平均再取平均的地方，都藏着同样的毛病：在好几个库里它待了许多年。练习 2 要你用另一种办法来补救。

# %% [markdown] id="rings" lang="en" tags=["stop"]
# ## 4 · Many devices
#
# **Data parallel**: every device has the whole model and its own part of the batch. Each computes its gradient; then all need the **sum**. An exchange that ends so is an **all-reduce**. One device that collects would have to receive and send everything, and all others wait for its line. A **ring** does better: cut the gradient into as many pieces as there are devices; in each round every device sends one piece to its neighbour, which adds its own. After $n-1$ rounds each holds one finished piece, and in $n-1$ more rounds the finished pieces go round. Three devices, three numbers each:
# %% [markdown] id="rings" lang="zh" of="e225ce76" tags=["stop"]
# ## 4 · 许多设备
#
# **数据并行**：每台设备都有完整的模型，和一批里属于自己的一份。各算各的梯度，然后每台都需要**总和**；让每台都得到总和的交换叫**全归约**（all-reduce）。如果由一台来收，它要收发所有的数，其余的都要等它的线路。**环**更好：有几台设备就把梯度切成几段；每一轮，每台都把一段发给下一台，下一台加上自己的。$n-1$ 轮之后，每台手里有一段加好的；再过 $n-1$ 轮，加好的段传遍一圈。三台设备，每台三个数：
# %% id="rings-by-hand"
held_by = np.array([[1.0, 2, 3], [10, 20, 30], [100, 200, 300]])
for turn in range(2):
    sent = [(device, (device - turn) % 3) for device in range(3)]
    numbers = [held_by[device, piece] for device, piece in sent]
    for (device, piece), number in zip(sent, numbers, strict=True):
        held_by[(device + 1) % 3, piece] += number
    print(turn + 1, held_by.tolist())
# %% [markdown] id="rings-traffic" lang="en"
# Each device now holds one number that is whole (222, 333, 111). With $M$ numbers and $n$ devices each sends
#
# $$ 2\,\frac{n-1}{n}\,M, \tag{4} $$
#
# fewer than $2M$, **however many devices there are**. Counted, beside the device that collects; and a gradient of the small network, its batch cut into $n$ parts:
# %% [markdown] id="rings-traffic" lang="zh" of="afbb6221"
# 现在每台都有一个加好的数（222、333、111）。共 $M$ 个数、$n$ 台设备时，每台发送
#
# $$ 2\,\frac{n-1}{n}\,M, \tag{4} $$
#
# 不到 $2M$，**无论有多少台设备**。数一数，与由一台来收的办法对照；梯度用小网络的，一批切成 $n$ 份：
# %% id="rings-run"
big_before, big_following = batch_of(256)

def in_one(arrays):
    return np.concatenate([array.ravel() for array in arrays.values()])

whole = in_one(network.gradients(big_before, big_following)[1])
table, farthest = [], 0.0
for devices_here in (2, 4, 8, 16):
    parts = []
    for own in np.split(np.arange(256), devices_here):
        mine = network.gradients(big_before[own], big_following[own])[1]
        parts.append(in_one(mine))
    ring = scaling.ring_all_reduce(parts)
    star = scaling.all_reduce_by_one(parts)
    off = np.abs(ring.results[-1] / devices_here - whole).max()
    farthest = max(farthest, float(off))
    formula = 2 * (devices_here - 1) / devices_here
    sent = max(ring.sent) / whole.size, max(star.sent) / whole.size
    table.append([devices_here, f"{sent[0]:.3f}", f"{formula:.3f}",
                  f"{sent[1]:.0f}", f"{off:.0e}"])
heads = [tr("devices", "设备数"), tr("ring sends, M", "环：每台发送（M）"), "(4)",
         tr("collector sends, M", "一台来收：它发送（M）"), tr("off", "偏差")]
display.table(heads, table)
course.report("ring_error", farthest)
# %% [markdown] id="sharded" lang="en"
# ### Who keeps what?
#
# The ring has two halves, and between them lies a gift: after the first half each device holds the finished gradient of **its own piece**. So let it keep Adam's averages for that piece alone, move that piece of the weights, and send round **weights** in the second half. The same traffic, and $12/n$ bytes in place of 12. That is a **sharded optimiser** (ZeRO, stage 1). Gradients (stage 2) and weights (stage 3) can be cut likewise; weights are then fetched for each layer, which costs half as much traffic again.
# %% [markdown] id="sharded" lang="zh" of="d3d90063"
# ### 谁保存什么？
#
# 环分前后两半，其间有个现成的便利：前一半结束时，每台都有**自己那一段**加好的梯度。那就只让它保存这一段的 Adam 平均，只更新这一段权重，后一半改为传**权重**。传输量不变，12 个字节变成 $12/n$ 个。这就是**切分的优化器**（ZeRO 第 1 级）。梯度（第 2 级）和权重（第 3 级）也可以同样切分；权重要在每一层用到时再取来，传输量多出一半。
# %% id="sharded-run"
one_by_one = cut_up = in_one(network.weights).astype(np.float64)
sharded = scaling.ShardedAdam(one_by_one.size, 8, 0.001)
state = None  # of lesson 02's Adam, all in one place  # 第 02 课的 Adam，状态都在一处
draws = np.random.default_rng(1)
for _ in range(5):
    of_devices = draws.normal(size=(8, one_by_one.size))  # gradients  # 各台的梯度
    cut_up = sharded.apply(cut_up, of_devices)
    state, update = mlp.adam(state, of_devices.mean(axis=0), 0.001)
    one_by_one = one_by_one + update
print(f"{np.abs(cut_up - one_by_one).max():.0e}")
print(sharded.numbers_kept, 2 * one_by_one.size)
for stage in range(4):
    kept_here = scaling.state_bytes(7_000_000_000, 64, stage)
    print(f"{tr('stage', '级别')} {stage}: {sum(kept_here.values()) / 1e9:.1f} GB")
# %% [markdown] id="sharded-reading" lang="en"
# Here is the answer that the fifth article owes: 7 billion weights on 64 devices take 112, 29, 16 or 1.8 GB on each. And sending them: a checkpoint of 16-bit weights is 14 GB, written in pieces, each device its own.
#
# ### Cutting matrices, cutting layers
#
# **Model parallel** cuts a product itself. Cut the first matrix of the feed-forward network by columns and the second by rows: each device computes its own hidden numbers, and a part of **every** output. One all-reduce adds the parts. Attention is cut likewise, by heads. So a block needs two all-reduces forward. **Pipeline parallel** deals out whole layers: device 1 has the first, device 2 the next. To keep all busy the batch goes through in $m$ parts; with $p$ stages the share of idle time, the **bubble**, is
#
# $$ \frac{p-1}{m+p-1}. \tag{5} $$
# %% [markdown] id="sharded-reading" lang="zh" of="d2c100a0"
# 这就是第五篇文章欠的答案：七十亿权重放在 64 台设备上，每台占 112、29、16 或 1.8 GB。传输呢？16 位权重的一个检查点是 14 GB，分段写出，各写各的。
#
# ### 切矩阵，切层
#
# **模型并行**切的是乘法本身。前馈网络的第一个矩阵按列切，第二个按行切：每台算自己那一部分隐藏单元，以及**每个**输出的一部分，一次全归约把各部分加起来。注意力同样切，按头分。所以一块的前向要两次全归约。**流水线并行**分的是整层：第 1 台放前几层，第 2 台放后几层。要让大家都忙，一批就分成 $m$ 份依次通过；有 $p$ 级时，空闲时间的比例（**气泡**）是
#
# $$ \frac{p-1}{m+p-1}. \tag{5} $$
# %% id="pipeline-run"
draw = np.random.default_rng(2)
x = draw.normal(size=(5, 16))
first, second = draw.normal(size=(16, 64)), draw.normal(size=(64, 16))
outputs, exchanged = scaling.split_network(x, first, second, 4)
assert np.allclose(outputs, np.maximum(x @ first, 0) @ second)
for parts_here in (1, 4, 16, 64):
    tasks = scaling.pipeline(4, parts_here)
    simulated = scaling.bubble(tasks)
    formula = scaling.bubble_formula(4, parts_here)
    print(f"{parts_here:>3} {simulated:.3f} {formula:.3f}")
# %% id="pipeline-plot" tags=["fold"]
figure, axes = plt.subplots(2, 1, figsize=(7.2, 3.6), sharex=True)
for axis, parts_here in zip(axes, (1, 4), strict=True):
    for task in scaling.pipeline(4, parts_here):
        unit = 4 / parts_here  # the same batch, in parts  # 同一批，分成几份
        axis.barh(task.stage, (task.end - task.begin) * unit, left=task.begin * unit, color=red if task.backward else blue, edgecolor="white", alpha=0.9)
    axis.set(yticks=range(4), yticklabels=range(1, 5), ylabel=plots.label("stage", "级"))
    axis.invert_yaxis()
    axis.grid(False)
axes[0].set_title(plots.label("one part", "一份"), fontsize=10)
axes[1].set_title(plots.label("four parts", "四份"), fontsize=10)
axes[1].set_xlabel(plots.label("time: forward blue, backward red", "时间：蓝为前向，红为反向"))
plots.show(
    figure,
    "Two timetables of four stages: with one part three stages always wait; with four parts forward and backward tasks overlap and the whole step ends much earlier.",
    "四级流水线的两张时间表：不分份时总有三级在等；分成四份时，前向和反向的任务交错进行，整步早得多就结束了。",
)
# %% [markdown] id="eight" lang="en"
# ### The engine
#
# Nobody writes rings by hand twice. On JAX `keras.distribution` does all this: a `DataParallel` over the devices, or a `ModelParallel` with a **layout map**, which says by the name of a weight along which axis it is cut. The model does not change. A processor can play eight devices, but only if it is told before JAX starts; so the next cell starts another process. There a small Transformer is trained on one device, on eight that share every batch, and on eight that share every matrix among four.
# %% [markdown] id="eight" lang="zh" of="ee7caf5d"
# ### 交给程序库
#
# 环没有人会手写第二遍。在 JAX 上，这些都由 `keras.distribution` 来做：`DataParallel` 把数据分给各台设备；`ModelParallel` 带一张**布局表**，按权重的名字说明沿哪个轴切。模型一个字也不用改。一个处理器可以模拟八台设备，但要在 JAX 启动之前设好，所以下一格另开一个进程。在那里，一个小 Transformer 先在一台设备上训练，再在八台上分摊每一批，最后在八台上、每个矩阵由四台分摊。
# %% id="eight-run"
live = course.live and scaling.jax_is_here()
record = scaling.recorded("devices")["found"]
ways = scaling.many_devices() if live else record
names = {"none": tr("one device", "一台设备"), "data": tr("eight, data parallel", "八台，数据并行"),
         "model": tr("eight, model parallel", "八台，模型并行")}
table = []
for way, name in names.items():
    one = ways[way]
    table.append([name, f"{one['losses'][0]:.4f}", f"{one['losses'][-1]:.4f}",
                  f"{one['farthest_weight']:.0e}",
                  one["both_ways"].get("all-reduce", ""),
                  one["forward"].get("all-reduce", "")])
heads = [tr("where", "在哪里"), tr("first loss", "最初的损失"), tr("last loss", "最后的损失"),
         tr("farthest weight", "权重最大偏差"), tr("all-reduces of a step", "一步的全归约"),
         tr("of a forward pass", "前向的全归约")]
display.table(heads, table)
apart = max(ways[way]["farthest_weight"] for way in ways)
course.report("devices_apart", apart)
# %% [markdown] id="eight-reading" lang="en"
# The same training, to rounding. The compiler has put in the exchanges that we counted: one all-reduce for the whole gradient where the batch is shared (it packs all weights into one message), and two in the forward pass of a block where matrices are shared. Eight devices on one processor are no faster, of course; it is the same processor. What they prove is that the program is right before a machine is rented.
# %% [markdown] id="eight-reading" lang="zh" of="658c5ea0"
# 除了舍入，训练完全相同。编译器插入的交换次数也与我们数的一样：分摊批时，整个梯度只要一次全归约（它把所有权重打包成一条消息）；分摊矩阵时，一块的前向要两次。一个处理器模拟八台设备，当然不会更快，处理器还是那一个。它证明的是：租机器之前，程序已经是对的。

# %% [markdown] id="killed" lang="en"
# ## 5 · Two processes, one of them killed
#
# With thousands of devices something breaks every few hours. What then? The others wait for numbers that never come: **one death stops all**. So a training must be able to stop at any moment and go on from its last **checkpoint**: weights, both averages, the number of the step. A checkpoint is written under another name and renamed when it is whole, so that a kill in the middle leaves the old one. And the batch of step 57 must be the batch of step 57 whoever asks, before the kill or after: it is a function of the number, and not of what was drawn before.
#
# The next cell starts two processes that train one network together, kills the second without a word, and starts both anew. The first table of this lesson in which nothing should happen:
# %% [markdown] id="killed" lang="zh" of="58408151"
# ## 5 · 两个进程，杀掉一个
#
# 设备有几千台，每隔几小时就会坏一点什么。怎么办？其余的都在等永远不会来的数：**一台出了故障，全体停下**。所以训练必须随时能停，并从最近的**检查点**继续：权重、两个平均、步数。检查点先写到另一个名字下，写完整了再改名；写到一半被杀，旧的还在。第 57 步的批，必须永远是第 57 步的批，不管谁来要、在被杀之前还是之后：它是步数的函数，与先前抽过什么无关。
#
# 下一格启动两个进程一起训练一个网络，不打招呼就杀掉第二个，再把两个都重新启动。这是本课里唯一希望“什么也没发生”的实验：
# %% id="killed-run"
if live:
    killed = scaling.killed_and_resumed(6, 3)
    undisturbed = scaling.worker.train(6, None)["losses"]  # one process, here  # 一个进程，就在这里
else:
    killed = scaling.recorded("killed")["found"]
    undisturbed = scaling.worker.train(8, None)["losses"]
print(tr("parts done before the kill:", "被杀之前完成："), killed["told"])
print(tr("went on from part", "继续时的起点："), killed["begin"])
for one, other in zip(killed["losses"], undisturbed, strict=True):
    print(f"{one:.6f} {other:.6f}")
apart = float(np.abs(np.subtract(killed["losses"], undisturbed)).max())
course.report("killed_apart", apart)
# %% [markdown] id="killed-reading" lang="en"
# On the left two processes of which one was killed, on the right one process that nothing disturbed. (A part is four steps. Where JAX is missing, the left is read from the record.) Between two trainings by two processes, killed or not, there is no difference at all: the library's tests compare the last weights bit by bit.
#
# **How often to save?** Often costs waiting, seldom costs work that is lost. If saving takes $s$ minutes and a failure comes every $f$ minutes, the least is lost with $\sqrt{2\,s\,f}$ minutes between two checkpoints (Young, 1974). Section 9 uses it.
# %% [markdown] id="killed-reading" lang="zh" of="8ae6c2fa"
# 左边是两个进程、其中一个被杀过；右边是一个进程、无人打扰。（一份是四步。没有 JAX 时，左边读自记录。）两个进程的训练，杀过与没杀过，毫无差别：库里的测试把最后的权重逐位比对。
#
# **多久存一次？** 存得勤，要等；存得少，坏了要重算。存一次要 $s$ 分钟、每 $f$ 分钟坏一次时，两次检查点之间隔 $\sqrt{2\,s\,f}$ 分钟损失最小（Young，1974）。第 9 节会用到。

# %% [markdown] id="stability" lang="en"
# ## 6 · Stability
#
# The fourth article advises to begin with a learning rate "between 0.01 and 0.1" and to lower it step by step "to avoid overfitting" (E23). Whose rate? A step of SGD is the rate times the gradient; a step of Adam is the rate times a number **near one**, for it divides by the gradient's own size. So the two need rates that are far apart. And a rate is lowered to settle down, not against overfitting (lesson 08). The section 3 Transformer, two optimisers, a row of rates:
# %% [markdown] id="stability" lang="zh" of="b24cf3b1"
# ## 6 · 训练的稳定性
#
# 第四篇文章建议：初始学习率“设置在 0.01–0.1 之间，逐步减小以避免过拟合”（E23）。是谁的学习率？SGD 的一步是学习率乘以梯度；Adam 的一步是学习率乘以一个**接近 1** 的数，因为它除以了梯度自身的大小。所以两者需要的学习率相差很远。况且降低学习率是为了收敛，不是为了防过拟合（第 08 课）。用第 3 节的 Transformer、两种优化器、一排学习率：
# %% id="stability-rates"
sweep_rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
sweeps, steps_here = {}, max(6, course.steps // 4)
for name in ("Adam", "SGD"):
    optimizer = keras.optimizers.get(name)
    learner = build()
    compile_for_training(learner, (None, span), optimizer, loss=loss)
    begin_again = starting_point(learner)
    ends = []
    for rate in sweep_rates:
        begin_again()
        optimizer.learning_rate = rate
        told = [float(learner.train_on_batch(*text_batch(rows, seed)))
                for seed in range(steps_here)]
        ends.append(float(np.mean(told[-5:])))
    sweeps[name] = ends
heads = [tr("rate", "学习率"), *sweeps]
display.table(heads, [[rate, *(f"{sweeps[name][at]:.2f}" for name in sweeps)]
                      for at, rate in enumerate(sweep_rates)])
# %% [markdown] id="stability-reading" lang="en"
# With plain SGD the article's range is where learning only begins. With Adam, which is what Transformers are trained with, its lower end is about the last rate that works, even for a model as small as this, and its upper end learns **next to nothing**. The larger the model, the lower this border; large ones take 1 to 6 times $10^{-4}$, with a warm-up.
#
# ### A spike, and how to survive it
#
# A single bad batch (a page of zeros, a broken file) has a huge gradient. **Clipping** ({{09 recurrent}}) shortens the gradient of **all** weights together to a length $c$ where it is longer, and leaves its direction:
#
# $$ g \leftarrow g \cdot \min\!\Big(1, \frac{c}{\lVert g\rVert}\Big). \tag{6} $$
# %% [markdown] id="stability-reading" lang="zh" of="71a8051e"
# 对普通的 SGD，文章给的范围里学习才刚刚开始。对 Adam（Transformer 都用它训练），即使是这么小的模型，范围的下端也差不多是还能用的最大值，上端则**几乎什么也学不到**。模型越大，这个界线越低；大模型用 $10^{-4}$ 的 1 到 6 倍，并且先预热。
#
# ### 损失的尖峰，以及怎样应对
#
# 一批坏数据（整页的零、损坏的文件）会带来巨大的梯度。**梯度裁剪**（{{09 recurrent}}）把**所有**权重合起来的梯度缩短到长度 $c$（超过才缩），方向不变：
#
# $$ g \leftarrow g \cdot \min\!\Big(1, \frac{c}{\lVert g\rVert}\Big). \tag{6} $$
# %% id="spike-run"
def descend(clip, rate=0.3, steps=course.steps):
    draws = np.random.default_rng(1)
    learner, told = scaling.NextCharacter(characters, 64, seed=1), []
    for step in range(steps):
        chosen = draws.integers(0, len(following), 64)
        x, y = before[chosen], following[chosen]
        broken = step == steps // 2  # one batch of rubbish  # 一批坏数据
        if broken:
            x, y = x * 0, y * 0 + characters - 1
        loss_here, parts = learner.gradients(x, y)
        factor = 10.0 if broken else 1.0  # ten times as strong  # 强十倍
        length_here = factor * np.linalg.norm(in_one(parts))
        shrink = min(1.0, clip / length_here) if clip else 1.0  # (6)
        for name, part in parts.items():
            move = rate * factor * shrink * part
            learner.weights[name] -= move.astype(np.float32)
        told.append(min(loss_here, 12.0))
    return told

with one_thread(), np.errstate(all="ignore"):
    spikes = {None: descend(None), 1.0: descend(1.0)}
for clip, told in spikes.items():
    middle = len(told) // 2
    print(clip, f"{np.mean(told[middle - 5:middle]):.2f}", end=" ")
    print(f"{max(told[middle:]):.2f} {np.mean(told[-5:]):.2f}")
# %% id="spike-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.0))
for (clip, told), colour in zip(spikes.items(), (red, blue), strict=True):
    name = plots.label("plain", "不裁剪") if clip is None else plots.label("clipped", "裁剪")
    smooth = np.convolve(told, np.ones(5) / 5, mode="valid")
    axis.plot(smooth, color=colour, label=name)
axis.set(xlabel=plots.label("step", "步"), ylabel=plots.label("loss, cut off at 12", "损失（最高画到 12）"))
axis.legend()
plots.show(
    figure,
    "Loss against steps with a broken batch half-way: without clipping it jumps up and does not come back for long; with clipping hardly anything is seen.",
    "损失随步数的变化，中途有一批坏数据：不裁剪时猛跳上去，久久回不来；裁剪时几乎看不出来。",
)
# %% [markdown] id="warm" lang="en"
# ### Warm-up
#
# In its first steps Adam has seen next to nothing. Its averages are made of one gradient or a few, so their quotient is near one in **every** weight, and the weights of an output move the same way by the full rate. In a wide network that adds up. **Warm-up** begins with a small rate and lets it rise: in step $t$ it is $\eta \cdot \min(1, t / w)$, with $\eta$ the full rate and $w$ the number of steps of the warm-up.
# %% [markdown] id="warm" lang="zh" of="99f34ade"
# ### 预热
#
# 最初几步，Adam 几乎什么也没见过：它的平均只由一个或几个梯度得来，两个平均之商在**每个**权重上都接近 1，同一个输出的权重就按整个学习率、朝同一方向移动。网络宽，这些移动就累加起来。**预热**从很小的学习率开始，让它逐渐升高：第 $t$ 步用 $\eta \cdot \min(1, t / w)$，其中 $\eta$ 是整个学习率，$w$ 是预热的步数。
# %% [markdown] id="warm-predict" lang="en" tags=["predict"]
# **Before you run it.** The small network again, narrow and wide; rates from a good one to one near the edge; the full rate at once, or a warm-up over $w = 8$ steps; three seeds each. Compare the highest loss on the way and the loss at the end. Where will the warm-up pay?
#
# > In the wide network, at the high rates. Taken at once, they throw the loss far above a blind guess in the first steps, and at the end something of the blow is left. With the warm-up there is no blow, and the end is better, too. At the good rate it changes next to nothing, and in the narrow network it does far less even at the highest. Nor does it make a bad rate good: the wide network ends best at the lowest of these.
# %% [markdown] id="warm-predict" lang="zh" of="e08c42f0" tags=["predict"]
# **先猜，再运行。** 还是那个小网络，一窄一宽；学习率从合适的到接近极限的；一上来就用整个学习率，或者先用 $w = 8$ 步预热；各用三个种子。比一比途中最高的损失和最后的损失：预热在哪里有用？
#
# > 在宽网络、高学习率时有用。一上来就用高学习率，头几步损失会猛升到远高于随机猜测的水平，到最后还留有一些影响。有了预热，损失不再猛跳，最后也更好。学习率合适时，它几乎什么也没改变；网络窄，学习率再高，它的作用也小得多。它也不能把坏的学习率变好：宽网络最后最好的，还是这几个里最低的那个。
# %% id="warm-run"
def begin(wide, rate, warm, seed):
    draws = np.random.default_rng(seed)
    learner = scaling.NextCharacter(
        characters, wide, parameterisation="standard", seed=seed
    )
    told = []
    for step in range(course.warm_steps):
        chosen = draws.integers(0, len(following), 128)
        now = rate * min(1.0, (step + 1) / warm)
        told.append(learner.step(before[chosen], following[chosen], now))
    return told

slim, broad = course.warm_widths
cases = [(slim, 0.06), (broad, 0.008), (broad, 0.03), (broad, 0.06)]
starts = {}
with one_thread(), np.errstate(all="ignore"):
    for wide, rate in cases:
        for warm in (1, 8):  # 1: the full rate at once  # 1：一上来就用整个学习率
            runs = [begin(wide, rate, warm, seed) for seed in range(3)]
            starts[wide, rate, warm] = np.array(runs)
# %% id="warm-table"
def lowest_to_highest(values):
    return f"{min(values):.2f} – {max(values):.2f}"

rows_shown, last_steps = [], course.warm_steps // 4
for wide, rate in cases:
    pair = [starts[wide, rate, warm] for warm in (1, 8)]
    highest = [f"{runs.max():.1f}" for runs in pair]
    ends = [runs[:, -last_steps:].mean(axis=1) for runs in pair]
    rows_shown.append([wide, rate, *highest, *map(lowest_to_highest, ends)])
heads = [tr("width", "宽"), tr("rate", "学习率"),
         tr("highest loss: at once", "最高损失：不预热"),
         tr("highest: warmed up", "最高：预热"),
         tr("last loss: at once", "最后的损失：不预热"),
         tr("last: warmed up", "最后：预热")]
display.table(heads, rows_shown)
course.report("warm_up_gain", float(ends[0].mean() - ends[1].mean()))
# %% id="warm-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.0))
for warm, colour, name in ((1, red, plots.label("at once", "不预热")), (8, blue, plots.label("warmed up", "预热"))):
    for seed, told in enumerate(starts[broad, 0.06, warm]):
        axis.semilogy(np.arange(1, len(told) + 1), told, color=colour, lw=1.2, label=name if seed == 0 else None)
axis.axhline(np.log(characters), color=grey, ls="--", label=plots.label("a blind guess", "随机猜测"))
axis.set_yticks([2.5, 5, 10, 20, 40], ["2.5", "5", "10", "20", "40"])
axis.minorticks_off()
axis.set(xlabel=plots.label("step", "步"), ylabel=plots.label("loss", "损失"), xlim=(0, 80))
axis.legend()
plots.show(
    figure,
    "Loss of the first steps of the wide network at the highest rate, three seeds each: taken at once, the loss leaps far above a blind guess and comes down again; warmed up, it hardly rises, and stays a little lower to the end.",
    "宽网络在最高学习率下头几十步的损失，各三个种子：不预热时，损失猛跳到远高于随机猜测的地方，再降下来；预热时几乎不升高，直到最后都略低一些。",
)
# %% [markdown] id="transfer" lang="en"
# ### A rate for a model that you cannot try out
#
# A sweep on the large model costs as much as many trainings of it. Can the best rate of a **small** one be carried over? Drawn and moved in the standard way, no: in a matrix from width to width each output is a sum over the width. Adam moves all its weights by the same amount, and those of one output together; so the output moves by an amount that **grows with the width**. The cure (the **maximal update parameterisation**, μP): let the rate of the inner matrix and of the last one fall as $1/\text{width}$.
# %% [markdown] id="transfer" lang="zh" of="c8e5cbc4"
# ### 给试不起的模型找学习率
#
# 在大模型上扫一遍学习率，代价抵得上训练它好几次。**小**模型上最好的学习率，能搬过去吗？按标准的办法初始化和更新，不能：输入和输出的维数都等于宽度的矩阵里，每个输出都是对宽度求和；Adam 让所有权重移动同样大小的一步，而且同一个输出的权重朝同一方向移动，于是输出的变化**随宽度增长**。办法是**最大更新参数化**（μP）：让中间矩阵和最后矩阵的学习率按 $1/\text{宽度}$ 下降。
# %% [markdown] id="transfer-predict" lang="en" tags=["predict"]
# **Before you run it.** Two panels, one line for each width, the loss after some steps against the rate. In which panel do the lowest points of the lines stand above each other?
#
# > In the second, where rates fall with the width. In the first they walk to the left as the network grows: the rate that is best for the small one is several times too high for the large one. In the second the wider network is also the better one at every rate near the best.
# %% [markdown] id="transfer-predict" lang="zh" of="b1987108" tags=["predict"]
# **先猜，再运行。** 两幅图，每种宽度一条线，画的是若干步之后的损失与学习率。哪幅图里，各条线的最低点上下对齐？
#
# > 第二幅，学习率随宽度下降的那幅。第一幅里，网络越大，最低点越往左移：小网络上最好的学习率，对大网络高了好几倍。第二幅里，在最好的学习率附近，更宽的网络也总是更好。
# %% id="transfer-run"
rates = [2.0**power for power in range(-11, -2)]
tried = {}
for way in ("standard", "scaled"):
    tried[way] = {}
    for wide in course.rate_widths:
        ends = scaling.losses_by_rate(
            ids[:200_000], characters, wide, rates, way, course.rate_steps
        )
        tried[way][wide] = ends
        at = int(np.argmin(ends))
        print(f"{way:>8} {wide:>4}  2^{np.log2(rates[at]):.0f}  {ends[at]:.3f}")

def best_of(way, wide):
    return int(np.argmin(tried[way][wide]))

narrow, wide = course.rate_widths[0], course.rate_widths[-1]
shift = best_of("standard", narrow) - best_of("standard", wide)
course.report("rates_shift_standard", shift)
# %% id="transfer-plot" tags=["fold"]
longer = scaling.recorded_rates()
record_rates = scaling.recorded("rates")["found"]["rates"]
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), sharey=True)
shades = plt.cm.viridis(np.linspace(0.1, 0.85, len(longer["scaled"])))
for axis, way, title in zip(axes, ("standard", "scaled"), (plots.label("standard", "标准"), plots.label("width-scaled", "按宽度缩放")), strict=True):
    for shade, (wide, ends) in zip(shades, longer[way].items(), strict=True):
        axis.semilogx(record_rates, np.minimum(ends, 4), "o-", color=shade, ms=4, base=2, label=str(wide))
        at = int(np.argmin(ends))
        axis.plot(record_rates[at], ends[at], "*", color=red, ms=12, zorder=5)
    axis.set(title=title, xlabel=plots.label("learning rate", "学习率"), ylim=(2.1, 3.3))
axes[0].set_ylabel(plots.label("loss (record)", "损失（记录）"))
axes[1].legend(title=plots.label("width", "宽度"), fontsize=8)
plots.show(
    figure,
    "Loss against learning rate for three widths, from the record, the best of each with a star: in the standard panel the stars move left as the width grows; in the width-scaled panel they stay nearly in place.",
    "三种宽度的损失与学习率（记录），各自最好的用星标出：标准的一幅里，宽度越大星越往左；按宽度缩放的一幅里，星几乎不动。",
)

# %% [markdown] id="laws" lang="en"
# ## 7 · Predicting a model that has not been trained
#
# Loss falls with weights and with data, and it falls smoothly. The **scaling law** that Hoffmann and others fitted to hundreds of trainings has three parts:
#
# $$ L(N, D) = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}. \tag{7} $$
#
# $E$ is what nobody can avoid (the text is not certain), the second part what a model of $N$ weights misses, the third what $D$ tokens could not teach; $A$, $B$ and the exponents are fitted, as $E$ is. Here are twelve networks of lesson size, from some hundred weights to some ten thousand, each trained once through a text and measured on the way. One thing must be minded: a training that is measured half-way is half-way through its schedule, and looks worse than one that was planned to end there. So the rate stays constant and a running average of the weights is measured.
# %% [markdown] id="laws" lang="zh" of="a1e0ce1f"
# ## 7 · 预测没有训练过的模型
#
# 损失随权重下降，也随数据下降，而且降得很平滑。Hoffmann 等人对几百次训练拟合出的**缩放定律**有三项：
#
# $$ L(N, D) = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}. \tag{7} $$
#
# $E$ 谁也避免不了（文字本来就不确定），第二项是 $N$ 个权重的模型学不到的，第三项是 $D$ 个词元教不会的；$A$、$B$ 和两个指数与 $E$ 一样，都由拟合得到。这里有十二个小网络，从几百个权重到几万个，各把一段文字过一遍，途中测量。有一点要当心：在半路测量，学习率调度也只走到半路，看上去会比“计划到此结束”的训练差。所以学习率保持不变，测的是权重的滑动平均。
# %% id="laws-run"
points = []
# a short sample has fewer tokens to read  # 短的样例没有那么多词元可读
read = [count for count in course.tokens if count <= len(ids) - 128]
for wide in course.widths:
    points += scaling.train_and_measure(
        ids, held[:6_000], characters, wide, read, seed=course.seed
    )
law = scaling.fit_law(points)
others = scaling.bootstrap_laws(points, course.bootstraps, seed=course.seed)

def interval(values):
    low, high = np.percentile(values, [5, 95])
    return f"{low:.2f} – {high:.2f}"

print(f"E = {law.floor:.2f}  ({interval([one.floor for one in others])})")
print(f"α = {law.alpha:.2f}  ({interval([one.alpha for one in others])})")
print(f"β = {law.beta:.2f}  ({interval([one.beta for one in others])})")
# %% [markdown] id="laws-predict-text" lang="en"
# The intervals come from fits to other draws of the twelve networks (a bootstrap by network, as points of one training are not independent). **Now the test.** A network wider than all of these has not been trained. The law says its loss before it is:
# %% [markdown] id="laws-predict-text" lang="zh" of="ac7250cc"
# 区间来自对十二个网络重新抽样后的拟合（按网络做自助法，因为同一次训练里的点并不独立）。**现在来检验。** 有一个网络比它们都宽，还没有训练过。训练之前，先用定律算出它的损失：
# %% id="laws-held-out"
wider = scaling.NextCharacter(characters, course.held_out)
last = read[-1] // 128 * 128
said = law.loss(wider.multiplied(), last)
spread = [one.loss(wider.multiplied(), last) for one in others]
print(f"{tr('predicted', '预测')}: {said:.3f}  ({interval(spread)})")

truth = scaling.train_and_measure(
    ids, held[:6_000], characters, course.held_out, read,
    seed=course.seed,
)
print(f"{tr('trained', '训练')}:   {truth[-1].loss:.3f}")
course.report("held_out_error", float(said - truth[-1].loss))
# %% id="laws-plot" tags=["fold"]
study = scaling.recorded_points()
largest = max(point.weights for point in study)
known = [point for point in study if point.weights < largest]
wide_law = scaling.fit_law(known)
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.5), sharey=True)
sizes_known = sorted({point.weights for point in study})
token_counts = sorted({point.tokens for point in study})
shades = plt.cm.viridis(np.linspace(0.1, 0.9, len(token_counts)))
for shade, count in zip(shades, token_counts, strict=True):
    mine = [point for point in study if point.tokens == count]
    axes[0].loglog([p.weights for p in mine], [p.loss for p in mine], "o", color=shade, ms=4)
    axes[0].loglog(sizes_known, wide_law.loss(np.array(sizes_known, float), count), color=shade, lw=1)
    axes[0].plot(largest, next(p.loss for p in mine if p.weights == largest), "*", color=red, ms=9)
shades = plt.cm.viridis(np.linspace(0.1, 0.9, len(sizes_known)))
for shade, size in zip(shades, sizes_known, strict=True):
    mine = [point for point in study if point.weights == size]
    axes[1].loglog([p.flops for p in mine], [p.loss for p in mine], ".-", color=shade, lw=1)
budgets = np.geomspace(min(p.flops for p in study) * 5, 4e9, 30)
best = np.array([wide_law.best_weights(budget) for budget in budgets])
axes[1].loglog(budgets, wide_law.loss(best, budgets / 6 / best), color=red, lw=2, label=plots.label("compute-optimal", "计算最优"))
axes[0].set(xlabel=plots.label("weights, one line for each number of tokens", "权重数（每种词元数一条线）"), ylabel=plots.label("loss (record)", "损失（记录）"))
axes[1].set(xlabel=plots.label("operations, one line for each network", "运算量（每个网络一条线）"))
for axis in axes:
    axis.set_yticks([2, 2.5, 3, 3.5], ["2", "2.5", "3", "3.5"])
    axis.minorticks_off()
axes[1].legend(fontsize=9)
plots.show(
    figure,
    "Recorded study, left: loss against weights for each number of tokens with the fitted law, and stars for the network that was held out, close to the lines. Right: loss against operations for each network, with the compute-optimal line along the lower edge.",
    "记录的研究。左：各种词元数下损失与权重数，连同拟合的定律；星是留出的网络，贴近曲线。右：每个网络的损失与运算量，计算最优线沿着下边缘。",
)
# %% id="laws-record"
wide_others = scaling.bootstrap_laws(known, 20)
for name in ("floor", "alpha", "beta"):
    values = [getattr(one, name) for one in wide_others]
    print(f"{name:>6} {getattr(wide_law, name):.3f} ({interval(values)})")
for point in [point for point in study if point.weights == largest][-2:]:
    said = wide_law.loss(point.weights, point.tokens)
    print(f"{point.tokens:>9,} {said:.3f} {point.loss:.3f}")
for budget in (2e8, 1e9, 4e9):
    best = wide_law.best_weights(budget)
    print(f"{budget:.0e}: {best:,.0f} {tr('weights,', '个权重，')} {budget / 6 / best:,.0f} {tr('tokens', '个词元')}")
# %% [markdown] id="laws-reading" lang="en"
# The picture and the last lines are from the record: the same networks on more tokens (`python -m course_lib.scaling.study --parts laws`). Read three things from it. Where the lines lie **close together**, more weights are of no use: the text is too short. Where they lie **flat**, more text is of no use: the network is too small. And for each budget there is one size that is best, and it grows with the budget; both, weights and tokens, must grow.
#
# How far may one trust it? The prediction is good within a factor of a few beyond what was fitted. The exponents are **not** those of large Transformers: this is a network of eight characters of sight, and its floor $E$ is the floor of eight characters. And $E$ is hardly known from so small a range. The page's own twelve networks may even put it at zero, interval and all, which no text allows: a bootstrap tells how much a fit shakes, and not whether its range was long enough. For large Transformers Hoffmann and others found about 20 tokens for each weight; models that will be **used** a lot are trained on far more, because a small one is cheaper for ever after.
# %% [markdown] id="laws-reading" lang="zh" of="3516ffe3"
# 图和最后几行来自记录：同样的网络，更多的词元（`python -m course_lib.scaling.study --parts laws`）。从中可以读出三件事。线挤在**一起**的地方，再加权重也没用：文本太少。线变**平**的地方，再加文本也没用：网络太小。每个预算都有一个最好的大小，预算越大它越大；权重和词元，两样都要增长。
#
# 能信到什么程度？外推到拟合范围之外几倍，预测还不错。这些指数**不是**大 Transformer 的：这是只看八个字符的网络，它的下限 $E$ 是八个字符的下限。而且范围这么小，$E$ 几乎确定不了。页面上的十二个网络甚至会得出零，连区间也是零，而没有哪种文字会是这样：自助法说的是拟合结果波动多大，不是范围够不够宽。Hoffmann 等人对大 Transformer 得到的是每个权重约 20 个词元；要**大量使用**的模型，会用远多于此的文字来训练，因为模型小，以后一直便宜。

# %% [markdown] id="backends" lang="en"
# ## 8 · The same model on PyTorch, and on a TPU
#
# The third article writes its model a second time for PyTorch, with a listing that does not run (E20, lesson 06). With Keras 3 there is no second time: set `KERAS_BACKEND=torch` before Python starts, and the same class runs. From the record, the Transformer of section 4 with the same first weights on three backends:
# %% [markdown] id="backends" lang="zh" of="7b911bf4"
# ## 8 · 同一个模型，在 PyTorch 上，在 TPU 上
#
# 第三篇文章为 PyTorch 又写了一遍模型，代码还跑不起来（E20，第 06 课）。用 Keras 3 就没有第二遍：启动 Python 之前设 `KERAS_BACKEND=torch`，同一个类就能运行。下面是记录：第 4 节的 Transformer，同样的初始权重，三个后端：
# %% id="backends-run"
told = scaling.recorded("backends")["found"]
rows_shown = []
for name, one in told.items():
    begun, ended = one["losses"][0], one["losses"][-1]
    rows_shown.append([name, f"{begun:.5f}", f"{ended:.5f}"])
heads = [tr("backend", "后端"), tr("first loss", "最初的损失"), tr("last loss", "最后的损失")]
display.table(heads, rows_shown)
print(devices.backend_name())
# %% [markdown] id="repeated" lang="en"
# The losses agree because this model's table of tokens is used a second time. Where it is not, they do **not**, and the reason is worth knowing. A token that stands three times in a batch has a gradient of three parts. Adam must square their **sum**: for parts of 1 that is 9. Ask Keras:
# %% [markdown] id="repeated" lang="zh" of="546e0f28"
# 损失之所以一致，是因为这个模型的词元表用了两次（权重共享）。只用一次时就**不**一致，原因值得知道。一个词元在一批里出现三次，梯度就有三份。Adam 该平方的是它们的**和**：每份是 1 时，得 9。问问 Keras：
# %% id="repeated-run"
def total(_, vectors):
    return keras.ops.sum(vectors)

small = keras.Sequential([keras.layers.Embedding(2, 1)])
small.build((None, 4))
squares = adam(0.1, beta_2=0.5)  # half of the new square counts  # 新的平方占一半
small.compile(optimizer=squares, loss=total)
thrice = np.array([[0, 0, 0, 1]])  # token 0 stands there three times  # 词元 0 出现三次
small.fit(thrice, np.zeros((1, 4)), verbose=0)
kept_squares = keras.ops.convert_to_numpy(squares.variables[-1]).ravel()
print(kept_squares / 0.5, devices.backend_name())
# %% [markdown] id="repeated-reading" lang="en"
# On JAX and PyTorch it is 9 and 1. On TensorFlow (Keras 3.15) it is 3 and 1: the table's gradient comes in pieces there, each is squared by itself, and a frequent token moves too far. Tied tables, and plain SGD, are not touched by it. The two processes of section 5 train with momentum for this reason.
# %% [markdown] id="repeated-reading" lang="zh" of="941f605d"
# 在 JAX 和 PyTorch 上是 9 和 1；在 TensorFlow 上（Keras 3.15）是 3 和 1：那里词元表的梯度以稀疏的片段给出，每个片段各自平方，于是常见词元的更新步长过大。共享权重的词元表和普通的 SGD 不受影响。第 5 节的两个进程用动量来训练，就是这个缘故。
# %% [markdown] id="backends-reading" lang="en"
# What changes is around the model: which devices there are, and how training is spread over them. `keras.distribution` is JAX's; on TensorFlow it is `tf.distribute`. `devices.use()` of this course hides the difference.
#
# **A TPU** asks for more discipline. Everything is compiled by XLA, so: fixed shapes (section 3's buckets, and the last, smaller batch left out); no strings, for tokenising happens before; `bfloat16` for products, which needs no loss scaling; widths that are multiples of 128, the size of its units. The images have JAX and no TensorFlow, and the course's library runs there without it. What was **not** measured: no TPU was at hand. `devices.use()` prints what it finds; run sections 3 and 4 there.
# %% [markdown] id="backends-reading" lang="zh" of="79bd8d30"
# 变的是模型周围：有哪些设备，训练怎样分到上面去。`keras.distribution` 属于 JAX；TensorFlow 上是 `tf.distribute`。本课程的 `devices.use()` 把这些差别封装起来了。
#
# **TPU** 要求更严。一切都由 XLA 编译，所以：形状固定（第 3 节的桶；最后不满的一批舍去）；没有字符串，分词要事先做好；乘法用 `bfloat16`，不需要损失缩放；宽度取 128 的倍数，那是它运算单元的大小。它的镜像里有 JAX、没有 TensorFlow，课程的库没有 TensorFlow 也能运行。**没有**测过的：手头没有 TPU。`devices.use()` 会打印找到了什么；可以在那里运行第 3、4 节。

# %% [markdown] id="paper" lang="en"
# ## 9 · Seven billion weights, on paper
#
# Now put it together. **The data.** Two trillion tokens are some eight terabytes of text. Raw pages from the net hold menus, spam, and above all **copies**: the same notice on a thousand pages. Copies are learnt by heart, waste the budget, and carry the test set into the training set. How does one find near copies among billions, when comparing each with each is out of the question?
#
# Cut a text into all runs of five words, its **shingles**. Two texts are as alike as the share of shingles that they have in common, $J = |A \cap B| / |A \cup B|$, with $A$ and $B$ the shingles of the one and of the other. Now shuffle all possible shingles, and note for each text which of **its own** comes first: the chance that two texts note the same is exactly $J$. Some 128 shuffles are a **signature**, and the share of equal entries estimates $J$ (MinHash). And signatures are sorted into drawers by **bands** of $r$ entries, $b$ bands each; only texts that meet in some drawer are compared (this is *locality-sensitive hashing*):
#
# $$ P(\text{meet}) = 1 - (1 - J^{\,r})^{b}. \tag{8} $$
# %% [markdown] id="paper" lang="zh" of="7cf78ee2"
# ## 9 · 七十亿权重，在纸上
#
# 现在合起来。**数据。** 两万亿词元大约是 8 TB 文字。网上的原始页面里有菜单、垃圾，尤其是**副本**：同一则通知出现在一千个页面上。副本会被背下来，浪费预算，还会把测试集带进训练集。几十亿篇文本，不可能两两比较，怎么找出近似的副本？
#
# 把文本切成所有连续五个词的片段，叫**瓦片**（shingle）。两篇文本有多像，就看共有的瓦片占多少：$J = |A \cap B| / |A \cup B|$，其中 $A$、$B$ 是两篇各自的瓦片集合。现在把所有可能的瓦片打乱，每篇记下**自己的**瓦片里谁排在最前：两篇记下同一个的概率恰好是 $J$。打乱 128 次，得到一个**签名**，相同项的比例就估计了 $J$（MinHash）。再把签名切成 $b$ 个**带**，每带 $r$ 项，按带放进哈希桶；只有落进同一个哈希桶的文本才去比较（这叫局部敏感哈希，LSH）：
#
# $$ P(\text{同桶}) = 1 - (1 - J^{\,r})^{b}. \tag{8} $$
# %% id="paper-by-hand"
one, other = {"a", "b", "c", "d"}, {"b", "c", "d", "e"}
same, shuffler = 0, np.random.default_rng(course.seed)
for _ in range(2_000):
    order = shuffler.permutation(list("abcde")).tolist()
    same += min(one, key=order.index) == min(other, key=order.index)
print(len(one & other) / len(one | other), same / 2_000)
# %% [markdown] id="paper-copies-text" lang="en"
# On the reviews: some are planted a second time with every fifteenth word changed, and looked for.
# %% [markdown] id="paper-copies-text" lang="zh" of="cd8bd3d7"
# 用影评来试：取其中一些，每十五个词改掉一个，作为副本埋进去，再把它们找出来。
# %% id="paper-copies"
texts = [prep.tokenize(prep.clean(text)) for text in reviews.texts]
planted = list(range(0, len(texts), 20))
for place in planted:
    copy = list(texts[place])
    copy[7::15] = ["changed"] * len(copy[7::15])
    texts.append(copy)

begun = time.perf_counter()
sets = [scaling.shingles(words, 3) for words in texts]
pairs = scaling.near_copies(sets, threshold=0.5, shuffles=128, bands=32)
seconds = time.perf_counter() - begun
wanted = {(place, len(reviews) + at) for at, place in enumerate(planted)}
hit = wanted & {pair[:2] for pair in pairs}
print(f"{len(hit)} / {len(wanted)} {tr('planted', '（埋下的）')}")
print(f"{len(pairs) - len(hit)} {tr('others', '（别的）')}; {seconds:.1f} s")
course.report("planted_found", len(hit) / len(wanted))
for first_place, second_place, alike in pairs:
    if (first_place, second_place) not in wanted:
        print(f"{alike:.2f}", " ".join(texts[first_place][:12]))
        break
# %% id="paper-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.0))
alike = np.linspace(0, 1, 200)
for bands, colour in ((8, grey), (32, blue), (64, green)):
    axis.plot(alike, [scaling.chance_to_meet(each, bands, 128 // bands) for each in alike], color=colour, label=f"b = {bands}, r = {128 // bands}")
axis.plot([pair[2] for pair in pairs], [0.02] * len(pairs), "|", color=red, ms=12)
axis.set(xlabel=plots.label("similarity J", "相似度 J"), ylabel=plots.label("chance to meet", "落进同一个桶的概率"))
axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
plots.show(
    figure,
    "Chance that two texts meet in a drawer against their similarity, for three ways of cutting 128 entries: each rises steeply from near zero to near one; red strokes are the pairs that were found.",
    "两篇文本落进同一个哈希桶的概率与相似度，128 项的三种切法：每条都从接近零陡升到接近一；红色短线是找到的文本对。",
)
# %% [markdown] id="paper-plan-text" lang="en"
# Filtering comes after: language, length, quality by a small classifier, personal data out. What is left is cut into **shards** of some hundred megabytes with their checksums, tokenised once, in an order that is a function of a seed.
#
# **The plan.** A model of 7 billion weights, two trillion tokens, 1,024 devices. Every line is a formula of this page; the assumptions are 45% of the peak, two dollars for an hour, a tenth of power on top for cooling, and the rate of failures that Llama 3's report tells: 419 unexpected interruptions in 54 days on 16,384 devices.
# %% [markdown] id="paper-plan-text" lang="zh" of="dae5eeae"
# 然后是过滤：语言、长度、用小分类器判断质量、去掉个人信息。剩下的切成几百 MB 一个的**分片**，各带校验和，只分词一次，次序由种子决定。
#
# **计划。** 七十亿权重的模型，两万亿词元，1,024 台设备。每一行都是本页的公式；假设有：峰值的 45%，每小时两美元，冷却再加一成电，故障率取 Llama 3 报告里的：16,384 台设备，54 天里 419 次意外中断。
# %% id="paper-plan"
many = 1024
between = 16_384 * 54 / 419  # days from one failure of a device to its next  # 同一台设备两次故障之间的天数
lines = []
for name in ("A100", "H100"):
    plan = scaling.plan(llama.sizes, llama.tokens, scaling.DEVICES[name], many,
                        utilisation=0.45)
    per_day = scaling.failures_per_day(many, between)
    every = scaling.best_interval(1.0, 24 * 60 / per_day)
    lines.append([name, f"{plan.days:.1f}", f"{plan.money / 1e6:.2f}",
                  f"{plan.kilowatt_hours / 1e3:.0f}",
                  f"{(plan.state + plan.activations) / 1e9:.1f}",
                  f"{per_day * plan.days:.1f}", f"{every:.0f}"])
heads = [tr("device", "设备"), tr("days", "天数"), tr("million dollars", "百万美元"),
         tr("MWh", "兆瓦时"), tr("GB on each", "每台 GB"),
         tr("failures in all", "故障总数"), tr("minutes between checkpoints", "检查点间隔（分钟）")]
display.table(heads, lines)
# %% [markdown] id="paper-plan-reading" lang="en"
# Llama 2's paper tells 184,320 hours for this model; at 45% the plan for A100s must come out near it, because that is where the 45% are from. For the H100 the same share is a hope, not a measurement: its memory has not become faster in the measure that its arithmetic has. And the plan is for **one** training that works. Failed starts, sweeps (section 6 makes them cheap), evaluations, and the people come on top.
# %% [markdown] id="paper-plan-reading" lang="zh" of="feef805a"
# Llama 2 的论文说这个模型用了 184,320 小时；取 45%，A100 的计划必然与它接近，因为 45% 就是从那里来的。对 H100，同样的比例只是希望，不是测量：它的内存没有像算力那样快起来。而且这只是**一次**成功的训练。失败的开头、扫描（第 6 节让它便宜）、评测，还有人，都要另算。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 10 · Exercises
#
# A wrong answer gets a hint, a second one in a row a longer hint;
# `check("11.1", training_days, hint=2)` asks for that at once.
#
# ### Days
#
# How many days does a training take? Operations are $6ND$; each device does `peak` operations a second at best, and reaches the share `utilisation` of it. Weights and tokens come as counts, not in billions.
# %% [markdown] id="exercises" lang="zh" of="d187fee4" tags=["stop"]
# ## 10 · 练习
#
# 答错了会有提示；连续第二次答错，提示会更详细，想马上看就用 `check("11.1", training_days, hint=2)`。
#
# ### 要几天
#
# 一次训练要多少天？运算量是 $6ND$；每台设备每秒最多做 `peak` 次运算，实际达到其中的比例 `utilisation`。权重和词元都按个数给出，不以十亿计。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=6
def training_days(weights, tokens, devices, peak, utilisation):
    tr("""five numbers -> days""",
       """五个数 -> 天数""")
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def training_days(weights, tokens, devices, peak, utilisation):
    tr("""five numbers -> days""",
       """五个数 -> 天数""")
    operations = 6 * weights * tokens
    seconds = operations / (devices * peak * utilisation)
    return seconds / (24 * 60 * 60)
# %% id="ex1-check" tags=["check"]
check("11.1", training_days)
# %% [markdown] id="ex2-text" lang="en"
# ### The gradient of a batch
#
# A batch was computed in parts. For each part you have the gradient of the **mean** loss over its counted tokens, and how many tokens those were. Give the gradient of the mean loss over all counted tokens of the batch. A part without a counted token has divided by zero: its gradient may hold anything, and must count for nothing. If no part has any, give zeros.
# %% [markdown] id="ex2-text" lang="zh" of="81e53bd3"
# ### 整批的梯度
#
# 一批分成几份算。每一份给出两样：对自己那些计数词元的**平均**损失的梯度，以及这样的词元有多少个。请给出对整批所有计数词元的平均损失的梯度。一个计数词元也没有的份，做了除以零：它的梯度里什么都可能有，一点也不能算进去。如果每份都没有，给全零。
# %% id="ex2" tags=["exercise"] difficulty=2 minutes=10
def batch_gradient(gradients, counts):
    tr("""(parts, numbers), whole numbers (parts,) -> (numbers,)""",
       """(parts, numbers)，整数 (parts,) -> (numbers,)""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def batch_gradient(gradients, counts):
    tr("""(parts, numbers), whole numbers (parts,) -> (numbers,)""",
       """(parts, numbers)，整数 (parts,) -> (numbers,)""")
    total = np.zeros(gradients.shape[1])
    for gradient, count in zip(gradients, counts, strict=True):
        if count > 0:
            total += gradient * count
    return total / max(1, counts.sum())
# %% id="ex2-check" tags=["check"]
check("11.2", batch_gradient)
# %% [markdown] id="ex3-text" lang="en"
# ### A step in sixteen bits
#
# `gradient` is that of the loss **times** `scale`, in float16. Write section 3's step for plain SGD. If one of its numbers is infinite or nan, the step is left out: the weights stay, the scale is halved, and the good steps are counted anew, from 0. Otherwise turn it into 32 bits, divide by the scale, and move the weights against it by `rate`. That was a good step; before it there were `quiet` of them since the scale last changed. When `patience` are full, the scale is doubled for the **next** gradient, and the count begins anew. Give the new weights, the next scale and the new count.
# %% [markdown] id="ex3-text" lang="zh" of="972b65cb"
# ### 十六位的一步
#
# `gradient` 是损失**乘上** `scale` 之后的梯度，float16。请用普通的 SGD 写出第 3 节的那一步。只要其中有一个数是无穷或 nan，这一步就跳过：权重不动，因子减半，好的步从 0 重新数起。否则先把它变成 32 位，再除以因子，按 `rate` 朝梯度的反方向更新权重。这就是一个好的步；自上次改变因子以来，在它之前已有 `quiet` 个。满 `patience` 个时，因子加倍，供**下一个**梯度使用，步数也从 0 数起。返回新的权重、下一步的因子和新的步数。
# %% id="ex3" tags=["exercise"] difficulty=2 minutes=12
def scaled_step(weights, gradient, rate, scale, quiet, patience):
    tr("""weights (numbers,), float16 (numbers,), four numbers
    -> new weights (numbers,), next scale, new count""",
       """权重 (numbers,)，float16 (numbers,)，四个数
    -> 新的权重 (numbers,)，下一步的因子，新的步数""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def scaled_step(weights, gradient, rate, scale, quiet, patience):
    tr("""weights (numbers,), float16 (numbers,), four numbers
    -> new weights (numbers,), next scale, new count""",
       """权重 (numbers,)，float16 (numbers,)，四个数
    -> 新的权重 (numbers,)，下一步的因子，新的步数""")
    if not np.all(np.isfinite(gradient)):
        return weights, scale / 2, 0
    gradient = gradient.astype(np.float32) / scale
    weights = weights - rate * gradient
    if quiet + 1 == patience:
        return weights, 2 * scale, 0
    return weights, scale, quiet + 1
# %% id="ex3-check" tags=["check"]
check("11.3", scaled_step)

# %% [markdown] id="open-1" lang="en"
# ### Open 1 · Your own plan
#
# You have one graphics card of 24 GB that reaches 60 · 10¹² operations a second in 16 bits, and a week. How large a model do you train, on how many tokens, and what does the card's memory say to it? Use (1), the 20 tokens for each weight of section 7, and `scaling.state_bytes`.
#
# <details><summary>What to expect</summary>
#
# A week has 604,800 seconds; at 60 · 10¹² that is 3.6 · 10¹⁹ operations. With $D = 20N$, (1) is $120 N^2$, so $N$ is about 550 million weights and $D$ 11 billion tokens. Its state takes 16 bytes for each weight, 8.8 GB, so it fits, with recomputation and small batches in parts. If the model shall be used for long, take a third of the weights and three times the tokens. And check the 60 · 10¹² first: section 2's cell tells what the card really reaches.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="1733073e"
# ### 开放题 1 · 你自己的计划
#
# 你有一块 24 GB 的显卡，16 位下每秒实际能做 60 · 10¹² 次运算，还有一周时间。训练多大的模型，用多少词元？显存够吗？用 (1) 式、第 7 节的每权重 20 个词元，以及 `scaling.state_bytes`。
#
# <details><summary>大致会怎样</summary>
#
# 一周有 604,800 秒；按 60 · 10¹² 算，是 3.6 · 10¹⁹ 次运算。取 $D = 20N$，(1) 式就是 $120 N^2$，于是 $N$ 约 5.5 亿个权重，$D$ 约 110 亿词元。状态每权重 16 字节，共 8.8 GB，装得下；激活值靠重计算和梯度累积。如果模型要长期使用，就取三分之一的权重、三倍的词元。还有，先核实那个 60 · 10¹²：第 2 节的那一格会告诉你显卡实际能到多少。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · A law of your own
#
# Change one thing in section 7 (the characters that the network sees, the text, the rate), fit the law again, and predict a held-out network. Which of the five numbers moves, which stays? Say before you run it what you expect, and by how much it would have to be off for you to give up the idea.
#
# <details><summary>What to expect</summary>
#
# More characters of sight lower the floor $E$, because they tell more of what comes next; with few tokens this hardly shows. A badly chosen rate raises the losses of some widths more than of others, and comes out as a wrong $\alpha$: a law of trainings that were not tuned is a law of the tuning. Repeat each with two seeds before you read anything into the third digit, and keep one size out every time.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="2bffda07"
# ### 开放题 2 · 你自己的定律
#
# 在第 7 节里改一样东西（网络看几个字符、用什么文字、学习率），重新拟合，再预测一个留出的网络。五个数里哪个变了，哪个没变？运行之前先说出你的预期，以及偏差多大你就放弃这个想法。
#
# <details><summary>大致会怎样</summary>
#
# 看得更远，下限 $E$ 会降低，因为前文透露了更多后文；词元少时，这一点几乎看不出来。学习率选得不好，有些宽度的损失会比别的升得更多，表现为错误的 $\alpha$：训练没有调好，拟合出来的就是关于调参的定律。每种情况用两个种子重复，再去解读第三位数字；每次都留出一个大小。
#
# </details>

# %% [markdown] id="quiz-intro" lang="en"
# ## 11 · Quiz
# %% [markdown] id="quiz-intro" lang="zh" of="ec53f482"
# ## 11 · 测验
# %% [markdown] id="quiz-batch" lang="en" tags=["quiz"]
# **You go from 8 to 64 devices and make the batch eight times as large. The steps that you need hardly fall. What happened?**
# - [ ] The ring is too slow — A slow ring makes steps longer, and not more.
# - [x] The batch is above the critical one — Its gradient was good enough before; more examples hardly improve it.
# - [ ] The rate is too low for Adam — It may be, but a rate alone does not bring the eightfold back above the critical batch.
# - [ ] Data parallel changes the gradient — It is the sum over the same examples, to rounding.
# %% [markdown] id="quiz-batch" lang="zh" of="f1c3836a" tags=["quiz"]
# **你从 8 台设备换到 64 台，批也放大到八倍，需要的步数却几乎没少。怎么回事？**
# - [ ] 环太慢 — 环慢，是每步变长，不是步数变多。
# - [x] 批超过了临界大小 — 原来的梯度已经够准，再多的样本几乎不能让它更准。
# - [ ] 学习率对 Adam 太低 — 也可能，但超过临界大小之后，光调学习率换不回那八倍。
# - [ ] 数据并行改变了梯度 — 它是对同样样本的求和，除了舍入完全一样。
# %% [markdown] id="quiz-ring" lang="en" tags=["quiz"]
# **A ring of 1,000 devices in place of 10: how much more does each device send for one gradient?**
# - [ ] A hundred times as much — That would be the device that collects.
# - [x] About a tenth more — The factor goes from 1.8 to nearly 2 times the gradient.
# - [ ] Nothing less than before, as there is more to add — What each adds is its own piece, which shrinks.
# - [ ] It depends on the model alone, so exactly as much — Nearly, but the factor (n − 1)/n still grows a little.
# %% [markdown] id="quiz-ring" lang="zh" of="46d7bc21" tags=["quiz"]
# **环上从 10 台设备变成 1,000 台：为一个梯度，每台要多发多少？**
# - [ ] 一百倍 — 那是由一台来收的情形。
# - [x] 多一成左右 — 倍数从 1.8 变到接近 2。
# - [ ] 要加的更多，所以只多不少 — 每台加的是自己那一段，而段变短了。
# - [ ] 只取决于模型，所以完全一样 — 差不多，但 (n − 1)/n 还会增长一点。
# %% [markdown] id="quiz-half" lang="en" tags=["quiz"]
# **In float16 the loss is fine for a while, then stops falling; nothing is infinite. What do you look at first?**
# - [ ] Gradients that overflow — They would show as infinities.
# - [x] Gradients that became zero — Small ones vanish below 6 · 10⁻⁸ without a word; scale the loss.
# - [ ] The weights' precision — They should be kept in 32 bits anyway; but zero gradients move neither.
# - [ ] The batch is too small — A small batch is noisy, and noise does not stop learning altogether.
# %% [markdown] id="quiz-half" lang="zh" of="052c1bb9" tags=["quiz"]
# **用 float16，损失先是正常，后来不降了；也没有出现无穷。先查什么？**
# - [ ] 溢出的梯度 — 那会表现为无穷。
# - [x] 变成零的梯度 — 小于 6 · 10⁻⁸ 的会无声无息地消失；缩放损失。
# - [ ] 权重的精度 — 权重本来就该用 32 位保存；可梯度是零，哪种都不会动。
# - [ ] 批太小 — 小批有噪声，但噪声不会让学习完全停下。
# %% [markdown] id="quiz-kill" lang="en" tags=["quiz"]
# **One of 1,000 processes dies. Why can the other 999 not simply go on?**
# - [ ] They could, with a smaller batch — Only if somebody rebuilt the ring; inside a step nobody does.
# - [x] Each waits for a sum that contains the dead one's part — So all are stopped and go on together from the last checkpoint.
# - [ ] The weights are lost — In data parallel every device has all of them.
# - [ ] Checkpoints are only written at the end — Then a training of weeks would never end.
# %% [markdown] id="quiz-kill" lang="zh" of="068d8f82" tags=["quiz"]
# **1,000 个进程里有一个意外终止，另外 999 个为什么不能照常继续？**
# - [ ] 可以，批小一点就行 — 除非有人重建这个环；在一步之内没有人会做。
# - [x] 每个都在等一个总和，里面有已终止的那个进程的一份 — 所以全体停下，再一起从最近的检查点继续。
# - [ ] 权重丢了 — 数据并行时，每台设备都有全部权重。
# - [ ] 检查点只在最后写 — 那样的话，几周的训练永远结束不了。
# %% [markdown] id="quiz-law" lang="en" tags=["quiz"]
# **Your budget is four times as large. What does the law of section 7 tell you to do?**
# - [ ] A model with four times the weights on the same text — The text would soon be the limit: lines lie close together.
# - [ ] The same model on four times the text — The model would soon be the limit: lines lie flat.
# - [x] More weights and more text — Both parts of the loss must shrink; how much of each, the exponents say.
# - [ ] Train four models and take the best — That buys luck, and not a lower floor.
# %% [markdown] id="quiz-law" lang="zh" of="999c4923" tags=["quiz"]
# **预算变成四倍。第 7 节的定律让你怎么做？**
# - [ ] 权重四倍，文字不变 — 文字很快就成了限制：线挤在一起。
# - [ ] 模型不变，文字四倍 — 模型很快就成了限制：线变平。
# - [x] 权重和文字都增加 — 损失的两项都要变小；各加多少，由指数决定。
# - [ ] 训练四个模型，取最好的 — 那买到的是运气，不是更低的下限。

# %% [markdown] id="summary" lang="en"
# ## 12 · Summary
#
# - Count first: 6 operations for each weight and token, 16 bytes for each weight, plus activations; what devices reach is a third to a half of what is promised.
# - A device waits for arithmetic or for memory; batches of hundreds of rows move it from one to the other. Above the critical batch more examples are wasted.
# - Compile, keep shapes few, let data be ready; 16 bits where the hardware has them. Parts and recomputation buy memory with time.
# - A mean of means is not the mean: give tokens their weights.
# - Round a ring each device sends less than two gradients, whatever their number; matrices are cut by columns, then rows; states and layers are cut, too.
# - One death stops all: a whole checkpoint, and batches that are a function of the step, bring back the same weights.
# - Rates belong to an optimiser. Clip; warm up; let inner rates fall with the width, and a small model's rate serves a large one.
# - Loss is a smooth law of weights and tokens: fit it with its uncertainty, keep one model out, and predict it before it is trained.
# - The internet is mostly copies; signatures and bands find them.
# %% [markdown] id="summary" lang="zh" of="da7ba052"
# ## 12 · 小结
#
# - 先数清楚：每个权重每个词元 6 次运算，每个权重 16 个字节，再加激活值；设备实际达到的，是标称的三分之一到一半。
# - 设备不是在等算力，就是在等内存；几百行的批把它从后者推到前者。超过临界批大小，多出来的样本就浪费了。
# - 编译，形状要少，数据要早备好；硬件支持时用 16 位。分份和重计算是拿时间换内存。
# - 平均的平均不是平均：给词元以应有的权重。
# - 在环上，无论多少台，每台发送的不到两个梯度；矩阵先按列切、再按行切；状态和层也能切。
# - 一台出了故障，全体停下：靠完整的检查点，和只由步数决定的批，能得回同样的权重。
# - 学习率要与优化器相配。梯度裁剪，预热；让内层的学习率随宽度下降，小模型的学习率就能给大模型用。
# - 损失随权重和词元平滑下降，合于缩放定律：拟合时带上不确定度，留出一个模型，在训练之前预测它。
# - 互联网上大半是副本；签名和带能把它们找出来。

# %% [markdown] id="faq" lang="en"
# ## 13 · Questions that come up
#
# **How do I train faster? (The first article's question.)** In this order: look whether the device is waiting for data; compile; fixed shapes; 16 bits if the hardware has them; the largest batch up to the critical one, with its rate; then more devices. A lower rate is not on the list.
#
# **How are so many parameters stored and sent? (The fifth article's.)** In pieces, each device its own, in 16 bits for use; with their optimiser's state only while they are trained. A file of named tensors with checksums (lesson 10), not a pickle.
#
# **GPU or TPU?** Whichever you can get with a framework that you know. The model is the same; shapes must be fixed on a TPU, and had better be on a GPU.
#
# **Do I need any of this for one graphics card?** Sections 1 to 3 and 6: yes. Accumulation and recomputation make a card twice as large. The rest when the card is full.
#
# **Is it worth the cost?** Compare with what exists: a published model, fine-tuned (lesson 10), costs a millionth. Whoever pre-trains should have text that nobody else has, or a question that a published model cannot answer.
# %% [markdown] id="faq" lang="zh" of="a868ef4d"
# ## 13 · 常见问题
#
# **怎样训练得更快？（第一篇文章的问题。）** 按这个次序：先看设备是不是在等数据；编译；固定形状；硬件支持就用 16 位；把批加大到临界大小，并配上相应的学习率；然后才是更多的设备。降低学习率不在其中。
#
# **这么多参数怎么存储、怎么传输？（第五篇文章的问题。）** 切成段，每台设备存自己的一段；使用时 16 位就够，优化器的状态只在训练时才带着。用带名字和校验和的张量文件（第 10 课），不用 pickle。
#
# **用 GPU 还是 TPU？** 哪个弄得到、又有你熟悉的框架，就用哪个。模型是一样的；TPU 上形状必须固定，GPU 上最好也固定。
#
# **只有一块显卡，用得着这些吗？** 第 1 到 3 节和第 6 节，用得着。梯度累积和重计算能让一块卡顶两块用。其余的，等卡满了再说。
#
# **这样的花费值得吗？** 先与现成的比：公开的模型拿来微调（第 10 课），代价只有百万分之一。要自己预训练，就该有别人没有的文字，或者现成模型答不了的问题。

# %% [markdown] id="references" lang="en"
# ## 14 · References
#
# - J. Kaplan et al. (2020). *Scaling laws for neural language models.* arXiv:2001.08361.
# - J. Hoffmann et al. (2022). *Training compute-optimal large language models.* arXiv:2203.15556.
# - T. Brown et al. (2020). *Language models are few-shot learners* (GPT-3). arXiv:2005.14165.
# - T. Le Scao et al. (2022). *BLOOM: a 176B-parameter open-access multilingual language model.* arXiv:2211.05100.
# - A. S. Luccioni, S. Viguier, A.-L. Ligozat (2022). *Estimating the carbon footprint of BLOOM.* arXiv:2211.02001.
# - H. Touvron et al. (2023). *Llama 2: open foundation and fine-tuned chat models.* arXiv:2307.09288.
# - A. Grattafiori et al. (2024). *The Llama 3 herd of models.* arXiv:2407.21783.
# - S. Williams, A. Waterman, D. Patterson (2009). *Roofline: an insightful visual performance model for multicore architectures.* Communications of the ACM 52 (4).
# - S. McCandlish et al. (2018). *An empirical model of large-batch training.* arXiv:1812.06162.
# - P. Micikevicius et al. (2018). *Mixed precision training.* arXiv:1710.03740.
# - T. Chen et al. (2016). *Training deep nets with sublinear memory cost.* arXiv:1604.06174.
# - V. Korthikanti et al. (2022). *Reducing activation recomputation in large Transformer models.* arXiv:2205.05198.
# - P. Patarasuk, X. Yuan (2009). *Bandwidth optimal all-reduce algorithms for clusters of workstations.* Journal of Parallel and Distributed Computing 69 (2).
# - S. Rajbhandari et al. (2020). *ZeRO: memory optimizations toward training trillion parameter models.* arXiv:1910.02054.
# - M. Shoeybi et al. (2019). *Megatron-LM: training multi-billion parameter language models using model parallelism.* arXiv:1909.08053.
# - Y. Huang et al. (2019). *GPipe: efficient training of giant neural networks using pipeline parallelism.* arXiv:1811.06965.
# - J. W. Young (1974). *A first order approximation to the optimum checkpoint interval.* Communications of the ACM 17 (9).
# - G. Yang et al. (2022). *Tensor Programs V: tuning large neural networks via zero-shot hyperparameter transfer.* arXiv:2203.03466.
# - A. Broder (1997). *On the resemblance and containment of documents.* SEQUENCES.
# - K. Lee et al. (2022). *Deduplicating training data makes language models better.* arXiv:2107.06499.
# %% [markdown] id="references" lang="zh" of="c6175d0f"
# ## 14 · 参考文献
#
# - J. Kaplan et al. (2020). *Scaling laws for neural language models.* arXiv:2001.08361.
# - J. Hoffmann et al. (2022). *Training compute-optimal large language models.* arXiv:2203.15556.
# - T. Brown et al. (2020). *Language models are few-shot learners* (GPT-3). arXiv:2005.14165.
# - T. Le Scao et al. (2022). *BLOOM: a 176B-parameter open-access multilingual language model.* arXiv:2211.05100.
# - A. S. Luccioni, S. Viguier, A.-L. Ligozat (2022). *Estimating the carbon footprint of BLOOM.* arXiv:2211.02001.
# - H. Touvron et al. (2023). *Llama 2: open foundation and fine-tuned chat models.* arXiv:2307.09288.
# - A. Grattafiori et al. (2024). *The Llama 3 herd of models.* arXiv:2407.21783.
# - S. Williams, A. Waterman, D. Patterson (2009). *Roofline: an insightful visual performance model for multicore architectures.* Communications of the ACM 52 (4).
# - S. McCandlish et al. (2018). *An empirical model of large-batch training.* arXiv:1812.06162.
# - P. Micikevicius et al. (2018). *Mixed precision training.* arXiv:1710.03740.
# - T. Chen et al. (2016). *Training deep nets with sublinear memory cost.* arXiv:1604.06174.
# - V. Korthikanti et al. (2022). *Reducing activation recomputation in large Transformer models.* arXiv:2205.05198.
# - P. Patarasuk, X. Yuan (2009). *Bandwidth optimal all-reduce algorithms for clusters of workstations.* Journal of Parallel and Distributed Computing 69 (2).
# - S. Rajbhandari et al. (2020). *ZeRO: memory optimizations toward training trillion parameter models.* arXiv:1910.02054.
# - M. Shoeybi et al. (2019). *Megatron-LM: training multi-billion parameter language models using model parallelism.* arXiv:1909.08053.
# - Y. Huang et al. (2019). *GPipe: efficient training of giant neural networks using pipeline parallelism.* arXiv:1811.06965.
# - J. W. Young (1974). *A first order approximation to the optimum checkpoint interval.* Communications of the ACM 17 (9).
# - G. Yang et al. (2022). *Tensor Programs V: tuning large neural networks via zero-shot hyperparameter transfer.* arXiv:2203.03466.
# - A. Broder (1997). *On the resemblance and containment of documents.* SEQUENCES.
# - K. Lee et al. (2022). *Deduplicating training data makes language models better.* arXiv:2107.06499.
