"""The two programs of others that read what we cannot: tesseract (pictures of text), LibreOffice (old documents).

They share the child process's limits of memory and time: whoever ends the child ends them.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from engine.errors import BadFile

LANGUAGES = ("swe", "eng")
"""What tesseract reads for, of those it has the data for: one run knows both."""
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""
"""A CV must not make us fetch what it links to: no active content, and a proxy that is not there."""


def can_scan() -> bool:
    return shutil.which("tesseract") is not None


def scan(picture: Path, name: str) -> str:
    """The text in a picture. name: of the file it comes from. Raises BadFile."""
    program = shutil.which("tesseract")
    if not program:
        raise BadFile(f"{name} holds a picture of text.", "Install tesseract (tesseract-ocr) and import again.")
    known = _languages(program)
    wanted = [language for language in LANGUAGES if language in known]
    done = subprocess.run(  # noqa: S603 - a fixed program, the path is one argument
        [program, str(picture), "stdout", *(["-l", "+".join(wanted)] if wanted else [])],
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BadFile(f"{name} could not be read by tesseract.", "Save it as PDF with text.")
    return done.stdout.decode("utf-8", errors="replace")


@cache
def _languages(program: str) -> frozenset[str]:
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [program, "--list-langs"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return frozenset(done.stdout.decode("utf-8", errors="replace").split())


def convert(path: Path) -> bytes:
    """A document LibreOffice knows -> its text as UTF-8. Raises BadFile."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        raise BadFile(f"{path.name} needs LibreOffice to be read.", "Install it, or save the file as PDF or DOCX.")
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
        done = subprocess.run(  # noqa: S603 - a fixed program, the path is one argument
            [
                program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
                "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder, str(path),
            ],
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        made = list(Path(folder).glob("*.txt"))
        if done.returncode or not made:
            raise BadFile(f"{path.name} could not be converted by LibreOffice.", "Save it as PDF or DOCX.")
        return made[0].read_bytes()
