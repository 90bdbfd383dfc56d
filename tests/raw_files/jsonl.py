"""Records of the JSONL format."""

CONVERSATION = {"kind": "conversation", "id": "c1"}
TURN = {
    "kind": "turn",
    "id": "t1",
    "session": "s1",
    "time": "2023-05-01T09:00:00",
    "speaker": "Ann",
    "text": "I live in Rome.",
}
LATER = {**TURN, "id": "t2", "time": "2023-05-02T09:00:00", "session": "s2", "text": "Hello."}
STATEMENT = {
    "kind": "statement",
    "turn": "t1",
    "quote": "in Rome",
    "subject": "Ann",
    "attribute": "city",
    "value": "Rome",
}
QUESTION = {"kind": "question", "id": "q1", "text": "Where?", "answers": ["Rome"], "evidence": [["t1"]]}
GOOD = [CONVERSATION, TURN, LATER, STATEMENT, QUESTION]
