"""A cross-encoder made on the spot: small, of weights that mean nothing, in the form a real one is saved in."""

import json

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "nurse", "registered", "in", "lund", "welder", "clinic", "at", "a", "care"]


def write_model(folder, kind, labels=1):
    """kind: bert, roberta. labels: numbers it gives for a pair. Returns the folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification

    torch.manual_seed(7)
    size = {"vocab_size": len(WORDS), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "intermediate_size": 64, "num_labels": labels, "initializer_range": 0.6, "pad_token_id": 0}  # fmt: skip
    if kind == "bert":
        model = BertForSequenceClassification(BertConfig(max_position_embeddings=128, **size))
    else:
        config = RobertaConfig(max_position_embeddings=130, type_vocab_size=1, **size)
        model = RobertaForSequenceClassification(config)
    model.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    second = 1 if kind == "bert" else 0
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair=f"[CLS] $A [SEP] $B:{second} [SEP]:{second}",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )  # fmt: skip
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]",
             "cls_token": "[CLS]", "sep_token": "[SEP]", "model_max_length": 128,
             "model_input_names": ["input_ids", "attention_mask", *(["token_type_ids"] if second else [])]}  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(names))
    return folder
