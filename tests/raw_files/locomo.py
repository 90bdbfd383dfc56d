"""Records of LoCoMo's file."""


def utterance(id, text="Hi.", speaker="Ann", **more):
    return {"dia_id": id, "speaker": speaker, "text": text, **more}


def sample(**changes):
    base = {
        "sample_id": "conv-1",
        "conversation": {
            "speaker_a": "Ann",
            "speaker_b": "Bo",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [utterance("D1:1"), utterance("D1:2", "Look!", "Bo", blip_caption="a red kite")],
            "session_2_date_time": "9:05 am on 10 May, 2023",
            "session_2": [utterance("D2:1", "Bye.")],
            "session_3_date_time": "9:05 am on 12 May, 2023",
        },
        "qa": [
            {"question": "When?", "answer": 2022, "evidence": ["D1:1"], "category": 2},
            {"question": "Trap?", "adversarial_answer": "x", "evidence": ["D1:2"], "category": 5},
        ],
    }
    return base | changes
