"""Reports at the Geekbot stand-in, as the legacy API lists them: without pages."""

from collections.abc import Mapping

from integrations.geekbot import sandbox_rows as rows
from integrations.geekbot.sandbox_access import Access, answer
from integrations.geekbot.sandbox_stored import StoredReport, StoredUser
from integrations.sandbox import Request, Response, route


class Reports(Access):
    @route("GET", "/v1/reports")
    def list_reports(self, request: Request) -> Response:
        """The newest first, and no sign of whether there are more."""
        query = request.query
        for name, words in (("before", "since"), ("after", "after")):
            if not query.get(name, "0").isdigit():
                self.refuse(400, f"{words} expects a timestamp")
        user = self.asker(request)
        held = [each for each in self.reports.values() if self._may_read(user, each)]
        found = [each for each in held if self._fits(each, query)]
        found.sort(key=lambda each: (each.at, each.id), reverse=True)
        limit = min(int(query.get("limit", "30")), 100)
        return answer([self._report_row(each) for each in found[:limit]])

    def _may_read(self, user: StoredUser, report: StoredReport) -> bool:
        held = self.standups.get(report.standup)
        if held is None:
            return False
        return bool(user.is_admin or user.id == held.master or user.id in held.users)

    def _fits(self, report: StoredReport, query: Mapping[str, str]) -> bool:
        at = int(report.at.timestamp())
        wanted, user = query.get("standup_id"), query.get("user_id")
        if wanted not in (None, str(report.standup)):
            return False
        if user is not None and not self._is_by(report, user):
            return False
        end = int(query.get("before", at + 1))
        in_time = at <= end if self.switches["before"] == "inclusive" else at < end
        return in_time and at >= int(query.get("after", 0))

    def _is_by(self, report: StoredReport, user: str) -> bool:
        if self.standups[report.standup].anonymous:
            return bool(self.switches["anonymous_by_user"] == "shown")
        return report.user == user

    def _report_row(self, report: StoredReport) -> rows.Row:
        held, moment = self.standups[report.standup], int(report.at.timestamp())
        told = {"number": moment, "text": f"{moment}.000100", "null": None}
        user = None if held.anonymous else self.users.get(report.user)
        ts = told[self.switches["slack_ts"]]
        return rows.report(report, user=user, channel=held.channel, slack_ts=ts)
