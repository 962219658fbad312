"""Verified weights -> OpenVINO IR, once. Runs as a child process: the only place that imports torch.

``python -m models.convert NAME TARGET`` writes ``TARGET/model.xml`` and ``model.bin``; the caller renames.
The graph is encoder, mean pooling over the mask and L2 normalisation, so that the runtime only feeds tokens.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from models.catalog import entry


def convert(name: str, target: Path) -> None:
    import openvino as ov
    import torch
    from sentence_transformers import SentenceTransformer

    source = entry(name).verify()
    transformer: Any = SentenceTransformer(str(source), device="cpu", local_files_only=True)[0]
    bert = transformer.auto_model.eval()

    class Embed(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2, dim=1)

    example = {"input_ids": torch.ones(2, 8, dtype=torch.int64), "attention_mask": torch.ones(2, 8, dtype=torch.int64)}
    with torch.no_grad():
        model = ov.convert_model(Embed(), example_input=example)
    for port, label in zip(model.inputs, ("input_ids", "attention_mask"), strict=True):
        port.get_tensor().set_names({label})
        port.get_node().set_partial_shape(ov.PartialShape([-1, -1]))
    model.validate_nodes_and_infer_types()
    target.mkdir(parents=True, exist_ok=True)
    ov.save_model(model, target / "model.xml", compress_to_fp16=True)


if __name__ == "__main__":
    convert(sys.argv[1], Path(sys.argv[2]))
