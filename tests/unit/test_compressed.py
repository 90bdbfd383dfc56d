"""Compressed files: the same content, whole or refused."""

from __future__ import annotations

import hashlib
import random

import pytest

from recall_datasets.compressed import SUFFIXES, reading, sha256_content, without_suffix, writing
from recall_datasets.errors import DatasetError

# Letters at random do not pack well: the packed content is longer than any block.
CONTENT = b"\n".join(bytes(random.Random(5).choices(b"abcdefgh", k=90)) for _ in range(9_000))


def packed(folder, suffix, content=CONTENT):
    file = folder / f"a.jsonl{suffix}"
    with writing(file, suffix) as stream:
        for start in range(0, len(content), 7_777):
            stream.write(content[start : start + 7_777])
    return file


def read(file):
    with reading(file) as stream:
        return b"".join(stream)


@pytest.mark.parametrize("suffix", ["", *SUFFIXES])
def test_content_survives_and_is_the_same_under_every_compression(tmp_path, suffix):
    file = packed(tmp_path, suffix)
    assert read(file) == CONTENT
    assert sha256_content(file) == hashlib.sha256(CONTENT).hexdigest()
    assert without_suffix(file) == tmp_path / "a.jsonl"
    assert (file.read_bytes() == CONTENT) is (suffix == "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_content_gives_the_same_file(tmp_path, suffix):
    (tmp_path / "other").mkdir()
    assert packed(tmp_path, suffix).read_bytes() == packed(tmp_path / "other", suffix).read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_put_together_are_read_as_one(tmp_path, suffix):
    file = packed(tmp_path, suffix)
    file.write_bytes(file.read_bytes() * 2)
    assert read(file) == CONTENT * 2


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.001, 0.5, 0.9999])
def test_a_cut_file_is_refused(tmp_path, suffix, share):
    file = packed(tmp_path, suffix)
    data = file.read_bytes()
    file.write_bytes(data[: max(12, int(share * len(data)))])
    with pytest.raises(DatasetError, match=r"a\.jsonl\.\w+: found the end, expected more"):
        read(file)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_not_compressed_is_refused(tmp_path, suffix):
    file = tmp_path / f"a.jsonl{suffix}"
    file.write_bytes(CONTENT)
    with pytest.raises(DatasetError, match=r"not (gzip|Zstandard) data"):
        read(file)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_file_is_refused(tmp_path, suffix):
    file = packed(tmp_path, suffix)
    data = bytearray(file.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    file.write_bytes(bytes(data))
    with pytest.raises(DatasetError, match=r"a\.jsonl\.\w+: "):
        read(file)
