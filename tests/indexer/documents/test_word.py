"""Word files: everything a reader of the paper sees, once; bombs and locked ones refused."""

import zipfile

import docx
import pytest
from docx.oxml import parse_xml

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BOX = f"""<w:r xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">
<mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>
</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></mc:Fallback>
</mc:AlternateContent></w:r>"""


@pytest.fixture
def document():
    return docx.Document()


@pytest.fixture
def saved(document, tmp_path):
    def save(name="cv.docx"):
        document.save(tmp_path / name)
        return tmp_path / name

    return save


def test_headers_tables_boxes_lists_and_footers_are_read_once(document, saved, text_of):
    document.sections[0].header.paragraphs[0].text = "Åsa Öberg"
    document.sections[0].footer.paragraphs[0].text = "asa@example.com"
    document.add_paragraph("Sjuksköterska")
    document.add_paragraph("Tog hand om nio avdelningar", style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "2015–2020", "Karolinska"
    document.add_paragraph()._p.append(parse_xml(BOX))
    lines = [line for line in text_of(saved()).split("\n") if line]
    assert lines == [
        "Åsa Öberg", "Sjuksköterska", "• Tog hand om nio avdelningar", "2015–2020", "Karolinska", "In a box",
        "asa@example.com",
    ]  # fmt: skip


def test_tabs_and_line_breaks_part_words(document, saved, text_of):
    document.add_paragraph("2015\tNurse\nLund")
    assert text_of(saved()) == "2015\tNurse\nLund"


def test_the_name_s_ending_does_not_matter(document, saved, text_of):
    document.add_paragraph("A nurse")
    assert text_of(saved("cv.pdf")) == text_of(saved("cv.txt")) == "A nurse"


def rewritten(path, member, data):
    with zipfile.ZipFile(path) as old:
        parts = {item: old.read(item) for item in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item, body in (parts | {member: data}).items():
            new.writestr(item, body)
    return path


def test_a_bomb_is_not_unpacked(saved, why_not):
    assert "unpacks to 2" in why_not(rewritten(saved(), "word/media/image1.png", bytes(220_000_000)))


def test_entities_are_not_unfolded(saved, why_not):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>A nurse</w:t><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>'
    assert "damaged Word file" in why_not(rewritten(saved(), "word/document.xml", body))


def test_a_damaged_one_is_said_to_be(document, saved, why_not):
    document.add_paragraph("A nurse")
    path = saved()
    path.write_bytes(path.read_bytes()[:3000])
    assert "damaged" in why_not(path)
    assert "damaged Word file" in why_not(rewritten(saved(), "word/document.xml", "<w:document"))


def test_other_zips_are_named(tmp_path, why_not):
    path = tmp_path / "cvs.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("anna.pdf", "x")
    assert "is a zip, not a Word" in why_not(path)


def test_a_password_is_named(tmp_path, why_not):
    path = tmp_path / "locked.docx"  # Word keeps an encrypted document in the container of its old format
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert "password" in why_not(path)
