"""Verified weights -> OpenVINO IR, once. Runs as a child process: the only place that imports torch.

``python -m models.convert ENTRY TARGET``, ENTRY a catalog entry as JSON, writes ``model.xml``, ``model.bin``,
``tokenizer.json`` and ``manifest.json`` (their hashes) into TARGET; the caller renames. The graph is encoder,
pooling over the mask and L2 normalisation, so that the runtime only feeds tokens.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.catalog import CatalogEntry, sha256_of
from models.packed import Packed, read_packed

FILES = ("model.xml", "model.bin", "tokenizer.json")
MANIFEST = "manifest.json"
PAIR_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def convert(entry: CatalogEntry, target: Path) -> None:
    source = entry.verify()
    target.mkdir(parents=True, exist_ok=True)
    if entry.form == "pairs":
        _save_pairs(source, target / "model.xml")
        shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
        _sign(target)
        return
    if entry.form == "packed":
        packed = read_packed(source / entry.weights)
        bert = bert_of(packed)
        write_tokenizer(packed, target / "tokenizer.json")
    else:
        bert = _bert_of_folder(source)
        shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    _save(bert, entry.pooling, target / "model.xml")
    _sign(target)


def _sign(target: Path) -> None:
    (target / MANIFEST).write_text(json.dumps({name: sha256_of(target / name) for name in FILES}))


def _save(bert: Any, pooling: str, path: Path) -> None:
    import torch

    class Embed(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            if pooling == "cls":
                pooled = states[:, 0]
            else:
                mask = attention_mask.unsqueeze(-1).to(states.dtype)
                pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, p=2, dim=1)

    _trace(Embed(), ("input_ids", "attention_mask"), path)


def _trace(module: Any, names: Sequence[str], path: Path) -> None:
    """names: of the inputs, each (texts, tokens) of whole numbers."""
    import openvino as ov
    import torch

    with torch.no_grad():
        model = ov.convert_model(module, example_input={name: torch.ones(2, 8, dtype=torch.int64) for name in names})
    for port, label in zip(model.inputs, names, strict=True):
        port.get_tensor().set_names({label})
        port.get_node().set_partial_shape(ov.PartialShape([-1, -1]))
    model.validate_nodes_and_infer_types()
    ov.save_model(model, path, compress_to_fp16=True)


def _save_pairs(folder: Path, path: Path) -> None:
    """A cross-encoder: the tokens of question and text -> one number a pair."""
    import torch
    from transformers import AutoModelForSequenceClassification

    bert: Any = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
    if bert.config.num_labels != 1:
        raise ValueError(f"it tells {bert.config.num_labels} classes apart; a reranker gives one number a pair")

    class Score(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> Any:
            kinds = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            return self.bert(input_ids=input_ids, attention_mask=attention_mask, **kinds).logits[:, 0]

    _trace(Score(), PAIR_INPUTS if getattr(bert.config, "type_vocab_size", 0) > 1 else PAIR_INPUTS[:2], path)


def _bert_of_folder(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    transformer: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)[0]
    return transformer.auto_model.eval()


def bert_of(packed: Packed) -> Any:
    """The packed weights, widened to float32, in the transformers module they were made from."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=packed.pad,
    )
    model: Any = BertModel(config, add_pooling_layer=False)
    model.eval()
    names = {"emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight"}
    names |= {"emb.type": "embeddings.token_type_embeddings.weight"}
    names |= {"emb.ln.w": "embeddings.LayerNorm.weight", "emb.ln.b": "embeddings.LayerNorm.bias"}
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(packed.layers):
        for ours, theirs in parts.items():
            names[f"l{layer}.{ours}.w"] = f"encoder.layer.{layer}.{theirs}.weight"
            names[f"l{layer}.{ours}.b"] = f"encoder.layer.{layer}.{theirs}.bias"
    own = model.state_dict()
    state = {
        theirs: torch.from_numpy(packed.tensors[ours]).reshape(own[theirs].shape) for ours, theirs in names.items()
    }
    missing, unexpected = model.load_state_dict(state, strict=False)
    lost = [name for name in missing if not name.endswith(("position_ids", "token_type_ids"))]
    if lost or unexpected:
        raise ValueError(f"the packed weights lack {lost or unexpected}")
    return model


def write_tokenizer(packed: Packed, path: Path) -> None:
    """The package's vocabulary as a standard tokenizer file.

    Its map of code points to normal forms is what Nmt and NFKC do together (two of 1.1 million differ), and
    those also compose a letter and its accent, as the vocabulary's makers did.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=packed.unk, byte_fallback=False))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    special = [("<s>", packed.bos), ("</s>", packed.eos)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=special)
    tokenizer.save(str(path), pretty=False)


if __name__ == "__main__":
    convert(CatalogEntry.from_json(sys.argv[1]), Path(sys.argv[2]))
