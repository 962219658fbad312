"""The runtime used from several threads at once, in a process of its own: what is done once must be done anew."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FIRST_QUESTIONS = """
import sys, threading
from pathlib import Path
sys.setswitchinterval(1e-6)  # the two meet where they can
from models import load_encoder
encoder = load_encoder("minilm", cache_dir=Path(sys.argv[1]))
together = threading.Barrier(2)
def ask():
    together.wait()
    encoder.encode(["a question"], kind="query")
threads = [threading.Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.model
def test_two_first_questions_at_the_same_moment_do_not_wait_for_each_other_for_ever(model_cache):
    # A process that hangs holds its own interpreter, so that only its parent can end it.
    subprocess.run([sys.executable, "-c", FIRST_QUESTIONS, str(model_cache)], cwd=ROOT, check=True, timeout=60)
