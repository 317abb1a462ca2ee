"""Rows as the Breathe stand-in keeps them: as broad as the real ones, and all made up.

Bank details, salaries, illnesses and notes are there so that tests can prove that nothing of them
gets any further. What a row refers to is kept by its id, and filled in where it is shown.
"""

from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]

MOMENT = "2026-01-05T09:00:00Z"
DAY = timedelta(days=1)


def employee(email: str, first_name: str, last_name: str, *, number: int, now: date) -> Row:
    return {
        "id": number,
        "account_id": 1,
        "uuid": f"00000000-0000-4000-8000-{number:012}",
        "first_name": first_name,
        "middle_name": None,
        "last_name": last_name,
        "known_as": first_name,
        "email": email,
        "status": "Current employee",
        "person_type": "Employee",
        **_work(number, now=now),
        **_privacy(first_name, last_name, number=number),
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }


def _work(number: int, *, now: date) -> Row:
    return {
        "join_date": str(now - timedelta(days=900 + number % 100)),
        "leaving_date": None,
        "probation_end_date": None,
        "notice_period": "1 month",
        "employee_ref": "",
        "job_title": "Developer",
        "full_or_part_time": "Full-Time",
        "total_working_hours": 37.5,
        "working_pattern": {
            "id": 11,
            "name": "Standard week",
            "total_hours": "37.5",
            "default": True,
        },
        "holiday_allowance": {"id": 21, "name": "Standard allowance"},
        "holiday_allowance_this_year": "28.0",
        "department": {"id": 31, "name": "Engineering"},
        "division": None,
        "location": {"id": 41, "name": "London"},
        "line_manager": {"id": 7007},
        "holiday_approver": None,
        "second_approver": None,
        "exempt_from_working_time_rules": False,
        "right_to_work_checked_on": "2024-02-19",
    }


def _privacy(first_name: str, last_name: str, *, number: int) -> Row:
    """What nobody else may see; obviously fake, and nothing of it looks like anything we use."""
    return {
        "title": "Mx",
        "dob": "1990-12-31",
        "gender": "made-up gender",
        "ethnicity": "made-up ethnicity",
        "nationality": "made-up nationality",
        "religion": "made-up religion",
        "marital_status": "made-up marital status",
        "disabled": False,
        "disability_details": "made-up disability",
        "ni_number": "QQ123456C",
        "passport_number": f"FAKE-PASSPORT-{number}",
        "driving_licence_number": f"FAKE-LICENCE-{number}",
        "bank_name": "Made-Up Bank",
        "bank_account_name": f"{last_name.upper()}, {first_name.upper()} (FAKE)",
        "bank_account_number": f"0000{number}",
        "bank_sort_code": "00-00-00",
        "building_society_number": None,
        "salary": "12345.67",
        "salary_currency": "GBP",
        "pay_frequency": "Monthly",
        "bonus": "987.65",
        "pension_scheme": "Made-Up Pensions",
        "student_loan": False,
        "address_1": f"{number} Imaginary Street",
        "address_2": None,
        "city": "Nowhere",
        "postcode": "ZZ99 9ZZ",
        "home_telephone": "+44 20 7946 0000",
        "personal_mobile": f"+44 7700 90{number % 10000:04}",
        "personal_email": f"private-{number}@home.example",
        "emergency_contact_name": "Made-Up Relative",
        "emergency_contact_telephone": "+44 20 7946 0999",
        "doctor_name": "Dr Made-Up",
        "allergies": "made-up allergy",
        "photo_url": f"https://photos.example/{number}.jpg",
        "employee_notes": "made-up notes about a person",
    }


def absence(
    employee_id: int,
    start: date,
    end: date,
    *,
    reason_id: int | None,
    half_start: bool,
    half_end: bool,
) -> Row:
    units = _units(start, end, half_start=half_start, half_end=half_end)
    return {
        "employee": {"id": employee_id},
        "approved_by": {"id": 7007},
        "leave_reason": None if reason_id is None else {"id": reason_id},
        "deducted": units if reason_id is None else "0.0",
        "work_units": units,
        "id": 0,
        **_span(start, end, half_start=half_start, half_end=half_end),
        "cancelled": False,
        "notes": "made-up notes of an absence",
        "type": "Holiday" if reason_id is None else "OtherLeave",
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }


def sickness(
    employee_id: int, start: date, end: date | None, *, half_start: bool, half_end: bool
) -> Row:
    return {
        "company_sicknesstype": {"id": 61, "name": "made-up illness"},
        "employee": {"id": employee_id},
        "id": 0,
        **_span(start, end, half_start=half_start, half_end=half_end),
        "deducted": _units(start, end or start, half_start=half_start, half_end=half_end),
        "status": "open" if end is None else "returned",
        "reason": "made-up reason of being ill",
        "review_notes": "made-up review of an illness",
        "fit_note_required": None,
    }


def course(
    employee_id: int, start: date | None, end: date | None, *, half_day: bool, half: str | None
) -> Row:
    return {
        "id": 0,
        "name": "made-up course",
        "start_on": _text(start),
        "end_on": _text(end),
        "half_day": half_day,
        "half_day_am_pm": half,
        "expires_on": None,
        "hours": None,
        "cost": "750.0",
        "status": "Booked",
        "outcome": "made-up outcome",
        "remuneration_currency_id": 1,
        "rejection_reason": "",
        "notes": "made-up notes of a course",
        "followup_date": None,
        "employee": {"id": employee_id},
        "company_training_type": {"id": 71, "name": "made-up type of training"},
        "company_training_category": {"id": 72, "name": "made-up category of training"},
        "company_training_provider": None,
    }


def leave_request(employee_id: int, start: date, end: date, *, status: str) -> Row:
    return {
        "employee": {"id": employee_id},
        "reviewed_by": None if status == "pending" else {"id": 7007},
        "reason": None,
        "type": "Holiday",
        "deducted": _units(start, end, half_start=False, half_end=False),
        "id": 0,
        **_span(start, end, half_start=False, half_end=False),
        "cancelled": status == "cancelled",
        "action": "request",
        "status": status,
        "notes": "made-up notes of a request",
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }


def _span(start: date, end: date | None, *, half_start: bool, half_end: bool) -> Row:
    """The flags decide. A morning off says "am" at its start as well, as it was recorded."""
    morning = start == end and half_end and not half_start
    return {
        "start_date": _text(start),
        "half_start": half_start,
        "half_start_am_pm": "pm" if half_start else "am" if morning else None,
        "end_date": _text(end),
        "half_end": half_end,
        "half_end_am_pm": "am" if half_end else None,
    }


def _units(start: date, end: date, *, half_start: bool, half_end: bool) -> str:
    span = range((end - start).days + 1)
    days = sum((start + number * DAY).weekday() < 5 for number in span)
    halves = min(half_start + half_end, 1 if start == end else 2)
    return str(max(0.0, days - halves / 2))


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
