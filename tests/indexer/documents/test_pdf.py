"""PDFs: what comes out of good ones, what is said of bad ones."""

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas


def test_every_page_is_read_in_order(write_pdf, text_of):
    path = write_pdf("cv.pdf", ["Åsa Öberg", "Sjuksköterska i Göteborg"], ["Utbildning: Lunds universitet"])
    assert text_of(path).split("\n") == ["Åsa Öberg", "Sjuksköterska i Göteborg", "Utbildning: Lunds universitet"]


def test_a_word_broken_at_a_line_s_end_is_one_word_again(write_pdf, text_of):
    path = write_pdf("cv.pdf", ["Ansvarig för systemutveck-", "ling som IT-", "chef, nås via e-", "post."])
    text = text_of(path)
    assert "systemutveckling" in text
    assert "IT-chef" in text
    assert "e-post" in text


def test_ligatures_and_soft_hyphens_are_taken_apart(tmp_path, text_of):
    path = tmp_path / "cv.txt"
    path.write_text("Certi\ufb01ed o\ufb03ce man\u00adager\u200b", "utf-8")
    assert text_of(path) == "Certified office manager"


def test_two_columns_keep_their_lines_whole(tmp_path, text_of):
    path = tmp_path / "columns.pdf"
    drawn = canvas.Canvas(str(path))
    for x, lines in (
        (60, ("Skills", "Python", "Kubernetes")),
        (300, ("Experience", "Backend developer", "2019 - 2024")),
    ):
        for number, line in enumerate(lines):
            drawn.drawString(x, 700 - 15 * number, line)
    drawn.save()
    lines = text_of(path).split("\n")
    assert lines.index("Backend developer") + 1 == lines.index("2019 - 2024")
    assert lines.index("Python") + 1 == lines.index("Kubernetes")


def test_of_two_hundred_pages_the_first_hundred_are_read_and_said_so(write_pdf, reader):
    read = reader.read(write_pdf("long.pdf", *([f"Page {n}"] for n in range(1, 201))))
    assert read.text.endswith("Page 100")
    assert read.remark == "long.pdf: the first 100 of 200 pages were read."


def test_a_whole_file_has_no_remark(write_pdf, reader):
    assert reader.read(write_pdf("cv.pdf", ["A nurse"])).remark is None


def test_a_password_is_named(write_pdf, why_not):
    path = write_pdf("locked.pdf", ["Secret"], encrypt=StandardEncryption("open sesame"))
    assert "password" in why_not(path)


def test_junk_before_the_first_byte_is_forgiven(write_pdf, text_of):
    path = write_pdf("cv.pdf", ["A nurse"])
    path.write_bytes(b"\n\r\n" + path.read_bytes())
    assert text_of(path) == "A nurse"


@pytest.mark.parametrize("cut", [20, 60, 300])
def test_a_damaged_one_is_said_to_be(write_pdf, why_not, cut):
    path = write_pdf("cv.pdf", ["A nurse"])
    path.write_bytes(path.read_bytes()[:cut])
    assert "damaged PDF" in why_not(path)


def test_one_without_text_or_picture_is_said_to_be_empty(write_pdf, why_not):
    assert "no text" in why_not(write_pdf("blank.pdf", [""]))


def test_a_pdf_that_is_none_is_not_taken_for_text(tmp_path, why_not):
    path = tmp_path / "cv.pdf"
    path.write_text("<html>Please sign in to download</html>")
    assert "no PDF" in why_not(path)
