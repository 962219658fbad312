"""What was written is on the disk although the engine renames the pieces of its log beside it."""

import threading

import pytest

from engine.index.edge import sync_folder


def test_a_piece_that_gets_its_name_meanwhile_is_no_error(tmp_path):
    over = threading.Event()

    def rename():
        number = 0
        while not over.is_set():
            made = tmp_path / f"tmp-open-{number}"
            made.write_bytes(b"x")
            made.rename(tmp_path / f"open-{number % 5}")
            number += 1

    other = threading.Thread(target=rename)
    other.start()
    try:
        for _ in range(300):
            sync_folder(tmp_path)
    finally:
        over.set()
        other.join()


def test_a_folder_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")
