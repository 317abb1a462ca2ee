"""Files at the Open Humans sandbox: three steps to upload, listings in pages, deleting by id."""

import hashlib
import http.client
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import utc_now
from tests.integrations.sandbox.calls import API, Project


def test_an_uploaded_file_can_be_listed_and_read_back(project: Project) -> None:
    content = b'{"rows": []}'
    file_id = project.upload("rescuetime-2026-01.json", content)
    (listed,) = project.list().json()["data"]
    assert (listed["id"], listed["basename"]) == (file_id, "rescuetime-2026-01.json")
    assert (listed["source"], listed["metadata"]["tags"]) == ("direct-sharing-42", ["a"])
    moved = requests.get(listed["download_url"], allow_redirects=False, timeout=5)
    assert moved.status_code == 302
    assert "/storage/" in moved.headers["Location"]
    assert requests.get(moved.headers["Location"], timeout=5).content == content


def test_storage_answers_a_put_with_the_digest(project: Project) -> None:
    answer = requests.put(project.begin("a.json")["url"], data=b"abc", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == f'"{hashlib.md5(b"abc", usedforsecurity=False).hexdigest()}"'


@pytest.mark.parametrize(
    "header", [{"Content-Type": "application/json"}, {"Authorization": "Bearer x"}]
)
def test_storage_refuses_a_put_with_a_type_or_a_token(
    project: Project, open_humans: OpenHumansSandbox, header: dict[str, str]
) -> None:
    begun = project.begin("a.json")
    answer = requests.put(begun["url"], data=b"abc", headers=header, timeout=5)
    assert answer.status_code == 403
    assert answer.text.startswith("<?xml")
    absent = project.post("files/upload/complete/", file_id=begun["id"])
    assert (absent.status_code, absent.json()) == (400, {"detail": "file not present"})


def test_storage_wants_to_know_the_length_in_advance(project: Project) -> None:
    begun = project.begin("a.json")
    answer = requests.put(begun["url"], data=iter([b"abc", b"def"]), timeout=5)
    assert (answer.status_code, "MissingContentLength" in answer.text) == (411, True)
    parts = urlsplit(begun["url"])
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=5)
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_links_to_storage_are_signed_for_one_use_and_die(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    put = project.begin("a.json")["url"]
    assert requests.get(put, timeout=5).status_code == 403
    assert requests.put(put.replace("Signature=", "Signature=x"), data=b"", timeout=5).ok is False
    open_humans.now = lambda: utc_now() + timedelta(hours=6)
    late = requests.put(put, data=b"abc", timeout=5)
    assert (late.status_code, "Request has expired" in late.text) == (403, True)


def test_storage_may_have_another_host_name(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    open_humans.switches["storage_host"] = "localhost"
    assert urlsplit(project.begin("a.json")["url"]).hostname == "localhost"


def test_a_download_link_is_good_for_an_hour_and_then_an_html_page(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    project.upload("a.json", b"{}")
    first, second = (project.list().json()["data"][0]["download_url"] for _ in range(2))
    assert first != second
    assert requests.get(first, timeout=5).content == b"{}"
    open_humans.now = lambda: utc_now() + timedelta(minutes=61)
    stale = requests.get(first, timeout=5)
    assert stale.status_code == 403
    assert stale.headers["Content-Type"].startswith("text/html")


def test_an_unfinished_file_is_invisible_and_cannot_be_deleted(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    begun = project.begin("a.json")
    requests.put(begun["url"], data=b"abc", timeout=5)
    assert project.list().json()["data"] == []
    assert project.post("files/delete/", file_id=begun["id"]).json() == {"ids": []}
    for _ in range(2):
        done = project.post("files/upload/complete/", file_id=begun["id"])
        assert done.json() == {"status": "ok", "size": 3}
    assert project.list().json()["count"] == 1


def test_completing_what_does_not_exist_or_is_not_yours(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    nothing = project.post("files/upload/complete/")
    assert (nothing.status_code, nothing.json()) == (400, {"detail": "file does not exist"})
    unknown = project.post("files/upload/complete/", file_id=1)
    assert unknown.status_code == 500
    assert unknown.headers["Content-Type"].startswith("text/html")
    (foreign,) = open_humans.files("ada")
    assert project.post("files/upload/complete/", file_id=foreign.id).status_code == 403


def test_more_than_a_hundred_files_come_in_pages(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    for number in range(230):
        open_humans.add_file("ben", f"{number}.json", b"{}", {"description": "", "tags": []})
    page = project.list().json()
    assert (page["count"], page["previous"]) == (230, None)
    names = [listed["basename"] for listed in page["data"]]
    while page["next"]:
        assert page["next"].startswith(project.world.url)
        page = requests.get(page["next"], headers=project.headers, timeout=5).json()
        names += [listed["basename"] for listed in page["data"]]
    assert names == [f"{number}.json" for number in range(230)]
    assert len(project.list(limit=500).json()["data"]) == 230


def test_other_sources_show_and_stay(world_of_ada: Project) -> None:
    world_of_ada.upload("mine.json", b"{}")
    listed = world_of_ada.list().json()["data"]
    assert [(f["source"], "tags" in f["metadata"]) for f in listed] == [
        ("direct-sharing-42", True),
        ("direct-sharing-7", False),
    ]
    assert len(world_of_ada.post("files/delete/", all_files="true").json()["ids"]) == 1
    foreign = listed[1]["id"]
    assert world_of_ada.post("files/delete/", file_id=foreign).json() == {"ids": []}
    assert [f["id"] for f in world_of_ada.list().json()["data"]] == [foreign]


@pytest.fixture
def world_of_ada(project: Project) -> Project:
    return Project(project.world, project.world["open_humans"].grant("ada"))


def test_the_same_name_makes_a_second_file_and_deleting_by_id_takes_one(project: Project) -> None:
    old, new = project.upload("a.json", b"old"), project.upload("a.json", b"new")
    assert project.list().json()["count"] == 2
    assert project.post("files/delete/", file_id=old).json() == {"ids": [old]}
    assert [f["id"] for f in project.list().json()["data"]] == [new]
    project.upload("a.json", b"again")
    assert len(project.post("files/delete/", file_basename="a.json").json()["ids"]) == 2


def test_deleting_takes_exactly_one_way_of_saying_what(project: Project) -> None:
    none = project.post("files/delete/")
    assert (none.status_code, list(none.json())) == (400, ["missing_field"])
    both = project.post("files/delete/", file_id=1, all_files="true")
    assert (both.status_code, list(both.json())) == (400, ["too_many"])


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ('{"description": "d"}', '"tags" is a required field of the metadata'),
        ('{"tags": []}', '"description" is a required field of the metadata'),
        ('{"description": "d", "tags": "t"}', '"tags" must be an array of strings'),
        ("not json", "could not parse the uploaded metadata"),
    ],
)
def test_wrong_metadata_is_named(project: Project, metadata: str, words: str) -> None:
    answer = project.post("files/upload/direct/", filename="a.json", metadata=metadata)
    assert (answer.status_code, answer.json()) == (400, {"metadata": [words]})


def test_metadata_is_text_even_inside_json(project: Project) -> None:
    address = f"{project.world.url}{API}/files/upload/direct/"
    metadata: dict[str, Any] = {"description": "d", "tags": []}
    wrong: dict[str, Any] = {"filename": "a.json", "metadata": metadata}
    answer = requests.post(address, json=wrong, headers=project.headers, timeout=5)
    assert answer.json() == {"metadata": ["could not parse the uploaded metadata"]}
    right = wrong | {"metadata": json.dumps(metadata)}
    answer = requests.post(address, json=right, headers=project.headers, timeout=5)
    assert answer.status_code == 201


def test_a_name_that_is_not_shared_is_left_out(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    assert project.list().json()["username"] == "ben-example"
    open_humans.switches["username"] = "hidden"
    assert "username" not in project.list().json()


def test_wrong_methods_missing_slashes_and_unknown_paths_are_refused(project: Project) -> None:
    address = f"{project.world.url}{API}/files/delete/"
    wrong = requests.get(address, headers=project.headers, timeout=5)
    assert (wrong.status_code, wrong.json()) == (405, {"detail": 'Method "GET" not allowed.'})
    bare = requests.post(address[:-1], headers=project.headers, timeout=5, allow_redirects=False)
    assert (bare.status_code, bare.headers["Location"]) == (301, urlsplit(address).path)
    assert project.post("files/upload/wrong/").status_code == 404
    assert [seen.path for seen in project.world.unknown][-1] == f"{API}/files/upload/wrong/"
