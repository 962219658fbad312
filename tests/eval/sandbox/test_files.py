"""Signed links: what is behind them and when they die."""

import io

import pypdfium2 as pdfium
import pytest
from docx import Document

from eval.sandbox import transport


def attributes(client, candidate):
    return client.get(f"candidates/{candidate}")["data"]["attributes"]


def words(pdf):
    document = pdfium.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


@pytest.mark.parametrize("cv", ["pdf", "docx"])
def test_the_resume_is_a_pdf_and_the_original_is_what_was_uploaded(client, vendor, account, cv):
    one = next(c for c in account.candidates if c.cv == cv)
    links = attributes(client, one.id)
    status, headers, body = vendor.handle("GET", links["resume"], {})
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert one.person.name in words(body)
    status, headers, body = vendor.handle("GET", links["original-resume"], {})
    assert links["original-resume"].split("?")[0].endswith(f"cv.{cv}")
    if cv == "docx":
        assert one.person.name in "\n".join(p.text for p in Document(io.BytesIO(body)).paragraphs)
    else:
        assert one.person.name in words(body)
    assert vendor.handle("GET", links["original-resume"], {}).body == body


def test_a_name_outside_latin_1_stands_in_the_pdf(client, vendor, account):
    one = next(c for c in account.candidates if c.cv and c.person.name.encode("cp1252", "replace").decode("cp1252") != c.person.name)  # fmt: skip
    assert one.person.name in words(vendor.handle("GET", attributes(client, one.id)["resume"], {}).body)


def test_a_link_to_a_cv_lives_30_seconds_and_one_to_an_upload_60(client, vendor, clock, account):
    one = next(c for c in account.candidates if c.cv)
    cv = attributes(client, one.id)["resume"]
    upload = client.get("uploads?page[size]=1")["data"][0]["attributes"]["url"]
    clock.advance(30)
    assert vendor.handle("GET", cv, {}).status == 200
    clock.advance(0.1)
    assert vendor.handle("GET", cv, {}).status == 403
    clock.advance(29.9)
    assert vendor.handle("GET", upload, {}).status == 200
    clock.advance(0.1)
    assert vendor.handle("GET", upload, {}).status == 403
    assert vendor.handle("GET", attributes(client, one.id)["resume"], {}).status == 200


def test_a_link_that_was_changed_is_refused(client, vendor, account):
    one, two = [c for c in account.candidates if c.cv][:2]
    link = attributes(client, one.id)["resume"]
    for other in (link.replace(f"/{one.id}/", f"/{two.id}/"), link.split("?")[0], link + "0", link.replace("expires=1", "expires=9")):  # fmt: skip
        assert vendor.handle("GET", other, {}).status == 403


def test_a_candidate_without_a_file_has_no_link_and_a_deleted_one_no_file(client, vendor, account):
    without = next(c for c in account.candidates if not c.cv)
    assert attributes(client, without.id)["resume"] is None
    one = next(c for c in account.candidates if c.cv)
    link = attributes(client, one.id)["resume"]
    vendor.recruiter.delete_candidate(one.id)
    assert vendor.handle("GET", link, {}).status == 404


def test_a_huge_cv_is_made_while_it_is_sent(client, vendor):
    import httpx

    vendor.recruiter.replace_resume("1002", "huge.pdf", size=200_000_000)
    link = attributes(client, "1002")["resume"]
    with httpx.Client(transport=transport(vendor)) as http, http.stream("GET", link) as answer:
        assert answer.headers["Content-Length"] == "200000000"
        pieces = answer.iter_raw()
        assert next(pieces).startswith(b"%PDF")


def test_plain_files_are_pdfs_of_one_line(make, clock, client_of, account):
    one = next(c for c in account.candidates if c.cv)
    vendor = make(plain_files=True)
    body = vendor.handle("GET", attributes(client_of(vendor, clock), one.id)["resume"], {}).body
    assert len(body) < 1000
    assert one.id in words(body)


def test_links_may_point_at_another_host(make, clock, client_of, account):
    one = next(c for c in account.candidates if c.cv)
    vendor = make(file_origin="https://files.example.test")
    link = attributes(client_of(vendor, clock), one.id)["resume"]
    assert link.startswith("https://files.example.test/files/")
    assert vendor.handle("GET", link, {}).status == 200
