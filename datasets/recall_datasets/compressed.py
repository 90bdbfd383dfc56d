"""Files that may be compressed, told by the suffix: ``.gz`` (gzip) and ``.zst`` (Zstandard)."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from recall_datasets.errors import DatasetError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SUFFIXES = (".gz", ".zst")
_PACKED = 1 << 12
"""Bytes that are decompressed at once; they may hold some 30,000 times as many."""


def without_suffix(path: Path) -> Path:
    """Return ``path`` without the suffix of a compression."""
    return path.with_suffix("") if path.suffix in SUFFIXES else path


@contextmanager
def reading(file: Path) -> Iterator[IO[bytes]]:
    """Open a file's content as bytes, decompressed piece by piece.

    Raises:
        DatasetError: The compressed data is damaged or cut; also where that is met while reading.
    """
    with file.open("rb") as stream:
        match file.suffix:
            case ".gz":
                try:
                    yield cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
                except EOFError as error:
                    raise _cut(file) from error
                except (gzip.BadGzipFile, zlib.error) as error:
                    raise DatasetError(f"{file}: not gzip data: {error}") from error
            case ".zst":
                yield io.BufferedReader(_Zstandard(file, stream), 1 << 16)
            case _:
                yield stream


def _cut(file: Path) -> DatasetError:
    return DatasetError(f"{file}: found the end, expected more compressed data")


class _Zstandard(io.RawIOBase):
    """Decompressed frames; unlike the library's own reader it tells a cut file from a whole one."""

    def __init__(self, file: Path, stream: BinaryIO) -> None:
        self._file, self._stream = file, stream
        self._frame: Any = None
        self._packed = self._plain = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill ``buffer`` as far as there is content.

        Raises:
            DatasetError: The data is damaged or cut.
        """
        while not self._plain:
            self._packed = self._packed or self._stream.read(_PACKED)
            if not self._packed:
                if self._frame is not None:
                    raise _cut(self._file)
                return 0
            self._decompress()
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._plain))
        view[:count], self._plain = self._plain[:count], self._plain[count:]
        return count

    def _decompress(self) -> None:
        from zstandard import ZstdDecompressor, ZstdError

        self._frame = self._frame or ZstdDecompressor().decompressobj()
        try:
            self._plain = self._frame.decompress(self._packed)
        except ZstdError as error:
            raise DatasetError(f"{self._file}: not Zstandard data: {error}") from error
        self._packed = self._frame.unused_data if self._frame.eof else b""
        if self._frame.eof:
            self._frame = None


@contextmanager
def writing(file: Path, suffix: str) -> Iterator[IO[bytes]]:
    """Open a file to write bytes, compressed as ``suffix`` says; the same bytes give the same file."""
    with file.open("wb") as stream:
        match suffix:
            case ".gz":
                # Neither a name nor a time, which would differ from file to file.
                with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            case ".zst":
                from zstandard import ZstdCompressor

                with ZstdCompressor(write_checksum=True).stream_writer(stream, closefd=False) as frame:
                    yield cast("IO[bytes]", frame)
            case _:
                yield stream


def sha256_content(file: Path) -> str:
    """Return the sha256 of a file's content, decompressed.

    Raises:
        DatasetError: The compressed data is damaged or cut.
    """
    digest = hashlib.sha256()
    with reading(file) as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
