"""The Productive stand-in's answers about services, and about who is on which project."""

from typing import Any

from integrations.productive import sandbox_resources as resources
from integrations.productive.sandbox_jsonapi import (
    API,
    Refused,
    Resource,
    Test,
    chosen,
    compares,
    document,
    id_of,
    ignored,
    invalid,
    listing,
    not_found,
    ordered,
    read_query,
    refusal,
    sent,
    single,
)
from integrations.productive.sandbox_records import Records
from integrations.productive.sandbox_stored import StoredAssignment, StoredBooking, StoredService
from integrations.sandbox import Request, Response, route


class Projects(Records):
    # ----------------------------------------------------------- whatever has an id

    def record(self, kind: str, record_id: str) -> Resource | None:
        """Whatever can be included."""
        if kind == "people" and record_id in self.people:
            return self.person(record_id)
        if kind == "events" and record_id in self.events:
            return resources.event(self.events[record_id])
        if kind == "services" and record_id in self.services:
            return resources.service(self.services[record_id])
        if kind == "deals" and record_id in self.deals:
            return resources.deal(self.deals[record_id])
        if kind == "projects" and record_id in self.projects:
            return resources.project(self.projects[record_id])
        return resources.organization() if kind == "organizations" else None

    def person(self, person_id: str) -> Resource:
        with_hours = self.switches["availabilities"] == "string"
        return resources.person(self.people[person_id], with_hours=with_hours)

    def single(self, request: Request, kind: str) -> Response:
        resource = self.record(kind, request.args["record_id"])
        query = read_query(request)
        return single(query, resource, find=self.record) if resource else not_found()

    @property
    def _cuts_to_projects(self) -> bool:
        return bool(self.switches["project_filter"] == "works")

    # -------------------------------------------------------------------- services

    @route("GET", f"{API}/services")
    def list_services(self, request: Request) -> Response:
        query = read_query(request)
        tests: dict[str, Test[StoredService]] = {
            "id": compares(lambda service: service.id),
            "name": compares(lambda service: service.name),
            "deal_id": compares(lambda service: service.deal_id),
            "project_id": compares(lambda service: self.project_of(service.id))
            if self._cuts_to_projects
            else ignored,
            "person_id": ignored,
        }
        services = chosen(self.services.values(), query, tests)
        keys = {"name": lambda service: service.name}
        rows = [resources.service(service) for service in ordered(services, query, keys)]
        return listing(request, query, rows, find=self.record)

    @route("GET", f"{API}/services/{{record_id}}")
    def one_service(self, request: Request) -> Response:
        return self.single(request, "services")

    # ---------------------------------------------------------- who is on a project

    @route("GET", f"{API}/project_assignments")
    def list_assignments(self, request: Request) -> Response:
        query = read_query(request)
        tests: dict[str, Test[StoredAssignment]] = {
            "id": compares(lambda assignment: assignment.id),
            "person_id": compares(lambda assignment: assignment.person_id),
            "project_id": compares(lambda assignment: assignment.project_id)
            if self._cuts_to_projects
            else ignored,
        }
        held = ordered(chosen(self.assignments.values(), query, tests), query, {})
        rows = [resources.assignment(assignment) for assignment in held]
        return listing(request, query, rows, find=self.record)

    @route("POST", f"{API}/project_assignments")
    def create_assignment(self, request: Request) -> Response:
        given = sent(request, "project_assignments")
        person_id, project_id = (
            id_of(given.get(name)) or "" for name in ("person_id", "project_id")
        )
        person = self.people.get(person_id)
        if person is None or person.deactivated:
            raise Refused(refusal(422, invalid("person", "must exist")))
        if project_id not in self.projects:
            raise Refused(refusal(422, invalid("project", "must exist")))
        again = self.switches["assigned_again"]
        if self.is_on(person_id, project_id) and again != "201":
            raise Refused(refusal(int(again), invalid("person", "has already been taken")))
        made = resources.assignment(self.assign(person_id, project_id))
        return document({"data": made.shown()}, status=201)

    # ----------------------------------------------------------------------- state

    def told_services(self) -> list[dict[str, Any]]:
        return [
            {
                "id": service.id,
                "name": service.name,
                "bookable": service.bookable,
                "on the project": ", ".join(self._names_on(self.project_of(service.id))),
            }
            for service in self.services.values()
        ]

    def _names_on(self, project_id: str | None) -> list[str]:
        return [
            self.people[each.person_id].name
            for each in self.assignments.values()
            if each.project_id == project_id
        ]

    def work(self, booking: StoredBooking) -> str:
        """What a booking that is no absence is shown as."""
        service = self.services.get(booking.service_id or "")
        return f"work: {service.name}" if service else "work"
