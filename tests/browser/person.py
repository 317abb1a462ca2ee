"""What somebody does on our pages, in words."""

from playwright.sync_api import Page, expect


class Person:
    def __init__(self, page: Page, site: str, *, name: str) -> None:
        self.page, self.site, self.name = page, site, name

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def follow(self, words: str) -> None:
        self.page.get_by_role("link", name=words, exact=True).click()

    def reads(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(words)

    def allow(self) -> None:
        """At a provider."""
        self.page.get_by_label(f"{self.name}:").check()
        self.press("Allow")

    def sign_in(self) -> None:
        self.open("/")
        self.press("Sign in with Open Humans")
        self.allow()
        expect(self.page).to_have_url(f"{self.site}/dashboard/")

    def connect(self) -> None:
        self.press("Connect RescueTime")
        self.allow()
        expect(self.page).to_have_url(f"{self.site}/dashboard/")
