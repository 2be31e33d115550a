"""Makes the pictures of the README and the guide: `make screenshots`.

Starts the product in a directory of its own, does with it what the guide tells, and looks at it.
"""

from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.product import product
from tests.browser import chromium

IMAGES = Path(__file__).parent / "images"
CUSTOMER = "+919876543210"
WIDTH, HEIGHT = 1360, 860


def shoot(page: Page, name: str) -> None:
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=str(IMAGES / f"{name}.png"), animations="disabled")


def design(page: Page, url: str) -> None:
    page.goto(f"{url}/templates/new/")
    shoot(page, "new")
    page.goto(f"{url}/templates/")
    shoot(page, "library")
    page.get_by_role("link", name="Product catalogue").click()
    page.get_by_label("Body", exact=True).fill(
        "Hi {{name}}, browse our *popular* products and select one to learn more!"
    )
    page.get_by_label("Sample for name").fill("Asha")
    page.get_by_label("Footer", exact=True).fill("Prices include VAT. Tap View Catalog to see all.")
    expect(page.locator("#outcome .bubble__body")).to_contain_text("Asha")
    page.evaluate("document.activeElement.blur()")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    shoot(page, "editor")
    page.get_by_role("button", name="View Catalog").click()
    page.locator("#outcome").get_by_label("SmartPhone X").check()
    shoot(page, "play")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The link")).to_be_visible()
    shoot(page, "share")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("v1 published")).to_be_visible()


def send_and_answer(page: Page) -> None:
    page.get_by_role("button", name="Send test").click()
    panel = page.get_by_role("dialog", name="Send a test")
    panel.get_by_label("Phone number").fill(CUSTOMER)
    expect(panel.locator("article")).to_contain_text("Asha")
    shoot(page, "send")
    panel.get_by_role("button", name="Send", exact=True).click()
    sent = page.get_by_role("dialog")
    expect(sent.get_by_role("status")).to_contain_text("Sent", timeout=20_000)
    sent.get_by_role("link", name="Open the phone").click()
    chat = page.get_by_role("log", name="Chat")
    chat.get_by_role("button", name="View Catalog").click()
    sheet = chat.get_by_role("dialog", name="View Catalog")
    sheet.get_by_label("SmartPhone X").check()
    sheet.get_by_role("button", name="Send").click()
    expect(chat.get_by_role("article", name="The customer’s message")).to_be_visible()
    shoot(page, "phone")


def read_results(page: Page) -> None:
    page.get_by_role("link", name="Templates").click()
    page.get_by_role("link", name="Product catalogue").click()
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("1 of 1").or_(page.get_by_text("100")).first).to_be_visible()
    shoot(page, "results")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with product(TEAM_NAME="Acme Electronics") as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(running.link)
        design(page, running.url)
        send_and_answer(page)
        read_results(page)
        browser.close()


if __name__ == "__main__":
    main()
