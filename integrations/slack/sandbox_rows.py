"""What the Slack stand-in says of the things it holds, as Slack writes them."""

from typing import Any

from integrations.slack.sandbox_records import TEAM_ID
from integrations.slack.sandbox_stored import (
    StoredChannel,
    StoredGroup,
    StoredPost,
    StoredUser,
)

Row = dict[str, Any]
BOT_ID, APP_ID = "B0EXAMPLE1", "A0EXAMPLE1"


def user(held: StoredUser, *, with_email: bool) -> Row:
    """Of whoever is deactivated most is missing."""
    profile: Row = {
        "real_name": held.real_name,
        "real_name_normalized": held.real_name,
        "display_name": held.display_name,
        "display_name_normalized": held.display_name,
        "status_text": "",
        "avatar_hash": "abc123",
        "image_48": "https://img.example.org/48.png",
        "team": TEAM_ID,
    }
    if with_email and held.email and held.role != "bot":
        profile["email"] = held.email
    row: Row = {
        "id": held.id,
        "team_id": TEAM_ID,
        "name": held.name,
        "deleted": held.deleted,
        "profile": profile,
        "is_bot": held.role == "bot",
        "is_app_user": False,
        "updated": 1700000000,
    }
    return row if held.deleted else row | _flags(held)


def _flags(held: StoredUser) -> Row:
    return {
        "real_name": held.real_name,
        "color": "9f69e7",
        "tz": held.zone,
        "tz_label": held.zone,
        "tz_offset": 0,
        "is_admin": held.role == "admin",
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": held.is_guest,
        "is_ultra_restricted": held.role == "single-channel guest",
        "has_2fa": True,
    }


def group(held: StoredGroup, *, with_users: bool, count: Any = None) -> Row:
    row: Row = {
        "id": held.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "is_subteam": True,
        "name": held.name,
        "description": "",
        "handle": held.handle,
        "is_external": False,
        "date_create": 1600000000,
        "date_update": held.updated_at,
        "date_delete": held.deleted_at,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": "U0000GRACE",
        "updated_by": held.updated_by,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "channel_count": 0,
    }
    if with_users:
        row["users"] = list(held.users)
    if count is not None:
        row["user_count"] = count
    return row


def channel(held: StoredChannel, *, asker: str) -> Row:
    return {
        "id": held.id,
        "name": held.name,
        "name_normalized": held.name,
        "is_channel": held.kind == "public",
        "is_group": held.kind == "private",
        "is_im": False,
        "is_mpim": False,
        "is_private": held.kind != "public",
        "is_archived": held.archived,
        "is_general": held.name == "general",
        "is_member": asker in held.users,
        "is_shared": False,
        "created": 1600000000,
        "updated": 1678229664302,
        "num_members": len(held.users),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def message(held: StoredPost, *, with_metadata: bool) -> Row:
    row: Row = {"type": "message", "user": held.user, "text": held.text, "ts": held.ts}
    if held.subtype:
        return row | {"subtype": held.subtype}
    row |= {"team": TEAM_ID, "bot_id": BOT_ID, "app_id": APP_ID}
    return row | {"metadata": held.metadata} if with_metadata and held.metadata else row
