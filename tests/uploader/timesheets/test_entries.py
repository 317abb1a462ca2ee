"""What is tracked on the client's projects stands in the customer's workspace, once."""

from tests.uploader.timesheets.studio import Studio
from uploader.models import Run


def test_what_was_tracked_is_booked_once(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1.5, "Fix the login", billable=True)
    run = studio.run(apply=True)
    assert (run.status, run.error) == (Run.Status.FINISHED, "")
    assert studio.booked() == [("Website", "12-01 09:00", 1.5, "Fix the login")]
    assert studio.copies()[0].billable
    studio.forget_requests()
    again = studio.run(apply=True)
    assert again.counts["unchanged"] == 2
    assert studio.writes() == []
    assert len(studio.reads()) <= 16
