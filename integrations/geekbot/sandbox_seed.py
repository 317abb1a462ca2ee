"""Example Team at the Geekbot stand-in: the people and channels of its Slack, and its stand-ups."""

from integrations.geekbot.sandbox_records import Records

ADMIN, COLLEAGUE = "U0GRACE", "U0HEDY"
ADMIN_KEY, MEMBER_KEY = "sandbox-geekbot-key", "sandbox-geekbot-member-key"
# Who takes turns, in this order; their ids are those of the stand-in for Slack.
TRIAGERS = (
    ("U0SARAH", "sarah", "Sarah Example", "Europe/London"),
    ("U0GEORGIANA", "georgiana", "Georgiana Example", "Europe/Bucharest"),
    ("U0JENNY", "jenny", "Jenny Example", "America/New_York"),
    ("U0ANGUS", "angus", "Angus Example", "Pacific/Auckland"),
    ("U0SILVA", "silva", "Silva Example", "America/Sao_Paulo"),
    ("U0YUVI", "yuvi", "Yuvi Example", "America/Los_Angeles"),
    ("U0CHRIS", "chris", "Chris Example", "Europe/Paris"),
)
TWINS = "Weekly check-in"


def seed(records: Records) -> None:
    records.add_user(ADMIN, "grace", "Grace Example", role="admin", key=ADMIN_KEY)
    records.add_user(COLLEAGUE, "hedy", "Hedy Example", key=MEMBER_KEY)
    for user_id, username, realname, timezone in TRIAGERS:
        records.add_user(user_id, username, realname, timezone=timezone)
    everybody = [user_id for user_id, *_ in TRIAGERS]
    records.add_channel("C0SUPPORT", "support", members=everybody)
    records.add_channel("C0FRESHDESK", "support-freshdesk", members=everybody)
    records.add_channel("C0TEAM", "team", members=[COLLEAGUE, *everybody])
    records.add_channel("C0LEADS", "leads", ready=False, members=[ADMIN])
    _standups(records)


def _standups(records: Records) -> None:
    """What a team has besides ours: two of one name, a draft, one at rest, one not ready."""
    done = "What did you get done?"
    both = {"channel": "team", "days": ["Mon"], "time": "09:30:00"}
    records.add_standup(TWINS, done, master=COLLEAGUE, users=[COLLEAGUE], **both)
    records.add_standup(TWINS, done, master=ADMIN, users=["U0YUVI"], **both)
    records.add_standup("Retrospective", "What went well?", master=ADMIN, draft=True)
    records.add_standup(
        "Release notes", "What is new?", master=COLLEAGUE, users=["U0CHRIS"], paused=True
    )
    records.add_standup(
        "Budget", "What did you spend?", master=ADMIN, channel="leads", days=["Fri"]
    )
