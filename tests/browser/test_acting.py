"""Doing something in the ATS on a person's page, in a real browser, with and without JavaScript."""

import socket
import threading
import time

import pytest
import uvicorn

from engine.lexicon import Lexicon
from tests.api.practice import practice
from tests.browser.test_page import CONTRAST

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def acting(tmp_path_factory):
    """(address, the world behind it)"""
    with practice(tmp_path_factory.mktemp("acting"), Lexicon.default()) as world:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(world.app, log_level="error", access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", world
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def person_page(acting, chromium):
    address, world = acting
    contexts = []

    def opened(record, **options):
        context = chromium.new_context(base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"/sign-in/{world.app.state.access.link_token()}")
        page.goto(f"/people/{world.id_of(record)}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_note_and_a_stage_are_written_and_taken_back(acting, person_page, script):
    world, record = acting[1], "p1" if script else "p2"
    page = person_page(record, java_script_enabled=script)
    page.click("text=Write a note")
    page.fill("textarea[name=text]", "Met on Monday.\nWould take the night shift.")
    page.click("text=Save note")
    page.wait_for_selector("#done .state-waiting")
    assert page.url.endswith("#done")
    page.click("text=Move or reject")
    page.fill("input[name=stage]", "Interview")
    page.click("button:text-is('Move')")
    page.wait_for_selector("#done li >> nth=1")
    world.settle()
    assert world.ats.people[record].applied[0][2] == "Interview"
    [(_, text)] = [note for note in world.ats.notes.values() if note[0] == record]
    assert text.startswith("Met on Monday.\nWould take the night shift.")
    page.reload()
    assert page.locator("#done .state-applied").count() == 2
    page.locator("#done li", has_text="Stage").get_by_role("button").click()
    page.wait_for_selector("#done .state-waiting")
    world.settle()
    assert world.ats.people[record].applied[0][2] == "Inbox"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_and_forms_stand_out_and_fit(acting, person_page, scheme):
    world = acting[1]
    world.ats.refused["edit"] = "is frozen by an auditor"
    page = person_page("p3", viewport={"width": 360, "height": 800}, color_scheme=scheme)
    page.click("text=Phone and e-mail")
    page.fill("input[name=phone]", f"+4670000000{len(scheme)}")
    page.click("button:text-is('Save')")
    page.wait_for_selector("#done .state-waiting")
    world.settle()
    page.reload()
    page.wait_for_selector("#done .state-parked")
    world.ats.refused.clear()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for selector in (".badge", ".said", ".do summary", ".do label", ".small-button", ".deeds .muted"):
        ratios = page.eval_on_selector_all(selector, CONTRAST)
        assert ratios, selector
        assert min(ratios) >= 4.5, selector
    unnamed = page.evaluate(
        """[...document.querySelectorAll("input:not([type=hidden]), select, button, textarea")].filter(element =>
             !(element.labels && element.labels.length) && !element.getAttribute("aria-label")
             && !element.innerText.trim()).length"""
    )
    assert unnamed == 0
