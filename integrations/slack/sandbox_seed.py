"""Example Team, the workspace at the Slack stand-in: its people, usergroups and channels."""

from integrations.slack.sandbox_access import BOT_SCOPES, USER_SCOPES
from integrations.slack.sandbox_records import Records
from integrations.slack.sandbox_stored import StoredToken

BOT_TOKEN, USER_TOKEN = "sandbox-slack-bot-token", "sandbox-slack-user-token"
BOT = "U0000ROTAB"
GRACE = "U0000GRACE"
SARAH, SAM, SAMANTHA, ADA, JO_M, JO_K, WIM = (
    "U000SARAH1",
    "U0000SAM01",
    "U0SAMANTHA",
    "U00000ADA1",
    "U0000JOM01",
    "U0000JOK01",
    "W00000WIM1",
)
TRIAGERS = (SARAH, SAM, SAMANTHA, ADA, JO_M, JO_K, WIM)
LEFT, GUEST, VISITOR, ZOE = "U0000LEFT1", "U000GUEST1", "U0VISITOR1", "U00000ZOE1"
SUPPORT_TRIAGERS, ON_DUTY, FACILITATORS, OLD = (
    "S0TRIAGERS",
    "S0ONDUTY01",
    "S0FACILIT1",
    "S0OLDROTA1",
)
SUPPORT, GENERAL, RANDOM, LEADS, ARCHIVE = (
    "C0SUPPORT1",
    "C0GENERAL1",
    "C0RANDOM01",
    "G0LEADS001",
    "C0ARCHIVE1",
)


def seed(records: Records) -> None:
    _people(records)
    _groups(records)
    _channels(records)
    records.tokens[BOT_TOKEN] = StoredToken(BOT_TOKEN, BOT, BOT_SCOPES)
    records.tokens[USER_TOKEN] = StoredToken(USER_TOKEN, GRACE, USER_SCOPES)


def _people(records: Records) -> None:
    def add(id: str, real_name: str, display_name: str = "", **more: str) -> None:
        records.add_user(
            real_name,
            id=id,
            display_name=display_name,
            email=f"{real_name.lower().replace(' ', '.')}@example.org",
            **more,
        )

    add(GRACE, "Grace Moreau", "Grace", role="admin", zone="Europe/Paris")
    add(SARAH, "Sarah Lind", "Sarah", zone="Europe/Stockholm")
    add(SAM, "Sam Ortega", "Sam", zone="America/New_York")
    add(SAMANTHA, "Samantha Bell", "Samantha", zone="America/Los_Angeles")
    add(ADA, "Ada Okafor")  # never chose a name to be shown
    add(JO_M, "Jo Miller", "Jo")  # one of two of the same name
    add(JO_K, "Jo Kimura", "Jo", zone="Asia/Tokyo")
    add(WIM, "Wim de Vries", "wim", zone="Europe/Amsterdam")
    add(ZOE, "Zoe Hart", "Zoe", zone="Australia/Sydney")  # in no usergroup yet
    add(LEFT, "Leo Gone", "Leo")
    records.change_user(LEFT, deleted=True)
    add(GUEST, "Gus Freelance", "Gus", role="guest")
    add(VISITOR, "Val Visitor", "Val", role="single-channel guest")
    records.add_user("Rota Bot", id=BOT, name="rotabot", role="bot")
    records.add_user("Slackbot", id="USLACKBOT", name="slackbot", display_name="Slackbot")


def _groups(records: Records) -> None:
    records.add_group("support-triagers", TRIAGERS, id=SUPPORT_TRIAGERS)
    records.add_group("support-on-duty", [SARAH], id=ON_DUTY, name="Support on duty")
    records.add_group("meeting-facilitators", [SAM, ADA, GRACE], id=FACILITATORS)
    records.add_group("old-rota", [GRACE], id=OLD)
    records.set_enabled(OLD, enabled=False)


def _channels(records: Records) -> None:
    everybody = [user.id for user in records.users.values() if not user.deleted]
    records.add_channel("general", id=GENERAL, users=everybody)
    records.add_channel("support", id=SUPPORT, users=[BOT, *TRIAGERS])
    records.add_channel("random", id=RANDOM, users=[SARAH, SAM])  # the bot may join it
    records.add_channel("leads", id=LEADS, kind="private", users=[GRACE])  # and not this one
    records.add_channel("archive", id=ARCHIVE, archived=True, users=[BOT])
