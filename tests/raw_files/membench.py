"""Records of a MemBench file."""


def question(**changes):
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


FIRST = [
    {"user": "Maya flies. (place: Boston; time: '2024-10-01 08:00' Tuesday)", "agent": "Nice."},
    {"user": "Noise.", "agent": "Hm."},
    {"user": "For Delta. (time'2024-10-02 09:00')", "agent": "I see. (time'2024-10-02 09:00')"},
]


def trajectory(messages=FIRST, **changes):
    return {"tid": 0, "message_list": messages, "QA": question(**changes)}
