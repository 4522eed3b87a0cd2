# Lesson 08 of "Deep learning for language": how good settings are found. The source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 08 · Tuning: how are good settings found?
#
# A network learns its weights. It does not learn how long a step should be, how wide its layers are or when to stop: somebody
# has to say so, and most people say what they saw somewhere. This lesson measures what a search costs, what it
# gains, and how much of the gain is luck.
#
# **When you have worked through it, you can**
#
# - tell a parameter from a hyperparameter, and say which few matter;
# - find a learning rate in one short run, the range test;
# - let a rate warm up and fall, and choose it together with the batch size;
# - stop early, and say what that saves;
# - explain when random points beat a grid, and compute how many are enough;
# - search with KerasTuner at random, by a Gaussian process and by Hyperband, at one and the same compute budget;
# - cross-validate, and nest it where a number is to be published;
# - tell noise from gain: is the best setting still the best with new seeds?
# - resume a search that was killed, and learn of every trial that failed.
#
# **You need** the network of lesson 02, the split by film of lesson 07.
#
# **Mirrors** section 4.3 of the first article and 3.2.3 and 3.2.4 of the fourth. What they get wrong (E07, E23, E29) is run in its place.
# %% [markdown] id="title" lang="zh" of="99ca5453"
# # 08 · 调参：好的设置是怎样找到的？
#
# 权重由网络自己学得。可是学习率多大、一层有多宽、什么时候停，网络学不到，要由人来定，而多数人照搬别处见过的数。
# 这一课系统地搜索这些设置，并测量搜索要花多少计算，能带来多少提升，提升里又有多少只是运气。
#
# **学完这一课，你能够**
#
# - 分清参数与超参数，并说出真正重要的是哪几个；
# - 用一次短短的训练找到学习率，这叫范围测试；
# - 让学习率先预热、再下降，并与批大小一起选；
# - 用早停结束训练，并说清省了多少；
# - 解释随机取点什么时候胜过网格，算出取多少个点才够；
# - 用 KerasTuner 做随机搜索、高斯过程搜索和 Hyperband，计算预算完全相同；
# - 做交叉验证；数字要发表时，用嵌套交叉验证；
# - 分清噪声与提升：胜出的设置换了种子还会胜出吗？
# - 把中断的搜索接着做下去，并知道哪些试验失败了。
#
# **你需要会** 第 02 课的网络，第 07 课的按电影划分。
#
# **对应原文**：第一篇的 4.3 节，第四篇的 3.2.3 和 3.2.4 节。其中的错误（E07、E23、E29）会在相应的地方逐一演示。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>What are the training, the validation and the test set for?</summary>
#
# Weights are learnt from the first, everything else is chosen on the second, and the third is used once for each
# final model. What has been used for a choice can no longer report. Read again: {{07 split}}.
#
# </details>
#
# <details><summary>An accuracy of 0.9 was measured on 400 examples. How large is its standard error?</summary>
#
# $\sqrt{0.9 \cdot 0.1 / 400} = 0.015$, that is 1.5 points: by this number alone, two settings that differ by one
# point are not told apart. Read again: {{07 metrics}}.
#
# </details>
#
# <details><summary>What does the learning rate set in SGD, and what in Adam?</summary>
#
# In SGD a step is the rate times the gradient, so it shrinks with the gradient. In Adam the gradient is divided by
# its own recent size, and the rate is about the length of a step. Read again: {{02 optimisers}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="f8de5ca4"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>训练集、验证集和测试集各有什么用？</summary>
#
# 权重从训练集学来；别的一切在验证集上选；测试集对每个最终的模型只用一次。用来选择过的数据，就不能再用来报告成绩。重读：{{07 split}}。
#
# </details>
#
# <details><summary>在 400 个样本上测得准确率 0.9，标准误是多少？</summary>
#
# $\sqrt{0.9 \cdot 0.1 / 400} = 0.015$，即 1.5 个百分点：相差一个百分点的两组设置，单凭这个数分不出高低。重读：{{07 metrics}}。
#
# </details>
#
# <details><summary>学习率在 SGD 里决定什么，在 Adam 里又决定什么？</summary>
#
# SGD 的一步是学习率乘以梯度，梯度小，步子就小。Adam 把梯度除以它自己近来的大小，学习率大致就是步长。重读：{{02 optimisers}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>Of all directions PCA keeps the one of largest variance. Why does that lose least?</summary>
#
# By Pythagoras the squared distance from the mean is what lies along the direction plus what sticks out. The sum is
# fixed by the data, so keeping most is losing least. From {{03 by-hand}}.
#
# </details>
#
# <details><summary>Which bound is larger on average: the one from 1 code, or the one that averages the weights of 50 codes before the logarithm?</summary>
#
# The one from 50. An average of 50 scatters less than a single weight, and so the logarithm, which bends downwards,
# takes less off; both stay below $\log p(x)$. From {{04 importance}}.
#
# </details>
#
# <details><summary>A decoder writes 10 characters. For how many positions does it compute with a cache of keys and values, and for how many without?</summary>
#
# For 10, and for $1 + 2 + \dots + 10 = 55$. Under the causal mask earlier positions cannot have changed. From
# {{06 writing}}.
#
# </details>
#
# <details><summary>A model finds 8 of 16 positive reviews and calls 2 negative ones positive. What are precision, recall and F1?</summary>
#
# $8/10 = 0.8$; $8/16 = 0.5$; $2 \cdot 8 / (2 \cdot 8 + 2 + 8) = 16/26 = 0.62$. From {{07 metrics}}.
#
# </details>
#
# <details><summary>Queries and keys have independent entries of variance 1, and unscaled scores turn out to have variance 64. What is d, and what is the variance after the division by √d?</summary>
#
# 64, for a score is a sum of $d$ products of variance 1 each; dividing by $\sqrt{64} = 8$ divides the variance by
# 64 and leaves 1. From {{05 scale}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="6cafd79d"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>主成分分析保留方差最大的方向，为什么这样丢得最少？</summary>
#
# 由勾股定理，到均值的距离的平方，等于沿这个方向的部分加上垂直于它的部分。总和由数据决定，保留得最多，也就丢得最少。出自{{03 by-hand}}。
#
# </details>
#
# <details><summary>只用 1 个编码的界，和先对 50 个编码的权重求平均、再取对数的界，平均来说哪个大？</summary>
#
# 用 50 个的大。50 个的平均比单个权重波动小，而对数是凹函数，波动越小，取对数之后偏低得越少；两者都不超过 $\log p(x)$。出自{{04 importance}}。
#
# </details>
#
# <details><summary>解码器写 10 个字符。缓存键和值，要计算多少个位置？不缓存呢？</summary>
#
# 缓存时 10 个，不缓存时 $1 + 2 + \dots + 10 = 55$ 个。有因果掩码，前面的位置不可能改变。出自{{06 writing}}。
#
# </details>
#
# <details><summary>16 篇好评，模型找出了 8 篇，还把 2 篇差评判成好评。精确率、召回率和 F1 各是多少？</summary>
#
# $8/10 = 0.8$；$8/16 = 0.5$；$2 \cdot 8 / (2 \cdot 8 + 2 + 8) = 16/26 = 0.62$。出自{{07 metrics}}。
#
# </details>
#
# <details><summary>查询和键的各分量独立，方差为 1；未缩放的得分，方差是 64。d 是多少？除以 √d 之后方差是多少？</summary>
#
# $d = 64$，因为得分是 $d$ 个方差为 1 的乘积之和；除以 $\sqrt{64} = 8$，方差除以 64，剩下 1。出自{{05 scale}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · Hyperparameters
#
# What training changes is a **parameter**; what must be set before training begins is a **hyperparameter**. A hyperparameter cannot be learnt
# from the training loss: more units, no dropout and no penalty nearly always lower *that* loss. It needs examples that were held out.
#
# | hyperparameter | usual scale | how much it matters |
# |---|---|---|
# | learning rate | powers of ten | most of all |
# | schedule, warm-up | shares of the run | much for long runs and for Transformers |
# | batch size | powers of two | mostly through the learning rate and the clock |
# | width, depth | powers of two | much when too small, little when ample |
# | weight decay (each step takes the share rate × decay off every weight), dropout | powers of ten; 0 to 0.6 | when examples are few |
# | epochs | whole numbers | chosen by early stopping, at no extra cost |
#
# For a long time people tuned by hand; in 2012 James Bergstra and Yoshua Bengio showed that points drawn at random beat the usual grid, and Jasper Snoek
# and others let a Gaussian process choose the next point. Since 2016 Hyperband has stopped bad runs early. The first article says that Keras Tuner
# finds good settings by random search; the library can do all three, but the listing cannot run (E07). We begin with a single hyperparameter.
# %% [markdown] id="background" lang="zh" of="181eb1bd"
# ## 1 · 超参数
#
# 训练会改变的叫**参数**，训练开始之前就得定下来的叫**超参数**。超参数不能靠训练损失来学：单元再多些，不用暂退法（dropout），不加惩罚，
# 训练损失几乎总会更低。要选它，得用留出的样本。
#
# | 超参数 | 常用的刻度 | 重要程度 |
# |---|---|---|
# | 学习率 | 十的幂 | 最重要 |
# | 调度、预热 | 占整个训练的比例 | 训练长、用 Transformer 时很重要 |
# | 批大小 | 二的幂 | 主要通过学习率和时间起作用 |
# | 宽度、深度 | 二的幂 | 太小时很重要，够用之后影响不大 |
# | 权重衰减（每一步把每个权重减去“学习率 × 衰减”那么大的一份）、暂退法 | 十的幂；0 到 0.6 | 样本少时重要 |
# | 轮数 | 整数 | 用早停来选，不另费计算 |
#
# 很长一段时间里，人们靠手工调参。2012 年 James Bergstra 和 Yoshua Bengio 说明，随机取点胜过通常的网格；同年 Jasper Snoek 等人让高斯过程来挑下一个点。
# 2016 年起，Hyperband 让差的训练早早停下。第一篇文章说用 Keras Tuner 的随机搜索可以找到好的设置；这个库三种方法都有，可是原文的代码跑不起来（E07）。我们先从一个超参数讲起。

# %% id="imports" tags=["fold"]
import logging
import tempfile
import time
import warnings

import keras
import keras_tuner
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from course_lib import data, diagrams, display, metrics, plots, tuning
from course_lib.sentiment import load_records

logging.getLogger("tensorflow").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", category=DeprecationWarning)  # KerasTuner asks for the thread's name in an old way  # KerasTuner 用旧接口取线程的名字

called = {"random": tr("random", "随机"), "bayesian": tr("Bayesian", "贝叶斯"), "hyperband": "Hyperband"}
shown = {"random": plots.label("random", "随机"), "bayesian": plots.label("Bayesian", "贝叶斯"), "hyperband": "Hyperband"}
blue, red, green, grey = "#2b6ca3", "#b5432f", "#3c7d4f", "#8a8a8a"

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "task": (0, 0, tr("task and noise\nsection 2", "任务与噪声\n第 2 节")),
        "rate": (1, 0, tr("learning rate\nsections 3–4", "学习率\n第 3–4 节")),
        "batch": (1, 1, tr("batch, stopping\nsections 5–6", "批、早停\n第 5–6 节")),
        "points": (2, 0, tr("grid, random\nsection 7", "网格、随机\n第 7 节")),
        "tuner": (2, 1, tr("KerasTuner\nsection 8", "KerasTuner\n第 8 节")),
        "three": (2, 2, tr("three searches\nsection 9", "三种搜索\n第 9 节")),
        "noise": (3, 0, tr("optimism\nsection 10", "乐观偏差\n第 10 节")),
        "folds": (3, 1, tr("cross-validation\nsection 11", "交叉验证\n第 11 节")),
        "safe": (3, 2, tr("failures, kills\nsection 12", "失败与中断\n第 12 节")),
    },
    arrows=[
        ("task", "rate", ""), ("task", "batch", ""), ("rate", "points", ""), ("batch", "tuner", ""), ("points", "tuner", ""), ("tuner", "three", ""),
        ("points", "noise", ""), ("noise", "folds", ""), ("three", "safe", ""),
    ],
    english="A map: a task and its noise; then the learning rate, batch size and stopping; grid and random search, KerasTuner, three searches at one"
    " price; whether the best setting would be best again, cross-validation, and searches that fail or are killed.",
    chinese="一张路线图：先是任务和它的噪声；再是学习率、批大小和早停；然后是网格与随机搜索、KerasTuner、同一计算预算的三种搜索；最后是胜出设置的乐观偏差、交叉验证、失败与中断的搜索。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** `quick` searches on a few reviews, so that whole searches can be repeated on the page; `full` takes more reviews and more repetitions.
# %% [markdown] id="dial" lang="zh" of="15668301"
# **规模旋钮。** `quick` 只用少量影评，这样整个搜索都能在页面上重复几遍；`full` 用更多影评，重复更多次。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(reviews=240, test_reviews=80, dim=8, epochs=3, repeats=2, searches=1, trials=3,
                      iterations=1, sweep=4, settings=4, keras_epochs=1),
        "quick": dict(reviews=1_500, test_reviews=2_000, dim=40, epochs=9, repeats=4, searches=2, trials=8,
                      iterations=1, sweep=9, settings=10, keras_epochs=5),
        "full": dict(reviews=6_000, test_reviews=10_000, dim=80, epochs=9, repeats=8, searches=8, trials=25,
                     iterations=3, sweep=13, settings=24, keras_epochs=5),
    },
    expected={
        "quick": dict(default_accuracy=(0.72, 0.88), suggested_rate=(2e-3, 3e-2),
                      search_loss=(0.31, 0.53), optimism=(-0.01, 0.05)),
        "sample": dict(default_accuracy=(0.3, 1.0), suggested_rate=(1e-7, 1.0),
                       search_loss=(0.0, 1.5), optimism=(-0.3, 0.3)),
    },
)

# %% [markdown] id="task" lang="en"
# ## 2 · The task: small enough to train hundreds of times
#
# Tuning means training many times, so the task must be small. Film reviews become TF-IDF vectors (lesson 01), and a singular value decomposition
# presses these into a few numbers: lesson 03's principal components, but for the subtracted mean. On them works the network of lesson 02 with one hidden layer, in NumPy. There is nothing to compile: one run takes a fraction of a
# second, and the page can afford hundreds. Validation reviews are of other films, and the test set waits for the end. (E29: the article says to divide once, 80% to 20%; nothing keeps the reviews of one film on one side.)
# %% [markdown] id="task" lang="zh" of="bc558185"
# ## 2 · 任务：小到可以训练几百次
#
# 调参就是训练许多遍，所以任务要小：影评先变成 TF-IDF 向量（第 01 课），再用奇异值分解（第 03 课的主成分分析，只是不减均值）压成几十个数，上面接第 02 课那种只有一个隐藏层的网络，用 NumPy 写成，
# 不需要编译：训练一次只要零点几秒，在一个页面里可以做几百次。验证影评取自另外的电影，测试集留到最后（E29：原文只按 80% 与 20% 分一次，也没有办法让同一部电影的影评留在同一边）。
# %% id="task-data"
reviews = data.imdb.load("train", limit=course.reviews, seed=course.seed)
test_set = data.imdb.load("test", limit=course.test_reviews, seed=course.seed)
train_set, val_set = data.reviews.split_by_film(reviews, 0.25, seed=course.seed)

weigh = TfidfVectorizer(min_df=3, sublinear_tf=True, max_features=8_000,
                        token_pattern=r"[A-Za-z']+|[!?]")
press = TruncatedSVD(course.dim, n_iter=3, random_state=course.seed)
# learnt from the training reviews alone  # 只从训练影评学来
first = press.fit_transform(weigh.fit_transform(train_set.texts))
middle, spread = first.mean(axis=0), first.std(axis=0)


def numbers(texts):
    tr("""texts -> (reviews, dim), each column about as large as the others""",
       """texts -> (reviews, dim)，各列大小相近""")
    pressed = press.transform(weigh.transform(texts))
    return ((pressed - middle) / spread).astype("float32")


x, y = numbers(train_set.texts), np.asarray(train_set.labels)
x_val, y_val = numbers(val_set.texts), np.asarray(val_set.labels)
x_test, y_test = numbers(test_set.texts), np.asarray(test_set.labels)
films = np.asarray(train_set.film_ids)
print(x.shape, x_val.shape, x_test.shape,
      tr("to learn from, to choose on, to use once", "用来学、用来选、最后用一次"))
# %% [markdown] id="default" lang="en"
# Before any search: what do the defaults give, and **how much does that number move when nothing but the seed changes?** Two kinds of chance are in an
# accuracy, the draw of the weights and the draw of the validation reviews. The second has a formula, the standard error of lesson 07.
# %% [markdown] id="default" lang="zh" of="f6c68876"
# 搜索之前先看：默认设置的准确率是多少？**其他都不变，只换种子，准确率会变动多少？** 准确率里有两种随机性：权重是抽的，验证影评也是抽的。后一种有公式，就是第 07 课的标准误。
# %% id="default-run"
def train(seed=course.seed, epochs=course.epochs, **settings):
    tr("""-> a finished run of the network in NumPy; its measure(x, y) gives
    loss and accuracy""",
       """-> 跑完的一次训练（NumPy 写的网络）；用 measure(x, y) 得到损失和准确率""")
    run = tuning.Training(tuning.Settings(**settings), x, y, epochs, seed)
    run.run(epochs)
    return run


clock = time.perf_counter()
defaults = [train(course.seed + number).measure(x_val, y_val)
            for number in range(course.repeats)]
seconds = (time.perf_counter() - clock) / course.repeats
accuracies = np.array([accuracy for _, accuracy in defaults])
print(tuning.Settings())
print(tr("accuracy by seed", "各种子的准确率"), accuracies.round(3))
seeds = accuracies.std(ddof=1)
draws = metrics.standard_error(accuracies.mean(), len(y_val))
n = len(y_val)
print(tr(f"over seeds ±{seeds:.4f}; over draws of {n} reviews ±{draws:.4f}; one "
         f"run {seconds:.2f} s",
         f"换种子 ±{seeds:.4f}；另抽 {n} 条影评 ±{draws:.4f}；"
         f"训练一次 {seconds:.2f} 秒"))
default_losses = np.array([loss for loss, _ in defaults])
print(tr("loss", "损失"), f"{default_losses.mean():.4f} ± {default_losses.std(ddof=1):.4f}")
course.report("default_accuracy", accuracies.mean())
# %% [markdown] id="default-reading" lang="en"
# Keep both in mind. Settings that differ by less cannot be told apart here, whatever a search prints behind the decimal point. Comparing settings on
# the *same* reviews removes much of the second kind; the first is removed by nothing but repetition.
# %% [markdown] id="default-reading" lang="zh" of="27c4fae8"
# 请记住这两个数。两组设置若相差不到这么多，在这里就分不出高下，不管搜索打印出多少位小数。在“同一批”影评上比较，可以消去第二种的大半；
# 第一种只有重复才能消去。

# %% [markdown] id="range" lang="en"
# ## 3 · The learning-rate range test
#
# The fourth article says that a learning rate starts at 0.01 to 0.1 (E23), whatever the optimiser. Rather than believe it, let the rate $\eta$ **grow during one short run**, from far too small to far too
# large, by the same factor at each of $n$ steps:
#
# $$ \eta_t = \eta_{\min} \left( \frac{\eta_{\max}}{\eta_{\min}} \right)^{t / (n - 1)}, \qquad t = 0, \dots, n - 1. \tag{1} $$
#
# With small numbers, from 0.001 to 1 in four steps:
# %% [markdown] id="range" lang="zh" of="dea53b2f"
# ## 3 · 学习率范围测试
#
# 第四篇文章说，不管什么优化器，学习率都从 0.01～0.1 开始（E23）。是否如此，可以测试：在**一次很短的训练里让学习率** $\eta$ **不断增大**，从远小于合适的值到远大于合适的值，
# 共 $n$ 步，每一步乘以同样的倍数：
#
# $$ \eta_t = \eta_{\min} \left( \frac{\eta_{\max}}{\eta_{\min}} \right)^{t / (n - 1)}, \qquad t = 0, \dots, n - 1. \tag{1} $$
#
# 用小数字算一遍，从 0.001 到 1，分四步：
# %% id="range-loop" slide="code"
rate, rates = 0.001, []
for _ in range(4):
    rates.append(rate)
    rate *= (1 / 0.001) ** (1 / 3)
print(np.round(rates, 4))
# (1), in one line  # (1) 式，写成一行
assert np.allclose(rates, 0.001 * (1 / 0.001) ** (np.arange(4) / 3))
# %% [markdown] id="range-keras" lang="en"
# `lr_range_test` does it to any compiled Keras model, smooths the losses by a running mean, and puts the model's weights back. For comparison we train the network in NumPy in full at each of several rates.
# %% [markdown] id="range-keras" lang="zh" of="6f988b0d"
# `lr_range_test` 可以对任何编译好的 Keras 模型这样做：损失用滑动平均来平滑，做完再把权重放回去。为了比较，我们再取几个学习率，用 NumPy 写的网络各完整训练一遍。
# %% [markdown] id="range-predict" lang="en" tags=["predict"]
# **Before you run it.** Adam's usual rate is 0.001. Will the rate of the lowest smoothed loss in the test be smaller, the same or larger, and what happens at
# the article's 0.1?
#
# > Larger: the loss still falls while the rate is already too high to stay at, so that one divides by about ten. With 0.1 Adam moves every weight by
# > about 0.1 at every step, as much as the weights themselves are large. A first pass may still profit; a whole run ends worse than at a fiftieth of it.
# %% [markdown] id="range-predict" lang="zh" of="10daecbc" tags=["predict"]
# **先猜，再运行。** Adam 常用的学习率是 0.001。测试中平滑损失最低处的学习率，会比它小、一样还是大？用原文的 0.1 又会怎样？
#
# > 更大：学习率已经大到不宜长期使用，损失却还在下降，所以要再除以十左右。学习率为 0.1 时，Adam 每一步把每个权重改变约 0.1，与权重本身一样大。
# > 头一轮也许还有好处，整个训练下来，却比用它的五十分之一还差。
# %% id="range-run"
def build(hidden_units=64, dropout=0.0, learning_rate=1e-3):
    tr("""The network in Keras, compiled: one logit in place of two.""",
       """用 Keras 写的同一个网络，已编译：一个 logit 代替两个。""")
    first = keras.initializers.HeNormal(seed=course.seed)
    second = keras.initializers.HeNormal(seed=course.seed + 1)
    model = keras.Sequential([
        keras.Input((course.dim,)),
        keras.layers.Dense(hidden_units, "relu", kernel_initializer=first),
        keras.layers.Dropout(dropout, seed=course.seed),
        keras.layers.Dense(1, kernel_initializer=second),
    ])
    model.compile(keras.optimizers.Adam(learning_rate),
                  keras.losses.BinaryCrossentropy(from_logits=True),
                  metrics=["accuracy"])
    return model


test = tuning.lr_range_test(build(), x, y[:, None].astype("float32"), 1e-5, 3.0,
                       steps=120, seed=course.seed)
suggested = tuning.suggest_rate(test)
lowest = suggested * 10
print(tr(f"lowest at {lowest:.4f}; suggested {suggested:.4f}; diverged: "
         f"{test.diverged}",
         f"最低处 {lowest:.4f}；建议 {suggested:.4f}；是否发散：{test.diverged}"))
course.report("suggested_rate", suggested)
# %% id="range-sweep"
sweep = np.geomspace(1e-5, 0.3, course.sweep)
swept = np.array([train(learning_rate=float(rate)).measure(x_val, y_val)
                  for rate in sweep])
rows = [[f"{rate:.5f}", f"{loss:.3f}", f"{accuracy:.3f}"]
        for rate, (loss, accuracy) in zip(sweep, swept, strict=True)]
display.table([tr("rate", "学习率"), tr("validation loss", "验证损失"), tr("accuracy", "准确率")], rows)
# %% id="range-figure" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2))
axes[0].plot(test.rates, test.losses, color=grey, lw=0.6, alpha=0.7)
axes[0].plot(test.rates, test.smoothed, color=blue, lw=2)
axes[0].set(xscale="log", ylim=(0, 2), xlabel=plots.label("learning rate of the step", "这一步的学习率"), ylabel=plots.label("training loss", "训练损失"), title=plots.label("range test: one run", "范围测试：一次训练"))
axes[1].plot(sweep, np.minimum(swept[:, 0], 5), "o-", color=blue)
axes[1].set(xscale="log", ylim=(0, 2), xlabel=plots.label("learning rate of the run", "整次训练的学习率"), ylabel=plots.label("validation loss", "验证损失"), title=plots.label("sweep: a run for each point", "扫描：每点一次训练"))
for axis in axes:
    axis.axvline(suggested, color=green, lw=1.5, label=plots.label("suggested", "建议值"))
    axis.axvspan(0.01, 0.1, color=red, alpha=0.12, label=plots.label("the article's 0.01–0.1", "原文的 0.01～0.1"))
axes[0].legend(fontsize=8.5)
plots.show(
    figure,
    "Left: training loss against a learning rate that grows during one run; it falls, then runs away. Right: validation loss of whole runs at several rates, a broad valley.",
    "左图：一次训练中学习率不断增大时的训练损失，先降后发散。右图：几个学习率各训练一遍的验证损失，中间是宽阔的谷地。",
)
# %% [markdown] id="range-reading" lang="en"
# One short run says roughly how long a step **can** be: beyond the lowest point the loss diverges. So start from the suggestion and sweep downwards, in a few powers of ten. The valley is **wide**, on a logarithmic axis, where each factor of ten takes the same room: 0.0010 against 0.0013 is no question worth a night.
#
# And a best rate is a best rate *for so many epochs*: the longer a run, the shorter its best steps. You will see 0.01 do well further down, where runs are short or batches large, and badly here. What is wrong with E23 is one number for every optimiser, model, batch and length. What it adds, lowering the rate *against overfitting*, waits for sections 4 and 6.
# %% [markdown] id="range-reading" lang="zh" of="0a0878bf"
# 范围测试只用一次很短的训练，就给出学习率大致的**上限**：过了最低点，损失就发散。所以从建议值往下，按十的幂扫几个点就够了。谷地很**宽**，而横轴是对数刻度，每个数量级占同样的宽度：0.0010 还是 0.0013，不值得花一个晚上去分辨。
#
# 另外，最佳学习率总是对“训练这么多轮”而言的：训练越久，合适的步子越短。后面你会看到，训练短、批大时，0.01 表现不错，在这里却不好。E23 的错误，就在于不管什么优化器、模型、批大小和训练长短，都给同一个数。它还说降低学习率是为了“避免过拟合”，这要等到第 4 节和第 6 节再看。
# %% [markdown] id="quiz-scale" lang="en" tags=["quiz"]
# **You draw the learning rate evenly between 0.0001 and 0.1. How many of 100 draws lie below 0.001?**
# - [ ] 33 — That is so on a logarithmic scale, where each power of ten gets its share.
# - [x] About 1 — The interval below 0.001 is less than a hundredth of the whole; two of the three powers of ten are hardly looked at.
# - [ ] 50 — Half of the draws lie below 0.05.
# - [ ] None — About one in a hundred does.
# %% [markdown] id="quiz-scale" lang="zh" of="208e8627" tags=["quiz"]
# **在 0.0001 与 0.1 之间均匀地抽学习率，抽 100 次，有几次小于 0.001？**
# - [ ] 33 次 — 在对数刻度上才是这样，那里每个数量级各占一份。
# - [x] 大约 1 次 — 0.001 以下只占整个区间的不到百分之一；三个数量级里有两个几乎没有看到。
# - [ ] 50 次 — 有一半小于 0.05。
# - [ ] 一次也没有 — 大约一百次里有一次。

# %% [markdown] id="schedules" lang="en"
# ## 4 · Learning-rate schedules
#
# Early on, long steps make progress. At the end they keep the weights from settling, because each gradient is that of one batch, and noisy. So the rate falls. At the very
# beginning Adam's running means have seen too few gradients to be trusted, and Transformers are fragile; so in a run of $T$ steps it first rises for $w$ of them:
#
# $$ \eta_t = \eta_{\max} \cdot \frac{t + 1}{w} \quad (t < w), \qquad \eta_t = \eta_{\max} \cdot \tfrac12 \left( 1 + \cos \pi \frac{t - w}{T - w} \right) \quad (w \le t \le T). \tag{2} $$
# %% [markdown] id="schedules" lang="zh" of="323c7cf6"
# ## 4 · 学习率调度
#
# 一开始，步长大才走得快；到了最后，步长大却让权重无法收敛，因为每个梯度只来自一批样本，带着噪声。所以学习率要降。刚开头，Adam 的滑动平均累积的梯度太少，
# 还不可靠，Transformer 又容易不稳定，所以在总共 $T$ 步里，要先用 $w$ 步升上去：
#
# $$ \eta_t = \eta_{\max} \cdot \frac{t + 1}{w} \quad (t < w), \qquad \eta_t = \eta_{\max} \cdot \tfrac12 \left( 1 + \cos \pi \frac{t - w}{T - w} \right) \quad (w \le t \le T). \tag{2} $$
# %% id="schedules-loop" slide="code"
for step in range(8):  # peak 1, two steps of warm-up, eight steps in all  # 峰值 1，预热两步，共八步
    by_hand = (step + 1) / 2 if step < 2 else 0.5 * (
        1 + np.cos(np.pi * (step - 2) / 6))
    print(step, round(by_hand, 3), end="   ")
    assert np.isclose(
        by_hand,
        tuning.learning_rate_at(step, 1.0, 8, "cosine", warmup_share=0.25))
# %% id="schedules-run"
rates_tried = {tr("good rate", "合适的学习率"): 3e-3, tr("high rate", "偏高的学习率"): 3e-2}
plans = {"constant": 0.0, "step": 0.0, "linear": 0.0, "cosine": 0.0,
         "cosine + warm-up": 0.1}
planned = {}
for name, warmup in plans.items():
    for kind, rate in rates_tried.items():
        runs = [train(course.seed + number, learning_rate=rate,
                      schedule=name.split()[0], warmup_share=warmup)
                for number in range(min(course.repeats, 3))]
        losses = [(run.measure(x, y)[0], run.measure(x_val, y_val)[0])
                  for run in runs]
        planned[name, kind] = np.mean(losses, axis=0)
parts = tr("training", "训练"), tr("validation", "验证")
heads = [f"{kind}{tr(': ', '：')}{part}" for kind in rates_tried for part in parts]
words = [tr("constant", "恒定"), tr("steps", "阶梯"), tr("linear", "线性"), tr("cosine", "余弦"),
         tr("cosine with warm-up", "余弦加预热")]
rows = [[word, *(f"{loss:.3f}"
                 for kind in rates_tried for loss in planned[name, kind])]
        for name, word in zip(plans, words, strict=True)]
display.table([tr("loss", "损失"), *heads], rows)
# %% id="schedules-figure" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.6, 2.9))
steps = np.arange(200)
names = {"constant": plots.label("constant", "恒定"), "step": plots.label("steps", "阶梯"), "linear": plots.label("linear", "线性"), "cosine": plots.label("cosine", "余弦"), "cosine + warm-up": plots.label("cosine with warm-up", "余弦加预热")}
for name, warmup in plans.items():
    axis.plot(steps, [tuning.learning_rate_at(int(step), 1.0, 200, name.split()[0], warmup) for step in steps], label=names[name], lw=2 if "warm" in name else 1.3)
axis.set(xlabel=plots.label("step", "步"), ylabel=plots.label("share of the peak", "占峰值的比例"))
axis.legend(fontsize=8.5)
plots.show(figure, "Five schedules of the learning rate over 200 steps: constant, a stair, a line, half a cosine, and the same after a rise.", "200 步中的五种学习率调度：恒定、阶梯、直线、半个余弦，以及先上升再走半个余弦。")
# %% [markdown] id="schedules-reading" lang="en"
# A fall does two things at once. It lets the weights **come to rest**: where the rate is too high, the training loss falls with it, and the validation loss by much. And it **shortens the way** that a run of so many epochs goes, just as fewer epochs would: at the good rate the training loss is *higher* with a fall than without, and the validation loss a little lower. The second looks like a remedy for overfitting, and E23 takes it for one; given more epochs it is none (section 6). What holds overfitting back are more reviews, weight decay, dropout, and stopping.
#
# Keras has nearly this cosine with warm-up as `keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=peak, warmup_steps=w)`, where `steps` counts from the end of the warm-up. Its rise begins at 0, so that its first step changes nothing; and without `warmup_target` the rate of this line is silently 0 at every step. Lesson 06 falls along a straight line.
# %% [markdown] id="schedules-reading" lang="zh" of="785e4d07"
# 学习率下降，同时做了两件事。一是让权重**稳定下来**：学习率偏高时，训练损失随之降低，验证损失降得更多。二是使同样轮数的训练**走过的路程变短**，与减少轮数一样：学习率合适时，有下降的训练损失反而比没有下降的**高**，验证损失略低。第二件事看上去像是抑制过拟合，E23 就是这么认为的；可是轮数一多，它就不起作用了（第 6 节）。能抑制过拟合的，是更多影评、权重衰减、暂退法和早停。
#
# Keras 里有一个与此几乎相同的余弦加预热：`keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=peak, warmup_steps=w)`，其中 `steps` 从预热结束时数起。它从 0 升起，所以第一步不起作用；如果不写 `warmup_target`，这一行会让每一步的学习率都是 0，而且不报错。第 06 课用的是直线。
# %% [markdown] id="quiz-decay" lang="en" tags=["quiz"]
# **Why does a falling learning rate lower the loss at the end of a run?**
# - [ ] It removes overfitting — Where the rate had been too high, the training loss falls with it; where it falls short, the run has only gone less far.
# - [x] Steps are noisy, and shorter steps average the noise of several batches — At a constant rate the weights keep moving about the minimum.
# - [ ] The gradient grows as the rate falls — The gradient depends on the weights alone.
# - [ ] Fewer steps are made — As many as before.
# %% [markdown] id="quiz-decay" lang="zh" of="f30a0d29" tags=["quiz"]
# **训练末尾，降低学习率为什么能让损失下降？**
# - [ ] 它消除了过拟合 — 学习率原本偏高时，训练损失也跟着降；训练损失没有降时，不过是走得没那么远。
# - [x] 每一步都带噪声，步子小了，就等于把几批的噪声平均掉 — 学习率不变，权重会一直在极小点附近来回跳动。
# - [ ] 学习率降低，梯度就变大 — 梯度只取决于权重。
# - [ ] 走的步数变少了 — 步数与原来一样。

# %% [markdown] id="batch" lang="en"
# ## 5 · Batch size and learning rate go together
#
# Going from a batch of $B$ examples to one of $B'$, $k$ times as many, makes $k$ times fewer steps in an epoch. To get as far, each step would have to be $k$ times as long, the **linear scaling rule**:
#
# $$ \eta' = k\,\eta, \qquad k = B' / B. \tag{3} $$
#
# It was found for SGD, and it fails where a step is so long that the slope changes along it. For Adam, whose steps do not grow with the gradient, $\sqrt{k}$ has been proposed.
# %% [markdown] id="batch" lang="zh" of="764c5b5c"
# ## 5 · 批大小与学习率要一起选
#
# 批大小从 $B$ 变为 $B'$，即原来的 $k$ 倍，一轮里的步数就只有原来的 $1/k$。要走得同样远，每一步就得是原来的 $k$ 倍长，这就是**线性缩放法则**：
#
# $$ \eta' = k\,\eta, \qquad k = B' / B. \tag{3} $$
#
# 它是在 SGD 上发现的；步长大到线性近似不再成立时，它就失效了。Adam 的步长不随梯度变大，有人主张用 $\sqrt{k}$。
# %% id="batch-run"
batch_sizes = [16, 64, 256] if course.scale != "smoke" else [16, 64]
batch_rates = (
    [5e-4, 1.6e-3, 5e-3, 1.58e-2, 5e-2]
    if course.scale != "smoke"
    else [1e-3, 1e-2]
)
surface = np.zeros((len(batch_sizes), len(batch_rates)))
for row, size in enumerate(batch_sizes):
    for column, rate in enumerate(batch_rates):
        run = train(learning_rate=rate, batch_size=size,
                    epochs=min(course.epochs, 5))
        surface[row, column] = run.measure(x_val, y_val)[0]
print(surface.round(3))
best_rates = [batch_rates[number] for number in surface.argmin(axis=1)]
print(tr("best rate by batch size", "各批大小的最佳学习率"),
      dict(zip(batch_sizes, best_rates, strict=True)))
smallest, its_best = batch_sizes[0], best_rates[0]
print(tr("from the first by (3)", "从第一个按 (3) 式"),
      [round(tuning.linear_scaling(its_best, smallest, size), 4)
       for size in batch_sizes], tr("by the root", "按平方根"),
      [round(its_best * (size / smallest) ** 0.5, 4) for size in batch_sizes])
# %% id="batch-figure" tags=["fold"]
figure, axis = plt.subplots(figsize=(5.6, 3))
picture = axis.imshow(np.minimum(surface, 1.0), cmap="viridis_r", aspect="auto")
for row in range(len(batch_sizes)):
    for column in range(len(batch_rates)):
        value = surface[row, column]
        axis.text(column, row, f"{value:.2f}", ha="center", va="center", color="black" if value < 0.6 else "white", fontsize=9, fontweight="bold" if value == surface[row].min() else "normal")
axis.set_xticks(range(len(batch_rates)), [f"{rate:g}" for rate in batch_rates])
axis.set_yticks(range(len(batch_sizes)), batch_sizes)
axis.grid(False)
axis.set(xlabel=plots.label("learning rate", "学习率"), ylabel=plots.label("batch size", "批大小"), title=plots.label("validation loss", "验证损失"))
plots.show(figure, "A table of colours: validation loss for each batch size and learning rate; the best cell of each row, in bold, lies further right for larger batches or stays.", "色块表：每个批大小与学习率的验证损失；每行最好的一格加粗，批越大，它越靠右或不动。")
# %% [markdown] id="batch-reading" lang="en"
# Read the table row by row: with larger batches the best rate lies further right, and a batch size that is "bad" at one rate is good at another. Hold the printed rates against both rules; the truth usually lies somewhere between $\sqrt{k}$ and $k$. So never compare batch sizes at one fixed learning rate, and change both at once.
# %% [markdown] id="batch-reading" lang="zh" of="56403730"
# 一行一行地读：批越大，最佳学习率越靠右；在某个学习率下“不好”的批大小，换个学习率就好了。再把打印出来的学习率与两条法则比一比：实际情形多半落在 $\sqrt{k}$ 与 $k$ 之间。所以不要固定一个学习率去比较批大小，两个要一起动。

# %% [markdown] id="early" lang="en"
# ## 6 · Early stopping
#
# The number of epochs needs no search. Watch the validation loss, keep the best weights, and stop when it has not improved for some epochs: this is **early stopping**, and the number of these epochs is the **patience**.
# %% [markdown] id="early" lang="zh" of="4be166e0"
# ## 6 · 早停
#
# 轮数不必搜索：监视验证损失，保留最好的权重，若干轮没有改进就停，这叫**早停**（early stopping）；愿意等待的轮数叫**耐心值**（patience）。
# %% id="early-run"
long, patience = (40, 4) if course.scale != "smoke" else (6, 2)
run = tuning.Training(tuning.Settings(learning_rate=3e-3, hidden_units=128), x,
                      y, long, course.seed)
curve = []
for _ in range(long):
    curve.append((run.run(1), run.measure(x_val, y_val)[0]))
curve = np.array(curve)  # (epochs, 2): training, validation  # (epochs, 2)：训练、验证
best, stopped = 0, long - 1
for epoch in range(long):
    if curve[epoch, 1] < curve[best, 1]:
        best = epoch
    if epoch - best >= patience:
        stopped = epoch
        break
saved = 1 - (stopped + 1) / long
print(tr(f"best epoch {best + 1}, to be stopped after {stopped + 1} of {long}: "
         f"{saved:.0%} would be saved",
         f"第 {best + 1} 轮最好，到第 {stopped + 1} 轮就该停"
         f"（共 {long} 轮）：可以省下 {saved:.0%}"))
# %% id="early-figure" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.4, 2.9))
axis.plot(range(1, long + 1), curve[:, 0], color=grey, label=plots.label("training", "训练"))
axis.plot(range(1, long + 1), curve[:, 1], color=blue, lw=2, label=plots.label("validation", "验证"))
axis.axvline(best + 1, color=green, label=plots.label("best", "最好"))
axis.axvspan(stopped + 1, long, color=red, alpha=0.1, label=plots.label("saved", "省下"))
axis.set(xlabel=plots.label("epoch", "轮次"), ylabel=plots.label("loss", "损失"))
axis.legend(fontsize=8.5)
plots.show(figure, "Training loss falls on and on; validation loss falls, then rises. A line marks the best epoch, a shaded part the epochs saved.", "训练损失一路下降；验证损失先降后升。竖线标出最好的一轮，阴影是省下的轮次。")
# %% [markdown] id="early-reading" lang="en"
# In Keras it is `keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)`; without the last argument you keep the weights of the last epoch, which are not the best. Two cautions. With a falling rate the loss
# improves most at the very end, so do not stop such a run early; shorten its schedule. And the best of many epochs was chosen by its score, so that its score is a little too good (section 10).
# %% [markdown] id="early-reading" lang="zh" of="5e6fcafb"
# 在 Keras 里，这是 `keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)`；少了最后一个参数，留下的反而是停下时较差的权重。
# 要当心两点。学习率下降时，损失往往到最后才降得最多，这样的训练不要早停，而应缩短调度。再者，许多轮里最好的一轮是凭分数选出来的，它的分数会略微偏高（第 10 节）。
# %% [markdown] id="early-rates" lang="en"
# Now E23's advice, a smaller rate *against overfitting*, gets its answer. Train at four rates, long enough for each, and look at the best epoch:
# %% [markdown] id="early-rates" lang="zh" of="3512f630"
# 现在可以回答 E23 的建议了：降低学习率能“避免过拟合”吗？取四个学习率，各训练到足够久，看最好的一轮：
# %% id="early-rates-run"
for rate in (3e-4, 1e-3, 3e-3, 1e-2):
    run, validation = tuning.Training(tuning.Settings(learning_rate=rate), x, y,
                                      long, course.seed), []
    for _ in range(long):
        run.run(1)
        validation.append(run.measure(x_val, y_val)[0])
    lowest, when, last = (
        min(validation),
        np.argmin(validation) + 1,
        validation[-1],
    )
    print(
        f"{rate:<8g}",
        tr(f"lowest validation loss {lowest:.3f}, in epoch {when}; after {long} "
           f"epochs {last:.3f}",
           f"最低验证损失 {lowest:.3f}，在第 {when} 轮；{long} 轮之后 {last:.3f}"),
    )
# %% [markdown] id="early-rates-reading" lang="en"
# The lowest loss is nearly the same for all; what moves is the epoch in which it is reached. A smaller rate in as many epochs has the effect of early stopping; in more epochs it overfits all the same.
# %% [markdown] id="early-rates-reading" lang="zh" of="d5713454"
# 最低的损失几乎一样，变的只是在哪一轮达到。轮数不变而降低学习率，效果不过相当于早停；轮数一多，照样过拟合。

# %% [markdown] id="points" lang="en"
# ## 7 · Grid search and random search
#
# With two hyperparameters and nine runs, a grid tries three values of each. Nine random points try **nine** values of each. If only one hyperparameter matters, and that is usual, the grid has
# spent nine runs on three answers. How likely is it that at least one of $n$ random points lies in the best share $q$ of the settings, as they are drawn?
#
# $$ P = 1 - (1 - q)^n. \tag{4} $$
# %% [markdown] id="points" lang="zh" of="c70109eb"
# ## 7 · 网格搜索与随机搜索
#
# 两个超参数，训练九次：网格对每个超参数只试了三个值，九个随机点却试了**九**个。如果只有一个超参数真正起作用（通常如此），网格用九次训练只试出三个值。
# $n$ 个随机点里，至少有一个落进最好的那一部分设置（按抽取的方式算，占比例 $q$），这样的概率是多少？
#
# $$ P = 1 - (1 - q)^n. \tag{4} $$
# %% id="points-loop" slide="code"
misses = 1.0
for _ in range(60):
    # each point misses the best 5% independently of the others  # 各点是否错过最好的 5%，彼此独立
    misses *= 1 - 0.05
print(round(1 - misses, 3), round(tuning.chance_of_top(0.05, 60), 3),
      [(n, round(tuning.chance_of_top(0.05, n), 2)) for n in (5, 14, 30, 60)])
# %% [markdown] id="points-predict" lang="en" tags=["predict"]
# **Before you run it.** The hyperparameters are the learning rate, from 0.0001 to 0.3, and the weight decay, from 0.0001 to 1. In what share of many repetitions will nine random points find a lower loss than
# the one grid of nine?
#
# > About half. The valley is wide: three rates are few, but if one of them sits in it, the grid does well. Random points are sometimes worse and sometimes better;
# > their advantage is that they also look between two grid lines, and that you may stop after any of them.
# %% [markdown] id="points-predict" lang="zh" of="0f7b0cc8" tags=["predict"]
# **先猜，再运行。** 两个超参数是学习率（0.0001 到 0.3）和权重衰减（0.0001 到 1）。重复许多次，九个随机点找到的损失比那个九点网格更低的，会占多少？
#
# > 大约一半。谷地很宽：三个学习率虽少，只要有一个落进去，网格就不差。随机点有时更差，有时更好；它的长处不在每一次，
# > 而在于不会漏看两条网格线之间的地方，而且试到哪一个停下都行。
# %% id="points-run"
# one hyperparameter each, with its range and its scale  # 各是一个超参数，连同范围和刻度
axes_searched = [tuning.Axis("learning_rate", 1e-4, 0.3, "log"),
                 tuning.Axis("weight_decay", 1e-4, 1.0, "log")]
pieces = 7 if course.scale != "smoke" else 3
# the values in the middle of equal parts of each range  # 把范围等分，取各份正中的值
lines = [axis.value((np.arange(pieces) + 0.5) / pieces)
         for axis in axes_searched]
landscape = np.zeros((pieces, pieces))
for row, decay in enumerate(lines[1]):
    for column, rate in enumerate(lines[0]):
        run = train(learning_rate=float(rate), weight_decay=float(decay),
                    epochs=min(course.epochs, 4))
        landscape[row, column] = run.measure(x_val, y_val)[0]


# %% id="points-lowest"
def lowest(points):
    tr("""Train at each point -> the least loss: (points, 2) -> one number""",
       """在每个点上训练 -> 最小的损失：(points, 2) -> 一个数""")
    found = []
    for rate, decay in points:
        run = train(learning_rate=float(rate), weight_decay=float(decay),
                    epochs=min(course.epochs, 4))
        found.append(run.measure(x_val, y_val)[0])
    return min(found)


grid = tuning.grid_points(axes_searched, 3)
of_grid = lowest(grid)
repetitions = 40 if course.scale != "smoke" else 2
draws = np.array(
    [lowest(tuning.random_points(axes_searched, 9, course.seed + number))
     for number in range(repetitions)])
typical, better = np.median(draws), np.mean(draws < of_grid)
print(tr(f"grid {of_grid:.4f}; random, median {typical:.4f}; random better in "
         f"{better:.0%}",
         f"网格 {of_grid:.4f}；随机的中位数 {typical:.4f}；"
         f"随机更好的占 {better:.0%}"))
by_rate, by_decay = landscape.mean(axis=0), landscape.mean(axis=1)
moved, moved_less = np.ptp(by_rate), np.ptp(by_decay)
print(tr(f"the learning rate moves the loss by {moved:.2f}, the weight decay by "
         f"{moved_less:.2f}",
         f"学习率让损失变动 {moved:.2f}，权重衰减让它变动 {moved_less:.2f}"))
# %% id="points-figure" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
scattered = tuning.random_points(axes_searched, 9, course.seed)
for axis, points, title in zip(axes, (grid, scattered), (plots.label("grid: 3 rates", "网格：3 个学习率"), plots.label("random: 9 rates", "随机：9 个学习率")), strict=True):
    axis.contourf(*np.meshgrid(*lines), np.minimum(landscape, 1.0), levels=12, cmap="viridis_r", alpha=0.75)
    axis.plot(points[:, 0], points[:, 1], "o", color="black", ms=6)
    axis.plot(points[:, 0], np.full(len(points), 1.2e-4), "|", color=red, ms=14, mew=2)
    axis.set(xscale="log", yscale="log", xlim=(1e-4, 0.3), ylim=(1e-4, 1), xlabel=plots.label("learning rate", "学习率"), title=title)
    axis.grid(False)
axes[0].set_ylabel(plots.label("weight decay", "权重衰减"))
plots.show(
    figure,
    "Two maps of the validation loss over learning rate and weight decay. A grid of nine points has three different learning rates, nine random points have nine; red marks on the axis show them.",
    "两张验证损失地图，横轴学习率，纵轴权重衰减。九点网格只有三个不同的学习率，九个随机点有九个；横轴上的红色短线标出它们。",
)
# %% [markdown] id="points-reading" lang="en"
# Two hyperparameters are the grid's best case: three rates are enough to meet a valley as wide as this, and a grid that happens to lie well holds its own. Its weakness shows with more hyperparameters. With five, as in section 9, a grid of only **two** values each costs 32 runs; 32 random points try 32 values of every hyperparameter, and may be stopped or gone on with after any of them.
# %% [markdown] id="points-reading" lang="zh" of="94cb56c3"
# 只有两个超参数，是对网格最有利的情形：谷地这么宽，三个学习率就够碰到它，位置凑巧的网格也不输。超参数一多，网格的弱点就露出来了。像第 9 节那样有五个超参数，每个只取**两个**值，网格就要训练 32 次；32 个随机点，却对每个超参数都试了 32 个值，而且试到哪一个停下都行，接着试也行。
# %% [markdown] id="quiz-random" lang="en" tags=["quiz"]
# **You may train 60 settings. How sure can you be that random search finds one of the best 5%?**
# - [ ] Not at all, it is random — Formula (4) says how sure.
# - [x] About 95%, however many hyperparameters there are — The dimension does not occur in (4); but "the best 5%" may be little better than the middle if most settings are bad.
# - [ ] Sure, 60 is more than 20 — Each draw misses with 95%; sixty misses in a row happen in one search of twenty.
# - [ ] It depends on the number of hyperparameters — A grid does; random points do not.
# %% [markdown] id="quiz-random" lang="zh" of="872165c2" tags=["quiz"]
# **你可以训练 60 组设置。随机搜索有多大把握找到前 5% 中的一组？**
# - [ ] 毫无把握，是随机的 — 把握有多大，(4) 式说了。
# - [x] 约 95%，不管有几个超参数 — (4) 式里没有维数；不过，要是大多数设置都很差，“前 5%”也可能并不比中间的好多少。
# - [ ] 必定找到，60 大于 20 — 每次有 95% 的可能落空；连着落空六十次，二十次搜索里会出现一次。
# - [ ] 取决于超参数的个数 — 网格如此，随机点不然。

# %% [markdown] id="tuner" lang="en" tags=["stop"]
# ## 8 · KerasTuner, and the article's listing
#
# The first article says that Keras Tuner chooses the settings "by cross-validation". Its listing (E07) has three faults. Two are only an old interface of the library (see the errata on the course's site); the third is the claim itself.
# %% [markdown] id="tuner" lang="zh" of="b334e146" tags=["stop"]
# ## 8 · KerasTuner，以及原文的代码
#
# 第一篇文章说，Keras Tuner “通过交叉验证”选出设置。它的代码（E07）有三处错误：两处只涉及旧版接口（见课程网站的勘误页），第三处就是这个说法本身。
# %% id="erratum-07"
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    try:
        from kerastuner.tuners import RandomSearch  # noqa: F401
        print("1.",
              *(warning.message
                for warning in said if "kerastuner" in str(warning.message)))
    except ImportError as error:
        print("1.", type(error).__name__, error)

try:
    keras_tuner.RandomSearch(build=build, objective="val_loss", max_trials=5)
except ValueError as error:
    print("2.", type(error).__name__, str(error).splitlines()[0])

print("3.", tr("validation_data=(x_val, y_val): one part is held out, once. "
               "Nothing is crossed.",
               "validation_data=(x_val, y_val)："
               "只留出一份，只用一次，并没有“交叉”。"))
# %% [markdown] id="erratum-07-mended" lang="en"
# The package has been called `keras_tuner` since 2021; under the old name an empty package is left that only warns. The argument is `hypermodel`: a function that is given `hp`, asks it for values, and returns a compiled model. The part that proposes settings and keeps the results is called the **oracle**. We keep the
# article's setting, 5 trials of 2 executions of 5 epochs: a **trial** is one setting that is tried, an *execution* is one training of it. **Before looking at the result, count the cost**: $5 \times 2 \times 5 = 50$ epochs and ten models to build.
# %% [markdown] id="erratum-07-mended" lang="zh" of="9507b8f6"
# 这个包从 2021 年起就叫 `keras_tuner`，旧名字只剩一个会发警告的空壳。参数名是 `hypermodel`：一个函数，以 `hp` 为参数，从中取得各个值，返回编译好的模型。提出设置、记录结果的部件叫做 **oracle**。
# 我们保留原文的设置：5 次**试验**（每次试一组设置），每次试验执行 2 遍（同一组设置训练 2 遍），每遍 5 轮。**看结果之前先算计算量**：$5 \times 2 \times 5 = 50$ 轮，要搭十个模型。
# %% id="erratum-07-run"
def hypermodel(hp):
    return build(
        hidden_units=hp.Int("hidden_units", 8, 128, sampling="log"),
        dropout=hp.Float("dropout", 0.0, 0.6),
        learning_rate=hp.Float("learning_rate", 1e-4, 1e-1, sampling="log"),
    )


# %% id="erratum-07-search"
column = y[:, None].astype("float32")
column_val = y_val[:, None].astype("float32")
with tempfile.TemporaryDirectory() as folder:
    clock = time.perf_counter()
    tuner = tuning.RandomSearch(
        hypermodel=hypermodel, objective="val_loss",
        max_trials=5 if course.scale != "smoke" else 1, executions_per_trial=2,
        seed=course.seed, directory=folder, project_name="article",
    )
    tuner.search(x, column, epochs=course.keras_epochs,
                 validation_data=(x_val, column_val), verbose=0)
    per_run = (time.perf_counter() - clock) / 2 / len(tuner.oracle.trials)
    for trial in sorted(tuner.oracle.trials.values(),
                        key=lambda trial: trial.score):
        values = trial.hyperparameters.values
        print(f"{trial.score:.4f}",
              {name: round(value, 4) for name, value in values.items()})
print(tr(f"{per_run:.2f} s for each model of {course.keras_epochs} epochs",
         f"每个模型（{course.keras_epochs} 轮）{per_run:.2f} 秒"))
# %% [markdown] id="erratum-07-reading" lang="en"
# Two things to notice. A good part of those seconds is not training: each model is built and compiled anew, which its first epoch pays for, and its weights are written to disk whenever it improves. For small models that is most of the cost of a trial.
# And the score of an execution is its **best** epoch's, averaged over two: too good, as the best of several always is.
#
# Our `tuning.RandomSearch` is KerasTuner's own with two additions that section 12 explains. The searches that follow use KerasTuner's oracles, which propose, over the network in NumPy, which is quick.
# %% [markdown] id="erratum-07-reading" lang="zh" of="bc4c235d"
# 有两点要注意。这些时间有不少没有花在训练上：每个模型都要重新搭建和编译，这段时间算在第一轮里；每次有改进，还要把权重写到磁盘。对小模型来说，一次试验的开销主要就在这里。
# 另外，一遍执行的分数取的是最好的一轮，再对两遍平均：几个里挑最好的，分数总是偏高。
#
# 课程库的 `tuning.RandomSearch` 就是 KerasTuner 的，只加了两样东西，第 12 节再讲。下面的搜索仍由 KerasTuner 的 oracle 提出设置，训练则用 NumPy 写的网络，快得多。

# %% [markdown] id="three" lang="en"
# ## 9 · Random, Bayesian and Hyperband search at one compute budget
#
# **Random** search makes no use of what it has seen. **Bayesian** search predicts the loss at a new setting from those seen, together with an uncertainty. Say two settings that are far apart had the losses 0.30 and 0.50: their mean is $m = 0.40$, their deviation $s = 0.10$. A new setting is near the first, with a likeness of 0.6, and far from the second, with 0. Its predicted loss is $0.40 + 0.6 \cdot (0.30 - 0.40) = 0.34$, and of the uncertainty $\sqrt{1 - 0.6^2} = 0.8$ is left, that is 0.08.
#
# In general this is a **Gaussian process** through the losses $y$ seen so far, of the shape $(n,)$. How alike two settings are, a **kernel** says. Let $K$, of the shape $(n, n)$, hold it for each two of the $n$ settings seen, and $k$, of the shape $(n,)$, for the new one and each of them. With $m$ for the mean and $s$ for the deviation of the losses,
#
# $$ \mu = m + k^\top K^{-1} (y - m), \qquad \sigma^2 = s^2 \, (1 - k^\top K^{-1} k). $$
#
# At a setting that was tried $\sigma$ is nearly 0, far from all of them it is $s$. The next setting $\theta$ is the one where mean minus uncertainty, the latter with a weight $\beta$, is lowest:
#
# $$ \theta_{\text{next}} = \arg\min_\theta \; \mu(\theta) - \beta\,\sigma(\theta). \tag{5} $$
#
# With $\beta = 0$ it would only stay near the best point so far; with a large one it would only explore. In one dimension, with four points seen:
# %% [markdown] id="three" lang="zh" of="443cc393"
# ## 9 · 同一计算预算下的三种搜索
#
# **随机**搜索不利用已有的结果。**贝叶斯**搜索根据试过的设置，预测新设置的损失，并给出不确定度。例如试过两组相距很远的设置，损失为 0.30 和 0.50，均值 $m = 0.40$，标准差 $s = 0.10$。新设置与第一组较近，相似度 0.6；与第二组很远，相似度 0。它的预测损失是 $0.40 + 0.6 \cdot (0.30 - 0.40) = 0.34$；不确定度还剩 $\sqrt{1 - 0.6^2} = 0.8$ 倍，即 0.08。
#
# 一般的情形，就是用**高斯过程**拟合已经得到的 $n$ 个损失 $y$，形状 $(n,)$。两组设置有多相似，由**核函数**给出：记 $K$ 为试过的设置两两之间的相似度，形状 $(n, n)$；$k$ 为新设置与它们的相似度，形状 $(n,)$；$m$ 和 $s$ 为损失的均值和标准差。则
#
# $$ \mu = m + k^\top K^{-1} (y - m), \qquad \sigma^2 = s^2 \, (1 - k^\top K^{-1} k). $$
#
# 试过的地方，$\sigma$ 几乎为 0；离哪一个都远的地方，$\sigma$ 就是 $s$。下一组设置 $\theta$ 取“均值减去 $\beta$ 倍的不确定度”最低的地方：
#
# $$ \theta_{\text{next}} = \arg\min_\theta \; \mu(\theta) - \beta\,\sigma(\theta). \tag{5} $$
#
# $\beta = 0$ 时，它只在目前最好的点附近搜索；$\beta$ 很大时，它只做探索。下面是一维的例子，已经试过四个点：
# %% id="bayes-by-hand"
log_rates, losses = np.log10(sweep), np.minimum(swept[:, 0], 1.5)
seen = np.unique(np.linspace(0, len(sweep) - 1, 4).astype(int))
across = np.linspace(log_rates[0], log_rates[-1], 200)


def kernel(a, b, length=1.0):
    tr("""How alike the losses of two rates are expected to be: (a,), (b,)
    -> (a, b)""",
       """核函数：两个学习率的损失预计有多相似：(a,)、(b,) -> (a, b)""")
    return np.exp(-0.5 * ((a[:, None] - b[None]) / length) ** 2)


level = losses[seen].mean()
inverse = np.linalg.inv(kernel(log_rates[seen], log_rates[seen])
                        + 1e-4 * np.eye(len(seen)))
# (200, seen)
weights = kernel(across, log_rates[seen]) @ inverse
mean = level + weights @ (losses[seen] - level)
# 0 at the points we know  # 在已知的点上为 0
unknown = 1 - np.sum(weights * kernel(across, log_rates[seen]), axis=1)
deviation = losses[seen].std() * np.sqrt(np.maximum(unknown, 0))
# (5), KerasTuner's beta  # (5) 式，取 KerasTuner 的 β
bound = mean - 2.6 * deviation
print(tr("next rate to try", "下一个要试的学习率"), f"{10 ** across[bound.argmin()]:.5f}")
# %% id="bayes-figure" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.6, 3))
axis.fill_between(10**across, mean - 2.6 * deviation, mean + 2.6 * deviation, color=blue, alpha=0.15)
axis.plot(10**across, mean, color=blue, label=plots.label("mean of the process", "过程的均值"))
axis.plot(10**across, bound, color=green, lw=1, ls="--", label=plots.label("mean less 2.6 deviations", "均值减 2.6 个标准差"))
axis.plot(sweep[seen], losses[seen], "o", color="black", label=plots.label("seen", "试过的点"))
axis.plot(sweep, losses, "x", color=grey, label=plots.label("the truth, not seen", "真实值，未使用"))
axis.axvline(10 ** across[bound.argmin()], color=red, label=plots.label("next", "下一个"))
axis.set(xscale="log", xlabel=plots.label("learning rate", "学习率"), ylabel=plots.label("validation loss", "验证损失"))
axis.legend(fontsize=8, ncol=2)
plots.show(figure, "A Gaussian process through four points: its mean, its band of uncertainty that widens between the points, and the place where the lower edge is lowest, tried next.", "穿过四个点的高斯过程：均值、在点与点之间变宽的不确定带，以及下边缘最低、接下来要试的位置。")
# %% [markdown] id="hyperband" lang="en"
# **Hyperband** saves elsewhere: most bad settings can be seen to be bad after one epoch. **Successive halving** trains many settings a little, keeps the best third, and gives those three times as long. Nine settings, up to nine epochs:
# %% [markdown] id="hyperband" lang="zh" of="5aeb58d0"
# **Hyperband** 省在别处：多数坏设置，训练一轮就看得出是坏的。**逐次减半**先让许多设置各训练一点，留下最好的三分之一，再给它们三倍的时间。九组设置，最多九轮：
# %% id="hyperband-loop" slide="code"
left, done, spent = 9, 0, 0
for epochs in (1, 3, 9):
    spent += left * (epochs - done)  # they go on from where they were  # 从各自停下的地方接着训练
    print(f"{left} × ({epochs} − {done})", end="   ")
    left, done = left // 3, epochs
print("=", spent, tr("epochs, in place of 81", "轮，而不是 81 轮"))

# settings and epochs of each round, bracket by bracket (explained below)  # 各档（下文解释）每回合的设置数和轮数
for rounds in tuning.keras_tuner_brackets(9):
    print([(each.trials, each.epochs) for each in rounds],
          tuning.epochs_spent([rounds]))
print(tr("KerasTuner, all brackets", "KerasTuner，各档合计"),
      tuning.epochs_spent(tuning.keras_tuner_brackets(9)), tr("; the paper", "；论文"),
      tuning.epochs_spent(tuning.hyperband_brackets(9)))
# %% [markdown] id="hyperband-reading" lang="en"
# A score of Hyperband's belongs to a setting **and its epochs**: the best of an early round must be trained for that long, not for nine. And a setting may begin slowly and end well, a small learning rate for instance. Hyperband therefore runs several **brackets**, from those that stop bad settings early to those that do not; the last is plain random search. One pass of KerasTuner's with at most nine epochs costs about as much as
# eight trials of nine epochs. That is the **compute budget** of all three. Every search is repeated with other seeds: the result of a single one is largely chance.
# %% [markdown] id="hyperband-reading" lang="zh" of="f404be98"
# Hyperband 的分数属于一组设置**连同它的轮数**：在前面的回合里胜出的，就要照那个轮数来训练，而不是九轮。另外，有的设置起步慢，结果却好，学习率偏小时往往如此。所以 Hyperband 依次运行几**档**（bracket），从很早淘汰到几乎不淘汰，最后一档就是普通的随机搜索。
# 在 KerasTuner 里，每组设置最多训练九轮，各档运行一遍，计算量约等于八次九轮的试验，三种搜索都用这个**计算预算**。每种搜索都换种子重复：只做一次，结果很大程度上是偶然的。
# %% [markdown] id="three-predict" lang="en" tags=["predict"]
# **Before you run it.** Five hyperparameters, about eight full trainings' worth of epochs. Which of the three will find the lowest loss?
#
# > At `quick`, KerasTuner's Bayesian search **is** random search: by default its first trials, three for each hyperparameter, are drawn at random, and from the same seed they are the very same points. In the records below it goes further.
# > Hyperband sees about twice as many settings for the same budget (KerasTuner counts a setting that goes on as a new trial). Yet the differences are about as large as those between two seeds of the same search: compare the spread first.
# %% [markdown] id="three-predict" lang="zh" of="3e5d3df8" tags=["predict"]
# **先猜，再运行。** 五个超参数，约八次完整训练的轮数。三种搜索里，哪一种找到的损失最低？
#
# > 在 `quick` 规模下，KerasTuner 的贝叶斯搜索**就是**随机搜索：默认先做随机试验，次数是超参数数的三倍；种子相同，抽到的就是同样的点。在下面的记录里，它才真正用上高斯过程。
# > 同样的预算，Hyperband 试到的设置约多一倍（晋级的设置，KerasTuner 会算作新的试验）。不过，三者之间的差别，与同一种搜索换种子的差别差不多大：先看波动，再比较。
# %% id="three-run"
space = keras_tuner.HyperParameters()
space.Float("learning_rate", 1e-4, 1e-1, sampling="log")
space.Int("hidden_units", 4, 128, sampling="log")
space.Float("dropout", 0.0, 0.6)
space.Float("weight_decay", 1e-4, 1.0, sampling="log")
space.Choice("batch_size", [16, 32, 64, 128])


def evaluate(job, seed=course.seed):
    tr("""Train a setting, from where it stopped if Hyperband says so
    -> its validation loss""",
       """训练一组设置，Hyperband 要求时从停下的地方接着来 -> 验证损失""")
    run = tuning.Training(tuning.Settings(**job.values), x, y, course.epochs,
                          seed)
    if job.previous is not None:
        run.load(job.previous)
    run.run(job.epochs - run.epoch)
    run.save(job.file)
    return run.measure(x_val, y_val)[0]
# %% id="three-searches"
searches = {method: [] for method in tuning.METHODS}
for number in range(course.searches):
    for method in tuning.METHODS:
        searches[method].append(tuning.run_search(
            evaluate, space, method, trials=course.trials, epochs=course.epochs,
            seed=course.seed + number, iterations=course.iterations))
for method, found in searches.items():
    scores = np.array([search.best.score for search in found])
    trials, epochs = len(found[0].trials), found[0].epochs
    took = np.mean([search.seconds for search in found])
    print(display.padded(called[method], 10), scores.round(4),
          tr(f"{trials} trials, {epochs} epochs, {took:.1f} s",
             f"{trials} 次试验，{epochs} 轮，{took:.1f} 秒"))
# %% id="three-winner"
default_loss = default_losses.mean()
print(tr(f"the defaults: {default_loss:.4f}", f"默认设置：{default_loss:.4f}"))
everything = [search for found in searches.values() for search in found]
tuned = min(everything, key=lambda search: search.best.score).best
print(tr(f"the best of all, {tuned.score:.4f} after {tuned.epochs} epochs:",
         f"全部里面最好的，{tuned.epochs} 轮之后 {tuned.score:.4f}："),
      {name: round(value, 4) for name, value in tuned.values.items()})
brackets = tuning.keras_tuner_brackets(course.epochs)
looked_at = course.iterations * sum(rounds[0].trials for rounds in brackets)
print(tr("settings that Hyperband looks at:", "Hyperband 试过几组设置："), looked_at)
course.report("search_loss",
              np.mean([search.best.score for search in everything]))
# %% id="three-figure" tags=["fold"]
figure, axis = plt.subplots(figsize=(7, 3.2))
for color, (method, found) in zip((grey, green, red), searches.items(), strict=True):
    for number, search in enumerate(found):
        axis.step([trial.spent for trial in search.trials], tuning.best_so_far([trial.score for trial in search.trials]), where="post", color=color, lw=4 if method == "random" else 1.6, alpha=0.5 if method == "random" else 1.0, label=shown[method] if number == 0 else None)
axis.axhline(default_loss, color="black", lw=1, ls="--", label=plots.label("defaults", "默认设置"))
low = min(search.best.score for search in everything)
axis.set(xlabel=plots.label("epochs spent", "花掉的轮数"), ylabel=plots.label("lowest validation loss so far", "至今最低的验证损失"), ylim=(low - 0.02, max(default_loss, low) + 0.25))
axis.legend(fontsize=8.5)
plots.show(figure, "Lowest validation loss found so far against epochs spent, one staircase for each search; those of one method are as far apart as those of different methods.", "至今找到的最低验证损失随花掉的轮数的变化，每次搜索一条阶梯线；同一种方法的几次搜索之间的差距，与不同方法之间一样大。")
# %% [markdown] id="three-reading" lang="en"
# Do not choose a method by this picture. What it does show: every search finds the valley within a few trials, and gains little from there. Whether that little is a gain at all, section 10 asks. Searches pay where the valley is narrow or one does not know where it is; on a well-known model
# a sane default and a range test come within reach of all of them. With many trials (`full` gives each method three times as many) Bayesian search begins to use what it has seen.
# %% [markdown] id="three-reading" lang="zh" of="7005b2eb"
# 不能凭这张图断定哪种方法更好。它能说明的是：每种搜索没几次试验就找到了谷地，此后提升很少。这一点提升是真是假，第 10 节再看。谷地窄，或者不知道谷地在哪里时，搜索才值得；
# 对熟悉的模型，合理的默认设置加一次范围测试，就与它们相差无几。试验多了（`full` 给每种方法三倍的试验），贝叶斯搜索才开始用上已有的结果。
# %% [markdown] id="three-recorded" lang="en"
# A page can afford two repetitions. Here are **recorded runs** of the same contest with ten seeds, each search with 225 epochs to spend, on small pictures of digits, which come with an installed package. *Claimed* is the validation loss of the best setting as its search reports it,
# *again* the mean loss of the same setting in five new trainings. *Test* is its accuracy, and *gain* how many points that is above the defaults. `python -m course_lib.tuning.study` repeats it and compares.
# %% [markdown] id="three-recorded" lang="zh" of="124e823f"
# 一个页面里只能重复两遍。下面是**事先跑好的记录**：同样的比较用十个种子各做一遍，每次搜索的预算是 225 轮，任务是小尺寸的手写数字图片，取自一个已经安装的包。“搜索报告值”是搜索给出的胜出设置的验证损失，
# “重训均值”是同样的设置重新训练五遍的平均损失，“测试”是它们的准确率，“提升”是比默认设置高出多少个百分点。`python -m course_lib.tuning.study` 会重做一遍并比较。
# %% id="three-recorded-table"
studied = tuning.recorded_searches()
rows = []
for method, row in tuning.summarise(studied).items():
    spread_out = [f"{row[name][0]:.3f} ± {row[name][1]:.3f}"
                  for name in ("claimed", "again", "test")]
    gain = 100 * (row["test"][0] - row["default"][0])
    rows.append([called[method], *spread_out, f"{gain:.1f}",
                 f"{row['seconds'][0]:.0f}"])
display.table(["", tr("claimed", "搜索报告值"), tr("again", "重训均值"), tr("test", "测试"),
               tr("gain", "提升"), tr("seconds", "秒")], rows)
for method, found in studied.items():
    print(called[method],
          tr("settings that did worse when they were trained again:", "重新训练之后变差的胜出设置："),
          sum(one["again"] > one["claimed"] for one in found), "/", len(found))
for method in ("bayesian", "hyperband"):
    pairs = zip(studied[method], studied["random"], strict=True)
    ahead = 100 * np.array(
        [one["test"] - other["test"] for one, other in pairs])
    print(called[method],
          tr("less random, in the test, seed by seed:", "减去随机，测试准确率，逐个种子："),
          f"{ahead.mean():+.2f} ± {ahead.std(ddof=1) / len(ahead) ** 0.5:.2f}")
# %% [markdown] id="three-recorded-reading" lang="en"
# Three results. **Searching paid**: here the defaults were poor, and every one of the thirty settings that were found beat them in the test. **Which search it was did not matter**: the differences of the last two lines are about one standard error, and neither is ahead.
# And the Gaussian process of the Bayesian search took many times as long as all its trainings. (The machine was busy, so do not read its seconds closely.) Beside trainings of an hour it is nothing, beside trainings of less than a second it is nearly all. **And most of the best settings did worse when they were trained again.** Why is the next section.
# %% [markdown] id="three-recorded-reading" lang="zh" of="4251ab21"
# 三个结论。**搜索是值得的**：这里的默认设置不好，找到的三十组设置在测试集上都胜过它。**用哪种搜索无关紧要**：最后两行的差只有一个标准误上下，两种都没有领先。
# 再有，贝叶斯搜索的高斯过程所用的时间，是全部训练的许多倍（当时机器很忙，秒数不必细看）：训练一次要一小时，这点时间不算什么；训练不到一秒，时间就几乎全花在这上面了。**最后，胜出的设置重新训练之后，大多变差了。** 原因见下一节。
# %% [markdown] id="quiz-equal" lang="en" tags=["quiz"]
# **A blog compares 20 trials of random search with 20 trials of Hyperband; random search is better. What is wrong?**
# - [x] A trial of Hyperband may be one epoch long; equal trials are not equal cost — Compare at equal epochs, or equal seconds, and say which.
# - [ ] Nothing — Twenty full trainings were compared with a handful.
# - [ ] Random search cannot win — It often does, where the first epochs mislead.
# - [ ] Twenty trials are too few for both — They may be; the comparison would be unfair with two hundred, too.
# %% [markdown] id="quiz-equal" lang="zh" of="6eb39fbb" tags=["quiz"]
# **有篇博客拿 20 次随机搜索试验与 20 次 Hyperband 试验相比，随机搜索更好。问题在哪里？**
# - [x] Hyperband 的一次试验可能只有一轮；次数相同，计算量不同 — 要按相同的轮数或相同的秒数来比，并且说明是哪一种。
# - [ ] 没有问题 — 这是拿二十次完整训练去比寥寥几次。
# - [ ] 随机搜索不可能更好 — 头几轮会误导人时，它常常更好。
# - [ ] 两边各二十次都太少 — 也许吧；换成二百次，这样比照样不公平。

# %% [markdown] id="again" lang="en"
# ## 10 · The optimism of the best score
#
# A search reports the best of many noisy scores. If all $n$ settings were **equally good**, and their scores differed by chance alone with a deviation $\sigma$, the best would still look better than it is. This **optimism** is
#
# $$ \sigma \, \mathbb{E} \max(z_1, \dots, z_n), \qquad z_i \sim \mathcal N(0, 1). \tag{6} $$
# %% [markdown] id="again" lang="zh" of="e930ea8d"
# ## 10 · 胜出设置的乐观偏差
#
# 搜索报告的是许多带噪声的分数里最好的一个。就算 $n$ 组设置**一样好**，分数之差全凭偶然，标准差为 $\sigma$，最好的那个看上去仍会比实际好，高出的部分就是**乐观偏差**：
#
# $$ \sigma \, \mathbb{E} \max(z_1, \dots, z_n), \qquad z_i \sim \mathcal N(0, 1). \tag{6} $$
# %% id="again-formula"
random = np.random.default_rng(course.seed)
for count in (2, 5, 10, 50):
    drawn = random.normal(size=(4_000, count)).max(axis=1).mean()
    # drawn; (6)  # 抽样；(6) 式
    print(count, round(drawn, 2), round(tuning.expected_maximum(count), 2))
# %% [markdown] id="again-run-text" lang="en"
# Now real settings: drawn at random near the valley, each trained with several seeds **and scored on a half of the validation reviews that is drawn anew each time**. Every run has its best setting; then we look this setting up in the other runs.
# %% [markdown] id="again-run-text" lang="zh" of="894ac474"
# 再来看真的设置：在谷地附近随机抽取，每组用几个种子训练，**每次另抽一半验证影评来打分**。每次运行各选出得分最高的设置；然后查它在别的运行里的分数。
# %% id="again-run"
searched_again = [tuning.Axis("learning_rate", 5e-4, 1e-2, "log"),
                  tuning.Axis("hidden_units", 8, 128, "log"),
                  tuning.Axis("dropout", 0.0, 0.5)]
near = tuning.random_points(searched_again, course.settings, course.seed)
scores = np.zeros((course.settings, course.repeats))
for number in range(course.repeats):
    random = np.random.default_rng(course.seed + number)
    half = random.permutation(len(y_val))[: len(y_val) // 2]
    for row, (rate, units, drop) in enumerate(near):
        run = train(course.seed + number, epochs=min(course.epochs, 5),
                    learning_rate=float(rate), hidden_units=int(units),
                    dropout=float(drop))
        scores[row, number] = run.measure(x_val[half], y_val[half])[1]
# %% id="again-numbers" slide="code"
again = tuning.best_again(scores)
claimed, elsewhere = again.claimed, again.repeated
print(tr(f"the best settings scored {claimed:.3f}; elsewhere the same settings "
         f"reached {elsewhere:.3f}:",
         f"胜出设置的分数 {claimed:.3f}；同样的设置在别处得 {elsewhere:.3f}："),
      tr(f"optimism {again.optimism:.3f}", f"乐观偏差 {again.optimism:.3f}"))
same, best_quarter = again.same_best, again.top_quarter
print(tr(f"the same setting in {same:.0%} of pairs of runs; among the best "
         f"quarter in {best_quarter:.0%}",
         f"两次运行选出同一组设置的占 {same:.0%}；"
         f"胜出设置仍在前四分之一的占 {best_quarter:.0%}"))
print(tr(f"noise of one score ±{again.noise:.4f}, spread of the settings "
         f"±{again.spread:.4f}",
         f"一个分数的噪声 ±{again.noise:.4f}，"
         f"各设置之间的散布 ±{again.spread:.4f}"))
if_alike = again.noise * tuning.expected_maximum(course.settings)
print(tr(f"formula (6), if all settings were alike: {if_alike:.3f}",
         f"如果各设置一样好，按 (6) 式：{if_alike:.3f}"))
course.report("optimism", again.optimism)
# %% id="again-figure" tags=["fold"]
figure, axis = plt.subplots(figsize=(7, 3.1))
order = np.argsort(scores.mean(axis=1))
best = scores.argmax(axis=0)
for place, row in enumerate(order):
    axis.plot(np.full(course.repeats, place), scores[row], "o", color=grey, ms=4)
    axis.plot([place - 0.3, place + 0.3], [scores[row].mean()] * 2, color=blue, lw=2)
for number, row in enumerate(best):
    axis.plot(list(order).index(row), scores[row, number], "*", color=red, ms=12, label=plots.label("best of a run", "一次运行中的最好") if number == 0 else None)
axis.set(xlabel=plots.label("setting, in the order of its mean", "设置，按均值排列"), ylabel=plots.label("accuracy in one run", "一次运行的准确率"))
axis.legend()
plots.show(figure, "Accuracies of each setting in several runs as dots, means as bars; stars mark the best setting of each run, most of them far above their own mean.", "各设置在几次运行中的准确率（点）与均值（横线）；星号是每次运行胜出的设置，大多远高于自己的均值。")
# %% [markdown] id="again-reading" lang="en"
# Nearly all stars sit at the tops of their columns: a setting is best in the run in which it was lucky. So: look at the noise before you read a ranking; run the best few again with new seeds; report the second number, never the first; and
# when two are equally good, take the cheaper. Where some settings are plainly bad, as on the left, fewer take part in the draw, and the optimism stays below what (6) allows.
#
# Now the same for the best setting of section 9: trained again, for as many epochs as before, with seeds that the search had not used.
# %% [markdown] id="again-reading" lang="zh" of="8779a2ea"
# 星号几乎都在各自那一列的顶端：一组设置胜出的那一次，正是它运气最好的那一次。所以：先看噪声，再看排名；把最好的几组换种子再跑一遍；报告第二个数，不要报告第一个；
# 两组一样好时，取计算量小的。左边那几组明显差，实际参与竞争的设置较少，乐观偏差就比 (6) 式给出的小。
#
# 第 9 节胜出的设置也照此检验：胜出时训练了几轮，就还训练几轮，种子换成搜索没用过的。
# %% id="again-winner"
fresh = [course.seed + 100 + number for number in range(course.repeats)]
finalists = {
    tr("tuned", "调过的"): [train(seed, tuned.epochs, **tuned.values) for seed in fresh],
    tr("defaults", "默认"): [train(seed) for seed in fresh],
}
print(tr(f"claimed by the search: {tuned.score:.4f}", f"搜索报告值：{tuned.score:.4f}"))
for name, runs in finalists.items():
    losses = np.array([run.measure(x_val, y_val)[0] for run in runs])
    measured = f"{losses.mean():.4f} ± {losses.std(ddof=1):.4f}"
    print(display.padded(name, 10), tr("validation loss with new seeds", "换种子后的验证损失"), measured)
# %% [markdown] id="quiz-winner" lang="en" tags=["quiz"]
# **Of 50 settings the best has 88.0% on validation. With new seeds it has 86.9%. What happened?**
# - [ ] The search was faulty — It did what it was asked for: it found the largest score.
# - [ ] The model overfitted its training reviews — It was trained as before; the *choice* fitted the validation reviews.
# - [x] The best of 50 noisy scores was partly luck, and luck does not repeat — With a noise of half a point, formula (6) lets us expect 1.1 points.
# - [ ] The first seeds were better seeds — There are none; a seed that is chosen by its result is the same luck once more.
# %% [markdown] id="quiz-winner" lang="zh" of="ea6b7b4f" tags=["quiz"]
# **50 组设置里最好的一组，验证准确率 88.0%；换了种子是 86.9%。怎么回事？**
# - [ ] 搜索出了错 — 它做了该做的事：找出最大的分数。
# - [ ] 模型过拟合了训练影评 — 训练与先前一样；拟合了验证影评的是“选择”。
# - [x] 50 个带噪声的分数里最大的那个，有一部分是运气，而运气不会重演 — 噪声为半个百分点时，按 (6) 式正该差 1.1 个百分点。
# - [ ] 先前的种子比较好 — 没有好种子；凭结果挑种子，不过是再碰一次同样的运气。

# %% [markdown] id="folds" lang="en"
# ## 11 · Cross-validation and nested cross-validation
#
# With one split only one part of the reviews is used for validation. **Cross-validation** divides them into $k$ parts, the **folds**, and holds each out once: $k$ trainings, $k$ scores, and their mean, whose noise is smaller. Six reviews in three folds:
# %% [markdown] id="folds" lang="zh" of="e74622a9"
# ## 11 · 交叉验证与嵌套交叉验证
#
# 只划分一次，就只有一份影评用于验证。**交叉验证**把影评分成 $k$ 份，叫做 $k$ **折**，每一折轮流留出一次：训练 $k$ 遍，得 $k$ 个分数，取平均，噪声就小了。六条影评分三折：
# %% id="folds-picture" tags=["fold"]
splits = list(tuning.k_folds(6, 3, seed=course.seed))
rows = [("", [tr(f"review {place}", f"影评 {place}") for place in range(6)], "")]
for number, (_, left_out) in enumerate(splits, start=1):
    words = [tr("score", "打分") if place in left_out else tr("learn", "学习") for place in range(6)]
    rows.append((tr(f"training {number}", f"第 {number} 遍"), words, tr(f"→ score {number}", f"→ 分数 {number}")))
diagrams.grid(
    rows,
    [[False] * 6, *[[place in left_out for place in range(6)] for _, left_out in splits]],
    english="Three rows, one for each training, over six reviews. In each row two reviews are marked: they are the fold that is left"
    " out and scored, and the model learns from the other four. Every review is left out exactly once; three scores come out.",
    chinese="三行，每行是一遍训练，列是六条影评。每行标出两条，即留出来打分的那一折，模型从其余四条学习。每条影评恰好留出一次；一共得到三个分数。",
)
# %% id="folds-loop" slide="code"
for learnt, left_out in tuning.k_folds(6, 3, seed=course.seed):
    print(learnt, left_out)


def fold_score(settings):
    tr("""-> a function from the places to learn from and to hold out to an
    accuracy""",
       """-> 一个函数：给出学习用的和留出的位置，返回准确率""")
    def score(learnt, left_out):
        run = tuning.Training(tuning.Settings(**settings), x[learnt], y[learnt],
                         min(course.epochs, 5), course.seed)
        run.run(course.epochs)
        return run.measure(x[left_out], y[left_out])[1]
    return score
# %% id="folds-compare"
compared = {
    tr("defaults", "默认"): {},
    tr("wide", "加宽"): {"hidden_units": 128},
    tr("dropout", "暂退法"): {"dropout": 0.4},
}
for name, settings in compared.items():
    per_fold = tuning.cross_validate(fold_score(settings), len(x), 4,
                                     course.seed, groups=films)
    if not settings:  # the defaults  # 默认设置
        base = per_fold
    print(display.padded(name, 10), per_fold.round(3),
          tr(f"mean {per_fold.mean():.4f}; less the defaults, fold by fold:", f"均值 {per_fold.mean():.4f}；逐折减去默认："),
          (per_fold - base).round(3))
# %% [markdown] id="folds-reading" lang="en"
# `groups` keeps the reviews of a film together, as in lesson 07. Some folds are easier than others, and that is no harm: every setting meets the same folds, so compare them **fold by fold**, as the last numbers do. Ahead in all four is a good sign; ahead in three of four proves little. (Strictly, TF-IDF and the decomposition should be learnt anew in each fold, without the reviews left out. We share them to save time: settings may be compared, the accuracies themselves are a little too good or too bad.)
#
# KerasTuner has no cross-validation. `tuning.KFoldSearch` adds it by overriding one method, `run_trial`, which may return a list: the oracle takes the mean. That is what the first article promises and does not do.
# %% [markdown] id="folds-reading" lang="zh" of="df536511"
# `groups` 把同一部电影的影评放在一起，与第 07 课一样。有的折容易，有的折难，这不要紧：每组设置遇到的折都相同，所以要**逐折比较**，最后一组数就是。四折全都领先，比较可信；四折里领先三折，说明不了什么。（严格说来，TF-IDF 和分解也应在每一折里重新学，不看留出的影评。我们为省时间共用了一份：设置之间可以比较，准确率本身会有些偏差。）
#
# KerasTuner 没有交叉验证。`tuning.KFoldSearch` 只改写一个方法 `run_trial`，让它返回一个列表，oracle 会取平均。第一篇文章承诺了却没有做的，就是这件事。
# %% id="folds-tuner"
with tempfile.TemporaryDirectory() as folder:
    tuner = tuning.KFoldSearch(hypermodel=hypermodel,
                          objective=keras_tuner.Objective("val_loss", "min"),
                          max_trials=2 if course.scale != "smoke" else 1,
                          seed=course.seed, directory=folder,
                          project_name="folds")
    tuner.search(x, column, folds=3 if course.scale != "smoke" else 2,
                 seed=course.seed, groups=films, epochs=course.keras_epochs,
                 verbose=0)
    found = tuning.best_trial(tuner)
    print(
        f"{found.score:.4f}",
        {
            name: round(value, 4)
            for name, value in found.hyperparameters.values.items()
        },
    )
# %% [markdown] id="nested" lang="en"
# The best mean over folds is still the best of many: formula (6) applies to it as well. Where no test set is left, hold out each fold **from the search itself**: search on the other folds, train what it chose, score it on the fold it never saw. This is **nested** cross-validation. It estimates the whole procedure,
# search included, and not one setting: the folds may well choose different ones. Where there is a test set that is used once, as here, that does the same for less.
# %% [markdown] id="nested" lang="zh" of="31fa4344"
# 各折均值最好的那组，仍然是从许多组里挑出来的，(6) 式照样适用。没有测试集可用时，就要让每一折**连搜索也看不到**：在其余的折上搜索，训练选中的设置，再到它从没见过的那一折上打分。
# 这叫**嵌套**交叉验证。它估计的是连搜索在内的整个流程，而不是某一组设置：各折选中的很可能不同。如果有一个只用一次的测试集（这里就有），用更少的计算就能做到同样的事。
# %% id="nested-run"
candidates = [dict(learning_rate=rate, hidden_units=units)
              for rate in (1e-3, 1e-2) for units in (16, 64)]


def choose(places, seed):
    tr("""-> the candidate with the best mean over inner folds, seeing only
    these places""",
       """-> 只看这些位置，内层各折平均最好的候选""")
    def score(settings):
        def inner(learnt, left_out):
            return fold_score(settings)(places[learnt], places[left_out])

        inner_films = films[places]
        return tuning.cross_validate(
            inner, len(places), 2, seed, inner_films
        ).mean()

    return max(candidates, key=score)


def outer_score(settings, learnt, left_out):
    return fold_score(settings)(learnt, left_out)
# %% id="nested-outer"
outer, chosen = tuning.nested(choose, outer_score, len(x), 3, course.seed,
                              films)
print(outer.round(3), tr(f"mean {outer.mean():.3f}", f"均值 {outer.mean():.3f}"))
print(chosen)

means = []
for settings in candidates:
    per_fold = tuning.cross_validate(fold_score(settings), len(x), 3,
                                     course.seed, films)
    means.append(per_fold.mean())
plainly = max(means)
print(tr("without nesting, the best candidate's own mean over three folds: "
         f"{plainly:.3f}",
         f"不嵌套，最好的候选自己的三折均值：{plainly:.3f}"))

# %% id="nested-test"
# The finalists of section 10, in the test: each model once.  # 第 10 节的入围者接受测试：每个模型一次。
for name, runs in finalists.items():
    loss, accuracy = np.mean([run.measure(x_test, y_test) for run in runs],
                             axis=0)
    error = metrics.standard_error(accuracy, len(y_test))
    print(display.padded(name, 10),
          tr(f"test: loss {loss:.4f}, accuracy {accuracy:.4f} ± {error:.4f}", f"测试：损失 {loss:.4f}，准确率 {accuracy:.4f} ± {error:.4f}"))
# %% [markdown] id="nested-reading" lang="en"
# One nested mean of three folds is noisy itself; what nesting removes is the optimism of reporting the best candidate's own mean. Where all folds choose alike, as they may with four candidates, the two means agree; with many candidates they part. In the test, hold the gain against its error: little or nothing may be left of what the search had claimed, for the reasons of section 10.
# That is no reason not to search, but it is one to say what the search cost and what was left of it.
# %% [markdown] id="nested-reading" lang="zh" of="65b1af0e"
# 三折的嵌套均值，自己也带噪声；嵌套去掉的，是拿最好候选自己的均值来报告所带的乐观偏差。候选只有四个时，各折可能选得一样，两个均值就相同；候选一多，两者就会分开。再看测试：请把提升与它的标准误相比。搜索当初报告的提升，到这里可能所剩无几，原因就在第 10 节。
# 这不是不去搜索的理由，但应当说清楚搜索用了多少计算、最后还剩多少提升。
# %% [markdown] id="rung" lang="en"
# ### A search for lesson 07's n-gram model
#
# What does a search gain on a real task? The settings of lesson 07's weighted n-grams had been found by hand, in more attempts than anybody counted. Here **recorded runs** let a machine look for them: 60 random points, by formula (4), over six hyperparameters. These are the longest n-gram, in how many reviews an n-gram must stand, smoothing, penalty, learning rate and epochs.
# The setting is chosen by the loss on reviews of other films, trained on all 25,000 labelled reviews, and tested once. `python -m course_lib.tuning.n_grams` repeats it.
# %% [markdown] id="rung" lang="zh" of="4a73689c"
# ### 为第 07 课的 n 元语法模型做搜索
#
# 在真正的任务上，搜索能带来多少提升？第 07 课加权 n 元语法的设置是用手调出来的，试过多少次，谁也没数。下面**事先跑好的记录**让机器来找：按 (4) 式取 60 个随机点，六个超参数（最长的 n 元语法、一个 n 元语法至少要出现在几条影评里、平滑、惩罚、学习率、轮数），
# 凭另外一些电影的影评上的损失来选；然后用全部 25,000 条有标注的影评训练，测试一次。`python -m course_lib.tuning.n_grams` 会重做一遍。
# %% id="rung-table"
by_hand = {record.seed: record
           for record in load_records() if record.model == "nb-n-grams"}
searched = tuning.recorded_rung()
rows = []
for record in searched:
    hand = by_hand[record.seed]
    shares = hand.validation, record.validation, hand.test, record.test
    rows.append([record.seed, *(f"{100 * share:.2f}" for share in shares),
                 f"{record.minutes['search']:.1f}",
                 f"{record.minutes['training']:.1f}"])
heads = (tr("validation, %: by hand", "验证（%）：手调"), tr("searched", "搜索"),
         tr("test, %: by hand", "测试（%）：手调"), tr("searched", "搜索"))
display.table([tr("seed", "种子"), *heads, tr("search, minutes", "搜索（分钟）"),
               tr("best, trained twice", "胜出设置，训练两遍")], rows)
for record in searched:
    knobs = "longest", "min_reviews", "alpha", "l2", "learning_rate", "epochs"
    print(record.seed,
          *(f"{name} {record.settings[name]:.2g}" for name in knobs), sep="  ")
print(tr("standard error in the test", "测试的标准误"),
      f"{100 * metrics.standard_error(hand.test, 25_000):.2f}")
# %% [markdown] id="rung-reading" lang="en"
# In the test the sixty points stay behind the settings found by hand on every seed, by about a quarter of a point, somewhat more than a standard error. On the validation set, by which both were chosen, they are ahead once. Formula (4) had said no more: one of the best 5% of this space, and *among the best 5%* is not *the best*. Whoever set the hyperparameters by hand knew how penalties and rates behave, and began in the middle of the valley.
#
# What the search does answer is another question: could these settings be *much* better? Hardly. It cost many times what one training of the chosen setting did, as the minutes say; count them whenever somebody reports a tuned result, and count the attempts by hand as well.
# %% [markdown] id="rung-reading" lang="zh" of="9c8cc6be"
# 在测试上，六十个点在每个种子上都落后于手调的设置，约差四分之一个百分点，比一个标准误略多；在验证影评上（两者都是凭它选的），有一次领先。(4) 式本来也只保证这么多：落进这个空间里最好的 5%，而“前 5%”并不是“最好”。手调的人了解惩罚和学习率的作用，一开始就从谷地中间找起。
#
# 搜索回答的是另一个问题：这些设置还能好**很多**吗？恐怕不能。它花的时间是训练胜出设置的许多倍，分钟数就在表里；看到调参得来的结果，都应当问清搜索的计算量，手调的次数也要算进去。
# %% [markdown] id="quiz-nested" lang="en" tags=["quiz"]
# **You tried 30 settings by 5-fold cross-validation; the best has a mean of 0.871. May you publish 0.871 as the accuracy on new reviews?**
# - [ ] Yes, every review was held out — Held out from training, but all of them had a say in the choice.
# - [x] No: it is the largest of 30 means; use a test set once, or nest — The outer fold must be held out from the choice as well.
# - [ ] Only with 10 folds — More folds lower the noise and leave the choice as it was.
# - [ ] Yes, if a standard error is added — The error says how far the mean may be off by chance, not by choosing.
# %% [markdown] id="quiz-nested" lang="zh" of="871a711e" tags=["quiz"]
# **你用 5 折交叉验证试了 30 组设置，最好的均值是 0.871。能把 0.871 当作新影评上的准确率发表吗？**
# - [ ] 能，每条影评都被留出过 — 训练时是留出了，可是选择时每一条都有份。
# - [x] 不能：它是 30 个均值里最大的；要么用一次测试集，要么嵌套 — 外层的折，选择时也不能看到。
# - [ ] 要 10 折才行 — 折数多，噪声小，选择还是那样选的。
# - [ ] 能，附上标准误就行 — 标准误说的是偶然造成的偏差，不是挑选造成的。

# %% [markdown] id="safe" lang="en"
# ## 12 · Searches that fail, are interrupted, and run on several machines
#
# A long search can come to nothing in two ways. **Trials fail**, and KerasTuner catches their errors: it prints a traceback amid its progress and goes on, until three have failed in a row; asked for the best few, it will even hand you the settings of failed ones. Our `Careful` reports each
# failure in a line when it happens, and a search in which all fail is an error that names the first.
# %% [markdown] id="safe" lang="zh" of="0326a96e"
# ## 12 · 搜索的失败、中断与分工
#
# 长时间的搜索可能因两种原因一无所得。一是**试验失败**：KerasTuner 会捕获异常，在进度信息里夹杂一段错误堆栈，接着往下运行，直到连续失败三次；你向它要最好的几组，它甚至会把失败的也给你。
# 课程库的 `Careful` 每次失败都当场用一行话报告；全都失败的搜索会抛出错误，并指出第一个失败的原因。
# %% id="safe-failing"
begun = []


def fragile(job):
    begun.append(job)
    if len(begun) % 2:
        raise MemoryError("another program took the memory")
    return evaluate(job)


survived = tuning.run_search(fragile, space, "random", trials=4, epochs=1,
                        seed=course.seed)
print(tr(f"{len(survived.failures)} of {len(survived.trials)} failed",
         f"{len(survived.trials)} 次中失败 {len(survived.failures)} 次"))


def hopeless(job):
    return float("nan")


try:
    tuning.run_search(hopeless, space, "random", trials=4, epochs=1,
                 seed=course.seed)
except tuning.SearchFailed as error:
    print("SearchFailed:", error)
# %% [markdown] id="safe-killed" lang="en"
# And **machines stop**. KerasTuner keeps its state in several files, written one after the other and in place. A kill between two of them leaves a trial that is done twice or never, or a file cut in half that nobody can read. `Careful` writes each file whole or not at all, and makes them agree before it goes on.
# Here the search is interrupted in its third trial; the same call takes the search up again:
# %% [markdown] id="safe-killed" lang="zh" of="8d2be9ac"
# 二是**机器停了**。KerasTuner 把状态存在好几个文件里，一个接一个地原地改写。进程若在两次写入之间被杀掉，就会有试验做了两遍，或者一遍也没做，或者留下一个无法读取的残缺文件。
# `Careful` 让每个文件要么写完整，要么不写，并在接着做之前让它们互相一致。下面的搜索在第三次试验时被打断，同样的调用会把搜索接着做下去：
# %% id="safe-resumed"
ran = []


def unplugged(job):
    ran.append(round(job.values["learning_rate"], 5))
    if len(ran) == 3:
        raise KeyboardInterrupt
    return evaluate(job)


with tempfile.TemporaryDirectory() as folder:
    how = dict(method="random", trials=5, epochs=1, seed=course.seed,
               folder=folder)
    try:
        tuning.run_search(unplugged, space, **how)
    except KeyboardInterrupt:
        print(tr("stopped in trial", "停在第几次试验："), len(ran))
    resumed = tuning.run_search(unplugged, space, **how)
print(ran)
twice = [rate for rate in dict.fromkeys(ran) if ran.count(rate) > 1]
print(
    tr(f"{len(resumed.trials)} trials in {len(ran)} starts; started twice: {twice}",
       f"{len(resumed.trials)} 次试验，启动了 {len(ran)} 次；启动过两遍的：{twice}")
)
# %% [markdown] id="distributed" lang="en"
# **Several machines** can share a search: one process, the chief, holds the oracle; workers ask it for trials. The same program runs in all of them; three variables say which is which:
#
# ```
# KERASTUNER_TUNER_ID=chief   KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python search.py &
# KERASTUNER_TUNER_ID=worker0 KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python search.py &
# KERASTUNER_TUNER_ID=worker1 KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python search.py &
# ```
#
# In PowerShell each process gets a window of its own. For the chief:
#
# ```
# $env:KERASTUNER_TUNER_ID = "chief"
# $env:KERASTUNER_ORACLE_IP = "127.0.0.1"
# $env:KERASTUNER_ORACLE_PORT = "8000"
# python search.py
# ```
#
# Two warnings. The message of a failed trial does not travel to the chief: read the workers' output. And a chief waits for ever for a worker that was killed: stop the chief and start it again, and the lost trial is run once more.
# %% [markdown] id="distributed" lang="zh" of="73382de1"
# **几台机器**可以分担一次搜索：一个进程是 chief（主进程），掌管 oracle；其余是 worker（工作进程），向它领取试验。所有进程运行同一个程序，用三个环境变量来区分：
#
# ```
# KERASTUNER_TUNER_ID=chief   KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python search.py &
# KERASTUNER_TUNER_ID=worker0 KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python search.py &
# KERASTUNER_TUNER_ID=worker1 KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python search.py &
# ```
#
# 在 PowerShell 里，每个进程各开一个窗口。以 chief 为例：
#
# ```
# $env:KERASTUNER_TUNER_ID = "chief"
# $env:KERASTUNER_ORACLE_IP = "127.0.0.1"
# $env:KERASTUNER_ORACLE_PORT = "8000"
# python search.py
# ```
#
# 要当心两点。失败试验的错误信息传不到 chief 那里，要看 worker 的输出。worker 被杀掉之后，chief 会永远等下去：把 chief 停掉再启动，丢下的那次试验会重做一遍。

# %% [markdown] id="uses" lang="en"
# ## 13 · Uses, tools, resources
#
# Tune where a point of accuracy is worth a night of computing, and not before the data are clean: a label error costs more than a bad dropout rate. A good order: a range test; width until it is ample; early stopping; then a random search over rate, decay and dropout; then the best three again with new seeds.
#
# **Optuna** has conditions, pruning and a database of trials; **Ray Tune** spreads searches over many machines; scikit-learn has `RandomizedSearchCV` and `HalvingRandomSearchCV`. Large models are tuned small first, in a parametrisation in which the best rate does not move with the width (μP), since nobody can afford a second try.
# %% [markdown] id="uses" lang="zh" of="294563b4"
# ## 13 · 应用、工具与资源
#
# 提高一个百分点比机器跑一夜更值钱时，才去调参；数据没有弄干净之前，先不要调：标错一批标签，比暂退法的比例选得不好损失更大。合适的次序是：先做范围测试；加宽到够用；用早停；
# 再对学习率、衰减和暂退法的比例做随机搜索；最后把前三名换种子再跑一遍。
#
# **Optuna** 支持条件、剪枝和试验数据库；**Ray Tune** 能把搜索分到许多台机器上；scikit-learn 有 `RandomizedSearchCV` 和 `HalvingRandomSearchCV`。
# 大模型先在小尺寸上调：用一种让最佳学习率不随宽度变化的参数化（μP），因为大模型的训练负担不起第二次。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 14 · Exercises
#
# A wrong answer gets a hint, a second one in a row a longer hint;
# `check("08.1", range_test_rates, hint=2)` asks for that at once.
#
# ### The rates of a range test
#
# Formula (1): from the lowest to the highest rate, by equal factors, both ends included; the ends need not be powers of ten.
# %% [markdown] id="exercises" lang="zh" of="53537121" tags=["stop"]
# ## 14 · 练习
#
# 答错了会有提示；连续第二次答错，提示会更详细，想马上看就用 `check("08.1", range_test_rates, hint=2)`。
#
# ### 范围测试的学习率
#
# 按 (1) 式：从最小到最大，每步同样的倍数，两端都要取到；两端不一定是 10 的整数次方。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=6
def range_test_rates(lowest, highest, steps):
    tr("""two rates and a number of steps -> (steps,)""",
       """两个学习率和步数 -> (steps,)""")
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def range_test_rates(lowest, highest, steps):
    tr("""two rates and a number of steps -> (steps,)""",
       """两个学习率和步数 -> (steps,)""")
    return lowest * (highest / lowest) ** (np.arange(steps) / (steps - 1))
# %% id="ex1-check" tags=["check"]
check("08.1", range_test_rates)
# %% [markdown] id="ex2-text" lang="en"
# ### Warm up, then fall
#
# Formula (2): the learning rate of one step, counted from 0. The first step's rate is not zero; at `total_steps` it is. With `warmup_steps = 0` there is no warm-up: step 0 has the peak.
# %% [markdown] id="ex2-text" lang="zh" of="d31962c0"
# ### 先预热，再下降
#
# 按 (2) 式：给出某一步的学习率，步数从 0 数起。第一步的学习率不是零；到 `total_steps` 时是零。`warmup_steps = 0` 表示不预热：第 0 步就用峰值。
# %% id="ex2" tags=["exercise"] difficulty=2 minutes=10
def scheduled_rate(step, peak, warmup_steps, total_steps):
    tr("""-> the learning rate of this step, a number""",
       """-> 这一步的学习率，一个数""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def scheduled_rate(step, peak, warmup_steps, total_steps):
    tr("""-> the learning rate of this step, a number""",
       """-> 这一步的学习率，一个数""")
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return peak * 0.5 * (1 + np.cos(
        np.pi * (step - warmup_steps) / (total_steps - warmup_steps)))
# %% id="ex2-check" tags=["check"]
check("08.2", scheduled_rate)
# %% [markdown] id="ex3-text" lang="en"
# ### Successive halving
#
# You are given what each setting's loss **would be** after each epoch. Train all for one epoch and keep the best `1 / factor` of them (rounded down, at least one). Train those on until `factor` epochs, then until `factor²`, and so on. The last round ends at the last column, wherever that is, even if only one setting is left. A round judges by the loss of its own last epoch alone. Look at no loss before its epoch has been trained. Return the setting's row number (the best of them, if several are left) and the epochs that all settings together were trained for.
# %% [markdown] id="ex3-text" lang="zh" of="3921ce02"
# ### 逐次减半
#
# 已知每组设置在每一轮之后的损失**会是**多少。先让所有设置训练一轮，留下最好的 `1 / factor`（向下取整，至少一组），接着训练到第 `factor` 轮，再到第 `factor²` 轮，依此类推；最后一回合到最后一列为止，不管那是第几轮，哪怕只剩一组。每一回合只按自己最后一轮的损失评判。尚未训练到的轮次，其损失不能使用。返回剩下那组设置的行号（若剩下不止一组，取其中最好的），以及所有设置一共训练了多少轮。
# %% id="ex3" tags=["exercise"] difficulty=3 minutes=18
def successive_halving(losses, factor):
    tr("""losses (settings, epochs)
    -> the row number of the best setting left, and the epochs spent""",
       """losses (settings, epochs) -> 留到最后的最好设置的行号，以及花掉的轮数""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def successive_halving(losses, factor):
    tr("""losses (settings, epochs)
    -> the row number of the best setting left, and the epochs spent""",
       """losses (settings, epochs) -> 留到最后的最好设置的行号，以及花掉的轮数""")
    left, done, epochs, spent = np.arange(len(losses)), 0, 1, 0
    while True:
        spent += len(left) * (epochs - done)
        order = np.argsort(losses[left, epochs - 1])
        left = left[order][: max(len(left) // factor, 1)]
        if epochs == losses.shape[1]:
            return left[0], spent
        done, epochs = epochs, min(epochs * factor, losses.shape[1])
# %% id="ex3-check" tags=["check"]
check("08.3", successive_halving)
# %% [markdown] id="ex4-text" lang="en"
# ### The optimism of the best score
#
# Rows are settings, columns are runs. In each column one setting has the highest score. How much higher is this score than the same setting's mean in the **other** runs? Return the mean over all runs.
# %% [markdown] id="ex4-text" lang="zh" of="9844418f"
# ### 胜出设置的乐观偏差
#
# 每一行是一组设置，每一列是一次运行。每一列分数最高的那组设置，就是这次运行里胜出的设置。它的这个分数，比同一组设置在**其他**各次运行里的平均高多少？返回所有运行的平均。
# %% id="ex4" tags=["exercise"] difficulty=2 minutes=12
def optimism_of_best(scores):
    tr("""scores (settings, runs) -> a number""",
       """scores (settings, runs) -> 一个数""")
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def optimism_of_best(scores):
    tr("""scores (settings, runs) -> a number""",
       """scores (settings, runs) -> 一个数""")
    runs = np.arange(scores.shape[1])
    best = scores.argmax(axis=0)
    claimed = scores[best, runs]
    elsewhere = (scores[best].sum(axis=1) - claimed) / (len(runs) - 1)
    return np.mean(claimed - elsewhere)
# %% id="ex4-check" tags=["check"]
check("08.4", optimism_of_best)
# %% [markdown] id="open-1" lang="en"
# ### Open 1 · How many points are enough?
#
# (a) How many random points are needed so that, with a probability of 95%, one of them lies among the best 5% of
# the settings? Among the best 1%? (b) Let $q$ be the share of settings that are better than the best of $n$ random
# points. Show that its expectation is $1/(n + 1)$. (c) Why does neither answer depend on the number of hyperparameters, and
# what is the catch?
#
# <details><summary>A worked answer</summary>
#
# (a) By (4) $1 - (1 - q)^n \ge 0.95$, and so $n \ge \ln 0.05 / \ln(1 - q)$. For $q = 0.05$ that is
# $-2.996 / -0.0513 = 58.4$, hence 59 points; for $q = 0.01$ it is $-2.996 / -0.01005 = 298.1$, hence 299.
#
# (b) The rank of a random point, as a share, is spread evenly over 0 to 1. All $n$ of them exceed $q$ with the
# probability $(1 - q)^n$, so the expectation of the smallest is $\int_0^1 (1 - q)^n\,dq = 1/(n + 1)$. With 59
# points the best lies on average at the best 1.7%.
#
# (c) Only the order of the settings was used, and whatever the number of hyperparameters, there is an order. The catch: the
# shares are counted as the settings are **drawn**. With more hyperparameters, or wider ranges, good settings become a smaller
# part of what is drawn, and the best 5% may all be poor.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="2eddabf0"
# ### 开放题 1 · 多少个点才够？
#
# (a) 要以 95% 的概率有一个点落在最好的 5% 设置里，需要多少个随机点？要落在最好的 1% 里呢？(b) 设 $q$ 是比 $n$ 个随机点中最好的那个还要好的设置所占的比例。证明 $q$ 的期望是 $1/(n + 1)$。(c) 为什么这两个答案都与超参数的个数无关？又有什么要当心的？
#
# <details><summary>参考答案</summary>
#
# (a) 由 (4)，$1 - (1 - q)^n \ge 0.95$，即 $n \ge \ln 0.05 / \ln(1 - q)$。$q = 0.05$ 时为 $-2.996 / -0.0513 = 58.4$，要 59 个点；$q = 0.01$ 时为 $-2.996 / -0.01005 = 298.1$，要 299 个点。
#
# (b) 随机点的名次若用比例表示，就在 0 到 1 之间均匀分布。$n$ 个点全都大于 $q$ 的概率是 $(1 - q)^n$，所以其中最小者的期望为 $\int_0^1 (1 - q)^n\,dq = 1/(n + 1)$。59 个点时，最好的那个平均落在前 1.7% 处。
#
# (c) 证明只用到设置之间的次序，超参数再多，次序总是有的。要当心的是：比例是按**抽取的方式**算的。超参数多了，范围宽了，好的设置在所抽的里面占得就少，最好的 5% 可能全都不理想。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · A search that searches nothing
#
# Train **one** setting of section 2's network with 20 seeds, each time scored on a half of the validation reviews
# drawn anew, and pretend that they were 20 settings. Choose the best. Before you run it: by how many standard
# deviations of these scores will it lie above their mean? And how many new trainings do you need before the mean of
# the winner's repetitions is known to a tenth of a standard deviation?
#
# <details><summary>What to expect</summary>
#
# The largest of 20 independent normal numbers lies on average 1.87 standard deviations above their mean, by formula
# (6); a single run may well give anything between 1 and 3. All of it is luck, since there was nothing to find: your
# "search" has gained by (6) what a report would call an improvement. Trained again, the winner comes back to the
# mean of all.
#
# The mean of $m$ repetitions has a standard deviation of $\sigma/\sqrt m$, so a tenth takes $m = 100$. That is why
# a difference of half a standard deviation between two settings is so costly to prove, and why one compares them on
# the **same** seeds and reviews, where what both share drops out.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="2d02f547"
# ### 开放题 2 · 什么也没搜的搜索
#
# 取第 2 节那个网络的**同一组**设置，用 20 个种子训练，每次另抽一半验证影评来打分，然后假装这是 20 组不同的设置，选出最好的一个。先猜：它比平均分高出几个标准差？再想：要让它重训的均值准到标准差的十分之一，得重新训练多少次？
#
# <details><summary>大致会怎样</summary>
#
# 由 (6)，20 个独立的正态随机数，最大的平均比均值高 1.87 个标准差；单独做一次，得到 1 到 3 之间的数都不奇怪。这全是运气，因为本来就没有什么可找：这次“搜索”按 (6) 式凭空得到的好处，在报告里会被当作提升。重新训练，它又回到全体的均值。
#
# $m$ 次重训的均值，标准差是 $\sigma/\sqrt m$，要十分之一，就得 $m = 100$。所以两组设置只差半个标准差，要证明它代价很大；正因如此，比较两组设置要用**同样的**种子和影评，让两者共有的波动相互抵消。
#
# </details>
# %% [markdown] id="quiz-intro" lang="en"
# ## 15 · Quiz
# %% [markdown] id="quiz-intro" lang="zh" of="b85ecd9e"
# ## 15 · 测验
# %% [markdown] id="quiz-batch" lang="en" tags=["quiz"]
# **You get a larger GPU and raise the batch size from 32 to 256, all else as it was. The result is worse. What do you try first?**
# - [ ] Back to 32: large batches generalise badly — Perhaps, a little; first comes a plainer cause.
# - [x] A larger learning rate, with warm-up — An epoch has eight times fewer steps; at the old rate the run has not got far enough.
# - [ ] A smaller learning rate — Then it gets less far still.
# - [ ] More dropout — It was not overfitting that got worse.
# %% [markdown] id="quiz-batch" lang="zh" of="e80e7a8f" tags=["quiz"]
# **换了更大的 GPU，把批大小从 32 加到 256，别的都没动，结果变差了。先试什么？**
# - [ ] 退回 32：批太大，泛化就差 — 也许有一点；先看更简单的原因。
# - [x] 加大学习率，配合预热 — 一轮里的步数只剩八分之一；学习率照旧，走得就不够远。
# - [ ] 减小学习率 — 那就走得更不够远了。
# - [ ] 加大暂退法的比例 — 变差的不是过拟合。
# %% [markdown] id="quiz-cost" lang="en" tags=["quiz"]
# **What does the article's search, 5 trials with 2 executions of 5 epochs each, cost at least?**
# - [ ] 5 trainings — Each trial is executed twice.
# - [ ] 25 epochs — That leaves out the executions.
# - [x] 50 epochs and ten compilations — $5 \times 2 \times 5$; and if the best setting is then to learn from all the data, one more training.
# - [ ] 10 epochs — That leaves out that each execution has five.
# %% [markdown] id="quiz-cost" lang="zh" of="df14db15" tags=["quiz"]
# **原文的搜索，5 次试验，每次 2 遍、每遍 5 轮，至少要花多少？**
# - [ ] 5 次训练 — 每次试验要执行两遍。
# - [ ] 25 轮 — 这没有算上执行两遍。
# - [x] 50 轮、十次编译 — $5 \times 2 \times 5$；如果还要让胜出的设置在全部数据上训练一遍，就再加一次训练。
# - [ ] 10 轮 — 这没有算上每遍五轮。

# %% [markdown] id="summary" lang="en"
# ## 16 · Summary
#
# - Hyperparameters are chosen on held-out examples; first measure how noisy those are.
# - The learning rate matters most; a range test finds its upper end in one run.
# - Let it warm up and fall; move it together with the batch size. Lowering it does not cure overfitting.
# - Early stopping chooses the epochs at no extra cost.
# - Random points beat a grid when there are many hyperparameters and few of them matter; 60 of them hit the best 5% with 95% probability.
# - Compare searches at equal cost, over several seeds; say what they cost.
# - The best of many scores is too good. Train the best settings again with new seeds, and report that.
# - Cross-validation lowers noise; only what was held out from the choice as well is an honest estimate.
# - A search reports its failures and survives a kill, or it is not finished software.
# %% [markdown] id="summary" lang="zh" of="123bcdd8"
# ## 16 · 小结
#
# - 超参数要在留出的样本上选；先测一测它们的噪声有多大。
# - 学习率最重要；范围测试一次训练就能找到它的上限。
# - 让它先预热、再下降；与批大小一起动。降低它不能消除过拟合。
# - 早停不另费计算就能选定轮数。
# - 超参数多而重要的少时，随机点胜过网格；60 个点有 95% 的把握碰到前 5%。
# - 比较搜索，计算预算要相同，还要换几个种子；用了多少计算，要写明。
# - 许多分数里最好的那个总是偏高。把胜出的设置换种子重新训练，报告重训均值。
# - 交叉验证降低噪声；只有选择时也没用到的样本，才给得出可信的估计。
# - 搜索要报告失败，被中断也能接着做，否则就是没写完的软件。

# %% [markdown] id="faq" lang="en"
# ## 17 · Questions that come up
#
# **How many trials do I need?** For random search, formula (4). Then train the best setting again; if its noise is larger than the gain of the last ten trials, stop.
#
# **Accuracy or loss as the objective?** The loss: it moves smoothly and with less noise. Report the accuracy.
#
# **May I tune the seed?** No. A seed that is best on validation has been lucky there.
#
# **How is overfitting held back?** (asked in the first and third article) By more reviews first; then weight decay, dropout, early stopping, fewer units. A smaller learning rate in as many epochs has the effect of early stopping; in more epochs it overfits all the same.
#
# **Can a large model be tuned on a small sample?** The power of ten of its rate, mostly; regularisation no, for it depends on how many examples there are.
# %% [markdown] id="faq" lang="zh" of="3dd40b54"
# ## 17 · 常见问题
#
# **需要多少次试验？** 随机搜索看 (4) 式。然后把胜出的设置重复几遍；如果它的噪声比最近十次试验的提升还大，就可以停了。
#
# **目标用准确率还是损失？** 用损失：它变化平滑，噪声小。报告时用准确率。
#
# **种子可以调吗？** 不可以。在验证集上最好的种子，只是在那里运气好。
#
# **怎样抑制过拟合？**（第一篇和第三篇都问到）首先是更多的影评；然后是权重衰减、暂退法、早停、减少单元。轮数不变而减小学习率，效果不过相当于早停；轮数一多，照样过拟合。
#
# **大模型能在小样本上调吗？** 学习率的数量级大体可以；正则化不行，它取决于样本有多少。

# %% [markdown] id="references" lang="en"
# ## 18 · References
#
# - S. Varma, R. Simon (2006). *Bias in error estimation when using cross-validation for model selection.* BMC Bioinformatics 7.
# - J. Bergstra, Y. Bengio (2012). *Random search for hyperparameter optimization.* JMLR 13.
# - J. Snoek, H. Larochelle, R. P. Adams (2012). *Practical Bayesian optimization of machine learning algorithms.* NeurIPS. arXiv:1206.2944.
# - L. N. Smith (2017). *Cyclical learning rates for training neural networks.* WACV. arXiv:1506.01186.
# - P. Goyal et al. (2017). *Accurate, large minibatch SGD: training ImageNet in 1 hour.* arXiv:1706.02677.
# - I. Loshchilov, F. Hutter (2017). *SGDR: stochastic gradient descent with warm restarts.* ICLR. arXiv:1608.03983.
# - L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar (2018). *Hyperband: a novel bandit-based approach to hyperparameter optimization.* JMLR 18. arXiv:1603.06560.
# - T. O'Malley et al. (2019). *KerasTuner.* https://github.com/keras-team/keras-tuner
# - S. Malladi, K. Lyu, A. Panigrahi, S. Arora (2022). *On the SDEs and scaling rules for adaptive gradient algorithms.* NeurIPS. arXiv:2205.10287.
# - G. Yang et al. (2022). *Tensor programs V: tuning large neural networks via zero-shot hyperparameter transfer.* arXiv:2203.03466.
# %% [markdown] id="references" lang="zh" of="03abb659"
# ## 18 · 参考文献
#
# - S. Varma, R. Simon (2006). *Bias in error estimation when using cross-validation for model selection.* BMC Bioinformatics 7.
# - J. Bergstra, Y. Bengio (2012). *Random search for hyperparameter optimization.* JMLR 13.
# - J. Snoek, H. Larochelle, R. P. Adams (2012). *Practical Bayesian optimization of machine learning algorithms.* NeurIPS. arXiv:1206.2944.
# - L. N. Smith (2017). *Cyclical learning rates for training neural networks.* WACV. arXiv:1506.01186.
# - P. Goyal et al. (2017). *Accurate, large minibatch SGD: training ImageNet in 1 hour.* arXiv:1706.02677.
# - I. Loshchilov, F. Hutter (2017). *SGDR: stochastic gradient descent with warm restarts.* ICLR. arXiv:1608.03983.
# - L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar (2018). *Hyperband: a novel bandit-based approach to hyperparameter optimization.* JMLR 18. arXiv:1603.06560.
# - T. O'Malley et al. (2019). *KerasTuner.* https://github.com/keras-team/keras-tuner
# - S. Malladi, K. Lyu, A. Panigrahi, S. Arora (2022). *On the SDEs and scaling rules for adaptive gradient algorithms.* NeurIPS. arXiv:2205.10287.
# - G. Yang et al. (2022). *Tensor programs V: tuning large neural networks via zero-shot hyperparameter transfer.* arXiv:2203.03466.

# %% [markdown] id="project" lang="en"
# ## A project over lessons 01–08 · A search that can be believed
#
# **Aim.** Take a model that you built in this course (the denoising autoencoder of 03, the VAE of 04, the
# translator of 06, the classifier of the project of 07) and answer one question honestly: **what does a search gain over
# your own hand, and what does it cost?**
#
# **Steps.**
#
# 1. Write the plan first, one page, and do not change it afterwards: the score, the data for training, choice and
#    test, the price in epochs, the hyperparameters with their ranges and scales, the two searches to be compared, and what
#    you will do with the result.
# 2. Measure the noise: the defaults with ten seeds. Compute how many repetitions your smallest interesting
#    difference needs.
# 3. Tune by hand for a fixed price, and count every training, those that failed too.
# 4. Run both searches at that price, at least three times each, and keep every trial in a file.
# 5. Train the winners again with new seeds, the hand-made setting too, as often as step 2 said. Then test, once.
# 6. Draw: best score so far against epochs spent; claimed score beside the mean of the repetitions; for the most
#    important hyperparameter, score against its value.
#
# **Hand in** the plan with its date, the file of trials, the table (claimed, again, test, gain over the defaults,
# epochs, seconds), the three pictures, and half a page in which a reader finds what you would do next time.
#
# **It is good** if somebody can repeat it from the file with one command; if all prices are equal, in a unit that
# you name; if the gain stands beside its standard error; and if "no difference" is said where there is none. A
# search that gained nothing, well measured, is a good result.
#
# **What usually goes wrong.** The plan is written last. Hand-tuning is not counted, or had the test in view. The
# winner is compared with defaults that were trained once. Ranges end where the best setting lies, and nobody looks.
# The search runs on one seed, and its winner is that seed's.
# %% [markdown] id="project" lang="zh" of="582953b2"
# ## 第 01–08 课的综合项目 · 一次可信的搜索
#
# **目标。** 取一个你在这门课里做过的模型（第 03 课的去噪自编码器、第 04 课的 VAE、第 06 课的翻译器，或第 07 课综合项目里的分类器），诚实地回答一个问题：**搜索比手调多得了什么，又花了什么代价？**
#
# **步骤。**
#
# 1. 先写一页计划，之后不再改：用什么打分；哪些数据用来训练、选择和测试；以轮数计的预算；有哪些超参数，范围和尺度是什么；比较哪两种搜索；结果出来以后打算怎么办。
# 2. 测量噪声：默认设置用十个种子训练。算一算，要看出你关心的最小差别，得重复多少次。
# 3. 在固定的预算内手工调参，每一次训练都记数，失败的也算。
# 4. 用同样的预算跑两种搜索，各至少三遍，每次试验都存进文件。
# 5. 胜出的设置和手调的设置，都用新的种子重新训练，次数按第 2 步所算。然后测试，只测一次。
# 6. 画三幅图：至今最好的分数随所用轮数的变化；搜索报告的分数与重训均值的对照；分数随最重要的那个超参数的变化。
#
# **提交内容。** 写明日期的计划；试验记录文件；一张表（搜索报告值、重训均值、测试分数、比默认设置的提升、轮数、秒数）；三幅图；外加半页说明，让读者知道下次你会怎么做。
#
# **怎样算做得好。** 别人用这份文件，一条命令就能重做；预算都相等，并写明单位；提升旁边有标准误；没有差别的地方，就写没有差别。搜索没有带来提升，但测得清清楚楚，也是好结果。
#
# **常见的毛病。** 计划是最后补写的。手调的次数没有计入，或者调的时候看过测试集。胜出的设置，是和只训练了一次的默认设置比的。最好的设置正落在范围的边上，却没有人看一眼。搜索只用一个种子，胜出的不过是这个种子。
