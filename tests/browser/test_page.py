"""What a recruiter does on the page, in a real browser: search, read why, open a person; by mouse and by keyboard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "backend developer with Python"


def arrive(page, selector):
    """The next page, its style and script included."""
    page.wait_for_selector(selector)
    page.wait_for_load_state()


def search(page, question=QUESTION):
    page.fill("#q", question)
    page.press("#q", "Enter")
    arrive(page, ".hit")


def test_a_search_leads_to_a_person_and_back(page):
    search(page)
    first = page.locator("a.open").first
    name = first.inner_text()
    assert page.locator(".evidence li").count() > 0
    first.click()
    arrive(page, "article.person")
    assert page.locator("h1").inner_text() == name
    assert page.locator("text=Experience").is_visible()
    page.click("text=Back to the results")
    arrive(page, ".hit")
    assert page.input_value("#q") == QUESTION


def test_a_chip_a_tab_and_a_filter_narrow_the_search(page):
    search(page)
    total = int(page.locator(".tabs a").first.locator(".count").inner_text())
    page.select_option("#source", "outside")
    page.click("text=Apply")
    arrive(page, ".chip.filter")
    assert int(page.locator(".tabs a").first.locator(".count").inner_text()) < total
    assert page.locator(".badge.ats").count() == 0
    assert "years_min" not in page.url
    page.click(".chip.filter .remove")
    arrive(page, ".hit")
    assert int(page.locator(".tabs a").first.locator(".count").inner_text()) == total
    page.click(".tabs a >> nth=1")
    arrive(page, ".tabs a[aria-current] >> text=Full match")
    assert set(page.locator(".head .badge:last-child").all_inner_texts()) <= {"Full match"}


def test_the_keyboard_is_enough(page):
    page.goto("/search")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    arrive(page, ".hit")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("a.open").nth(1)
    assert second.evaluate("element => element === document.activeElement")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    arrive(page, "article.person")


def test_tabbing_shows_where_one_is(page):
    page.goto("/search?q=nurse")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("element => element === document.activeElement")
    assert skip.bounding_box()["width"] > 50
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_works_without_javascript(open_page):
    page = open_page(java_script_enabled=False)
    search(page)
    assert page.locator("#place").is_visible()
    page.fill("#skill", "Python")
    page.click("text=Apply")
    arrive(page, ".chip.filter")
    page.locator("a.open").first.click()
    arrive(page, "article.person")
    page.click("text=Sign out")
    arrive(page, "text=API key")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_page_is_wider_than_the_screen(open_page, width, scheme):
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    search(page)
    hrefs = ["/search", page.url, page.locator("a.open").first.get_attribute("href")]
    for href in hrefs:
        page.goto(href)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(open_page, scheme):
    """WCAG AA: 4.5 to 1, on what carries meaning."""
    page = open_page(color_scheme=scheme)
    search(page, "backend developer with Kubernetes, not nurse")
    for selector in (
        ".line",
        ".evidence .label",
        ".evidence .muted",
        ".badge",
        ".mark",
        ".reasons",
        ".chip",
        ".tabs a",
    ):
        for ratio in page.eval_on_selector_all(selector, CONTRAST):
            assert ratio >= 4.5, selector


CONTRAST = """elements => elements.slice(0, 5).map(element => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let ground = element, back = parse(getComputedStyle(ground).backgroundColor);
  while (back.length === 4 && back[3] === 0 && ground.parentElement) {
    ground = ground.parentElement;
    back = parse(getComputedStyle(ground).backgroundColor);
  }
  const [a, b] = [light(parse(getComputedStyle(element).color)), light(back)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
})"""


def test_controls_have_names(page):
    search(page)
    unnamed = page.evaluate(
        """[...document.querySelectorAll("input, select, button, a")].filter(element =>
             !(element.labels && element.labels.length) && !element.getAttribute("aria-label")
             && !element.innerText.trim()).length"""
    )
    assert unnamed == 0
