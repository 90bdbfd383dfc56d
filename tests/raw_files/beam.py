"""Records of BEAM's folders."""

import json


def message(id, role="user", content="Hi.", **more):
    return {"role": role, "id": id, "content": content, **more}


def chat():
    first = [
        [
            message(0, content="Plan it? ->-> 1,1", time_anchor="March-15-2024"),
            message(1, "assistant", "Yes."),
        ],
        [message(2, content="I use a -> b.\n ->-> 1,2"), message(3, "assistant", "Good.")],
    ]
    second = [[message(4, time_anchor="April-5-2024"), message(5, "assistant"), message(5)]]
    return [{"batch_number": 1, "turns": first}, {"batch_number": 2, "turns": second}]


def probes(**changes):
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


def write(folder, chat, questions, name="chat.json"):
    (folder / "probing_questions").mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(chat), encoding="utf-8")
    (folder / "probing_questions" / "probing_questions.json").write_text(
        json.dumps(questions), encoding="utf-8"
    )
