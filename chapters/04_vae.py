# Lesson 04 of "Deep learning for language": how a model generates. The source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 04 · VAE: how does a model generate?
#
# An autoencoder (lesson 03) can pack a digit into a few numbers and unpack it again. Ask it for a *new* digit and it
# has no answer: which numbers should it unpack? Most choices lie where it has never been, and come out as smudges.
#
# The **variational autoencoder** answers by becoming a probability model. It says how likely every image is, and how to
# draw one. The price is an integral that nobody can compute. The idea of this lesson is to train the model without computing it;
# the same idea trains diffusion models today.
#
# **When you have worked through it, you can**
#
# - derive the evidence lower bound (ELBO) line by line, and say what it leaves out, in nats;
# - explain why a sample must be *reparameterised* before a gradient can pass, and measure what happens otherwise;
# - build, train and test a VAE in Keras that gives the same result on every backend;
# - draw new digits, walk from one to another, and read what a latent dimension does;
# - recognise **posterior collapse** by measuring it, and cure it: annealing, free bits;
# - report a test bound honestly: with its standard error, and with a tighter bound beside it.
#
# **You need** lesson 03 (encoder, decoder, code), the normal distribution, and what an expectation is.
#
# **Mirrors** sections 2.2, 3.2 and 4.2 of the second article. It states the objective of a VAE in one formula, and builds and fits
# one in Keras. Formula and listing are wrong in three places (E10, E13, E14 in our list of errata); each is run, shown failing and put right.
# %% [markdown] id="title" lang="zh" of="4b45848b"
# # 04 · VAE：模型怎样生成？
#
# 自编码器（第 03 课）能把一个数字压成几个数，再还原出来。可是你要它给一个**新**的数字，它就答不上来：该拿哪几个数去解码呢？
# 随便挑一组数，多半落在训练时从未出现过的区域，解码出来只是一团模糊的笔迹。
#
# **变分自编码器**的办法，是把自编码器改造成一个概率模型：它给出每张图出现的概率，因而也能从中抽样，得到新图。
# 代价是要面对一个无法计算的积分；本课的核心思想，就是绕开这个积分来训练模型。今天训练扩散模型，用的还是这个思想。
#
# **学完这一课，你能够**
#
# - 逐行推导证据下界（ELBO），并说清它与对数似然相差什么、差多少奈特；
# - 解释为什么要先**重参数化**，梯度才能穿过抽样，并测量不这样做的后果；
# - 用 Keras 搭建、训练、测试一个 VAE，在每种后端上结果都一样；
# - 生成新的数字，从一个数字走到另一个，看出每个潜变量维度控制什么；
# - 用测量来识别**后验坍缩**，并用退火和自由比特加以克服；
# - 诚实地报告测试集上的下界：附上标准误，旁边再放一个更紧的界。
#
# **你需要会** 第 03 课的内容（编码器、解码器、编码）、正态分布，以及期望是什么。
#
# **对应原文**：第二篇的 2.2、3.2 和 4.2 节。原文用一个公式给出 VAE 的目标函数，又用 Keras 搭建并训练了一个 VAE。公式和代码有三处错误（勘误表中的 E10、E13、E14），
# 我们会逐一运行，看它错在哪里，再改正。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>What are the parts of an autoencoder, and what is its loss for pixels between 0 and 1?</summary>
#
# The encoder turns the picture into a code of a few numbers, the decoder turns the code into a logit for each
# pixel. The loss is the binary cross-entropy, summed over the pixels: the nats that the true pixels cost whoever
# expects what the decoder says. Read again: {{03 price}}.
#
# </details>
#
# <details><summary>ε is drawn from the standard normal distribution. What is the distribution of 3 + 2ε?</summary>
#
# Normal again, with mean 3, deviation 2 and variance 4: adding shifts the curve, multiplying stretches it.
# Explained below: {{04 gradient}}.
#
# </details>
#
# <details><summary>A die pays the square of the number it shows. What is the expectation of the pay, and is it the square of the expected number?</summary>
#
# $(1 + 4 + 9 + 16 + 25 + 36)/6 = 15.17$, and $3.5^2 = 12.25$: no. The average of a function is not the function of
# the average, and for a curve bent one way the inequality always points the same way. Explained below:
# {{04 bound}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="930b98e0"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>自编码器由哪几部分组成？像素在 0 与 1 之间时，损失是什么？</summary>
#
# 编码器把图像变成几个数的编码，解码器把编码变成每个像素的 logit。损失是对所有像素求和的二元交叉熵：按解码器给出的概率来编码，写下真实的像素总共要花多少奈特。重读：{{03 price}}。
#
# </details>
#
# <details><summary>ε 服从标准正态分布，3 + 2ε 服从什么分布？</summary>
#
# 仍是正态分布，均值为 3，标准差为 2，方差为 4：加一个数是平移，乘一个数是拉伸。后文会讲：{{04 gradient}}。
#
# </details>
#
# <details><summary>掷一次骰子，掷出几就付几的平方。所付金额的期望是多少？它等于点数期望的平方吗？</summary>
#
# $(1 + 4 + 9 + 16 + 25 + 36)/6 = 15.17$，而 $3.5^2 = 12.25$，不相等。函数值的平均，一般不等于平均值处的函数值；曲线始终朝一边弯时，不等号的方向固定不变。后文会讲：{{04 bound}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>Why must a cleaner that deletes <code>&lt;br /&gt;</code> leave a space in its place?</summary>
#
# The tag separated two words. Deleted without a trace it glues them together, `good.The`, and the vocabulary fills
# up with words that nobody wrote. From {{01 cleaning}}.
#
# </details>
#
# <details><summary>Three classes have the logits 0, 0 and 0. What does the softmax say, and what if 5 is added to each of them?</summary>
#
# ⅓ each time. Numerator and denominator are both multiplied by $e^5$, which is why one may subtract the largest
# logit first. From {{02 loss}}.
#
# </details>
#
# <details><summary>Adam's learning rate is 0.01, and the first gradient of a weight is 0.0003. How long is its first step?</summary>
#
# About 0.01. Both corrected means start at the gradient itself, $\hat m = g$ and $\sqrt{\hat s} = |g|$, so that
# only the sign of $g$ is left. From {{02 optimisers}}.
#
# </details>
#
# <details><summary>How many nats does the best possible decoder pay for one grey pixel of 0.5?</summary>
#
# $\ln 2 = 0.69$. It says $p = 0.5$, which is right, and what is read as ink in 50 of 100 cases stays uncertain.
# From {{03 price}}.
#
# </details>
#
# <details><summary>The code of a denoising autoencoder may be wider than the picture. What keeps the network from copying?</summary>
#
# What it reads is not what it must give back: a copy would give back the noise too, and pay for it. From
# {{03 denoising}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="72950eac"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>清洗时删掉 <code>&lt;br /&gt;</code>，为什么要在原处留一个空格？</summary>
#
# 这个标签本来隔开了两个词。删得不留痕迹，就会把它们粘成 `good.The`，词表里便多出许多谁也没写过的词。出自{{01 cleaning}}。
#
# </details>
#
# <details><summary>三个类的 logit 都是 0，softmax 给出什么？每个都加上 5 呢？</summary>
#
# 两次都是 ⅓、⅓、⅓。分子和分母同乘以 $e^5$，结果不变；先减去最大的 logit 也正因此才可行。出自{{02 loss}}。
#
# </details>
#
# <details><summary>Adam 的学习率是 0.01，某个权重的第一个梯度是 0.0003，它的第一步走多远？</summary>
#
# 约 0.01。修正之后，两个滑动平均一开始就是梯度本身：$\hat m = g$，$\sqrt{\hat s} = |g|$，相除只剩下 $g$ 的符号。出自{{02 optimisers}}。
#
# </details>
#
# <details><summary>一个灰度为 0.5 的像素，再好的解码器，损失至少是多少奈特？</summary>
#
# $\ln 2 = 0.69$。解码器说 $p = 0.5$，说得完全正确；可是“100 次里有 50 次有墨”，这份不确定仍在。出自{{03 price}}。
#
# </details>
#
# <details><summary>去噪自编码器的编码可以比图像还宽，是什么使它不能照抄？</summary>
#
# 它读到的输入不是它该还原的目标：照抄会把噪声也抄出来，损失反而更大。出自{{03 denoising}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · Where these ideas come from
#
# A story about where images come from has two halves. One says what could be the *cause* of an image: a digit's shape, its slant, its
# stroke. The other says how a cause becomes pixels. In 1995 Hinton and colleagues trained such a pair with two phases,
# *wake* and *sleep*, and called the network that guesses causes a **recognition model**. It worked, but the two phases
# did not make one and the same quantity smaller.
#
# Statisticians knew what the quantity should be. **Variational inference** (Jordan and others, 1999) replaces an
# impossible integral by the best of a family of simple distributions. But it needed formulas worked out by hand for each
# model, and one optimisation for each data point.
#
# In December 2013 Kingma and Welling joined the two, and a month later so did Rezende, Mohamed and Wierstra. One network
# proposes the simple distribution for *any* data point at once, and one trick lets the gradient pass through a random
# draw. That is the whole VAE, and it fits on one page.
# %% [markdown] id="background" lang="zh" of="5a0a4f60"
# ## 1 · 这些想法从哪里来
#
# 要说明图像是怎样产生的，有两个问题要回答：一张图的**成因**可能是什么，比如数字的形状、倾斜、笔画粗细；成因又怎样变成像素。
# 1995 年，Hinton 等人用“醒”和“睡”两个阶段训练这样一对网络，把推测成因的网络叫做**识别模型**。方法有效，
# 可是两个阶段减小的并不是同一个量。
#
# 这个量应该是什么，统计学里早有答案。**变分推断**（Jordan 等，1999）在一族简单的分布里挑最好的一个，来代替算不出的积分。
# 可是每换一个模型就得重新手推公式，每个数据点还得单独做一次优化。
#
# 2013 年 12 月，Kingma 和 Welling 把两者合在了一起，一个月后 Rezende、Mohamed 和 Wierstra 也做到了：用一个网络，
# 为**任何**数据点一步给出那个简单的分布；再用一个技巧，让梯度穿过随机抽样。VAE 的全部内容就是这些，一页纸写得下。

# %% id="imports" tags=["fold"]
import keras
import matplotlib.pyplot as plt
import numpy as np

from course_lib import data, diagrams, display, plots, sliders, vae
from course_lib.training import compile_for_training, starting_point

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "image": (0, 0, tr("image x\nsection 2", "图像 x\n第 2 节")),
        "q": (1, 0, tr("encoder q(z|x)\nmean, variance", "编码器 q(z|x)\n均值、方差")),
        "sample": (2, 0, tr("code z\ndrawn: section 6", "编码 z\n抽样：第 6 节")),
        "p": (3, 0, tr("decoder p(x|z)\nsection 3", "解码器 p(x|z)\n第 3 节")),
        "again": (4, 0, tr("pixels' odds\nsection 8", "各像素的概率\n第 8 节")),
        "prior": (2, 1, tr("prior p(z)\nnew images: section 9", "先验 p(z)\n新图：第 9 节")),
        "kl": (1, 2, tr("KL: rate\nsection 5", "KL：码率\n第 5 节")),
        "nll": (3, 2, tr("reconstruction\nsection 5", "重构\n第 5 节")),
        "elbo": (2, 3, tr("ELBO\nsection 4; traded: 10, 11", "ELBO\n第 4 节；取舍：10、11")),
    },
    arrows=[
        ("image", "q", ""), ("q", "sample", ""), ("sample", "p", ""), ("p", "again", ""), ("prior", "sample", ""),
        ("q", "kl", ""), ("prior", "kl", ""), ("again", "nll", ""), ("kl", "elbo", "−"), ("nll", "elbo", "+"),
    ],
    english="A map: an image goes through the encoder, which gives a mean and a variance; a code is drawn and decoded into the"
    " odds of each pixel. The prior gives new codes. KL, from encoder and prior, and reconstruction make up the ELBO.",
    chinese="一张路线图：图像经过编码器得到均值和方差，从中抽出编码，解码成各像素的概率；先验则给出新的编码。"
    "编码器与先验之间的 KL，加上重构项，合成 ELBO。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** The next cell holds every size this lesson uses and the results it must show. `quick`, the default,
# is made for a laptop; `COURSE_SCALE=full`, set before you start Jupyter, trains longer, with digits that are moved a little: the run that the
# results page quotes.
# %% [markdown] id="dial" lang="zh" of="f710388e"
# **规模旋钮。** 下一格列出本课用到的所有规模参数，以及必须得到的结果。默认的 `quick` 在笔记本电脑上就能跑；
# 在启动 Jupyter 之前设置 `COURSE_SCALE=full`，训练得更久，还会把数字随机平移，结果页引用的就是这样的运行。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(
            digits=400, hidden=(32,), activation="relu", epochs=1, learning_rate=3e-3, max_shift=0,
            importance_samples=3, gradient_draws=200, map_hidden=(24,), map_epochs=1,
            small_hidden=(24,), small_epochs=1, strong_epochs=1,
        ),
        "quick": dict(
            digits=5_000, hidden=(400,), activation="relu", epochs=34, learning_rate=5e-3, max_shift=0,
            importance_samples=50, gradient_draws=20_000, map_hidden=(200, 100), map_epochs=8,
            small_hidden=(200,), small_epochs=5, strong_epochs=20,
        ),
        "full": dict(
            digits=5_000, hidden=(400,), activation="swish", epochs=200, learning_rate=5e-3, max_shift=1,
            importance_samples=500, gradient_draws=200_000, map_hidden=(200, 100), map_epochs=30,
            small_hidden=(200,), small_epochs=10, strong_epochs=40,
        ),
    },
    expected={
        "quick": dict(
            test_elbo=(-113.0, -108.0), importance_bound=(-108.0, -103.0), importance_gain=(4.0, 6.0),
            active_at_beta_784=(0, 0), kl_collapsed=(0.0, 0.8), kl_annealed=(0.5, 3.0),
            gain_of_annealing=(0.1, 1.6),
        ),
        "full": dict(
            test_elbo=(-104.0, -100.0), importance_bound=(-99.5, -95.0), importance_gain=(3.8, 6.0),
            active_at_beta_784=(0, 0), kl_collapsed=(0.0, 1.2), kl_annealed=(1.5, 4.0),
            gain_of_annealing=(0.3, 1.8),
        ),
    },
)

# %% [markdown] id="data" lang="en"
# ## 2 · The data: binarised digits
#
# 5,000 handwritten digits from MNIST, 500 of each, 28 × 28 pixels. A grey value of 0.8 could mean many things; we say that
# it means: *this pixel is black with probability 0.8*. Drawing every pixel by its probability gives a black and white
# image, and for black and white images "how likely is this image?" has a clear meaning. The field compares its models on
# MNIST **binarised** in this way, with 60,000 digits to train on: our numbers cannot be set beside theirs.
#
# 1,000 digits are kept for the test, drawn **once**, with a seed that never changes: a test set must not move. The 4,000
# for training are drawn anew in every epoch, so that the model never sees the same pixels twice.
# %% [markdown] id="data" lang="zh" of="f4b2ec04"
# ## 2 · 数据：二值化的手写数字
#
# 来自 MNIST 的 5,000 个手写数字，每类 500 个，28 × 28 像素。灰度 0.8 可以有种种解释；我们规定它表示：
# **这个像素以 0.8 的概率为黑**。按各自的概率抽出每个像素，就得到一张黑白图；对黑白图来说，“这张图有多大可能出现”
# 才有明确的含义。这个领域比较模型，用的正是这样**二值化**的 MNIST，但训练用 60,000 个数字，所以我们的数不能与之直接相比。
#
# 留出 1,000 个做测试集，像素只抽**一次**，种子固定：测试集不能变。用来训练的 4,000 个则每一轮重新抽像素，
# 模型永远不会两次看到同样的像素。
# %% id="data-load"
# the order too is fixed: the test set is the same for everyone  # 次序也固定：每个人的测试集都一样
digits = data.digits.load(28, seed=0)
# (digits, 784), from 0 for paper to 1 for ink  # (digits, 784)，从 0（纸）到 1（墨）
images = digits.images.reshape(len(digits), -1)[: course.digits]
held_out = len(images) // 5
train_images, test_labels = (
    images[:-held_out],
    digits.labels[: course.digits][-held_out:],
)
# each pixel black with the probability that its grey says  # 每个像素以灰度为概率抽成黑
test_images = vae.binarise(images[-held_out:], seed=0)
print(f"{len(train_images):,} + {len(test_images):,}",
      tr("digits to train and to test on", "个数字，分别用于训练和测试"))
print(tr("pixels that are neither black nor white:", "既非全黑也非全白的像素："),
      f"{np.mean((images > 0) & (images < 1)):.1%}")
# %% id="data-plot" tags=["fold"]
def draw_row(axis_row, pictures, title=None):
    tr("""Draw flat pictures side by side; the title stands left of them.""",
       """把展平的图并排画出，标题在左边。""")
    for axis, picture in zip(axis_row, pictures, strict=False):
        axis.imshow(np.reshape(picture, (28, 28)), cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.grid(False)
        for spine in axis.spines.values():
            spine.set_visible(False)
    if title:
        axis_row[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9)


figure, axes = plt.subplots(3, 10, figsize=(9.6, 3.1))
draw_row(axes[0], images[:10], plots.label("grey", "灰度"))
draw_row(axes[1], vae.binarise(images[:10], 1), plots.label("one draw", "抽一次"))
draw_row(axes[2], vae.binarise(images[:10], 2), plots.label("another", "再抽一次"))
plots.show(
    figure,
    "Ten handwritten digits in three rows: in grey, and twice in black and white, drawn at random; the two drawings differ"
    " along the edges of the strokes.",
    "十个手写数字，共三行：第一行是灰度图，后两行是随机抽出的黑白图；两次抽样只在笔画边缘有所不同。",
)

# %% [markdown] id="model" lang="en"
# ## 3 · The model: prior, decoder, evidence
#
# The model says in two steps how an image comes about. First draw a **code** $z$ from the **prior** $p(z)$, a standard normal
# distribution. Then let the **decoder** turn $z$ into a probability for every pixel, and draw the pixels:
#
# $$ p(x) = \int p(z)\, p(x \mid z)\, dz. \tag{1} $$
#
# This number, the **evidence**, says how likely the model thinks the image $x$ is, whatever code it came from. Training
# should raise $\log p(x)$ for the images we have. It is measured in **nats**: a nat more means $e \approx 2.7$ times as
# likely.
#
# To see everything we take the smallest model there is: *one* latent number, and images of *three*
# pixels. Its decoder has the logits $w z + b$; on a grid of codes every integral becomes a sum.
# %% [markdown] id="model" lang="zh" of="e8ed06ba"
# ## 3 · 模型：先验、解码器与证据
#
# 模型分两步生成一张图。先从**先验** $p(z)$（标准正态分布）里抽一个**编码** $z$，再由**解码器**把 $z$ 变成每个像素为黑的概率，
# 按概率抽出像素：
#
# $$ p(x) = \int p(z)\, p(x \mid z)\, dz. \tag{1} $$
#
# 这个数叫做**证据**：不管编码是哪一个，模型认为图像 $x$ 有多大可能出现。训练的目标，就是让训练图像的 $\log p(x)$ 变大。
# 它的单位是**奈特**（nat）：多一奈特，可能性就是原来的 $e \approx 2.7$ 倍。
#
# 为了把每一个量都看清楚，我们取一个最小的模型：**一个**潜变量，**三个**像素的图。解码器的 logits 是 $w z + b$；
# 编码只取网格上的点，每个积分就成了求和。
# %% id="tiny-model"
# the decoder's weights, (pixels,)  # 解码器的权重，(pixels,)
w, b = np.array([5.0, 3.0, -4.0]), np.array([-2.0, -1.0, 0.0])
x = np.array([1.0, 1.0, 0.0])  # the image: black, black, white  # 图像：黑、黑、白

grid = np.linspace(-8, 8, 4001)  # codes, (grid,)  # 编码，(grid,)
step = grid[1] - grid[0]


def log_prior(z):
    return -0.5 * z**2 - 0.5 * np.log(2 * np.pi)


def log_likelihood(z):  # log p(x|z), summed over the three pixels  # log p(x|z)，对三个像素求和
    logits = np.multiply.outer(z, w) + b  # (…, pixels)
    return np.sum(x * logits - np.logaddexp(0, logits), axis=-1)


evidence = 0.0
for z in grid:
    # (1), as a loop  # (1) 式，写成循环
    evidence += np.exp(log_prior(z) + log_likelihood(z)) * step
# (1), as one line  # (1) 式，写成一行
log_evidence = np.log(
    np.sum(np.exp(log_prior(grid) + log_likelihood(grid))) * step)
print(f"p(x) = {evidence:.4f}    log p(x) = {log_evidence:.4f} {tr('nats', '奈特')}")
# %% [markdown] id="posterior" lang="en"
# Now the other way round: given the image, which code did it come from? By Bayes' rule $p(z \mid x) = p(z)\,p(x \mid z) /
# p(x)$, the **posterior**. On our grid it is a division. The next picture shows all three curves.
# %% [markdown] id="posterior" lang="zh" of="f929712c"
# 反过来问：给定这张图，它来自哪个编码？由贝叶斯公式，$p(z \mid x) = p(z)\,p(x \mid z) / p(x)$，
# 这就是**后验**。在我们的网格上，它只是一次除法。下图画出了三条曲线。
# %% id="posterior-plot" tags=["fold"]
posterior = np.exp(log_prior(grid) + log_likelihood(grid) - log_evidence)  # (grid,), integrates to 1  # (grid,)，积分为 1
figure, axis = plt.subplots(figsize=(7.2, 3.2))
axis.plot(grid, np.exp(log_prior(grid)), label=plots.label("prior p(z)", "先验 p(z)"))
axis.plot(grid, np.exp(log_likelihood(grid)), label=plots.label("likelihood p(x|z)", "似然 p(x|z)"), linestyle="--")
axis.fill_between(grid, posterior, alpha=0.25, color=plots.PALETTE[2])
axis.plot(grid, posterior, label=plots.label("posterior p(z|x)", "后验 p(z|x)"), color=plots.PALETTE[2])
axis.set(xlim=(-3, 4), ylim=(0, None), xlabel="z")
axis.legend(fontsize=9)
plots.show(
    figure,
    "Three curves over the code z: the prior, a bell around 0; the likelihood, which rises from 0 to nearly 1; the posterior,"
    " a narrower and slightly lopsided bell around 1.2.",
    "编码 z 上的三条曲线：先验是以 0 为中心的钟形；似然从 0 上升到接近 1；后验是以 1.2 左右为中心、更窄且略微偏斜的钟形。",
)
# %% [markdown] id="impossible" lang="en"
# With 20 latent numbers a grid of 4,001 points for each would have $4001^{20}$ points. Drawing codes from the prior and
# averaging $p(x \mid z)$ does not help either: almost no code drawn blindly has anything to do with *this* image, so the
# average is useless. We need codes that are likely for $x$. We need something like the posterior, and that is
# exactly what we cannot compute, since $p(x)$ stands in its denominator.
# %% [markdown] id="impossible" lang="zh" of="c0fafc8a"
# 潜变量有 20 个时，每个取 4,001 个点，网格就有 $4001^{20}$ 个点。从先验里抽编码、再对 $p(x \mid z)$ 求平均也不行：
# 盲目抽出的编码几乎都与**这张**图毫不相干，这样的平均没有用处。我们需要很可能产生 $x$ 的编码，也就是需要后验之类的东西；
# 而后验恰恰算不出来，因为它的分母就是 $p(x)$。

# %% [markdown] id="bound" lang="en"
# ## 4 · The evidence lower bound (ELBO), line by line
#
# So we make our own distribution over codes, $q(z \mid x)$, simple enough to draw from: a normal distribution whose mean
# $\mu$ and variance $\sigma^2$ a second network, the **encoder**, computes from $x$. Now the model has two halves, and a
# drawn code stands between them:
# %% [markdown] id="bound" lang="zh" of="592b4a07"
# ## 4 · 证据下界（ELBO）：逐行推导
#
# 那我们就自己造一个编码的分布 $q(z \mid x)$，简单到可以直接抽样：一个正态分布，均值 $\mu$ 和方差 $\sigma^2$ 由另一个网络，即**编码器**，从 $x$ 算出。
# 这样，模型就由两部分组成，中间隔着一次抽样：
# %% id="bound-picture" tags=["fold"]
diagrams.flow(
    boxes={
        "image": (0, 0.5, tr("image x\n784 pixels", "图像 x\n784 个像素")),
        "encoder": (1, 0.5, tr("encoder\na network", "编码器\n一个网络")),
        "mean": (2, 0, tr("mean μ\none for each dimension", "均值 μ\n每一维一个")),
        "spread": (2, 1, tr("variance σ²\none for each dimension", "方差 σ²\n每一维一个")),
        "code": (3, 0.5, tr("code z\ndrawn from N(μ, σ²)", "编码 z\n从 N(μ, σ²) 抽取")),
        "decoder": (4, 0.5, tr("decoder\na network", "解码器\n一个网络")),
        "pixels": (5, 0.5, tr("p(black)\nfor each of 784 pixels", "为黑的概率\n784 个像素各一个")),
        "prior": (3, 1.7, tr("prior N(0, 1)\ninstead, for a new image", "先验 N(0, 1)\n生成新图时用它")),
    },
    arrows=[
        ("image", "encoder", ""), ("encoder", "mean", ""), ("encoder", "spread", ""), ("mean", "code", ""), ("spread", "code", ""),
        ("code", "decoder", ""), ("decoder", "pixels", ""), ("prior", "code", ""),
    ],
    english="The two halves of the model. Left, the encoder, q(z|x): an image goes through a network that gives a mean and a variance"
    " for each dimension of the code. In the middle a code is drawn from that normal distribution. Right, the decoder, p(x|z): a network"
    " turns the code into a probability of black for each pixel. For a new image the code is drawn from the prior instead.",
    chinese="模型的两个部分。左边是编码器 q(z|x)：图像经过一个网络，得到编码每一维的均值和方差。中间从这个正态分布里抽出编码。右边是解码器 p(x|z)："
    "另一个网络把编码变成每个像素为黑的概率。要生成新图，编码就改从先验里抽。",
)
# %% [markdown] id="bound-lines" lang="en"
# The left half guesses which codes an image may have come from; the right half makes an image of a code. With $q$, three
# lines turn the evidence, which we cannot compute, into a bound that we can.
#
# **Line one: multiply and divide.** Nothing changes when the integrand of (1) is divided by $q$ and multiplied by it; but
# now the integral is an expectation over codes drawn from $q$:
#
# $$ \log p(x) = \log \int q(z \mid x)\, \frac{p(z)\, p(x \mid z)}{q(z \mid x)}\, dz = \log \mathbb{E}_{q}\left[ \frac{p(z)\, p(x \mid z)}{q(z \mid x)} \right]. $$
#
# **Line two: Jensen's inequality.** The logarithm bends downwards, so the logarithm of an average is at least the average
# of the logarithms:
#
# $$ \log p(x) \ge \mathbb{E}_{q}\left[ \log \frac{p(z)\, p(x \mid z)}{q(z \mid x)} \right] = \mathrm{ELBO}. \tag{2} $$
#
# Two numbers are enough to see line two: of 1 and 9, the logarithm of the average is $\ln 5 = 1.61$, the average of the
# logarithms $(\ln 1 + \ln 9)/2 = 1.10$. And we can see when the two are equal: when all the numbers are.
# %% [markdown] id="bound-lines" lang="zh" of="dfbce8c1"
# 左边的编码器推测一张图可能来自哪些编码，右边的解码器由编码生成图像。有了 $q$，只要三行，就能把算不出的证据变成算得出的下界。
#
# **第一行：同乘同除。** 把 (1) 的被积函数除以 $q$ 再乘以 $q$，值不变；但积分成了一个期望，编码从 $q$ 中抽取：
#
# $$ \log p(x) = \log \int q(z \mid x)\, \frac{p(z)\, p(x \mid z)}{q(z \mid x)}\, dz = \log \mathbb{E}_{q}\left[ \frac{p(z)\, p(x \mid z)}{q(z \mid x)} \right]. $$
#
# **第二行：詹森（Jensen）不等式。** 对数是凹函数（曲线向下弯），所以平均值的对数不小于对数的平均值：
#
# $$ \log p(x) \ge \mathbb{E}_{q}\left[ \log \frac{p(z)\, p(x \mid z)}{q(z \mid x)} \right] = \mathrm{ELBO}. \tag{2} $$
#
# 两个数就能看明白第二行：1 和 9，平均值的对数是 $\ln 5 = 1.61$，对数的平均值是 $(\ln 1 + \ln 9)/2 = 1.10$。
# 由此也看得出等号何时成立：所有的数都相等时。
# %% id="bound-numbers"
print(f"{np.log(np.mean([1, 9])):.2f} {np.mean(np.log([1, 9])):.2f}    "
      f"{np.log(np.mean([5, 5])):.2f} {np.mean(np.log([5, 5])):.2f}")


def log_q(z, mean, std):
    return -0.5 * ((z - mean) / std) ** 2 - np.log(std) - 0.5 * np.log(
        2 * np.pi)


def expectation(values, mean, std):  # E_q of values given on the grid  # 格点上各值的 E_q
    return np.sum(np.exp(log_q(grid, mean, std)) * values) * step


def bound(mean, std):  # (2)
    return expectation(log_prior(grid)
                       + log_likelihood(grid) - log_q(grid, mean, std), mean,
                       std)


print(f"log p(x)                 {log_evidence:8.4f}")
for mean, std in [(0.0, 1.0), (1.0, 1.0), (1.1, 0.5)]:
    print(f"ELBO, q = N({mean}, {std}²)   {bound(mean, std):8.4f}")
# %% [markdown] id="two-terms" lang="en"
# **Line three: sort the terms.** A logarithm of a product is a sum; put $p(z)$ and $q$ together:
#
# $$ \mathrm{ELBO} = \mathbb{E}_{q}\left[\log p(x \mid z)\right] - \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right), \qquad \mathrm{KL}(q \Vert p) = \mathbb{E}_q\left[\log \frac{q(z)}{p(z)}\right]. \tag{3} $$
#
# The first term is the **reconstruction**: draw a code, decode it, and see how likely $x$ is. The second, the
# **Kullback–Leibler divergence**, is subtracted: how far $q$ moved away from the prior, in nats. It is never negative, and
# zero only if the two are the same.
#
# **What was lost in line two?** Put $p(z)\,p(x \mid z) = p(x)\,p(z \mid x)$ into (2), and $\log p(x)$, which does not depend
# on $z$, steps out of the expectation:
#
# $$ \log p(x) = \mathrm{ELBO} + \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z \mid x)\right). \tag{4} $$
#
# The gap is the divergence of $q$ from the *true posterior*. So raising the ELBO makes the
# image more likely **or** brings $q$ closer to the posterior. Check all of it on the grid:
# %% [markdown] id="two-terms" lang="zh" of="d2b33bca"
# **第三行：整理各项。** 乘积的对数是对数之和；把 $p(z)$ 和 $q$ 放到一起：
#
# $$ \mathrm{ELBO} = \mathbb{E}_{q}\left[\log p(x \mid z)\right] - \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right), \qquad \mathrm{KL}(q \Vert p) = \mathbb{E}_q\left[\log \frac{q(z)}{p(z)}\right]. \tag{3} $$
#
# 前一项是**重构**：抽一个编码，解码，看 $x$ 有多大可能出现。后一项是要减去的 **KL 散度**（Kullback–Leibler divergence）：$q$ 与先验相差多少，以奈特计。
# 它从不为负，只有两个分布完全相同时才为零。
#
# **第二行丢掉了什么？** 把 $p(z)\,p(x \mid z) = p(x)\,p(z \mid x)$ 代入 (2)，$\log p(x)$ 与 $z$ 无关，可以提到期望外面：
#
# $$ \log p(x) = \mathrm{ELBO} + \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z \mid x)\right). \tag{4} $$
#
# 丢掉的正是 $q$ 与**真实后验**之间的散度。所以提高 ELBO，或者使图像更可能出现，**或者**使 $q$ 更接近真实后验。
# 在网格上逐一验证：
# %% id="two-terms-numbers"
rows = []
for mean, std in [(0.0, 1.0), (1.0, 1.0), (1.1, 0.5)]:
    reconstruction = expectation(log_likelihood(grid), mean, std)
    kl = expectation(log_q(grid, mean, std) - log_prior(grid), mean, std)
    gap = expectation(log_q(grid, mean, std) - np.log(posterior + 1e-300), mean,
                      std)
    total = reconstruction - kl + gap  # (4)
    rows.append([f"N({mean}, {std}²)",
                 *(f"{term:.4f}"
                   for term in (reconstruction, kl, reconstruction - kl, gap,
                                total))])
    assert np.isclose(total, log_evidence)
display.table(["q", tr("reconstruction", "重构"), "KL(q‖p(z))", "ELBO", "KL(q‖p(z|x))",
               tr("sum", "合计")], rows)
# %% [markdown] id="erratum-10" lang="en"
# ### E10: the evidence is not equal to its bound
#
# The second article (3.2) says that a VAE maximises (3), but writes $\log p(x)$ and an **equals sign** in place of the ELBO, and calls the
# divergence after a "Kramer". The table you have just printed refutes the equals sign: three choices of $q$ give three
# different right-hand sides, and $\log p(x)$ does not depend on $q$ at all. Equality would need $q$ to be the true
# posterior, and a normal distribution cannot be: the posterior above is lopsided. How close can one get? The next cell
# tries every mean and every spread:
# %% [markdown] id="erratum-10" lang="zh" of="8b2b7bef"
# ### E10：证据不等于它的下界
#
# 第二篇文章（3.2）说 VAE 最大化的就是 (3) 式，却把左边的 ELBO 写成了 $\log p(x)$，还用了**等号**；散度的名字也写成了“克拉姆尔散度”。
# 你刚打印的表格就否定了这个等号：三种 $q$ 给出三个不同的右边，而 $\log p(x)$ 根本不依赖 $q$。要相等，
# $q$ 就必须是真实后验，可正态分布做不到：第 3 节图中的后验是偏斜的。究竟能有多接近？下一格把所有的均值和标准差都试一遍：
# %% id="erratum-10-run" slide="code"
means, stds = np.linspace(-0.5, 2.5, 31), np.linspace(0.2, 1.4, 25)
# (stds, means)
surface = np.array([[bound(mean, std) for mean in means] for std in stds])
row, column = np.unravel_index(surface.argmax(), surface.shape)
best_mean, best_std = means[column], stds[row]
print(f"log p(x) {log_evidence:.4f}   "
      f"{tr('the best ELBO of all', '所有 ELBO 中最好的')} {surface.max():.4f}   "
      f"N({best_mean:.1f}, {best_std:.2f}²)")
# %% id="erratum-10-plot" tags=["fold"]
figure, (left, right) = plt.subplots(1, 2, figsize=(10.2, 3.7))
levels = [0.06, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
lines = left.contour(means, stds, log_evidence - surface, levels=levels, colors=plots.PALETTE[0], linewidths=1.2)
left.clabel(lines, fmt="%.2g", fontsize=8)
left.plot(best_mean, best_std, "o", color=plots.PALETTE[1])
left.set(xlabel=plots.label("mean of q", "q 的均值"), ylabel=plots.label("standard deviation of q", "q 的标准差"))
left.set_title(plots.label("the gap log p(x) − ELBO, in nats", "差距 log p(x) − ELBO（奈特）"))
right.fill_between(grid, posterior, alpha=0.25, color=plots.PALETTE[2])
right.plot(grid, posterior, color=plots.PALETTE[2], label=plots.label("true posterior", "真实后验"))
right.plot(grid, np.exp(log_q(grid, best_mean, best_std)), color=plots.PALETTE[1], label=plots.label("the best q", "最好的 q"))
right.set(xlim=(-0.8, 3.6), ylim=(0, None), xlabel="z")
right.legend(fontsize=9)
plots.show(
    figure,
    "Left: contour lines of the gap over mean and standard deviation of q; it is smallest, about 0.05 nats, near mean 1.1 and"
    " standard deviation 0.5, and never 0. Right: the best normal q beside the lopsided true posterior.",
    "左图：差距随 q 的均值和标准差变化的等高线，最小约 0.05 奈特，位于均值 1.1、标准差 0.5 附近，但从不为 0。"
    "右图：最好的正态 q 与偏斜的真实后验。",
)
# %% [markdown] id="quiz-gap" lang="en" tags=["quiz"]
# **During training the ELBO of an image rises by one nat. What do you know about its log p(x)?**
# - [ ] It rose by one nat — Only if q was as far from the posterior after the step as before; the bound can rise because q improved.
# - [ ] It rose by at least one nat — The bound may rise while the evidence stays: q moves closer and the gap shrinks.
# - [x] It is still at least as large as the ELBO, and nothing more — The bound holds at every moment; how the rise is shared between evidence and gap it does not say.
# - [ ] It fell, because the KL term grew — The ELBO rose with the KL term already taken off.
# %% [markdown] id="quiz-gap" lang="zh" of="24e3295b" tags=["quiz"]
# **训练中，某张图的 ELBO 上升了一奈特。关于它的 log p(x)，你知道什么？**
# - [ ] 也上升了一奈特 — 只有 q 与后验的距离前后一样时才如此；下界上升也可能只是因为 q 变好了。
# - [ ] 至少上升了一奈特 — 证据不变、下界上升也是可能的：q 靠近了后验，差距变小。
# - [x] 它仍然不小于 ELBO，仅此而已 — 下界时时成立；至于上升的那一奈特有多少来自证据、多少来自差距缩小，从下界看不出来。
# - [ ] 它下降了，因为 KL 项变大了 — ELBO 是扣掉 KL 之后的数，它已经上升了。

# %% [markdown] id="terms" lang="en"
# ## 5 · Reconstruction and divergence, in nats
#
# **Reconstruction.** Given $z$, the pixels are independent, so their log-probabilities add up. With the logit $\ell_i$ of
# pixel $i$ (lesson 02):
#
# $$ \log p(x \mid z) = \sum_{i=1}^{n} \left( x_i\, \ell_i - \log(1 + e^{\ell_i}) \right), \qquad x, \ell\colon (n,). \tag{5} $$
#
# **Sum, not mean.** Keras's ready-made binary cross-entropy averages over the 784 pixels. The divergence is not averaged
# over anything. Add the two and the divergence weighs 784 times too much; section 10 shows what becomes of such a model.
# %% [markdown] id="terms" lang="zh" of="be1d6f9f"
# ## 5 · 重构与散度，以奈特计
#
# **重构。** 给定 $z$，各像素相互独立，对数概率直接相加。设像素 $i$ 的 logit 为 $\ell_i$（第 02 课）：
#
# $$ \log p(x \mid z) = \sum_{i=1}^{n} \left( x_i\, \ell_i - \log(1 + e^{\ell_i}) \right), \qquad x, \ell\colon (n,). \tag{5} $$
#
# **求和，不是求平均。** Keras 自带的二元交叉熵对 784 个像素取平均，散度却没有取平均。两者直接相加，
# 散度的权重就成了应有的 784 倍；第 10 节会看到这样的模型会变成什么样。
# %% id="terms-reconstruction"
logits = w * 1.1 + b  # decoded from z = 1.1, (pixels,)  # 由 z = 1.1 解码，(pixels,)
total = 0.0
for pixel, logit in zip(x, logits, strict=True):
    total += pixel * logit - np.log(1 + np.exp(logit))  # (5), as a loop  # (5) 式，写成循环
print(f"{total:.4f} {np.sum(x * logits - np.logaddexp(0, logits)):.4f} "
      f"{float(vae.bernoulli_log_likelihood(x, logits)):.4f}")
mean = keras.losses.binary_crossentropy(x, logits, from_logits=True)
print(tr("the mean that Keras reports:", "Keras 报告的平均值："),
      f"{float(mean):.4f} = {-total:.4f} / 3")
# %% [markdown] id="divergence" lang="en"
# **Divergence.** Between two normal distributions the integral can be done once and for all. For a code of $d$
# dimensions with means $\mu_j$ and variances $\sigma_j^2$ against the standard normal:
#
# $$ \mathrm{KL} = \frac{1}{2} \sum_{j=1}^{d} \left( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 \right), \qquad \mu, \log\sigma^2\colon (d,). \tag{6} $$
#
# The encoder returns $\log \sigma^2$, not $\sigma$: a network's output can be any number, and so can a logarithm, while a
# variance must be positive.
# %% [markdown] id="divergence" lang="zh" of="8e91941d"
# **散度。** 两个正态分布之间的散度有现成的公式。编码有 $d$ 维，均值 $\mu_j$、方差 $\sigma_j^2$，相对于标准正态分布：
#
# $$ \mathrm{KL} = \frac{1}{2} \sum_{j=1}^{d} \left( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 \right), \qquad \mu, \log\sigma^2\colon (d,). \tag{6} $$
#
# 编码器输出的是 $\log \sigma^2$ 而不是 $\sigma$：网络的输出可以是任何数，对数也可以，方差却必须为正。
# %% id="divergence-numbers" slide="code"
# two dimensions, (latent_dim,)  # 两个维度，(latent_dim,)
z_mean, z_log_var = np.array([1.1, 0.0]), np.log(np.array([0.25, 1.0]))
kl = 0.0
for mean, log_var in zip(z_mean, z_log_var, strict=True):
    kl += 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var)  # (6), as a loop  # (6) 式，写成循环
on_grid = expectation(log_q(grid, 1.1, 0.5) - log_prior(grid), 1.1, 0.5)
at_once = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
print(f"{kl:.4f} {at_once:.4f}   "
      f"{tr('first dimension by the grid:', '第一维，用网格算：')} {on_grid:.4f}")
# the library keeps dimensions apart  # 课程库把各个维度分开给出
print(np.round(keras.ops.convert_to_numpy(vae.gaussian_kl(z_mean, z_log_var)),
               4))
# %% [markdown] id="divergence-reading" lang="en"
# The second dimension equals the prior, so its divergence is zero. Keep that in mind: **a dimension with
# KL 0 is a dimension that carries no information about the image.** Section 11 is about models in which all of them do.
# %% [markdown] id="divergence-reading" lang="zh" of="a4cbfdbe"
# 第二维与先验相同，所以散度为零，也不含任何信息。请记住：**KL 为 0 的维度，不携带关于图像的任何信息。**
# 第 11 节讲的，就是所有维度都如此的模型。

# %% [markdown] id="gradient" lang="en"
# ## 6 · Reparameterisation: a gradient through a draw
#
# To train the encoder we need the gradient of $\mathbb{E}_{q}[f(z)]$ with respect to $q$'s mean $\mu$ (and its
# variance), where $f$ is what stands in the brackets of (2). The expectation we estimate by drawing. But a random draw has
# no derivative: *how would the die have fallen, had its mean been 0.01 larger?*
#
# **The old way: the score function.** Take the derivative of $q$ itself: $\frac{d}{d\mu}\mathbb{E}_q[f(z)] =
# \mathbb{E}_q[f(z)\, \frac{d}{d\mu} \log q(z)]$. The factor $\frac{d}{d\mu} \log q(z)$ is the **score function**. Of $f$ it needs only the value. (Reinforcement learning knows it
# as REINFORCE.)
#
# **The new way: reparameterise.** Draw a standard normal number first, then shift and scale it:
#
# $$ z = \mu + \sigma\, \varepsilon, \qquad \varepsilon \sim N(0, 1). \tag{7} $$
#
# Now the randomness $\varepsilon$ does not depend on $\mu$, and $z$ is an ordinary function of $\mu$ with $dz/d\mu = 1$. The chain rule
# gives $\frac{d}{d\mu}\mathbb{E}_q[f(z)] = \mathbb{E}_\varepsilon[f'(\mu + \sigma\varepsilon)]$. The bracket, for one draw, is the **pathwise derivative**:
# the derivative of $f$ along the path from $\mu$ through $z$.
# %% [markdown] id="gradient" lang="zh" of="1320bada"
# ## 6 · 重参数化：让梯度穿过抽样
#
# 要训练编码器，就得求 $\mathbb{E}_{q}[f(z)]$ 对 $q$ 的均值 $\mu$（以及方差）的梯度，其中 $f$ 就是 (2) 式方括号里的量。
# 期望可以靠抽样来估计。可是随机抽样没有导数：**要是均值大 0.01，这一次会抽到什么？**
#
# **老办法：得分函数。** 改为对 $q$ 求导：$\frac{d}{d\mu}\mathbb{E}_q[f(z)] = \mathbb{E}_q[f(z)\, \frac{d}{d\mu} \log q(z)]$。
# 因子 $\frac{d}{d\mu} \log q(z)$ 叫做**得分函数**。这种办法只用到 $f$ 的值。（强化学习里叫 REINFORCE。）
#
# **新办法：重参数化。** 先抽一个标准正态的随机数，再平移缩放：
#
# $$ z = \mu + \sigma\, \varepsilon, \qquad \varepsilon \sim N(0, 1). \tag{7} $$
#
# 这样一来，随机的 $\varepsilon$ 与 $\mu$ 无关，$z$ 成了 $\mu$ 的普通函数，$dz/d\mu = 1$。由链式法则，
# $\frac{d}{d\mu}\mathbb{E}_q[f(z)] = \mathbb{E}_\varepsilon[f'(\mu + \sigma\varepsilon)]$。方括号里的量，即一次抽样的结果，叫做**路径导数**：
# 沿着 $\mu \to z \to f$ 这条路径求得的导数。
# %% [markdown] id="predict-gradient" lang="en" tags=["predict"]
# **Before you run it.** Both estimates are right on average (*unbiased*, as one says). The next cell computes each from single draws, for our tiny
# model at $\mu = 0.5$, $\sigma = 0.5$, and compares how much they scatter. Then it gives the model more latent dimensions
# (each with three pixels of its own) and looks at the gradient of the *first* mean only. What will happen to the two
# scatters as dimensions are added?
#
# > The pathwise estimate stays as it is: the first mean affects the first dimension of the code alone. The score
# > function is multiplied by the value of the *whole* $f$: every other dimension raises its level, and adds its own
# > noise. (Subtracting a constant, a *baseline*, takes away the level and leaves the noise.) At 20 dimensions you would need hundreds of draws to know what one reparameterised
# > draw tells you. That is why the trick made the VAE possible.
# %% [markdown] id="predict-gradient" lang="zh" of="9485b9f9" tags=["predict"]
# **先猜，再运行。** 两种估计都是**无偏**的，也就是平均起来等于真值。下一格在 $\mu = 0.5$、$\sigma = 0.5$ 处，对我们的小模型各用单次抽样来估计，
# 比较它们分散的程度；然后给模型增加潜变量（每个各管三个像素），只看对**第一个**均值的梯度。维度增加时，两者的分散程度会怎样变？
#
# > 路径导数的估计保持不变：第一个均值只影响编码的第一维。得分函数却要乘上**整个** $f$ 的值，
# > 其余每一维都既抬高这个值，又带来自己的随机性。（减去一个常数，即“基线”，能把抬高的部分减掉，随机性却还在。）到了 20 维，重参数化抽一次就能知道的事，它要抽几百次。
# > 正因为有了这个技巧，VAE 才成为可能。
# %% id="gradient-run"
random = np.random.default_rng(course.seed)
mu, sigma = 0.5, 0.5
# the grid knows the truth  # 在网格上算得出真值
exact = (bound(mu + 1e-4, sigma) - bound(mu - 1e-4, sigma)) / 2e-4


def estimates(dimensions, draws):
    tr("""d ELBO / d mean of the first dimension, one estimate per draw: by the
    score function, by the path.""",
       """ELBO 对第一维均值的导数，每次抽样一个估计：
    一种用得分函数，一种用路径导数。""")
    noise = random.standard_normal((draws, dimensions))
    z = mu + sigma * noise  # (7), (draws, dimensions)
    # (draws,)
    f = np.sum(log_prior(z) + log_likelihood(z) - log_q(z, mu, sigma), axis=1)
    score = f * (z[:, 0] - mu) / sigma**2
    # (draws, pixels)
    probabilities = 1 / (1 + np.exp(-(np.multiply.outer(z[:, 0], w) + b)))
    # df/dz · dz/dmu; log q does not change along the path  # df/dz · dz/dmu；沿着路径，log q 不变
    path = -z[:, 0] + np.sum((x - probabilities) * w, axis=-1)
    return score, path
# %% id="gradient-table"
sizes = [1, 2, 5, 10, 20]
scatter = []
print(f"{tr('exact gradient', '精确梯度')}: {exact:.3f}")
for size in sizes:
    score, path = estimates(size, course.gradient_draws)
    scatter.append((score.std(), path.std()))
    print(f"{size:3d} {tr('dimensions', '维')}:  "
          f"{tr('score function', '得分函数')} {score.mean():6.2f} ± {score.std():6.2f}   "
          f"{tr('path', '路径导数')} {path.mean():6.3f} ± {path.std():.3f}")
# variances shrink as 1 / draws  # 方差按 1 / 抽样次数缩小
draws_needed = (scatter[-1][0] / scatter[-1][1]) ** 2
print(tr(f"at 20 dimensions one reparameterised draw is worth {draws_needed:,.0f} "
         "of the others",
         f"20 维时，重参数化抽一次抵得上另一种抽 {draws_needed:,.0f} 次"))
# %% id="gradient-plot" tags=["fold"]
score, path = estimates(5, 4_000)
figure, (left, right) = plt.subplots(1, 2, figsize=(10.2, 3.5))
bins = np.linspace(-60, 60, 81)
left.hist(np.clip(score, -60, 60), bins, alpha=0.55, color=plots.PALETTE[1], label=plots.label("score function", "得分函数"))
left.hist(path, bins, alpha=0.75, color=plots.PALETTE[0], label=plots.label("reparameterised", "重参数化"))
left.axvline(exact, color="black", linewidth=1, linestyle=":", label=plots.label("exact", "精确值"))
left.set_yscale("log")
left.set(xlabel=plots.label("gradient from one draw, 5 dimensions", "单次抽样的梯度，5 维"), ylabel=plots.label("draws", "次数"))
left.legend(fontsize=8)
right.plot(sizes, [pair[0] for pair in scatter], "o-", color=plots.PALETTE[1], label=plots.label("score function", "得分函数"))
right.plot(sizes, [pair[1] for pair in scatter], "s-", color=plots.PALETTE[0], label=plots.label("reparameterised", "重参数化"))
right.set_yscale("log")
right.set(xlabel=plots.label("latent dimensions", "潜变量维数"), ylabel=plots.label("standard deviation", "标准差"))
right.legend(fontsize=8)
plots.show(
    figure,
    "Left: histograms of gradient estimates from single draws; the score function's spread from -60 to 60, the reparameterised"
    " ones stand in a narrow column around the exact value. Right: the score function's standard deviation grows with the number"
    " of dimensions, the other stays flat.",
    "左图：单次抽样的梯度估计的直方图，得分函数的估计散布在 -60 到 60 之间，重参数化的集中在精确值附近的窄柱里。"
    "右图：得分函数的标准差随维数增长，重参数化的保持水平。",
)

# %% [markdown] id="keras" lang="en"
# ## 7 · The model in Keras
#
# Here is the class of the article's listing (4.2), with `keras.random` and a seed in place of `tf.random`, so that it runs on
# every backend. We give it our 784 pixels where the article has 100 inputs (and a code of 100, as wide as its input: E12
# of lesson 03 again). The article says that this is a VAE: an encoder gives
# mean and log-variance, a code is drawn, a decoder gives the image. What could be wrong?
# %% [markdown] id="keras" lang="zh" of="71d37783"
# ## 7 · 用 Keras 写出模型
#
# 下面是原文代码（4.2）里的类，其中的 `tf.random` 换成了带种子的 `keras.random`，好让它在每种后端上都能运行。原文的输入是 100 个数
# （编码也是 100，与输入一样宽，又犯了第 03 课的 E12），这里换成我们的 784 个像素。原文说这就是 VAE：编码器给出均值和对数方差，抽出编码，解码器再给出图像。
# 会有什么问题呢？
# %% id="erratum-13-listing"
class ArticleVAE(keras.Model):
    def __init__(self, input_dim, encoding_dim, output_dim):
        super().__init__()
        self.encoder = keras.Sequential([
            keras.layers.Input(shape=(input_dim,)),
            keras.layers.Dense(encoding_dim, activation="relu"),
            keras.layers.Dense(output_dim, activation="sigmoid"),
        ])
        self.decoder = keras.Sequential([
            keras.layers.Input(shape=(output_dim,)),
            keras.layers.Dense(encoding_dim, activation="relu"),
            keras.layers.Dense(input_dim, activation="sigmoid"),
        ])
        self.seed_generator = keras.random.SeedGenerator(course.seed)

    def call(self, inputs):
        z_mean = self.encoder(inputs)
        z_log_var = self.encoder(inputs)
        z = keras.random.normal(keras.ops.shape(z_mean),
                                seed=self.seed_generator)
        z = z_mean + keras.ops.exp(z_log_var / 2) * z
        return self.decoder(z), z_mean, z_log_var
# %% id="erratum-13-run" slide="code"
article = ArticleVAE(784, 32, 100)
_, z_mean, z_log_var = map(keras.ops.convert_to_numpy,
                           article(test_images[:200]))
print(tr("are mean and log-variance the same numbers?", "均值和对数方差是同一批数吗？"),
      np.array_equal(z_mean, z_log_var))
spread = np.exp(z_log_var / 2)
print(tr("means", "均值"), f"{z_mean.min():.2f} … {z_mean.max():.2f}  ",
      tr("standard deviations", "标准差"), f"{spread.min():.2f} … {spread.max():.2f}")
# %% [markdown] id="erratum-13" lang="en"
# ### E13: mean and log-variance from one encoder
#
# One encoder is called twice, so $\mu$ and $\log\sigma^2$ are **the same numbers**: the mean of a
# dimension fixes its spread. A sigmoid squeezes both into (0, 1): no mean is ever negative, and since
# $\log\sigma^2 > 0$, every standard deviation is **above 1**, wider than the prior itself. Each number of such
# a code can say very little. The repair: one body, **two heads**, no activation on either.
# %% [markdown] id="erratum-13" lang="zh" of="383c162f"
# ### E13：均值和对数方差出自同一个编码器
#
# 同一个编码器调用了两次，于是 $\mu$ 和 $\log\sigma^2$ 是**同一批数**：均值一定，标准差也就定了。sigmoid 又把两者都压到
# (0, 1) 之间：均值永远不为负；而 $\log\sigma^2 > 0$ 意味着每个标准差都**大于 1**，比先验还宽。这样的编码，每个数能携带的信息都很少。
# 改法：一个主干，**两个输出头**，都不加激活函数。
# %% id="erratum-14-run" slide="code"
article.compile(optimizer="adam", loss="binary_crossentropy")
try:
    article.fit(test_images, test_images, epochs=1, batch_size=32, verbose=0)
except Exception as error:  # which error it is depends on the backend  # 报哪种错误，取决于后端
    print(f"{type(error).__name__}: {str(error).strip().splitlines()[0][:160]}")
# %% [markdown] id="erratum-14" lang="en"
# ### E14: three outputs, one loss, no divergence
#
# The article trains the model with `fit(X, X)`. It returns three things and is given one target and one loss. On Keras 3 it stops at the first step. On Keras 2
# (TensorFlow up to 2.15) the article's lines *run*, which is worse: the one target and the one loss are applied to all three
# outputs, so that mean and log-variance are trained to be copies of the picture. In neither is there a **KL term**: nothing in
# the loss ties the code to the prior, and only the accident of the sigmoid keeps it near. (Without it codes drift off, as
# section 9 shows at beta 0.) And the reconstruction is **averaged** over pixels. Without its second term it is no VAE.
#
# Here is the whole repair. The divergence enters by `add_loss`: what `call` hands to it is added to the loss. The reconstruction is a loss that sums over pixels; `fit`
# stays Keras's own. Written so, the gradient is right on one device and on eight, compiled or not, on TensorFlow, JAX and
# PyTorch (the tests of this repository check the first two). A hand-written `train_step` would need a version for each.
# %% [markdown] id="erratum-14" lang="zh" of="27728194"
# ### E14：三个输出，一个损失，没有散度
#
# 原文用 `fit(X, X)` 训练这个模型。模型返回三个输出，却只给了一个目标和一个损失。在 Keras 3 上第一步就报错。在 Keras 2（TensorFlow 2.15 及以前）上，原文的代码却能**跑完**，
# 这更糟：唯一的目标和损失被套用到全部三个输出上，均值和对数方差被训练成图像的复制品。无论哪种，都**没有 KL 项**：
# 损失里没有任何东西把编码与先验联系起来，编码没有走远，只是因为碰巧有 sigmoid。（没有 KL 项，编码就会远离先验，第 9 节 β 为 0 时就是如此。）
# 而且重构损失对像素**取了平均**。缺了第二项，就不是 VAE。
#
# 下面是完整的改法。散度用 `add_loss` 加入：`call` 里交给它的数，会加到损失上。重构损失对像素求和；`fit` 仍用 Keras 自带的。这样写，无论一台设备还是八台设备，
# 编译还是不编译，TensorFlow、JAX 还是 PyTorch，梯度都是对的（本仓库的测试检查了前两种后端）。
# 自己写 `train_step` 的话，每种后端都得各写一个版本。
# %% id="mini-vae"
class SumOverPixels(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return -vae.bernoulli_log_likelihood(y_true, y_pred)  # (5), (batch,)
# %% id="mini-vae-model"
class SmallVAE(keras.Model):
    def __init__(self, input_dim, hidden_dim, latent_dim):
        super().__init__()
        self.body = keras.layers.Dense(hidden_dim, activation="relu")
        # two heads, no activation  # 两个输出头，没有激活函数
        self.mean_head = keras.layers.Dense(latent_dim)
        self.log_var_head = keras.layers.Dense(latent_dim)
        self.decoder = keras.Sequential(
            [keras.layers.Dense(hidden_dim, activation="relu"),
             keras.layers.Dense(input_dim)])
        self.seed_generator = keras.random.SeedGenerator(course.seed)

    def call(self, images):
        hidden = self.body(images)
        # (batch, latent_dim)
        z_mean, z_log_var = self.mean_head(hidden), self.log_var_head(hidden)
        noise = keras.random.normal(keras.ops.shape(z_mean),
                                    seed=self.seed_generator)
        z = vae.sample_latent(z_mean, z_log_var, noise)  # (7)
        # (6), (batch,)
        kl = keras.ops.sum(vae.gaussian_kl(z_mean, z_log_var), axis=-1)
        self.add_loss(keras.ops.mean(kl))
        return self.decoder(z)  # logits, (batch, pixels)  # logits，(batch, pixels)
# %% id="mini-vae-train"
mini = SmallVAE(784, 64, 8)
mini.compile(optimizer=keras.optimizers.Adam(3e-3), loss=SumOverPixels())
some = vae.binarise(train_images[:1000], course.seed)
history = mini.fit(some, some, epochs=4, batch_size=50, verbose=0)
losses = history.history["loss"]
print(tr("negative ELBO per image, in nats:", "每张图的负 ELBO（奈特）："),
      " → ".join(f"{loss:.1f}" for loss in losses))
# %% [markdown] id="library" lang="en"
# The library's `vae.VAE` is this model with three conveniences: `fit` takes the images alone, both terms are reported after every
# epoch as metrics, and the weight of the KL term is a variable (`model.beta`) that can be changed while training runs.
# `vae.train` compiles it with Adam and a learning rate that falls to zero along half a cosine, and draws the pixels anew
# in every epoch.
# %% [markdown] id="library" lang="zh" of="09ec699f"
# 课程库的 `vae.VAE` 就是这个模型，另有三点便利：`fit` 只要图像；每一轮结束都把两项作为指标报告出来；
# KL 项的权重是一个变量（`model.beta`），训练途中也能改。`vae.train` 用 Adam 编译它，学习率沿半个余弦降到零，
# 并且每一轮重新抽取像素。

# %% [markdown] id="training" lang="en" tags=["stop"]
# ## 8 · Training and testing
#
# Twenty latent dimensions. `elbo`, `reconstruction` and `kl` are in nats per image; `val_elbo` is
# measured on binarised digits that the model is not trained on (400 of the training digits; the test digits wait for the
# end).
# %% [markdown] id="training" lang="zh" of="35f2fed6" tags=["stop"]
# ## 8 · 训练与测试
#
# 潜变量取 20 维。`elbo`、`reconstruction` 和 `kl` 的单位都是奈特/图；`val_elbo` 是在验证集上测得的：从训练数字里分出 400 个，
# 二值化之后不参加训练（测试集留到最后才用）。
# %% id="training-run"
validation_images = vae.binarise(train_images[-len(train_images) // 10 :],
                                 seed=1)
model = vae.VAE(784, latent_dim=20, hidden_dims=course.hidden,
                activation=course.activation, seed=course.seed)
history = vae.train(model, train_images[: -len(validation_images)],
                    epochs=course.epochs, learning_rate=course.learning_rate,
                    max_shift=course.max_shift,
                    validation_images=validation_images, seed=course.seed,
                    every=max(1, course.epochs // 5))
# %% id="training-plot" tags=["fold"]
figure, (left, right) = plt.subplots(1, 2, figsize=(10.2, 3.5))
epochs = np.arange(1, len(history["elbo"]) + 1)
left.plot(epochs, history["elbo"], label=plots.label("training", "训练"))
left.plot(epochs, history["val_elbo"], label=plots.label("validation", "验证"))
left.set(xlabel=plots.label("epoch", "轮次"), ylabel=plots.label("ELBO, nats per image", "ELBO（奈特/图）"))
left.set_ylim(bottom=max(history["val_elbo"][-1] - 70, min(history["val_elbo"])))
left.legend(fontsize=9)
right.plot(epochs, history["reconstruction"], color=plots.PALETTE[1], label=plots.label("reconstruction", "重构"))
right.plot(epochs, history["kl"], color=plots.PALETTE[2], label="KL")
right.set(xlabel=plots.label("epoch", "轮次"), ylabel=plots.label("nats per image", "奈特/图"), ylim=(0, 250))
right.legend(fontsize=9)
plots.show(
    figure,
    "Left: the ELBO of training and validation images rises steeply and then levels off. Right: the reconstruction term falls"
    " while the KL term rises from about ten to about 25 nats.",
    "左图：训练和验证的 ELBO 先陡升后趋平。右图：重构项下降，KL 项从十来个奈特升到 25 左右。",
)
# %% [markdown] id="settings" lang="en"
# **Where do 0.005 and 400 come from?** From a search on the training digits alone: 3,500 to train on, 500 to choose by, and
# every candidate with two seeds. It takes minutes, so here is its **recorded run**
# (`python -m course_lib.vae.search build/vae_search.json` makes it anew):
# %% [markdown] id="settings" lang="zh" of="d7488e58"
# **0.005 和 400 从哪里来？** 来自一次只用训练集的搜索：3,500 个训练，500 个用来挑选，每种设置用两个种子各跑一次。要跑好几分钟，
# 所以这里给出**事先跑好的记录**（`python -m course_lib.vae.search build/vae_search.json` 可以重跑）：
# %% id="settings-recorded"
searched = vae.recorded()
words = {
    "rate 0.003": tr("rate 0.003", "学习率 0.003"),
    "rate 0.005": tr("rate 0.005", "学习率 0.005"),
    "dropout": tr("dropout", "暂退法"),
    "two layers": tr("two layers", "两个隐藏层"),
    "moved digits": tr("moved digits", "平移数字"),
    "moved digits, swish, 160 epochs": tr("moved digits, swish, 160 epochs", "平移数字，swish，160 轮"),
}
rows = []
for name, shown in words.items():
    runs = [run for run in searched["runs"] if run["candidate"] == name]
    bounds = [f"{run['elbo']:.1f} ± {run['error']:.1f}" for run in runs]
    rows.append([shown, searched["settings"][name]["epochs"], *bounds])
seeds = [tr(f"validation ELBO, seed {run['seed']}", f"验证 ELBO，种子 {run['seed']}") for run in runs]
display.table(["", tr("epochs", "轮数"), *seeds], rows)
# %% [markdown] id="settings-reading" lang="en"
# Two differences are large: a second layer of 200 (with a rate of 0.002) is worse, and so is leaving out a tenth of the hidden values. Between the two rates, and between moved digits and unmoved ones in
# 40 epochs, seeds differ as much as candidates, so nothing is settled there: 0.005 was the best on average. (The ± is that of 500 digits, which
# are the same for all candidates: compared digit by digit, differences are surer than it says.) What limits us, the curves above show:
# training lies well above validation. 4,000 digits are few, and the model begins to overfit. Moving each by a pixel
# at random gives more of them, and that pays in 160 epochs. The activation is the smoother *swish*, $a \cdot \mathrm{sigmoid}(a)$ of a sum $a$, there as well, so that the gain of some 7 nats belongs to the three
# together. The full scale does the same for 200 epochs: its **test** ELBO, looked at once, is −101.6, and the bound below with
# 500 samples −97.0 (`course run 4 --scale full`).
# %% [markdown] id="settings-reading" lang="zh" of="0c255b03"
# 有两处差别很大：再加一个 200 个单元的隐藏层（学习率 0.002）更差，用暂退法把十分之一的隐藏单元置零也更差。两个学习率之间，以及 40 轮里平移与不平移之间，换个种子造成的差别与换一组设置一样大，所以分不出高下：
# 0.005 只是平均最好。（± 来自 500 个数字，而各个候选用的是同样的 500 个；逐张图相比，差别要比 ± 所示更可靠。）
# 从上面的曲线看得出瓶颈在哪里：训练曲线明显高于验证曲线。4,000 张图太少，模型开始过拟合了。把每张图随机平移一个像素，
# 就能得到更多的训练图像；训练 160 轮，效果就显出来了。不过那里的激活函数也换成了更平滑的 *swish*，即 $a \cdot \mathrm{sigmoid}(a)$（$a$ 是加权和），所以 7 奈特左右的提升是三者共同的结果，不能只归功于其中一项。
# 完整规模照此训练 200 轮：**测试** ELBO（只看一次）是 −101.6，下文用 500 个样本的界是 −97.0（`course run 4 --scale full`）。
# %% [markdown] id="test" lang="en"
# ### The test ELBO and its standard error
#
# The bound of each of the 1,000 test digits is one number; their mean is the result, and their scatter gives its
# **standard error**, $s/\sqrt{n}$, with $s$ for their standard deviation and $n$ for their number. If two models, tested on different digits, differ by less than about three of those, this
# evidence does not show which is better. (Tested on the *same* digits they can be told apart more finely: compare them digit by digit.)
# %% [markdown] id="test" lang="zh" of="fe4c2b1f"
# ### 测试集上的 ELBO 与标准误
#
# 1,000 个测试数字各有一个下界，平均值就是结果，它们的离散程度给出**标准误** $s/\sqrt{n}$（$s$ 是它们的标准差，$n$ 是个数）。两个模型在不同的图上测试，结果之差若小于大约三个标准误，
# 就不能凭这点证据说哪个更好。（在**同一批**图上测试时，逐张图相减，能分得更细。）
# %% id="test-run"
# each (images,)  # 各为 (images,)
reconstruction, kl = vae.elbo_terms(model, test_images, num_samples=10, seed=0)
test_elbo, error = vae.mean_and_error(reconstruction - kl)  # (3)
print(f"{tr('test ELBO', '测试 ELBO')}: {test_elbo:.2f} ± {error:.2f} {tr('nats', '奈特')} = "
      f"{reconstruction.mean():.2f} − {kl.mean():.2f}")
print(f"{-test_elbo / np.log(2):.0f} {tr('bits per image instead of 784', '比特/图，而原来是 784 比特')}")
course.report("test_elbo", test_elbo)
# %% [markdown] id="importance" lang="en"
# ### The importance-weighted bound
#
# The ELBO averages logarithms, and by Jensen's inequality that is too low. Draw $K$ codes instead of one, give each the weight $w_k$ of (8), and average
# the weights **before** taking the logarithm; the more codes, the closer to the evidence (Burda and others, 2016):
#
# $$ \log w_k = \log p(z_k) + \log p(x \mid z_k) - \log q(z_k \mid x), \tag{8} $$
# $$ \mathrm{ELBO}_K = \mathbb{E}\left[ \log \frac{1}{K} \sum_{k=1}^{K} w_k \right], \qquad \mathrm{ELBO} = \mathrm{ELBO}_1 \le \mathrm{ELBO}_2 \le \dots \le \log p(x). \tag{9} $$
#
# The weights are numbers like $e^{-105}$, and for larger images they are zero in any floating-point format. So the sum is
# taken by **logsumexp**: subtract the largest logarithm first, add it again afterwards.
# %% [markdown] id="importance" lang="zh" of="5ebb3f29"
# ### 重要性加权下界
#
# ELBO 是对数的平均，按詹森不等式，这会偏低。改为抽 $K$ 个编码，按 (8) 式各得一个权重 $w_k$，**先**对权重求平均，再取对数；编码越多，离证据越近（Burda 等，2016）：
#
# $$ \log w_k = \log p(z_k) + \log p(x \mid z_k) - \log q(z_k \mid x), \tag{8} $$
# $$ \mathrm{ELBO}_K = \mathbb{E}\left[ \log \frac{1}{K} \sum_{k=1}^{K} w_k \right], \qquad \mathrm{ELBO} = \mathrm{ELBO}_1 \le \mathrm{ELBO}_2 \le \dots \le \log p(x). \tag{9} $$
#
# 权重都是 $e^{-105}$ 这样的数，图再大一些，在任何浮点格式里都成了零。所以求和要用 **logsumexp**：先减去最大的对数，最后再加回来。
# %% id="importance-tiny"
log_w = np.array([-800.0, -802.0, -801.0])  # three codes, (samples,)  # 三个编码，(samples,)
with np.errstate(divide="ignore"):
    print(tr("as written:", "照公式写："), np.log(np.mean(np.exp(log_w))))
largest = log_w.max()
by_hand = largest + np.log(np.mean(np.exp(log_w - largest)))
print(f"logsumexp: {by_hand:.4f} "
      f"{float(vae.importance_bound(log_w)):.4f}")

# the tiny model again, where the truth is known  # 又是那个小模型，真值已知
noise = np.random.default_rng(course.seed).standard_normal((10_000, 64))
z = best_mean + best_std * noise
# (8), (draws, samples)
log_w = log_prior(z) + log_likelihood(z) - log_q(z, best_mean, best_std)
for samples in [1, 4, 16, 64]:
    bounds = np.log(np.mean(np.exp(log_w[:, :samples]), axis=1))
    print(f"K = {samples:2d}: {bounds.mean():.4f} ± {bounds.std() / 100:.4f}")
print(f"log p(x): {log_evidence:.4f}")
# %% id="importance-run"
# (samples, images)
log_w = vae.log_weights(model, test_images, course.importance_samples, seed=0)
importance, importance_error = vae.mean_and_error(
    keras.ops.convert_to_numpy(vae.importance_bound(log_w)))
gain, gain_error = vae.mean_and_error(
    keras.ops.convert_to_numpy(vae.importance_bound(log_w)) - (
        reconstruction - kl))
print(f"{tr('importance-weighted bound', '重要性加权下界')}, K = {course.importance_samples}: "
      f"{importance:.2f} ± {importance_error:.2f}")
print(f"{tr('above the ELBO, digit by digit', '逐张图相减，比 ELBO 高出')}: "
      f"{gain:.2f} ± {gain_error:.2f} {tr('nats', '奈特')}")
course.report("importance_bound", importance)
course.report("importance_gain", gain)
# %% [markdown] id="importance-reading" lang="en"
# Look at the two errors. The bounds themselves are uncertain by about a nat, because some digits are simply harder than
# others. The *difference*, taken digit by digit, is ten times as certain. That is how to compare two models.
# %% [markdown] id="importance-reading" lang="zh" of="b5d0b0c5"
# 请看两个误差。两个界本身都有一奈特左右的不确定，因为有些数字就是更难；而逐张图相减得到的**差**，误差只有十分之一。
# 比较两个模型，就该这样比。
# %% [markdown] id="quiz-error" lang="en" tags=["quiz"]
# **Your model's test ELBO is −108.9 ± 1.1, a friend's is −107.9 ± 1.1, on the same 1,000 digits. What do you say?**
# - [ ] Hers is better by one nat — Perhaps; these two numbers alone cannot show it.
# - [ ] They are equally good — Not shown either: a lack of evidence is no evidence of equality.
# - [x] Let us subtract the bounds digit by digit and look at the error of the mean difference — Hard digits are hard for both; in the difference that common scatter is gone.
# - [ ] Let us train longer until the errors are smaller — The errors come from the number and the variety of test digits, which training does not change.
# %% [markdown] id="quiz-error" lang="zh" of="822fc6dc" tags=["quiz"]
# **在同样 1,000 张图上，你的模型测试 ELBO 是 −108.9 ± 1.1，朋友的是 −107.9 ± 1.1。你怎么说？**
# - [ ] 她的好一奈特 — 也许吧；单凭这两个数看不出来。
# - [ ] 两个一样好 — 这也没有得到证明：没有证据，不等于证明了相等。
# - [x] 把两个模型的下界逐张图相减，看差值的均值有多大误差 — 难的数字对两个模型都难，相减之后，这部分共同的离散就消掉了。
# - [ ] 再多训练一会儿，让误差变小 — 误差来自测试数字的数量和差异，训练改变不了它。

# %% [markdown] id="look" lang="en"
# ## 9 · Reconstructions, samples and the latent space
#
# **Reconstructions.** Encode a test digit, decode the mean of its code. What is lost is detail whose divergence would have cost more
# than it gains in reconstruction.
# %% [markdown] id="look" lang="zh" of="79681aec"
# ## 9 · 重构、抽样与潜空间
#
# **重构。** 把测试数字编码，再把编码的均值解码。丢掉的是一些细节：保留它们所增加的散度，超过重构项的改善。
# %% id="look-plot" tags=["fold"]
def pictures_of(vectors, which=None):
    tr("""Codes (count, latent_dim) to pictures (count, 784) of the probability
    that each pixel is black.""",
       """编码 (count, latent_dim) -> 图像 (count, 784)：每个像素为黑的概率。""")
    logits = keras.ops.convert_to_numpy((which or model).decode(np.asarray(vectors, dtype=np.float32)))
    return 1 / (1 + np.exp(-logits))


bounds = reconstruction - kl
chosen = []  # of each kind the digit whose bound is the median of its kind: neither the best nor the worst  # 每一类取下界居中的那个数字：不是最好的，也不是最差的
for digit in range(10):
    of_kind = np.flatnonzero(test_labels == digit)
    chosen.append(of_kind[np.argsort(bounds[of_kind])[len(of_kind) // 2]])
z_mean, z_log_var = vae.encode(model, test_images)  # each (images, latent_dim)  # 各为 (images, latent_dim)
figure, axes = plt.subplots(2, 10, figsize=(9.6, 2.1))
draw_row(axes[0], test_images[chosen], plots.label("test digit", "测试数字"))
draw_row(axes[1], pictures_of(z_mean[chosen]), plots.label("decoded", "解码"))
plots.show(
    figure,
    "Ten test digits, one of each kind, above what the model makes of their codes: the same digits, smoother.",
    "上行是十个测试数字，每类一个；下行是模型由它们的编码还原的结果：还是那些数字，只是更平滑。",
)
# %% [markdown] id="predict-samples" lang="en" tags=["predict"]
# **Before you run it.** Two smaller VAEs are trained from the same weights for the same few epochs, one with the KL term
# and one **without** it (beta = 0), an autoencoder with a little noise in its codes. Then codes are drawn from the prior and
# decoded: new digits. Which of the two reconstructs better? Whose samples look like digits?
#
# > Without the KL term the reconstruction is better: codes may be as long and as exact as they like. But nothing keeps them
# > where the prior draws from, and its samples are strokes that belong to no digit. The KL term makes the reconstruction worse and
# > gives a space in which **every place the prior can reach decodes to something like a digit**.
# %% [markdown] id="predict-samples" lang="zh" of="e2c4dd88" tags=["predict"]
# **先猜，再运行。** 从同样的权重出发，用同样少的几轮，训练两个小一些的 VAE：一个有 KL 项，一个**没有**（β = 0），
# 后者也就是编码里带一点噪声的自编码器。然后从先验里抽编码，再解码：得到新的数字。哪一个重构得更好？哪一个抽出来的像数字？
#
# > 没有 KL 项，重构更好：编码可以离原点任意远，方差可以任意小。可是没有什么把它们留在先验会抽到的地方，抽出来的只是不成数字的笔画。
# > KL 项牺牲一点重构质量，换来的是：**先验可能抽到的每一处，都能解码出像样的数字**。
# %% id="samples-run"
small = vae.VAE(784, latent_dim=20, hidden_dims=course.small_hidden,
                seed=course.seed)
# the same as SumOverPixels above  # 与上文的 SumOverPixels 相同
compile_for_training(small, (None, 784), keras.optimizers.Adam(3e-3),
                     loss=vae.ReconstructionLoss())
# remembers the weights of now; a call puts them back  # 记下此刻的权重，调用它就恢复
begin_again = starting_point(small)


def train_small(beta):
    tr("""Begin again, compile nothing, train; return both test terms, (images,)
    each, and the active units.""",
       """从头开始，不重新编译，训练；返回测试的两项，各为 (images,)，
    以及活跃维度的个数。""")
    begin_again()
    small.beta.assign(beta)
    small.fit(vae.BinarisedImages(train_images, 100, course.seed),
              epochs=course.small_epochs, verbose=0)
    # dimensions whose mean differs from image to image  # 均值随图像而变的维度
    active = vae.active_units(vae.encode(small, test_images)[0])
    terms = vae.elbo_terms(small, test_images, seed=0)
    return *terms, int(np.sum(keras.ops.convert_to_numpy(active)))
# %% id="samples-train"
prices, drawn = {}, {}
for beta in [0.0, 1.0]:
    prices[beta] = train_small(beta)
    drawn[beta] = vae.generate(small, 10, seed=course.seed)
    r, k, _ = prices[beta]
    print(f"β = {beta:.0f}: {tr('reconstruction', '重构')} {r.mean():8.2f}   "
          f"KL {k.mean():7.2f}   ELBO {np.mean(r - k):8.2f}")
# %% id="samples-plot" tags=["fold"]
figure, axes = plt.subplots(3, 10, figsize=(9.6, 3.1))
draw_row(axes[0], drawn[0.0], plots.label("small, without KL", "小模型，无 KL"))
draw_row(axes[1], drawn[1.0], plots.label("small, with KL", "小模型，有 KL"))
draw_row(axes[2], vae.generate(model, 10, seed=course.seed), plots.label("section 8", "第 8 节"))
plots.show(
    figure,
    "Three rows of ten generated images. Without KL: blotches that belong to no digit. With KL: soft shapes, many like digits."
    " The model of section 8: most can be read as digits, some are in between two.",
    "三行生成的图，每行十张。没有 KL：一团团不成数字的墨迹。有 KL：柔和的形状，许多像数字。第 8 节的模型：多数认得出是数字，有的介于两个数字之间。",
)
# %% [markdown] id="interpolation" lang="en"
# **From one digit to another.** A straight line between two codes passes mostly through shapes that look written. A straight line between two
# *images* passes through one image fading out over another: no handwriting looks like that.
# %% [markdown] id="interpolation" lang="zh" of="c845fd0a"
# **从一个数字走到另一个。** 在两个编码之间走直线，一路上多半像是手写的。在两张**图**之间走直线，只会看到一张淡出、另一张淡入：
# 没有人这样写字。
# %% id="interpolation-plot" tags=["fold"]
shares = np.linspace(0, 1, 10)[:, None]
pairs = [(chosen[3], chosen[8]), (chosen[4], chosen[9])]
figure, axes = plt.subplots(4, 10, figsize=(9.6, 4.1))
for number, (first, second) in enumerate(pairs):
    draw_row(axes[2 * number], pictures_of((1 - shares) * z_mean[first] + shares * z_mean[second]), plots.label("codes", "编码之间"))
    draw_row(axes[2 * number + 1], (1 - shares) * test_images[first] + shares * test_images[second], plots.label("pixels", "像素之间"))
plots.show(
    figure,
    "A 3 becomes an 8 and a 4 becomes a 9 in ten steps, each twice: between codes most steps look written; between pixels"
    " one digit fades over the other.",
    "3 变成 8、4 变成 9，各走十步，各两行：在编码之间走，多数步骤像是手写的；在像素之间走，则是一个数字在另一个上面淡入淡出。",
)
# %% [markdown] id="map-of-codes" lang="en"
# **A map.** With *two* latent dimensions we can look at the whole space at once: on the left where the test digits lie, on
# the right what each place decodes to. (Positions are spaced by the prior: the same share of its mass lies between any two
# neighbours.) Two numbers are few, and the bound says what that costs.
# %% [markdown] id="map-of-codes" lang="zh" of="34ec511e"
# **一张地图。** 潜变量只有**两**维时，整个空间一眼就能看全：左图是测试数字所在的位置，右图是每个位置解码出来的样子。
# （位置按先验取：先验在任意两个相邻位置之间的概率都相等。）两个数是少了点，代价有多大，看下界就知道。
# %% id="map-train"
flat_model = vae.VAE(784, latent_dim=2, hidden_dims=course.map_hidden,
                     seed=course.seed)
vae.train(flat_model, train_images, epochs=course.map_epochs, batch_size=50,
          learning_rate=5e-3, seed=course.seed)
flat_mean, _ = vae.encode(flat_model, test_images)  # (images, 2)
flat_terms = vae.elbo_terms(flat_model, test_images, num_samples=5, seed=0)
print(f"{tr('test ELBO with 2 dimensions', '2 维时的测试 ELBO')}: "
      f"{np.mean(flat_terms[0] - flat_terms[1]):.2f}")
# %% id="map-plot" tags=["fold"]
from scipy.stats import norm

places = norm.ppf(np.linspace(0.03, 0.97, 15))
across, up = np.meshgrid(places, places[::-1])
decoded = pictures_of(np.stack([across.ravel(), up.ravel()], axis=1), flat_model).reshape(15, 15, 28, 28)
figure, (left, right) = plt.subplots(1, 2, figsize=(10.4, 5.1))
ten = plt.get_cmap("tab10")
for digit in range(10):
    here = flat_mean[test_labels == digit]
    left.scatter(here[:, 0], here[:, 1], s=7, color=ten(digit), alpha=0.6)
    left.annotate(str(digit), np.median(here, axis=0), fontsize=15, fontweight="bold", ha="center", va="center",
                  bbox=dict(boxstyle="circle,pad=0.15", facecolor="white", edgecolor=ten(digit), alpha=0.85))
left.set(xlabel=r"$\mu_1$", ylabel=r"$\mu_2$", xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal")
left.set_title(plots.label("where test digits lie", "测试数字的位置"))
right.imshow(decoded.transpose(0, 2, 1, 3).reshape(15 * 28, 15 * 28), cmap="gray_r")
right.set(xticks=[], yticks=[])
right.grid(False)
right.set_title(plots.label("what each place decodes to", "每个位置解码的结果"))
plots.show(
    figure,
    "Left: the test digits as points in the plane of two latent numbers, in ten colours; equal digits lie together. Right: a 15"
    " by 15 table of decoded images over the same plane, in which digits change smoothly into each other.",
    "左图：测试数字在两个潜变量构成的平面上的位置，十种颜色；同样的数字聚在一起。右图：同一平面上 15 × 15 个位置解码出的图，"
    "数字之间平滑过渡。",
)
# %% [markdown] id="slider" lang="en"
# **What does a dimension do?** Back to the 20 dimensions. Take a digit, change one number of its code, leave the rest. The
# upper slider chooses the dimension (those with the largest divergence come first), the lower one its value. The pictures
# are stored in the page, so it moves without a kernel; arrow keys work too.
# %% [markdown] id="slider" lang="zh" of="30e61d70"
# **每一维控制什么？** 回到 20 维。取一个数字，只改编码里的一个数，其余不动。上面的滑块选维度（散度最大的排在前面），
# 下面的滑块选数值。图都存在页面里，没有内核也能动；也可以用方向键。
# %% id="slider-run"
# (latent_dim,)
kl_of_dimension = keras.ops.convert_to_numpy(
    vae.gaussian_kl(z_mean, z_log_var)
).mean(axis=0)
order = np.argsort(-kl_of_dimension)
values = np.linspace(-2.5, 2.5, 21)
# (dimensions, values, latent_dim)
codes = np.tile(z_mean[chosen[2]], (8, len(values), 1))
for place, dimension in enumerate(order[:8]):
    codes[place, :, dimension] = values
frames = pictures_of(codes.reshape(-1, 20)).reshape(8, len(values), 28, 28)
sliders.slider(
    frames,
    rows=[f"z[{dimension}]  ({kl_of_dimension[dimension]:.1f} {tr('nats', '奈特')})"
          for dimension in order[:8]],
    columns=[f"{value:+.1f}" for value in values],
    row_name=tr("dimension", "维度"),
    column_name=tr("value", "数值"),
    english="A handwritten 2 whose shape changes as one latent number goes "
            "from -2.5 to 2.5:"
            " slant, width, loop, stroke.",
    chinese="一个手写的 2，随着一个潜变量从 -2.5 变到 2.5，形状跟着改变："
            "倾斜、宽窄、圆圈、笔画。",
)
# %% id="slider-print" tags=["fold"]
figure, axes = plt.subplots(4, 9, figsize=(9.0, 4.1))
for place in range(4):
    draw_row(axes[place], frames[place, 2:-1:2][:9], f"z[{order[place]}]")
plots.show(
    figure,
    "The same on paper: four rows, one for each of the four strongest dimensions; along a row one latent number grows and the 2"
    " changes its slant, width or stroke.",
    "印在纸上的版本：四行分别对应最强的四个维度；沿着一行，一个潜变量逐渐增大，数字 2 的倾斜、宽窄或笔画随之改变。",
)

# %% [markdown] id="beta" lang="en"
# ## 10 · Beta: rate against distortion
#
# Read (3) as a trade-off. The KL term is a **rate**: how many nats the code spends on each image. The reconstruction term is
# a **distortion**: how many nats the decoder is still missing. A weight $\beta$ on the rate says how much a nat of it counts, and training minimises
#
# $$ J_\beta = \mathbb{E}_{q}\left[-\log p(x \mid z)\right] + \beta\, \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right). \tag{10} $$
#
# $J$ is a loss: at $\beta = 1$ it is the negative ELBO. More makes codes short and, sometimes, easier to read; less makes reconstructions sharp. The
# variable `model.beta` holds it, so one compiled model can be trained again and again from the same start.
# %% [markdown] id="beta" lang="zh" of="d6b18bbf"
# ## 10 · β：码率与失真的取舍
#
# 把 (3) 看成两项的取舍。KL 项是**码率**：编码在每张图上用了多少奈特。重构项是**失真**：要还原图像，解码器还缺多少奈特。给码率乘上权重 $\beta$，训练时最小化
#
# $$ J_\beta = \mathbb{E}_{q}\left[-\log p(x \mid z)\right] + \beta\, \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right). \tag{10} $$
#
# $J$ 是损失，$\beta = 1$ 时就是负的 ELBO。β 大一些，编码就短，有时也更容易解读；小一些，重构就清晰。它存放在变量 `model.beta` 里，
# 所以一个编译好的模型可以从同样的起点反复训练。
# %% [markdown] id="predict-beta" lang="en" tags=["predict"]
# **Before you run it.** To the weights 0 and 1 we add 0.25, 4, and 784, which is what you get without wanting it when the reconstruction is
# a *mean* over 784 pixels and the KL is not. Which gives the best ELBO (always measured with beta 1)? How many of the 20
# dimensions will be active at 784? (An *active* dimension is one whose mean $\mu_j$ varies from image to image, by a variance
# above 0.01.)
#
# > The best ELBO is at beta 1, or very near: it is the only one that is trained on what is measured. At 4 the code says
# > far less; at 784 not one is active, and every image decodes to the same grey average. The most common bug in
# > home-made VAEs looks exactly like this, and many a "VAE that does not learn" is a mean that should have been a sum.
# %% [markdown] id="predict-beta" lang="zh" of="1373d9fc" tags=["predict"]
# **先猜，再运行。** 除了刚才的 0 和 1，再试三个权重：0.25、4 和 784。重构对 784 个像素取了**平均**、而 KL 没有时，不知不觉用上的就是 784。
# 哪一个的 ELBO 最好（始终按 β 为 1 计算）？到了 784，20 维里还有几维是活跃的？
# （**活跃**的意思是：均值 $\mu_j$ 随图像而变，方差大于 0.01。）
#
# > β 为 1 或很接近 1 时，ELBO 最好：只有这时，训练的目标正是用来衡量的那个量。β 为 4 时，编码携带的信息少得多；β 为 784 时，没有一维是活跃的，
# > 所有图都解码成同一张灰色的平均图。自己动手写 VAE 时最常见的错误就是如此；许多“学不动的 VAE”，只是把求和写成了求平均。
# %% id="beta-run"
for beta in [0.25, 4.0, 784.0]:
    prices[beta] = train_small(beta)
rows = [
    [f"{beta:g}", f"{r.mean():.2f}", f"{k.mean():.2f}", f"{np.mean(r - k):.2f}",
     f"{active} / 20"] for beta, (r, k, active) in sorted(prices.items())]
display.table(["β", tr("reconstruction", "重构"), "KL", "ELBO", tr("active", "活跃的维度")], rows)
course.report("active_at_beta_784", prices[784.0][2])
# %% id="beta-plot" tags=["fold"]
shown = sorted(beta for beta in prices if beta > 0)
rates = np.array([prices[beta][1].mean() for beta in shown])
distortions = np.array([-prices[beta][0].mean() for beta in shown])
figure, axis = plt.subplots(figsize=(6.6, 3.8))
span = np.linspace(0, rates.max() * 1.15, 2)
for total in np.arange(100, 261, 20):
    axis.plot(span, total - span, color="0.8", linewidth=1, zorder=0, label=plots.label("equal ELBO", "ELBO 相等") if total == 100 else None)
axis.plot(rates, distortions, "o-")
for beta, rate, distortion in zip(shown, rates, distortions, strict=True):
    axis.annotate(f"β = {beta:g}", (rate, distortion), xytext=(7, 5), textcoords="offset points", fontsize=9)
axis.set(xlabel=plots.label("rate: KL, nats per image", "码率：KL（奈特/图）"), ylabel=plots.label("distortion: −log p(x|z)", "失真：−log p(x|z)"))
axis.legend(fontsize=9)
axis.set(xlim=(-1.5, rates.max() * 1.2), ylim=(distortions.min() - 15, distortions.max() + 15))
plots.show(
    figure,
    "Distortion against rate for four betas: from beta 784 at rate 0 and high distortion down to beta 0.25 at a high rate and"
    " low distortion. Grey lines join points of equal ELBO; beta 1 touches the best of them.",
    "四种 β 的失真对码率：从码率为 0、失真很高的 β = 784，到码率高、失真低的 β = 0.25。灰线上各点的 ELBO 相等，β = 1 碰到的是其中最好的一条。",
)

# %% [markdown] id="collapse" lang="en"
# ## 11 · Posterior collapse
#
# At beta 784 the code carried nothing because of our own mistake. It also happens at beta 1, to careful people, and most of all with **text**.
# The condition is a decoder so strong that it needs no code: an *autoregressive* one, which is told, for every part of the output, all parts before it.
# Language models are such decoders. Ours in miniature reads 8 × 8 digits pixel by pixel and sees, for each pixel, only the 24
# nearest ones above it and to its left; here that is enough. The code is a second source.
#
# At the beginning of training the code is noise. The neighbours help at once, the code does not yet. While the decoder makes no use of the code,
# the KL term drives it to the prior; once it is there, the decoder has nothing to learn from it. This is **posterior
# collapse**. Two remedies:
#
# - **annealing** (Bowman and others, 2016): start with beta 0 and raise it slowly, so that the code is useful before it costs;
# - **free bits** (Kingma and others, 2016): let every dimension carry $\lambda$ nats without a penalty, on the batch's average, so that
#   there is nothing to gain below $\lambda$:
#
# $$ J_{\beta, \lambda} = \mathbb{E}_{q}\left[-\log p(x \mid z)\right] + \beta \sum_{j=1}^{d} \max\left(\lambda,\; \overline{\mathrm{KL}}_j\right), \qquad \overline{\mathrm{KL}}_j = \frac{1}{B} \sum_{i=1}^{B} \mathrm{KL}_{ij}. \tag{11} $$
#
# $\mathrm{KL}_{ij}$ has the shape (batch, latent_dim): the divergence of image $i$ in dimension $j$; $B$ is the number of images in the batch. With two dimensions that
# carry 0.1 and 2 nats on average and $\lambda = 0.3$, the sum is $0.3 + 2 = 2.3$; making the first one fall to 0 would save nothing.
# %% [markdown] id="collapse" lang="zh" of="991410d3"
# ## 11 · 后验坍缩
#
# β 为 784 时编码不携带信息，那是写错了公式。可是 β 为 1 时，细心的人也会遇到，**文本**尤其如此。条件是解码器强到用不着编码，例如**自回归**的解码器：
# 生成每一部分时，前面的所有部分它都看得到。语言模型就是这样的解码器。我们的缩小版逐个像素地读 8 × 8 的数字，每个像素只看得到
# 上方和左边最近的 24 个像素，在这里已经够了；编码只是第二个信息来源。
#
# 训练之初，编码只是噪声。相邻像素立刻就有用，编码却一时用不上。解码器不用编码，KL 项就把编码压向先验；编码一旦与先验无异，
# 解码器就再也学不到怎样用它：这就是**后验坍缩**。常用的对策有两种：
#
# - **退火**（Bowman 等，2016）：β 从 0 开始慢慢升高，先让编码变得有用，再计入 KL；
# - **自由比特**（Kingma 等，2016）：每一维在整批的平均上可以携带 $\lambda$ 奈特而不受惩罚，再低也没有好处：
#
# $$ J_{\beta, \lambda} = \mathbb{E}_{q}\left[-\log p(x \mid z)\right] + \beta \sum_{j=1}^{d} \max\left(\lambda,\; \overline{\mathrm{KL}}_j\right), \qquad \overline{\mathrm{KL}}_j = \frac{1}{B} \sum_{i=1}^{B} \mathrm{KL}_{ij}. \tag{11} $$
#
# $\mathrm{KL}_{ij}$ 的形状是 (batch, latent_dim)：图像 $i$ 在第 $j$ 维上的散度；$B$ 是一批里的图像数。假如有两维，平均各携带 0.1 和 2 奈特，$\lambda = 0.3$，
# 那么总和是 $0.3 + 2 = 2.3$；第一维就算降到 0，损失也不会更小。
# %% id="collapse-free-bits"
kl_table = np.array([[0.0, 1.0], [0.2, 3.0]])  # (batch, latent_dim)
total = 0.0
for dimension in range(2):
    average = sum(kl_table[example, dimension] for example in range(2)) / 2
    total += max(0.3, average)  # (11), as a loop  # (11) 式，写成循环
print(total, np.sum(np.maximum(kl_table.mean(axis=0), 0.3)),
      round(float(vae.kl_penalty(kl_table, free_bits=0.3)), 4))
# %% [markdown] id="predict-collapse" lang="en" tags=["predict"]
# **Before you run it.** One model, trained three times from the same start: plainly, with annealing, with 0.3 free nats for
# each of 10 dimensions. Besides both terms, we measure whether the decoder *uses the code*: give every test digit the code of
# **another** one, and see how many nats of log-likelihood are lost. How many will it be for the first model?
#
# > Few: its code carries next to nothing, so another image's code does almost as well. With annealing the code carries several
# > times as much, the swap costs many nats, **and the bound is better**: the collapse was a bad start, not the best solution. Free
# > bits make the code carry information as well, spread evenly over the dimensions, because each has its own allowance. The bound need
# > not gain by it: you told the model to spend those nats, whether they are worth it or not.
# %% [markdown] id="predict-collapse" lang="zh" of="42c6089a" tags=["predict"]
# **先猜，再运行。** 同一个模型，从同样的起点训练三次：普通训练；退火；10 个维度每维 0.3 奈特的自由比特。除了两项之外，
# 我们还要测量解码器**是否用到**编码：给每个测试数字换上**另一个**数字的编码，看对数似然损失多少奈特。第一个模型会损失多少？
#
# > 损失很少：它的编码几乎不含信息，换上别的图的编码也差不多。退火之后，编码携带的信息是原来的好几倍，交换编码损失很大，
# > **而且下界更好**：原先的坍缩并不是最优解，只是开头没有走好。自由比特也能让编码携带信息，而且平均分摊到各维，因为每一维各有自己的限额；
# > 下界却不一定因此变好：是你要求模型用掉这些奈特的，不管值不值。
# %% id="collapse-build"
tiny_digits = data.digits.load(8, seed=0)
tiny_images = tiny_digits.images.reshape(len(tiny_digits), -1)  # (digits, 64)
tiny_images = tiny_images[: course.digits]
held_out = int(np.ceil(len(tiny_images) / 5))
tiny_train = tiny_images[:-held_out]
tiny_test = vae.binarise(tiny_images[-held_out:], seed=0)
strong = vae.VAE(64, latent_dim=10, hidden_dims=(64, 64, 64),
                 autoregressive=True, seed=course.seed)
compile_for_training(strong, (None, 64), keras.optimizers.Adam(2e-3),
                     short_steps=len(tiny_train) // 50,
                     loss=vae.ReconstructionLoss())
begin_again = starting_point(strong)
# %% id="collapse-run"
offsets = strong.previous.offsets  # from a pixel to those it looks at  # 从一个像素到它所看的像素
seen = np.full((8, 8), "·")
seen[4, 4] = "?"  # the pixel to be written  # 正要写的像素
for row, column in offsets:
    seen[4 + row, 4 + column] = "o"
print("\n".join(" ".join(row) for row in seen))
print(len(offsets), tr("pixels are looked at", "个像素被看到"))
# %% [markdown] id="collapse-model" lang="en"
# The logit of a pixel is the sum of what the code says about it and of what a small network makes of the pixels marked `o`.
# `starting_point` remembers the weights before training and the optimiser's state, so that each of the three trainings below
# begins at the same place without compiling the model anew.
# %% [markdown] id="collapse-model" lang="zh" of="cee9938d"
# 一个像素的 logit 是两部分之和：编码怎么说它，以及一个小网络根据标着 `o` 的像素怎么说它。`starting_point` 记下训练之前的权重和优化器的状态，
# 这样下面三次训练都从同一处出发，模型也不必重新编译。
# %% id="collapse-measures"
def likelihood(codes):
    logits = strong.decode(codes, tiny_test)
    found = vae.bernoulli_log_likelihood(tiny_test, logits)
    return keras.ops.convert_to_numpy(found).mean()


def train_strong(free_bits=0.0, callbacks=()):
    begin_again()
    strong.free_bits.assign(free_bits)
    batches = vae.BinarisedImages(tiny_train, 50, course.seed)
    history = strong.fit(batches, epochs=course.strong_epochs,
                         callbacks=list(callbacks), verbose=0)
    r, k = vae.elbo_terms(strong, tiny_test, num_samples=10, seed=0)
    means, log_vars = vae.encode(strong, tiny_test)
    # every image with the code of the one before  # 每张图换上前一张图的编码
    lost = likelihood(means) - likelihood(np.roll(means, 1, axis=0))
    kl = keras.ops.convert_to_numpy(vae.gaussian_kl(means, log_vars))
    return dict(elbo=np.mean(r - k), kl=k.mean(), swap=lost,
                dimensions=np.sort(kl.mean(axis=0))[::-1],
                path=history.history["kl"])
# %% id="collapse-cures"
# β rises from 0 to 1 over these epochs  # β 在这些轮里从 0 升到 1
annealing = vae.BetaWarmUp(epochs=2 * course.strong_epochs // 3)
cures = {
    tr("plain", "普通训练"): train_strong(),
    tr("annealing", "退火"): train_strong(callbacks=[annealing]),
    tr("free bits", "自由比特"): train_strong(free_bits=0.3),
}
rows = [[name, f"{found['elbo']:.2f}", f"{found['kl']:.2f}",
         f"{found['swap']:.2f}"] for name, found in cures.items()]
display.table([tr("nats", "奈特"), "ELBO", "KL",
               tr("lost by swapping codes", "换编码的损失")], rows)
plain, annealed, freed = cures.values()
course.report("kl_collapsed", plain["kl"])
course.report("kl_annealed", annealed["kl"])
course.report("gain_of_annealing", annealed["elbo"] - plain["elbo"])
# %% id="collapse-plot" tags=["fold"]
figure, axes = plt.subplots(1, 4, figsize=(11.2, 3.1), width_ratios=[1.5, 1, 1, 1])
words = [plots.label("plain", "普通训练"), plots.label("annealing", "退火"), plots.label("free bits", "自由比特")]
for style, word, found in zip(["-", "--", ":"], words, cures.values(), strict=True):
    axes[0].plot(np.arange(1, len(found["path"]) + 1), found["path"], style, label=word, linewidth=2)
axes[0].set(xlabel=plots.label("epoch", "轮次"), ylabel=plots.label("KL in training, nats", "训练中的 KL（奈特）"), ylim=(0, 12))
axes[0].legend(fontsize=8)
top = max(found["dimensions"].max() for found in cures.values())
for axis, colour, word, found in zip(axes[1:], plots.PALETTE, words, cures.values(), strict=False):
    axis.bar(np.arange(1, 11), found["dimensions"], color=colour)
    axis.set(title=word, ylim=(0, 1.08 * top), xticks=[1, 5, 10], xlabel=plots.label("dimension, sorted", "维度（排序后）"))
axes[1].set_ylabel(plots.label("KL after it, nats", "训练后的 KL（奈特）"))
plots.show(
    figure,
    "Left: the KL while training. Plain, it falls to almost nothing in the first epochs and stays low; with annealing it starts"
    " very high and comes down to a few nats; with free bits it stays at a few nats. Right, the KL of each of ten dimensions:"
    " plain, almost no bars; annealing, several tall bars and some empty dimensions; free bits, ten bars of about 0.3 nats.",
    "左图：训练过程中的 KL。普通训练在最初几轮就几乎降到零，此后一直很低；退火从很高处降到几奈特；自由比特始终保持在几奈特。"
    "右边三图是十个维度各自的 KL：普通训练几乎没有柱子；退火有几根高柱，其余为空；自由比特是十根 0.3 奈特左右的柱子。",
)

# %% [markdown] id="language" lang="en"
# ## 12 · VAEs for text
#
# Put words in the place of pixels. The decoder is now a language model that reads all words before the next one,
# and the code is meant to hold what a *sentence* is about. Bowman and others built this in 2016 and met what you have just
# seen, only worse: the KL went to zero, and the code of a sentence carried nothing at all.
#
# They annealed, and they also **hid words** from the decoder at random, so that it had to use the code. You can now say why
# each of the usual cures works:
#
# - annealing and free bits change the *weight* of the KL term (the last section's experiment);
# - hiding words, or a decoder that sees only a few words back, weaken the *decoder*;
# - predicting the bag of words from the code alone gives it a *task of its own*.
#
# A code that carries information lets you walk from one sentence to another as we walked from a 3 to an 8, or change the tone of a
# sentence and keep its content. Today's large language models have no such code: they are decoders alone. But whenever a
# system shall hold *one vector for a whole text*, the question of this section comes back: **does the decoder use it?**
# %% [markdown] id="language" lang="zh" of="95b44dbd"
# ## 12 · 用于文本的 VAE
#
# 把像素换成词。解码器就成了语言模型，预测下一个词时读得到前面的所有词，而编码应当记住一个**句子**在说什么。
# Bowman 等人 2016 年做了这样的模型，遇到的正是你刚看到的情形，而且更糟：KL 降到零，句子的编码不含任何信息。
#
# 他们用了退火，还随机地对解码器**遮住一些词**，迫使它利用编码。现在你能说出各种常见办法为什么管用了：
#
# - 退火和自由比特改变 KL 项的**权重**（上一节的实验）；
# - 遮住词，或者让解码器只能往回看几个词，削弱**解码器**；
# - 只凭编码预测句子的词袋，让编码有**自己的任务**。
#
# 携带信息的编码，能让你像从 3 走到 8 那样，从一个句子走到另一个，或者只改语气、不改内容。今天的大语言模型没有这种编码，它们都是仅解码器模型。
# 但只要一个系统要用**一个向量代表整段文本**，本节的问题就会再次出现：**解码器用到它了吗？**

# %% [markdown] id="uses" lang="en"
# ## 13 · Where this is used, and with which tools
#
# **Image generators** of the latent-diffusion kind paint in the code of a VAE: the autoencoder shrinks the image, the
# diffusion model works on the small code, the decoder paints it large. The bound that trains the diffusion model is again an
# ELBO. **Discrete codes** (VQ-VAE) turn sound and pictures into tokens that a Transformer can read. **Anomaly detection**
# asks which inputs have a low bound; **chemistry** searches a smooth code for molecules; **biology** reads cells from single-cell
# counts with VAEs of just this form. And whenever a model has unknowns that are uncertain, *amortised inference*, an
# encoder that proposes a posterior, is a tool to reach for.
#
# **Tools.** Keras is enough for all on this page. `tfp` (TensorFlow Probability), NumPyro and Pyro offer more distributions
# and flows; the idea of section 7 carries over, its code does not. **To read on:** Kingma and Welling's own introduction (2019) is the best long
# text; Doersch's tutorial (2016) the friendliest.
# %% [markdown] id="uses" lang="zh" of="6090247a"
# ## 13 · 用在哪里，用什么工具
#
# 潜扩散（latent diffusion）类的**图像生成器**，就在 VAE 的潜空间里生成图像：自编码器把图缩小，扩散模型在小小的编码上工作，解码器再把它还原成大图。
# 训练扩散模型的下界，也还是 ELBO。**离散编码**（VQ-VAE）把声音和图片变成 Transformer 读得懂的词元。**异常检测**找下界低的输入；
# **化学**在平滑的编码里搜索分子；**生物学**用这种 VAE 分析单细胞测序的计数数据。凡是模型里有不确定的未知量，都可以想到**摊销推断**：
# 让编码器直接给出后验。
#
# **工具。** 本页的一切用 Keras 就够了。`tfp`（TensorFlow Probability）、NumPyro 和 Pyro 提供更多的分布和流模型，第 7 节的思路可以照搬，代码不行。
# **进一步阅读：** Kingma 和 Welling 自己写的导论（2019）是最好的长文，Doersch 的教程（2016）最易读。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 14 · Exercises
#
# Write your solution in place of `raise NotImplementedError`, run the cell, then run the check under it. A wrong
# answer gets a hint, a second one in a row a longer hint; `check("04.1", code_kl, hint=2)` asks for that at once. NumPy
# is all you need.
# %% [markdown] id="exercises" lang="zh" of="193c0b9e" tags=["stop"]
# ## 14 · 练习
#
# 把 `raise NotImplementedError` 换成你的解答，运行这一格，再运行下面的检查。答错了会有提示；连续第二次答错，
# 提示会更详细，想马上看就用 `check("04.1", code_kl, hint=2)`。只用 NumPy 就够了。
# %% [markdown] id="ex1-text" lang="en"
# ### The divergence of a code
#
# Return the divergence (6) of each example's code from the standard normal distribution, in nats.
# %% [markdown] id="ex1-text" lang="zh" of="9396263a"
# ### 编码的散度
#
# 按 (6) 式返回每个样本的编码与标准正态分布之间的散度，以奈特计。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=5
def code_kl(z_mean, z_log_var):
    """z_mean (batch, latent_dim), z_log_var (batch, latent_dim) -> (batch,)"""
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def code_kl(z_mean, z_log_var):
    """z_mean (batch, latent_dim), z_log_var (batch, latent_dim) -> (batch,)"""
    return 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=-1)
# %% id="ex1-check" tags=["check"]
check("04.1", code_kl)
# %% [markdown] id="ex2-text" lang="en"
# ### A draw that lets gradients pass
#
# Return codes drawn by (7). `noise` was drawn already; use it, and nothing else that is random.
# %% [markdown] id="ex2-text" lang="zh" of="5a58680e"
# ### 让梯度通过的抽样
#
# 按 (7) 式返回抽出的编码。`noise` 已经抽好，就用它，不要再引入别的随机性。
# %% id="ex2" tags=["exercise"] difficulty=1 minutes=5
def draw_codes(z_mean, z_log_var, noise):
    tr("""three arrays (batch, latent_dim) -> (batch, latent_dim)""",
       """三个数组 (batch, latent_dim) -> (batch, latent_dim)""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def draw_codes(z_mean, z_log_var, noise):
    tr("""three arrays (batch, latent_dim) -> (batch, latent_dim)""",
       """三个数组 (batch, latent_dim) -> (batch, latent_dim)""")
    # half the log-variance is the log of the standard deviation  # 对数方差的一半，就是标准差的对数
    return z_mean + np.exp(0.5 * z_log_var) * noise
# %% id="ex2-check" tags=["check"]
check("04.2", draw_codes)
# %% [markdown] id="ex3-text" lang="en"
# ### The ELBO from its parts
#
# Given black and white images, the decoder's logits for one draw each, and the codes' distributions, return the **mean ELBO
# per image** in nats. Logits of ±1,000 must not break it.
# %% [markdown] id="ex3-text" lang="zh" of="ff4c5bb0"
# ### 由各部分算出 ELBO
#
# 给定黑白图、解码器对各图一次抽样给出的 logits、编码的分布，返回**每张图 ELBO 的平均值**，以奈特计。logits 为 ±1,000 时也不能出错。
# %% id="ex3" tags=["exercise"] difficulty=2 minutes=10
def mean_elbo(images, logits, z_mean, z_log_var):
    tr("""images and logits (batch, pixels), z_mean and z_log_var (batch,
    latent_dim) -> one number""",
       """images 和 logits (batch, pixels)，z_mean 和 z_log_var (batch, latent_dim)
    -> 一个数""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def mean_elbo(images, logits, z_mean, z_log_var):
    tr("""images and logits (batch, pixels), z_mean and z_log_var (batch,
    latent_dim) -> one number""",
       """images 和 logits (batch, pixels)，z_mean 和 z_log_var (batch, latent_dim)
    -> 一个数""")
    # (batch,)
    reconstruction = np.sum(images * logits - np.logaddexp(0, logits), axis=-1)
    return float(np.mean(reconstruction - code_kl(z_mean, z_log_var)))
# %% id="ex3-check" tags=["check"]
check("04.3", mean_elbo)
# %% [markdown] id="ex4-text" lang="en"
# ### The tighter bound
#
# From `log_weights` (samples, images), return the importance-weighted bound (9) of each image. Weights such as
# $e^{-2000}$ must not break it.
# %% [markdown] id="ex4-text" lang="zh" of="b353a2c4"
# ### 更紧的界
#
# 由 `log_weights`（samples, images）返回每张图的重要性加权下界 (9)。权重小到 $e^{-2000}$ 时也不能出错。
# %% id="ex4" tags=["exercise"] difficulty=2 minutes=10
def tighter_bound(log_weights):
    """log_weights (samples, images) -> (images,)"""
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def tighter_bound(log_weights):
    """log_weights (samples, images) -> (images,)"""
    largest = log_weights.max(axis=0)  # (images,)
    return largest + np.log(np.mean(np.exp(log_weights - largest), axis=0))
# %% id="ex4-check" tags=["check"]
check("04.4", tighter_bound)
# %% [markdown] id="ex5-text" lang="en"
# ### Active dimensions
#
# Return **how many** latent dimensions are active: those whose mean has a variance above `threshold` from example to
# example.
# %% [markdown] id="ex5-text" lang="zh" of="b5f6c5c7"
# ### 活跃的维度
#
# 返回**有几个**潜变量维度是活跃的：它的均值在样本之间的方差大于 `threshold`。
# %% id="ex5" tags=["exercise"] difficulty=2 minutes=5
def count_active(z_mean, threshold=0.01):
    """z_mean (examples, latent_dim) -> int"""
    raise NotImplementedError
# %% id="ex5" tags=["solution"]
def count_active(z_mean, threshold=0.01):
    """z_mean (examples, latent_dim) -> int"""
    return int(np.sum(np.var(z_mean, axis=0) > threshold))
# %% id="ex5-check" tags=["check"]
check("04.5", count_active)
# %% [markdown] id="ex6-text" lang="en"
# ### Free bits
#
# Return the penalty (11) with $\beta = 1$ for the divergences of a batch, dimension by dimension.
# %% [markdown] id="ex6-text" lang="zh" of="5f4e07d7"
# ### 自由比特
#
# 给定一批样本在每一维上的散度，按 (11) 式返回 $\beta = 1$ 时的惩罚。
# %% id="ex6" tags=["exercise"] difficulty=3 minutes=10
def free_bits_penalty(kl, free_bits):
    tr("""kl (batch, latent_dim), free_bits: nats per dimension -> one number""",
       """kl (batch, latent_dim)，free_bits：每维的奈特数 -> 一个数""")
    raise NotImplementedError
# %% id="ex6" tags=["solution"]
def free_bits_penalty(kl, free_bits):
    tr("""kl (batch, latent_dim), free_bits: nats per dimension -> one number""",
       """kl (batch, latent_dim)，free_bits：每维的奈特数 -> 一个数""")
    # first over the batch: one example may say little if others say more  # 先对整批求平均：一个样本携带得少，别的携带得多就行
    of_dimension = np.mean(kl, axis=0)
    return float(np.sum(np.maximum(of_dimension, free_bits)))
# %% id="ex6-check" tags=["check"]
check("04.6", free_bits_penalty)
# %% [markdown] id="open-1" lang="en"
# ### Open 1 · What a silent code can know
#
# (a) Prove with Jensen's inequality that $\mathrm{KL}(q \Vert p) \ge 0$. (b) Let $q(z)$ be the mean of
# $q(z \mid x)$ over all $N$ images, the distribution of all codes together. Show that the mean divergence, which
# the training log calls `kl`, splits into two parts:
#
# $$ \frac1N \sum_x \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right) = \frac1N \sum_x \mathrm{KL}\left(q(z \mid x) \,\Vert\, q(z)\right) + \mathrm{KL}\left(q(z) \,\Vert\, p(z)\right). $$
#
# (c) What follows for a model whose `kl` is 0.02?
#
# <details><summary>A worked answer</summary>
#
# (a) The logarithm bends downwards, so
# $-\mathrm{KL}(q \Vert p) = \mathbb{E}_q[\log(p/q)] \le \log \mathbb{E}_q[p/q] = \log \int p\,dz = \log 1 = 0$, the
# integral running over the places that $q$ reaches (all of them, for a normal $q$). Equality needs a ratio that is
# the same everywhere, and so $q = p$.
#
# (b) Write $\log\frac{q(z \mid x)}{p(z)} = \log\frac{q(z \mid x)}{q(z)} + \log\frac{q(z)}{p(z)}$ and take the
# expectation over $q(z \mid x)$, then the mean over $x$. The first term gives the first part. The second depends on
# $z$ alone, and the mean over $x$ of expectations over $q(z \mid x)$ is the expectation over $q(z)$: the second
# part.
#
# (c) Neither part is negative, by (a), so the first is at most 0.02. It measures how much a code tells about
# **which** image it came from (the *mutual information*). To name one of ten equally frequent digits takes
# $\ln 10 = 2.30$ nats; this code can carry less than a hundredth of that, whatever the decoder makes of it.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="7b4e1007"
# ### 开放题 1 · 坍缩的编码能携带多少信息
#
# (a) 用詹森不等式证明 $\mathrm{KL}(q \Vert p) \ge 0$。(b) 设 $q(z)$ 是 $q(z \mid x)$ 对全部 $N$ 张图的平均，也就是所有编码合在一起的分布。证明：训练记录里的 `kl`，即散度的平均，可以拆成两部分：
#
# $$ \frac1N \sum_x \mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right) = \frac1N \sum_x \mathrm{KL}\left(q(z \mid x) \,\Vert\, q(z)\right) + \mathrm{KL}\left(q(z) \,\Vert\, p(z)\right). $$
#
# (c) 如果某个模型的 `kl` 是 0.02，由此可以得出什么？
#
# <details><summary>参考答案</summary>
#
# (a) 对数函数是凹函数（向下弯），所以 $-\mathrm{KL}(q \Vert p) = \mathbb{E}_q[\log(p/q)] \le \log \mathbb{E}_q[p/q] = \log \int p\,dz = \log 1 = 0$，积分范围是 $q > 0$ 之处（$q$ 是正态分布时，就是全空间）。等号要求这个比值处处相同，也就是 $q = p$。
#
# (b) 写 $\log\frac{q(z \mid x)}{p(z)} = \log\frac{q(z \mid x)}{q(z)} + \log\frac{q(z)}{p(z)}$，先对 $q(z \mid x)$ 求期望，再对 $x$ 求平均。第一项给出第一部分。第二项只与 $z$ 有关，而对 $q(z \mid x)$ 求期望、再对 $x$ 求平均，就是对 $q(z)$ 求期望，给出第二部分。
#
# (c) 由 (a)，两部分都不为负，所以第一部分至多是 0.02。它衡量的是：编码告诉了我们多少“它来自**哪一张**图”的信息（称为**互信息**）。要从十个出现得一样多的数字里指出一个，需要 $\ln 10 = 2.30$ 奈特；这个编码所能携带的还不到它的百分之一，解码器再怎么利用也没有用。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · The rate–distortion curve
#
# Train the model of section 10 at $\beta$ = 0.25, 0.5, 1, 2 and 4 and draw distortion (the missing nats, without
# sign) against rate (the KL). Before that, prove: if every training found the best model of its family for its
# $\beta$, the five points would lie on a falling curve that is bent upwards (or straight), and at each point the
# slope of the curve would be $-\beta$.
#
# <details><summary>A worked answer</summary>
#
# At $\beta$ the training looks for the smallest $D + \beta R$, with $D$ for the distortion and $R$ for the rate. All models with one value of it lie on a straight
# line of slope $-\beta$ in the picture, and the best one touches the lowest such line that any model reaches. So
# the points that can be reached all lie on or above each of these lines; where the lower edge of what can be
# reached is smooth, the line touches it as a tangent, and its slope there is $-\beta$. An edge that lies above all
# its tangents is bent upwards.
#
# In words: at $\beta = 4$ a nat of code must save four nats of reconstruction to be worth it, and as $\beta$ rises,
# rate can only fall. In your run expect a falling curve, and check the slopes between neighbours: between
# $\beta = 1$ and $\beta = 2$ it should lie between $-2$ and $-1$. Where it does not, trainings were too short or
# seeds differ by more than the step: the proof speaks of the best model, and training finds a good one.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="053c5b21"
# ### 开放题 2 · 率失真曲线
#
# 取 $\beta$ = 0.25、0.5、1、2、4，各训练一次第 10 节的模型，画出失真（解码器还差的奈特，取正值）随码率（KL）变化的图。画之前先证明：如果每次训练都找到了该 $\beta$ 下这族模型中最好的一个，五个点就落在一条下降且下凸（或笔直）的曲线上，并且在每一点处，曲线的斜率都是 $-\beta$。
#
# <details><summary>参考答案</summary>
#
# 把失真记作 $D$，码率记作 $R$。给定 $\beta$，训练要使 $D + \beta R$ 最小。这个值相同的模型，在图中落在一条斜率为 $-\beta$ 的直线上；最好的模型，就在模型所能到达的最低的那条直线上。于是能到达的点全都不在这些直线的下方；可达区域的下边缘光滑的地方，直线与它相切，那里的斜率就是 $-\beta$。处处不低于自己切线的曲线，是下凸的。
#
# 换句话说：$\beta = 4$ 时，编码多花一奈特，至少要让重构省下四奈特才划算；$\beta$ 越大，码率只会越低。你的实验应当给出一条下降的曲线；再看相邻两点之间的斜率，例如 $\beta = 1$ 与 $\beta = 2$ 之间，应在 $-2$ 与 $-1$ 之间。如果不是，就是训练太短，或者种子之间的差别比这一步还大：证明说的是最好的模型，而训练找到的只是一个好的。
#
# </details>
# %% [markdown] id="quiz-intro" lang="en"
# ## 15 · Quiz
#
# Choose an answer, then open it: each says why it is right or wrong.
# %% [markdown] id="quiz-intro" lang="zh" of="2de721e3"
# ## 15 · 测验
#
# 选一个答案，再点开它：每个选项都会说明为什么对、为什么错。
# %% [markdown] id="quiz-mean" lang="en" tags=["quiz"]
# **Somebody adds the KL term, summed over the code, to Keras's `binary_crossentropy` of 784 pixels. All samples look alike. Why?**
# - [x] The reconstruction is a mean over pixels, so the KL weighs 784 times as much as it should — The loss is smallest with a code that carries nothing, and the decoder paints the average digit.
# - [ ] The learning rate is too high — That gives noise or NaN, hardly one and the same picture again and again.
# - [ ] Twenty dimensions are too many — Superfluous dimensions fall to KL 0 by themselves and do no harm.
# - [ ] Binary cross-entropy is the wrong likelihood — It is the right one for black and white pixels, once it is summed.
# %% [markdown] id="quiz-mean" lang="zh" of="4ae0ddef" tags=["quiz"]
# **有人把对编码求和的 KL 项，直接加到 Keras 对 784 个像素的 `binary_crossentropy` 上，抽出来的图全都一个样。为什么？**
# - [x] 重构项对像素取了平均，KL 的权重是应有的 784 倍 — 损失最小的解就是编码不含信息，解码器只画出平均的数字。
# - [ ] 学习率太高 — 那会得到噪声或 NaN，不会总是同一张图。
# - [ ] 20 维太多了 — 多余的维度会自己降到 KL 为 0，没有坏处。
# - [ ] 二元交叉熵不是合适的似然 — 对黑白像素，它正合适，只是必须对像素求和。
# %% [markdown] id="quiz-path" lang="en" tags=["quiz"]
# **Why is the code written as mean plus standard deviation times noise?**
# - [ ] Because normal random numbers cannot be drawn in any other way — They can; every library has a function for it.
# - [x] Because the noise then does not depend on the weights, and the chain rule reaches mean and variance — The derivative of a draw is undefined, that of a shift and a scale is not.
# - [ ] Because it makes the estimate of the gradient unbiased — The score function is unbiased too; it is its scatter that rules it out.
# - [ ] Because the prior is standard normal — The trick works for any prior; it is about q.
# %% [markdown] id="quiz-path" lang="zh" of="4fec6711" tags=["quiz"]
# **为什么要把编码写成“均值加上标准差乘噪声”？**
# - [ ] 因为正态随机数没有别的抽法 — 有的，每个库都有现成的函数。
# - [x] 因为这样噪声就与权重无关，链式法则能一直走到均值和方差 — 抽样没有导数，平移和缩放有。
# - [ ] 因为这样梯度的估计才无偏 — 得分函数的估计也无偏，问题在于它太分散。
# - [ ] 因为先验是标准正态分布 — 换什么先验都能用这个技巧，它针对的是 q。
# %% [markdown] id="quiz-units" lang="en" tags=["quiz"]
# **After training, 12 of 40 latent dimensions have a divergence below 0.001 nats. What should you do?**
# - [ ] Train longer until all are used — More of the same rarely makes a dimension active.
# - [ ] Lower the learning rate — It does not change what is worth its price.
# - [x] Compare the bound with that of an annealed run, and if it gains nothing, leave it — Inactive dimensions do no harm; only the comparison tells superfluous ones from collapsed ones.
# - [ ] Discard the model: it has collapsed — Not shown: collapse is when dimensions that *would* help are inactive.
# %% [markdown] id="quiz-units" lang="zh" of="2bd561d2" tags=["quiz"]
# **训练之后，40 个潜变量维度中有 12 个的散度低于 0.001 奈特。该怎么办？**
# - [ ] 继续训练，直到全都用上 — 照原样再练，很少能让不活跃的维度活跃起来。
# - [ ] 降低学习率 — 值不值得，与学习率无关。
# - [x] 与一次退火训练比较下界；没有提高，就不用管 — 不活跃的维度没有坏处；是多余还是坍缩，只有比较才知道。
# - [ ] 丢掉这个模型，它坍缩了 — 还没有证据：本来**有用**的维度不活跃了，才叫坍缩。
# %% [markdown] id="quiz-strong" lang="en" tags=["quiz"]
# **You train a text VAE with a large Transformer decoder. The reconstruction is excellent, the KL is 0.02 nats. What has happened?**
# - [ ] A great success: high quality at almost no price — The decoder predicts each word from the words before; the code was never needed, and changing it changes nothing.
# - [x] Posterior collapse: you have trained a language model with a useless code — Annealing, free bits, hiding words from the decoder or a weaker decoder make the code useful.
# - [ ] The encoder is too small — A larger encoder would do the same: what it could tell is not needed.
# - [ ] The KL is measured in the wrong unit — In bits it would be 0.03: as little as before.
# %% [markdown] id="quiz-strong" lang="zh" of="da9e18e2" tags=["quiz"]
# **你用一个很大的 Transformer 解码器训练文本 VAE。重构极好，KL 只有 0.02 奈特。发生了什么？**
# - [ ] 大获成功：质量高，代价几乎为零 — 解码器靠前面的词预测下一个词，根本用不上编码；改了编码，什么也不会变。
# - [x] 后验坍缩：你训练出的是一个带着无用编码的语言模型 — 退火、自由比特、对解码器遮住一些词、换个弱一点的解码器，都能让编码派上用场。
# - [ ] 编码器太小 — 再大的编码器也一样：它提供的信息，解码器用不着。
# - [ ] KL 的单位用错了 — 换成比特也只有 0.03，照样不含信息。

# %% [markdown] id="summary" lang="en"
# ## 16 · Summary
#
# - A VAE is a probability model: prior, decoder, and an encoder that guesses where an image came from.
# - $\log p(x)$ cannot be computed; the ELBO bounds it from below, and the gap is $\mathrm{KL}(q(z \mid x) \Vert p(z \mid x))$.
# - ELBO = reconstruction − KL, both in nats, both **summed**, averaged only over examples.
# - Reparameterise: draw the noise first, then move it. One such draw is worth many of the other kind.
# - Report a test bound with its standard error; put an importance-weighted bound beside it; compare models digit by digit.
# - Beta trades rate for distortion. A dimension with KL 0 carries no information; a code in which all do so has collapsed.
# - A decoder that can do without the code will. Annealing and free bits give the code time, or an allowance, to become useful.
# %% [markdown] id="summary" lang="zh" of="b2ddb32d"
# ## 16 · 小结
#
# - VAE 是一个概率模型：先验、解码器，加上一个推断编码的编码器。
# - $\log p(x)$ 算不出来；ELBO 是它的下界，差距是 $\mathrm{KL}(q(z \mid x) \Vert p(z \mid x))$。
# - ELBO = 重构 − KL，都以奈特计，都要**求和**，只在样本之间取平均。
# - 重参数化：先抽噪声，再平移缩放。这样抽一次，抵得上别的办法抽许多次。
# - 报告测试集下界时附上标准误，旁边放重要性加权下界；比较模型要逐张图相减。
# - β 在码率与失真之间取舍。KL 为 0 的维度不含信息；所有维度都如此，就是坍缩。
# - 解码器若能不用编码，就不会用。退火给编码时间，自由比特给编码限额，让它变得有用。

# %% [markdown] id="faq" lang="en"
# ## 17 · Questions that come up
#
# **Why are VAE samples soft?** Our pictures show the *probability* of each pixel, and where the model is unsure of an edge
# it says grey. Besides, pixels are drawn independently given the code; what the code does not settle, no pixel can settle
# with its neighbours. Sharper models put the fine detail into a stronger decoder, a hierarchy of codes, or diffusion.
#
# **How many latent dimensions?** More than you need: superfluous ones fall to KL 0 and do no harm. Count the active ones.
#
# **Is a larger ELBO always a better model?** A likelier model of *these pixels*. Whether its code is useful or its
# samples please the eye are other questions, with other measures; section 11 has two models
# whose bounds differ by less than a nat, and one of them has hardly a code at all.
#
# **And the whole of MNIST?** `course data fetch mnist` fetches its 70,000 digits; `data.digits.mnist("train")` and
# `data.digits.mnist("test")` load them, and everything on this page works on them as it stands. With fifteen times as many
# digits overfitting is no longer the limit, and wider, deeper networks pay.
#
# **Why one draw per image in training?** Its gradient is unbiased, and each image gets a new draw in every epoch. A
# second draw halves only the part of the variance that comes from the noise; twice as many images halve all of it.
#
# **How does a VAE differ from a GAN (generative adversarial network) and from a diffusion model?** A GAN has no likelihood and no encoder, and trains by a
# contest. A diffusion model is a VAE with many codes, one after the other, and an encoder that only adds noise.
#
# **Training a large model takes much computing. Is that affordable for an ordinary researcher or firm?** (The article's
# question.) Most of what a large model teaches can be learned on a small one: all of this page ran on
# two cores, in the time that stands at its head. For real use start from published weights and adapt them; rent a machine for the hours you need it; and measure on
# a small scale first whether it is worth it.
# %% [markdown] id="faq" lang="zh" of="dc50b12e"
# ## 17 · 常见问题
#
# **VAE 生成的图为什么模糊？** 我们画的是每个像素为黑的**概率**，模型拿不准笔画边缘时，就画成灰色。再者，给定编码之后各像素独立抽取，
# 编码没有确定的细节，像素之间也无法协调。更清晰的模型，是把细节交给更强的解码器、多层编码或者扩散模型。
#
# **潜变量取多少维？** 比需要的多一些：多余的会自己降到 KL 为 0，没有坏处。数一数活跃的就行。
#
# **ELBO 越大，模型就越好吗？** 这只说明它把**这些像素**解释得更好。编码有没有用、样本好不好看，是另外的问题，要用另外的指标；
# 第 11 节就有两个模型，下界相差不到一奈特，其中一个却几乎没有编码。
#
# **整个 MNIST 呢？** `course data fetch mnist` 会取来 70,000 个数字，用 `data.digits.mnist("train")` 和 `data.digits.mnist("test")` 载入，
# 本页的一切照样可用。数据量是原来的十五倍，过拟合就不再是瓶颈，更宽、更深的网络才划算。
#
# **训练时每张图为什么只抽一次？** 这样梯度已经无偏，而且每一轮都会重新抽。再抽一次，只把来自噪声的那部分方差减半；
# 每批的图像加倍，则全部减半。
#
# **VAE 与 GAN（生成对抗网络）、扩散模型有什么不同？** GAN 没有似然，也没有编码器，靠对抗来训练。扩散模型则是有许多层编码、一层接一层的 VAE，
# 它的编码器只会加噪声。
#
# **训练大模型需要大量计算，对普通研究者和企业来说合理吗？**（原文的问题。）大模型里的道理，大多能在小模型上学到：
# 这一页全部的计算，两个核就够了，所需的时间写在页首。真正使用时，从已发布的权重出发做适配，只在需要的时候租机器，
# 并且先在小规模上测一测值不值。

# %% [markdown] id="references" lang="en"
# ## 18 · References
#
# - G. E. Hinton, P. Dayan, B. J. Frey, R. M. Neal (1995). *The "wake-sleep" algorithm for unsupervised neural networks.* Science 268.
# - M. I. Jordan, Z. Ghahramani, T. S. Jaakkola, L. K. Saul (1999). *An introduction to variational methods for graphical models.* Machine Learning 37.
# - R. Salakhutdinov, I. Murray (2008). *On the quantitative analysis of deep belief networks.* ICML.
# - D. P. Kingma, M. Welling (2014). *Auto-encoding variational Bayes.* ICLR. arXiv:1312.6114.
# - D. J. Rezende, S. Mohamed, D. Wierstra (2014). *Stochastic backpropagation and approximate inference in deep generative models.* ICML. arXiv:1401.4082.
# - Y. Burda, R. Grosse, R. Salakhutdinov (2016). *Importance weighted autoencoders.* ICLR. arXiv:1509.00519.
# - S. R. Bowman et al. (2016). *Generating sentences from a continuous space.* CoNLL. arXiv:1511.06349.
# - D. P. Kingma et al. (2016). *Improved variational inference with inverse autoregressive flow.* NeurIPS. arXiv:1606.04934.
# - C. Doersch (2016). *Tutorial on variational autoencoders.* arXiv:1606.05908.
# - A. van den Oord, N. Kalchbrenner, K. Kavukcuoglu (2016). *Pixel recurrent neural networks.* ICML. arXiv:1601.06759.
# - T. Zhao, R. Zhao, M. Eskenazi (2017). *Learning discourse-level diversity for neural dialog models using conditional variational autoencoders.* ACL. arXiv:1703.10960. (The bag of words from the code.)
# - I. Higgins et al. (2017). *beta-VAE: learning basic visual concepts with a constrained variational framework.* ICLR.
# - A. A. Alemi et al. (2018). *Fixing a broken ELBO.* ICML. arXiv:1711.00464.
# - J. Lucas, G. Tucker, R. Grosse, M. Norouzi (2019). *Don't blame the ELBO! A linear VAE perspective on posterior collapse.* NeurIPS. arXiv:1911.02469.
# - D. P. Kingma, M. Welling (2019). *An introduction to variational autoencoders.* Foundations and Trends in Machine Learning 12(4). arXiv:1906.02691.
# %% [markdown] id="references" lang="zh" of="b50e06de"
# ## 18 · 参考文献
#
# - G. E. Hinton, P. Dayan, B. J. Frey, R. M. Neal (1995). *The "wake-sleep" algorithm for unsupervised neural networks.* Science 268.
# - M. I. Jordan, Z. Ghahramani, T. S. Jaakkola, L. K. Saul (1999). *An introduction to variational methods for graphical models.* Machine Learning 37.
# - R. Salakhutdinov, I. Murray (2008). *On the quantitative analysis of deep belief networks.* ICML.
# - D. P. Kingma, M. Welling (2014). *Auto-encoding variational Bayes.* ICLR. arXiv:1312.6114.
# - D. J. Rezende, S. Mohamed, D. Wierstra (2014). *Stochastic backpropagation and approximate inference in deep generative models.* ICML. arXiv:1401.4082.
# - Y. Burda, R. Grosse, R. Salakhutdinov (2016). *Importance weighted autoencoders.* ICLR. arXiv:1509.00519.
# - S. R. Bowman et al. (2016). *Generating sentences from a continuous space.* CoNLL. arXiv:1511.06349.
# - D. P. Kingma et al. (2016). *Improved variational inference with inverse autoregressive flow.* NeurIPS. arXiv:1606.04934.
# - C. Doersch (2016). *Tutorial on variational autoencoders.* arXiv:1606.05908.
# - A. van den Oord, N. Kalchbrenner, K. Kavukcuoglu (2016). *Pixel recurrent neural networks.* ICML. arXiv:1601.06759.
# - T. Zhao, R. Zhao, M. Eskenazi (2017). *Learning discourse-level diversity for neural dialog models using conditional variational autoencoders.* ACL. arXiv:1703.10960. (The bag of words from the code.)
# - I. Higgins et al. (2017). *beta-VAE: learning basic visual concepts with a constrained variational framework.* ICLR.
# - A. A. Alemi et al. (2018). *Fixing a broken ELBO.* ICML. arXiv:1711.00464.
# - J. Lucas, G. Tucker, R. Grosse, M. Norouzi (2019). *Don't blame the ELBO! A linear VAE perspective on posterior collapse.* NeurIPS. arXiv:1911.02469.
# - D. P. Kingma, M. Welling (2019). *An introduction to variational autoencoders.* Foundations and Trends in Machine Learning 12(4). arXiv:1906.02691.

# %% [markdown] id="project" lang="en"
# ## A project over lessons 01–04 · Sixteen numbers for a review
#
# **Aim.** Say in 16 numbers what a film review says, in four ways, and find out which of them keeps its verdict
# best. Each way is one of the lessons: the mean of word vectors (01); principal components of TF-IDF vectors (01
# and 03); the code of an autoencoder that guesses one half of the words from the other (03); and the mean of a
# VAE's code (04), whose decoder gives the probabilities of the words.
#
# **Steps.**
#
# 1. Load reviews, split them by film into training, validation and test, and build one vocabulary of 2,000 words
#    from the training reviews.
# 2. Write the judge first: a logistic regression on 16 numbers (lesson 02 without a hidden layer), trained on codes
#    of training reviews and scored on those of validation reviews. Give it 16 random numbers per review: it must
#    say one half.
# 3. Make the four codes, none of which may see a rating. Every choice (epochs, rates, $\beta$) is made on the
#    validation reviews; note how many you tried.
# 4. Repeat each with three seeds. At the end, score the four on the test reviews, once.
# 5. Look: for one number of each code, which words stand in the reviews where it is largest and smallest?
#
# **Hand in** a notebook that runs from top to bottom, a table with mean and spread of the seeds and the standard
# error, the curves of training and validation loss, and half a page: which code you would use, and what speaks
# against it.
#
# **It is good** if somebody else gets your table from your notebook; if TF-IDF with all its words stands in the
# table as the yardstick, and random numbers as the floor; if differences smaller than two standard errors are
# called what they are; and if you can say of the VAE how many of its dimensions are active.
#
# **What usually goes wrong.** IDF weights or components are learnt from all reviews, so that the test leaks. The KL
# is summed and the reconstruction averaged, and the VAE falls silent. Word counts go into a loss for numbers
# between 0 and 1. The layer behind the bottleneck is taken for the code, and the four codes differ in size. The
# best of several seeds is reported.
# %% [markdown] id="project" lang="zh" of="6f7d362a"
# ## 第 01–04 课的综合项目 · 用十六个数概括一篇影评
#
# **目标。** 用四种办法把一篇影评概括成 16 个数，看哪一种最能保住它的褒贬。每种办法各取自一课：词向量的平均（第 01 课）；TF-IDF 向量的主成分（第 01、03 课）；由一半的词猜另一半的自编码器的编码（第 03 课）；VAE 编码的均值（第 04 课），其解码器给出各个词的概率。
#
# **步骤。**
#
# 1. 读入影评，按电影划分为训练集、验证集和测试集；只用训练集建一个 2,000 词的词表。
# 2. 先写评判用的分类器：在 16 个数上做逻辑回归（即没有隐藏层的第 02 课的网络），用训练集的编码训练，用验证集的编码打分。给每篇影评配 16 个随机数试一试：准确率必须在二分之一左右。
# 3. 做出四种编码，都不许看评分。一切选择（轮数、学习率、$\beta$）都在验证集上做，并记下试过多少次。
# 4. 每种编码用三个种子各做一遍。最后在测试集上给四种编码打分，只打一次。
# 5. 看一看：从每种编码里取一个数，它最大和最小的影评里，各有哪些词？
#
# **提交内容。** 一份能从头运行到尾的笔记本；一张表，列出各种子的均值、波动和标准误；训练损失与验证损失的曲线；外加半页说明：你会用哪种编码，它有什么不足。
#
# **怎样算做得好。** 别人用你的笔记本能得到同样的表；表里有用上全部词的 TF-IDF 作标尺，有随机数垫底；不到两个标准误的差别，就照实说看不出差别；能说出 VAE 有几维是活跃的。
#
# **常见的毛病。** 用全部影评去学 IDF 或主成分，测试集就泄漏了。KL 求和，重构却取了平均，VAE 便发生后验坍缩。把词的次数交给只适用于 0 与 1 之间的损失。把瓶颈后面的一层当成编码，四种编码长短不一。只报告几个种子里最好的一个。
