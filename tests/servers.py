"""A genuine server for tests: llama.cpp's own, on a tiny model of random weights written here.

    python tests/servers.py model.gguf      serve it on a free port; the address is the first line

Its replies are word salad in several scripts, the same for the same seed. What it enforces - keys,
the context's length, JSON schemas by grammar - it enforces as it does for any model.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

KEY = "sk-planted-0f9e8d7c6b5a4938"
"""The key that the guarded server wants."""

CONTEXT = 8192
"""Tokens that one conversation may have."""

_WORDS = {
    "en": "I am so tired lately my chest feels tight nothing tastes right no sleep at night yes",
    "bn": "আমার মন ভালো নেই ঘুম আসে না বুকটা চেপে ধরে",
    "hi": "मेरा मन नहीं लगता रात भर नींद नहीं घबराहट रहती है",
    "zh": "我 心里 很 闷 晚上 睡不着 没有 力气",
    "ar": "قلبي ثقيل لا أنام",
}

_SIGNS = '{}[]":,.?-_\n0123456789abcdefghijklmnopqrstuvwxyz'

_CHAT = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[assistant]"

_WIDTH, _HIDDEN, _HEADS, _LAYERS = 32, 64, 2, 1


def write_model(path: Path) -> None:
    """Write a llama of random weights in gguf: whole words, single signs, and every byte."""
    import gguf
    import numpy as np

    kinds = gguf.TokenType
    words = dict.fromkeys(word for line in _WORDS.values() for word in line.split())
    tokens = [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>", kinds.BYTE) for byte in range(256)]
    tokens += [(f"\u2581{word}", kinds.NORMAL) for word in words]
    tokens += [(sign, kinds.NORMAL) for sign in "\u2581" + _SIGNS]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("salad")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_vocab_size(len(tokens))
    writer.add_context_length(CONTEXT)
    writer.add_block_count(_LAYERS)
    writer.add_embedding_length(_WIDTH)
    writer.add_feed_forward_length(_HIDDEN)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text.encode() for text, _ in tokens])
    writer.add_token_types([int(kind) for _, kind in tokens])
    writer.add_token_scores([float(len(t)) if k == kinds.NORMAL else 0.0 for t, k in tokens])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_chat_template(_CHAT)

    draw = np.random.default_rng(20)

    def weights(name: str, *shape: int, scale: float = 1.0) -> Any:
        made = draw.standard_normal(shape) * scale / np.sqrt(shape[-1])
        writer.add_tensor(name, made.astype(np.float32))

    writer.add_tensor("output_norm.weight", np.ones(_WIDTH, np.float32))
    weights("token_embd.weight", len(tokens), _WIDTH)
    head = draw.standard_normal((len(tokens), _WIDTH)).astype(np.float32)
    head[3:259] = 0  # bytes only where a grammar asks for them
    writer.add_tensor("output.weight", head)
    for layer in (f"blk.{n}." for n in range(_LAYERS)):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{layer}{name}.weight", np.ones(_WIDTH, np.float32))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weights(f"{layer}{name}.weight", _WIDTH, _WIDTH)
        for name in ("ffn_gate", "ffn_up"):
            weights(f"{layer}{name}.weight", _HIDDEN, _WIDTH)
        weights(f"{layer}ffn_down.weight", _WIDTH, _HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(path: str, options: dict[str, Any]) -> None:
    """Serve a model until standard input ends."""
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = path
    wanted.port = 0
    wanted.n_parallel = 2
    wanted.n_ctx = 2 * CONTEXT
    wanted.n_threads_http = 8
    wanted.cpuparams.n_threads = 1
    wanted.cpuparams_batch.n_threads = 1
    wanted.warmup = False
    for name, value in options.items():
        setattr(wanted, name, value)
    server = xllamacpp.Server(wanted)
    print(server.listening_address, flush=True)
    sys.stdin.read()


@contextmanager
def serving(model: Path, **options: Any) -> Iterator[str]:
    """Serve a model in a process of its own; yield its address, `http://127.0.0.1:port`."""
    command = [sys.executable, __file__, str(model), json.dumps(options)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert select.select([process.stdout], [], [], 60)[0], "no server came up"
            address = ""
            while not address.startswith("http"):
                address = process.stdout.readline().strip()
                assert process.poll() is None, "the server fell over"
            yield address
        finally:
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny model once."""
    path = tmp_path_factory.mktemp("model") / "salad.gguf"
    write_model(path)
    return path


@pytest.fixture(scope="session")
def llama(model_file: Path) -> Iterator[str]:
    """Serve it; the address of its OpenAI-compatible endpoints is this and `/v1`."""
    with serving(model_file) as address:
        yield address


@pytest.fixture(scope="session")
def guarded(model_file: Path) -> Iterator[str]:
    """Serve it to whoever has `KEY`."""
    with serving(model_file, api_keys=[KEY]) as address:
        yield address


if __name__ == "__main__":
    serve(sys.argv[1], json.loads(sys.argv[2]) if len(sys.argv) > 2 else {})
