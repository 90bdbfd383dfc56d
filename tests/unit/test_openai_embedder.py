import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from recall_datasets.errors import ConfigError

pytest.importorskip("openai")
from recall_memory.parts.openai_embedder import OpenAIEmbedder


def vector(text):
    return [float(len(text)), 3.0, 4.0]


class Server:
    """Answers embeddings from a script of statuses; 200 once it is used up."""

    def __init__(self):
        self.requests, self.script, self.spoil = [], [], lambda reply: reply
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append((self.path, self.headers["Authorization"], body))
                status = server.script.pop(0) if server.script else 200
                data = [
                    {"object": "embedding", "index": i, "embedding": vector(text)}
                    for i, text in enumerate(body["input"])
                ]
                reply = {"object": "list", "model": body["model"], "data": data[::-1]}
                reply["usage"] = {"prompt_tokens": 1, "total_tokens": 1}
                content = server.spoil(reply) if status == 200 else {"error": {"message": "no"}}
                payload = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.send_header("Retry-After", "0.01")
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def embedder(server, tmp_path):
    return OpenAIEmbedder(base_url=server.url, model="small", batch_size=2, cache_dir=str(tmp_path))


def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(embedder):
    texts = ["abcd", "a", "abcdef"]
    expected = np.array([vector(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = embedder.embed_documents(texts)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-6)


def test_texts_go_in_batches_once_each(server, embedder):
    embedder.embed_documents(["a", "b", "c"])
    embedder.embed_documents(["c", "b", "d"])
    assert [body["input"] for _, _, body in server.requests] == [["a", "b"], ["c"], ["d"]]
    assert {path for path, _, _ in server.requests} == {"/v1/embeddings"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again(server, embedder, status):
    server.script = [status, status]
    embedder.embed_queries(["a"])
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_lasting_refusal_is_the_users_to_mend_and_not_tried_again(server, embedder, status):
    server.script = [status] * 9
    with pytest.raises(ConfigError, match=f"refuses model 'small': {status}"):
        embedder.embed_queries(["a"])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda reply: reply | {"data": reply["data"][1:]},
        lambda reply: reply | {"data": []},
        lambda reply: reply | {"data": [entry | {"embedding": [0.0]} for entry in reply["data"]]},
        lambda reply: reply | {"data": [entry | {"index": 0} for entry in reply["data"]]},
    ],
    ids=["one short", "none", "zero", "one index twice"],
)
def test_a_wrong_reply_is_an_error_and_not_kept(server, embedder, spoil):
    server.spoil = spoil
    with pytest.raises(ValueError, match="endpoint"):
        embedder.embed_documents(["a", "b"])
    server.spoil = lambda reply: reply
    assert embedder.embed_documents(["a", "b"]).shape == (2, 3)


def test_the_key_comes_from_the_environment_and_stands_in_no_repr(server, tmp_path, monkeypatch):
    monkeypatch.setenv("OTHER_KEY", "sk-canary")
    embedder = OpenAIEmbedder(base_url=server.url, api_key_env="OTHER_KEY", cache_dir=str(tmp_path))
    embedder.embed_queries(["a"])
    assert server.requests[0][1] == "Bearer sk-canary"
    assert "sk-canary" not in repr(embedder)
    assert all(b"sk-canary" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_missing_key_is_said_before_any_work(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="'OPENAI_API_KEY' is not set"):
        OpenAIEmbedder()


def test_two_models_of_one_endpoint_do_not_mix(server, tmp_path):
    for model in ("one", "two"):
        OpenAIEmbedder(base_url=server.url, model=model, cache_dir=str(tmp_path)).embed_queries(["a"])
    assert [body["model"] for _, _, body in server.requests] == ["one", "two"]
