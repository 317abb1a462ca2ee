"""What rows of services and of who is on a project look like, and how little is kept of them."""

from integrations.productive.rows import Id, One, Perhaps
from integrations.shapes import Shape

# ------------------------------------------------------------------ what is kept


class Service(Shape):
    """What people can be booked on, if it `is_bookable`; in a budget, and that is of a project.

    `project_id` is None as long as it is only being sold.
    """

    id: str
    name: str
    is_bookable: bool
    project_id: str | None
    project: str


class Assignment(Shape):
    """Somebody is on a project."""

    id: str
    person_id: str
    project_id: str


# ------------------------------------------------------------------- as they arrive


class ServiceAttributes(Shape):
    name: str
    booking_tracking_enabled: bool


class ServiceRelationships(Shape):
    deal: One


class ServiceRow(Shape):
    id: Id
    attributes: ServiceAttributes
    relationships: ServiceRelationships

    def kept(self, *, project_id: str | None, project: str) -> Service:
        return Service(
            id=self.id,
            name=self.attributes.name,
            is_bookable=self.attributes.booking_tracking_enabled,
            project_id=project_id,
            project=project,
        )


class SingleService(Shape):
    data: ServiceRow


class DealRelationships(Shape):
    project: Perhaps


class DealRow(Shape):
    relationships: DealRelationships


class WrittenAssignmentRow(Shape):
    """Somebody was just put on a project: Productive does not say who, nor on which."""

    id: Id

    def kept(self, *, person_id: str, project_id: str) -> Assignment:
        return Assignment(id=self.id, person_id=person_id, project_id=project_id)


class WrittenAssignment(Shape):
    data: WrittenAssignmentRow


class AssignmentRelationships(Shape):
    person: One
    project: One


class AssignmentRow(WrittenAssignmentRow):
    relationships: AssignmentRelationships

    def whole(self) -> Assignment:
        related = self.relationships
        return self.kept(person_id=related.person.data.id, project_id=related.project.data.id)
