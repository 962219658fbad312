"""The measurement of webhooks, at a tiny size, over a server and a sandbox of its own. No speed is checked here."""

import pytest

from eval.bench import webhooks


@pytest.mark.model
@pytest.mark.slow
def test_webhooks_are_answered_and_what_they_told_of_is_found(tmp_path, model_cache):
    found = webhooks.run(
        tmp_path, model_cache, rate=40.0, seconds=1.0, people=6, changes=3, every_s=0.5, delay_s=2.0, encoder="minilm"
    )
    assert found["receive"]["statuses"] == {202: 40}
    assert found["receive"]["lost"] == 0
    assert 0 < found["receive"]["answer_ms"]["p50"] <= found["receive"]["answer_ms"]["max"]
    for delay in ("vendor_delay_0", "vendor_delay_2"):
        assert found["searchable"][delay]["changes"] == 3
        assert 0 < found["searchable"][delay]["seconds"]["p50"] <= found["searchable"][delay]["seconds"]["max"]
