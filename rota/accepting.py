"""Whether an answer in somebody's own words accepts a duty. Pure."""

import re

TOKEN = re.compile(r":[a-z0-9_+-]+:|[^\W_](?:[\w'’-]*\w)?|\S")
# What can be said in more than a word without taking anything back.
PHRASES = re.compile(r"\b(?:no (?:problems?|worries|objections?)|why not)\b")
SKIN = re.compile(r":skin-tone-\d:|[\U0001f3fb-\U0001f3ff\ufe0f]")
YES_WORDS = """
    ok okay okey okok k kk yes yep yeah yup yas sure aye ack acknowledged accept accepted confirm
    confirmed absolutely certainly definitely roger :ok: :ok_hand: :+1: :thumbsup:
    :white_check_mark: :heavy_check_mark: 👍 👌 ✅ ✔ ☑
"""
# Whatever else is said beside it may be a condition, so it is for a person to read.
HARMLESS_WORDS = """
    . , ! ; … - – — * _ ` ' " ’ “ ” ( ) ~ : :tada: :pray: :rocket: :wave: :smile:
    :slightly_smiling_face: :muscle: :raised_hands: 🎉 🙏 🚀 👋 😀 😄 😊 🙂 💪 🙌
    a all am and be by can do doing everybody everyone fine for forward get going good got great
    happy happily here hi hello i i'll i'm i've in is it it's let's looking me mine my nice now of
    on over perfect pleasure ready role right shift so soon sounds support take taken takes taking
    team thank thanks that that's the them then there this to too triage triager turn up very we
    will with word works would you your count cool cheers noted understood done
"""
YES = frozenset(YES_WORDS.split())
HARMLESS = YES | frozenset(HARMLESS_WORDS.split())


def accepts(text: str) -> bool:
    """Whether it says yes first, and nothing after it that might take that back.

    “ok, but Bob covers Friday” does not; nor does “ok?”.
    """
    plain = SKIN.sub("", text.casefold().replace("’", "'"))
    words = TOKEN.findall(PHRASES.sub("", plain))
    said = [word for word in words if word in YES or word[0].isalnum() or word not in HARMLESS]
    return bool(said) and said[0] in YES and all(word in HARMLESS for word in said)
