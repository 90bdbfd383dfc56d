"""Records of an MSC file."""


def chat(**changes):
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
