"""Example Team at the Geekbot stand-in: the people and channels of its Slack, and its stand-ups."""

from integrations.geekbot.sandbox_records import Records

ADMIN, COLLEAGUE = "U0GRACE", "U0HEDY"
ADMIN_KEY, MEMBER_KEY = "sandbox-geekbot-key", "sandbox-geekbot-member-key"
# The support triagers of the stand-in for Slack, by their ids there, and Zoe, who may join them.
TRIAGERS = (
    ("U000SARAH1", "sarah.lind", "Sarah Lind", "Europe/Stockholm"),
    ("U0000SAM01", "sam.ortega", "Sam Ortega", "America/New_York"),
    ("U0SAMANTHA", "samantha.bell", "Samantha Bell", "America/Los_Angeles"),
    ("U00000ADA1", "ada.okafor", "Ada Okafor", "Europe/London"),
    ("U0000JOM01", "jo.miller", "Jo Miller", "Europe/London"),
    ("U0000JOK01", "jo.kimura", "Jo Kimura", "Asia/Tokyo"),
    ("W00000WIM1", "wim.de.vries", "Wim de Vries", "Europe/Amsterdam"),
    ("U00000ZOE1", "zoe.hart", "Zoe Hart", "Australia/Sydney"),
)
# And a team that lives all over the world.
ABROAD = (
    ("U0SARAH", "sarah", "Sarah Example", "Europe/London"),
    ("U0GWENDOLYN", "gwendolyn", "Gwendolyn Example", "Europe/Bucharest"),
    ("U0JONAS", "jonas", "Jonas Example", "America/New_York"),
    ("U0ANTON", "anton", "Anton Example", "Pacific/Auckland"),
    ("U0SIGNE", "signe", "Signe Example", "America/Sao_Paulo"),
    ("U0YARA", "yara", "Yara Example", "America/Los_Angeles"),
    ("U0CHRIS", "chris", "Chris Example", "Europe/Paris"),
)
TWINS = "Weekly check-in"


def seed(records: Records) -> None:
    records.add_user(ADMIN, "grace", "Grace Example", role="admin", key=ADMIN_KEY)
    records.add_user(COLLEAGUE, "hedy", "Hedy Example", key=MEMBER_KEY)
    for user_id, username, realname, timezone in (*TRIAGERS, *ABROAD):
        records.add_user(user_id, username, realname, timezone=timezone)
    _channels(records)
    _standups(records)


def _channels(records: Records) -> None:
    """As far as Geekbot was invited; `leads` it was not."""
    everybody = [user_id for user_id, *_ in ABROAD]
    records.add_channel("C0SUPPORT1", "support", members=everybody)
    records.add_channel("C0FRESHDESK", "support-freshdesk", members=everybody)
    records.add_channel("C0GENERAL1", "general", members=[COLLEAGUE, *everybody])
    records.add_channel("G0LEADS001", "leads", ready=False, members=[ADMIN])


def _standups(records: Records) -> None:
    """What a team has besides ours: two of one name, a draft, one at rest, one not ready."""
    done = "What did you get done?"
    both = {"channel": "general", "days": ["Mon"], "time": "09:30:00"}
    records.add_standup(TWINS, done, master=COLLEAGUE, users=[COLLEAGUE], **both)
    records.add_standup(TWINS, done, master=ADMIN, users=["U0YARA"], **both)
    records.add_standup("Retrospective", "What went well?", master=ADMIN, draft=True)
    records.add_standup(
        "Release notes", "What is new?", master=COLLEAGUE, users=["U0CHRIS"], paused=True
    )
    records.add_standup(
        "Budget", "What did you spend?", master=ADMIN, channel="leads", days=["Fri"]
    )
