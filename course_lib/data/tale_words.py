"""The words of the tales: who lives in each parish, and what may be told in each scene.

A scene is a list of sentences, each with several ways to say it. `[a/b/c]` stands for one of the three, `{heroine}` for
a word of the tale.
"""

from __future__ import annotations

TALES = {
    "Fernleigh": {
        "heroine": "Harriet Dale",
        "first": "Harriet",
        "family": "Dale",
        "sister": "Sophia",
        "suitor": "Mr. Ashworth",
        "rival": "Captain Thorne",
        "aunt": "Mrs. Pennant",
        "friend": "Miss Lyle",
        "house": "Fernleigh Cottage",
        "hall": "Holt Place",
        "village": "Fernleigh",
        "town": "Stanbury",
    },
    "The Rector's Niece": {
        "heroine": "Lucy Merrow",
        "first": "Lucy",
        "family": "Merrow",
        "sister": "Clara",
        "suitor": "Mr. Hartley",
        "rival": "Sir Edmund Vane",
        "aunt": "Mrs. Orchard",
        "friend": "Miss Wynn",
        "house": "the Rectory",
        "hall": "Vane Court",
        "village": "Little Marden",
        "town": "Ashcombe",
    },
    "Patience and Candour": {
        "heroine": "Eleanor Frost",
        "first": "Eleanor",
        "family": "Frost",
        "sister": "Kate",
        "suitor": "Mr. Selwood",
        "rival": "Mr. Pryce",
        "aunt": "Lady Barnet",
        "friend": "Miss Tilling",
        "house": "Mill House",
        "hall": "Barnet Lodge",
        "village": "Oxley",
        "town": "Wenbridge",
    },
    "Winterbourne Hill": {
        "heroine": "Anna Carew",
        "first": "Anna",
        "family": "Carew",
        "sister": "Isabel",
        "suitor": "Mr. Langford",
        "rival": "Colonel Deane",
        "aunt": "Mrs. Hallam",
        "friend": "Miss Rudge",
        "house": "the Grange",
        "hall": "Winterbourne Hill",
        "village": "Winterbourne",
        "town": "Castle Arden",
    },
}

# What a chapter may be about, scene after scene; the first and the last frame it.
OPENING = "opening"
SCENES = ("weather", "visit", "letter", "walk", "dinner", "dance", "talk", "news", "reflection", "illness", "journey")
CLOSING = "closing"

SENTENCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "opening": (
        (
            "The family of {family} had lived in {village} for [three/four/five] generations, and were "
            "[liked/respected/forgiven] by everybody who had [dined/quarrelled/played cards] with them.",
            "{heroine} was [nineteen/twenty/one-and-twenty], and had never yet been [out of temper/in love/in debt] "
            "for more than [a day/an evening/a week].",
            "There was nothing in the situation of {house} to [surprise/offend/delight] a stranger, and a great deal "
            "to [please/content/console] those who had grown used to it.",
            "It was the opinion of {aunt} that [a winter in {town}/a good marriage/a second footman] would mend "
            "whatever was amiss at {house}.",
            "For [two days/a whole week/the rest of the month] nothing was spoken of in {village} but the "
            "[arrival/absence/fortune] of {rival}.",
            "{first} came down to breakfast [early/late/in low spirits], [resolved/determined/half persuaded] to "
            "think of {suitor} no more.",
        ),
        (
            "Her [mother/father] had [little money and many opinions/a small income and a large acquaintance/more "
            "kindness than prudence], and left the care of the household to [habit/{sister}/an old servant].",
            "Her sister {sister} was [two years/a year/four years] younger, [very pretty/very lively/rather idle], "
            "and [convinced/quite certain/apt to declare] that the world had been made for [dancing/her amusement/the "
            "young].",
            "She had [good sense/a quick eye/a warm heart], which she [concealed/governed/indulged] as well as a "
            "[country education/small society/large family] would allow.",
            "{aunt}, who was [rich/deaf/seldom silent], had promised [to do something/to do nothing/to say no more] "
            "for her nieces, and kept her word [exactly/too often/whenever it was convenient].",
        ),
        (
            "No one could deny that she was [amiable/sensible/obliging]; and those who wished to [deny it/say "
            "otherwise/find a fault] said that she was [proud/silent/too fond of reading].",
            "It would have been a [happy/quiet/tolerable] life, had there been [less to regret/more to do/fewer "
            "neighbours to please].",
            "They were not [rich/poor/fashionable]; but they were [cheerful/united/well lodged], and that was held to "
            "be [enough/nearly the same thing/a fair exchange].",
        ),
    ),
    "weather": (
        (
            "The morning was [fine/cold/uncommonly mild], and the lane to {hall} was [dry/deep in mud/white with "
            "frost].",
            "It rained for [three days/the whole of that week/two nights together], and the ladies of {house} were "
            "[obliged/content/condemned] to stay at home.",
            "A [light/heavy/sudden] snow had fallen in the night, and all the [hills/roofs/hedges] of {village} were "
            "changed by it.",
            "The wind, which had been [high/in the east/very troublesome] since [Sunday/the assembly/their return], "
            "fell at last towards evening.",
        ),
        (
            "{sister} looked out of the window [twenty times/every five minutes/with a deep sigh], and [complained "
            "of/wondered at/counted] the clouds.",
            "{first} took up her [work/book/pen], and was [really/almost/by no means] employed until [noon/dinner/the "
            "lamp was brought].",
            "Nobody called but [the apothecary/an old tenant/the curate], who talked of [turnips/the roads/his cough] "
            "and was [thanked/pitied/soon forgotten].",
        ),
        (
            "By [four o'clock/sunset/the next morning] there was light enough to [walk/hope/see the river], and "
            "everybody's spirits rose.",
            "In the country [bad weather/a wet week/an empty day] is a trial of the temper which [few/not all/even "
            "the best of us] can bear with grace.",
        ),
    ),
    "visit": (
        (
            "Early in the afternoon {suitor} was [announced/seen at the gate/shown in], and with him came {rival}.",
            "They had scarcely sat down when {aunt} [arrived/drove up/was heard in the hall], with her [dog/two "
            "shawls/whole stock of news].",
            "{friend} came to [drink tea/return a book/spend the day], and to hear whether it was true that {rival} "
            "[was engaged/had lost his money/meant to take {hall}].",
            "The visit to {hall} could not be put off any longer, and they went in [state/silence/the old carriage].",
        ),
        (
            "{suitor} said [little/very little/nothing for some minutes], but what he said was [to the purpose/kindly "
            "meant/worth hearing].",
            "{rival} [talked/laughed/admired the view] with so much ease that {sister} thought him [charming/the "
            "first man in the county/a little too old].",
            "{aunt} praised the [fire/cake/curtains] in a manner which [showed/hinted/left no doubt] that she had "
            "better at home.",
            "There was a [long/short/painful] pause, which {first} broke by speaking of [the harvest/music/the new "
            "bridge].",
        ),
        (
            "She was [surprised/vexed/ashamed] to find how much she [listened/coloured/wished] when he turned towards "
            "her.",
            "When they were gone, {sister} had a great deal to say, and {first} [nothing/only one question/no wish to "
            "hear it].",
            "They parted with many [promises/civilities/bows] on both sides, and very little "
            "[regret/sincerity/warmth] on either.",
        ),
    ),
    "letter": (
        (
            "The post brought a letter for {first}, in a hand which she [knew/did not know/had hoped to see].",
            "At breakfast a letter was [laid beside/read aloud to/kept from] {sister}, who [turned pale/smiled/left "
            "the room].",
            "{aunt} wrote from {town} that she had [seen/danced with/been deceived by] {rival}.",
        ),
        (
            '"My dear {first}," it began, "you will [forgive/think it strange/not be sorry] that I write [in haste/so '
            "late/without leave]; but I am to [leave the country/be married/see your uncle] on "
            '[Monday/Friday/Saturday]."',
            "It ran to [three/four/two] sides, and said [everything/nothing] that one could [wish/fear/expect].",
            '"I have [no news/one piece of news/much to tell]," she wrote, "except that the [roads/rooms/shops] here '
            'are very [full/dear/dull], and that everybody asks after {house}."',
        ),
        (
            "{first} read it [twice/once more/with a beating heart], and then put it [into her pocket/in the "
            "fire/under her work].",
            "She was [long/not long] in deciding on her answer, and [longer still/very quick] in writing it.",
            "That it came from {suitor} was [certain/likely/what nobody guessed]; that it was [kind/cold/a farewell] "
            "was all she would [own/believe/say].",
        ),
    ),
    "walk": (
        (
            "After [breakfast/church/the rain] the sisters walked to {village} by [the mill/the river/the upper path].",
            "{first} went out alone, and had got as far as [the stile/the churchyard/the bridge] when she met "
            "{suitor}.",
            "A walk to {hall} was proposed by {rival}, and everybody [agreed/consented/ran for a bonnet].",
        ),
        (
            "He [turned/offered/asked leave] to go with her, and for some time they spoke only of [the view/his "
            "mother/the price of corn].",
            "They stopped [often/once/more than once] to admire the [beeches/valley/old tower], of which {friend} had "
            "made a [drawing/poem/great favourite].",
            "{sister} ran [before/behind], and was soon [out of sight/out of breath/in the middle of a field].",
        ),
        (
            '"You are [fond/tired] of the country, Miss {family}?" said he.',
            '"I believe," said she, "that one may be [happy/dull] anywhere, with [a friend/a good book/nothing to '
            'do]."',
            "He seemed about to [speak/say more/take her hand], when a [carriage/servant/large dog] came round the "
            "corner and put an end to it.",
        ),
        (
            "They came home [late/tired/wet], but in [excellent/better/very different] spirits.",
            "It was a [short/long] way back, and she [remembered/repeated] every word of it.",
        ),
    ),
    "dinner": (
        (
            "On [Tuesday/Thursday/Wednesday] they dined at {hall}, where there were [twelve/sixteen/twenty] at table.",
            "{aunt} gave a dinner, and [neglected/omitted/was careful] to invite {friend}.",
        ),
        (
            "The [soup/fish/mutton] was [excellent/cold/too much praised], and the talk was of [horses/the militia/a "
            "wedding].",
            "{first} was placed between {rival} and [a deaf clergyman/an old admiral/a lady in green], and "
            "[gained/learnt/lost] nothing by it.",
            "{suitor} sat at the other end, and looked [grave/often her way/as if he wished himself at home].",
        ),
        (
            "When the gentlemen came into the drawing-room, {sister} was asked to [play/sing/make tea].",
            "Cards were brought in; {aunt} [won/lost/scolded], and all the rest [yawned/smiled/paid].",
            '"Pray, Miss {family}," said {rival}, "do you [sing/ride/never dance]?"',
        ),
        (
            "They were [all/none of them] sorry when the carriages came.",
            "On the way home nobody spoke but {sister}, who had [enjoyed/disliked] everything.",
        ),
    ),
    "dance": (
        (
            "The [assembly/ball] at {town} had been talked of for [a month/so long] that it could only [disappoint/be "
            "delightful].",
            "At [nine/eight] o'clock the rooms were [full/half empty], the [music/heat] was [loud/great], and {rival} "
            "had not come.",
        ),
        (
            "{suitor} asked {first} for the [first/next] two dances, and danced them [well/ill/in perfect silence].",
            "{sister} stood up with [an ensign/{rival}/every young man in the room], and was [admired/envied/laughed "
            "at].",
            "{friend} sat by the wall, and [observed/invented] a great deal.",
        ),
        (
            '"You do not [dance/speak], sir," said she. "I am [thinking/listening]," said he, "and I do it '
            '[badly/very slowly]."',
            "It was [remarked/whispered] by [more than one/all the matrons] that he had [never/seldom] looked so well.",
            "Before supper a [quarrel/mistake/message] called him away, and he did not come back.",
        ),
        (
            "{first} went to bed at [two/three], and did not [sleep/wake] till it was [light/noon].",
            "So ended an evening from which everybody had expected [too much/something else].",
        ),
    ),
    "talk": (
        (
            '"I cannot [understand/bear/blame] him," said {sister}. "He [comes/goes/looks] as if we were '
            '[nobody/strangers/his aunts]."',
            '"My dear {first}," said {aunt}, "a young woman without [fortune/friends/advice] must not be '
            '[particular/romantic/in a hurry]."',
            '"Is it [true/possible/certain]," asked {friend}, "that {suitor} is to [leave/give up/sell] his '
            '[house/living/horses]?"',
        ),
        (
            '"I [hope/believe/am sure] not," replied {first}, [gravely/with a smile/looking at her work].',
            '"You [forget/mistake]," said she, "that I have [never/not yet] been asked."',
            '"People will [talk/say so]," was the answer, "and they [like/need] no better reason."',
        ),
        (
            '"Then you are either very [good/proud]," cried the other, "or you know [more/less] than we do."',
            '"It is all the fault of {rival}," said {sister}; "[he/nobody] could have [known/told us/stayed away]."',
            '"Let us speak of something else," said {first}; and they spoke of [it/him] for [an hour/the rest of the '
            "evening].",
        ),
        (
            "With this they were [obliged/not likely] to be satisfied.",
            "The subject was [dropped/changed], and was taken up again [at tea/the next day/within five minutes].",
        ),
    ),
    "news": (
        (
            "It was known [by Monday/before night/on all sides] that {rival} had [left {village}/lost a lawsuit/come "
            "into a fortune].",
            "{friend} had it from [the baker/her maid/a cousin], who had it from [{hall}/{town}/the coachman].",
        ),
        (
            "Some [pitied/blamed] him, and others had [always/never] thought so; but all [agreed/were glad] that it "
            "was [sudden/a warning].",
            "{aunt} was [shocked/not at all surprised], and wrote [six/seven] letters.",
            "{sister} wept [a little/for an hour], and was [well/merry] again by [dinner/supper].",
        ),
        (
            "{first} alone said nothing, for she had [seen/suspected/feared] it [long ago/from the first].",
            "In a small place a [true/false] report is [worth/better than] three visits.",
        ),
    ),
    "reflection": (
        (
            "When she was alone, {first} tried to [be reasonable/recollect/understand] what had passed.",
            "She [sat/stood] a long time at the window, and thought of [all that she had said/her own pride/{suitor}].",
        ),
        (
            "She had been [hasty/unjust/blind]; she had [judged/listened/trusted] where she ought to have "
            "[waited/asked/doubted].",
            "That he was [proud/reserved] she still believed; that he was [cold/unkind] she could believe no longer.",
            "How [easily/seldom] do we see a fault in those who [please/flatter] us, and how [gladly/soon] in those "
            "who do not!",
        ),
        (
            "To be [sorry/ashamed] was easy; to [show it/say so] was not in her power.",
            "She resolved to be [wiser/calmer/more civil], and, like most who resolve, felt [better/tired] at once.",
        ),
    ),
    "illness": (
        (
            "{sister} had taken cold at [the ball/church/{hall}], and was [feverish/in bed/worse] on [Sunday/the "
            "morrow].",
            "{aunt} was taken ill at {town}, and sent for [both her nieces/{first}/everybody].",
        ),
        (
            "The apothecary [shook his head/spoke of change of air/called twice a day], and {first} [sat up/read "
            "aloud] for [two/three] nights.",
            "{suitor} rode over [every morning/in the rain] to ask for news, and would not [come in/stay].",
            "{rival} sent [grapes/his compliments], and [forgot/did not wait for] the answer.",
        ),
        (
            "By the end of [the week/a fortnight] the danger was [over/past], and everybody was [allowed/free] to be "
            "[cross/cheerful] again.",
            "A sick room [teaches/shows] us our friends; and there were [fewer/more] than she had counted.",
        ),
    ),
    "journey": (
        (
            "In [May/October/March] the sisters were to go to {town} for [six weeks/a month], under the care of "
            "{aunt}.",
            "They set out at [six/seven] in the morning, with [two trunks/a basket of cakes/many tears].",
        ),
        (
            "The road was [long/bad], the inn was [poor/noisy], and one of the horses [fell lame/lost a shoe].",
            "At the [second/third] stage they met {suitor}, who was [travelling/riding] the other way and did not "
            "[explain/say] why.",
            "{sister} was [delighted/disappointed] with everything: the [shops/streets/bonnets] were [finer/smaller] "
            "than she had been told.",
        ),
        (
            "{first} thought of {house}, of the [garden/river], and of what she had [left/not said] there.",
            "They had not been [two days/a week] in {town} before {rival} [called/bowed to them in the street].",
        ),
    ),
    "closing": (
        (
            "The [candles/lamps] were put out [at ten/at eleven/very late], and {house} was [dark/quiet] at last.",
            "That [night/evening] {sister} [talked in her sleep/was silent/wrote a long letter], and the "
            "[dog/clock/wind] kept {first} awake.",
            "The rest of the [week/month/season] brought [visitors/rain/bills] and [no answer/fresh hopes].",
            "When {aunt} heard of it, she [laughed/sighed/took to her bed], and [forgave/blamed] everybody.",
        ),
        (
            "Thus the [day/week/month] ended, and {first} had learnt [one thing/more than she wished].",
            "What {suitor} [meant/felt/would do] was still to be seen; but she slept [well/little] that night.",
            "There are evenings when [nothing/everything] is said, and yet all is [changed/understood].",
            '"We shall see," said {aunt}; and it was, for once, [the truth/all she said].',
            "So they [waited/hoped], as people in {village} had always done, and [complained/laughed] as little as "
            "they could.",
        ),
    ),
}

# How each tale ends.
LAST = (
    "{suitor} spoke at last, and was [answered/understood] before he had done; and {aunt}, who had been against it, "
    "[discovered/declared] that it was her own plan.",
    "The wedding was [small/quiet], the day was [fine/cold], and {sister} danced at it with {rival}, who had come to "
    "[wish them joy/look on].",
    "They lived at {hall}, within [a walk/an easy walk] of {house}; and if they were not always [happy/of one mind], "
    "they were [never/seldom] long [silent/apart].",
)
