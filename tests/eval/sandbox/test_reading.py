"""Lists, relations, include, fields, sort and filters: a test for each rule of the wire format."""

import json

import pytest

from eval.sandbox.teamtailor.schema import RESOURCES


def ids(rows):
    return [row["id"] for row in rows]


def test_a_page_holds_ten_rows_and_at_most_thirty(client):
    assert len(client.get("candidates")["data"]) == 10
    assert len(client.get("candidates?page[size]=30")["data"]) == 30
    assert len(client.get("candidates?page[size]=500")["data"]) == 30


def test_following_next_gives_every_row_once_and_the_counts_say_how_many(client, account):
    first = client.get("candidates?page[size]=30&sort=id")
    assert first["meta"] == {"record-count": 120, "page-count": 4}
    walked = ids(client.walk("candidates?page[size]=30&sort=id"))
    assert walked == [c.id for c in account.candidates]


def test_links_have_encoded_brackets_and_keep_the_rest_of_the_question(client):
    links = client.get("jobs?filter[status]=all&include=stages&page[size]=5")["links"]
    assert "filter%5Bstatus%5D=all" in links["next"]
    assert "page%5Bnumber%5D=2" in links["next"]
    assert "page%5Bsize%5D=5" in links["next"]
    assert "include=stages" in links["next"]
    assert "[" not in "".join(links.values())


def test_there_is_no_prev_on_the_first_page_and_no_next_on_the_last(client):
    first = client.get("candidates?page[size]=30")["links"]
    assert first.keys() == {"first", "next", "last"}
    assert client.get(first["last"])["links"].keys() == {"first", "prev", "last"}
    assert client.get("candidates?page[size]=30&page[number]=99")["data"] == []


@pytest.mark.parametrize("page", ["page[size]=0", "page[size]=x", "page[number]=-1", "page[colour]=red"])
def test_a_page_that_is_none_is_refused(client, page):
    assert client.status(f"candidates?{page}") == 400


def test_without_include_a_relationship_has_links_only(client):
    (row,) = client.get("candidates?page[size]=1")["data"]
    for name, relation in row["relationships"].items():
        assert relation.keys() == {"links"}
        assert relation["links"] == {
            "self": f"https://api.teamtailor.com/v1/candidates/{row['id']}/relationships/{name}",
            "related": f"https://api.teamtailor.com/v1/candidates/{row['id']}/{name}",
        }


def test_include_gives_data_and_each_target_once_nested_with_dots(client):
    body = client.get("job-applications?page[size]=30&include=candidate,stage.job,reject-reason")
    keys = [(row["type"], row["id"]) for row in body["included"]]
    assert len(keys) == len(set(keys))
    known = dict(zip(keys, body["included"], strict=True))
    for row in body["data"]:
        stage = row["relationships"]["stage"]["data"]
        job = known["stages", stage["id"]]["relationships"]["job"]["data"]
        assert ("jobs", job["id"]) in known
        assert "data" not in row["relationships"]["job"]
        assert "data" not in known["jobs", job["id"]]["relationships"]["user"]
        candidate = row["relationships"]["candidate"]["data"]
        assert ("candidates", candidate["id"]) in known
    reasons = [row["relationships"]["reject-reason"]["data"] for row in body["data"]]
    assert None in reasons
    assert any(reasons)


def test_a_row_asked_for_in_two_ways_shows_both_relations(client):
    application = client.get("job-applications?page[size]=1")["data"][0]["id"]
    body = client.get(f"job-applications/{application}?include=job.user,stage.job.department")
    (job,) = [row for row in body["included"] if row["type"] == "jobs"]
    assert job["relationships"]["user"]["data"]
    assert job["relationships"]["department"]["data"]


@pytest.mark.parametrize(
    "query",
    ["include=friends", "include=job-applications.friends", "sort=shoe-size", "filter[shoe]=1", "filter[email][from]=1",
     "fields[candidates]=shoe", "fields[shoes]=id", "colour=red", "filter[updated-at][from]=yesterday"],
)  # fmt: skip
def test_what_the_api_does_not_know_is_refused_by_name(client, query):
    answer = client.send("GET", f"candidates?{query}")
    assert answer.status == 400
    assert json.loads(answer.body)["errors"][0]["detail"]


def test_sparse_fields_leave_out_attributes_and_relations(client):
    (row,) = client.get("candidates?page[size]=1&fields[candidates]=id")["data"]
    assert row["attributes"] == {}
    assert "relationships" not in row
    (row,) = client.get("candidates?page[size]=1&fields[candidates]=email,uploads")["data"]
    assert row["attributes"].keys() == {"email"}
    assert row["relationships"].keys() == {"uploads"}


def test_sort_goes_both_ways_in_either_spelling_and_ties_by_id(client):
    down = ids(client.walk("candidates?sort=-id&page[size]=30"))
    assert down == sorted(down, key=int, reverse=True)
    for name in ("-changed-stage-at", "-changed_stage_at"):
        times = [
            r["attributes"]["changed-stage-at"] for r in client.walk(f"job-applications?sort={name}&page[size]=30")
        ]
        assert times == sorted(times, reverse=True)
    rows = client.walk("candidates?sort=sourced&page[size]=30")
    keys = [(row["attributes"]["sourced"], int(row["id"])) for row in rows]
    assert keys == sorted(keys)


def test_times_have_milliseconds_and_an_offset(client):
    (row,) = client.get("candidates?page[size]=1")["data"]
    assert row["attributes"]["created-at"][10] == "T"
    assert row["attributes"]["created-at"][19] == "."
    assert row["attributes"]["created-at"].endswith("+01:00")


def test_the_list_of_jobs_hides_what_is_not_published_or_is_internal(client, account):
    def jobs(query=""):
        return set(ids(client.walk(f"jobs?page[size]=30{query}")))

    every = {job.id for job in account.jobs}
    shown = {job.id for job in account.jobs if job.state == "published" and not job.internal}
    assert jobs() == shown < every
    assert jobs("&filter[status]=all") == {job.id for job in account.jobs if not job.internal}
    assert jobs("&filter[status]=all&filter[feed]=internal") == {job.id for job in account.jobs if job.internal}
    assert jobs("&filter[status]=all&filter[feed]=public,internal") == every
    assert jobs("&filter[status]=archived,draft") == {
        job.id for job in account.jobs if job.state in ("archived", "draft") and not job.internal
    }
    assert client.status("jobs?filter[status]=lost") == 400


def test_a_hidden_job_is_there_by_id_and_as_include(client, account):
    archived = next(job for job in account.jobs if job.state == "archived" and job.internal)
    assert client.get(f"jobs/{archived.id}")["data"]["attributes"]["human-status"] == "archived"
    stage = client.get(f"jobs/{archived.id}/stages?include=job")
    assert stage["included"][0]["id"] == archived.id


def test_a_window_of_time_takes_both_of_its_ends(client, vendor, clock):
    clock.advance(3600)
    vendor.recruiter.edit_candidate("1003", phone="+46701740699")
    at = client.get("candidates/1003")["data"]["attributes"]["updated-at"].replace("+", "%2B")
    assert ids(client.walk(f"candidates?filter[updated-at][from]={at}")) == ["1003"]
    assert ids(client.walk(f"candidates?filter[updated-at][from]={at}&filter[updated-at][to]={at}")) == ["1003"]
    clock.advance(1)
    after = clock.now.isoformat().replace("+", "%2B")
    assert client.walk(f"candidates?filter[updated-at][from]={after}") == []


def test_applications_by_stage_type_job_candidate_and_last_move(client, vendor, clock, account):
    hired = client.walk("job-applications?filter[stage-type]=Hired&include=stage&page[size]=30")
    assert hired
    assert ids(hired) == ids(client.walk("job-applications?filter[stage-type]=hired&page[size]=30"))
    one = account.applications[0]
    by_job = {a.id for a in account.applications if a.job == one.job}
    assert set(ids(client.walk(f"job-applications?filter[job]={one.job}&page[size]=30"))) == by_job
    assert set(ids(client.walk(f"jobs/{one.job}/job-applications?page[size]=30"))) == by_job
    of_them = {a.candidate for a in account.applications if a.job == one.job}
    assert set(ids(client.walk(f"jobs/{one.job}/candidates?page[size]=30"))) == of_them
    assert one.id in ids(client.walk(f"job-applications?filter[candidate]={one.candidate}"))
    clock.advance(60)
    vendor.recruiter.move_stage(one.id, vendor.recruiter.stages(one.job)[2].id)
    since = clock.now.isoformat().replace("+", "%2B")
    assert ids(client.walk(f"job-applications?filter[changed-stage-at][from]={since}")) == [one.id]


def test_candidates_by_email_and_by_lists_of_places(client, account):
    one = next(c for c in account.candidates if c.email)
    assert ids(client.walk(f"candidates?filter[email]={one.email}")) == [one.id]
    two = {c.id for c in account.candidates if set(c.places) & {"11", "12"}}
    assert set(ids(client.walk("candidates?filter[locations]=11,12&page[size]=30"))) == two
    assert {r["attributes"]["connected"] for r in client.walk("candidates?filter[connected]=true&page[size]=30")} == {
        True
    }


def test_the_history_is_reached_through_a_candidate_a_job_or_a_user_only(client, account):
    assert client.status("activities") == 404
    one = account.history[0]
    rows = client.walk(f"candidates/{one.candidate}/activities")
    assert one.id in ids(rows)
    assert client.get(f"activities/{one.id}")["data"]["attributes"]["code"] == one.code
    assert json.loads(rows[0]["attributes"]["data"]) == one.data
    moved = next(h for h in account.history if h.job and h.user)
    assert moved.id in ids(client.walk(f"jobs/{moved.job}/activities"))
    assert moved.id in ids(client.walk(f"users/{moved.user}/activities?page[size]=30"))


def test_every_resource_can_be_listed_read_and_reached_by_its_relations(client):
    for kind, what in RESOURCES.items():
        if kind == "company":
            assert client.get("company")["data"]["attributes"]["name"]
            continue
        if not what.listed:
            continue
        rows = client.get(f"{kind}?page[size]=2" + ("&filter[status]=all" if kind == "jobs" else ""))["data"]
        assert rows, kind
        assert all(row["attributes"].keys() == set(what.attributes) for row in rows), kind
        client.get(f"{kind}/{rows[0]['id']}")
        for name, relation in what.relations.items():
            body = client.get(f"{kind}/{rows[0]['id']}/{name}")
            assert isinstance(body["data"], list) is not relation.single, (kind, name)
            client.get(f"{kind}/{rows[0]['id']}/relationships/{name}")


def test_a_select_field_comes_back_with_a_type_of_its_own(client):
    types = {row["attributes"]["field-type"]: row["type"] for row in client.walk("custom-fields")}
    assert types["CustomField::Select"] == "custom-field-selects"
    assert types["CustomField::Text"] == "custom-fields"
    body = client.get("custom-field-values?include=custom-field,owner&page[size]=30")
    assert {row["type"] for row in body["included"]} >= {"custom-field-selects", "custom-fields", "candidates"}


def test_notes_say_which_are_private_and_name_author_and_candidate_by_number(client):
    rows = client.walk("notes?page[size]=30&include=user,candidate")
    assert {row["attributes"]["private-note"] for row in rows} == {True, False}
    one = rows[0]
    assert one["attributes"]["candidate-id"] == int(one["relationships"]["candidate"]["data"]["id"])


def test_what_is_not_there_answers_404(client):
    for url in ("candidates/1", "shoes", "candidates/1001/friends", "candidates/1001/uploads/1/more"):
        assert client.status(url) == 404
    assert client.status("https://api.teamtailor.com/v2/candidates") == 404


def test_rows_deleted_while_a_list_is_paged_by_number_shift_what_follows(client, vendor):
    first = ids(client.get("candidates?sort=id&page[size]=30")["data"])
    vendor.recruiter.delete_candidate(first[0])
    second = ids(client.get("candidates?sort=id&page[size]=30&page[number]=2")["data"])
    assert int(second[0]) == int(first[-1]) + 2  # one row was seen on neither page


@pytest.mark.parametrize("sort", ["id", "-id", "-updated-at", "sourced"])
def test_a_cursor_misses_and_repeats_nothing_when_rows_vanish(make, clock, client_of, sort):
    vendor = make(cursors=True)
    client = client_of(vendor, clock)
    every = set(ids(client.walk(f"candidates?sort={sort}&page[size]=30&page[number]=1")))
    page = client.get(f"candidates?sort={sort}&page[size]=30")
    seen = ids(page["data"])
    assert "page%5Bafter%5D=" in page["links"]["next"]
    gone = {seen[0], seen[-1]}
    for candidate in gone:
        vendor.recruiter.delete_candidate(candidate)
    seen += ids(client.walk(page["links"]["next"]))
    assert len(seen) == len(set(seen))
    assert set(seen) == every


def test_a_cursor_page_leads_back_too(make, clock, client_of):
    client = client_of(make(cursors=True), clock)
    first = client.get("candidates?page[size]=30")
    second = client.get(first["links"]["next"])
    assert ids(client.get(second["links"]["prev"])["data"]) == ids(first["data"])


def test_cursors_are_for_candidates_and_only_where_switched_on(client, make, clock, client_of):
    assert client.status("candidates?page[after]=abc") == 400
    other = client_of(make(cursors=True), clock)
    assert other.status("candidates?page[after]=abc") == 400
    assert other.status("notes?page[after]=abc") == 400


def test_edits_between_pages_can_be_planted(client, vendor):
    asked = []
    vendor.before_each = lambda method, path: (
        asked.append(path)
        or (vendor.recruiter.edit_candidate("1005", pitch=f"edit {len(asked)}") if len(asked) == 2 else None)
    )
    client.walk("candidates?page[size]=30")
    assert len(asked) == 4
    assert client.get("candidates/1005")["data"]["attributes"]["pitch"] == "edit 2"
