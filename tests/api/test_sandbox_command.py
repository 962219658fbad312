"""``headwater sandbox`` as a process: it says where it is and how to get in, serves, and stops on Ctrl-C."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


def start(*arguments):
    command = [sys.executable, "-m", "api.cli", "sandbox", "teamtailor", "--people", "20", "--port", "0", *arguments]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_it_prints_address_keys_and_secret_and_serves_until_ctrl_c():
    process = start("--fault", "bad-gateway:/v1/jobs*:1")
    try:
        lines = [process.stdout.readline() for _ in range(4)]
        url = re.search(r"http://127\.0\.0\.1:\d+", lines[0])[0]
        key = re.search(r"sandbox-admin\b", lines[1])[0]
        assert "secret" in lines[2]
        headers = {"Authorization": f"Token token={key}", "X-Api-Version": "20240904"}
        assert httpx.get(f"{url}/v1/jobs", headers=headers).status_code == 502
        assert httpx.get(f"{url}/v1/candidates", headers=headers).json()["meta"]["record-count"] == 20
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert out.strip() == "Stopped."
        assert "Traceback" not in err
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("arguments", "word"), [(("--fault", "earthquake"), "bad-gateway"), (("--webhook", "ftp://x"), "--webhook")]
)
def test_what_cannot_be_used_ends_with_2_and_says_why(arguments, word):
    process = start(*arguments)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert word in err
    assert "Traceback" not in err
