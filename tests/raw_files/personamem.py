"""Records of PersonaMem's files."""


def message(role, content):
    return {"role": role, "content": content}


CONTEXT = [
    message("system", "The user is Ann."),
    message("user", "User: I like tea."),
    message("assistant", "Assistant: Noted."),
    message("system", "The user is Ann."),
    message("user", "User: Coffee now."),
    message("assistant", "Assistant: Fine."),
    message("system", "The user is Ann."),
]


def row(id="q1", **changes):
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
