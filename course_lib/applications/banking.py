"""The bot of the lesson: what a bank's customers want, told by TF-IDF, and what must be known before it is done."""

from __future__ import annotations

from collections.abc import Sequence

from course_lib.applications.dialogue import Dialogue
from course_lib.applications.helping import HelpDesk, help_threshold
from course_lib.applications.intents import IntentClassifier, alarm_threshold
from course_lib.data import intents

# Of CLINC150 what a bank is asked for; of the course's own requests all are taken.
BANKING = (
    "transfer", "transactions", "balance", "freeze_account", "pay_bill", "bill_balance", "bill_due", "interest_rate",
    "routing", "min_payment", "order_checks", "pin_change", "report_fraud", "account_blocked", "spending_history",
)  # fmt: skip
NEEDED = {"transfer": ("amount", "account"), "pay_bill": ("amount",), "renew_loan": ("date",)}


def chosen(name_of_part: str, wanted: Sequence[str] = BANKING, sample: str = "fallback") -> intents.Requests:
    """The requests of a part that want one of some things, and those that are out of scope.

    Args:
        name_of_part: `"train"`, `"validation"` or `"test"`.
        wanted: the intents that are kept; of the course's own requests all are.
        sample: see `data.intents.load`.
    """
    whole = intents.load("clinc150", name_of_part, sample)
    kept = [
        place
        for place, intent in enumerate(whole.intents)
        if whole.source == "sample" or intent in wanted or intent == intents.OUT_OF_SCOPE
    ]
    return intents.Requests(
        [whole.texts[place] for place in kept], [whole.intents[place] for place in kept], whole.source
    )


def banking_dialogue(sample: str = "fallback", false_alarms: float = 0.05) -> Dialogue:
    """The conversation, with a classifier that has learnt from the training requests, and help pages for the rest.

    Args:
        sample: see `data.intents.load`.
        false_alarms: the share of requests within scope that may be turned away; and of those out of scope, the share
            that may be answered from the help pages.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    train, validation = (chosen(part, sample=sample) for part in ("train", "validation"))
    known = [place for place, intent in enumerate(train.intents) if intent != intents.OUT_OF_SCOPE]
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    rows = vectors.fit_transform([train.texts[place] for place in known])
    classifier = IntentClassifier().fit(rows, [train.intents[place] for place in known])
    within = [
        text
        for text, intent in zip(validation.texts, validation.intents, strict=True)
        if intent != intents.OUT_OF_SCOPE
    ]
    _, sure = classifier.decide(vectors.transform(within))
    threshold = alarm_threshold(sure, false_alarms)

    def understand(text: str) -> str | None:
        return classifier.decide(vectors.transform([text]), threshold)[0][0]

    desk = HelpDesk()
    strangers = [
        text
        for text, intent in zip(validation.texts, validation.intents, strict=True)
        if intent == intents.OUT_OF_SCOPE
    ]
    desk.threshold = help_threshold([desk.nearest(text)[1] for text in strangers], false_alarms)
    return Dialogue(understand, NEEDED, look_up=desk.answer)
