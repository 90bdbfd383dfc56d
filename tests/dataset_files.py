"""Small valid files of every dataset that is read from files, to be loaded, changed and broken."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from recall_eval.build import build
from recall_eval.catalog import config_dir


@dataclass(frozen=True)
class Example:
    """A dataset's files.

    Attributes:
        dataset: Name of its config.
        path: What ``dataset.path`` names, below the folder.
        contents: Returns the parsed content of each file, by its path below the folder; those of JSONL are
            lists of lines, those of CSV lists of rows.
        options: Further overrides that files this small need.
    """

    dataset: str
    path: str
    contents: Callable[[], dict[str, Any]]
    options: tuple[str, ...] = ()

    def write(self, folder: Path, contents: Mapping[str, Any] | None = None) -> list[str]:
        """Write ``contents``, or the valid ones, below ``folder``; return overrides that load them."""
        for name, content in (self.contents() if contents is None else contents).items():
            write_content(folder / name, content)
        return [f"dataset={self.dataset}", f"dataset.path={folder / self.path}", *self.options]

    def load(self, folder: Path, *overrides: str) -> Any:
        """Build the dataset of files that ``write`` wrote, as a run would."""
        node = OmegaConf.load(config_dir() / "dataset" / f"{self.dataset}.yaml")
        given = [f"dataset.path={folder / self.path}", *self.options, *overrides]
        config = OmegaConf.merge({"seed": 0, "dataset": node}, OmegaConf.from_dotlist(given))
        return build(OmegaConf.to_container(config, resolve=True)["dataset"], "dataset")


def write_content(file: Path, content: Any) -> None:
    """Write a parsed content in the format of the file's suffix; bytes are written as they are."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else encoded(content, file.suffix))


def encoded(content: Any, suffix: str) -> bytes:
    if suffix == ".jsonl":
        return "".join(json.dumps(line) + "\n" for line in content).encode()
    if suffix == ".csv":
        text = io.StringIO(newline="")
        if content:
            writer = csv.DictWriter(text, content[0].keys())
            writer.writeheader()
            writer.writerows(content)
        return text.getvalue().encode("utf-8", "surrogatepass")
    return json.dumps(content).encode()


def locomo_turn(id: str, text: str = "Hi.", speaker: str = "Ann", **more: Any) -> dict[str, Any]:
    return {"dia_id": id, "speaker": speaker, "text": text, **more}


def locomo_sample(**changes: Any) -> dict[str, Any]:
    base = {
        "sample_id": "conv-1",
        "conversation": {
            "speaker_a": "Ann",
            "speaker_b": "Bo",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                locomo_turn("D1:1"),
                locomo_turn("D1:2", "Look!", "Bo", blip_caption="a red kite"),
            ],
            "session_2_date_time": "9:05 am on 10 May, 2023",
            "session_2": [locomo_turn("D2:1", "Bye.")],
            "session_3_date_time": "9:05 am on 12 May, 2023",
        },
        "qa": [
            {"question": "When?", "answer": 2022, "evidence": ["D1:1"], "category": 2},
            {"question": "Trap?", "adversarial_answer": "x", "evidence": ["D1:2"], "category": 5},
        ],
    }
    return base | changes


def longmemeval_turn(role: str = "user", content: Any = "Hi.", **label: bool) -> dict[str, Any]:
    return {"role": role, "content": content, **label}


def longmemeval_record(id: str = "q1", **changes: Any) -> dict[str, Any]:
    turn = longmemeval_turn
    base = {
        "question_id": id,
        "question_type": "multi-session",
        "question": "How many cats?",
        "answer": 2,
        "question_date": "2023/05/30 (Tue) 23:40",
        "haystack_dates": ["2023/05/30 (Tue) 17:27", "2023/05/20 (Sat) 02:21", "2023/05/20 (Sat) 02:21"],
        "haystack_session_ids": ["answer_1", "filler_7", "answer_2"],
        "haystack_sessions": [
            [turn(content="A cat.", has_answer=True), turn("assistant", "Nice.", has_answer=False)],
            [turn(content="Talk."), turn("assistant", "More talk.")],
            [turn(content="Another cat.", has_answer=True)],
        ],
        "answer_session_ids": ["answer_1", "answer_2"],
    }
    return base | changes


def oracle_record(number: int, id: str | None = None, stem: str | None = None) -> dict[str, Any]:
    """A record of the oracle file: gold sessions alone."""
    stem = stem or f"answer_{number:04x}"
    sessions = [
        [
            longmemeval_turn(content=f"I say {stem} {part}.", has_answer=True),
            longmemeval_turn("assistant", f"Noted, {number}.", has_answer=False),
        ]
        for part in (1, 2)
    ]
    return {
        "question_id": id or f"q{number}",
        "question_type": "multi-session",
        "question": "?",
        "answer": "x",
        "question_date": "2023/05/30 (Tue) 23:40",
        "haystack_dates": ["2023/05/20 (Sat) 10:00", "2023/05/25 (Thu) 10:00"],
        "haystack_session_ids": [f"{stem}_1", f"{stem}_2"],
        "haystack_sessions": sessions,
        "answer_session_ids": [f"{stem}_1", f"{stem}_2"],
    }


def msc_chat(**changes: Any) -> dict[str, Any]:
    base = {
        "personas": [["I have a cat."], ["I bake."]],
        "previous_dialogs": [
            {
                "dialog": [{"text": "Hi, I train falcons."}, {"text": "Rare!"}],
                "time_num": 2,
                "time_unit": "days",
            },
            {"dialog": [{"text": "Back."}], "time_num": 5, "time_unit": "hours", "time_back": "5 hours ago"},
        ],
        "dialog": [
            {"text": "He is called Ziggy.", "id": "Speaker 2", "convai2_id": "x"},
            {"text": "Great.", "id": "Speaker 1"},
        ],
        "self_instruct": {"B": "What do I train?", "A": "Falcons!"},
        "metadata": {"initial_data_id": "valid_9", "session_id": 4},
    }
    return base | changes


def beam_message(id: int, role: str = "user", content: str = "Hi.", **more: Any) -> dict[str, Any]:
    return {"role": role, "id": id, "content": content, **more}


def beam_chat() -> list[dict[str, Any]]:
    message = beam_message
    first = [
        [
            message(0, content="Plan it? ->-> 1,1", time_anchor="March-15-2024"),
            message(1, "assistant", "Yes."),
        ],
        [message(2, content="I use a -> b.\n ->-> 1,2"), message(3, "assistant", "Good.")],
    ]
    second = [[message(4, time_anchor="April-5-2024"), message(5, "assistant"), message(5)]]
    return [{"batch_number": 1, "turns": first}, {"batch_number": 2, "turns": second}]


def beam_probes(**changes: Any) -> dict[str, Any]:
    base = {
        "abstention": [{"question": "Why?", "ideal_response": "Not told.", "rubric": ["not told"]}],
        "contradiction_resolution": [
            {"question": "Ever?", "ideal_answer": "Both.", "source_chat_ids": {"first": [0], "second": 2}}
        ],
        "event_ordering": [{"question": "Order?", "answer": "a, b", "source_chat_ids": [4, 0, 4]}],
        "knowledge_update": [{"question": "How many?", "answer": 3, "source_chat_ids": 3}],
        "information_extraction": [{"question": "When?", "answer": "then", "source_chat_ids": [0, 5]}],
        "multi_session_reasoning": [{"question": "Sum?", "answer": "5", "source_chat_ids": [0, 99]}],
        "summarization": [{"question": "Sum up.", "ideal_summary": "All.", "source_chat_ids": None}],
        "preference_following": [
            {"question": "Which?", "expected_compliance": "Simple.", "rubric": ["x", "y"]}
        ],
        "instruction_following": [{"question": "How?", "rubric": ["x", "y"]}],
    }
    return base | changes


def membench_question(**changes: Any) -> dict[str, Any]:
    base = {
        "qid": 0,
        "question": "What does Maya do?",
        "answer": "Pilot",
        "target_step_id": [0, 2],
        "choices": {"A": "Cook", "B": "Pilot", "C": ["x", "y"], "D": 4},
        "ground_truth": "B",
        "time": "'2024-10-03 12:30' Thursday",
    }
    return base | changes


MEMBENCH_STEPS = (
    {"user": "Maya flies. (place: Boston; time: '2024-10-01 08:00' Tuesday)", "agent": "Nice."},
    {"user": "Noise.", "agent": "Hm."},
    {"user": "For Delta. (time'2024-10-02 09:00')", "agent": "I see. (time'2024-10-02 09:00')"},
)


def membench_trajectory(messages: Any = MEMBENCH_STEPS, **changes: Any) -> dict[str, Any]:
    return {"tid": 0, "message_list": [*messages], "QA": membench_question(**changes)}


def personamem_message(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


def personamem_context() -> list[dict[str, Any]]:
    message = personamem_message
    return [
        message("system", "The user is Ann."),
        message("user", "User: I like tea."),
        message("assistant", "Assistant: Noted."),
        message("system", "The user is Ann."),
        message("user", "User: Coffee now."),
        message("assistant", "Assistant: Fine."),
        message("system", "The user is Ann."),
    ]


def personamem_row(id: str = "q1", **changes: str) -> dict[str, str]:
    base = {
        "persona_id": "0",
        "question_id": id,
        "question_type": "recall_user_shared_facts",
        "topic": "drinks",
        "user_question_or_message": "What shall I drink?",
        "correct_answer": "(b)",
        "all_options": "['(a) Water', \"(b) Ann's tea\", '(c) (d) is best']",
        "shared_context_id": "ctx",
        "end_index_in_shared_context": "3",
    }
    return base | changes


def jsonl_turn(id: str = "t1", **changes: Any) -> dict[str, Any]:
    base = {
        "kind": "turn",
        "id": id,
        "session": "s1",
        "time": "2023-05-01T09:00:00",
        "speaker": "Ann",
        "text": "I live in Rome.",
    }
    return base | changes


def jsonl_records() -> list[dict[str, Any]]:
    """A conversation of two sessions, a statement and a question."""
    return [
        {"kind": "conversation", "id": "c1"},
        jsonl_turn(),
        jsonl_turn("t2", time="2023-05-02T09:00:00", session="s2", text="Hello."),
        {
            "kind": "statement",
            "turn": "t1",
            "quote": "in Rome",
            "subject": "Ann",
            "attribute": "city",
            "value": "Rome",
        },
        {"kind": "question", "id": "q1", "text": "Where?", "answers": ["Rome"], "evidence": [["t1"]]},
    ]


BEAM_CHAT = "chats/100K/1/chat.json"
BEAM_PROBES = "chats/100K/1/probing_questions/probing_questions.json"

DATASETS: Mapping[str, Example] = {
    example.dataset: example
    for example in (
        Example("locomo", "locomo10.json", lambda: {"locomo10.json": [locomo_sample()]}),
        Example(
            "longmemeval",
            "longmemeval_oracle.json",
            lambda: {"longmemeval_oracle.json": [longmemeval_record(), longmemeval_record("q2_abs")]},
        ),
        Example(
            "longmemeval_haystack",
            "longmemeval_oracle.json",
            lambda: {"longmemeval_oracle.json": [oracle_record(number) for number in range(4)]},
            ("dataset.sessions=4",),
        ),
        Example("msc", "msc_self_instruct.jsonl", lambda: {"msc_self_instruct.jsonl": [msc_chat()]}),
        Example("beam", "chats/100K", lambda: {BEAM_CHAT: beam_chat(), BEAM_PROBES: beam_probes()}),
        Example(
            "membench",
            "FirstAgentDataLowLevel_multiple_0.json",
            lambda: {
                "FirstAgentDataLowLevel_multiple_0.json": {"simple": {"roles": [membench_trajectory()]}}
            },
        ),
        Example(
            "personamem",
            "questions_32k.csv",
            lambda: {
                "questions_32k.csv": [
                    personamem_row(),
                    personamem_row("q2", end_index_in_shared_context="7"),
                ],
                "shared_contexts_32k.jsonl": [{"ctx": personamem_context()}],
            },
        ),
        Example("jsonl", "mine.jsonl", lambda: {"mine.jsonl": jsonl_records()}),
    )
}
"""Every dataset that is read from files, by the name of its config."""
