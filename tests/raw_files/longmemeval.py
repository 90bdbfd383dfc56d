"""Records of a LongMemEval file."""


def turn(role="user", content="Hi.", **label):
    return {"role": role, "content": content, **label}


def record(id="q1", **changes):
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
        "answer_session_ids": ["answer_1", "answer_2", "answer_elsewhere"],
    }
    return base | changes
