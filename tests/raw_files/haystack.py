"""Records of LongMemEval's oracle file, with related questions."""

# Of two questions: the ids of one fact's sessions share their stem.
RELATED = {"q0": "answer_aa", "q0_abs": "answer_aa_abs"}


def record(number, id=None, stem=None):
    stem = stem or f"answer_{number:04x}"
    sessions = [
        [
            {"role": "user", "content": f"I say {stem} {part}.", "has_answer": True},
            {"role": "assistant", "content": f"Noted, {number}.", "has_answer": False},
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
