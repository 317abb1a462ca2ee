"""Where a link by e-mail leads: to the page that was asked for, where it is one of theirs."""

import pytest
from django.test import Client

from tests.rota.pages.test_sign_in import link, press

pytestmark = pytest.mark.django_db
__all__ = ["link"]


def test_whoever_asked_for_the_page_of_their_rota_comes_out_there(link: str) -> None:
    client = Client()
    assert client.get("/rotas/support/")["Location"] == "/rotas/sign-in/"

    client.get(link)

    assert press(client)["Location"] == "/rotas/support/"


@pytest.mark.parametrize("page", ["/rotas/nobodys/", "/syncs/", "//evil.example/rotas/support/"])
def test_and_from_any_other_page_at_the_list_of_rotas(page: str, link: str) -> None:
    client = Client()
    session = client.session
    session["wanted"] = page
    session.save()

    client.get(link)

    assert press(client)["Location"] == "/rotas/"
