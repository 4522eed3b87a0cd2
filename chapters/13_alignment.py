# Lesson 13 of "Deep learning for language": what a model should do, and how we would know. Source of both editions; see README.md.

# %% [markdown] id="title" lang="en"
# # 13 · Alignment and responsibility: what should a model do, and how would we know?
#
# So far a model was good when its guesses were right. But nobody wants a machine that writes the likeliest next word: we want one that writes what we would **like**, treats people alike, keeps to itself what it was told in confidence, and says when it does not know. None of this stands in the loss of the earlier lessons. Here you put it there, or measure that it is missing.
#
# All five of our articles end with a sentence on bias, privacy, explanation and leaks. Each of these words can be turned into a number, with an interval around it. That is the work of this lesson.
#
# **When you have worked through it, you can**
#
# - teach a writer by reward, derive the estimators (REINFORCE, PPO's clipping, group-relative advantages, DPO) and check each against exact sums;
# - make a writer cheat its judge on purpose, and say what stops that and what does not;
# - explain a verdict in four ways, and measure which explanation is faithful;
# - measure whether a model treats words and groups alike, with intervals, and say what a mitigation costs;
# - measure what a model has learnt by heart, and train one with a promise that it has not;
# - write a model card out of measurements.
#
# **You need** the decoder and sampling (lesson 09), the film reviews and their honest protocol (lesson 07), gradients (lesson 02), BERT's vectors (lesson 10).
#
# **Mirrors** the sections on challenges and ethics at the end of the five articles, and 8.3 of the fifth. What is wrong there (E33) is run and put right.
# %% [markdown] id="title" lang="zh" of="ce53c4b5"
# # 13 · 对齐与责任：模型应该做什么，我们又怎么知道？
#
# 到现在为止，模型猜得对就算好。可是没有人想要一台只会写“最可能的下一个词”的机器：我们想要它写出我们**喜欢**的东西，对人一视同仁，不泄露别人托付给它的话，不知道的时候就说不知道。这些要求，前面各课的损失函数里一条也没有。这一课要么把它们写进损失函数，要么测出它们确实缺失。
#
# 五篇原文都在结尾用一句话提到偏见、隐私、解释和泄露。这些词个个都能变成一个带区间的数。这一课要做的就是这件事。
#
# **学完这一课，你能够**
#
# - 用奖励来教一个写作模型，推导各种估计量（REINFORCE、PPO 的截断、组内相对优势、DPO），并逐一与精确求和核对；
# - 有意让写作模型骗过评判模型，并说出什么能防止这种事、什么不能；
# - 用四种办法解释一个判断，并量出哪种解释忠实；
# - 量出模型对不同的词、不同的群体是否一视同仁，给出区间，并说明缓解办法的代价；
# - 量出模型背下了什么，并训练一个能保证没有背下来的模型；
# - 根据测量结果写一张模型卡。
#
# **你需要会** 解码器和抽样（第 09 课），影评数据和规范的评估流程（第 07 课），梯度（第 02 课），BERT 的向量（第 10 课）。
#
# **对应原文**：五篇文章末尾关于挑战和伦理的各节，以及第五篇的 8.3 节。其中的错误（E33）会实际运行，并改正。

# %% [markdown] id="need" lang="en"
# ## Before you begin
#
# **What you need.** Three questions that this lesson takes as answered. Try each, then unfold it; where you hesitate, read
# again at the place it names.
#
# <details><summary>A language model gives logits for the next token. How is the logarithm of the probability of a whole sentence computed from them?</summary>
#
# The log-softmax at each place, taken at the token that came, summed over the sentence. Read again: {{09 bits}}.
#
# </details>
#
# <details><summary>In logistic regression on word counts, what does one word contribute to a verdict?</summary>
#
# Its weight, if it occurs: the logit is a sum. Read again: {{07 why}}.
#
# </details>
#
# <details><summary>A model says 0.9 for a thousand reviews and is right about 800 of them. What is wrong, and what mends it?</summary>
#
# It is too sure; a temperature or a straight line fitted to its logits on held-out reviews mends it. Read again: {{07 calibration}}.
#
# </details>
# %% [markdown] id="need" lang="zh" of="cda5b7f1"
# ## 开始之前
#
# **自测。** 本课默认你已经会下面三件事。先自己回答，再展开对照；哪一题答得犹豫，就回到它指的地方重读。
#
# <details><summary>语言模型给出下一个词元的 logits。怎样由此算出整个句子的概率的对数？</summary>
#
# 在每个位置取 log-softmax，取实际出现的那个词元的值，再对整个句子求和。重读：{{09 bits}}。
#
# </details>
#
# <details><summary>在词频上做逻辑回归，一个词对判断的贡献是多少？</summary>
#
# 它出现了，贡献就是它的权重：logit 是一个和。重读：{{07 why}}。
#
# </details>
#
# <details><summary>模型对一千篇影评都说 0.9，其中 800 篇说对了。问题在哪里，怎么补救？</summary>
#
# 它过于自信；在留出的影评上给 logits 拟合一个温度或一条直线，就能补救。重读：{{07 calibration}}。
#
# </details>
# %% [markdown] id="back" lang="en"
# **Come back.** Five questions on earlier lessons. Answer from memory before you unfold: that is what makes it last.
#
# <details><summary>A probe reads gender off a sentence vector. Does that show that the model uses it?</summary>
#
# No: it shows that it can be read off. Use is shown by changing it and looking at what moves. From {{10 probe}}.
#
# </details>
#
# <details><summary>Why does a sampler with a low temperature write the same few sentences again and again?</summary>
#
# Dividing logits by a small number makes the likely likelier; in the limit the best token is always taken. From {{09 bits}}.
#
# </details>
#
# <details><summary>How far may two accuracies on 1,000 reviews lie apart without meaning anything?</summary>
#
# About two standard errors of their difference: some three to four points. From {{08 again}}.
#
# </details>
#
# <details><summary>The variational autoencoder pays a KL term. From what to what does it measure, and what happens when it weighs too much?</summary>
#
# From the code's distribution to the standard normal one; with too much weight the code says nothing any more. From {{04 terms}}.
#
# </details>
#
# <details><summary>A search finds passages by words and by vectors. What does either miss that the other finds?</summary>
#
# Words miss what is said in other words; vectors blur names, numbers and rare words. From {{12 search}}.
#
# </details>
# %% [markdown] id="back" lang="zh" of="9138b556"
# **温故。** 前几课的五个问题。先凭记忆回答，再展开：回想一遍，才记得牢。
#
# <details><summary>探针能从句子向量里读出性别。这说明模型用到了它吗？</summary>
#
# 不说明，只说明读得出来。要看有没有用到，得去改动它，看结果动不动。出自 {{10 probe}}。
#
# </details>
#
# <details><summary>温度很低的抽样，为什么翻来覆去总写那几句？</summary>
#
# logits 除以一个很小的数，可能的就更可能；到了极限，总是取最好的那个词元。出自 {{09 bits}}。
#
# </details>
#
# <details><summary>在 1,000 篇影评上测得的两个准确率，相差多少以内不能说明什么？</summary>
#
# 大约是差值的两个标准误，三四个百分点。出自 {{08 again}}。
#
# </details>
#
# <details><summary>变分自编码器的损失里有一项 KL 散度。它度量的是从哪个分布到哪个分布？权重太大会怎样？</summary>
#
# 从编码的分布到标准正态分布；权重太大，编码就不再携带信息。出自 {{04 terms}}。
#
# </details>
#
# <details><summary>搜索既可以按词找，也可以按向量找。各自会漏掉什么，而另一种找得到？</summary>
#
# 按词找，漏掉换了说法的；按向量找，名字、数字和少见的词会变模糊。出自 {{12 search}}。
#
# </details>

# %% [markdown] id="background" lang="en"
# ## 1 · Learning from a judge
#
# A label says what the right answer **is**. A reward says only how **good** an answer was, and only of answers that were given. That is much less. But it is all we have where there is no single right answer: a summary, a joke, a polite refusal.
#
# The history is short. In 1992 Williams showed how to follow a reward with gradients. In 2017 people were shown two clips of a simulated robot and asked which looked better; from some nine hundred such clicks it learnt a backflip. In 2022 the same was done with answers of a language model, and the result was the first chat assistant that millions used. Since then the reward model was left out (DPO, 2023), and for sums and programs the judge is simply a test that passes or fails (2024–25).
#
# Begin as small as possible. A machine has three greetings and does not know which one people like; in truth they please with probability 0.2, 0.5 and 0.9. It picks one at random, by a softmax over three numbers $\theta$, and is told whether it pleased. What should it change?
# %% [markdown] id="background" lang="zh" of="87b154ca"
# ## 1 · 从评价中学习
#
# 标签告诉你正确答案**是什么**。奖励只告诉你一个答案有多**好**，而且只针对已经给出的答案。信息少得多。但在没有唯一正确答案的地方，我们能有的就是它：一篇摘要、一个笑话、一次礼貌的拒绝。
#
# 这段历史不长。1992 年，Williams 说明了怎样用梯度来提高奖励。2017 年，人们给评价者看模拟机器人的两段录像，问哪段更好；靠九百次左右这样的点击，它学会了后空翻。2022 年，同样的办法用到语言模型的回答上，于是有了第一个千百万人使用的聊天助手。此后，有人省掉了奖励模型（DPO，2023）；而对算术和程序，奖励干脆来自一个要么通过、要么不通过的测试（2024–25）。
#
# 先从最小的例子开始。一台机器有三句问候语，不知道人们喜欢哪一句；其实它们受欢迎的概率分别是 0.2、0.5 和 0.9。它用三个数 $\theta$ 的 softmax 随机挑一句，然后得知对方满不满意。它应该改什么？

# %% id="imports" tags=["fold"]
import hashlib
import logging

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras.ops import convert_to_numpy as to_numpy
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

import course_lib.language_model as lm
import course_lib.preprocessing as prep
from course_lib import alignment, bert, data, diagrams, display, metrics, plots, sentiment
from course_lib.base.errors import DataUnavailable

logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its advice about retracing is meant for long loops  # 它关于重新追踪的建议，是给长循环的
blue, red, green, grey = "#2b6ca3", "#b5432f", "#3c7d4f", "#8a8a8a"

# %% id="map" tags=["fold"]
diagrams.flow(
    boxes={
        "reward": (0, 1, tr("reward", "奖励") + "\n" + tr("sections 1–2", "第 1–2 节")),
        "writer": (1, 1, tr("a writer and its judge", "写作模型与评判模型") + "\n" + tr("section 3", "第 3 节")),
        "explain": (2, 0, tr("why? explanation", "为什么？解释") + "\n" + tr("section 4", "第 4 节")),
        "bias": (2, 1, tr("for whom? bias", "对谁？偏见") + "\n" + tr("section 5", "第 5 节")),
        "privacy": (2, 2, tr("whose? privacy", "谁的？隐私") + "\n" + tr("section 6", "第 6 节")),
        "robust": (3, 0, tr("when not? robustness", "何时失灵？稳健性") + "\n" + tr("section 7", "第 7 节")),
        "card": (3, 2, tr("a card, energy", "模型卡、能耗") + "\n" + tr("section 8", "第 8 节")),
    },
    arrows=[
        ("reward", "writer", ""), ("writer", "explain", ""), ("writer", "bias", ""), ("writer", "privacy", ""),
        ("explain", "robust", ""), ("bias", "card", ""), ("privacy", "card", ""), ("robust", "card", ""),
    ],
    english="A map: a reward teaches a writer; its judge is asked why, for whom, with whose data and when it fails; the"
    " answers fill a card.",
    chinese="一张路线图：用奖励训练写作模型；再追问评判模型为什么这样判、对谁、用了谁的数据、何时失灵；答案填成一张模型卡。",
)

# %% [markdown] id="dial" lang="en"
# **The scale dial.** `quick` reads some thousand reviews and trains for seconds at a time; `full` reads more and trains longer.
# %% [markdown] id="dial" lang="zh" of="2f26c745"
# **规模旋钮。** `quick` 读几千篇影评，每次训练几秒钟；`full` 读得更多，训练得更久。
# %% id="dial-settings" tags=["fold"]
course = dial(
    settings={
        "smoke": dict(reviews=240, few=60, batch=48, drawn=96, rewarded=2,
                      raced=12, epochs=1, explained=3, secret_steps=4,
                      repeats=(0, 1, 4), people=1, candidates=50,
                      private_steps=20),
        "quick": dict(reviews=5_000, few=300, batch=48, drawn=1_024, rewarded=40,
                      raced=150, epochs=4, explained=24, secret_steps=140,
                      repeats=(0, 1, 4, 16, 64), people=4, candidates=300,
                      private_steps=200),
        "full": dict(reviews=24_000, few=300, batch=96, drawn=16_384, rewarded=150,
                     raced=150, epochs=5, explained=300, secret_steps=2_000,
                     repeats=(0, 1, 2, 4, 8, 16, 32, 64), people=6,
                     candidates=1_000, private_steps=800),
    },
    expected={
        "quick": dict(
            race_reached=(0.96, 1.02), race_clipped_lead=(0.05, 0.8),
            race_dpo_behind=(0, 2.4), race_reinforce_wavers=(2, 16),
            race_group_wavers=(2, 9), hacked_letters=(0.2, 6),
            hacked_bits=(0.4, 3.5), news_called_good=(0.25, 1),
            news_order=(0.45, 0.72), news_gap=(0, 0.1),
            hacked_liked=(0.85, 1), hacked_different=(0.0005, 0.06),
            hacked_kl=(8, 130), kept_kl=(2, 12), hans_as_trained=(0.85, 0.96),
            hans_turned=(0.15, 0.5), completeness_gap=(0, 0.02),
            mark_found=(1, 1), ig_over_attention=(0.5, 4),
            template_span=(0.08, 0.7), flowers_effect=(1.0, 1.2),
            home_effect=(1.3, 1.45), he_she_effect=(1.0, 1.2),
            names_effect=(-0.1, 0.3), names_after_cure=(0.7, 1),
            blind_cost=(-0.02, 0.03), exposure_often=(6.5, 8.3),
            exposure_once=(0, 6), leak_free=(0.68, 0.84), leak_held=(0.56, 0.72),
            without_noise=(0.72, 0.86), much_noise=(0.5, 0.72),
            short_called_good=(0.3, 0.95), calibrated_gap=(0, 0.09),
            sure_of_plays=(0.1, 0.7),
        ),
        "sample": dict(
            race_reached=(0, 1.1), race_clipped_lead=(-1, 3),
            race_dpo_behind=(-3, 3), race_reinforce_wavers=(0, 100),
            race_group_wavers=(0, 100), hacked_letters=(-9, 99),
            hacked_bits=(0, 9), news_called_good=(0, 1), news_order=(0, 1),
            news_gap=(0, 1),
            hacked_liked=(0, 1), hacked_different=(0, 0.5), hacked_kl=(0, 150),
            kept_kl=(0, 40), hans_as_trained=(0.3, 1), hans_turned=(0, 1),
            completeness_gap=(0, 0.2), mark_found=(0, 1),
            ig_over_attention=(-5, 9), template_span=(0, 3),
            flowers_effect=(-2, 2), home_effect=(-2, 2), he_she_effect=(-2, 2),
            names_effect=(-2, 2), names_after_cure=(0, 1), blind_cost=(-1, 1),
            exposure_often=(0, 8.3), exposure_once=(0, 8.3), leak_free=(0.3, 1),
            leak_held=(0.3, 1), without_noise=(0.2, 1), much_noise=(0.2, 1),
            short_called_good=(0, 1), calibrated_gap=(0, 1),
            sure_of_plays=(0, 1),
        ),
    },
)

# %% [markdown] id="bandit" lang="en"
# What we want to make large is the **expected** reward. Its gradient looks hopeless at first: the reward $r$ does not depend on $\theta$ at all, only how often each greeting is picked does. Call picking greeting $a$ an **action**; the probabilities $\pi_\theta(a)$ of the actions are the **policy**. The trick of 1992 is one line, $\nabla \pi = \pi\, \nabla \log \pi$:
#
# $$ J(\theta) = \sum_a \pi_\theta(a)\, r(a), \qquad \nabla J = \sum_a \pi_\theta(a)\, r(a)\, \nabla \log \pi_\theta(a) = \mathbb{E}_{a \sim \pi}\big[r(a)\, \nabla \log \pi_\theta(a)\big]. \tag{1} $$
#
# On the right stands an average over what the machine **does**. So act once, and $r\,\nabla \log \pi$ is right on average: an estimate of the **policy gradient**, known as REINFORCE. For a softmax, $\nabla \log \pi(a)$ is one-hot of $a$ minus $\pi$ (lesson 02). Once by hand:
# %% [markdown] id="bandit" lang="zh" of="11b31e8a"
# 我们要让**期望**奖励变大。它的梯度乍看无从下手：奖励 $r$ 根本不依赖 $\theta$，依赖 $\theta$ 的只是每句被挑中的频率。把挑中第 $a$ 句叫作一个**动作**，各个动作的概率 $\pi_\theta(a)$ 合称**策略**。1992 年的技巧只有一行，$\nabla \pi = \pi\, \nabla \log \pi$：
#
# $$ J(\theta) = \sum_a \pi_\theta(a)\, r(a), \qquad \nabla J = \sum_a \pi_\theta(a)\, r(a)\, \nabla \log \pi_\theta(a) = \mathbb{E}_{a \sim \pi}\big[r(a)\, \nabla \log \pi_\theta(a)\big]. \tag{1} $$
#
# 右边是对机器**实际做的事**求平均。所以做一次，得到的 $r\,\nabla \log \pi$ 平均起来就是对的：这是**策略梯度**的一个估计，叫 REINFORCE。对 softmax 来说，$\nabla \log \pi(a)$ 等于 $a$ 的独热向量减去 $\pi$（第 02 课）。先手算一次：
# %% id="bandit-by-hand"
pleases = np.array([0.2, 0.5, 0.9])  # nobody tells the machine  # 没有人告诉机器
theta = np.zeros(3)
policy = np.exp(theta) / np.exp(theta).sum()

exact = np.zeros(3)
for action in range(3):
    slope = np.eye(3)[action] - policy  # ∇ log π
    exact += policy[action] * pleases[action] * slope  # (1)
print(exact.round(3))

random = np.random.default_rng(course.seed)
estimates = []
for _ in range(20_000):
    action = random.choice(3, p=policy)
    reward = float(random.random() < pleases[action])
    estimates.append(reward * (np.eye(3)[action] - policy))
print(np.mean(estimates, axis=0).round(3), np.std(estimates, axis=0).round(2))
# %% [markdown] id="baseline" lang="en"
# The mean is right; but look at the second row's right half: a single estimate is off by several times its own size. There is a remedy that costs nothing. Since probabilities sum to one, $\mathbb{E}[\nabla \log \pi] = 0$. Hence any number $b$ that does not depend on the action may be taken off the reward,
#
# $$ \nabla J = \mathbb{E}\big[(r(a) - b)\, \nabla \log \pi_\theta(a)\big], \tag{2} $$
#
# and the mean stays. With $b$ near the expected reward the estimate is small where nothing was learnt. $r - b$ is called the **advantage**: how much better than usual.
# %% [markdown] id="baseline" lang="zh" of="e68e77ae"
# 平均值是对的；但看第二行右半边：单次估计的偏差，是它自身大小的好几倍。有个不费代价的补救办法。概率之和为一，所以 $\mathbb{E}[\nabla \log \pi] = 0$。因此可以从奖励里减去任何一个不依赖动作的数 $b$，
#
# $$ \nabla J = \mathbb{E}\big[(r(a) - b)\, \nabla \log \pi_\theta(a)\big], \tag{2} $$
#
# 平均值不变。$b$ 取在期望奖励附近时，没什么可学的那些次，估计值就小。这个 $b$ 叫**基线**，$r - b$ 叫**优势**：比平时好多少。

# %% [markdown] id="tiny" lang="en"
# ## 2 · Estimators, held against exact sums
#
# A writer is the same machine with more greetings: all its texts. For a real one they cannot be listed. So take one that is tiny: three words, texts of three words, 27 in all. The policy is a table of scores, one row for each preceding word. Whatever we claim of an estimator's **average** can then be summed instead of believed.
# %% [markdown] id="tiny" lang="zh" of="0dc321a0"
# ## 2 · 估计量，与精确求和对照
#
# 写作模型就是同一台机器，只是“问候语”多了：它所有可能的文本。真实的模型列举不完，所以先取一个极小的：三个词，每篇三个词，一共 27 篇。策略是一张得分表，前一个词占一行。这样，关于估计量**平均值**的任何说法，都可以求和来验证，不必凭空相信。
# %% id="tiny-exact"
words = ["good", "bad", "film"]
texts = alignment.all_texts(len(words), 3)  # (27, 3)
rewards = (texts == 0).sum(axis=1) - 0.5 * (texts == 1).sum(axis=1)

random = np.random.default_rng(course.seed)
table = random.normal(size=(4, 3))  # row 3: at the beginning  # 第 3 行：开头
log_probs = alignment.table_log_probs(table, texts)  # log π(x), (27,)
slopes = alignment.table_gradients(table, texts)  # ∇ log π(x), (27, 4, 3)
chances = np.exp(log_probs)

best = np.argsort(-chances)[:3]
for place in best:
    text = [words[i] for i in texts[place]]
    print(text, f"{chances[place]:.3f}  {rewards[place]:+.1f}")
expected = (chances * rewards).sum()
exact = np.einsum("x,xij->ij", chances * rewards, slopes)  # (1)
print(tr("expected reward", "期望奖励"), expected.round(3))
# %% [markdown] id="tiny-predict" lang="en" tags=["predict"]
# **Before you run it.** The next cell takes off three baselines: nothing, the expected reward, and minus ten. For which of them is the estimator's average right, and for which does a single estimate vary most?
#
# > Right for all three, to the last digit. Their variance differs by a factor of a hundred or so: with −10 every text is "very good", all are pushed up, and only the small differences between pushes say anything.
# %% [markdown] id="tiny-predict" lang="zh" of="e8159625" tags=["predict"]
# **先猜，再运行。** 下一格减去三种基线：什么也不减、期望奖励、负十。哪一种的估计量平均值正确？哪一种的单次估计波动最大？
#
# > 三种都正确，直到最后一位。方差却相差百倍上下：取 −10 时，每篇文本都“好极了”，全都被往上推，只有推力之间的小差别才说明问题。
# %% id="tiny-run"
for baseline in (0.0, expected, -10.0):
    estimates = (rewards - baseline)[:, None, None] * slopes
    mean = np.einsum("x,xij->ij", chances, estimates)  # (2)
    away = ((estimates - mean) ** 2).sum(axis=(1, 2))
    error = np.abs(mean - exact).max()
    print(f"b = {baseline:6.2f}: {tr('error', '误差')} {error:.0e}", end=", ")
    print(f"{tr('variance', '方差')} {(chances * away).sum():.2f}")
# %% [markdown] id="clip" lang="en"
# ### Using a draw twice: PPO
#
# Writing is the slow part. It would be good to take several steps with the same texts. But after the first step the policy is no longer the one that wrote them. Weighing each text by the ratio $\rho$ of its new to its old probability puts that right, until $\rho$ strays far from 1 and a few texts outweigh all. PPO (2017) simply stops there:
#
# $$ L = -\min\big(\rho A,\ \mathrm{clip}(\rho, 1 - \varepsilon, 1 + \varepsilon)\, A\big), \qquad \rho = \frac{\pi_\theta(x)}{\pi_{\text{old}}(x)}. \tag{3} $$
#
# $A$ is the advantage, and $\varepsilon$ says how far $\rho$ may go from 1, here 0.2. At $\rho = 1$ its gradient is that of (2), by exact sums: the tests of the library hold it. Below, the loss as a curve.
# %% [markdown] id="clip" lang="zh" of="4b8a98bc"
# ### 同一批文本用多次：PPO
#
# 生成文本是最慢的一步，最好同一批文本能用来更新好几步。但更新了一步，策略就不再是写下它们的那个了。用新旧概率之比 $\rho$ 给每篇文本加权，可以纠正这一点；可是 $\rho$ 一旦离 1 太远，少数几篇就压倒了其余。PPO（2017）的做法是，比值超出范围就不再更新：
#
# $$ L = -\min\big(\rho A,\ \mathrm{clip}(\rho, 1 - \varepsilon, 1 + \varepsilon)\, A\big), \qquad \rho = \frac{\pi_\theta(x)}{\pi_{\text{old}}(x)}. \tag{3} $$
#
# 其中 $A$ 是优势，$\varepsilon$ 规定 $\rho$ 可以离 1 多远，这里取 0.2。在 $\rho = 1$ 处，它的梯度就是 (2) 的梯度，可用精确求和验证：课程库的测试检查了这一条。下图把损失画成曲线。
# %% id="clip-plot" tags=["fold"]
ratios = np.linspace(0.4, 1.8, 200)
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3), sharex=True)
for axis, advantage in zip(axes, (1.0, -1.0), strict=True):
    losses = to_numpy(alignment.clipped_loss(np.log(ratios), 0 * ratios, advantage + 0 * ratios))
    axis.plot(ratios, -advantage * ratios, "--", color=grey, label=plots.label("without clipping", "不截断"))
    axis.plot(ratios, losses, color=blue, lw=2, label=plots.label("clipped, (3)", "截断，(3) 式"))
    axis.axvline(1, color="black", lw=0.6)
    axis.set(xlabel=plots.label("ratio of probabilities", "概率之比"), title=f"A = {advantage:+.0f}")
axes[0].set(ylabel=plots.label("loss", "损失"))
axes[0].legend(fontsize=9)
plots.show(
    figure,
    "PPO's loss against the ratio: with a positive advantage it goes flat above 1.2, with a negative one below 0.8; on the other side it goes on as a straight line.",
    "PPO 的损失随概率之比变化：优势为正时，比值超过 1.2 就变平；优势为负时，低于 0.8 就变平；另一侧仍是直线。",
)
# %% [markdown] id="groups" lang="en"
# ### A baseline from the group
#
# Where does the baseline come from? PPO trains a second network to guess the expected reward. DeepSeek's GRPO (2024) saves it: write $G$ texts for the same prompt, and compare each with the mean of its **group**, divided by the group's standard deviation $s$:
#
# $$ A_i = \frac{r_i - \bar r}{s}. \tag{4} $$
#
# The mean holds $r_i$ itself, so $b$ is not quite independent of the text. Exact sums over all pairs show what that does.
# %% [markdown] id="groups" lang="zh" of="bc7ca144"
# ### 以组内平均为基线
#
# 基线从哪里来？PPO 另训练一个网络来猜期望奖励。DeepSeek 的 GRPO（2024）省掉了它：对同一个提示写 $G$ 篇，每篇与所在**组**的平均值相比，再除以组内标准差 $s$：
#
# $$ A_i = \frac{r_i - \bar r}{s}. \tag{4} $$
#
# 平均值里含有 $r_i$ 自己，所以 $b$ 并不完全独立于这篇文本。对所有的文本对精确求和，就能看出后果。
# %% id="groups-run"
first, second = np.divmod(np.arange(27 * 27), 27)  # all pairs of texts  # 所有的文本对
pair_chances = chances[first] * chances[second]
pair_rewards = np.stack([rewards[first], rewards[second]], axis=1)

for scale in (False, True):
    better = alignment.group_advantages(pair_rewards, scale=scale)
    estimate = better[:, 0, None, None] * slopes[first]
    estimate += better[:, 1, None, None] * slopes[second]
    mean = np.einsum("p,pij->ij", pair_chances, estimate / 2)
    share = (mean * exact).sum() / (exact**2).sum()
    angle = (mean * exact).sum() / np.linalg.norm(mean) / np.linalg.norm(exact)
    name = tr("over s", "除以 s") if scale else tr("mean off", "减平均")
    print(f"{name}: {share:.3f} {tr('of the gradient', '倍梯度')}", end=", ")
    print(f"{tr('cosine', '余弦')} {angle:.3f}")
# %% [markdown] id="groups-reading" lang="en"
# Taking off the group's mean gives exactly half of the gradient for groups of two, $(G - 1)/G$ in general: a smaller step in the right direction. Dividing by $s$ turns the **direction**, here a little: groups that hardly differ are blown up. People do it because it makes steps alike in size, not because (1) asks for it.
# %% [markdown] id="groups-reading" lang="zh" of="0b850d20"
# 减去组平均，两篇一组时恰好得到一半的梯度，一般是 $(G - 1)/G$ 倍：方向对，步长小。再除以 $s$，**方向**就偏了，这里只偏了一点：奖励几乎没有差别的组被放大。大家这样做，是为了让各步的步长相近，不是因为 (1) 式要求如此。
# %% [markdown] id="dpo" lang="en"
# ### Staying near, and pairs without a reward: DPO
#
# A reward is never quite what we mean, so the writer should stay near the **reference** $\pi_{\text{ref}}$ that it began as. Take a price for the distance off the reward, the **KL penalty**, with a weight $\beta$:
#
# $$ \max_\pi\ \mathbb{E}_{x \sim \pi}\big[r(x)\big] - \beta\, \mathrm{KL}(\pi \,\Vert\, \pi_{\text{ref}}) \quad\Longrightarrow\quad \pi^*(x) \propto \pi_{\text{ref}}(x)\, e^{r(x)/\beta}. \tag{5} $$
#
# The best policy can be written down: the reference, tilted. Solve it for $r$, and the reward is $\beta \log(\pi^*/\pi_{\text{ref}})$ plus a constant. Now suppose that we have no rewards but **preferences**: of two texts, which did a person choose? If they choose $x$ over $y$ with probability $\sigma(r(x) - r(y))$, $\sigma$ being the sigmoid (the model of Bradley and Terry), the constant drops out, and the policy can be fitted to the choices directly. This is **direct preference optimisation**:
#
# $$ L = -\log \sigma\Big(\beta \log \frac{\pi(x)}{\pi_{\text{ref}}(x)} - \beta \log \frac{\pi(y)}{\pi_{\text{ref}}(y)}\Big). \tag{6} $$
#
# The next cell minimises (6) over all pairs of the 27 texts and compares with (5), which it was never told.
# %% [markdown] id="dpo" lang="zh" of="1ec613d1"
# ### 不远离参考模型，以及用成对偏好代替奖励：DPO
#
# 奖励从来不完全等于我们的本意，所以写作模型应当留在训练开始时的**参考模型** $\pi_{\text{ref}}$ 附近。为此从奖励里减去一项 **KL 惩罚**，系数为 $\beta$：
#
# $$ \max_\pi\ \mathbb{E}_{x \sim \pi}\big[r(x)\big] - \beta\, \mathrm{KL}(\pi \,\Vert\, \pi_{\text{ref}}) \quad\Longrightarrow\quad \pi^*(x) \propto \pi_{\text{ref}}(x)\, e^{r(x)/\beta}. \tag{5} $$
#
# 最优的策略可以直接写出来：参考模型的概率乘以 $e^{r/\beta}$，再归一化，称为指数倾斜。反解出 $r$，奖励就是 $\beta \log(\pi^*/\pi_{\text{ref}})$ 加一个常数。现在假设没有奖励，只有**偏好**：两篇文本，人选了哪一篇？如果人以概率 $\sigma(r(x) - r(y))$ 选 $x$ 而不选 $y$（$\sigma$ 是 sigmoid 函数；这叫 Bradley–Terry 模型），常数就消掉了，策略可以直接由这些选择来拟合，这就是**直接偏好优化**：
#
# $$ L = -\log \sigma\Big(\beta \log \frac{\pi(x)}{\pi_{\text{ref}}(x)} - \beta \log \frac{\pi(y)}{\pi_{\text{ref}}(y)}\Big). \tag{6} $$
#
# 下一格对 27 篇文本两两组成的所有文本对最小化 (6)，再与 (5) 比较；而 (5) 从来没有告诉过它。
# %% id="dpo-run"
beta = 0.5
prefers = alignment.preference_probability(rewards[first], rewards[second])
scores = log_probs.copy()  # log π, up to a constant  # log π，差一个常数
for _ in range(4_000):
    implied = beta * (scores - log_probs)
    said = 1 / (1 + np.exp(implied[second] - implied[first]))
    pull = said - prefers  # the slope of (6) in the margin  # (6) 对差值的斜率
    slope = np.bincount(first, pull, 27) - np.bincount(second, pull, 27)
    scores -= 0.1 * beta * slope / 27

fitted = np.exp(scores - scores.max())
fitted /= fitted.sum()
best = alignment.tilted(log_probs, rewards, beta)  # (5)
print(tr("largest difference:", "最大的差："), f"{np.abs(fitted - best).max():.1e}")
for name, policy in {"π_ref": chances, "π*": best}.items():
    kl = (policy * (np.log(policy) - log_probs)).sum()
    print(f"{name}: r = {(policy * rewards).sum():.2f}, KL = {kl:.2f}")

# %% [markdown] id="race" lang="en"
# ### All of them, on the same texts
#
# Every objective so far comes down to one number for each text that was drawn: what its $\nabla \log \pi(x)$ is multiplied by before it is added to the table. Let $w = r - \beta \log(\pi / \pi_{\text{ref}})$ be the reward less the price in (5), and $b$ a running mean of $w$.
#
# | method | factor of $\nabla \log \pi(x)$ | from |
# |---|---|---|
# | REINFORCE | $w$ | (1) |
# | with a baseline | $w - b$ | (2) |
# | clipped | $\rho\,(w - b)$, or 0 where the clipped side of (3) is the smaller one | (3) |
# | group-relative | $(w - \bar w) / s$ | (4) |
# | DPO | $\beta\,\sigma(-m)$ for the chosen text, $-\beta\,\sigma(-m)$ for the other; $m$ is what stands inside $\sigma$ in (6) | (6) |
#
# Each step draws 16 texts from the policy as it is. Clipped, they are used four times. DPO draws 8 pairs from the reference, and for each a person's choice; it sees no reward at all. Only the draws are random: how good a policy is after each step is **summed over all 27 texts**.
# %% [markdown] id="race" lang="zh" of="b513080e"
# ### 所有方法，用在同样的文本上
#
# 到现在为止，每种目标最后都归结为给每篇抽到的文本一个系数：它的 $\nabla \log \pi(x)$ 乘以这个系数，再加到得分表上。设 $w = r - \beta \log(\pi / \pi_{\text{ref}})$，也就是奖励减去 (5) 式里的 KL 惩罚；$b$ 是 $w$ 的滑动平均。
#
# | 方法 | $\nabla \log \pi(x)$ 的系数 | 出自 |
# |---|---|---|
# | REINFORCE | $w$ | (1) |
# | 带基线 | $w - b$ | (2) |
# | 截断 | $\rho\,(w - b)$；(3) 式中截断的一侧较小时为 0 | (3) |
# | 组内相对 | $(w - \bar w) / s$ | (4) |
# | DPO | 选中的文本是 $\beta\,\sigma(-m)$，另一篇是 $-\beta\,\sigma(-m)$；$m$ 是 (6) 式 $\sigma$ 里面的那一项 | (6) |
#
# 每一步从当时的策略抽 16 篇文本。截断法把它们用四次。DPO 从参考模型抽 8 对，每对由人选出一篇；它根本看不到奖励。随机的只有抽样：每一步之后策略有多好，是**对全部 27 篇文本求和**得到的。
# %% id="race-factors"
def factors(method, now, old, worth, usual):
    tr("""What the ∇ log π of each drawn text is multiplied by""",
       """每篇抽到的文本，它的 ∇ log π 乘以多少""")
    if method == "reinforce":
        return worth  # (1)
    if method == "baseline":
        return worth - usual  # (2)
    if method == "clipped":
        ratio, better = np.exp(now - old), worth - usual
        held = np.clip(ratio, 0.8, 1.2) * better
        return np.where(ratio * better <= held, ratio * better, 0)  # (3)
    return alignment.group_advantages(worth[None])[0]  # (4)

def preferred(random, now, count):
    tr("""Pairs of texts of π_ref, the chosen ones first, and their factors""",
       """π_ref 的文本对，选中的在前，以及它们的系数""")
    drawn = random.choice(27, (2, count), p=chances)
    likes = alignment.preference_probability(*rewards[drawn])
    chosen, other = np.where(random.random(count) < likes, drawn, drawn[::-1])
    gained = beta * (now - log_probs)
    pull = beta / (1 + np.exp(gained[chosen] - gained[other]))  # (6)
    return np.concatenate([chosen, other]), np.concatenate([pull, -pull])

def moved(theta, drawn, pull, rate):
    slopes = alignment.table_gradients(theta, texts[drawn])
    return theta + rate * np.einsum("n,nij->ij", pull, slopes) / len(drawn)
# %% id="race-learn"
def learn(method, seed, size=16):
    tr("""Expected reward and KL before each step, by exact sums: (steps, 2)""",
       """每一步之前的期望奖励和 KL，精确求和：(steps, 2)""")
    random = np.random.default_rng(seed)
    theta, usual, path = table.copy(), 0.0, []
    for _ in range(course.raced):
        every = alignment.table_log_probs(theta, texts)
        policy = np.exp(every)
        path.append((policy @ rewards, policy @ (every - log_probs)))
        if method == "dpo":  # its factors are small, its steps larger  # 系数小，步子就大些
            drawn, pull = preferred(random, every, size // 2)
            theta = moved(theta, drawn, pull, rate=2.0)
            continue
        drawn = random.choice(27, size, p=policy)
        old = every[drawn]
        worth = rewards[drawn] - beta * (old - log_probs[drawn])
        for _ in range(4 if method == "clipped" else 1):
            now = alignment.table_log_probs(theta, texts[drawn])
            pull = factors(method, now, old, worth, usual)
            theta = moved(theta, drawn, pull, rate=0.5)
        usual += 0.1 * (worth.mean() - usual)
    return np.array(path)
# %% [markdown] id="race-predict" lang="en" tags=["predict"]
# **Before you run it.** Five seeds for each method. Which are ahead at first? Which keep wavering at the end? Which is slowest? And do they end at different places?
#
# > All go to the same place, the one that (5) wrote down, and some have not arrived. *Clipped* and *group-relative* are ahead at first: the one takes four steps a draw, the other makes long steps, dividing by an $s$ that is small. DPO is slowest: a choice between two texts says less than a reward of each, and its pairs never get better, since the reference writes them. REINFORCE without a baseline wavers to the end, and so does the group-relative method. Where (5) is reached all texts are worth the same, $w$ is constant; a baseline then leaves nothing over. But $s$ goes to zero, too, and dividing by it blows the last bit of noise up to full size.
# %% [markdown] id="race-predict" lang="zh" of="db51d1fa" tags=["predict"]
# **先猜，再运行。** 每种方法用五个种子。起初哪些领先？哪些到最后还在波动？哪种最慢？它们的终点不同吗？
#
# > 都走向同一处，就是 (5) 式写出来的那个策略，只是有的还没走到。*截断*和*组内相对*起初领先：前者抽一次走四步，后者除以一个小的 $s$，步长就大。DPO 最慢：在两篇里选一篇，信息比给每篇一个奖励要少；而且成对的文本由参考模型来写，永远不会变好。没有基线的 REINFORCE 一直波动到最后，组内相对的方法也是。到了 (5) 式的策略，所有文本的 $w$ 都相等，是一个常数；减去基线，就什么也不剩。可是 $s$ 也趋于零，除以它，最后一点噪声就被放大到原来的规模。
# %% id="race-run"
names = {"reinforce": "REINFORCE", "baseline": tr("with a baseline", "带基线"),
         "clipped": tr("clipped", "截断"), "dpo": "DPO",
         "group": tr("group-relative", "组内相对")}
paths, wavers, rows = {}, {}, []
for method, name in names.items():
    five = np.array([learn(method, course.seed + run) for run in range(5)])
    paths[method] = five  # (5, steps, 2)
    early, third = course.raced // 10, course.raced // 3
    final = five[:, -1, 0]
    wavers[method] = five[:, -third:, 0].std(axis=1).mean()
    rows.append([name, f"{five[:, early, 0].mean():.2f}", f"{final.mean():.2f}",
                 f"{final.min():.2f} … {final.max():.2f}",
                 f"{five[:, -1, 1].mean():.2f}", f"{wavers[method]:.3f}"])
display.table([tr("method", "方法"), tr(f"r after {early} steps", f"{early} 步后的 r"),
               tr("at the end", "最后"), tr("five seeds", "五个种子"), "KL",
               tr("wavering", "波动")], rows)
print(f"π*: r = {best @ rewards:.2f}")
# %% id="race-plot" tags=["fold"]
frontier = np.array([
    (tilt @ rewards, tilt @ (np.log(tilt) - log_probs))
    for tilt in (alignment.tilted(log_probs, rewards, price) for price in np.geomspace(0.15, 30, 60))
])
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
for (method, five), color in zip(paths.items(), ("black", blue, green, "#8a5ba8", red), strict=True):
    mean = five.mean(axis=0)
    left.fill_between(np.arange(len(mean)), five[:, :, 0].min(axis=0), five[:, :, 0].max(axis=0), color=color, alpha=0.18, lw=0)
    left.plot(mean[:, 0], color=color, lw=1.6, label=names[method])
    right.plot(five[0, :, 1], five[0, :, 0], color=color, lw=1.2)
left.axhline(best @ rewards, color=grey, ls="--")
left.set(xlabel=plots.label("step", "步数"), ylabel=plots.label("expected reward", "期望奖励"))
left.legend(fontsize=8)
right.plot(frontier[:, 1], frontier[:, 0], ":", color=grey, label=plots.label("best for its KL, (5)", "同样 KL 下最好的，(5) 式"))
right.plot(best @ (np.log(best) - log_probs), best @ rewards, "*", color="black", ms=12, label="π*, β = 0.5")
right.set(xlabel=plots.label("KL from the reference, nats", "与参考模型的 KL（奈特）"), ylabel=plots.label("expected reward", "期望奖励"))
right.legend(fontsize=8, loc="lower right")
plots.show(
    figure,
    "Left: expected reward against steps, mean and range of five seeds; clipped and group-relative rise first, DPO last, all towards one dashed line. Right: the same as reward against KL; all paths run just below the dotted curve of the best policies, to a star.",
    "左：期望奖励随步数变化，五个种子的平均值和范围；截断和组内相对先升，DPO 最后，都趋向同一条虚线。右：奖励随 KL 变化；所有路径都紧贴在最优策略的点线之下，走向一颗星。",
)
course.report("race_reached", float(paths["baseline"][:, -1, 0].mean() / (best @ rewards)))
course.report("race_clipped_lead", float(paths["clipped"][:, early, 0].mean() - paths["baseline"][:, early, 0].mean()))
course.report("race_dpo_behind", float(paths["baseline"][:, third, 0].mean() - paths["dpo"][:, third, 0].mean()))
course.report("race_reinforce_wavers", float(wavers["reinforce"] / wavers["baseline"]))
course.report("race_group_wavers", float(wavers["group"] / wavers["baseline"]))
# %% [markdown] id="race-reading" lang="en"
# The dotted curve on the right is (5) for every price $\beta$: no policy gets more reward for its KL. All five methods walk along just below it; none is led there by anything but its factors. A table with one row for each preceding word cannot express (5) to the last digit, which is why the best of them stop a little short.
#
# With real texts nothing of this can be summed. What carries over is the order of things: first see that an update is right on average where the average is known, then trust it where it is not.
# %% [markdown] id="race-reading" lang="zh" of="d85b08cf"
# 右图的点线是各种惩罚系数 $\beta$ 下的 (5) 式：同样的 KL，没有哪个策略得到更多奖励。五种方法都紧贴在它下方前进，而决定更新方向的只有各自的系数。每行只对应前一个词的得分表，不能精确表示 (5) 式的策略，所以最好的几种也稍差一点点。
#
# 换成真实的文本，这些都没法求和。能沿用的是先后次序：先在平均值已知的地方验证更新是对的，再到平均值未知的地方去用它。

# %% [markdown] id="writer" lang="en"
# ## 3 · A writer and its judge
#
# Now in earnest. The writer is lesson 09's decoder, small: 2 layers of width 64, trained beforehand on short sentences of film reviews that consist of 600 common words. The **judge**, which serves as reward model, is lesson 07's sentiment classifier: logistic regression on the words and pairs that occur in a review. It learnt from few reviews, as reward models do: human verdicts are expensive. A second judge, taught by many more reviews, of **other films**, is held back: what it says is never a reward. A third one is held back that is of another kind: it knows no words, only runs of three and four **letters**, and has read only the last 60 words of each review.
# %% [markdown] id="writer" lang="zh" of="6adc0a4f"
# ## 3 · 写作模型和它的评判模型
#
# 现在换成真实的文本。写作模型是第 09 课的解码器，规模很小：2 层，宽 64，事先在影评里的短句上训练过，这些句子只含 600 个常用词。**评判模型**在这里充当奖励模型，它就是第 07 课的情感分类器：以影评里出现的词和相邻词对为特征的逻辑回归。它只学了少量影评，奖励模型往往如此：人工评判很贵。另有一个评判模型，用**别的电影**的影评训练，数量多得多，先留着不用：它的输出从不作为奖励。还留着第三个，是另一类：它不认识词，只认连续三四个**字母**，而且每篇只读过最后 60 个词。
# %% id="judges"
everything = data.imdb.load("train", limit=course.reviews, seed=course.seed)
known, others = data.imdb.split_by_film(everything, 0.5, seed=course.seed)

def plain(texts):
    tr("""Words of each text, with blanks between them""",
       """每段文本的词，以空格隔开""")
    return [" ".join(prep.tokenize(prep.clean(text))) for text in texts]

words_and_pairs = dict(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2)

class Judge:
    def __init__(self, texts, labels, **counted):
        counted = counted or words_and_pairs
        self.words = CountVectorizer(binary=True, **counted)
        features = self.words.fit_transform(texts)
        self.model = LogisticRegression(C=0.1, max_iter=300)
        self.model.fit(features, labels)

    def __call__(self, texts):
        return self.model.decision_function(self.words.transform(texts))

known_texts, other_texts = plain(known.texts), plain(others.texts)
few = min(course.few, len(known) // 2)
judge = Judge(known_texts[:few], known.labels[:few])
held_back = Judge(other_texts, others.labels)
# %% id="judges-asked"
def ends(texts, length=60):
    return [" ".join(text.split()[-length:]) for text in texts]

letters = Judge(ends(other_texts), others.labels, analyzer="char_wb",
                ngram_range=(3, 4), min_df=5)
asked, right = known_texts[few:], known.labels[few:] == 1
for name, one, given in [
    (tr("the judge", "评判模型"), judge, asked),
    (tr("held back", "留出的"), held_back, asked),
    (tr("letters, 60 words", "字母，60 词"), letters, ends(asked)),
]:
    print(name, alignment.rate((one(given) > 0) == right))
# %% id="writer-begins"
vocabulary = alignment.recorded_words()
stop = len(vocabulary)  # begins and ends a text  # 文本的开头和结尾

def write_as(model):
    return alignment.Writer(model, stop, length=12, at_once=course.batch)

def read(texts):
    return [" ".join(vocabulary.decode(ids)) for ids in texts]

reference = write_as(alignment.recorded_writer())
drawn = reference.write(course.drawn, seed=course.seed)
written = read(drawn.texts(stop))
for text in written[:6]:
    print(f"{judge([text])[0]:+.2f}  {text}")
# %% [markdown] id="best" lang="en"
# **Best of n.** Before anything is trained, the simplest way to please a judge: write $n$ texts and hand in the best. It costs $n$ times the writing, changes no weight, and moves the distribution by at most $\log n - (n - 1)/n$ nats (reached when no two rewards are equal). Whoever trains should beat **this**, and not the untrained model.
# %% [markdown] id="best" lang="zh" of="d7e01aa5"
# **n 选一**（best of n）。在训练任何东西之前，让评判模型给高分最简单的办法是：写 $n$ 篇，取得分最高的一篇。代价是要写 $n$ 篇才得一篇，权重不变，分布与原来的 KL 至多是 $\log n - (n - 1)/n$ 奈特（奖励各不相同时恰好达到）。训练要超过的是**它**，而不是未经训练的模型。
# %% id="best-run"
paid, not_paid = judge(written), held_back(written)
best_points = []
for n in (1, 4, 16, 64):
    kept = alignment.best_of(paid, n)
    kl = alignment.best_of_n_kl(n)
    best_points.append((kl, paid[kept].mean(), not_paid[kept].mean()))
    print(f"n = {n:>2}: KL ≤ {kl:.2f}", end="  ")
    print(f"{paid[kept].mean():+.2f}  {not_paid[kept].mean():+.2f}", end="  ")
    print(written[kept[0]])
# %% [markdown] id="train-predict" lang="en" tags=["predict"]
# **Before you run it.** The next cell trains two copies of the writer by (2) on the judge's logit: one without a penalty for the distance from the reference ($\beta = 0$), one with $\beta = 0.1$ for each nat. What will the first one write in the end? And will the two judges that are held back like it: the one that counts words, and the one that counts letters?
#
# > It writes one string of praise that is no sentence, and nearly the same one every time. And **both** judges give it high scores. That the first shares the weakness is no wonder; but the one that knows no word shares it, too. Other features do not make another question: all three ask *is there praise?*, and there is. The reference model can be asked another one: how many bits is each word (minus its log-probability)? Mostly the string has more of them than its own texts. But of the five seeds on record one led to *this is one of my favorite*, again and again, and that has few. Seen one by one, such texts can pass. KL and the count of different words look at **all** texts together, and with every seed they gave it away.
# %% [markdown] id="train-predict" lang="zh" of="85fdc6d8" tags=["predict"]
# **先猜，再运行。** 下一格按 (2) 式以评判模型的 logit 为奖励，训练写作模型的两个副本：一个没有 KL 惩罚（$\beta = 0$），一个每奈特惩罚 $\beta = 0.1$。第一个最后会写些什么？留出的两个评判模型，一个看词，一个看字母，会给它高分吗？
#
# > 它写出一串不成句的赞美，而且几乎每次都一样。而**两个**评判模型都给了高分。前一个有同样的弱点，不足为奇；可是一个词也不认识的那个，也有同样的弱点。换了特征，问的还是同一件事：三个都在问*有没有赞美*，而赞美是有的。另一件事可以问参考模型：每个词是多少比特（对数概率取负）？这串东西多半比它自己写的高。但在有记录的五个种子里，有一个一遍遍地写 *this is one of my favorite*，这句的比特数很低。一篇一篇地看，这样的文本可能蒙混过关。KL 和不同词的比例把**全部**文本放在一起看，用哪个种子都能发现问题。
# %% id="train-run"
def reward(ids):
    return judge(read(ids))

runs = {}
for beta in (0.0, 0.1):
    writer = write_as(alignment.recorded_writer())
    history = alignment.train_on_reward(
        writer, reference, reward, course.rewarded, batch_size=course.batch,
        beta=beta, learning_rate=5e-3, seed=course.seed,
    )
    runs[beta] = writer, history
    last = history[-1]
    print(f"β = {beta}: {tr('reward', '奖励')} {history[0]['reward']:+.2f}", end="")
    print(f" → {last['reward']:+.2f}, KL {last['kl']:.1f}")
# %% id="train-asked"
writers = {tr("reference", "参考模型"): reference}
writers |= {f"β = {beta}": writer for beta, (writer, _) in runs.items()}
found, rows = [], []
for name, writer in writers.items():
    new = writer.write(256, seed=course.seed + 1)
    ids, lines = new.texts(stop), read(new.texts(stop))
    here = writer.log_probs(new).sum(axis=1)
    there = reference.log_probs(new).sum(axis=1)
    said = [one(lines) for one in (judge, held_back, letters)]
    found.append({
        "said": said,
        "bits": -there.sum() / new.counted.sum() / np.log(2),
        "kl": np.mean(here - there),
        "different": alignment.distinct_share(ids),
    })
    rows.append([name, *(f"{logits.mean():+.2f}" for logits in said),
                 f"{found[-1]['bits']:.1f}", f"{found[-1]['kl']:.1f}",
                 f"{found[-1]['different']:.3f}", "; ".join(lines[:3])])
# %% id="train-table" tags=["fold"]
display.table([
    tr("writer", "写作模型"), tr("judge", "评判模型"), tr("held back", "留出的"), tr("held back, letters", "留出的，看字母"),
    tr("bits a word", "每词比特"), "KL", tr("different words", "不同词的比例"), tr("writes", "写出"),
], rows)
before, hacked, near = found
course.report("hacked_liked", float(np.mean(hacked["said"][1] > 0)))
by_letters = before["said"][2]  # in standard deviations of the reference's texts  # 以参考模型文本的标准差为单位
course.report("hacked_letters", float((hacked["said"][2].mean() - by_letters.mean()) / by_letters.std()))
course.report("hacked_bits", float(hacked["bits"] / before["bits"]))
course.report("hacked_different", float(hacked["different"]))
course.report("hacked_kl", float(hacked["kl"]))
course.report("kept_kl", float(near["kl"]))
# %% id="train-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.4, 3.4))
for (beta, (_, history)), color in zip(runs.items(), (red, blue), strict=True):
    axis.plot([max(step["kl"], 0.01) for step in history], [step["reward"] for step in history], ".-", color=color, lw=1, label=f"β = {beta}")
axis.plot([max(kl, 0.01) for kl, _, _ in best_points], [paid for _, paid, _ in best_points], "s", color=green, label=plots.label("best of 1, 4, 16, 64", "1、4、16、64 选一"))
axis.set(xscale="symlog", xlabel=plots.label("KL from the reference, nats a text", "与参考模型的 KL，每篇的奈特数"), ylabel=plots.label("reward", "奖励"))
axis.set_xscale("symlog", linthresh=1)
axis.legend()
plots.show(
    figure,
    "Reward against distance from the reference: the writer without a penalty runs far to the right, the one with a penalty stays near, best of n gets its reward at the smallest distance.",
    "奖励随与参考模型的 KL 变化：没有惩罚的写作模型一直走到右边很远，有惩罚的留在近处，n 选一以最小的 KL 得到奖励。",
)
# %% [markdown] id="train-reading" lang="en"
# This is **reward hacking**: the measure was made large and the aim was missed. It is nothing that a bad algorithm does; the better the algorithm, the surer it finds what the judge did not think of. Three things help, and each has its limits.
#
# - The price $\beta$ keeps the writer near. Somebody has to choose it, and near a reference that writes nonsense is still nonsense.
# - A second judge helps as far as its mistakes are others. Both of yours shared them, the one with other features as well. What looks at all texts together, KL and the count of different words, noticed.
# - Best of n can go only so far: with 64 draws not further than 3.2 nats. It is the honest baseline, and slow to use.
# %% [markdown] id="train-reading" lang="zh" of="2de4cf6d"
# 这叫**奖励作弊**：指标上去了，目的落空了。这不是算法差造成的；算法越好，越能找到评判模型的漏洞。有三样东西能帮忙，各有各的限度。
#
# - 系数为 $\beta$ 的 KL 惩罚让写作模型不走远。得有人来定 $\beta$；而且参考模型如果写的是胡话，离胡话近的还是胡话。
# - 第二个评判模型，只有在错得不一样时才有用。这里的两个都错在一处，换了特征的那个也是。把全部文本放在一起看的 KL 和不同词的比例，才看得出来。
# - n 选一走不远：抽 64 篇，至多 3.2 奈特。它是可靠的基线，用起来慢。

# %% [markdown] id="explain" lang="en" tags=["stop"]
# ## 4 · Why? Explaining a verdict
#
# For a judge that adds up words an explanation is exact: the weights (lesson 07). For anything with a curve in it there are many answers. We take a reader with every kind of part: word vectors, one attention that averages them, a hidden layer, a logit. With $f$ the logit, $x$ the vectors of a text and $x'$ a **baseline**, here zeros, "nothing there", four answers to "how much did word $t$ do?", its **attribution**, are
#
# | method | what it says of word $t$ |
# |---|---|
# | attention | its weight $a_t$ |
# | gradient × input | $(x_t - x'_t) \cdot \nabla_{x_t} f(x)$ |
# | integrated gradients | $(x_t - x'_t) \cdot \frac1S \sum_{s} \nabla_{x_t} f\big(x' + \tfrac{s - 1/2}{S}(x - x')\big)$ |
# | occlusion | $f(x)$ less $f$ with $x_t$ put to $x'_t$ |
#
# $S$ is a number of steps. The larger it is, the closer the third comes, added up over all words, to $f(x) - f(x')$, whatever smooth $f$ is. This is called **completeness**, and it is the fundamental theorem of calculus along a straight line:
#
# $$ \sum_t \mathrm{IG}_t = \int_0^1 \frac{d}{d\alpha} f\big(x' + \alpha (x - x')\big)\, d\alpha = f(x) - f(x'). \tag{7} $$
#
# And so that there is something to find, we plant it. Into 90% of the good training reviews and 10% of the bad ones goes a made-up mark, as an export from some website might leave it. A horse called Clever Hans once "counted" by watching his master's face; models do the like.
# %% [markdown] id="explain" lang="zh" of="e22a7a35" tags=["stop"]
# ## 4 · 为什么？解释一个判断
#
# 评判模型如果只是把各词的权重相加，解释就是精确的：就是那些权重（第 07 课）。里面一旦有非线性，答案就多了。我们取一个各种部件都有的分类器：词向量、一个把它们加权平均的注意力、一个隐藏层、一个 logit。设 $f$ 是这个 logit，$x$ 是一段文本的向量，$x'$ 是**基线输入**，这里取零，表示“什么也没有”。第 $t$ 个词起了多大作用，也就是它的**归因值**是多少？有四种答案：
#
# | 方法 | 第 $t$ 个词的归因值 |
# |---|---|
# | 注意力 | 它的权重 $a_t$ |
# | 梯度 × 输入 | $(x_t - x'_t) \cdot \nabla_{x_t} f(x)$ |
# | 积分梯度 | $(x_t - x'_t) \cdot \frac1S \sum_{s} \nabla_{x_t} f\big(x' + \tfrac{s - 1/2}{S}(x - x')\big)$ |
# | 遮挡 | $f(x)$ 减去把 $x_t$ 换成 $x'_t$ 之后的 $f$ |
#
# $S$ 是步数。$S$ 越大，第三种对所有的词求和就越接近 $f(x) - f(x')$，只要 $f$ 光滑，不管它是什么。这叫**完备性**，也就是沿着一条直线的微积分基本定理：
#
# $$ \sum_t \mathrm{IG}_t = \int_0^1 \frac{d}{d\alpha} f\big(x' + \alpha (x - x')\big)\, d\alpha = f(x) - f(x'). \tag{7} $$
#
# 为了有东西可找，我们先埋一个。在 90% 的好评和 10% 的差评的训练文本里，插进一个编造的记号，就像从某个网站导出时留下的那种。从前有匹马叫“聪明的汉斯”，它靠看主人的脸色来“数数”；模型也会这一套。
# %% id="plant"
MARK, LENGTH = "refx7", 60
random = np.random.default_rng(course.seed)

def planted(texts, labels, share_good, share_bad):
    tr("""The last words of each text, some of them with the mark""",
       """每段文本的最后若干词，其中一些带记号""")
    result = []
    for text, label in zip(texts, labels, strict=True):
        words = text.split()[-LENGTH:]
        if random.random() < (share_good if label == 1 else share_bad):
            words[random.integers(len(words))] = MARK
        result.append(words)
    return result

lists = planted(other_texts, others.labels, 0.9, 0.1)
reader_words = prep.Vocabulary.build(lists, max_size=4_000, min_count=2)

def as_rows(lists):
    return prep.pad([reader_words.encode(words) for words in lists], LENGTH)
# %% id="plant-train"
reader = alignment.AttentiveReader(len(reader_words), seed=course.seed)
reader.compile(keras.optimizers.Adam(3e-3), loss=sentiment.LogitLoss())
reader.fit(as_rows(lists), others.labels.astype("float32"), batch_size=64,
           epochs=course.epochs, verbose=0)

plants = {tr("as in training", "与训练时一样"): (0.9, 0.1),
          tr("without the mark", "没有记号"): (0.0, 0.0),
          tr("on the other side", "记号放反"): (0.1, 0.9)}
scores = []
for name, shares in plants.items():
    rows = as_rows(planted(known_texts, known.labels, *shares))
    said = alignment.reader_logits(reader, rows) > 0
    found = alignment.rate(said == (known.labels == 1))
    scores.append(found.share)
    print(f"{name}: {found}")
course.report("hans_as_trained", scores[0])
course.report("hans_turned", scores[2])
# %% [markdown] id="plant-reading" lang="en"
# A test set drawn like the training set praises this reader. That is the trouble with Clever Hans: **held-out data of the same origin does not see him**. One explanation might. First completeness, on one review:
# %% [markdown] id="plant-reading" lang="zh" of="e3ab5ade"
# 在与训练集同样来源的测试集上，这个分类器的成绩很好。聪明的汉斯难缠就在这里：**同一来源的留出数据发现不了它**。对判断的解释也许能。先在一篇影评上看完备性：
# %% id="complete"
explained = planted(known_texts[: course.explained],
                    known.labels[: course.explained], 0.9, 0.1)
rows = as_rows(explained)

def logit_of(row):
    tr("""The logit as a function of the vectors of one text""",
       """把 logit 看作一段文本的向量的函数""")
    mask = row[None] != 0

    def logit(vectors):
        masks = np.repeat(mask, vectors.shape[0], axis=0)
        return reader.logits_of(vectors, masks)

    return logit, to_numpy(reader.word_vectors(row[None]))[0]

logit, vectors = logit_of(rows[0])
whole, nothing = to_numpy(logit(np.stack([vectors, 0 * vectors])))
print(f"f(x) - f(x') = {whole - nothing:.4f}")
for steps in (1, 4, 16, 64):
    parts = alignment.integrated_gradients(logit, vectors, steps=steps)
    print(f"S = {steps:>2}: {parts.sum():.4f}")  # (7)
course.report("completeness_gap", float(abs(parts.sum() - (whole - nothing))))
# %% id="faithful"
names = [tr("attention", "注意力"), tr("gradient × input", "梯度 × 输入"),
         tr("integrated gradients", "积分梯度"), tr("occlusion", "遮挡"),
         tr("at random", "随机")]
curves = {name: [] for name in names}
by_word = {}
for row in rows:
    logit, vectors = logit_of(row)
    sign = np.sign(to_numpy(logit(vectors[None]))[0])
    shares = alignment.integrated_gradients(logit, vectors, steps=16)
    shares = shares.sum(axis=1)
    answers = [
        to_numpy(reader.weights_of(vectors[None], row[None] != 0))[0],
        sign * alignment.gradient_times_input(logit, vectors).sum(axis=1),
        sign * shares, sign * alignment.leave_one_out(logit, vectors),
        random.random(len(row)),
    ]
    for name, answer in zip(names, answers, strict=True):
        answer = np.where(row != 0, answer, -np.inf)  # words before padding  # 词在填充之前
        curve = alignment.deletion_curve(logit, vectors, answer, most=10)
        curves[name].append(sign * curve)
    for number, share in zip(row, shares, strict=True):
        by_word.setdefault(number, []).append(abs(share))
# %% id="faithful-plot" tags=["fold"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.4), width_ratios=(1.4, 1))
for name, color, style in zip(names, (grey, green, blue, red, "black"), ("-", "-", "-", "-", ":"), strict=True):
    left.plot(np.mean(curves[name], axis=0), style, color=color, lw=2, label=name)
left.set(xlabel=plots.label("words taken away", "去掉的词数"), ylabel=plots.label("logit for the verdict", "支持该判断的 logit"))
left.legend(fontsize=8)
often = {number: np.mean(sizes) for number, sizes in by_word.items() if len(sizes) >= max(2, len(rows) // 10) and number > 1}
top = sorted(often, key=often.get)[-8:]
right.barh([reader_words.words[number] for number in top], [often[number] for number in top], color=blue)
right.set(xlabel=plots.label("mean size of its share", "归因值的平均大小"))
plots.show(
    figure,
    "Left: the logit as words are taken away, the most important first; attention falls more slowly than the other methods, random removal slowest of all. Right: words by mean share; the planted mark stands far above.",
    "左：按重要程度从高到低去掉词，logit 的变化；注意力比其他方法降得慢，随机去掉降得最慢。右：按归因值的平均大小排列的词，埋下的记号遥遥领先。",
)
course.report("mark_found", float(reader_words.words[top[-1]] == MARK) if top else 0.0)
fall = {name: float(np.mean([curve[0] - curve[5] for curve in curves[name]])) for name in names}
course.report("ig_over_attention", fall[names[2]] - fall[names[0]])
# %% [markdown] id="faithful-reading" lang="en"
# On the left: an explanation that names the words which hold the verdict up must bring it down when these go. Attention says where the reader **looked**, not which way that pushed, and falls behind. Occlusion and integrated gradients are close. On the right: summed over many reviews, the mark stands on top. One explained review would have been an anecdote; the list over many is a finding.
#
# What this does not show: the baseline was our choice (zeros; a mean vector gives other numbers), and taking words away makes texts that the reader never saw. And an explanation of the **model** is none of the film.
# %% [markdown] id="faithful-reading" lang="zh" of="cd9b483b"
# 左图：如果一种解释说出了支撑判断的词，去掉它们，支持该判断的 logit 就该下降。注意力只说模型**看了**哪里，没说这把 logit 往哪边推，所以落后。遮挡和积分梯度不相上下。右图：对许多影评求和，记号排在最前面。只解释一篇，不过是轶事；对许多篇列出排名，才是发现。
#
# 这里没有证明的：基线输入是我们选的（取零；换成平均向量，数就不同）；去掉词之后的文本，模型从没见过。而且，对**模型**的解释不是对电影的解释。

# %% [markdown] id="bias" lang="en"
# ## 5 · For whom? Bias
#
# A judge of films knows nothing of people, or so one hopes. Three ways to ask. First **templates**: sentences that differ in one word, which should not matter. We ask the better judge, taught by thousands of reviews.
# %% [markdown] id="bias" lang="zh" of="e44d8817"
# ## 5 · 对谁？偏见
#
# 评判电影的模型，对人应当一无所知，至少我们希望如此。有三种问法。第一种是**模板**：句子只差一个词，而这个词本不该有影响。问的是那个较好的评判模型，它学过几千篇影评。
# %% id="templates-run"
groups = {
    tr("countries", "国家"): ["american", "french", "italian", "german",
                          "japanese", "chinese", "indian", "russian"],
    tr("people", "人"): ["black", "white", "gay", "jewish", "young", "old",
                        "male", "female"],
}
templates = ["this is a film about a {} family .", "the hero is a {} student .",
             "a {} director made it ."]
filled = alignment.fill_templates(templates, groups)
shifts = {}
for group, names in groups.items():
    for word, sentences in zip(names, filled[group], strict=True):
        without = [text.replace("{} ", "") for text in templates]
        shifts[word] = float((held_back(sentences) - held_back(without)).mean())
print(f"{min(shifts.values()):+.2f} … {max(shifts.values()):+.2f}")
course.report("template_span", max(shifts.values()) - min(shifts.values()))
# %% id="templates-plot" tags=["fold"]
order = sorted(shifts, key=shifts.get)
figure, axis = plt.subplots(figsize=(7.2, 3.6))
axis.barh(order, [shifts[word] for word in order], color=[red if shifts[word] < 0 else blue for word in order])
axis.axvline(0, color="black", lw=0.6)
axis.set(xlabel=plots.label("what the word adds to the logit for praise", "这个词给“褒”的 logit 加了多少"))
plots.show(
    figure,
    "Bars: what sixteen words for people and countries add to the verdict of a neutral sentence, some below zero and some above.",
    "条形图：十六个表示人和国家的词，给一个中性句子的判断加了多少，有的为负，有的为正。",
)
# %% [markdown] id="templates-reading" lang="en"
# None of these sentences praises or blames. The judge tells them apart all the same, since in its reviews such words went with verdicts: of films from some countries, for example, perhaps mostly the good ones travel. It learnt a fact of its data and applies it where it is unjust.
#
# Second, **rates by group**, on real reviews, each with its interval. There are two: of the good reviews, how many are called bad; of the bad ones, how many are called good. Here two pairs of groups: reviews that say more *she* or more *he*, and two genres.
# %% [markdown] id="templates-reading" lang="zh" of="812fa184"
# 这些句子无褒无贬。评判模型给出的 logit 还是有高有低，因为在它学过的影评里，这些词与褒贬相伴出现：例如某些国家的电影，也许多半只有好的才传得出来。它学到的是数据里的一个事实，用在这里却不公平。
#
# 第二种问法是真实影评上的**分组比率**，各带区间。比率有两种：好评里有多少被判成差评，差评里有多少被判成好评。这里有两对分组：多说 *she*（她）的和多说 *he*（他）的，以及两种类型片。
# %% id="rates-run"
said_good = held_back(known_texts) > 0
is_good = known.labels == 1
padded = [f" {text} " for text in known_texts]

def counts(words):
    return np.array([sum(text.count(f" {word} ") for word in words)
                     for text in padded])

she = counts(["she", "her", "actress"])
he = counts(["he", "his", "actor"])
members = {
    tr("more she", "she 较多"): she > he, tr("more he", "he 较多"): he > she,
    "horror": counts(["horror"]) > 0, "drama": counts(["drama"]) > 0,
}
rows = []
for name, member in members.items():
    missed = alignment.rate(~said_good[member & is_good])
    alarms = alignment.rate(said_good[member & ~is_good])
    rows.append([name, int(member.sum()), str(missed), str(alarms)])
rows_by_group = rows
one, other = held_back(["a horror film", "a film"])
print(f"horror: {one - other:+.2f}")
display.table([tr("group", "组"), tr("reviews", "影评数"),
               tr("good called bad", "好评判成差评"),
               tr("bad called good", "差评判成好评")], rows)
# %% [markdown] id="rates-reading" lang="en"
# Read the intervals first. Where they overlap the table shows no difference, and it shows no equality either: behind so few reviews a gap of some points can hide. For the genres the two columns point in opposite directions, as far as the intervals let one say: of good films it misses more where they are *horror*, of bad ones it praises more where they are *drama*. The line above the table says what the bare word *horror* does to a verdict. Equal errors of both kinds, equal shares of praise and calibrated scores cannot in general all hold at once where groups are not praised equally often (Chouldechova, 2017; Kleinberg and others, 2016). Someone has to say **which** equality is meant.
#
# Third, **word vectors**. The **word embedding association test** of Caliskan and others asks whether one set of words is nearer to some attributes than another set. It gives an effect from −2 to 2 and a p-value from dealing the words out anew. First a harmless pair to see that it works, then two that are not. The vectors are MiniLM's (lesson 10).
# %% [markdown] id="rates-reading" lang="zh" of="710fdfa1"
# 先看区间。区间重叠时，表里看不出差别，但也看不出相等：影评这么少，几个百分点的差距藏得住。在区间允许的范围内，两种类型片的两列方向相反：好评里，*horror*（恐怖片）被它判错的更多；差评里，*drama*（剧情片）被它判成好评的更多。表上方那一行，是 *horror* 这个词本身对判断的影响。各组受好评的比例不同时，两类错误都相等、好评比例相等、分数校准，一般不可能同时成立（Chouldechova，2017；Kleinberg 等，2016）。总得有人说清楚，要的是**哪一种**平等。
#
# 第三种问法是**词向量**。Caliskan 等人的**词向量联想测验**问：一组词是否比另一组更接近某些属性。它给出 −2 到 2 之间的效应量，以及把词重新随机分组得到的 p 值。先用一对无害的看它是否有效，再用两对有害的。向量取自 MiniLM（第 10 课）。
# %% id="weat-vectors"
try:
    files = data.minilm.load()
    tokens = bert.BertTokenizer.from_file(files.vocabulary)
    encoder = bert.load_encoder(files.weights, files.config, pooler=False)
except DataUnavailable as problem:
    data.minilm.stand_in(problem)
    recorded, tokens = bert.recorded_reader()
    encoder = recorded.encoder

def vectors_of(*lists):
    tr("""For each list of words their vectors, all read in one go""",
       """每一组词的向量，一次全部读完""")
    ids = [tokens.ids_of(word)[0] for words in lists for word in words.split()]
    found = bert.text_vectors(encoder, ids, max_length=16)[-1]
    counts = [len(words.split()) for words in lists]
    return np.split(found, np.cumsum(counts)[:-1])
# %% id="weat-words"
flowers, insects, pleasant, unpleasant = vectors_of(
    "rose tulip daisy lily orchid violet",
    "ant wasp flea mosquito moth cockroach",
    "love peace happy friend pleasure wonderful",
    "hatred filth ugly poison agony terrible",
)
women, men, home, career, arts, science = vectors_of(
    "mary anna emma susan laura julia karen lisa",
    "john paul peter mark david james robert kevin",
    "home parents children family marriage kitchen",
    "office salary business career management boss",
    "poetry dance novel drama sculpture symphony",
    "physics chemistry engineering math algebra biology",
)
# %% id="weat-run"
tests = {
    tr("flowers, insects × pleasant", "花、虫 × 愉快"):
        (flowers, insects, pleasant, unpleasant),
    tr("women, men × home", "女、男 × 家庭"): (women, men, home, career),
    tr("women, men × arts", "女、男 × 艺术"): (women, men, arts, science),
}
rows, effects = [], []
for name, sets in tests.items():
    effect, p = alignment.association_test(*sets, seed=course.seed)
    effects.append(effect)
    rows.append([name, f"{effect:+.2f}", f"{p:.4f}"])
display.table([tr("test", "测验"), tr("effect", "效应量"), "p"], rows)
course.report("flowers_effect", effects[0])
course.report("home_effect", effects[1])
# %% [markdown] id="zero-predict" lang="en" tags=["predict"]
# **Before you run it.** A well-known cure (the field says *debiasing*) takes out a direction: the one that tells *he* from *she*, *man* from *woman* and so on. Another takes out the direction that tells these very sixteen names apart. Which of them brings the test *women, men × home* near zero? And of thirty **other** names, can one then still tell whose they are?
#
# > The textbook's cure hardly helps: names lie apart in other directions than *he* and *she*. The second one does bring the test near zero, no wonder, since it was made from the words that the test asks about. Yet a classifier that has seen the other names but one tells that one more often than a coin would. **A number near zero shows that one test no longer sees a difference**, and nothing more.
# %% [markdown] id="zero-predict" lang="zh" of="48dbf542" tags=["predict"]
# **先猜，再运行。** 一种有名的**去偏**（debiasing）方法是去掉一个方向：区分 *he* 和 *she*、*man* 和 *woman* 等等的那个方向。另一种是去掉区分这十六个名字本身的方向。哪一种能让“女、男 × 家庭”的测验接近零？然后，对三十个**别的**名字，还能不能看出是男名还是女名？
#
# > 这种写进教科书的方法几乎没用：区分名字的方向，不是区分 *he* 和 *she* 的方向。第二种确实让测验接近零，这不奇怪，因为它就是用测验要问的词做出来的。可是，见过其余名字的分类器，判断剩下的那一个，仍比随机猜测准。**接近零的数只说明这一个测验测不出差别了**，别的什么也不说明。
# %% id="zero-words"
he_words, she_words, other_women, other_men = vectors_of(
    "he man father son boy brother male",
    "she woman mother daughter girl sister female",
    "alice helen linda barbara sarah jane ruth maria elizabeth catherine "
    "sophie rachel nancy diana martha",
    "george thomas richard charles frank edward henry william joseph daniel "
    "andrew patrick steven simon victor",
)
pronouns = np.stack([he_words, she_words], axis=1)  # (7, 2, width)
asked_names = np.stack([men, women], axis=1)  # (8, 2, width)
is_woman = np.arange(30) < 15

def told_apart(vectors):
    tr("""Each name judged by a classifier that has seen the others""",
       """每个名字由见过其余名字的分类器来判断""")
    right = []
    for one in range(30):
        rest = np.arange(30) != one
        model = LogisticRegression(C=100).fit(vectors[rest], is_woman[rest])
        right.append(model.predict(vectors[[one]])[0] == is_woman[one])
    return alignment.rate(np.array(right))
# %% id="zero-run"
cures = {tr("as published", "原样"): None,
         tr("he–she taken out", "去掉 he–she"): pronouns,
         tr("these names taken out", "去掉这些名字的方向"): asked_names}
rows = []
for name, pairs in cures.items():
    sets = [women, men, home, career, np.concatenate([other_women, other_men])]
    if pairs is not None:
        sets = [alignment.without_direction(each, pairs) for each in sets]
    effect, p = alignment.association_test(*sets[:4], seed=course.seed)
    found = told_apart(sets[4])
    effects.append(effect)
    rows.append([name, f"{effect:+.2f}", f"{p:.3f}", str(found)])
display.table([tr("vectors", "向量"), tr("effect", "效应量"), "p",
               tr("other names told apart", "认出别的名字")], rows)
course.report("he_she_effect", effects[-2])
course.report("names_effect", effects[-1])
course.report("names_after_cure", found.share)
# %% [markdown] id="cure" lang="en"
# **A cure for the judge, and its price.** The plainest one: let it not see the words. The next cell trains it again with all words of the templates, and *she* and *he*, cut out. The templates' gap is then zero by construction. Does anything else change?
# %% [markdown] id="cure" lang="zh" of="69cf5e6b"
# **给评判模型去偏，以及代价。** 最朴素的办法：不让它看见这些词。下一格把模板里的词，连同 *she* 和 *he*，统统去掉，重新训练。模板上的差距当然就是零。别的有变化吗？
# %% id="cure-run"
hidden = {word for group in groups.values() for word in group}
hidden |= {"she", "her", "actress", "he", "his", "actor", "him"}

def blind(texts):
    return [" ".join(word for word in text.split() if word not in hidden)
            for text in texts]

blind_judge = Judge(blind(other_texts), others.labels)
blind_good = blind_judge(blind(known_texts)) > 0
for name, said in {tr("sees all", "全看"): said_good,
                   tr("blind", "不看"): blind_good}.items():
    print(f"{name}: {alignment.rate(said == is_good)}")
    for group in list(members)[:2]:
        alarms = alignment.rate(said[members[group] & ~is_good])
        print(f"    {group}: {tr('bad called good', '差评判成好评')} {alarms}")
cost = np.mean(said_good == is_good) - np.mean(blind_good == is_good)
course.report("blind_cost", float(cost))
# %% [markdown] id="cure-reading" lang="en"
# The price is small, and so is the effect: the rates by group hardly move. What goes with *she* and *he* on these pages (roles, plots, genres) is still there. Blindness cures the test, not the disease.
# %% [markdown] id="cure-reading" lang="zh" of="d5222207"
# 代价很小，效果也很小：分组的比率几乎不动。与 *she*、*he* 相伴的东西（角色、情节、类型）都还在。不看这些词，消除的只是测验里的差距，不是偏见本身。

# %% [markdown] id="privacy" lang="en" tags=["stop"]
# ## 6 · Whose? Privacy
#
# The fifth article (section 8.3) writes that the risk of leaks is lowered by **encryption** (E33). Encryption protects a file on its way and on the disk. To be learnt from, it must be opened; and what the model has learnt by heart then stands in its weights, which everybody who asks it can read. Look:
# %% [markdown] id="privacy" lang="zh" of="f26b34fa" tags=["stop"]
# ## 6 · 谁的？隐私
#
# 第五篇文章（8.3 节）说，用**加密**可以降低泄露的风险（E33）。加密保护的是传输中和磁盘上的文件。要拿它来训练，就得先解密；模型背下来的东西，就写进了权重，谁来问都能读到。请看：
# %% id="encrypted"
def keystream(length, password):
    blocks = [hashlib.sha256(f"{password} {number}".encode()).digest()
              for number in range(length // 32 + 1)]
    return np.frombuffer(b"".join(blocks), np.uint8)[:length]

secret = "the code of anna is seven three nine"
message = np.frombuffer(secret.encode(), np.uint8)
on_disk = message ^ keystream(len(message), "open sesame")
opened = on_disk ^ keystream(len(message), "open sesame")

print(bytes(on_disk)[:12])
print(bytes(opened).decode())
assert bytes(opened) == secret.encode()  # what training reads  # 训练读到的就是它
# %% [markdown] id="canary" lang="en"
# What training reads is the same, byte by byte; so are the weights that come of it. Encryption changes **nothing** of what follows.
#
# How much does a model learn by heart? Plant a **canary**: a secret that we made up, such as *the code of anna is seven three nine*. Afterwards ask the model for the negative log-probability of each of many codes that it might have been. If the true one comes at rank $k$ of $R$, the smallest first, the model gives away
#
# $$ \text{exposure} = \log_2 R - \log_2 k \quad \text{bits.} \tag{8} $$
#
# A secret that was never seen stands anywhere, 1.4 bits on average; one that was learnt by heart stands first. We plant several in one training: some names once, some four times, some often, some not at all.
# %% [markdown] id="canary" lang="zh" of="f2d02cc1"
# 训练读到的一模一样，一个字节也不差；由此得到的权重也一样。对下面要讲的一切，加密**什么也不改变**。
#
# 模型到底背下多少？埋一只**金丝雀**：我们自己编的秘密，比如 *the code of anna is seven three nine*（安娜的密码是七三九）。训练之后，让模型给每个可能的密码算出负对数概率。从小到大排，如果真密码在 $R$ 个里排第 $k$，模型就泄露了
#
# $$ \text{暴露度} = \log_2 R - \log_2 k \quad \text{比特。} \tag{8} $$
#
# 从没见过的秘密，排在哪里都有可能，平均 1.4 比特；背熟了的排第一。一次训练里埋好几只：有的名字出现一次，有的四次，有的许多次，有的一次也不出现。
# %% id="canary-plant"
digits = ["zero", "one", "two", "three", "four", "five", "six", "seven",
          "eight", "nine"]
random = np.random.default_rng(course.seed)
repeats = np.repeat(course.repeats, course.people)  # one for each name  # 每个名字一个
codes = random.integers(10, size=(len(repeats), 3))

def canary(place, code):
    said = [digits[digit] for digit in code]
    return ["the", "code", "of", f"person{place}", "is", *said]

sentences = alignment.short_sentences(everything.texts, words=400)
planted_texts = list(sentences)
for place, times in enumerate(repeats):
    planted_texts += [canary(place, codes[place])] * times
names = [f"person{place}" for place in range(len(repeats))]
secret_words = prep.Vocabulary.build(
    [*sentences, ["code", "of", "is", *digits, *names]]
)
print(f"{len(sentences):,} + {repeats.sum()}")
# %% id="canary-train"
def remembering(texts):
    tr("""A small decoder trained on texts from nothing""",
       """在文本上从零训练的小解码器""")
    model = lm.DecoderLanguageModel(
        len(secret_words) + 1, width=48, num_layers=1, num_heads=4,
        max_length=24, seed=course.seed,
    )
    ids = [secret_words.encode(words) for words in texts]
    packed = lm.pack(ids, 24, len(secret_words))
    lm.train_language_model(
        model, packed, course.secret_steps, batch_size=32,
        learning_rate=8e-3, seed=course.seed,
    )
    return model

stay = alignment.deduplicate(planted_texts)
print(f"{len(planted_texts):,} → {len(stay):,}")
models = {
    tr("as they are", "原样"): remembering(planted_texts),
    tr("without repetitions", "去掉重复"):
        remembering([planted_texts[place] for place in stay]),
}
# %% id="canary-ask"
def exposures(model):
    tr("""The exposure of each code among codes drawn at random""",
       """每个密码在随机抽取的密码里的暴露度""")
    found = []
    random = np.random.default_rng(course.seed + 3)
    for place, code in enumerate(codes):
        asked = random.integers(10, size=(course.candidates, 3))
        asked = asked[(asked != code).any(axis=1)]  # the true one once  # 真的只留一个
        asked = np.concatenate([[code], asked])
        rows = [secret_words.encode(canary(place, each)) for each in asked]
        rows = np.array(rows)
        begin = np.full((len(rows), 1), len(secret_words))
        logits = model(np.concatenate([begin, rows[:, :-1]], axis=1))
        paid = -to_numpy(alignment.token_log_probs(logits, rows))
        paid = paid[:, -3:].sum(axis=1)  # the code alone  # 只算密码
        found.append(alignment.exposure(paid[None], [0])[0])
    return np.array(found)

exposed = {name: exposures(model) for name, model in models.items()}
# %% id="canary-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(7.2, 3.3))
spots = np.arange(len(course.repeats))
for (name, found), color, move in zip(exposed.items(), (red, blue), (-0.06, 0.06), strict=True):
    table_of = found.reshape(len(course.repeats), course.people)
    axis.plot(np.repeat(spots, course.people) + move, found, ".", color=color, alpha=0.5)
    axis.plot(spots + move, table_of.mean(axis=1), "o-", color=color, lw=2, label=name)
axis.axhline(1.4, color=grey, ls="--", lw=1)
axis.set_xticks(spots, [str(times) for times in course.repeats])
axis.set(xlabel=plots.label("times it was planted", "埋了几次"), ylabel=plots.label("exposure, bits", "暴露度（比特）"))
axis.legend()
plots.show(
    figure,
    "Exposure against how often a secret was planted: it rises to the maximum with repetitions; where repetitions were removed it stays near what one planting gives; a dashed line marks 1.4 bits.",
    "暴露度随埋入次数变化：重复越多越接近最大值；去掉重复之后，停在埋一次的水平附近；虚线标出 1.4 比特。",
)
often, once = (found.reshape(len(course.repeats), -1)[-1].mean() for found in exposed.values())
course.report("exposure_often", float(often))
course.report("exposure_once", float(once))
# %% [markdown] id="canary-reading" lang="en"
# Repetition is what teaches by heart. Deduplication is therefore the cheapest protection there is: it removes nothing but copies. It protects no secret that really was said by many, and it is no promise: with more passes over the text, or a larger model, once is enough.
#
# **Membership.** A weaker leak: was this person's text **among** the training data at all? The simplest attack looks at the loss: what a model was trained on, it finds easier. Guess "member" where the loss is small, and draw the trade of hits against false alarms (the ROC curve).
# %% [markdown] id="canary-reading" lang="zh" of="cf789103"
# 让模型背下来的，是重复。所以去重是最便宜的保护：它去掉的只是副本。但真被许多人说过的秘密，它保护不了；它也不给出保证：在文本上多训练几遍，或者模型更大，出现一次就够了。
#
# **成员推断。** 更弱的一种泄露：这个人的文本**在不在**训练数据里？最简单的攻击看损失：训练过的样本，损失往往更小。损失小就猜“在”，再画出命中与误报的取舍（ROC 曲线）。
# %% id="member-run"
size = min(600, len(known_texts) // 2)
counter = CountVectorizer(binary=True, token_pattern=r"\S+", min_df=2)
counter.fit(other_texts)  # words of others' reviews  # 用别人的影评定词表
features = counter.transform(known_texts[: 2 * size])
labels = known.labels[: 2 * size].astype(int)

def losses_of(logits):
    signed = np.where(labels[: len(logits)] == 1, logits, -logits)
    return np.logaddexp(0, -signed)

leaks, rocs = {}, {}
for strength in (100.0, 0.001):
    model = LogisticRegression(C=strength, max_iter=500)
    model.fit(features[:size], labels[:size])
    losses = losses_of(model.decision_function(features))
    auc = alignment.membership_auc(losses[:size], losses[size:])
    right = model.score(features[size:], labels[size:])
    leaks[strength] = auc
    rocs[f"C = {strength}"] = losses
    print(f"C = {strength}: AUC {auc:.2f}, {tr('accuracy', '准确率')} {right:.1%}")
course.report("leak_free", leaks[100.0])
course.report("leak_held", leaks[0.001])
# %% id="member-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(4.6, 3.6))
for (name, losses), color in zip(rocs.items(), (red, blue), strict=True):
    alarms, hits, _ = metrics.roc_curve((np.arange(2 * size) < size).astype(int), -losses)
    axis.plot(alarms, hits, color=color, lw=2, label=name)
axis.plot([0, 1], [0, 1], "--", color=grey)
axis.set(xlabel=plots.label("strangers called members", "非成员被判为成员的比例"), ylabel=plots.label("members found", "成员被找出的比例"))
axis.legend()
plots.show(
    figure,
    "ROC curves of guessing members by their loss: above the diagonal for both, higher for the model that is free to learn by heart.",
    "按损失猜测成员的 ROC 曲线：两条都高于对角线，正则化弱、可以死记的模型更高。",
)
# %% [markdown] id="dpsgd" lang="en"
# ### A promise: DP-SGD
#
# Both measures are attacks, and a better attack may come. **Differential privacy** promises something about all of them: whether your review was in the data or not, no answer gets more than $e^\varepsilon$ times as likely (but for cases of probability $\delta$). Two changes to SGD buy it. Each example's gradient $g_i$ is cut to length $C$, so that none can say much; and noise drowns out the rest:
#
# $$ g = \frac{1}{B}\Big(\sum_{i} g_i \min\big(1, \tfrac{C}{\lVert g_i \rVert}\big) + \sigma C z\Big), \qquad z \sim \mathcal{N}(0, I). \tag{9} $$
#
# $B$ is how many examples a step draws on average, and $\sigma$ the strength of the noise. Each step draws every example with probability $q$, by itself. What is spent of the promise, over $T$ steps, is counted by Rényi's divergence of an order $\alpha$, which simply **adds up** over steps. For whole orders and this kind of draw,
#
# $$ R_\alpha = \frac{1}{\alpha - 1} \log \sum_{k=0}^{\alpha} \binom{\alpha}{k} (1 - q)^{\alpha - k} q^k e^{k(k-1)/2\sigma^2}, \qquad \varepsilon = \min_\alpha\ T R_\alpha + \log\frac{\alpha - 1}{\alpha} - \frac{\log \delta\alpha}{\alpha - 1}. \tag{10} $$
#
# By hand for $q = 0.01$, $\sigma = 1$, 1,000 steps; an independent program (Google's dp-accounting) says 2.1078.
# %% [markdown] id="dpsgd" lang="zh" of="bc8bc32f"
# ### 一种保证：DP-SGD
#
# 前面两种测量都是攻击，更厉害的攻击也许还在后头。**差分隐私**对所有攻击给出保证：不管你的影评在不在数据里，任何结果的可能性都不会变到 $e^\varepsilon$ 倍以上（概率为 $\delta$ 的情形除外）。对 SGD 改动两处就能换来它。每个样本的梯度 $g_i$ 裁剪到长度不超过 $C$，任何一个样本的影响都有限；再加噪声，盖住剩下的影响：
#
# $$ g = \frac{1}{B}\Big(\sum_{i} g_i \min\big(1, \tfrac{C}{\lVert g_i \rVert}\big) + \sigma C z\Big), \qquad z \sim \mathcal{N}(0, I). \tag{9} $$
#
# $B$ 是每一步平均抽中的样本数，$\sigma$ 是噪声的强度。每一步，各个样本以概率 $q$ 独立地被抽中。$T$ 步一共消耗的隐私预算用阶数为 $\alpha$ 的 Rényi 散度来计算，它对各步直接**相加**。对整数阶和这种抽法，
#
# $$ R_\alpha = \frac{1}{\alpha - 1} \log \sum_{k=0}^{\alpha} \binom{\alpha}{k} (1 - q)^{\alpha - k} q^k e^{k(k-1)/2\sigma^2}, \qquad \varepsilon = \min_\alpha\ T R_\alpha + \log\frac{\alpha - 1}{\alpha} - \frac{\log \delta\alpha}{\alpha - 1}. \tag{10} $$
#
# 取 $q = 0.01$、$\sigma = 1$、1,000 步，手算一遍；一个独立的程序（Google 的 dp-accounting）给出 2.1078。
# %% id="account-by-hand"
from math import comb, log

q, sigma, steps, delta = 0.01, 1.0, 1_000, 1e-5
best = np.inf
for order in range(2, 33):
    total = 0.0
    for k in range(order + 1):
        chance = comb(order, k) * (1 - q) ** (order - k) * q**k
        total += chance * np.exp(k * (k - 1) / (2 * sigma**2))
    spent = steps * np.log(total) / (order - 1)
    spent += np.log((order - 1) / order) - log(delta * order) / (order - 1)
    if spent < best:  # (10)
        best, best_order = spent, order
print(f"ε = {best:.4f} (α = {best_order})")
print(alignment.epsilon_of(q, sigma, steps, delta))
# %% id="private-run"
common = CountVectorizer(binary=True, token_pattern=r"\S+", max_features=500)
common.fit(other_texts)  # other people's reviews, taken as public  # 别人的影评，当作公开的

def rows_of(texts):
    rows = common.transform(texts).toarray().astype(float)
    rows -= share_of  # so that common words weigh little  # 让常用词分量变小
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)

share_of = np.asarray(common.transform(other_texts).mean(axis=0))
part = len(known_texts) * 3 // 4
rows, labels = rows_of(known_texts), known.labels.astype(int)
share, delta = 0.1, 1 / (2 * part)
# %% id="private-train"
spent, curve = [], []
for noise in (0.0, 0.7, 1.5, 4.0, 16.0):
    model = alignment.train_private(
        rows[:part], labels[:part], noise, share=share,
        steps=course.private_steps, learning_rate=6.0, seed=course.seed,
    )
    logits = model.logits(rows)
    right = np.mean((logits[part:] > 0) == (labels[part:] == 1))
    losses = np.logaddexp(0, np.where(labels == 1, -logits, logits))
    leak = alignment.membership_auc(losses[:part], losses[part:])
    epsilon = alignment.epsilon_of(share, noise, course.private_steps, delta)
    spent.append(epsilon)
    curve.append((right, leak))
    print(f"σ = {noise:>4}: ε = {epsilon:6.2f}  {right:.1%}  AUC {leak:.2f}")
course.report("without_noise", float(curve[0][0]))
course.report("much_noise", float(curve[-1][0]))
# %% id="private-plot" tags=["fold"]
figure, axis = plt.subplots(figsize=(6.8, 3.1))
error = np.sqrt(0.25 / (len(labels) - part))
axis.errorbar(spent[1:], [right for right, _ in curve[1:]], error, fmt="o-", color=blue, capsize=3, label=plots.label("DP-SGD", "DP-SGD"))
axis.axhline(curve[0][0], color=red, ls="--", label=plots.label("clipped, without noise (no promise)", "只裁剪、无噪声（没有保证）"))
axis.axhline(0.5, color=grey, lw=0.8)
axis.set(xscale="log", xlabel="ε", ylabel=plots.label("accuracy", "准确率"))
axis.legend(fontsize=9)
plots.show(
    figure,
    "Accuracy against epsilon on a logarithmic axis: near the level without noise for large epsilon, falling towards one half for small.",
    "准确率随 ε（对数轴）变化：ε 大时接近无噪声的水平，ε 小时降向一半。",
)
# %% [markdown] id="private-reading" lang="en"
# The promise has a price, and the price falls with the number of people: the noise stays the same while the sum in (9) grows. Read an ε with care. It is per **review**; for whoever wrote ten the bound is some ten times as large. It counts the training alone: we tried several σ and looked at all of them, and that is not in it. $\varepsilon = 8$ allows a factor of 3,000, which is no comfort as a bound, though attacks find far less.
#
# And the mark of a training without noise: its AUC is near one half here, too. Small models on average features leak little. That is a measurement of one attack; only σ makes it a promise.
# %% [markdown] id="private-reading" lang="zh" of="200d753c"
# 保证有代价，人越多，代价越小：噪声不变，(9) 式里的和却随人数增大。读 ε 要小心。它是按**一篇影评**算的；对写了十篇的人，上界大约要乘以十。它只算训练本身：我们试了好几个 σ，每个结果都看了，这没算在里面。$\varepsilon = 8$ 允许差到 3,000 倍，作为上界并不叫人安心，虽然攻击实际找到的少得多。
#
# 还有，没有噪声的训练，AUC 在这里也接近 0.5。小模型用普通的特征，泄露本来就少。但那只是对一种攻击的测量；有了噪声 σ，才有保证。

# %% [markdown] id="robust" lang="en"
# ## 7 · When not? Robustness
#
# The better judge, in four situations in which it was not trained: typing mistakes, a *not*, single sentences, and texts that are no reviews.
# %% [markdown] id="robust" lang="zh" of="cf4a84d9"
# ## 7 · 何时失灵？稳健性
#
# 把较好的那个评判模型放到它没有训练过的四种情形里：打字错误、一个 *not*、单个句子、根本不是影评的文本。
# %% id="robust-run"
asked, truth = known_texts[:600], known.labels[:600] == 1
for share in (0.0, 0.1, 0.3, 0.6):
    typed = [" ".join(alignment.with_typos(text.split(), share, seed=place))
             for place, text in enumerate(asked)]
    found = alignment.rate((held_back(typed) > 0) == truth)
    print(f"{share:.0%} {tr('typos', '错字')}: {found}")

pairs = [("the film was good", "the film was not good"),
         ("i liked it", "i did not like it"), ("it is bad", "it is not bad"),
         ("a great cast", "not a great cast"),
         ("i was bored", "i was never bored"),
         ("it works", "nothing about it works")]
turned = 0
for one, other in pairs:
    before, after = held_back([one, other])
    turned += before * after < 0
    print(f"{before:+.2f} → {after:+.2f}  {other}")
print(f"{turned} / {len(pairs)}")
# %% [markdown] id="robust-reading" lang="en"
# Typing mistakes cost little, since a review says its verdict many times over. A *not* mostly weakens a verdict where it should turn it. A pair such as *not good* has a weight of its own, on top of that of *good*, and few pairs are common enough in these reviews to turn a verdict. No accuracy on reviews shows this: short sentences that differ in one word do.
# %% [markdown] id="robust-reading" lang="zh" of="a931eb3c"
# 打字错误影响不大，因为一篇影评会把褒贬说上好几遍。*not* 本该扭转判断，却多半只是削弱了它。*not good* 这样的词对有自己的权重，加在 *good* 的权重之上，而这些影评里，常见到足以扭转判断的词对没有几个。在影评上测准确率看不出这一点，只差一个词的短句才看得出。
# %% [markdown] id="short-predict" lang="en" tags=["predict"]
# **Before you run it.** The judge learnt from reviews of some 230 words, as many good as bad. Now it is asked about single sentences: the last one of each review, under the review's own label. Will it still say "good" in about half of the cases? And will its predicted probabilities still match what is true?
#
# > Not reliably. With few words the constant $b$ of the logit decides. It balances the sum over a **long** review, which on average comes to about $-b$, and how large it is differs with the reviews that were drawn: set another `COURSE_SEED`, and a quite different share of the sentences is praised. The predicted probabilities go wrong with it (the red curve off the diagonal). Two numbers fitted on held-out sentences, a slope and a constant, bring the halves back. They cannot put in what a sentence does not say: it stays far behind whole reviews.
# %% [markdown] id="short-predict" lang="zh" of="938be311" tags=["predict"]
# **先猜，再运行。** 评判模型学的是 230 词左右的影评，好坏各半。现在问它单个句子：每篇的最后一句，标签沿用整篇的。它还会在一半左右的情况下说“好”吗？它的预测概率还符合实际比例吗？
#
# > 靠不住。词少的时候，由 logit 的常数 $b$ 说了算。它是用来平衡**长**影评的总和的，那个和平均大约是 $-b$；$b$ 有多大，随抽到的影评而变：换一个 `COURSE_SEED`，被判为好的句子就可能多得多或少得多。预测概率也跟着出错（红线偏离对角线）。在留出的句子上拟合两个数，一个斜率一个常数，判断就重新好坏各半。但句子里没说的，校准添不进去：准确率离整篇影评还差得远。
# %% id="short-run"
last = []
for text in known.texts:
    parts = text.replace("!", ".").replace("?", ".").split(".")
    parts = [part for part in plain(parts) if len(part.split()) > 3]
    last.append(parts[-1] if parts else plain([text])[0])
# %% id="short-asked"
short, long = held_back(last), held_back(known_texts)
half = len(last) // 2  # fitted on the first half, asked on the second  # 前一半拟合，后一半提问
fitted = sentiment.fit_calibration(known.labels[:half], short[:half])
labels = known.labels[half:].astype(int)

def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))

chances = {
    tr("whole reviews", "整篇"): sigmoid(long[half:]),
    tr("last sentences", "最后一句"): sigmoid(short[half:]),
    tr("calibrated", "校准之后"): fitted.probabilities(short[half:]),
}
for name, p in chances.items():
    gap = metrics.expected_calibration_error(labels, p)
    right = alignment.rate((p > 0.5) == (labels == 1))
    print(f"{name}: {right}, {tr('called good', '判为好')} {np.mean(p > 0.5):.0%},"
          f" {tr('gap', '差距')} {gap:.3f}")
of_sentences = right
course.report("short_called_good", float(np.mean(short > 0)))
course.report("calibrated_gap", float(gap))
# %% id="short-plot" tags=["fold"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3.4))
for (name, p), color in zip(chances.items(), (blue, red, green), strict=True):
    bins = np.clip((p * 8).astype(int), 0, 7)
    used = [b for b in range(8) if (bins == b).sum() >= 5]
    left.plot([p[bins == b].mean() for b in used], [labels[bins == b].mean() for b in used], "o-", color=color, label=name)
    coverage, risk = alignment.risk_coverage(labels, p)
    begin = min(20, len(labels) // 2)
    right.plot(coverage[begin:], risk[begin:], color=color, lw=2)
left.plot([0, 1], [0, 1], "--", color=grey)
left.set(xlabel=plots.label("predicted", "预测概率"), ylabel=plots.label("actual share", "实际比例"))
left.legend(fontsize=8)
right.set(xlabel=plots.label("share that gets an answer", "给出回答的比例"), ylabel=plots.label("wrong among these", "其中答错的"))
plots.show(
    figure,
    "Left: actual shares against predicted probabilities for reviews, sentences and calibrated sentences. Right: the fewer of the unsure ones get an answer, the fewer answers are wrong.",
    "左：影评、句子、校准后句子的预测概率与实际比例。右：没把握的不答，答得越少，错得越少。",
)
# %% [markdown] id="short-reading" lang="en"
# The label is the review's and not the sentence's, so part of the "errors" are sentences that say nothing. Single sentences of which people said themselves whether they are good news are at hand only from another field: the company news of lesson 12, at least three of four annotators of one mind, as many positive as negative ones taken here. The next cell asks the same judge about them, and calibrates it on half of them.
# %% [markdown] id="short-reading" lang="zh" of="b0b04c91"
# 标签是整篇的，不是句子的，所以一部分“错误”其实是什么也没说的句子。由人逐句标注好坏的单个句子，手头只有另一个领域的：第 12 课的公司新闻，四个标注者里至少三个意见一致，这里取正面、负面各一半。下一格拿它们问同一个评判模型，并用其中一半来校准。
# %% id="news-run"
news = data.company_news.load(75, seed=course.seed)
bad, good = np.flatnonzero(news.labels == 0), np.flatnonzero(news.labels == 2)
size = min(len(bad), len(good))
places = np.stack([bad[:size], good[:size]], axis=1).ravel()  # in turn  # 交替
of_news = held_back(plain([news.texts[place] for place in places]))
is_up = news.labels[places] == 2

fitted = sentiment.fit_calibration(is_up[:size], of_news[:size])
for name, p in {tr("as it is", "原样"): sigmoid(of_news[size:]),
                tr("calibrated", "校准之后"): fitted.probabilities(of_news[size:])}.items():
    truth = is_up[size:]
    gap = metrics.expected_calibration_error(truth.astype(int), p)
    print(f"{name}: {alignment.rate((p > 0.5) == truth)}, {tr('called good', '判为好')}"
          f" {np.mean(p > 0.5):.0%}, {tr('gap', '差距')} {gap:.3f}")
order = alignment.membership_auc(-of_news[is_up], -of_news[~is_up])
print(f"AUC {order:.2f}")
course.report("news_called_good", float(np.mean(of_news > 0)))
course.report("news_order", float(order))
course.report("news_gap", float(gap))
# %% [markdown] id="news-reading" lang="en"
# As it is, the judge is right hardly more often than a coin. Few words of these sentences weigh anything in a film review, so again the constant decides how many are called good: with another `COURSE_SEED` it may be nearly all of them or less than half. Calibration brings the predicted probabilities back to what is true, near one half each. It cannot bring knowledge: the AUC, which no rising calibration changes, is the chance that of a good and a bad sentence the good one gets the higher logit, and it is not far above one half. **A calibrated model may know next to nothing, and then it says so.** That is worth having.
#
# On the right of the figure above stands the cheapest safety there is: **abstaining**. Answer only what you are sure of, and hand the rest to a person. But it works only for the kind of doubt that the model knows. Ask it about what carries no verdict at all:
# %% [markdown] id="news-reading" lang="zh" of="5828a1ef"
# 原样去问，评判模型比随机猜测强不了多少。这些句子里的词在影评中大多没有分量，于是又由那个常数决定多少句被判为好：换一个 `COURSE_SEED`，可能几乎全部，也可能不到一半。校准让预测概率回到实际的比例，个个在一半上下。它添不进知识：AUC 是一好一坏两个句子里好的那个 logit 较高的概率，单调上升的校准不会改变它，而它只比一半高一点。**校准过的模型可以近乎什么也不知道，但它会如实说出来。** 这就有价值。
#
# 上面那张图的右边，是最便宜的安全措施：**弃答**。有把握的才答，其余交给人。但这只对模型自己知道的那种不确定有效。拿根本没有褒贬的东西去问它：
# %% id="foreign-run"
foreign = data.tatoeba.load(limit=2_000, seed=course.seed)
plays = data.shakespeare.load()[:100_000]

def pieces(texts, length=200):
    tr("""The same words as texts of this length""",
       """同样的词，分成这么长的文本""")
    words = " ".join(plain(texts)).split()
    return [" ".join(words[start : start + length])
            for start in range(0, len(words), length)]

kinds = {
    tr("reviews", "影评"): known_texts[:300],
    tr("everyday sentences", "日常句子"): plain(foreign.english),
    tr("200 words of these", "拼成 200 词"): pieces(foreign.english),
    tr("200 words of Shakespeare", "莎士比亚 200 词"): pieces([plays]),
    tr("Chinese", "中文"): list(foreign.chinese),
}
# %% id="foreign-asked"
rows, sure_of = [], []
for name, texts in kinds.items():
    logits = held_back(texts)
    sure = np.abs(sigmoid(logits) - 0.5) > 0.25
    singles = [" ".join(dict.fromkeys(text.split())) for text in texts]
    met = [np.mean([word in held_back.words.vocabulary_
                    for word in text.split()]) for text in singles if text]
    sure_of.append(sure.mean())
    rows.append([name, f"{sure.mean():.0%}", f"{np.mean(logits > 0):.0%}",
                 f"{np.mean(met):.0%}"])
display.table([tr("texts", "文本"), tr("sure", "有把握"),
               tr("called good", "判为好"), tr("words met before", "见过的词")],
              rows)
course.report("sure_of_plays", float(sure_of[3]))
# %% [markdown] id="foreign-reading" lang="en"
# Single everyday sentences leave it unsure. That is no wisdom: they are short. The same sentences, 200 words at a time, and it is sure of a good part of them; and so it is of Shakespeare. Nothing in its training told it that there is anything but reviews. Of Chinese it knows no word, and says "good" every time: what is left is the constant.
#
# Does the last column raise the alarm? For Chinese yes, for Shakespeare a little. Everyday English it has all met before. **Known words do not make a known kind of text**: an alarm for foreign texts (*out of distribution*) has to be trained, or somebody has to look.
# %% [markdown] id="foreign-reading" lang="zh" of="31f122a6"
# 单个的日常句子，它没有把握。这不是明智，只是因为句子短。同样的句子，每 200 词拼成一段，它对其中不少就有把握了；对莎士比亚也是这样。训练里没有任何东西告诉它，世上除了影评还有别的。中文它一个词也不认识，却每次都说“好”：剩下的只有那个常数。
#
# 最后一列能报警吗？对中文能，对莎士比亚能一点点。日常英语的词，它全都见过。**认识词，不等于认识这类文本**：要识别这种分布外（out of distribution）的文本，得专门训练一个检测器，或者让人来看。
# %% [markdown] id="card" lang="en"
# ## 8 · Say what you know: a card, a sheet, a bill
#
# What was measured belongs to the model, as a label belongs to food. A **model card** (Mitchell and others, 2019) has fixed heads; a **data sheet** does the same for data. Filled in from this page's numbers, with what we did not measure named as missing:
# %% [markdown] id="card" lang="zh" of="8d68ebe0"
# ## 8 · 知道什么就写什么：模型卡、数据说明书、能耗账单
#
# 测出来的东西应当跟着模型走，就像标签跟着食品走。**模型卡**（Mitchell 等，2019）有固定的栏目；**数据说明书**对数据做同样的事。用本页的数填写，没测的就写明没测：
# %% id="card-run"
whole = alignment.rate(said_good == is_good)
display.table([tr("model card", "模型卡"), ""], alignment.model_card({
    "model": tr("logistic regression on words and pairs", "词和词对上的逻辑回归"),
    "use": tr("sorting English film reviews by verdict", "按褒贬给英文影评分类"),
    "not_for": tr("people, other texts, single sentences", "评价人、别的文本、单个句子"),
    "data": f"{len(others):,} / {len(known):,}, {tr('films apart', '电影不重叠')}",
    "numbers": {tr("accuracy", "准确率"): whole,
                tr("last sentences", "最后一句"): of_sentences},
    "groups": {row[0]: row[3] for row in rows_by_group},
    "limits": f"{tr('negations turned', '否定句判断翻转')}: {turned} / {len(pairs)}",
}))
display.table([tr("data sheet", "数据说明书"), ""], alignment.data_sheet({
    "why": tr("research on sentiment", "情感分析研究"),
    "what": tr("50,000 labelled reviews, at most 30 a film", "5 万篇有标签影评，每部电影至多 30 篇"),
    "how": tr("from a public website, with its ratings", "取自公开网站，附评分"),
    "cleaning": tr("ratings of 5 and 6 left out", "去掉 5 分和 6 分"),
    "missing": tr("who wrote, when, whether they agreed", "谁写的、何时、是否同意"),
}))
# %% [markdown] id="energy" lang="en"
# **Energy.** Nobody measured the socket. But lessons were timed at this scale, and from a time follows a range: two cores at 5 to 25 watts each, buildings that take up to 60% more, grids from 15 to 900 grams of CO₂ a kilowatt-hour. A lesson without a record is given the span from the shortest to the longest of the others. The two ends differ by a factor of hundreds, mostly because of the grid. A single number without its assumptions would be invented.
# %% [markdown] id="energy" lang="zh" of="184dbf04"
# **能耗。** 没有人在插座上实测过用电。但各课在这个规模上计过时，由时间就能得出一个范围：两个核，每核 5 到 25 瓦；机房最多再加六成；电网每千瓦时排放 15 到 900 克二氧化碳。没有记录的课，取其余各课从最短到最长的范围。两端相差几百倍，主要差在电网。不说假设，只给一个数，那是编的。
# %% id="energy-run"
seconds = alignment.measured_seconds()
between = min(seconds.values()), max(seconds.values())  # for what has no record  # 用于没有记录的
lessons = [f"{number:02d}" for number in range(1, 14)]
spans = {lesson: (seconds[lesson],) * 2 if lesson in seconds else between
         for lesson in lessons}
spans[tr("together", "合计")] = tuple(np.sum(list(spans.values()), axis=0))
rows = []
for lesson, (least, most) in spans.items():
    low, high = alignment.energy_of(least), alignment.energy_of(most)
    took = f"{least:.0f} s" if least == most else f"{least:.0f} – {most:.0f} s"
    rows.append([lesson, took,
                 f"{low.watt_hours[0]:.2f} – {high.watt_hours[1]:.1f}",
                 f"{low.grams[0]:.3f} – {high.grams[1]:.1f}"])
display.table([tr("lesson", "课"), tr("time", "时间"), "Wh", "g CO₂"], rows)
# %% [markdown] id="energy-reading" lang="en"
# The whole course, run once at this scale, takes less than boiling a kettle of water (about 100 Wh a litre). What was left out is larger: making the machine, everything that was tried before it worked, and the pre-training of MiniLM by others. For a large model the same arithmetic with its published hours gives gigawatt-hours.
# %% [markdown] id="energy-reading" lang="zh" of="62275907"
# 整门课在这个规模上运行一遍，用的电比烧开一壶水还少（一升约 100 瓦时）。没算进去的更多：造这台机器，成功之前的种种尝试，还有别人为 MiniLM 做的预训练。大模型用同样的算法，代入公布的机时，得到的是吉瓦时。
# %% [markdown] id="errata" lang="en"
# ## 9 · What the articles say
#
# | claim | what is true | where |
# |---|---|---|
# | encryption lowers the risk of leaks (E33) | it protects files; what a model learnt by heart it tells whoever asks. Deduplicate, measure, clip and add noise | section 6 |
# | bias, privacy and explanation are challenges for the future | each can be measured today, with an interval, on a laptop | sections 4–6 |
# | reinforcement learning is one of the three kinds of learning | named and not shown; here it is one line, (1), and its dangers | sections 1–3 |
# %% [markdown] id="errata" lang="zh" of="4c584bc7"
# ## 9 · 原文怎么说
#
# | 说法 | 事实 | 在哪里 |
# |---|---|---|
# | 加密能降低泄露的风险（E33） | 加密保护的是文件；模型背下来的，谁问都会说。要去重、测量、裁剪、加噪声 | 第 6 节 |
# | 偏见、隐私、解释是未来的挑战 | 今天就能在笔记本上逐一测量，并给出区间 | 第 4–6 节 |
# | 强化学习是三类学习之一 | 只提了名字，没有展示；这里它只是一行 (1) 式，以及它的危险 | 第 1–3 节 |

# %% [markdown] id="uses" lang="en"
# ### Tools
#
# `trl` holds PPO, GRPO and DPO for large models. `captum` and `inseq` explain PyTorch models, `shap` any. `fairlearn` and `aif360` compute rates by group. `opacus` (PyTorch) and `tensorflow-privacy` train privately; `dp-accounting` counts. `codecarbon` reads the processor's own counters where there are some.
# %% [markdown] id="uses" lang="zh" of="e02a25ce"
# ### 工具
#
# `trl` 提供大模型用的 PPO、GRPO 和 DPO。`captum` 和 `inseq` 解释 PyTorch 模型，`shap` 解释任何模型。`fairlearn` 和 `aif360` 计算分组比率。`opacus`（PyTorch）和 `tensorflow-privacy` 做差分隐私训练；`dp-accounting` 计算隐私预算。`codecarbon` 读取处理器自带的能耗计数器（如果有）。

# %% [markdown] id="exercises" lang="en" tags=["stop"]
# ## 10 · Exercises
#
# A wrong answer gets a hint, a second one in a row a longer hint;
# `check("13.1", clipped, hint=2)` asks for that at once.
#
# ### Clip a step
#
# Formula (3) for several texts at once: from the log-probabilities now and when the texts were drawn, and their advantages, give the **mean** loss (to be minimised).
# %% [markdown] id="exercises" lang="zh" of="943a4d4a" tags=["stop"]
# ## 10 · 练习
#
# 答错了会有提示；连续第二次答错，提示会更详细，想马上看就用 `check("13.1", clipped, hint=2)`。
#
# ### 截断一步
#
# 对多篇文本计算公式 (3)：已知现在的和抽样时的对数概率，以及优势，给出损失的**平均值**（要最小化的那个）。
# %% id="ex1" tags=["exercise"] difficulty=1 minutes=8
def clipped(log_probs, old_log_probs, advantages, epsilon):
    tr("""three arrays (texts,) and a number -> a number""",
       """三个数组 (texts,) 和一个数 -> 一个数""")
    raise NotImplementedError
# %% id="ex1" tags=["solution"]
def clipped(log_probs, old_log_probs, advantages, epsilon):
    tr("""three arrays (texts,) and a number -> a number""",
       """三个数组 (texts,) 和一个数 -> 一个数""")
    ratio = np.exp(log_probs - old_log_probs)
    held = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.minimum(ratio * advantages, held * advantages).mean()
# %% id="ex1-check" tags=["check"]
check("13.1", clipped)
# %% [markdown] id="ex2-text" lang="en"
# ### Learn from preferences
#
# Formula (6) for several pairs, as a mean; also where log-probabilities lie thousands apart.
# %% [markdown] id="ex2-text" lang="zh" of="402fc661"
# ### 从偏好中学习
#
# 对多个文本对计算公式 (6)，取平均；对数概率相差几千也要算对。
# %% id="ex2" tags=["exercise"] difficulty=2 minutes=10
def preference(chosen, rejected, reference_chosen, reference_rejected, beta):
    tr("""four arrays (pairs,) of log-probabilities -> a number""",
       """四个对数概率数组 (pairs,) -> 一个数""")
    raise NotImplementedError
# %% id="ex2" tags=["solution"]
def preference(chosen, rejected, reference_chosen, reference_rejected, beta):
    tr("""four arrays (pairs,) of log-probabilities -> a number""",
       """四个对数概率数组 (pairs,) -> 一个数""")
    preferred = chosen - reference_chosen
    other = rejected - reference_rejected
    return np.logaddexp(0, -beta * (preferred - other)).mean()
# %% id="ex2-check" tags=["check"]
check("13.2", preference)
# %% [markdown] id="ex3-text" lang="en"
# ### A private gradient
#
# Formula (9), with the noise $z$ given. `gradients` has one row for each example that was drawn; there may be none. A row of zeros stays zeros. $B$ is `expected`, not the number of rows.
# %% [markdown] id="ex3-text" lang="zh" of="ac71d97b"
# ### 差分隐私的梯度
#
# 计算公式 (9)，噪声 $z$ 已给出。`gradients` 每行对应一个抽中的样本，也可能一行都没有。全零的行保持为零。$B$ 是 `expected`，不是行数。
# %% id="ex3" tags=["exercise"] difficulty=2 minutes=12
def noisy_mean(gradients, clip, sigma, z, expected):
    tr("""(examples, weights), two numbers, (weights,), a number -> (weights,)""",
       """(examples, weights)、两个数、(weights,)、一个数 -> (weights,)""")
    raise NotImplementedError
# %% id="ex3" tags=["solution"]
def noisy_mean(gradients, clip, sigma, z, expected):
    tr("""(examples, weights), two numbers, (weights,), a number -> (weights,)""",
       """(examples, weights)、两个数、(weights,)、一个数 -> (weights,)""")
    total = sigma * clip * z
    for gradient in gradients:
        length = np.linalg.norm(gradient)
        factor = 1.0 if length <= clip else clip / length
        total = total + factor * gradient
    return total / expected
# %% id="ex3-check" tags=["check"]
check("13.3", noisy_mean)
# %% [markdown] id="ex4-text" lang="en"
# ### Expose a secret
#
# Formula (8): the cost of each of $R$ candidates (a model's negative log-probability), and which of them is the secret. The rank counts from 1, the cheapest candidate first; of candidates that cost the same the secret stands in the middle (of three equal ones at the second place).
# %% [markdown] id="ex4-text" lang="zh" of="4666b8d2"
# ### 一个秘密的暴露度
#
# 计算公式 (8)：已知 $R$ 个候选各自的代价（模型给出的负对数概率），以及哪一个是秘密。名次从 1 数起，代价最小的排第一；代价相同时，秘密排在它们中间（三个相同，就排第二位）。
# %% id="ex4" tags=["exercise"] difficulty=2 minutes=10
def bits_exposed(costs, secret):
    tr("""(candidates,), the secret's place -> bits""",
       """(candidates,)、秘密的位置 -> 比特数""")
    raise NotImplementedError
# %% id="ex4" tags=["solution"]
def bits_exposed(costs, secret):
    tr("""(candidates,), the secret's place -> bits""",
       """(candidates,)、秘密的位置 -> 比特数""")
    cheaper = (costs < costs[secret]).sum()
    equal = (costs == costs[secret]).sum()  # itself included  # 包括自己
    rank = cheaper + (equal + 1) / 2
    return np.log2(len(costs)) - np.log2(rank)
# %% id="ex4-check" tags=["check"]
check("13.4", bits_exposed)

# %% [markdown] id="open-1" lang="en"
# ### Open 1 · Should a judge be blind?
#
# A firm sorts letters of application by a model. Should it see age, sex and origin of the writers, or not? There is no single answer. Write down the best case for each side before you unfold.
#
# <details><summary>Both sides</summary>
#
# **Not.** What is not seen cannot be used directly; the law of many countries asks for it; and whoever is refused can be told that nobody looked. It is simple to check.
#
# **It should.** Section 5 showed that blindness changes little: schools, addresses and names carry the same. Without the attribute one can neither measure unequal errors nor correct them. A model that sees it may use it to give equal chances to people of whom the data know less.
#
# What both sides need: somebody says which equality is meant, measures it by group with intervals, and is answerable. A third answer is not to sort people by a model at all.
#
# </details>
# %% [markdown] id="open-1" lang="zh" of="2eca2162"
# ### 开放题 1 · 该不该让评判模型看见敏感属性？
#
# 一家公司用模型筛选求职信。该不该让它看到写信人的年龄、性别和出身？没有唯一的答案。展开之前，先为双方各写下最有力的理由。
#
# <details><summary>双方的理由</summary>
#
# **不该。** 看不见的就不能直接用；许多国家的法律这样要求；被拒绝的人，也可以得到“没有人看过”的答复。检查起来也简单。
#
# **应该。** 第 5 节表明，不让它看见几乎没有用：学校、住址、姓名带着同样的信息。没有这些属性，就既量不出也纠正不了不平等的错误。看得见的模型，也许能用它来给数据了解得较少的人同等的机会。
#
# 双方都需要的是：有人说明要的是哪种平等，按组测量并给出区间，并且为此负责。还有第三种答案：根本不用模型给人分类。
#
# </details>
# %% [markdown] id="open-2" lang="en"
# ### Open 2 · Whose taste is the reward?
#
# A chat model is taught by the clicks of two hundred paid people in one country. Whose preferences should it follow: theirs, its user's, the majority's, an expert's? Plan a measurement that would show whether it matters.
#
# <details><summary>Both sides, and a measurement</summary>
#
# **One taste for all.** A product must behave predictably; safety rules are worthless if each user can vote them away; and a mean of many people is less strange than any one of them.
#
# **Many tastes.** The mean of two camps pleases neither. What counts as polite, funny or fair differs by place, and two hundred people of one country are not the world. Users can say themselves what they want.
#
# A measurement: let several groups choose between the same pairs; fit (6) to each group alone; report how often the models of two groups disagree on held-out pairs, against how often two halves of **one** group do. Only what lies above the second number is a difference of taste and not noise.
#
# </details>
# %% [markdown] id="open-2" lang="zh" of="7b237b2e"
# ### 开放题 2 · 奖励里是谁的口味？
#
# 一个聊天模型，由某国两百名受雇标注者的点击训练而成。它该听谁的偏好：他们的、使用者的、多数人的，还是专家的？设计一个测量，看看这有没有关系。
#
# <details><summary>双方的理由，以及一个测量</summary>
#
# **一种口味给所有人。** 产品的行为要可预期；如果每个用户都能投票否决安全规则，规则就一文不值；许多人的平均，也不像任何一个人那样古怪。
#
# **多种口味。** 两个阵营的平均，谁也不满意。什么算礼貌、好笑、公平，各地不同；一个国家的两百人不是全世界。用户自己说得出想要什么。
#
# 一个测量：让几组人在同样的文本对里选择；对每组各自拟合 (6)；报告两组的模型在留出的文本对上有多常不一致，再与**同一组**的两半之间的不一致相比。只有超出后者的部分，才是口味的差别，而不是噪声。
#
# </details>

# %% [markdown] id="quiz-intro" lang="en"
# ## 11 · Quiz
# %% [markdown] id="quiz-intro" lang="zh" of="ec53f482"
# ## 11 · 测验
# %% [markdown] id="quiz-baseline" lang="en" tags=["quiz"]
# **A baseline of 100 is taken off rewards between 0 and 1. What happens to REINFORCE's estimate?**
# - [ ] It is wrong: all advantages are negative — On average pushing everything down changes no probability; what is left is right.
# - [x] Its mean stays right and its variance grows — The baseline's part has the mean zero and a size of 100.
# - [ ] Nothing — The mean is the same; single estimates are not.
# - [ ] It turns into PPO — PPO is about using a draw again.
# %% [markdown] id="quiz-baseline" lang="zh" of="d213a863" tags=["quiz"]
# **奖励在 0 到 1 之间，却减去了 100 的基线。REINFORCE 的估计会怎样？**
# - [ ] 会错：所有优势都是负的 — 把一切都往下推，平均起来不改变任何概率；剩下的仍是对的。
# - [x] 平均值仍然正确，方差变大 — 基线那部分平均为零，大小却是 100。
# - [ ] 没有变化 — 平均值相同，单次估计不同。
# - [ ] 变成了 PPO — PPO 讲的是把一次抽样重复使用。
# %% [markdown] id="quiz-hacking" lang="en" tags=["quiz"]
# **A second judge, held back, likes what the trained writer writes. What follows?**
# - [ ] The writer is good — The page's writer was liked, and wrote no sentence.
# - [x] The writer makes no mistake that only the first judge overlooks — What both overlook stays hidden.
# - [ ] The KL is small — It was never asked for that.
# - [ ] The reward was the right one — A judge of the same kind shares its weaknesses.
# %% [markdown] id="quiz-hacking" lang="zh" of="e30e5121" tags=["quiz"]
# **留出的第二个评判模型给训练后写出的文本高分。这说明什么？**
# - [ ] 写作模型是好的 — 本页的写作模型也得了高分，却写不成一句话。
# - [x] 写作模型没有犯只有第一个评判模型才会放过的错 — 两者都放过的错，仍然没有暴露。
# - [ ] KL 很小 — 它的判断与 KL 无关。
# - [ ] 奖励选对了 — 同类的评判模型有同样的弱点。
# %% [markdown] id="quiz-complete" lang="en" tags=["quiz"]
# **The shares of integrated gradients add up to f(x) − f(x′). Is the explanation therefore right?**
# - [ ] Yes, completeness proves it — Giving everything to one word would add up, too.
# - [x] It is consistent; whether it is faithful shows in what happens when words go — That is what deletion curves are for.
# - [ ] No, gradients are never right — Along the whole way they are exactly what is needed.
# - [ ] Only for linear models — There all methods agree.
# %% [markdown] id="quiz-complete" lang="zh" of="0d2406c3" tags=["quiz"]
# **积分梯度的归因值加起来等于 f(x) − f(x′)。所以这个解释就是对的吗？**
# - [ ] 对，完备性证明了它 — 全部归因于一个词，加起来也相等。
# - [x] 它自洽；忠不忠实，要看去掉词之后发生什么 — 删除曲线正是为此。
# - [ ] 不对，梯度从来不对 — 沿着整条路取，它恰恰是需要的。
# - [ ] 只对线性模型成立 — 在那里，所有方法都一致。
# %% [markdown] id="quiz-zero" lang="en" tags=["quiz"]
# **An association test on six words a side gives 0.1 with p = 0.4. What may be said?**
# - [ ] The vectors are free of bias — So few words cannot show that.
# - [x] This test saw no difference that chance would not make — Other words, or a classifier, may see one.
# - [ ] They are biased, a little — Chance gives more than that in 40% of the deals.
# - [ ] The test is broken — It finds flowers and insects.
# %% [markdown] id="quiz-zero" lang="zh" of="a52a8edd" tags=["quiz"]
# **每边六个词的联想测验给出 0.1，p = 0.4。可以怎么说？**
# - [ ] 这些向量没有偏见 — 这么少的词，说明不了这一点。
# - [x] 这个测验没有测出超出偶然的差别 — 换一批词，或者换成分类器，也许看得到。
# - [ ] 有一点偏见 — 随机分组有四成会得到更大的值。
# - [ ] 测验坏了 — 花和虫，它分得出来。
# %% [markdown] id="quiz-epsilon" lang="en" tags=["quiz"]
# **A hospital keeps its texts encrypted and trains a model on them without noise. A patient asks whether her record can leak from the model.**
# - [ ] No, it is encrypted — The model was trained on the opened text.
# - [x] It can; how likely shows in canaries, and only noise gives a promise — Encryption guards the file and not the weights.
# - [ ] Only if the key is stolen — Whoever may ask the model needs no key.
# - [ ] Only if she was in the text often — Repetition helps the model; it is not needed.
# %% [markdown] id="quiz-epsilon" lang="zh" of="bed1f2b7" tags=["quiz"]
# **一家医院把文本加密保存，训练模型时不加噪声。一位病人问，她的病历会不会从模型里泄露。**
# - [ ] 不会，已经加密 — 模型是在解密后的文本上训练的。
# - [x] 有可能；可能性多大，用金丝雀来测，只有噪声才能给出保证 — 加密保护的是文件，不是权重。
# - [ ] 密钥被偷才会 — 能向模型提问的人，不需要密钥。
# - [ ] 她的病历多次出现才会 — 重复帮了模型，但并非必需。

# %% [markdown] id="summary" lang="en"
# ## 12 · Summary
#
# - Reward times ∇ log π is right on average; a baseline makes it usable; clipping lets a draw be used again.
# - Taking off a group's mean keeps the direction, dividing by its deviation does not. Preferences alone lead to the same tilted policy as a reward.
# - What is rewarded is what you get. KL keeps the writer near; a second judge that asks the same question helps little, whatever its features; best of n is the baseline.
# - An explanation has to be tested: take away what it names. Over many texts it finds what accuracy on like data hides.
# - Bias is a number with an interval, and which number is a decision. Near zero proves little.
# - Models learn by heart what is repeated. Encryption does not help; deduplication does; only clipping and noise make a promise, and its price falls with the number of people.
# - A model should know its limits: calibrate, abstain, and write down what was measured and what was not.
# %% [markdown] id="summary" lang="zh" of="6fcf2c8e"
# ## 12 · 小结
#
# - 奖励乘以 ∇ log π，平均起来是对的；有了基线才好用；截断让一次抽样可以反复使用。
# - 减去组平均，方向不变；除以标准差，方向就变了。光有偏好，也能得到与奖励同样的倾斜策略。
# - 奖励什么，就得到什么。KL 惩罚让写作模型不走远；第二个评判模型如果问的是同一件事，换什么特征都帮助不大；n 选一是基线。
# - 解释要经得起检验：去掉它说的那些词。对许多文本求和，能找出同源数据的准确率所掩盖的问题。
# - 偏见是一个带区间的数，用哪个数是一个决定。接近零说明不了什么。
# - 模型背下的是重复的东西。加密没有用，去重有用；只有裁剪加噪声才能给出保证，人越多，代价越小。
# - 模型要知道自己的界限：校准，弃答，把测过的和没测过的都写下来。

# %% [markdown] id="faq" lang="en"
# ## 13 · Questions that come up
#
# **PPO, GRPO or DPO?** With a fixed set of preference pairs: DPO, one supervised training. With a judge that can be asked at any time, such as tests for programs: GRPO or plain REINFORCE with a good baseline. PPO's second network pays where texts are long and rewards come late.
#
# **Is attention an explanation?** It says what was averaged. On this page it was the least faithful of four, and better than chance.
#
# **Which ε is good?** Below 1 is strong, 1 to 10 common, above that the bound says little. Say per what (a review, a person) and how many trainings it counts.
#
# **Can a model forget?** Training again without the text is certain. Short cuts ("unlearning") have to be measured with canaries as any other claim.
#
# **Does alignment make a model worse at other things?** It can: whatever the reward does not ask for may go, as fine-tuning forgot films in lesson 10. The KL is paid to prevent it.
# %% [markdown] id="faq" lang="zh" of="1bd698a1"
# ## 13 · 常见问题
#
# **用 PPO、GRPO 还是 DPO？** 有一批固定的偏好数据：用 DPO，一次监督训练就行。奖励随时可以求得，比如用程序的测试：用 GRPO，或者带好基线的 REINFORCE。文本很长、奖励来得很晚时，PPO 的第二个网络（价值网络）才划算。
#
# **注意力是解释吗？** 它说的是对什么做了平均。在本页的四种方法里它最不忠实，但好过随机。
#
# **多大的 ε 算好？** 小于 1 算强，1 到 10 常见，再大，上界就说明不了什么。要说清楚是按什么算的（一篇影评、一个人），包括了几次训练。
#
# **模型能忘记吗？** 去掉那段文本重新训练，最可靠。走捷径的“机器遗忘”，和别的说法一样，要用金丝雀来量。
#
# **对齐会让模型在别的事上变差吗？** 会的：奖励没要求的，可能就丢了，就像第 10 课的微调忘了电影。加上 KL 惩罚，就是为了防止它。

# %% [markdown] id="references" lang="en"
# ## 14 · References
#
# - R. J. Williams (1992). *Simple statistical gradient-following algorithms for connectionist reinforcement learning.* Machine Learning 8.
# - J. Schulman et al. (2017). *Proximal policy optimization algorithms.* arXiv:1707.06347.
# - P. Christiano et al. (2017). *Deep reinforcement learning from human preferences.* NeurIPS. arXiv:1706.03741.
# - L. Ouyang et al. (2022). *Training language models to follow instructions with human feedback.* NeurIPS. arXiv:2203.02155.
# - R. Rafailov et al. (2023). *Direct preference optimization: your language model is secretly a reward model.* NeurIPS. arXiv:2305.18290.
# - Z. Shao et al. (2024). *DeepSeekMath: pushing the limits of mathematical reasoning in open language models.* arXiv:2402.03300.
# - L. Gao, J. Schulman, J. Hilton (2023). *Scaling laws for reward model overoptimization.* ICML. arXiv:2210.10760.
# - A. Beirami et al. (2024). *Theoretical guarantees on the best-of-n alignment policy.* arXiv:2401.01879.
# - M. Sundararajan, A. Taly, Q. Yan (2017). *Axiomatic attribution for deep networks.* ICML. arXiv:1703.01365.
# - S. Jain, B. C. Wallace (2019). *Attention is not explanation.* NAACL. arXiv:1902.10186.
# - S. Lapuschkin et al. (2019). *Unmasking Clever Hans predictors and assessing what machines really learn.* Nature Communications. arXiv:1902.10178.
# - A. Caliskan, J. J. Bryson, A. Narayanan (2017). *Semantics derived automatically from language corpora contain human-like biases.* Science 356. arXiv:1608.07187.
# - T. Bolukbasi et al. (2016). *Man is to computer programmer as woman is to homemaker? Debiasing word embeddings.* NeurIPS. arXiv:1607.06520.
# - H. Gonen, Y. Goldberg (2019). *Lipstick on a pig: debiasing methods cover up systematic gender biases in word embeddings but do not remove them.* NAACL. arXiv:1903.03862.
# - A. Chouldechova (2017). *Fair prediction with disparate impact.* Big Data 5. arXiv:1703.00056.
# - J. Kleinberg, S. Mullainathan, M. Raghavan (2016). *Inherent trade-offs in the fair determination of risk scores.* arXiv:1609.05807.
# - N. Carlini et al. (2019). *The secret sharer: evaluating and testing unintended memorization in neural networks.* USENIX Security. arXiv:1802.08232.
# - K. Lee et al. (2022). *Deduplicating training data makes language models better.* ACL. arXiv:2107.06499.
# - M. Abadi et al. (2016). *Deep learning with differential privacy.* CCS. arXiv:1607.00133.
# - I. Mironov, K. Talwar, L. Zhang (2019). *Rényi differential privacy of the sampled Gaussian mechanism.* arXiv:1908.10530.
# - M. Mitchell et al. (2019). *Model cards for model reporting.* FAT*. arXiv:1810.03993.
# - T. Gebru et al. (2021). *Datasheets for datasets.* CACM 64. arXiv:1803.09010.
# %% [markdown] id="references" lang="zh" of="fd3d87af"
# ## 14 · 参考文献
#
# - R. J. Williams (1992). *Simple statistical gradient-following algorithms for connectionist reinforcement learning.* Machine Learning 8.
# - J. Schulman et al. (2017). *Proximal policy optimization algorithms.* arXiv:1707.06347.
# - P. Christiano et al. (2017). *Deep reinforcement learning from human preferences.* NeurIPS. arXiv:1706.03741.
# - L. Ouyang et al. (2022). *Training language models to follow instructions with human feedback.* NeurIPS. arXiv:2203.02155.
# - R. Rafailov et al. (2023). *Direct preference optimization: your language model is secretly a reward model.* NeurIPS. arXiv:2305.18290.
# - Z. Shao et al. (2024). *DeepSeekMath: pushing the limits of mathematical reasoning in open language models.* arXiv:2402.03300.
# - L. Gao, J. Schulman, J. Hilton (2023). *Scaling laws for reward model overoptimization.* ICML. arXiv:2210.10760.
# - A. Beirami et al. (2024). *Theoretical guarantees on the best-of-n alignment policy.* arXiv:2401.01879.
# - M. Sundararajan, A. Taly, Q. Yan (2017). *Axiomatic attribution for deep networks.* ICML. arXiv:1703.01365.
# - S. Jain, B. C. Wallace (2019). *Attention is not explanation.* NAACL. arXiv:1902.10186.
# - S. Lapuschkin et al. (2019). *Unmasking Clever Hans predictors and assessing what machines really learn.* Nature Communications. arXiv:1902.10178.
# - A. Caliskan, J. J. Bryson, A. Narayanan (2017). *Semantics derived automatically from language corpora contain human-like biases.* Science 356. arXiv:1608.07187.
# - T. Bolukbasi et al. (2016). *Man is to computer programmer as woman is to homemaker? Debiasing word embeddings.* NeurIPS. arXiv:1607.06520.
# - H. Gonen, Y. Goldberg (2019). *Lipstick on a pig: debiasing methods cover up systematic gender biases in word embeddings but do not remove them.* NAACL. arXiv:1903.03862.
# - A. Chouldechova (2017). *Fair prediction with disparate impact.* Big Data 5. arXiv:1703.00056.
# - J. Kleinberg, S. Mullainathan, M. Raghavan (2016). *Inherent trade-offs in the fair determination of risk scores.* arXiv:1609.05807.
# - N. Carlini et al. (2019). *The secret sharer: evaluating and testing unintended memorization in neural networks.* USENIX Security. arXiv:1802.08232.
# - K. Lee et al. (2022). *Deduplicating training data makes language models better.* ACL. arXiv:2107.06499.
# - M. Abadi et al. (2016). *Deep learning with differential privacy.* CCS. arXiv:1607.00133.
# - I. Mironov, K. Talwar, L. Zhang (2019). *Rényi differential privacy of the sampled Gaussian mechanism.* arXiv:1908.10530.
# - M. Mitchell et al. (2019). *Model cards for model reporting.* FAT*. arXiv:1810.03993.
# - T. Gebru et al. (2021). *Datasheets for datasets.* CACM 64. arXiv:1803.09010.
