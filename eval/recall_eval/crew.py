"""Worker processes that play the conversations of one run, while the parent alone keeps the journal."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.pool import ExceptionWithTraceback  # type: ignore[attr-defined]
from multiprocessing.process import BaseProcess
from typing import Any, Literal

from recall_datasets.errors import ConfigError
from recall_datasets.model import Conversation, Question
from recall_eval.ask import one_line
from recall_eval.config import RunConfig
from recall_eval.journal import QUESTION, Recorder
from recall_eval.play import Player, new_bench
from recall_eval.progress import Silent

Job = tuple[Conversation, list[Question]]
# Read when numpy, torch and FAISS load their thread pools.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_GRACE_S = 0.5


class WorkerDiedError(Exception):
    """A worker process ended before its conversation did."""


def crew_size(workers: int | Literal["auto"], conversations: int) -> int:
    """Return how many processes play ``conversations``; ``auto`` is one for each core that may be used."""
    from joblib import cpu_count

    return max(1, min(cpu_count() if workers == "auto" else workers, conversations))


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    ready: bool = False
    job: Job | None = None
    finished: set[str] = field(default_factory=set)


class Crew:
    """Processes that each play one conversation at a time, the next one when they are done.

    They are spawned, not forked, since torch and FAISS do not survive a fork. Conversations are sent as they
    are needed, so that memory holds one for each worker.
    """

    def __init__(
        self,
        config: RunConfig,
        size: int,
        player: Player,
        stage: Callable[[str], None],
    ) -> None:
        """Start no process yet.

        Args:
            config: The run's.
            size: Most processes at a time.
            player: The parent's, whose recorder takes what the workers finish; it fails the questions of a
                worker that died.
            stage: Told what a worker does.
        """
        self._config, self._size, self._player, self._stage = config, size, player, stage
        self._workers: list[_Worker] = []
        self._context = multiprocessing.get_context("spawn")

    def play(self, jobs: Iterable[Job]) -> None:
        """Play all conversations; when this returns or raises, no worker is left.

        Raises:
            ConfigError: A worker cannot start.
            Exception: Whatever a worker raised that is no result.
        """
        left = iter(jobs)
        try:
            more = True
            while more or any(worker.job for worker in self._workers):
                if more and (free := self._free()) is not None:
                    job = next(left, None)
                    more = job is not None
                    if job is not None:
                        self._assign(free, job)
                    continue
                self._listen()
        finally:
            self._stop()

    def _free(self) -> _Worker | int | None:
        """Return an idle worker, or the number of those that may still be started, or None."""
        idle = next((worker for worker in self._workers if worker.job is None), None)
        return idle or (self._size - len(self._workers)) or None

    def _assign(self, worker: _Worker | int, job: Job) -> None:
        chosen = worker if isinstance(worker, _Worker) else self._start()
        chosen.job, chosen.finished = job, set()
        # Whoever died meanwhile is found by listening.
        with suppress(BrokenPipeError, ConnectionResetError):
            chosen.connection.send(job)

    def _start(self) -> _Worker:
        from joblib import cpu_count

        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(self._config, theirs), daemon=True)
        with _threads(max(1, cpu_count() // self._size)), _no_interrupts():
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _listen(self) -> None:
        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection)):
            worker = by_connection[connection]  # type: ignore[index]
            try:
                kind, content = worker.connection.recv()
            except (EOFError, OSError):
                self._bury(worker)
            else:
                self._heed(worker, kind, content)

    def _heed(self, worker: _Worker, kind: str, content: Any) -> None:
        match kind:
            case "ready":
                worker.ready = True
            case "stage":
                self._stage(content)
            case "record":
                self._player.recorder.append(content)
                if content["kind"] == QUESTION:
                    worker.finished.add(content["row"]["question_id"])
                    self._player.progress.advance()
            case "done":
                worker.job = None
            case _:
                raise content

    def _bury(self, worker: _Worker) -> None:
        """Fail what a dead worker left open; another one takes its place when there is more to do."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if not worker.ready:
            raise ConfigError(
                f"workers: a worker process could not start ({how}); a script that runs the harness needs "
                "'if __name__ == \"__main__\":', else use workers=1"
            )
        if worker.job is not None:
            conversation, questions = worker.job
            unfinished = [question for question in questions if question.id not in worker.finished]
            error = WorkerDiedError(f"the worker process died ({how})")
            self._player.fail(conversation, unfinished, error)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.connection.close()  # the idle end by themselves
        for worker in self._workers:
            worker.process.join(0 if worker.job else _GRACE_S)
            worker.process.kill()
            worker.process.join(_GRACE_S)
        self._workers.clear()


class _Sender(Recorder, Silent):
    """Sends records and stages to the parent, which counts for itself."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, record: dict[str, Any]) -> None:
        self._connection.send(("record", record))

    def stage(self, text: str) -> None:
        self._connection.send(("stage", text))


def _work(config: RunConfig, connection: Connection) -> None:
    """Play conversations until the parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sender = _Sender(connection)
    try:
        player = Player(new_bench(config), sender, sender)
        connection.send(("ready", None))
        while True:
            player.play(*connection.recv())
            connection.send(("done", None))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:
        connection.send(("raised", _portable(error)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _portable(error: Exception) -> Any:
    """Return the exception with its traceback, or one that says the same where it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        error = RuntimeError(one_line(error)).with_traceback(error.__traceback__)
    return ExceptionWithTraceback(error, error.__traceback__)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let processes that are started here use so many threads, where the user has not said how many."""
    unset = [name for name in _THREAD_VARIABLES if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, str(count)))
    try:
        yield
    finally:
        for name in unset:
            del os.environ[name]


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Let processes that are started here be deaf to Ctrl-C, which the parent answers by ending them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It would unblock the signal if it were started by the first process.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
