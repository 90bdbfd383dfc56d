"""Price tables: what ships, and one clear line for each way in which a file can be wrong."""

from datetime import date

import pytest

from recall_datasets.errors import ConfigError
from recall_eval.catalog import config_dir
from recall_eval.cli import main
from recall_eval.money.prices import load_prices, table_names

GOOD = """\
name: mine
date: 2025-02-03
currency: EUR
source: an offer
input: 2
cached_input: 0.5
output: 8
embedding: 0.1
"""
WRONG = [
    ("input: 2", "inptu: 2", ["inptu", "did you mean 'input'", "cache_write"]),
    ("input: 2", "input: cheap", ["input", "'cheap'", "number"]),
    ("input: 2", "input: -2", ["input", "greater than or equal to 0"]),
    ("input: 2", "input: nan", ["input", "finite"]),
    ("input: 2", "input: true", ["input", "'true'", "number"]),
    ("input: 2", "input:", ["input", "number"]),
    ("output: 8\n", "", ["output", "a value is needed"]),
    ("2025-02-03", "2025-13-03", ["date", "2024-10-01"]),
    ("2025-02-03", "1738540800", ["date", "2024-10-01"]),
    ("EUR", "euros", ["currency", "'euros'"]),
    ("name: mine", "name: [mine]", ["name", "string"]),
    ("name: mine", "name: {", ["not readable as YAML"]),
    ("embedding: 0.1", "embedding: 0.1\nbatch_discount: 50", ["batch_discount", "less than or equal to 1"]),
    ("embedding: 0.1", "embedding: 0.1\nmin_cached_tokens: 0.5", ["min_cached_tokens", "integer"]),
    (GOOD, "- 1\n- 2\n", ["expected keys with values", "list"]),
    (GOOD, "", ["expected keys with values"]),
]


@pytest.mark.parametrize("name", table_names())
def test_every_table_that_ships_can_be_read(name):
    table = load_prices(name)
    assert table.name == name
    assert table.cached_input <= table.input
    first = (config_dir() / "prices" / f"{name}.yaml").read_text().splitlines()[0]
    assert first.startswith("# ")


def test_a_table_of_ones_own_is_read_from_its_path(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD)
    table = load_prices(str(file))
    assert (table.date, table.currency, table.cached_input) == (date(2025, 2, 3), "EUR", 0.5)
    assert (table.cache_write, table.min_cached_tokens, table.batch_discount) == (1, 0, 0)


@pytest.mark.parametrize(("before", "after", "says"), WRONG)
def test_a_wrong_file_is_refused_in_one_line(tmp_path, capsys, before, after, says):
    file = tmp_path / "mine.yaml"
    assert before in GOOD
    file.write_text(GOOD.replace(before, after, 1))
    assert main(["costs", str(tmp_path), "--prices", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "mine.yaml" in error
    for part in says:
        assert part in error


def test_a_table_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no table 'exmple' \(did you mean 'example'\?\); tables: .*free"):
        load_prices("exmple")
    with pytest.raises(ConfigError, match=r"cannot read 'nowhere\.yaml'"):
        load_prices("nowhere.yaml")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--prompt-tokens", "5"], "--prompt-tokens: give --prices"),
        (["--batch-writing"], "--batch-writing: give --prices"),
    ],
)
def test_an_option_without_prices_is_refused(tmp_path, capsys, options, says):
    assert main(["report", str(tmp_path), *options]) == 2
    assert says in capsys.readouterr().err


def test_tables_are_listed_and_are_no_config_group(capsys):
    assert main(["list", "prices"]) == 0
    assert "free" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    assert "prices:" not in capsys.readouterr().out
