from pathlib import Path

import pytest
from dataset_files import DATASETS


@pytest.mark.parametrize("name", DATASETS)
def test_every_example_loads(name, tmp_path):
    DATASETS[name].write(tmp_path)
    conversations = list(DATASETS[name].load(tmp_path).conversations())
    assert all(conversation.turns and conversation.questions for conversation in conversations)
    assert conversations


def test_every_dataset_of_a_file_has_an_example(repository: Path):
    configs = (repository / "configs" / "dataset").glob("*.yaml")
    of_files = {config.stem for config in configs if "\npath: ???" in config.read_text(encoding="utf-8")}
    assert of_files == set(DATASETS)
