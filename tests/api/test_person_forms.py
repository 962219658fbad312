"""The forms of a person's page: plain, each one action, nothing of another site, nothing lost of what was typed."""

import re

import pytest
from fastapi.testclient import TestClient

from api.passwords import hashed
from tests.api.practice import practice
from tests.api.walled import PASSWORD


@pytest.fixture
def world(tmp_path, lexicon):
    with practice(tmp_path, lexicon) as made:
        made.connector.actions = made.connector.actions | {"reject", "reopen"}
        yield made


@pytest.fixture
def sign_in(world):
    with TestClient(world.app, base_url="http://127.0.0.1") as browser:

        def come_in(role="recruiter"):
            world.ledger.accounts.add(
                "default", f"{role}@example.com", name="Karin Ek", role=role, password=hashed(PASSWORD)
            )
            browser.post("/sign-in", data={"email": f"{role}@example.com", "password": PASSWORD})
            return browser

        yield come_in


@pytest.fixture
def browser(sign_in):
    return sign_in()


@pytest.fixture
def see(world, browser):
    return lambda person="p1": browser.get(f"/people/{world.id_of(person)}").text


def forms(html):
    """(address, fields) of every form of the page that does something in the ATS."""
    found = []
    for address, inner in re.findall(r'<form[^>]*method="post" action="(/people/[^"]*)"[^>]*>(.*?)</form>', html, re.S):
        fields = dict.fromkeys(re.findall(r'name="(\w+)"', inner), "")
        fields |= dict(re.findall(r'name="(\w+)"(?: type="\w+" maxlength="\d+")? value="([^"]*)"', inner))
        found.append((address, fields))
    return found


@pytest.fixture
def fill(see, browser):
    """Fills a form of the page as somebody would and sends it."""

    def send(form, person="p1", code=303, **typed):
        address, fields = next(one for one in forms(see(person)) if one[1].get("kind") == form)
        checked = {name: value for name, value in fields.items() if name not in ("private", "remove")}
        answer = browser.post(address, data={**checked, **typed}, follow_redirects=False)
        assert answer.status_code == code, answer.text
        return answer

    return send


def test_a_note_is_written_and_shown_with_its_state(world, see, fill):
    answer = fill("note", text="Met on Monday. <b>Nice</b>")
    assert answer.headers["location"] == f"/people/{world.id_of('p1')}#done"
    html = see()
    assert 'state-waiting">waiting' in html
    assert "by Karin Ek" in html
    assert "Met on Monday. &lt;b&gt;Nice&lt;/b&gt;" in html
    world.settle()
    assert 'state-applied">applied' in see()
    assert len(world.ats.notes) == 1


def test_details_tags_and_applications_are_changed_by_their_forms(world, fill):
    fill("contact", phone="+46700000001")
    fill("tags", add="night shift, Lund", remove="t1")
    fill("move", stage="Interview")
    world.settle()
    there = world.ats.people["p1"]
    assert (there.phone, there.email, there.tags) == ("+46700000001", "p1@example.com", ("night shift", "Lund"))
    assert there.applied[0][2] == "Interview"
    fill("contact", email="")
    world.settle()
    assert world.ats.people["p1"].email is None


def test_what_was_done_is_cancelled_and_taken_back_by_its_buttons(world, see, fill, browser):
    def press(verb, says):
        html = see()
        address = re.search(rf'action="(/people/[^"]*/actions/[^"]*)">\s*<button[^>]*value="{verb}"[^>]*>{says}<', html)
        assert browser.post(address[1], data={"verb": verb}).status_code == 200

    fill("contact", phone="1")
    press("cancel", "Cancel")
    assert world.shown("p1").phones == ()
    fill("note", text="Met.")
    world.settle()
    press("undo", "Undo")
    world.settle()
    assert world.ats.notes == {}
    assert "Note, taken back" in see()
    assert 'value="undo"' not in see()


def test_in_a_conflict_either_word_can_be_chosen(world, see, fill):
    fill("contact", phone="ours")
    world.ats.put("p1", phone="theirs")
    world.settle()
    html = see()
    for text in ("Write ours", "Keep theirs", "The ATS has</span> theirs", 'state-conflict">conflict'):
        assert text in html


def test_a_form_sent_twice_is_one_action(world, see, browser):
    address, fields = next(one for one in forms(see()) if one[1].get("kind") == "note")
    for _ in range(2):
        browser.post(address, data={**fields, "text": "Met."})
    world.settle()
    assert len(world.ats.notes) == 1


def test_what_somebody_changed_meanwhile_is_not_written_over_unseen(world, see, browser):
    address, fields = next(one for one in forms(see()) if one[1].get("kind") == "contact")
    world.ats.put("p1", phone="theirs")
    world.run(120)
    answer = browser.post(address, data={**fields, "phone": "ours"})
    assert answer.status_code == 400
    assert "was changed meanwhile" in answer.text
    assert 'value="theirs"' in answer.text
    world.settle()
    assert world.ats.people["p1"].phone == "theirs"


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("note", {"text": "  "}, "nothing but blanks"),
        ("note", {"text": "x", "connection": "elsewhere"}, "Nothing can be written"),
        ("contact", {}, "Nothing was changed."),
        ("tags", {}, "No tag is named."),
        ("move", {"stage": ""}, "No stage is named."),
        ("move", {"stage": "Interview", "application": "a9"}, "no such application"),
        ("note", {"kind": "candidate"}, "There is no such form."),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(world, fill, kind, typed, said):
    answer = fill(kind, code=400, **typed)
    assert said in re.search(r'role="alert">([^<]*)<', answer.text)[1]
    assert world.store.actions() == []


def test_a_refused_note_stays_in_its_field(world, fill):
    text = "A long note\nof many lines."

    def refuse(*_):
        from indexer.connectors.errors import Refused

        raise Refused("Nobody is named as its author.")

    world.connector.draft = refuse
    answer = fill("note", text=text, code=400)
    assert f">{text}</textarea>" in answer.text
    assert "Nobody is named as its author." in answer.text


def test_a_form_of_another_site_does_nothing(world, see, browser):
    address, fields = next(one for one in forms(see()) if one[1].get("kind") == "note")
    headers = {"Origin": "https://elsewhere.example.com"}
    answer = browser.post(address, data={**fields, "text": "Met."}, headers=headers)
    assert answer.status_code == 403
    assert world.store.actions() == []
    browser.post(address, data={**fields, "text": "Met."})
    [row] = world.store.actions()
    settle = f"/people/{world.id_of('p1')}/actions/{row.id}"
    assert browser.post(settle, data={"verb": "cancel"}, headers=headers).status_code == 403
    assert world.store.action(row.id).state == "waiting"


def test_a_button_of_somebody_else_s_action_does_nothing(world, see, fill, browser):
    fill("note", text="Met.")
    [row] = world.store.actions()
    other = f"/people/{world.id_of('p2')}/actions/{row.id}"
    assert browser.post(other, data={"verb": "cancel"}).status_code == 404
    assert browser.post(other.replace(world.id_of("p2"), world.id_of("p1")), data={"verb": "x"}).status_code == 400
    assert world.store.action(row.id).state == "waiting"


def test_a_stranger_is_sent_to_sign_in(world, sign_in):
    with TestClient(world.app, base_url="http://127.0.0.1") as stranger:
        person = f"/people/{world.id_of('p1')}"
        for path in (f"{person}/act", f"{person}/actions/x"):
            assert stranger.post(path, data={"verb": "undo", "kind": "note"}).url.path == "/sign-in"
    assert world.store.actions() == []


@pytest.mark.parametrize("role", ["viewer", "hiring-manager"])
def test_who_may_not_act_sees_no_form_and_sends_none(world, sign_in, role):
    browser = sign_in(role)
    person = f"/people/{world.id_of('p1')}"
    assert forms(browser.get(person).text) == []
    sent = browser.post(f"{person}/act", data={"kind": "note", "connection": "ats", "text": "x"})
    assert sent.status_code == (403 if role == "viewer" else 404)
    assert world.store.actions() == []


def test_where_writing_is_off_or_nowhere_there_is_no_form(world, see, browser):
    world.settings_are(writes="off")
    assert forms(see()) == []
    world.settings_are(writes="dry")
    assert "Dry run" in see()
    outside = world.shown("p1").model_copy(update={"id": "c1", "applications": ()})
    [put] = world.ledger.writer().put_records("crm", [outside])
    assert forms(browser.get(f"/people/{put.person_id}").text) == []
