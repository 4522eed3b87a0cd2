# Lesson 03 of "Deep learning for language": what survives a bottleneck. The source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 03 · Autoencoder: what survives a bottleneck?
#
# Describe a friend's face over the telephone. You cannot send the picture; you have perhaps twenty words, and whoever
# listens has to draw the face from them. You will not waste a word on "two eyes": everybody has them. You will say
# what makes *this* face differ from the others.
#
# An **autoencoder** plays both parts. One half of a network, the *encoder*, turns a picture or a text into a few
# numbers, the *code*. The other half, the *decoder*, draws it again from the code alone. Nobody says which numbers to
# send. They are found by one demand: what comes out must resemble what went in.
#
# **When you have worked through it, you can**
#
# - compress with principal components, and explain why no straight-line code can do better;
# - build and train an autoencoder, and measure on held-out data what each number of its code is worth;
# - choose between squared error and cross-entropy, and say why one of them needs data between 0 and 1;
# - draw a latent space, walk through it, and see where it has holes;
# - train a network to remove noise, to speak in few active units, to report what it has never seen;
# - compress film reviews, and judge honestly how much of their meaning survives.
#
# **You need** lesson 02: layers, losses, gradient descent. From linear algebra, the dot product and the idea of a
# projection; eigenvectors are explained by what they do.
#
# **Mirrors** sections 2.2, 3.1 and 4.1 of the second article. Its program (E12 in our list of errata) is run, taken
# apart and put right in section 8.
# %% [markdown] id="title" lang="zh" of="19859338"
# # 03 · 自编码器：瓶颈之后，还剩下什么？
#
# 在电话里描述一位朋友的长相，只准说二十个词，对方要凭这些词把脸画出来。你不会浪费词去说“有两只眼睛”，
# 人人都有；你会说这张脸和别人**不一样**的地方。
#
# **自编码器**做的就是这两件事。网络的前一半叫**编码器**，把一幅图或一段文本变成寥寥几个数，称为**编码**；
# 后一半叫**解码器**，只凭编码把原物重新画出来。没有人规定该传哪些数。它们由一个要求决定：输出要像输入。
#
# **学完这一课，你能够**
#
# - 用主成分做压缩，并说清楚为什么任何线性编码都不会更好；
# - 搭建并训练自编码器，在留出的数据上测出编码里的每个数有多大作用；
# - 在平方误差和交叉熵之间做选择，并说明其中一个为什么要求数据在 0 和 1 之间；
# - 画出潜空间，在里面走一走，看到它的空洞在哪里；
# - 让网络学会去噪、学会只用少数几个单元编码、学会检测离群点；
# - 压缩影评，并诚实地判断还剩下多少意思。
#
# **你需要会** 第 02 课的内容：层、损失、梯度下降。线性代数方面，需要点积和投影的概念；特征向量会通过它的作用来解释。
#
# **对应原文**：第二篇的 2.2、3.1 和 4.1 节。它的程序（勘误表中的 E12）会在第 8 节运行、分析、改正。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>What does a layer compute, and what do two layers make if nothing bends between them?</summary>
#
# $f(XW + b)$: one matrix product, a bias, and a bend $f$. Without the bend,
# $(XW_1 + b_1)W_2 + b_2 = X(W_1W_2) + (b_1W_2 + b_2)$: a single layer again. Read again: {{02 neuron}}.
#
# </details>
#
# <details><summary>Why does a cross-entropy take logits and not probabilities?</summary>
#
# From logits it can be written so that nothing overflows. A probability that is rounded to 0 or 1 has a logarithm
# that is infinite, or that was clipped and has no slope. Read again: {{02 loss}}.
#
# </details>
#
# <details><summary>The direction w has length one. Which point of the line along w lies nearest to x, and how far away is it?</summary>
#
# The projection $(x \cdot w)\,w$. By Pythagoras the square of the distance is $\lVert x\rVert^2 - (x \cdot w)^2$:
# what is not kept along the line sticks out of it. Explained below: {{03 by-hand}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="7a4294f0"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>一个层计算什么？两个层之间如果没有激活函数，合起来又是什么？</summary>
#
# 计算 $f(XW + b)$：一次矩阵乘法，加偏置，再作用激活函数 $f$。没有激活函数时，$(XW_1 + b_1)W_2 + b_2 = X(W_1W_2) + (b_1W_2 + b_2)$，仍然只是一个层。重读：{{02 neuron}}。
#
# </details>
#
# <details><summary>交叉熵为什么要用 logits 来算，而不用概率？</summary>
#
# 用 logits 可以写成不会溢出的形式。概率一旦四舍五入成 0 或 1，取对数就得到无穷大；截断了，斜率又成了零。重读：{{02 loss}}。
#
# </details>
#
# <details><summary>方向 w 的长度为 1。沿 w 的直线上，哪一点离 x 最近？距离是多少？</summary>
#
# 是投影 $(x \cdot w)\,w$。由勾股定理，距离的平方是 $\lVert x\rVert^2 - (x \cdot w)^2$：没有留在直线上的，都在垂直于它的方向上。后文会讲：{{03 by-hand}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>A word stands in 99 of 999 documents. What is its smoothed idf?</summary>
#
# $\ln\frac{1 + 999}{1 + 99} + 1 = \ln 10 + 1 = 3.30$. From {{01 tfidf}}.
#
# </details>
#
# <details><summary>A text holds <em>aab</em> twice and <em>ab</em> once. Which pair does byte-pair encoding merge first?</summary>
#
# *a b*: it occurs three times, *a a* only twice. From {{01 subwords}}.
#
# </details>
#
# <details><summary>With which loss should a fresh classifier of 1,000 classes begin?</summary>
#
# With about $\ln 1{,}000 = 6.91$: it holds all classes equally likely. Far more than that means large initial
# weights, far less a leak. From {{02 loss}}.
#
# </details>
#
# <details><summary>The softmax gives 0.7, 0.2 and 0.1, and the second class is the right one. What is the gradient for the three logits?</summary>
#
# 0.7, −0.8 and 0.1: believed minus true. It sums to zero. From {{02 backward}}.
#
# </details>
#
# <details><summary>Dropout sets a share r of the hidden outputs to zero. What happens to the others in training, and why?</summary>
#
# They are divided by $1 - r$, so that the expected sum is what it will be in use, when nothing is dropped. From
# {{02 overfitting}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="ddc3a99c"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>一个词出现在 999 篇文档中的 99 篇里，平滑后的 idf 是多少？</summary>
#
# $\ln\frac{1 + 999}{1 + 99} + 1 = \ln 10 + 1 = 3.30$。出自{{01 tfidf}}。
#
# </details>
#
# <details><summary>文本里有两个 <em>aab</em>、一个 <em>ab</em>。字节对编码先合并哪一对？</summary>
#
# 先合并 *a b*：它出现三次，*a a* 只有两次。出自{{01 subwords}}。
#
# </details>
#
# <details><summary>一个刚初始化、有 1,000 个类的分类器，损失应当从多少开始？</summary>
#
# 约为 $\ln 1{,}000 = 6.91$，因为它认为各类同样可能。高得多，是初始权重太大；低得多，是泄漏了答案。出自{{02 loss}}。
#
# </details>
#
# <details><summary>softmax 给出 0.7、0.2 和 0.1，正确的是第二类。损失对三个 logit 的梯度是多少？</summary>
#
# 0.7、−0.8 和 0.1：预测概率减去真实标签。三者之和为零。出自{{02 backward}}。
#
# </details>
#
# <details><summary>暂退法把比例为 r 的隐藏层输出置零。训练时，其余的输出怎样处理，为什么？</summary>
#
# 除以 $1 - r$。这样，总和的期望就与使用时一样，那时什么也不丢。出自{{02 overfitting}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · Where these ideas come from
#
# **1901.** Karl Pearson asks for the line that lies closest to a cloud of points. That is principal component
# analysis, one of the most used methods of all science, found long before anybody could compute it for a picture.
#
# **1986.** Rumelhart, Hinton and Williams let a network with 8 inputs, 3 hidden units and 8 outputs learn to give back
# its input. Three units are enough for eight cases, as three binary digits are; the network even uses values in between.
# Soon after, Bourlard and Kamp and
# Baldi and Hornik prove that *without* nonlinear activations such a network can only rediscover Pearson's answer.
#
# **2006.** Hinton and Salakhutdinov train a deep one that beats principal components by far, and deep learning is back.
# Two years later Vincent and colleagues spoil the input and ask for the clean one: the **denoising** autoencoder.
#
# **Today** the idea is everywhere under other names. BERT hides words and gives them back: a close relative of the
# denoising autoencoder, asked for the hidden words only. Image generators work inside the code of one. And people who want to know what a language model is thinking train
# a *sparse* autoencoder on its activations, the outputs of its layers. Lesson 04 turns the autoencoder into a model that makes new pictures.
# %% [markdown] id="background" lang="zh" of="14f22cec"
# ## 1 · 这些想法从哪里来
#
# **1901 年**，皮尔逊（Karl Pearson）提出：哪一条直线离一团点最近？答案就是主成分分析，整个科学界用得最多的方法之一，
# 不过很久以后，才有了能对图像算出它的机器。
#
# **1986 年**，Rumelhart、Hinton 和 Williams 让一个 8 个输入、3 个隐藏单元、8 个输出的网络
# 学习还原自己的输入。三个单元足以表示八种情形，正如三位二进制数；网络甚至还用上了中间的值。不久，Bourlard 与 Kamp、
# Baldi 与 Hornik 分别证明：**没有**非线性激活，这样的网络只会重新得到皮尔逊的答案。
#
# **2006 年**，Hinton 和 Salakhutdinov 训练出一个深层自编码器，远远胜过主成分分析，深度学习由此回归。两年后，
# Vincent 等人故意给输入加噪声，要求网络还原干净的数据：这就是**去噪**自编码器。
#
# **今天**，这个想法换了名字，无处不在。BERT 把词藏起来再还原，是去噪自编码器的近亲：只要求猜出被藏的词；图像生成器在自编码器的编码里工作；
# 想知道语言模型“在想什么”的人，会在它的激活值（各层的输出）上训练一个**稀疏**自编码器。第 04 课会把自编码器改造成能生成新图像的模型。

# %% id="imports" tags=["fold"]
import base64
import io
from itertools import pairwise
from math import exp, log, sqrt

import keras
import matplotlib.pyplot as plt
import numpy as np

import course_lib.autoencoder as ae
import course_lib.preprocessing as prep
from course_lib import data, devices, diagrams, display, plots

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "input": (0, 1, tr("input x\ndigits, reviews", "输入 x\n数字图像、影评")),
        "encoder": (1, 1, tr("encoder\nsections 3–7", "编码器\n第 3–7 节")),
        "code": (2, 1, tr("code z\nmap: section 9", "编码 z\n地图：第 9 节")),
        "decoder": (3, 1, tr("decoder\nsections 3–7", "解码器\n第 3–7 节")),
        "output": (4, 1, tr("reconstruction\nlosses: section 6", "重构\n损失：第 6 节")),
        "noise": (0, 0, tr("noise\nsection 10", "噪声\n第 10 节")),
        "sparse": (2, 0, tr("sparsity\nsection 11", "稀疏\n第 11 节")),
        "outlier": (4, 0, tr("outliers\nsection 12", "离群点\n第 12 节")),
        "pca": (2, 2, tr("PCA, the yardstick\nsection 4", "PCA：基线\n第 4 节")),
    },
    arrows=[
        ("input", "encoder", ""), ("encoder", "code", ""), ("code", "decoder", ""), ("decoder", "output", ""),
        ("noise", "input", ""), ("sparse", "code", ""), ("output", "outlier", ""), ("pca", "code", ""),
    ],
    english="A map: the input goes through the encoder to the code and through the decoder to the reconstruction. Noise is added to"
    " the input, sparsity is asked of the code, outliers are read off the reconstruction, and PCA is the yardstick for the code.",
    chinese="一张路线图：输入经编码器变成编码，再经解码器变成重构。噪声加在输入上，稀疏性是对编码的要求，离群点从重构误差看出，PCA 是衡量编码的基线。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** Every size of this lesson stands in the next cell, together with the results it must show. `quick`,
# the default, is made for a laptop; `COURSE_SCALE=full`, set before Jupyter starts, trains longer and at more code sizes.
# %% [markdown] id="dial" lang="zh" of="59c1711f"
# **规模旋钮。** 本课的所有大小，连同必须得到的结果，都写在下一格里。默认的 `quick` 在笔记本电脑上就能跑；
# 启动 Jupyter 之前设置 `COURSE_SCALE=full`，训练会更久，编码的大小也试得更多。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(train=300, sizes=(2, 8), epochs=1, article_epochs=1,
                      points=400, rounds=1, reviews=200, vocabulary=300, readings=1),
        "quick": dict(train=4_000, sizes=(2, 8, 32), epochs=10, article_epochs=5,
                      points=8_000, rounds=6, reviews=3_000, vocabulary=1_500, readings=4),
        "full": dict(train=4_000, sizes=(1, 2, 4, 8, 16, 32, 64), epochs=60, article_epochs=100,
                     points=40_000, rounds=12, reviews=25_000, vocabulary=4_000, readings=4),
    },
    expected={
        "quick": dict(
            linear_angle=(0, 3), deep_against_pca=(0.6, 0.78), article_against_mended=(1.05, 1.6),
            map_neighbours=(0.38, 0.76), denoised_against_pca=(0.8, 0.94), active_units=(34, 49),
            auc_two=(0.86, 0.99), auc_one=(0.05, 0.28), nats_saved=(0.008, 0.055), verdicts=(0.58, 0.74),
        ),
        "full": dict(
            linear_angle=(0, 3), deep_against_pca=(0.4, 0.75), article_against_mended=(1.1, 3),
            map_neighbours=(0.5, 0.85), denoised_against_pca=(0.5, 0.95), active_units=(10, 80),
            auc_two=(0.82, 1), auc_one=(0.02, 0.6), nats_saved=(0.02, 0.15), verdicts=(0.52, 0.9),
        ),
        "sample": dict(
            linear_angle=(0, 3), deep_against_pca=(0.4, 0.8), article_against_mended=(1.1, 3),
            map_neighbours=(0.45, 0.85), denoised_against_pca=(0.5, 0.97), active_units=(10, 80),
            auc_two=(0.82, 1), auc_one=(0.02, 0.6), nats_saved=(-0.5, 0.5), verdicts=(0.3, 1),
        ),
    },
)

# %% [markdown] id="data" lang="en"
# ## 2 · How much does a digit need?
#
# Our pictures are handwritten digits, 28 by 28 shades of grey from 0 (paper) to 1 (ink): **784 numbers each**. They are
# part of MNIST and come with a package you have already installed. The last 1,000 are held out, and every error in this
# lesson is measured on them, because a network can learn pictures by heart, and that is no compression.
#
# Are 784 numbers needed? Try to make a digit without knowing what a digit is: give each pixel a value that *this* pixel
# really has in some training picture, each drawn on its own.
# %% [markdown] id="data" lang="zh" of="98145388"
# ## 2 · 一个数字需要多少个数？
#
# 我们的图像是手写数字，28×28 个灰度，从 0（纸）到 1（墨）：**每幅 784 个数**。它们是 MNIST 的一部分，包含在一个已经安装的软件包里。
# 最后 1,000 幅留出作测试，本课的误差都在这 1,000 幅上计算，因为网络可以把训练图像背下来，而死记硬背不算压缩。
#
# 真的需要 784 个数吗？不妨试着在不知道数字长什么样的情况下造一个：让每个像素取**它自己**在某幅训练图像里真有过的值，各抽各的。
# %% id="data-load"
digits = data.digits.load(28, seed=course.seed)
pictures = digits.images.reshape(len(digits), -1)  # (digits, 784)
train, test = pictures[: course.train], pictures[4_000:]
train_labels, test_labels = digits.labels[: course.train], digits.labels[4_000:]
print(train.shape, test.shape, f"{train.min():.0f} … {train.max():.0f}")

random = np.random.default_rng(course.seed)
invented = np.stack(  # (10, 784): pixel by pixel  # (10, 784)：逐个像素
    [random.permutation(column)[:10] for column in train.T], axis=1
)
# %% id="data-plot" tags=["fold"]
def gallery(rows, titles, width=9.6):
    tr("""One row of pictures for each entry of `rows` (pictures, pixels), its
    title on the left.""",
       """`rows` 的每一项 (pictures, pixels) 画成一排图，标题在左边。""")
    columns = max(map(len, rows))
    figure, axes = plt.subplots(len(rows), columns, figsize=(width, width / (columns + 2.2) * len(rows)), squeeze=False)
    for line, images, title in zip(axes, rows, titles, strict=True):
        for axis in line:
            axis.axis("off")
        for axis, image in zip(line, images, strict=False):
            side = int(sqrt(len(image)))
            limit = 1 if image.min() >= 0 else np.abs(image).max()  # pictures in ink, directions in red and blue  # 图像用墨色，方向用红和蓝
            axis.imshow(image.reshape(side, side), cmap="gray_r" if image.min() >= 0 else "RdBu_r",
                        vmin=0 if image.min() >= 0 else -limit, vmax=limit, interpolation="nearest")
        line[0].text(-0.25, 0.5, title, transform=line[0].transAxes, ha="right", va="center", fontsize=9.5)
    return figure


first = [int(np.flatnonzero(test_labels == label)[0]) for label in range(10)]  # one held-out digit of each kind  # 留出的数字，每类一个
plots.show(
    gallery([test[first], invented], [plots.label("real", "真实"), plots.label("pixel by pixel", "逐像素抽取")]),
    "Two rows of ten pictures. Above, the digits 0 to 9 in handwriting. Below, pictures whose pixels were drawn one by one:"
    " grey dust in the middle of the square, no digit among them.",
    "两排各十幅图。上排是手写数字 0 到 9；下排的像素是逐个独立抽取的：方块中央一团灰尘，没有一个像数字。",
)
# %% [markdown] id="data-reading" lang="en"
# Dust. You could draw like this for as long as you live and not meet a single digit. Of all the pictures that 784 numbers
# can describe, the digits are a vanishing few: neighbouring pixels agree, ink runs in strokes, strokes form a handful of
# shapes. Where most combinations never occur, fewer numbers must do. *How many fewer, and which?*
# %% [markdown] id="data-reading" lang="zh" of="ae09c0b7"
# 一团灰点。照这样抽下去，永远也得不到一个数字。784 个数所能描述的图像里，数字只占微乎其微的一点：相邻的像素彼此一致，
# 墨迹连成笔画，笔画组成寥寥几种形状。既然绝大多数组合从不出现，少一些数也该够用。**能少多少？留下哪些？**

# %% [markdown] id="by-hand" lang="en"
# ## 3 · Two numbers into one, by hand
#
# Take the smallest case there is: five pictures of *two* pixels, to be sent as *one* number each. The pixels mostly rise
# and fall together, so let us agree on a mean picture $m$ and one direction $w$ of length one. The encoder asks how
# far along the direction a picture $x$ lies, and the decoder walks that far from $m$, to $\hat x$. What is lost is the mean of the squared differences,
#
# $$ \ell(x, \hat x) = \frac1D \sum_{j=1}^{D} (x_j - \hat x_j)^2, \tag{1} $$
#
# with $D = 2$ pixels, $x$ and $\hat x$ of shape $(D,)$.
# %% [markdown] id="by-hand" lang="zh" of="6f99dc47"
# ## 3 · 手算：把两个数变成一个
#
# 取最小的情形：五幅只有**两个**像素的图，每幅只许传**一个**数。两个像素大致同升同降，所以我们事先约定好一幅平均图 $m$ 和一个长度为 1
# 的方向 $w$。编码器算出图像 $x$ 沿这个方向离 $m$ 有多远，解码器再从 $m$ 出发走这么远，得到 $\hat x$。丢掉多少，用各像素之差的平方的平均来衡量：
#
# $$ \ell(x, \hat x) = \frac1D \sum_{j=1}^{D} (x_j - \hat x_j)^2, \tag{1} $$
#
# 这里像素数 $D = 2$，$x$ 和 $\hat x$ 的形状都是 $(D,)$。
# %% id="by-hand-loop"
# (5, 2)
points = np.array([[0.1, 0.2], [0.3, 0.3], [0.5, 0.7], [0.7, 0.8], [0.9, 1.0]])
mean = [sum(point[j] for point in points) / len(points) for j in range(2)]
direction = [0.6, 0.8]  # 0.36 + 0.64 = 1: its length is one  # 0.36 + 0.64 = 1：长度为一

total = 0.0
for point in points:
    # the encoder: one number  # 编码器：得到一个数
    code = sum((point[j] - mean[j]) * direction[j] for j in range(2))
    # the decoder: two numbers again  # 解码器：又变回两个数
    back = [mean[j] + code * direction[j] for j in range(2)]
    loss = sum((point[j] - back[j]) ** 2 for j in range(2)) / 2  # (1)
    total += loss
    print(f"{point} -> {code:+.2f} -> [{back[0]:.2f} {back[1]:.2f}]  ",
          tr("lost", "损失"), f"{loss:.4f}")
print(tr("mean loss:", "平均损失："), f"{total / len(points):.5f}")
# %% [markdown] id="by-hand-matrix" lang="en"
# Half of the numbers were not sent and almost nothing is lost. The loops are two matrix products. With $K$ directions
# as the rows of a matrix $V$:
#
# $$ z = (x - m)\,V^\top, \qquad z\colon (K,),\quad V\colon (K, D), \tag{2} $$
#
# $$ \hat x = z\,V + m. \tag{3} $$
#
# Which direction is best? With two pixels we can simply try them all:
# %% [markdown] id="by-hand-matrix" lang="zh" of="1b839b5a"
# 少传了一半的数，几乎没有损失。上面的循环就是两次矩阵相乘。把 $K$ 个方向作为矩阵 $V$ 的各行：
#
# $$ z = (x - m)\,V^\top, \qquad z\colon (K,),\quad V\colon (K, D), \tag{2} $$
#
# $$ \hat x = z\,V + m. \tag{3} $$
#
# 哪个方向最好？只有两个像素时，挨个试一遍就行：
# %% id="by-hand-search"
def mean_loss(angle):
    v = np.array([[np.cos(angle), np.sin(angle)]])  # (1, 2)
    codes = (points - mean) @ v.T  # (5, 1)  equation (2)  # (5, 1)  (2) 式
    return np.mean((points - (codes @ v + mean)) ** 2)  # equations (3) and (1)  # (3) 式和 (1) 式


angles = np.radians(np.arange(0, 180))
losses = [mean_loss(angle) for angle in angles]
best = angles[int(np.argmin(losses))]
small = ae.fit_principal_components(points, 1)
found = (
    np.degrees(np.arctan2(small.components[0, 1], small.components[0, 0])) % 180
)
print(f"{tr('best of 180 directions:', '180 个方向中最好的：')} {np.degrees(best):.0f}°;  "
      f"{tr('principal component:', '主成分：')} {found:.1f}°")
# %% id="by-hand-plot" tags=["fold"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.6))
w = np.array([np.cos(best), np.sin(best)])
backs = np.outer((points - mean) @ w, w) + mean
line = np.outer([-0.75, 0.75], w) + mean
left.plot(*line.T, color=plots.PALETTE[1], lw=2, label=plots.label("all that one number can say", "一个数能表达的全部"))
for point, back in zip(points, backs, strict=True):
    left.plot(*np.stack([point, back]).T, color="black", lw=1)
left.scatter(*points.T, s=40, zorder=3, label=plots.label("pictures", "图像"))
left.scatter(*backs.T, s=26, zorder=3, color=plots.PALETTE[1])
left.set(xlabel=plots.label("first pixel", "第一个像素"), ylabel=plots.label("second pixel", "第二个像素"), aspect="equal")
left.legend(fontsize=8.5, loc="upper left")
right.plot(np.degrees(angles), losses, lw=2)
right.axvline(found, color=plots.PALETTE[1], ls="--", lw=1.4)
right.set(xlabel=plots.label("direction w, in degrees", "方向 w（度）"), ylabel=plots.label("mean loss (1)", "平均损失 (1)"),
          title=plots.label("dashed: the principal component", "虚线：主成分"), xlim=(0, 180), ylim=(0, None))
plots.show(
    figure,
    "Left: five points and the line on which their reconstructions lie, each joined to its own by a short segment at right"
    " angles. Right: the loss against the direction falls to nearly zero at 47 degrees, where the principal component is.",
    "左图：五个点，以及重构点所在的直线，每个点与自己的重构之间由一小段垂线相连。右图：损失随方向变化，在 47 度处降到接近零，正是主成分的方向。",
)
# %% [markdown] id="by-hand-reading" lang="en"
# The code keeps the direction in which the pictures *differ most* and drops the one in which they hardly differ. That is
# not luck. By Pythagoras, the squared distance of a point from the mean is what lies along the line plus what sticks
# out; the sum is fixed by the data, so **losing least is the same as keeping most variance**.
# %% [markdown] id="by-hand-reading" lang="zh" of="f9b9933c"
# 编码留下了这些图像**差别最大**的方向，丢掉了几乎没有差别的方向。这并非碰巧。由勾股定理，点到均值的距离的平方，等于沿直线那一段的平方加上垂直于直线那一段的平方；
# 两者之和由数据决定，所以**损失最小，就是保留的方差最大**。

# %% [markdown] id="pca" lang="en"
# ## 4 · The best linear code: principal component analysis
#
# For 784 pixels there are too many directions to try. But the answer is known in closed form: the directions are the
# eigenvectors of the data's covariance matrix, which holds, for every two pixels, the mean product of their deviations from their means.
# Eigenvectors are the directions that the matrix only stretches, and the variance kept by each is its eigenvalue. `fit_principal_components` computes them all at once, largest first. Look at what they are:
# %% [markdown] id="pca" lang="zh" of="cb129765"
# ## 4 · 最好的线性编码：主成分分析
#
# 784 个像素时，方向多得试不过来。好在答案有现成的公式：这些方向就是数据协方差矩阵的特征向量。协方差矩阵的每一项，是两个像素各自与均值之差的乘积的平均；
# 特征向量是这个矩阵只拉伸、不转动的方向，各自保留的方差就是特征值。`fit_principal_components` 一次全部算出，从大到小排列。看看它们长什么样：
# %% id="pca-fit"
pca = ae.fit_principal_components(train, 128)
kept = np.cumsum(pca.variances) / pca.total_variance
for size in [1, 2, 8, 32, 128]:
    # (1000,), one error for each held-out digit  # (1000,)，每个留出的数字一个误差
    errors = ae.reconstruction_errors(pca.first(size), test)
    print(f"{size:>4} {tr('numbers:', '个数：')} {kept[size - 1]:>6.1%} "
          f"{tr('of the variance, squared error', '的方差，平方误差')} "
          f"{errors.mean():.4f} ± {errors.std(ddof=1) / sqrt(len(errors)):.4f}")
# %% id="pca-plot" tags=["fold"]
rows = [pca.components[:10], test[first]] + [np.clip(pca.first(size).reconstruct(test[first]), 0, 1) for size in (2, 8, 32, 128)]
plots.show(
    gallery(rows, [plots.label("components 1–10", "主成分 1–10"), plots.label("original", "原图"),
                   *(plots.label(f"{size} numbers", f"{size} 个数") for size in (2, 8, 32, 128))]),
    "Six rows of ten pictures. First the ten leading components, soft red and blue patterns. Then ten digits and their"
    " reconstructions from 2, 8, 32 and 128 numbers: a blur of two digits at 2, ghosts at 8, legible at 32, sharp at 128.",
    "六排各十幅图。第一排是前十个主成分，柔和的红蓝图案；接着是十个数字原图，以及用 2、8、32、128 个数重构的结果：2 个数时是一团模糊，"
    "8 个数时叠着重影，32 个数时可以认读，128 个数时清晰。",
)
# %% [markdown] id="linear" lang="en"
# ### The same plane, found by gradient descent
#
# An autoencoder without hidden layers and without activation computes $\hat x = (x W_1 + b_1) W_2 + b_2$: equations (2)
# and (3) with weights that are *learned*. It knows nothing of eigenvectors. We give it a code of 6 numbers, and after
# every epoch measure the largest **principal angle** between the six-dimensional plane its decoder can reach and the
# plane of the first six components. 0° means the same plane, 90° a direction that the other plane misses entirely.
# %% [markdown] id="linear" lang="zh" of="ee28f897"
# ### 梯度下降找到的，是同一个平面
#
# 没有隐藏层、也没有激活函数的自编码器，计算的是 $\hat x = (x W_1 + b_1) W_2 + b_2$：也就是式 (2) 和 (3)，只不过权重是**学**来的。
# 它对特征向量一无所知。给它 6 个数的编码，每轮之后测量一次：它的解码器所能到达的六维平面，与前六个主成分张成的平面之间，
# 最大的**主角**（principal angle）是多少。0° 表示同一个平面；90° 表示有一个方向被对方完全漏掉。
# %% id="linear-train"
class Angles(keras.callbacks.Callback):
    tr("""A callback: Keras calls `on_epoch_end` after each epoch. It keeps the
    largest angle between the decoder's plane and that of the components.""",
       """回调：每一轮之后，Keras 都会调用 `on_epoch_end`。
    这里记下解码器的平面与主成分平面之间的最大夹角。""")

    def __init__(self):
        super().__init__()
        self.degrees = []

    def on_epoch_end(self, epoch, logs=None):
        # (6, 784)
        reached = self.model.decoder.get_layer("output").get_weights()[0]
        self.degrees.append(
            ae.principal_angles(reached, pca.components[:6]).max())


linear = ae.Autoencoder(784, code_dim=6, loss="squared_error", seed=course.seed)
watch = Angles()
ae.train_autoencoder(linear, train - pca.mean, epochs=course.epochs,
                     batch_size=64, learning_rate=0.01, seed=course.seed,
                     callbacks=[watch])
print([f"{degrees:.1f}°" for degrees in watch.degrees])
ours = ae.reconstruction_errors(linear, test - pca.mean).mean()
theirs = ae.reconstruction_errors(pca.first(6), test).mean()
print(f"{tr('squared error: autoencoder', '平方误差：自编码器')} {ours:.5f}, PCA {theirs:.5f}")
course.report("linear_angle", watch.degrees[-1])
# %% id="linear-plot" tags=["fold"]
reached = linear.decoder.get_layer("output").get_weights()[0]
plots.show(
    gallery([pca.components[:6], reached / np.linalg.norm(reached, axis=1, keepdims=True)],
            [plots.label("PCA", "PCA"), plots.label("autoencoder", "自编码器")], width=6.4),
    "Two rows of six red and blue patterns: the first six principal components, and the six pictures that the linear"
    " autoencoder's decoder adds up. They look different, though both rows span the same plane.",
    "两排各六幅红蓝图案：前六个主成分，以及线性自编码器的解码器所叠加的六幅图。它们看上去不同，却张成同一个平面。",
)
# %% [markdown] id="linear-reading" lang="en"
# From knowing nothing to within a degree or so of the same plane, by nothing but "give back what you were given". Yet
# the pictures differ. Why? Inside a plane every pair of axes is as good as every other: the network may turn and
# stretch its code as it likes, as long as the decoder turns it back. **The plane is determined, the axes are not.**
# PCA adds an order (most variance first) and right angles; an autoencoder's single code numbers mean nothing by
# themselves. Keep that in mind when somebody offers to tell you what "neuron 3" stands for.
# %% [markdown] id="linear-reading" lang="zh" of="1bb7c736"
# 从一无所知到与同一个平面相差一度左右，靠的只是“给你什么，就还什么”。可图案为什么不一样？因为在一个平面里，哪一组坐标轴都同样好：
# 网络可以随意旋转、拉伸它的编码，只要解码器再转回来。**平面是确定的，坐标轴不是。** PCA 另外规定了次序（方差大的在前）和直角；
# 自编码器的编码里，单独一个数本身并没有含义。以后有人要告诉你“第 3 个神经元代表什么”，请记起这一点。
# %% [markdown] id="quiz-linear" lang="en" tags=["quiz"]
# **A linear autoencoder with a code of 10 gets a second linear layer in its encoder and in its decoder. Its best possible error …**
# - [ ] falls: it is deeper now — Depth without nonlinearity is no depth: the product of matrices is one matrix.
# - [x] stays that of 10 principal components — Linear after linear is linear, and no linear code of 10 beats PCA.
# - [ ] rises: it has more weights to overfit with — Its best error cannot rise; the second layer may simply do nothing.
# - [ ] depends on the learning rate — How fast it gets there does; where the optimum lies does not.
# %% [markdown] id="quiz-linear" lang="zh" of="dd055fc6" tags=["quiz"]
# **编码为 10 个数的线性自编码器，编码器和解码器各再加一个线性层。它所能达到的最小误差……**
# - [ ] 会下降：网络更深了 — 没有非线性，再深也没有用：几个矩阵相乘还是一个矩阵。
# - [x] 不变，仍是 10 个主成分的误差 — 线性接线性还是线性，而 10 个数的线性编码没有能胜过 PCA 的。
# - [ ] 会上升：权重更多，更容易过拟合 — 最小误差不可能上升；新加的层完全可以什么都不做。
# - [ ] 取决于学习率 — 学习率决定多快到达，不决定最优在哪里。

# %% [markdown] id="arc" lang="en"
# ## 5 · A nonlinear code for curved data
#
# Here are points for which one number is plainly enough: they lie along a curl, and "how far along?" says it all. PCA is
# only allowed a straight line. An autoencoder with two hidden layers on each side may follow a curve.
# %% [markdown] id="arc" lang="zh" of="754fa071"
# ## 5 · 非线性编码：弯曲的数据
#
# 下面这些点，显然一个数就够了：它们排在一条卷曲的曲线上，“走了多远”便说尽一切。PCA 只能用一条直线；
# 编码器和解码器各有两个隐藏层的自编码器，则可以拐弯。
# %% id="arc-train"
def curl(number, seed):
    generator = np.random.default_rng(seed)
    turn = generator.uniform(0.3, 4.5, number)
    exact = (
        np.stack([np.cos(turn), np.sin(turn)], axis=1)
        * (0.5 + 0.12 * turn)[:, None]
    )
    # (number, 2)
    return (exact + generator.normal(0, 0.03, (number, 2))).astype(np.float32)


cloud, fresh = curl(course.points, course.seed), curl(1_000, course.seed + 1)
straight = ae.fit_principal_components(cloud, 1)
bent = ae.Autoencoder(2, code_dim=1, hidden_dims=(32, 32), activation="tanh",
                      loss="squared_error", seed=course.seed)
ae.train_autoencoder(bent, cloud, epochs=course.rounds, batch_size=40,
                     learning_rate=0.01, seed=course.seed)
for name, model in [("PCA", straight), (tr("autoencoder", "自编码器"), bent)]:
    errors = ae.reconstruction_errors(model, fresh)
    error = errors.std(ddof=1) / sqrt(len(errors))
    print(display.padded(name, 12), f"{errors.mean():.4f} ± {error:.4f}")
print(f"{tr('the noise in one of two directions:', '两个方向之一上的噪声：')} {0.03**2 / 2:.5f}")
# %% id="arc-plot" tags=["fold"]
figure, axes = plt.subplots(1, 2, figsize=(9.2, 4.0), sharex=True, sharey=True)
for axis, model, title in zip(axes, [straight, bent], ["PCA", plots.label("autoencoder", "自编码器")], strict=True):
    codes = model.encode(fresh)
    reach = model.decode(np.linspace(codes.min(), codes.max(), 300)[:, None].astype(np.float32))
    shown = axis.scatter(*fresh[:600].T, c=codes[:600, 0], s=9, cmap="viridis")
    axis.plot(*reach.T, color=plots.PALETTE[1], lw=2.4)
    axis.set(title=title, aspect="equal")
    figure.colorbar(shown, ax=axis, label=plots.label("code z", "编码 z"), shrink=0.85)
plots.show(
    figure,
    "Two panels with the same curl of points, coloured by their code. Left, the straight line of PCA cuts across it, and"
    " points far apart on the curl get the same colour. Right, the autoencoder's curve follows the curl from end to end.",
    "两幅图是同一条卷曲的点带，按编码着色。左图 PCA 的直线横穿而过，曲线上相距很远的点颜色相同；右图自编码器的曲线从头到尾贴着点带。",
)
# %% [markdown] id="arc-reading" lang="en"
# The orange line is everything the decoder can ever say. PCA's crosses the curl and gives points from far apart the same
# code. The autoencoder's follows it, and its error comes down towards that of the noise across the curve, which one
# number cannot carry and should not.
#
# This is the whole case for going deep: **data lie near a thin, curved sheet in a large space, and a nonlinear code can follow it.**
# %% [markdown] id="arc-reading" lang="zh" of="d66f6112"
# 橙色的线，是解码器所能说出的一切。PCA 的线横穿曲线，把相距很远的点编成同一个数。自编码器的线跟着曲线走，误差降到接近垂直于曲线方向的噪声的水平；
# 那部分，一个数传不了，也不该传。
#
# 需要深层网络的原因就在这里：**数据分布在高维空间中一张弯曲的曲面附近，非线性的编码才能贴合它。**

# %% [markdown] id="price" lang="en"
# ## 6 · Reconstruction losses: squared error and cross-entropy
#
# Squared error treats a pixel as a length. For ink there is a more telling reading. Let the decoder give each pixel a
# *probability* $p$ of ink, and ask how many **nats** it takes to write the true pixel down if $p$ is what you expected:
# $-\log p$ where there is ink, $-\log(1 - p)$ where there is none, and a mixture of the two for grey. Summed over the
# pixels, with logits $a$ and $p = \sigma(a)$, that is the **binary cross-entropy**:
#
# $$ \ell(x, a) = -\sum_{j=1}^{D} \big[x_j \log\sigma(a_j) + (1 - x_j)\log(1 - \sigma(a_j))\big] = \sum_{j=1}^{D} \big[\log(1 + e^{a_j}) - x_j a_j\big]. \tag{4} $$
#
# The second form is the same (try it with $x = 1$) and never takes the logarithm of a zero. Three pixels by hand:
# %% [markdown] id="price" lang="zh" of="dd4ba80b"
# ## 6 · 重构损失：平方误差与交叉熵
#
# 平方误差把像素当作长度。对墨迹来说，还有一种更有意义的解读。让解码器给每个像素一个“有墨”的**概率** $p$，再问：
# 如果你预期的是 $p$，真实像素的负对数概率是多少**奈特**（nat）？有墨处是 $-\log p$，没墨处是 $-\log(1 - p)$，灰色则是两者的混合。
# 对所有像素求和，用 logits $a$ 表示，$p = \sigma(a)$，就是**二元交叉熵**：
#
# $$ \ell(x, a) = -\sum_{j=1}^{D} \big[x_j \log\sigma(a_j) + (1 - x_j)\log(1 - \sigma(a_j))\big] = \sum_{j=1}^{D} \big[\log(1 + e^{a_j}) - x_j a_j\big]. \tag{4} $$
#
# 第二种写法与第一种相等（代入 $x = 1$ 试试），而且永远不会对零取对数。用三个像素手算：
# %% id="price-by-hand"
# ink, paper, grey; and what the decoder says  # 墨、纸、灰；以及解码器的回答
x, a = [1.0, 0.0, 0.3], [2.0, -1.0, 0.0]
nats = 0.0
for pixel, logit in zip(x, a, strict=True):
    p = 1 / (1 + exp(-logit))
    cost = -(pixel * log(p) + (1 - pixel) * log(1 - p))  # (4), first form  # (4) 式的第一种写法
    nats += cost
    print(f"x = {pixel}  p = {p:.3f}  {cost:.3f} {tr('nats', '奈特')}")
print(f"{nats:.4f} = {float(ae.binary_cross_entropy([x], [a])[0]):.4f}")

safe = np.clip(test, 1e-7, 1 - 1e-7)
floor = -np.sum(
    safe * np.log(safe) + (1 - safe) * np.log(1 - safe), axis=1
).mean()
print(f"{tr('a perfect copy of a held-out digit costs', '把留出的数字一点不差地复制出来，代价是')} "
      f"{floor:.1f} {tr('nats', '奈特')}")
# %% [markdown] id="price-floor" lang="en"
# The last line surprises many: even a perfect copy is not free. A grey pixel of 0.3 is read as "ink in 30 of 100 cases",
# and that remains uncertain although the decoder says exactly 0.3. So **a cross-entropy of zero cannot be reached, and
# losses must be judged by how far above this floor they are**.
# %% [markdown] id="price-floor" lang="zh" of="5cbeadef"
# 最后一行出乎很多人的意料：连完美的复制，损失也不为零。0.3 的灰色被读作“100 次里有 30 次有墨”，即使解码器恰好说出 0.3，这份不确定仍在。
# 所以**交叉熵到不了零，看损失要看它比这个下限高出多少**。
# %% [markdown] id="range-predict" lang="en" tags=["predict"]
# **Before you run it.** People like to standardise data to mean 0 and standard deviation 1. Then some pixels are 1.5 and some are
# −0.5. The next cell draws the cost (4) of one pixel against its logit for $x$ = 0, 0.3, 1 and 1.5. Where is the lowest
# point of the last curve?
#
# > Nowhere. For large $a$ the cost is about $a - x a = (1 - x)\,a$. With $x \le 1$ that rises or levels off; with $x = 1.5$
# > it is $-a/2$ and **falls for ever**. The optimiser makes use of that at once: it drives the logit to infinity, and the
# > loss falls with it. The loss turns negative and keeps falling, the curve looks like a splendid success, and every such pixel comes
# > back as plain 1. The formula is fine; the data were no probabilities.
# %% [markdown] id="range-predict" lang="zh" of="294f4065" tags=["predict"]
# **先猜，再运行。** 人们常把数据标准化成均值 0、标准差 1。这样一来，有的像素是 1.5，有的是 −0.5。
# 下一格画出一个像素的代价 (4) 随它的 logit 变化的曲线，$x$ 取 0、0.3、1 和 1.5。最后一条曲线的最低点在哪里？
#
# > 哪里也没有。$a$ 很大时，代价约为 $a - x a = (1 - x)\,a$。$x \le 1$ 时，它上升或变平；$x = 1.5$ 时，它等于 $-a/2$，**永远下降**。
# > 优化器很快会利用这一点：把 logit 推向无穷，损失就不断降低。损失变成负数并不断下降，曲线看起来像是大获成功，
# > 而这样的像素还原出来统统是 1。公式没有错，错在数据不是概率。
# %% id="range-run"
logits = np.linspace(-6, 10, 200)
figure, axis = plt.subplots(figsize=(6.6, 3.4))
for shade in [0.0, 0.3, 1.0, 1.5]:
    cost = np.logaddexp(0, logits) - shade * logits  # (4)
    axis.plot(logits, cost, lw=2, label=f"x = {shade:g}")
    if 0 < shade < 1:
        axis.plot(log(shade / (1 - shade)), cost.min(), "o", color="black",
                  zorder=3)
axis.axhline(0, color="black", lw=0.8)
axis.set(xlabel=plots.label("logit a of the decoder", "解码器的 logit a"),
         ylabel=plots.label("cost in nats", "代价（奈特）"), ylim=(-5.5, 10.5))
axis.legend()
plots.show(
    figure,
    "Cost against logit for four pixels. For 0 it rises, for 1 it falls "
    "towards zero, for 0.3 it has a lowest"
    " point, marked, above zero. For 1.5 it falls without end below zero.",
    "四种像素的代价随 logit 变化的曲线。x 为 0 时上升；为 1 时降向零；"
    "为 0.3 时有一个高于零的最低点（已标出）；为 1.5 时一直降到零以下，"
    "没有尽头。",
)

try:
    ae.train_autoencoder(ae.Autoencoder(784, code_dim=8),
                         (train - train.mean()) / train.std())  # standardised  # 标准化之后
except ValueError as error:
    print("ValueError:", error)
# %% [markdown] id="range-reading" lang="en"
# The library refuses, and says why, *before* an hour of training looks like success. Which loss when? Shades and
# probabilities: cross-entropy. Anything that may be negative or large, standardised data among it: squared error, and
# then no sigmoid at the end.
# %% [markdown] id="range-reading" lang="zh" of="53118c1e"
# 课程库拒绝训练，并说明原因，而且是在一小时的“成功”训练**之前**。什么时候用哪种损失？灰度和概率，用交叉熵；
# 可能为负、可能很大的数，包括标准化过的数据，用平方误差，末尾也不要加 sigmoid。

# %% [markdown] id="deep" lang="en"
# ## 7 · A deep autoencoder on digits
#
# Now the nonlinear code for real pictures: 784 → 200 → *code* → 200 → 784, and for short codes another layer of 50 on either
# side, for a code that is more strongly curved. Everything else is as before: the model must give back what it was given, through as few numbers as
# we allow.
# %% [markdown] id="deep" lang="zh" of="df4ad87c"
# ## 7 · 数字图像的深度自编码器
#
# 现在把非线性的编码用到真实图像上：784 → 200 → **编码** → 200 → 784；编码很短时，两边再各加一层 50 个单元，让编码能弯曲得更多。
# 其余照旧：给什么还什么，中间只许通过我们允许的那几个数。
# %% [markdown] id="deep-predict" lang="en" tags=["predict"]
# **Before you run it.** At 2, 8 and 32 numbers, will the deep code lose less than PCA, and where is its lead largest?
# Lose *less* is to be expected: a network can do nearly anything a plane can. Or is it? The network has more than 300,000
# weights and only 4,000 pictures, and is trained on cross-entropy and stopped after a few epochs; PCA finds its optimum
# exactly, and for the very error that we compare.
#
# > The deep code wins at every size, and its lead is largest in the *middle*: more than a quarter of the error at 8 numbers. At
# > 2, hardly anything about a digit can be said, by whatever code, and squeezing everything through so narrow a gate is
# > hard to learn in a few epochs. At 32 a plane is already good. That a larger family of models *contains* the smaller one
# > says only that it could do as well, not that training finds it: at `full` the network is given time, and you can see
# > what that changes.
# %% [markdown] id="deep-predict" lang="zh" of="1e5dcb42" tags=["predict"]
# **先猜，再运行。** 编码为 2、8、32 个数时，深度编码都比 PCA 丢得少吗？在哪里领先最多？按说应该**更少**：平面能做的，网络几乎都能做。
# 可真是这样吗？网络有 30 多万个权重，图像却只有 4,000 幅，训练时最小化的又是交叉熵，而且几轮就停；PCA 则能精确求得最优，优化的正是我们用来比较的误差。
#
# > 每种大小都是深度编码胜出，而领先最多的在**中间**：8 个数时，误差少了四分之一以上。只有 2 个数时，无论什么编码，能说的都很少，
# > 而且要让一切通过这么窄的瓶颈，几轮训练也难以学会。到了 32 个数，平面已经不错了。大的模型族**包含**小的，只说明它能做到一样好，
# > 不说明训练一定找得到：`full` 规模给网络更多时间，你可以看看有什么变化。
# %% [markdown] id="deep-settings" lang="en"
# One thing first. Activation, learning rate and epochs have to be chosen, and the held-out digits must not choose them: the best of
# several tries on them would look better than it is. (One candidate is new: *ELU*, a ReLU that does not cut negative sums $z$ off at 0 but
# bends smoothly towards −1, as $e^z - 1$.) So here are two recipes in a **recorded run**
# (`python -m course_lib.autoencoder.search build/search.json`), trained on 3,500 of the training digits and judged on the
# other 500, with three seeds each:
# %% [markdown] id="deep-settings" lang="zh" of="ee3e944e"
# 先说一件事。激活函数、学习率和轮数总得选定，却不能拿留出的数字来选：在它们身上试上几次，取最好的一次，结果看上去就会比实际更好。
# （候选里有一个新的激活函数 *ELU*：负的加权和 $z$ 不像 ReLU 那样变成 0，而是取 $e^z - 1$，平滑地趋于 −1。）所以下面给出两种做法的一份**事先跑好的记录**（`python -m course_lib.autoencoder.search build/search.json`）：
# 用训练数字中的 3,500 个训练，另外 500 个评判，每种做法跑三个种子：
# %% id="deep-settings-recorded"
searched = ae.recorded()
recipes = {"elu": "elu", "relu, slower and longer": tr("relu, slower and longer", "relu，学得慢些、久些")}
rows = []
for size in (2, 8, 32):
    cells = []
    for recipe in recipes:
        errors = [run["error"] for run in searched["runs"]
                  if run["size"] == size and run["recipe"] == recipe]
        cells.append(
            f"{np.mean(errors):.4f} ({min(errors):.4f} – {max(errors):.4f})")
    rows.append([size, *cells])
display.table([tr("code", "编码"), *recipes.values()], rows)
# %% [markdown] id="deep-settings-reading" lang="en"
# At 32 numbers the first recipe is better with every seed, at 8 with two of three and on average. At 2 the two differ by less
# than seeds do; the second scatters less, so it is taken there. The widths of the hidden layers were settled while the lesson was written, without such a record.
# %% [markdown] id="deep-settings-reading" lang="zh" of="d47bbce7"
# 32 个数时，每个种子都是第一种做法更好；8 个数时，三个种子里有两个如此，平均也是它好。2 个数时，两种做法之差还不如种子之间的差大；第二种波动小一些，这里就用第二种。
# 隐藏层的宽度是写这一课时定下的，没有这样的记录。
# %% id="deep-train"
deep = {}
for size in course.sizes:
    if size <= 2:  # the second recipe, as chosen above  # 第二种做法，如上面所选
        activation, learning_rate = "relu", 0.003
        epochs = course.epochs * 3 // 2
    else:
        activation, learning_rate = "elu", 0.005
        epochs = course.epochs
    widths = (200, 50) if size < 16 else (200,)
    deep[size] = ae.Autoencoder(784, size, hidden_dims=widths,
                                activation=activation, seed=course.seed)
    ae.train_autoencoder(deep[size], train, epochs=epochs, batch_size=100,
                         learning_rate=learning_rate, seed=course.seed)
# %% id="deep-table"
def with_error(values):
    error = values.std(ddof=1) / sqrt(len(values))
    return f"{values.mean():.4f} ± {error:.4f}"


rows = []
for size, model in deep.items():
    plain = ae.reconstruction_errors(pca.first(size), test)
    errors = ae.reconstruction_errors(model, test)
    nats = ae.reconstruction_errors(model, test, measure="cross_entropy")
    rows.append([size, with_error(plain), with_error(errors),
                 with_error(plain - errors), f"{nats.mean() - floor:.1f}"])
display.table([tr("code", "编码"), "PCA", tr("deep", "深度"), tr("PCA − deep", "PCA − 深度"),
               tr("nats above the floor", "高出下限的奈特数")], rows)
course.report(
    "deep_against_pca",
    ae.reconstruction_errors(deep[8], test).mean()
    / ae.reconstruction_errors(pca.first(8), test).mean(),
)
# %% id="deep-plot" tags=["fold"]
sizes = np.unique(np.geomspace(1, 128, 30).astype(int))
curve = [np.mean((pca.first(int(size)).reconstruct(test) - test) ** 2) for size in sizes]
figure, axis = plt.subplots(figsize=(6.8, 3.5))
axis.loglog(sizes, curve, lw=2, label="PCA")
axis.loglog(list(deep), [ae.reconstruction_errors(model, test).mean() for model in deep.values()], "o-", lw=2,
            label=plots.label("deep autoencoder", "深度自编码器"))
axis.axhline(test.var(axis=0).mean(), color="black", ls=":", lw=1.3, label=plots.label("the mean digit, for all", "一律用平均图"))
ticks = [1, 2, 4, 8, 16, 32, 64, 128]
heights = [0.005, 0.01, 0.02, 0.05]
axis.set(xticks=ticks, xticklabels=ticks, yticks=heights, yticklabels=heights, xlabel=plots.label("numbers in the code", "编码里数的个数"),
         ylabel=plots.label("squared error, held out", "平方误差（留出数据）"))
axis.minorticks_off()
axis.legend(loc="lower left")
plots.show(
    figure,
    "Held-out squared error against the size of the code on logarithmic axes. The line of PCA falls steadily; the points of"
    " the deep autoencoder lie below it.",
    "双对数坐标下，留出数据的平方误差随编码大小变化。PCA 的线稳步下降；深度自编码器的点在它下方。",
)
size = max(course.sizes)
plots.show(
    gallery([test[first], np.clip(pca.first(2).reconstruct(test[first]), 0, 1), deep[2].reconstruct(test[first]),
             np.clip(pca.first(8).reconstruct(test[first]), 0, 1), deep[8].reconstruct(test[first]), deep[size].reconstruct(test[first])],
            [plots.label("original", "原图"), plots.label("PCA, 2", "PCA，2 个数"), plots.label("deep, 2", "深度，2 个数"),
             plots.label("PCA, 8", "PCA，8 个数"), plots.label("deep, 8", "深度，8 个数"), plots.label(f"deep, {size}", f"深度，{size} 个数")]),
    "Ten held-out digits and their reconstructions. From two numbers PCA gives blurs, the deep network shapes that are"
    " more like digits, several of them the wrong one; from eight PCA gives ghosts and the deep network readable digits.",
    "十个留出的数字及其重构。2 个数时，PCA 是一团模糊，深度网络画得更像数字，但有几个画成了另一个；8 个数时，PCA 叠着重影，深度网络可以认读。",
)
# %% [markdown] id="deep-reading" lang="en"
# Look at the rows for two numbers. PCA answers "something roundish" and mixes ghosts. The deep network draws something more
# like a digit, though not always the right one. It has learned what digits look like and fills in what the code cannot
# carry. That is its strength and its danger: **a good decoder is confident where it should doubt**, and a reconstruction
# that looks clean is no proof that it is true. The difference in the table is measured digit by digit, so that its error
# is smaller than those of the two columns would suggest.
# %% [markdown] id="deep-reading" lang="zh" of="1b08a9c9"
# 看 2 个数的那两排。PCA 只画出大致的圆形，叠着重影；深度网络画的更像一个数字，只是不一定对。它学会了数字该是什么样子，
# 编码没有携带的，它就自己补上。这是它的长处，也是它的危险：**好的解码器，在该犹豫的地方也很自信**；重构得干净，不等于重构得真实。
# 表中的差值是逐幅图相减得到的，所以它的标准误比由两列的标准误推想的要小。

# %% [markdown] id="erratum" lang="en"
# ## 8 · E12: a code without a bottleneck
#
# The second article (4.1) says that an autoencoder compresses its input, and builds one with `input_dim = 100`, `encoding_dim = 32`, `output_dim = 100`. Its
# encoder is a layer of 32 followed by one of 100 with a sigmoid; its decoder is again 32, then 100. It is fitted on
# `X_train`, which no line defines. Let us give it data with exactly 100 inputs: the middle of each digit, where nearly
# all ink is, at 10 by 10 pixels.
# %% [markdown] id="erratum" lang="zh" of="6373b6a5"
# ## 8 · E12：没有瓶颈的编码
#
# 第二篇文章（4.1）说自编码器把输入压缩成低维表示，代码用 `input_dim = 100`、`encoding_dim = 32`、`output_dim = 100` 搭了一个自编码器。编码器先是 32 个单元的一层，
# 再接一层 100 个单元、带 sigmoid；解码器又是 32，然后 100。训练用的 `X_train` 则哪一行都没有定义。我们给它配上恰好 100 个输入的数据：
# 每个数字的中央部分，几乎所有墨迹都在那里，缩成 10×10 像素。
# %% id="erratum-run" slide="code"
try:
    print(X_train.shape)
except NameError as error:
    print("NameError:", error)

# the middle of each digit, 20 × 20, at half its size: 10 × 10  # 每个数字中间的 20 × 20，缩小一半：10 × 10
middle = digits.images[:, 4:24, 4:24].reshape(-1, 10, 2, 10, 2)
middle = middle.mean(axis=(2, 4)).reshape(len(digits), 100)
small_train, small_test = middle[: course.train], middle[4_000:]
# %% id="erratum-article"
layers = keras.layers
keras.utils.set_random_seed(course.seed)
article = keras.Sequential([
    keras.Input((100,)),
    layers.Dense(32, activation="relu"),
    # what the article decodes from  # 原文解码时所用的输入
    layers.Dense(100, activation="sigmoid", name="code"),
    layers.Dense(32, activation="relu"),
    layers.Dense(100, activation="sigmoid"),
])
article.compile(optimizer="adam", loss="binary_crossentropy",
                steps_per_execution=devices.steps_in_a_call(16))
article.fit(small_train, small_train, epochs=course.article_epochs,
            batch_size=32, verbose=0)
# %% id="erratum-code" slide="code"
code_of = keras.Model(article.inputs[0], article.get_layer("code").output)
codes = keras.ops.convert_to_numpy(code_of(small_test))
print(tr("shape of the code:", "编码的形状："), codes.shape,
      tr("  shape of the input:", "  输入的形状："), small_test.shape)
print(tr("codes lie between", "编码介于"), f"{codes.min():.2f}",
      tr("and", "和"), f"{codes.max():.2f}")
# %% [markdown] id="erratum-taken-apart" lang="en"
# It trains. Its loss falls. And look at the first line: the "compressed" picture has **100 numbers, as many as the
# picture itself**. Whoever stores these codes has saved nothing; nobody can draw them as a map. The true bottleneck is
# the layer of 32 that comes *before* the code, and a second one behind it. Those two squeeze the picture twice and the
# wide sigmoid between them only does harm: it presses every number into (0, 1), and near either end it hardly passes a
# gradient on.
#
# The cure is to leave things out. One layer of 32 *is* the code, without an activation, so that it may take any value.
# All three get the article's optimiser, the same batches and the same number of epochs, 100 at `full` as in the article, a few
# at `quick`. (Ours sums the loss over the pixels and the article's averages it; Adam hardly notices a factor.)
# %% [markdown] id="erratum-taken-apart" lang="zh" of="e8215431"
# 它能训练，损失也在下降。可请看第一行：“压缩”之后的图有 **100 个数，和图本身一样多**。把这些编码存下来，一点也没省；想画成地图也画不了。
# 真正的瓶颈是编码**之前**的那层 32，编码之后又有一层。这两层把图挤了两遍，夹在中间的宽 sigmoid 只有坏处：它把每个数压进 (0, 1)，
# 而且靠近两端时几乎不传梯度。
#
# 改正的办法是去掉多余的层：32 个单元的那一层**就是**编码，不加激活函数，取什么值都行。
# 三个模型用的都是原文的优化器，批大小和轮数也相同：`full` 规模与原文一样 100 轮，`quick` 只有几轮。（我们的损失对像素求和，原文取平均；两者只差一个常数倍，Adam 几乎不受影响。）
# %% id="erratum-mended"
try:
    ae.Autoencoder(100, code_dim=100)
except ValueError as error:
    print("ValueError:", error)

mended = {}
for size, hidden in [(32, ()), (16, (64,))]:
    mended[size] = ae.Autoencoder(100, size, hidden_dims=hidden,
                                  activation="elu", seed=course.seed)
    mended[size].compile(
        optimizer="adam", loss=ae.ReconstructionLoss("cross_entropy"),
        steps_per_execution=devices.steps_in_a_call(16),
    )
    mended[size].fit(small_train, small_train, epochs=course.article_epochs,
                     batch_size=32, verbose=0)
# %% id="erratum-table"
rebuilt = article.predict(small_test, verbose=0)
theirs = np.mean((rebuilt - small_test) ** 2, axis=1)  # (1000,)
rows = [[tr("article 100-32-100-32-100", "原文 100-32-100-32-100"),
         f"{article.count_params():,}", 100, with_error(theirs)]]
names = {32: tr("mended 100-32-100", "改正 100-32-100"),
         16: tr("mended 100-64-16-64-100", "改正 100-64-16-64-100")}
for size, name in names.items():
    errors = ae.reconstruction_errors(mended[size], small_test)
    rows.append([name, f"{mended[size].count_params():,}", size,
                 with_error(errors)])
display.table([tr("model", "模型"), tr("weights", "权重"), tr("numbers sent", "传的个数"),
               tr("squared error", "平方误差")], rows)
course.report(
    "article_against_mended",
    theirs.mean() / ae.reconstruction_errors(mended[32], small_test).mean())
# %% [markdown] id="erratum-reading" lang="en"
# With half the weights and a third of the numbers, the mended model loses less, after a few epochs and after the article's 100.
# The sixteen numbers are ahead of the article's hundred only while its network, slow behind its sigmoid, still learns; after 100
# epochs it has passed them (try `full`). A code as wide as the input is not always wrong, by the way. But
# then something *else* must keep the network from copying: sections 10 and 11 show two such things, and the library asks
# for one of them.
#
# (The same article's variational autoencoder inherits the mistake and adds two of its own, E13 and E14: lesson 04.)
# %% [markdown] id="erratum-reading" lang="zh" of="049c2dd6"
# 权重少一半，传的数只有三分之一，改正后的模型反而丢得更少，几轮之后如此，到了原文的 100 轮也如此。十六个数领先于原文的一百个数，
# 只是因为原文的网络隔着 sigmoid 学得慢；到 100 轮，十六个数就被它超过了（用 `full` 规模可以看到）。
# 顺便说一句，与输入一样宽的编码并不总是错。但那样就得有**别的**东西来防止网络照抄：第 10、11 节各给出一种，课程库也要求至少用上其中一种。
#
# （同一篇文章的变分自编码器继承了这个错误，又添了两个自己的，即 E13 和 E14：见第 04 课。）
# %% [markdown] id="quiz-wide" lang="en" tags=["quiz"]
# **Somebody trains an autoencoder 100 → 200 → 100 with no noise and no penalty, and its error is nearly zero. What has it learned?**
# - [ ] A code twice as rich as the input — A code that can hold everything has no reason to choose anything.
# - [x] Possibly nothing but to copy — Passing each number straight on gives error zero; the demand "resemble the input" asks for no more.
# - [ ] The principal components — PCA solves the problem with a bottleneck; without one, any invertible map will do.
# - [ ] It must have overfitted — Copying works on new data as well: held-out error is low too, and still nothing was learned.
# %% [markdown] id="quiz-wide" lang="zh" of="24aa11f3" tags=["quiz"]
# **有人训练了一个 100 → 200 → 100 的自编码器，没有噪声，也没有惩罚，误差几乎为零。它学到了什么？**
# - [ ] 比输入丰富一倍的编码 — 什么都装得下的编码，就没有理由取舍。
# - [x] 可能只学会了照抄 — 把每个数原样传过去，误差就是零；要求只是“像输入”，此外什么也没要求。
# - [ ] 主成分 — PCA 解的是有瓶颈的问题；没有瓶颈，任何可逆的变换都行。
# - [ ] 一定是过拟合了 — 照抄在新数据上同样有效：留出误差也很低，却仍然什么都没学到。

# %% [markdown] id="latent" lang="en" tags=["stop"]
# ## 9 · The latent space: a map of all digits
#
# Two numbers are a place on a map. So the model with a code of 2 has drawn a map of all handwriting, and nobody told it
# that there are ten digits. The colours below are added afterwards; the network never saw a label.
# %% [markdown] id="latent" lang="zh" of="36993403" tags=["stop"]
# ## 9 · 潜空间：所有数字的地图
#
# 两个数就是地图上的一个位置。编码为 2 的模型，其实给所有手写数字画了一张地图，而没有人告诉过它数字有十种。
# 下图的颜色是后来加上的，网络从没见过标签。
# %% id="latent-neighbours"
from sklearn.neighbors import KNeighborsClassifier

for name, model in [("PCA", pca.first(2)), (tr("deep", "深度"), deep[2])]:
    judge = KNeighborsClassifier(10).fit(model.encode(train), train_labels)
    share = judge.score(model.encode(test), test_labels)
    print(display.padded(name, 6),
          tr("ten nearest neighbours on the map name the digit rightly:",
             "由地图上最近的十个邻居投票，认对的比例："),
          f"{share:.1%} ± {sqrt(share * (1 - share) / len(test)):.1%}")
course.report("map_neighbours", share)
# %% id="latent-plot" tags=["fold"]
COLOURS = plt.get_cmap("tab10").colors
figure, axes = plt.subplots(1, 2, figsize=(10.4, 4.6))
for axis, model, title in zip(axes, [pca.first(2), deep[2]], ["PCA", plots.label("deep autoencoder", "深度自编码器")], strict=True):
    codes = model.encode(test)
    low, high = np.percentile(codes, [1, 99], axis=0)
    for label in range(10):
        members = codes[test_labels == label]
        axis.scatter(*members.T, s=7, alpha=0.6, color=COLOURS[label])
        axis.text(*np.median(members, axis=0), str(label), fontsize=15, weight="bold", color=COLOURS[label], ha="center", va="center",
                  bbox=dict(boxstyle="circle,pad=0.12", fc="white", ec=COLOURS[label], alpha=0.85))
    margin = 0.25 * (high - low)
    axis.set(title=title, xlabel="z₁", ylabel="z₂", xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
plots.show(
    figure,
    "Two maps of the held-out digits, coloured by digit. On PCA's the colours overlap in one cloud, only 0 and 1 stand apart."
    " On the autoencoder's, digits lie in rays of their own colour that meet in a crowded middle.",
    "两张留出数字的地图，按数字着色。PCA 的地图上颜色混成一团，只有 0 和 1 分得开；自编码器的地图上，各个数字沿着自己的射线分布，中间拥挤地交汇。",
)
# %% [markdown] id="latent-reading" lang="en"
# The deep map keeps digits apart better than the straight one, because a code that mixed a 0 with a 1 would cost the
# decoder a good deal. Digits that look alike are neighbours: 4, 7 and 9. But look at the *shape*: rays, a crowd in the middle,
# empty stretches, and on each axis a scale that nobody chose. Nothing in the loss asked for a tidy map. What lies in the empty parts? Let us decode a whole grid of places, and then walk in
# a straight line from one digit to another.
# %% [markdown] id="latent-reading" lang="zh" of="ff334d0a"
# 深度模型的地图比直线编码的分得更开，因为把 0 和 1 混在一起的编码，会让解码器付出高昂的代价。长得像的成了邻居：4、7、9。但请看它的**形状**：
# 一道道射线，中间挤成一团，别处大片空白，两个轴的尺度谁也没有选过。损失里没有哪一项要求地图整齐。空白处是什么？我们把一整片网格上的位置都解码出来，
# 再沿直线从一个数字走到另一个数字。
# %% id="latent-walk"
codes = deep[2].encode(test)
low, high = np.percentile(codes, [5, 95], axis=0)
side = 15
grid = np.stack(np.meshgrid(np.linspace(low[0], high[0], side),
                            # (15, 15, 2)
                            np.linspace(high[1], low[1], side)), axis=-1)
world = deep[2].decode(grid.reshape(-1, 2).astype(np.float32))
world = world.reshape(side, side, 28, 28)
# one large picture  # 一幅大图
atlas = world.transpose(0, 2, 1, 3).reshape(side * 28, side * 28)

start, end = test[first[0]], test[first[7]]
shares = np.linspace(0, 1, 9)[:, None]
walks = {}
for size in (2, max(course.sizes)):
    there, back = deep[size].encode(np.stack([start, end]))
    # (9, 784)
    walks[size] = deep[size].decode(
        (there + shares * (back - there)).astype(np.float32))
# (9, 784): one picture faded into the other  # (9, 784)：一幅图渐变成另一幅
mixtures = start + shares * (end - start)
# %% id="latent-walk-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.2, 6.2))
axis.imshow(atlas, cmap="gray_r", vmin=0, vmax=1, extent=(low[0], high[0], low[1], high[1]), aspect="auto")
axis.set(xlabel="z₁", ylabel="z₂", title=plots.label("What the decoder draws at each place", "解码器在每个位置画出的东西"))
axis.grid(False)
plots.show(
    figure,
    "A grid of 15 by 15 decoded pictures laid out like the map: regions of clear digits that turn into one another, with"
    " smudged in-between shapes at the borders.",
    "15×15 个位置解码出的图像，按地图排列：一片片清楚的数字彼此过渡，交界处是含混的中间形状。",
)
plots.show(
    gallery([mixtures, *walks.values()], [plots.label("fade the pixels", "像素渐变"), *(plots.label(f"walk, code of {size}", f"在 {size} 维编码里走") for size in walks)]),
    "Three rows of nine pictures between a 0 and a 7. Fading pixels shows both digits on top of each other. Walking through"
    " the code bends one shape into the other, passing over other digits on the way.",
    "三排各九幅图，从 0 到 7。像素渐变是两个数字叠在一起；在编码里行走则是一个形状弯成另一个，途中会经过别的数字。",
)
# %% [markdown] id="tour" lang="en"
# And now in motion. The dot visits the middle of each digit's region in turn; the picture beside it is decoded from the
# dot's two coordinates, from nothing else.
# %% [markdown] id="tour" lang="zh" of="3b0c4fec"
# 再让它动起来。圆点依次走到每个数字所在区域的中心；旁边的图只由圆点的两个坐标解码而来，别的什么也没用。
# %% id="tour-run" tags=["fold"]
from PIL import Image

stops = np.array([np.median(codes[test_labels == label], axis=0) for label in [*range(10), 0]])  # (11, 2)
share = np.linspace(0, 1, 4, endpoint=False)[:, None]
path = np.concatenate([here + share * (there - here) for here, there in pairwise(stops)])  # (40, 2)
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.2), width_ratios=[1.25, 1])
left.scatter(*codes.T, s=4, c=[COLOURS[label] for label in test_labels], alpha=0.5)
for label, stop in enumerate(stops[:10]):
    left.text(*stop, str(label), fontsize=11, weight="bold", ha="center", va="center")
margin = 0.15 * (stops.max(axis=0) - stops.min(axis=0))
left.set(xlim=(stops[:, 0].min() - margin[0], stops[:, 0].max() + margin[0]), ylim=(stops[:, 1].min() - margin[1], stops[:, 1].max() + margin[1]),
         xlabel="z₁", ylabel="z₂")
dot = left.plot([], [], "o", ms=11, mfc="none", mec="black", mew=2.4)[0]
right.axis("off")
screen = right.imshow(np.zeros((28, 28)), cmap="gray_r", vmin=0, vmax=1)
figure.set_dpi(80)
figure.draw_without_rendering()  # lays the figure out once, and not for every frame  # 只排版一次，不必每一帧都排
figure.set_layout_engine("none")
dot.set_animated(True)  # what moves is left out of the background, which is drawn once  # 背景只画一次，会动的部分不画在里面
screen.set_animated(True)
figure.canvas.draw()
background = figure.canvas.copy_from_bbox(figure.bbox)
frames = []
for place, image in zip(path, deep[2].decode(path.astype(np.float32)), strict=True):
    figure.canvas.restore_region(background)
    dot.set_data([place[0]], [place[1]])
    screen.set_data(image.reshape(28, 28))
    left.draw_artist(dot)
    right.draw_artist(screen)
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    frames.append(Image.fromarray(pixels.copy()).convert("P", palette=Image.Palette.ADAPTIVE, colors=48))
plt.close(figure)
film = io.BytesIO()
frames[0].save(film, format="GIF", save_all=True, append_images=frames[1:], duration=220, loop=0)
words = tr("An animation: a circle wanders over the map from digit to digit, and the picture decoded from its place changes with it,"
           " one digit melting into the next.",
           "动画：一个圆圈在地图上从一个数字走到另一个数字，由它的位置解码出的图像随之变化，一个数字融成下一个。")
display.show_picture(f'<img src="data:image/gif;base64,{base64.b64encode(film.getvalue()).decode()}" width="510"'
                     f' style="max-width:100%;height:auto;background:#fff" alt="{words}">', words)
# %% [markdown] id="tour-reading" lang="en"
# Fading pixels lays two digits on top of each other. Walking through the code *bends* one into the other, and on the way
# passes over shapes that are no clear digit. Nothing in the loss said that the places between two pictures should mean
# anything. Draw two numbers at random, decode them, and you may get a smudge. **An autoencoder compresses; it does not
# know where on its map the pictures are.** To *generate*, we must teach it that, and lesson 04 does.
# %% [markdown] id="tour-reading" lang="zh" of="eb643b73"
# 像素渐变是把两个数字叠在一起；在编码里行走则是把一个**弯**成另一个，途中会经过不是数字的形状。损失里没有哪一项说过，两幅图之间的位置
# 也应当有意义。随机取两个数去解码，得到的可能是一团污迹。**自编码器只会压缩，并不知道图像在地图的哪些地方。** 要让它**生成**，
# 就得教会它这一点，那是第 04 课的事。

# %% [markdown] id="denoising" lang="en"
# ## 10 · Denoising autoencoders
#
# A bottleneck is one way to keep a network from copying. Here is another: never show it what it is asked for. During
# training each picture is spoilt anew, by adding noise or by setting numbers to zero, and the target is the *clean*
# picture. Copying now gives a bad answer. The network has to know what is likely.
#
# What does it learn? On the curl of section 5 one can see it. We spoil the points with noise, train, and draw for a grid
# of places an arrow from the place to its reconstruction. The code may now have more
# numbers than the input.
# %% [markdown] id="denoising" lang="zh" of="c8e4ac6d"
# ## 10 · 去噪自编码器
#
# 瓶颈是防止网络照抄的一种办法。还有一种：永远不给它看它该还原的东西。训练时，每幅图每次用到都重新破坏，或加噪声，或把一些数置零，
# 而目标是**干净**的图。这下照抄得不到好结果，网络必须知道什么样的图更可能出现。
#
# 它学到了什么？在第 5 节那条卷曲的曲线上可以直接看到。给那些点加上噪声，训练，再对网格上的每个位置画一个箭头，从这个位置指向它的重构。
# 这一次，编码里的数可以比输入的还多。
# %% id="denoising-arrows"
cleaner = ae.Autoencoder(
    2, code_dim=8, hidden_dims=(32,), activation="tanh", loss="squared_error",
    corruption=ae.Corruption("gaussian", 0.15, seed=course.seed),
    seed=course.seed)
ae.train_autoencoder(cleaner, cloud, epochs=course.rounds, batch_size=40,
                     learning_rate=0.01, seed=course.seed)
places = (
    np.stack(
        np.meshgrid(np.linspace(-1.25, 0.95, 15), np.linspace(-1.35, 1.05, 15)),
        axis=-1,
    )
    .reshape(-1, 2)
    .astype(np.float32)
)
arrows = cleaner.reconstruct(places) - places
# %% id="denoising-arrows-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(5.6, 4.8))
axis.scatter(*fresh.T, s=5, color=plots.PALETTE[5], label=plots.label("data", "数据"))
axis.quiver(*places.T, *arrows.T, angles="xy", scale_units="xy", scale=2.5, width=0.0045, color="black", zorder=3)
axis.set(aspect="equal", title=plots.label("from where it is to where it belongs", "从所在之处，指向该在之处"))
axis.legend(loc="lower right", frameon=True)
plots.show(
    figure,
    "A field of arrows around the curl of points. Everywhere the arrows point to the nearest stretch of the curl, and they are"
    " short on the curl itself.",
    "点带周围布满箭头。各处的箭头都指向最近的一段曲线，在曲线上则很短。",
)
# %% [markdown] id="denoising-arrows-reading" lang="en"
# Each arrow says "you probably come from over there". The network has learned the way back to the data from anywhere
# near it: in the language of statistics, the direction in which data become *more likely* (Alain and Bengio, 2014).
# Image generators by diffusion are built on exactly these arrows, followed step by step from pure noise.
#
# Now digits, with noise of deviation 0.4 on every pixel. The yardstick is PCA again: few components cannot follow noise,
# so projecting on them cleans too. We give PCA an advantage and let it choose its best size on the test set.
# %% [markdown] id="denoising-arrows-reading" lang="zh" of="1a056f8a"
# 每个箭头都在说：“你多半是从那边来的。”网络学会了从附近任何地方回到数据的路；用统计的话说，就是数据**变得更有可能**的方向
# （Alain 与 Bengio，2014）。靠扩散生成图像的模型，正是建立在这些箭头上：从纯噪声出发，一步一步跟着走。
#
# 现在轮到数字，每个像素加上标准差 0.4 的噪声。基线还是 PCA：成分少，就跟不上噪声，所以投影到几个主成分上也能去噪。我们让 PCA 占点便宜：
# 允许它在测试集上挑选最好的大小。
# %% id="denoising-digits"
size = max(course.sizes)
noisy = np.asarray(ae.corrupt(test, "gaussian", 0.4, seed=course.seed + 2))
denoiser = ae.Autoencoder(
    784, size, hidden_dims=(200,), activation="elu",
    corruption=ae.Corruption("gaussian", 0.4, seed=course.seed),
    seed=course.seed)
ae.train_autoencoder(denoiser, train, epochs=course.epochs, batch_size=100,
                     learning_rate=0.005, seed=course.seed)

of_pca = {count: ae.reconstruction_errors(pca.first(count), noisy, test)
          for count in range(8, 129, 8)}
count = min(of_pca, key=lambda number: of_pca[number].mean())
results = {
    tr("left as it is", "原样不动"): np.mean((noisy - test) ** 2, axis=1),
    tr(f"PCA, best of all sizes: {count}", f"PCA，最好的大小：{count}"): of_pca[count],
    tr("autoencoder of section 7", "第 7 节的自编码器"): ae.reconstruction_errors(deep[size], noisy,
                                                         test),
    tr("denoising autoencoder", "去噪自编码器"): ae.reconstruction_errors(denoiser, noisy, test)}
for name, errors in results.items():
    error = errors.std(ddof=1) / sqrt(len(errors))
    print(display.padded(name, 29), f"{errors.mean():.4f} ± {error:.4f}")
course.report("denoised_against_pca", errors.mean() / of_pca[count].mean())
# %% id="denoising-plot" tags=["fold"]
plots.show(
    gallery([test[first], np.clip(noisy[first], 0, 1), np.clip(pca.first(count).reconstruct(noisy[first]), 0, 1),
             deep[size].reconstruct(noisy[first]), denoiser.reconstruct(noisy[first])],
            [plots.label("clean", "干净"), plots.label("given", "给它看的"), plots.label(f"PCA, {count}", f"PCA，{count} 个数"),
             plots.label("section 7", "第 7 节"), plots.label("denoising", "去噪")]),
    "Ten digits: clean, buried in noise, and cleaned in three ways. PCA leaves ghosts and stains, the plain autoencoder draws"
    " distorted digits, the denoising one draws clean strokes on white paper.",
    "十个数字：干净的、埋在噪声里的，以及三种去噪结果。PCA 留下重影和污渍，普通自编码器画得走样，去噪自编码器在白纸上画出干净的笔画。",
)
# %% [markdown] id="denoising-reading" lang="en"
# The plain autoencoder of section 7 never met noise and takes it for ink. **A network is good at what it was trained on:
# if you want it to clean, spoil its training data.** Replace "set pixels to zero" by "hide words" and you are close to
# the training of BERT; you will meet it again in section 13, in small.
# %% [markdown] id="denoising-reading" lang="zh" of="50c2a50a"
# 第 7 节的普通自编码器从没见过噪声，把它当成了墨迹。**网络擅长的，是它训练时做过的事：想让它去噪，就要破坏它的训练数据。**
# 把“像素置零”换成“把词藏起来”，就很接近 BERT 的训练方式了；第 13 节会以小规模再见到它。

# %% [markdown] id="sparse" lang="en"
# ## 11 · Sparse autoencoders
#
# A third way. The code may be *wider* than the picture, but each active unit costs: to the loss we add,
# for a code $z$ of $K$ numbers and with a strength $\lambda$,
#
# $$ \lambda \sum_{k=1}^{K} |z_k|, \tag{5} $$
#
# the L1 penalty of lesson 02, put on the code instead of the weights. With a ReLU the cheapest value is an exact zero, so
# most units stay silent for any one picture. A second form asks that each unit be active in a share $\rho$ of cases only:
#
# $$ \sum_{k=1}^{K} \Big[\rho\log\frac{\rho}{\hat\rho_k} + (1-\rho)\log\frac{1-\rho}{1-\hat\rho_k}\Big], \tag{6} $$
#
# where $\hat\rho_k$ is the mean activity of unit $k$ over the batch. We take (5), the small digits of section 8 with
# their 100 pixels, and a code of 200, twice as wide as the input.
# %% [markdown] id="sparse" lang="zh" of="a6d4acc0"
# ## 11 · 稀疏自编码器
#
# 第三种办法。编码可以比图像**更宽**，但对每个活跃的单元加以惩罚：编码 $z$ 有 $K$ 个数，惩罚的强度为 $\lambda$，在损失上加
#
# $$ \lambda \sum_{k=1}^{K} |z_k|, \tag{5} $$
#
# 也就是第 02 课的 L1 惩罚，只不过加在编码上，而不是权重上。用 ReLU 时，惩罚最小的取值恰好是零，所以对任何一幅图，大多数单元都不活跃。
# 另一种形式要求每个单元只在比例为 $\rho$ 的情形下活跃：
#
# $$ \sum_{k=1}^{K} \Big[\rho\log\frac{\rho}{\hat\rho_k} + (1-\rho)\log\frac{1-\rho}{1-\hat\rho_k}\Big], \tag{6} $$
#
# 其中 $\hat\rho_k$ 是单元 $k$ 在这一批上的平均活跃度。我们用 (5)，配第 8 节那种 100 个像素的小数字，编码取 200，是输入的两倍宽。
# %% id="sparse-train"
sparse = ae.Autoencoder(100, code_dim=200, code_activation="relu",
                        sparsity=ae.SparsityPenalty(0.2), seed=course.seed)
ae.train_autoencoder(sparse, small_train, epochs=course.epochs, batch_size=100,
                     learning_rate=0.003, seed=course.seed)
codes = sparse.encode(small_test)  # (1000, 200)
active = codes > 0.01
per_picture = active.sum(axis=1).mean()
print(
    f"{tr('active for one picture:', '一幅图上活跃的单元：')} {per_picture:.1f} / 200;  "
    f"{tr('never active:', '从不活跃的：')} {np.sum(~active.any(axis=0))};  "
    f"{tr('squared error', '平方误差')} {ae.reconstruction_errors(sparse, small_test).mean():.4f}"
)
course.report("active_units", per_picture)
# %% id="sparse-plot" tags=["fold"]
atoms = sparse.decoder.get_layer("output").get_weights()[0]  # (200, 100): what each unit adds to the picture  # (200, 100)：每个单元给图像添上什么
often = np.argsort(-active.mean(axis=0))[:20]
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.4), width_ratios=[1, 1.5])
left.hist(active.sum(axis=1), bins=np.arange(0, 101, 4), color=plots.PALETTE[0])
left.set(xlabel=plots.label("active units", "活跃单元数"), ylabel=plots.label("held-out pictures", "留出图像数"))
tiles = np.zeros((4 * 11 - 1, 5 * 11 - 1))
for place, unit in enumerate(often):
    row, column = divmod(place, 5)
    atom = atoms[unit].reshape(10, 10)
    tiles[row * 11 : row * 11 + 10, column * 11 : column * 11 + 10] = atom / np.abs(atom).max()
right.imshow(tiles, cmap="RdBu_r", vmin=-1, vmax=1)
right.set(title=plots.label("what 20 busy units add (red) and remove (blue)", "20 个常用单元：添墨（红）与去墨（蓝）"), xticks=[], yticks=[])
right.grid(False)
plots.show(
    figure,
    "Left: a histogram of how many of the 200 units are active for a picture, a small fraction. Right: twenty small patterns"
    " that single units add to the picture: bars, arcs, loops and rough shapes of digits.",
    "左图：每幅图活跃单元数的直方图，只占 200 个中的一小部分。右图：二十个单元各自给图像添加的小图案，有斜杠、弧线、圆圈，也有数字的粗略形状。",
)
# %% [markdown] id="sparse-reading" lang="en"
# Compare these with the components of section 4, where every picture uses every one of them, with either sign. Here most
# units are silent and the others only *add* what they stand for: a slanted bar, an arc, a loop, the rough shape of a 3.
# A digit has become a short list of such parts, which a person can read, though ten by ten pixels leave them coarse. Units
# that are never active are called *dead*; too large a $\lambda$ makes many of them. The same method, with millions of units, is
# used today to take the activations of a language model apart into features one can name.
# %% [markdown] id="sparse-reading" lang="zh" of="735d38d1"
# 与第 4 节的主成分比一比：在那里，每幅图都用到每一个成分，符号可正可负。在这里，大多数单元不活跃，其余的只会**添上**自己所代表的东西：
# 一条斜杠、一段弧、一个圈、一个 3 的粗略形状。一个数字成了一张简短的部件清单，人读得懂，虽然 10×10 像素让部件显得粗糙。
# 从不活跃的单元叫做“死”单元；$\lambda$ 太大，这样的单元就会很多。如今，同样的办法配上几百万个单元，被用来把语言模型的激活值拆成叫得出名字的特征。

# %% [markdown] id="outliers" lang="en"
# ## 12 · Outlier detection
#
# A network that learned to give back *ordinary* examples should do badly on others. That makes the reconstruction error an
# alarm, with no example of a fault needed: banks, factories and networks use it so. Let us test it: we train a fresh
# autoencoder on eight kinds of digits, keeping every **1** and every **2** away from it, and look at the error of held-out
# pictures of all kinds.
#
# To judge an alarm without fixing a threshold, take every threshold in turn: what share of outliers is caught, what share
# of ordinary pictures is blamed? That is the **ROC curve**; the area under it (AUC) is the probability that an outlier scores
# higher than an ordinary picture. 1 is perfect, ½ is tossing a coin.
# %% [markdown] id="outliers" lang="zh" of="d2661695"
# ## 12 · 离群点检测
#
# 只学过还原**平常**样本的网络，遇到别的样本，重构误差应当更大。于是重构误差可以用来报警，而且不需要任何故障样本：银行、工厂、网络安全都这样用。来检验一下：
# 在八种数字上训练一个新的自编码器，不让它见到任何一个 **1** 和 **2**，再看留出的各种图像的误差。
#
# 要评价一个警报而不固定阈值，就把所有阈值依次试一遍：找出了多少离群点，误报了多少平常的图？这就是 **ROC 曲线**；
# 曲线下的面积（AUC）等于离群点得分高于平常图的概率。1 表示完全分开，½ 相当于随机猜测。
# %% id="roc-by-hand" slide="code"
scores = np.array([0.9, 0.7, 0.6, 0.4, 0.2])
outlier = np.array([True, False, True, False, False])
for threshold in sorted(scores, reverse=True):
    reported = scores >= threshold
    print(f"{tr('threshold', '阈值')} {threshold}: "
          f"{tr('caught', '检出')} {np.mean(reported[outlier]):.2f}, "
          f"{tr('blamed', '误报')} {np.mean(reported[~outlier]):.2f}")
pairs = [(a > b) + 0.5 * (a == b)
         for a in scores[outlier] for b in scores[~outlier]]
alarms, hits, _ = ae.roc_curve(scores, outlier)
print(f"AUC = {np.mean(pairs):.3f} = {ae.area_under_curve(alarms, hits):.3f}")
# %% [markdown] id="outliers-predict" lang="en" tags=["predict"]
# **Before you run it.** Both 1 and 2 were kept away. Which of them will the error report better, and how well? Write two
# numbers between 0 and 1.
#
# > The 2 is ranked above an ordinary digit in about nine of ten pairs. The 1 is *worse than a coin*: its error is **lower** than that
# > of digits the network was trained on. A single stroke has little ink, few edges, little that can go wrong; any network that
# > can draw a 4 or a 7 can draw a 1. Part of that is the floor of section 6, which is low for a picture with few grey pixels:
# > the squared error, which has no floor, does better on the 1 (the column of the squared error), and still no better than a coin. Reconstruction error
# > measures two things at once, how **strange** a picture is and how **complicated** it is. Divided by the picture's own ink (the
# > sum of squares), it lifts the 1 well above the coin, at the price of a little on the 2 (the last column). Whoever deploys such an
# > alarm without trying it on simple outliers will learn this from an incident report.
# %% [markdown] id="outliers-predict" lang="zh" of="20f25a9b" tags=["predict"]
# **先猜，再运行。** 1 和 2 都没给它看过。误差对哪一个更敏感，能到什么程度？写下两个 0 到 1 之间的数。
#
# > 2 在十对里约有九对排在平常数字之前。1 却**比抛硬币还差**：它的误差比训练过的数字还**低**。一笔竖线，墨少、边缘少，没什么可出错的；
# > 会画 4 和 7 的网络，就会画 1。这有一部分来自第 6 节的下限：灰色像素少的图，下限也低。平方误差没有下限，靠它认出 1 就好一些（“平方误差的 AUC”一列），但也不比抛硬币强。
# > 重构误差同时量了两样东西：一幅图有多**陌生**，以及有多**复杂**。把平方误差除以图像自身的墨量（平方和），1 就明显高出抛硬币的水平，代价是 2 的 AUC 略有下降（“平方误差 / 墨量的 AUC”一列）。
# > 谁把这样的警报直接上线，却没拿简单的离群点试过，迟早会从事故报告里学到这一课。
# %% id="outliers-run"
known = ~np.isin(train_labels, [1, 2])
guard = ae.Autoencoder(784, 8, hidden_dims=(200, 50), activation="elu",
                       seed=course.seed)
ae.train_autoencoder(guard, train[known], epochs=course.epochs, batch_size=100,
                     learning_rate=0.005, seed=course.seed)
nats = ae.reconstruction_errors(guard, test, measure="cross_entropy")  # (1000,)
squared = ae.reconstruction_errors(guard, test)  # (1000,)
relative = squared / np.mean(test**2, axis=1)
curves, rows = {}, []
for label in (2, 1):
    # this outlier against the eight known digits  # 这一种离群点对见过的八种数字
    judged = (test_labels == label) | ~np.isin(test_labels, [1, 2])
    areas = []
    for kind, score in [("nats", nats), ("squared", squared),
                        ("relative", relative)]:
        alarms, hits, _ = ae.roc_curve(score[judged],
                                       test_labels[judged] == label)
        curves[label, kind] = alarms, hits
        areas.append(ae.area_under_curve(alarms, hits))
    rows.append([label, *(f"{area:.3f}" for area in areas)])
    course.report("auc_two" if label == 2 else "auc_one", areas[0])
display.table([tr("strange digit", "没见过的数字"), tr("AUC of the nats", "误差（奈特）的 AUC"),
               tr("of the squared error", "平方误差的 AUC"),
               tr("of squared error / ink", "平方误差 / 墨量的 AUC")], rows)
# %% id="outliers-plot" tags=["fold"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9.8, 3.7))
groups = {plots.label("the eight known", "见过的八种"): ~np.isin(test_labels, [1, 2]), "1": test_labels == 1, "2": test_labels == 2}
for (name, members), colour in zip(groups.items(), [plots.PALETTE[6], plots.PALETTE[1], plots.PALETTE[0]], strict=True):
    left.hist(nats[members], bins=np.linspace(nats.min(), np.percentile(nats, 99.5), 41), density=True, histtype="step", lw=2, color=colour, label=name)
left.set(xlabel=plots.label("reconstruction error, nats", "重构误差（奈特）"), yticks=[])
left.legend()
for label, colour in [(2, plots.PALETTE[0]), (1, plots.PALETTE[1])]:
    for kind, line, name in [("nats", "-", plots.label("nats", "误差（奈特）")), ("relative", "--", plots.label("squared error / ink", "平方误差 / 墨量"))]:
        right.plot(*curves[label, kind], lw=2, ls=line, color=colour, label=f"{label}: {name}")
right.plot([0, 1], [0, 1], color="black", lw=0.9, ls=":")
right.set(xlabel=plots.label("ordinary pictures blamed", "误报的平常图"), ylabel=plots.label("outliers caught", "检出的离群点"))
right.legend(frameon=True, framealpha=1, edgecolor="white")
plots.show(
    figure,
    "Left: histograms of the error. Twos lie far to the right of the eight known digits, ones far to the left. Right: ROC"
    " curves. For twos it rises steeply, for ones it runs below the diagonal; divided by ink, ones rise above it as well.",
    "左图：误差的直方图，2 在见过的八种数字右侧很远，1 在左侧很远。右图：ROC 曲线，2 陡然上升，1 在对角线之下；除以墨量之后，1 也升到对角线之上。",
)

# %% [markdown] id="reviews" lang="en"
# ## 13 · For text: two numbers for a film review
#
# Back to words. A review as a bag of words is a picture with a pixel for every word of the vocabulary, and in 1990
# Deerwester and colleagues did to it what section 4 does to digits; they called it *latent semantic analysis*. Ours is
# nonlinear, and it guesses hidden words: we shuffle the words of each review, show the network **one half**, and ask for **the other half**.
# The decoder's logits $a$ go
# through a softmax over the vocabulary, and the loss counts the nats of the hidden words:
#
# $$ \ell(n, a) = -\sum_{w=1}^{V} n_w \log \operatorname{softmax}(a)_w, \tag{7} $$
#
# with $n_w$ the number of times word $w$ is among the hidden ones; $n$ and $a$ have shape $(V,)$. Everything the two halves
# share must pass through a code of **two numbers**. Stop words are left out: most of the guessing would go into
# them. (*Not* goes with them; lesson 01 says what that costs.)
# %% [markdown] id="reviews" lang="zh" of="d04700fd"
# ## 13 · 用于文本：用两个数概括一篇影评
#
# 回到词。影评的词袋也是一幅图，词表里的每个词是一个“像素”；1990 年 Deerwester 等人对它做了第 4 节对数字做的事，称为**潜在语义分析**。
# 我们的做法是非线性的，并且要预测被遮住的词：把每篇影评的词打乱，给网络看**一半**，让它猜**另一半**。解码器的 logits $a$ 经过词表上的 softmax，
# 损失就是被藏起来的词的负对数概率之和，以奈特计：
#
# $$ \ell(n, a) = -\sum_{w=1}^{V} n_w \log \operatorname{softmax}(a)_w, \tag{7} $$
#
# 其中 $n_w$ 是词 $w$ 在被藏的一半里出现的次数，$n$ 和 $a$ 的形状都是 $(V,)$。两半之间的一切共同之处，都必须从**两个数**的编码里通过。
# 停用词已经去掉：否则猜的大多是它们。（*not* 也一起没了，代价见第 01 课。）
# %% id="reviews-load"
reviews, unseen = data.imdb.split_by_film(
    data.imdb.load("train", limit=course.reviews, seed=course.seed),
    fraction=0.2, seed=course.seed)
stop_words = data.stopwords.load()
tokens = {}
for part in (reviews, unseen):
    words = [prep.tokenize(prep.clean(text)) for text in part.texts]
    tokens[part] = [prep.remove_stop_words(each, stop_words) for each in words]
vocabulary = prep.Vocabulary.build(tokens[reviews], max_size=course.vocabulary,
                                   min_count=3)
# %% id="reviews-halves"
def halves(token_lists, seed):
    tr("""Each review's known words, shuffled and dealt into two bags: counts
    (reviews, vocabulary), twice.""",
       """把每条影评里认得的词打乱，分进两个袋子：
    两份计数 (reviews, vocabulary)。""")
    generator = np.random.default_rng(seed)
    first, second = [], []
    for tokens in token_lists:
        known = [token for token in tokens if token in vocabulary]
        dealt = generator.permutation(known).tolist()
        first.append(dealt[0::2])
        second.append(dealt[1::2])
    return [prep.bag_of_words(bags, vocabulary) for bags in (first, second)]
# %% id="reviews-features"
shown, hidden = halves(tokens[reviews], course.seed)
shown_unseen, hidden_unseen = halves(tokens[unseen], course.seed + 1)
idf = prep.inverse_document_frequency(shown)


def features(counts):
    # (reviews, vocabulary)
    return (10 * prep.tf_idf(counts, idf)).astype(np.float32).toarray()


wanted, wanted_unseen = (counts.astype(np.float32).toarray()
                         for counts in (hidden, hidden_unseen))
print(len(reviews), len(unseen), f"{wanted_unseen.sum(axis=1).mean():.0f}",
      tr("hidden words in a review on average", "个词平均藏在一篇影评里"))
# %% id="reviews-train"
frequency = (shown + hidden).sum(axis=0) + 1.0
# (vocabulary,): how common each word is, whatever the review  # (vocabulary,)：不管哪条影评，每个词有多常见
frequency = np.asarray(frequency / frequency.sum()).ravel()

reader = ae.Autoencoder(len(vocabulary), code_dim=2, hidden_dims=(64,),
                        activation="elu", loss="words", seed=course.seed)
# begin with the answer of one who has read nothing  # 偏置从各词的频率开始：什么都没读过时的最好答案
reader.decoder.get_layer("output").bias.assign(np.log(frequency))
read = features(shown)
ae.train_autoencoder(reader, read, wanted, epochs=course.readings,
                     batch_size=64, learning_rate=0.003, seed=course.seed)

number = wanted_unseen.sum(axis=1)  # (unseen,) words to guess in each review  # (unseen,) 每条影评要猜的词数
# (unseen,) nats without having read the other half  # (unseen,) 没读另一半时的奈特数
without = -wanted_unseen @ np.log(frequency)
having_read = ae.reconstruction_errors(reader, features(shown_unseen),
                                       wanted_unseen, measure="words")
saved = without - having_read
print(f"{tr('nats per hidden word, other half unread:', '每个被藏的词的奈特数，没读另一半：')} "
      f"{without.sum() / number.sum():.3f};  "
      f"{tr('read, and squeezed into two numbers:', '读过，并压成两个数：')} "
      f"{having_read.sum() / number.sum():.3f}")
print(f"{tr('saved per review:', '每篇影评省下：')} "
      f"{saved.mean():.2f} ± {saved.std(ddof=1) / sqrt(len(saved)):.2f} {tr('nats', '奈特')}")
course.report("nats_saved", saved.sum() / number.sum())
# %% [markdown] id="reviews-reading" lang="en"
# Small, and far beyond its error. Do not be disappointed: whoever has read half of a review and must name *which* words
# come in the other half knows little too. More interesting is **what** the two numbers are. We walk from the middle of
# the map in four directions and list the words whose probability gains most:
# %% [markdown] id="reviews-reading" lang="zh" of="24f8b877"
# 省得不多，却远远超出标准误。不必失望：读了半篇影评，要说出另一半**具体有哪些**词，换了谁也知道得不多。更有意思的是，
# 这两个数究竟是**什么**。从地图中央朝四个方向走，列出概率增加最多的词：
# %% id="reviews-words"
from sklearn.linear_model import LogisticRegression

places = reader.encode(features(shown_unseen))  # (unseen, 2)
middle, spread = places.mean(axis=0), places.std(axis=0)
usual = reader.decode(middle[None])[0]
for name, step in {"z₁ −": (-2, 0), "z₁ +": (2, 0), "z₂ −": (0, -2),
                   "z₂ +": (0, 2)}.items():
    there = reader.decode((middle + spread * step)[None].astype(np.float32))[0]
    gain = there * np.log(there / usual)
    print(f"{name}: ",
          " ".join(vocabulary.decode(np.argsort(-gain)[:11].tolist())))

# Labels, 1 for praise and 0 for scorn, come in only now:  # 标签（1 为褒，0 为贬）到这里才用到：
# can a straight line across the map part the two?  # 地图上画一条直线，能把两者分开吗？
judge = LogisticRegression().fit(reader.encode(read), reviews.labels)
verdict = np.asarray(unseen.labels)
share = judge.score(places, verdict)
print(
    f"{tr('verdicts of unseen reviews told from the two numbers:', '只凭两个数判断未见影评的褒贬，判对：')}"
    f" {share:.1%} ± {sqrt(share * (1 - share) / len(verdict)):.1%}"
)
course.report("verdicts", share)
# %% id="reviews-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.4, 4.4))
for value, colour, name in [(1, plots.PALETTE[2], plots.label("praise", "好评")), (0, plots.PALETTE[1], plots.label("scorn", "差评"))]:
    axis.scatter(*places[verdict == value].T, s=9, alpha=0.55, color=colour, label=name)
(slope_1, slope_2), offset = judge.coef_[0], judge.intercept_[0]
ends = np.percentile(places[:, 0], [1, 99])
axis.plot(ends, -(offset + slope_1 * ends) / slope_2, color="black", lw=1.2, ls="--", label=plots.label("logistic regression", "逻辑回归"))
low, high = np.percentile(places, [0.5, 99.5], axis=0)
axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
axis.set(xlabel="z₁", ylabel="z₂", title=plots.label("reviews of films never seen in training", "训练中从未出现的电影的影评"))
axis.legend()
plots.show(
    figure,
    "A scatter plot of held-out reviews on the two numbers of their code, coloured by verdict. Praise and scorn overlap, but"
    " they concentrate on opposite sides.",
    "留出影评在两个编码数上的散点图，按褒贬着色。好评与差评有重叠，但各自集中在相对的两侧。",
)
# %% [markdown] id="reviews-verdict" lang="en"
# Nobody gave the network a rating. It was asked to guess hidden words, through two numbers. Part of what survives is whether the
# author **liked the film**: well above chance, far from certain. Part is what kind of thing is talked about: read your own
# lists, for they change with the seed.
#
# Everything that follows in this course comes from this: **hide some of the text, guess it from the rest, and meaning
# appears in the middle**. What this model lacks is the order of words and more than two numbers. Lessons 05 and 06 bring both.
# %% [markdown] id="reviews-verdict" lang="zh" of="e6d07b42"
# 没有人给过网络评分。它只是被要求通过两个数去猜藏起来的词。留下来的，一部分是作者**喜不喜欢这部电影**：明显好于随机猜测，但远谈不上有把握；
# 一部分是在谈哪类东西：请看你这次运行打印出来的词，换个种子就会变。
#
# 本课程后面的一切内容都由此而来：**把文本藏起一部分，用其余部分去猜，意义就出现在中间**。这个模型所缺的，是词的次序，以及多于两个的数。
# 第 05、06 课两样都会补上。

# %% [markdown] id="uses" lang="en"
# ## 14 · Where this is used, and with which tools
#
# **Monitoring** of machines, payments and networks: train on what is normal, report what comes back badly (and remember
# the digit 1). **Image and video generation**: diffusion models work inside the code of an autoencoder, because it is some
# fifty times smaller than the picture. **Search and recommendation**: denoising autoencoders over what a user has bought
# guess the hidden purchases. **Reading models**: sparse autoencoders take activations apart into features with a name.
# **Restoration**: sound, scans, microscopy. And masked language models are close relatives of the denoising autoencoder.
#
# Tools: `sklearn.decomposition.PCA` and `TruncatedSVD` for the linear case, and always as the yardstick; Keras for the rest;
# for outliers without a network, `IsolationForest` and `LocalOutlierFactor` in scikit-learn; for maps of data, UMAP and
# t-SNE, which draw better maps; t-SNE has no way back from a map to a picture, UMAP an approximate one. The tests of this lesson hold ours against scikit-learn and PyTorch.
# %% [markdown] id="uses" lang="zh" of="7b19a632"
# ## 14 · 用在哪里，用什么工具
#
# **监控**机器、支付和网络：用正常数据训练，还原得差的就报警（别忘了数字 1）。**图像和视频生成**：扩散模型在自编码器的编码里工作，
# 因为编码只有图像的几十分之一大。**搜索与推荐**：在用户买过的东西上训练去噪自编码器，猜出被藏起来的购买记录。**解读模型**：稀疏自编码器把激活值拆成有名字的特征。
# **修复**：声音、扫描件、显微图像。而掩码语言模型，都是去噪自编码器的近亲。
#
# 工具：线性情形用 `sklearn.decomposition.PCA` 和 `TruncatedSVD`，并且总拿它们作基线；其余用 Keras；不用神经网络的离群点检测，
# 有 scikit-learn 的 `IsolationForest` 和 `LocalOutlierFactor`；给数据画地图，有 UMAP 和 t-SNE，它们画得更好；但从地图回到图像，t-SNE 做不到，UMAP 只能近似地做到。
# 本课的测试拿 scikit-learn 和 PyTorch 来核对我们的实现。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 15 · Exercises
#
# Replace `raise NotImplementedError` by your own lines, run the cell, then the check below it. A wrong
# answer gets a hint, a second one in a row a longer hint; `check("03.1", pca_reconstruction, hint=2)` asks for that at
# once. NumPy is enough for all.
# %% [markdown] id="exercises" lang="zh" of="75df6789" tags=["stop"]
# ## 15 · 练习
#
# 把 `raise NotImplementedError` 换成你自己的几行，运行这一格，再运行下面的检查。答错了会有提示；连续第二次答错，
# 提示会更详细，想马上看就用 `check("03.1", pca_reconstruction, hint=2)`。全都只需要 NumPy。
# %% [markdown] id="ex1-text" lang="en"
# ### Principal components in five lines
#
# Return the reconstruction of `inputs` from their first `code_dim` principal components. The rows of the third matrix
# that `np.linalg.svd(..., full_matrices=False)` returns are the directions, most variance first, *if* you hand it data
# whose mean is zero.
# %% [markdown] id="ex1-text" lang="zh" of="812529c1"
# ### 五行写出主成分
#
# 返回 `inputs` 由前 `code_dim` 个主成分得到的重构。`np.linalg.svd(..., full_matrices=False)` 返回的第三个矩阵，
# 各行就是方差从大到小的方向，**前提**是你交给它的数据均值为零。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=10
def pca_reconstruction(inputs, code_dim):
    tr("""inputs (examples, features), code_dim: int -> (examples, features)""",
       """inputs (examples, features)，code_dim：int -> (examples, features)""")
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def pca_reconstruction(inputs, code_dim):
    tr("""inputs (examples, features), code_dim: int -> (examples, features)""",
       """inputs (examples, features)，code_dim：int -> (examples, features)""")
    mean = inputs.mean(axis=0)
    # (code_dim, features)
    directions = np.linalg.svd(inputs - mean, full_matrices=False)[2][:code_dim]
    codes = (inputs - mean) @ directions.T  # (2)
    return codes @ directions + mean  # (3)
# %% id="ex1-check" tags=["check"]
check("03.1", pca_reconstruction)
# %% [markdown] id="ex2-text" lang="en"
# ### A cross-entropy that never overflows
#
# Compute the loss (4) for each example: summed over its features, not averaged. It must stay exact for logits of ±1,000,
# where `exp` overflows and `log` meets a zero. (`np.logaddexp(0, a)` is $\log(1 + e^a)$.)
# %% [markdown] id="ex2-text" lang="zh" of="501eec29"
# ### 不会溢出的交叉熵
#
# 对每个样本计算损失 (4)：在特征上求和，不是求平均。logits 为 ±1,000 时，`exp` 会溢出，`log` 会碰到零，结果也必须精确。
# （`np.logaddexp(0, a)` 就是 $\log(1 + e^a)$。）
# %% id="ex2" tags=["exercise"] difficulty=2 minutes=10
def nats_per_picture(targets, logits):
    tr("""targets (batch, features) within 0 and 1, logits (batch, features)
    -> (batch,)""",
       """targets (batch, features)，在 0 和 1 之间，logits (batch, features)
    -> (batch,)""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def nats_per_picture(targets, logits):
    tr("""targets (batch, features) within 0 and 1, logits (batch, features)
    -> (batch,)""",
       """targets (batch, features)，在 0 和 1 之间，logits (batch, features)
    -> (batch,)""")
    # (4), second form  # (4) 式的第二种写法
    return np.sum(np.logaddexp(0, logits) - targets * logits, axis=1)
# %% id="ex2-check" tags=["check"]
check("03.2", nats_per_picture)
# %% [markdown] id="ex3-text" lang="en"
# ### A denoising pair
#
# Return what a denoising autoencoder is trained on: a pair *(what it reads, what it must give back)*. In what it reads,
# each number is set to zero with probability `share`, independently, drawn from `generator`; the target is clean. The
# caller's array must not change. (`generator.random(shape)` draws numbers between 0 and 1.)
# %% [markdown] id="ex3-text" lang="zh" of="7816d4ee"
# ### 一对去噪样本
#
# 返回去噪自编码器的训练数据：一对（它读到的，它该交出的）。它读到的数组里，每个数以概率 `share` 独立地置零，随机数取自 `generator`；
# 目标则是干净的。调用者的数组不许被改动。（`generator.random(shape)` 产生 0 到 1 之间的随机数。）
# %% id="ex3" tags=["exercise"] difficulty=1 minutes=10
def denoising_pair(pictures, share, generator):
    tr("""pictures (batch, features), share: float, generator: np.random.Generator
    -> two arrays (batch, features)""",
       """pictures (batch, features)，share：float，generator：np.random.Generator
    -> 两个数组 (batch, features)""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def denoising_pair(pictures, share, generator):
    tr("""pictures (batch, features), share: float, generator: np.random.Generator
    -> two arrays (batch, features)""",
       """pictures (batch, features)，share：float，generator：np.random.Generator
    -> 两个数组 (batch, features)""")
    keep = generator.random(pictures.shape) >= share
    return pictures * keep, pictures  # a new array, and the clean one as it is  # 一个新数组，干净的那个保持原样
# %% id="ex3-check" tags=["check"]
check("03.3", denoising_pair)
# %% [markdown] id="ex4-text" lang="en"
# ### The area under a ROC curve, without the curve
#
# Return the probability that an outlier gets a higher score than an ordinary example, a tie counting one half. Section 12
# did it for five scores by looking at all pairs.
# %% [markdown] id="ex4-text" lang="zh" of="a2f112be"
# ### 不画 ROC 曲线，直接求面积
#
# 返回离群点得分高于平常样本的概率，相等算一半。第 12 节对五个得分逐对比较，做的就是这件事。
# %% id="ex4" tags=["exercise"] difficulty=2 minutes=10
def area_under_roc(scores, outlier):
    tr("""scores (examples,), outlier (examples,) of bool -> float""",
       """scores (examples,)，outlier (examples,)，布尔值 -> float""")
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def area_under_roc(scores, outlier):
    tr("""scores (examples,), outlier (examples,) of bool -> float""",
       """scores (examples,)，outlier (examples,)，布尔值 -> float""")
    # (outliers, 1) against (1, others): every pair  # (outliers, 1) 对 (1, others)：每一对都比
    strange, usual = scores[outlier][:, None], scores[~outlier][None, :]
    return float(np.mean((strange > usual) + 0.5 * (strange == usual)))
# %% id="ex4-check" tags=["check"]
check("03.4", area_under_roc)
# %% [markdown] id="ex5-text" lang="en"
# ### The sparsity penalty
#
# Compute the penalty (6) for a code of sigmoid activities: first the mean activity of each unit *over the batch*, then
# the divergence from `rate`, summed over the units. A unit that is never active has a mean of zero, and the logarithm of
# that is infinite: keep the means between `1e-6` and `1 - 1e-6`.
# %% [markdown] id="ex5-text" lang="zh" of="1da1e557"
# ### 稀疏惩罚
#
# 对 sigmoid 输出的编码计算惩罚 (6)：先求每个单元**在这一批上**的平均活跃度，再求它与 `rate` 的散度，最后对单元求和。
# 从不活跃的单元平均值为零，取对数会得到无穷：请把平均值限制在 `1e-6` 与 `1 - 1e-6` 之间。
# %% id="ex5" tags=["exercise"] difficulty=2 minutes=15
def rate_penalty(code, rate):
    tr("""code (batch, code_dim) within 0 and 1, rate: float -> float""",
       """code (batch, code_dim)，在 0 和 1 之间，rate：float -> float""")
    raise NotImplementedError
# %% id="ex5" tags=["solution"]
def rate_penalty(code, rate):
    tr("""code (batch, code_dim) within 0 and 1, rate: float -> float""",
       """code (batch, code_dim)，在 0 和 1 之间，rate：float -> float""")
    mean = np.clip(code.mean(axis=0), 1e-6, 1 - 1e-6)  # (code_dim,)
    # (6)
    return float(np.sum(rate * np.log(rate / mean)
                        + (1 - rate) * np.log((1 - rate) / (1 - mean))))
# %% id="ex5-check" tags=["check"]
check("03.5", rate_penalty)
# %% [markdown] id="open-1" lang="en"
# ### Open 1 · The freedom of the axes
#
# A linear autoencoder (section 4) has the encoder $W_1$, $(D, K)$, and the decoder $W_2$, $(K, D)$; the data have
# mean zero, so that no biases are needed. Show that for every invertible $A$, $(K, K)$, the pair $W_1 A$ and
# $A^{-1} W_2$ gives the same reconstructions. Does an L2 penalty on both matrices end this freedom? What would end
# it?
#
# <details><summary>A worked answer</summary>
#
# $x\,W_1 A\,A^{-1} W_2 = x\,W_1 W_2$ for every $x$. So the loss cannot tell the two pairs apart, and a training has no reason to stop at one of them.
#
# L2 adds $\lVert W_1\rVert^2 + \lVert W_2\rVert^2$, the sums of all squares. It forbids stretching but not turning:
# if $A$ is a rotation, neither sum changes, as a rotation keeps the length of every row or column. The axes are
# still arbitrary, only their scale is settled.
#
# What ends it is a demand with an order in it: for every $k$, the first $k$ numbers alone, with the first $k$ rows
# of the decoder, shall do as well as $k$ numbers can. For $k = 1$ the first row must point along the first
# principal component. With the first number thus settled, the second row must add the second component and nothing
# else, and so on. Where all variances differ, each axis is then determined but for its sign and length.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="ed0584a9"
# ### 开放题 1 · 坐标轴的自由
#
# 线性自编码器（第 4 节）的编码器是 $W_1$，$(D, K)$，解码器是 $W_2$，$(K, D)$；设数据均值为零，因而不需要偏置。证明：对任意可逆矩阵 $A$，$(K, K)$，用 $W_1 A$ 和 $A^{-1} W_2$ 代替它们，重构不变。给两个矩阵都加上 L2 惩罚，这种自由就没有了吗？怎样才能消除它？
#
# <details><summary>参考答案</summary>
#
# 对任意 $x$，都有 $x\,W_1 A\,A^{-1} W_2 = x\,W_1 W_2$。损失分不出这两组权重，训练也就没有理由停在其中某一组。
#
# L2 加上的是 $\lVert W_1\rVert^2 + \lVert W_2\rVert^2$，即所有权重的平方和。它不许拉伸，却允许旋转：$A$ 是旋转时，每一行或每一列的长度不变，两个平方和也不变。坐标轴仍是任意的，只有尺度定了下来。
#
# 要消除这种自由，要求里必须有次序：对每个 $k$，只用前 $k$ 个数和解码器的前 $k$ 行，就要做到 $k$ 个数所能达到的最好。$k = 1$ 时，第一行必须沿第一主成分；第一个数这样定下之后，第二行只能添上第二主成分，别的什么也不能添；依此类推。只要各方差互不相同，每个轴除正负号和长度之外就都确定了。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · Another noise
#
# The network of section 10 was trained on noise of deviation 0.4. Test it at 0, 0.1, 0.2, … 0.8, and on pictures of
# which a quarter of the pixels was set to zero. Then train a second one whose noise has a deviation drawn anew for
# each picture, evenly between 0 and 0.8. Draw the errors of both, and that of the plain autoencoder of section 7.
#
# <details><summary>What to expect</summary>
#
# Each does best near what it was trained for. Where there is no noise the plain one should lead, for a network that
# always met noise smooths fine strokes away as if they were noise. Above 0.4 the first one's error should climb
# steeply: such pictures never occurred. The second must judge from the picture how noisy it is, so at exactly 0.4
# it may lose a little to the specialist, and win at both ends. Erased pixels are another fault than added noise: a
# gap within a stroke looks to both like paper, and only a network trained on gaps has reason to close it.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="dceb4b0b"
# ### 开放题 2 · 换一种噪声
#
# 第 10 节的网络是用标准差为 0.4 的噪声训练的。用 0、0.1、0.2……0.8 的噪声来测试它，再用有四分之一像素被置零的图像测试。然后训练第二个网络，每幅图的噪声标准差都在 0 与 0.8 之间均匀地另抽一次。把两者的误差画出来，再画上第 7 节那个普通自编码器的误差。
#
# <details><summary>大致会怎样</summary>
#
# 各自都在训练过的情形附近最好。没有噪声时，普通的那个应当领先：总与噪声打交道的网络，会把细笔画也当作噪声抹平。超过 0.4，第一个网络的误差应当陡然上升，因为它从没见过这样的图。第二个要从图本身判断噪声有多大，所以恰好在 0.4 处也许略逊于专门训练的那个，两头则胜过它。抹掉像素与添加噪声是两种毛病：笔画中间的缺口，在两者看来都像白纸，只有用缺口训练过的网络才有理由把它补上。
#
# </details>
# %% [markdown] id="quiz-intro" lang="en"
# ## 16 · Quiz
#
# Choose an answer, then open it: each says why it is right or wrong.
# %% [markdown] id="quiz-intro" lang="zh" of="b2506547"
# ## 16 · 测验
#
# 选一个答案，再点开它：每个选项都会说明为什么对、为什么错。
# %% [markdown] id="quiz-negative" lang="en" tags=["quiz"]
# **Your autoencoder's cross-entropy is −3,200 and still falling after an hour. What do you do?**
# - [ ] Celebrate: lower is better — The loss of data between 0 and 1 can never be negative; something is broken.
# - [x] Look at the range of the data — Values above 1 or below 0 leave the loss without a lower bound, and the decoder lowers it by driving its logits to infinity.
# - [ ] Lower the learning rate — It would fall without end as before, only more slowly.
# - [ ] Add an L2 penalty — That would slow the fall and hide the cause.
# %% [markdown] id="quiz-negative" lang="zh" of="9e04e5e5" tags=["quiz"]
# **你的自编码器训练了一小时，交叉熵是 −3,200，还在下降。怎么办？**
# - [ ] 庆祝：越低越好 — 数据在 0 和 1 之间时，这个损失不可能为负；一定有哪里坏了。
# - [x] 查看数据的取值范围 — 大于 1 或小于 0 的值使损失没有下界，解码器把 logit 推向无穷，损失就越来越低。
# - [ ] 降低学习率 — 损失照样没有尽头地下降，只是慢一些。
# - [ ] 加 L2 惩罚 — 那会减慢损失的下降，并掩盖原因。
# %% [markdown] id="quiz-blur" lang="en" tags=["quiz"]
# **From two numbers, PCA returns blurred digits and the deep network sharp ones, some of them the wrong digit. Which is safer for a bank that reads cheques?**
# - [ ] The deep one: sharp pictures are easier to read — A sharp 7 in place of a 1 is the most expensive kind of error.
# - [x] Neither, but the blur at least shows that something is missing — A strong decoder fills gaps with what is likely; keep the original.
# - [ ] PCA: it makes no errors — Its squared error is the larger one; it only makes no secret of it.
# - [ ] The deep one, once it was trained longer — More training cannot bring back what two numbers did not carry.
# %% [markdown] id="quiz-blur" lang="zh" of="a92fae48" tags=["quiz"]
# **只用两个数，PCA 还原出模糊的数字，深度网络还原出清晰的数字，但有的变成了另一个。对读支票的银行来说，哪个更安全？**
# - [ ] 深度网络：清晰的图更好认 — 把 1 清清楚楚地写成 7，是代价最高的错误。
# - [x] 都不安全，但模糊至少让人看得出缺了东西 — 强大的解码器会用最可能出现的东西补缺口；请保留原图。
# - [ ] PCA：它不犯错 — 它的平方误差更大，只是不加掩饰。
# - [ ] 再多训练一阵的深度网络 — 训练再久，也找不回两个数没有带走的东西。
# %% [markdown] id="quiz-alarm" lang="en" tags=["quiz"]
# **An alarm by reconstruction error has an AUC of 0.2 for a new kind of fault. What does that tell you?**
# - [ ] The code has a bug: AUC cannot be below one half — It can: the ranking is then upside down.
# - [x] This fault reconstructs *better* than normal data — Like the digit 1: simpler than what the network knows. Look at the error relative to the content.
# - [ ] It catches one fault in five — AUC is no share of faults caught; it compares pairs over all thresholds.
# - [ ] Turn the sign of the score and deploy it — Then every other kind of fault would be ranked upside down.
# %% [markdown] id="quiz-alarm" lang="zh" of="0c0f7016" tags=["quiz"]
# **用重构误差做的警报，对某种新故障的 AUC 是 0.2。这说明什么？**
# - [ ] 代码有错：AUC 不可能低于一半 — 可能：那说明排序颠倒了。
# - [x] 这种故障比正常数据还原得**更好** — 就像数字 1：比网络见过的都简单。要看相对于内容的误差。
# - [ ] 五个故障里能检出一个 — AUC 不是检出的比例，而是在所有阈值上比较成对的样本。
# - [ ] 把得分变号就能上线 — 那样，其他各种故障的排序就都颠倒了。
# %% [markdown] id="quiz-denoise" lang="en" tags=["quiz"]
# **A denoising autoencoder was trained with noise of 0.4. You give it a perfectly clean digit. What comes back?**
# - [ ] Exactly that digit: there is nothing to remove — It never saw a clean input in training and expects noise.
# - [x] A digit very close to it, a little smoothed — It moves every input towards what is likely, and rare details count as noise.
# - [ ] A noisy digit — Noise was never in the target.
# - [ ] An error: the noise layer needs noise — Outside training the noise layer passes its input on untouched.
# %% [markdown] id="quiz-denoise" lang="zh" of="c7f15d6b" tags=["quiz"]
# **去噪自编码器用 0.4 的噪声训练。给它一个完全干净的数字，会得到什么？**
# - [ ] 一模一样的数字：没有什么可去的 — 训练时它从没见过干净的输入，它预期有噪声。
# - [x] 非常接近、略被抹平的数字 — 它把任何输入都推向更可能出现的样子，罕见的细节会被当成噪声。
# - [ ] 带噪声的数字 — 目标里从来没有噪声。
# - [ ] 报错：噪声层需要噪声 — 不在训练时，噪声层原样放行。

# %% [markdown] id="summary" lang="en"
# ## 17 · Summary
#
# - An autoencoder gives back its input through a code. What survives is what the rest cannot be guessed without.
# - Straight codes: principal components are the best, in closed form; a linear autoencoder finds the same plane, with
#   arbitrary axes. Always measure against them.
# - Bent codes follow bent data and win where numbers are scarce. The bottleneck must be the *code*, not a layer beside it.
# - Cross-entropy counts nats, has a floor above zero, and needs data between 0 and 1. Otherwise squared error.
# - Noise and sparsity keep wide codes honest: one learns the way back to the data, the other learns parts with a meaning.
# - Reconstruction error reports the strange, and confuses it with the complicated. Test alarms on simple outliers.
# - The map has holes. A confident decoder fills gaps, and an autoencoder alone does not know where to draw from.
# - Hidden words guessed through two numbers: opinion and topic appear without a single label.
# %% [markdown] id="summary" lang="zh" of="ad4c672b"
# ## 17 · 小结
#
# - 自编码器通过编码还原输入。留下来的，是没有它就猜不出其余部分的东西。
# - 线性编码：主成分最好，而且有现成公式；线性自编码器会找到同一个平面，坐标轴则是任意的。永远拿它们做对照。
# - 非线性编码能贴合弯曲的数据，在数不够用时胜出。瓶颈必须是**编码**本身，而不是旁边的某一层。
# - 交叉熵以奈特计数，下限高于零，要求数据在 0 和 1 之间；否则用平方误差。
# - 噪声和稀疏惩罚防止宽的编码照抄输入：前者学会回到数据的方向，后者学会有含义的部件。
# - 重构误差会报告陌生的东西，也会把它与复杂的东西混为一谈。警报要拿简单的离群点试一试。
# - 地图上有空洞。自信的解码器会填补空白，而自编码器自己并不知道该从哪里采样。
# - 通过两个数去猜藏起来的词：不用任何标签，也学到了褒贬和话题。

# %% [markdown] id="faq" lang="en"
# ## 18 · Questions that come up
#
# **How large should the code be?** Draw the curve of section 7 on held-out data, PCA beside it, and stop where another
# number no longer pays for what you need it for. For a map two; for search some dozens to hundreds.
#
# **Is it unsupervised?** No labels are needed, but there is a target: the input itself. "Self-supervised" says it better.
#
# **Why is my reconstruction blurred?** Where the code does not determine a pixel, both losses are best served by the
# *average* of what is possible, and an average of strokes is a blur. More code, or a model that draws one possibility
# instead of the mean (lesson 04 and beyond), helps.
#
# **Are autoencoders good compressors, like JPEG?** This lesson's are not: they know digits alone, and the decoder would
# have to be sent along. Large learned codecs are (JPEG AI, a standard since 2025), with the decoder installed once. What ours are
# good at is *representations*.
#
# **Autoencoder or PCA?** PCA first: no settings, no luck, milliseconds. An autoencoder when the held-out error proves that
# the nonlinearity pays, or when you need what only it has: denoising, sparse parts, other losses.
#
# **Is an encoder like the one in a Transformer?** The name is the same and the idea related: text becomes numbers that
# another part works from. But a Transformer's encoder has no bottleneck; it keeps a vector for every token (lesson 06).
# %% [markdown] id="faq" lang="zh" of="5b49c770"
# ## 18 · 常见问题
#
# **编码该多大？** 在留出的数据上画出第 7 节那样的曲线，旁边放上 PCA；再多一个数对你的用途已不值得时，就停下。画地图用两个，做搜索用几十到几百个。
#
# **它算无监督吗？** 不需要标签，但有目标：输入自己。叫“自监督”更贴切。
#
# **为什么重构是模糊的？** 编码决定不了某个像素时，两种损失下最划算的都是各种可能的**平均**，而笔画的平均就是模糊。加大编码，
# 或者改用只画出一种可能、而不是画平均的模型（第 04 课及以后），会有帮助。
#
# **自编码器能像 JPEG 那样压缩文件吗？** 本课的不能：它只认识数字，而且还得把解码器一起传过去。大型学习式编解码器能（JPEG AI，2025 年成为标准），解码器只装一次。本课这种的长处是**表示**。
#
# **用自编码器还是 PCA？** 先用 PCA：没有超参数，不靠运气，几毫秒就好。当留出误差证明非线性确有好处，或者需要它独有的功能时
# （去噪、稀疏部件、别的损失），再用自编码器。
#
# **自编码器的编码器，和 Transformer 里的编码器是一回事吗？** 名字相同，想法相通：把文本变成数，供另一部分使用。但 Transformer 的编码器没有瓶颈，
# 它给每个词元都保留一个向量（第 06 课）。

# %% [markdown] id="references" lang="en"
# ## 19 · References
#
# - K. Pearson (1901). *On lines and planes of closest fit to systems of points in space.* Philosophical Magazine 2(11).
# - D. Rumelhart, G. Hinton, R. Williams (1986). *Learning internal representations by error propagation.* In *Parallel Distributed Processing*, vol. 1, MIT Press.
# - H. Bourlard, Y. Kamp (1988). *Auto-association by multilayer perceptrons and singular value decomposition.* Biological Cybernetics 59.
# - P. Baldi, K. Hornik (1989). *Neural networks and principal component analysis: learning from examples without local minima.* Neural Networks 2(1).
# - S. Deerwester et al. (1990). *Indexing by latent semantic analysis.* Journal of the American Society for Information Science 41(6).
# - G. Hinton, R. Salakhutdinov (2006). *Reducing the dimensionality of data with neural networks.* Science 313.
# - P. Vincent et al. (2008). *Extracting and composing robust features with denoising autoencoders.* ICML.
# - A. Ng (2011). *Sparse autoencoder.* Lecture notes, CS294A, Stanford.
# - G. Alain, Y. Bengio (2014). *What regularized auto-encoders learn from the data-generating distribution.* JMLR 15. arXiv:1211.4246.
# - R. Rombach et al. (2022). *High-resolution image synthesis with latent diffusion models.* CVPR. arXiv:2112.10752.
# - H. Cunningham et al. (2023). *Sparse autoencoders find highly interpretable features in language models.* arXiv:2309.08600.
# - L. Gao et al. (2024). *Scaling and evaluating sparse autoencoders.* arXiv:2406.04093.
# %% [markdown] id="references" lang="zh" of="067522b9"
# ## 19 · 参考文献
#
# - K. Pearson (1901). *On lines and planes of closest fit to systems of points in space.* Philosophical Magazine 2(11).
# - D. Rumelhart, G. Hinton, R. Williams (1986). *Learning internal representations by error propagation.* In *Parallel Distributed Processing*, vol. 1, MIT Press.
# - H. Bourlard, Y. Kamp (1988). *Auto-association by multilayer perceptrons and singular value decomposition.* Biological Cybernetics 59.
# - P. Baldi, K. Hornik (1989). *Neural networks and principal component analysis: learning from examples without local minima.* Neural Networks 2(1).
# - S. Deerwester et al. (1990). *Indexing by latent semantic analysis.* Journal of the American Society for Information Science 41(6).
# - G. Hinton, R. Salakhutdinov (2006). *Reducing the dimensionality of data with neural networks.* Science 313.
# - P. Vincent et al. (2008). *Extracting and composing robust features with denoising autoencoders.* ICML.
# - A. Ng (2011). *Sparse autoencoder.* Lecture notes, CS294A, Stanford.
# - G. Alain, Y. Bengio (2014). *What regularized auto-encoders learn from the data-generating distribution.* JMLR 15. arXiv:1211.4246.
# - R. Rombach et al. (2022). *High-resolution image synthesis with latent diffusion models.* CVPR. arXiv:2112.10752.
# - H. Cunningham et al. (2023). *Sparse autoencoders find highly interpretable features in language models.* arXiv:2309.08600.
# - L. Gao et al. (2024). *Scaling and evaluating sparse autoencoders.* arXiv:2406.04093.
