"""``recallbench compare`` and ``recallbench power`` on stored runs, through the command line."""

import csv
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from report_fixtures import STRATEGIES, fake_manifest, make_run
from scipy.stats import norm

from recall_eval.cli import main

BM25, DENSE = STRATEGIES[4], STRATEGIES[5]
RULE = "accuracy drops > 2 points with p < 0.05"


def rewrite(folder, change):
    """Change the rows of a run; its summary is made anew from them."""
    rows = change(pd.read_parquet(folder / "questions.parquet"))
    rows.to_parquet(folder / "questions.parquet")
    summary = folder / "summary.json"
    summary.write_text(json.dumps(json.loads(summary.read_text()) | {"schema": 1}))


def remanifest(folder, **replaced):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | replaced))


def worse(rows, every=5):
    """Make one in so many of the right answers of each conversation wrong, and none right."""
    right = rows.index[rows["status"] == "right"]
    rows.loc[right[::every], "status"] = "wrong"
    return rows


@pytest.fixture
def sides(tmp_path):
    """Two folders with the same two strategies and the same rows."""
    base, other = tmp_path / "base", tmp_path / "other"
    for number, strategy in enumerate((BM25, DENSE)):
        make_run(base, strategy, number=number, conversations=8, per_conversation=40)
    shutil.copytree(base, other)
    return base, other


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    caught = capsys.readouterr()
    return code, caught.out, caught.err


def test_the_same_rows_pass_the_gate_and_differ_in_nothing(sides, capsys):
    code, out, _ = run(capsys, "compare", *sides, "--fail-if", RULE)
    assert code == 0
    assert "passed: 1 rule" in out
    assert out.count("0 changes in config, code and versions") == 2
    lines = [
        line.split()
        for line in out.splitlines()
        if "accuracy" in line and line.startswith((" bm25", " dense"))
    ]
    assert [line[4] for line in lines] == ["+0.0", "+0.0"]


def test_a_drop_makes_the_gate_fail_with_its_exit_code(sides, capsys):
    rewrite(min(sides[1].iterdir()), worse)
    code, out, _ = run(capsys, "compare", *sides, "--fail-if", RULE)
    assert code == 3
    assert f"FAILED: {RULE}: bm25" in out
    assert f"FAILED: {RULE}: dense" not in out
    # The other way round it is a rise, which this rule allows and another one does not.
    assert run(capsys, "compare", *reversed(sides), "--fail-if", RULE)[0] == 0
    assert run(capsys, "compare", *reversed(sides), "--fail-if", "accuracy rises")[0] == 3
    assert run(capsys, "compare", *sides)[0] == 0


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("accuracy drops > 2 points", 3),
        ("accuracy drops > 99 points", 0),
        ("accuracy drops > 5 %", 3),
        ("accuracy drops > 50 %", 0),
        ("accuracy changes with p < 0.05", 3),
        ("accuracy drops > 2 points with p < .0000000001", 0),
        ("context_tokens rises > 100", 0),
        ("context_tokens changes > 10 %", 0),
        ("accuracy[temporal] drops > 1 point", 3),
    ],
)
def test_rules_are_read_as_they_say(sides, capsys, rule, code):
    for folder in sides[1].iterdir():
        rewrite(folder, worse)
    assert run(capsys, "compare", *sides, "--fail-if", rule)[0] == code


def test_several_rules_are_all_judged(sides, capsys):
    for folder in sides[1].iterdir():
        rewrite(folder, worse)
    rules = ["--fail-if", "context_tokens rises > 1", "--fail-if", "accuracy drops > 1 points"]
    code, out, _ = run(capsys, "compare", *sides, *rules)
    assert code == 3
    assert out.count("FAILED") == 2


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("accuracy", "expected METRIC drops|rises|changes [> NUMBER [points|%]] [with p < NUMBER]"),
        ("accuracy drop > 2 points", "(did you mean 'drops'?)"),
        ("accuracy drops > two points", "expected METRIC"),
        ("accuracy drops > 2 points with p < 5", "expected METRIC"),
        ("accuracy drops > 2", "accuracy takes points or %"),
        ("context_tokens rises > 2 points", "context_tokens takes a plain number or %"),
        ("acuracy drops > 2 points", "(did you mean 'accuracy'?)"),
    ],
)
def test_a_wrong_rule_is_refused_in_one_line(sides, capsys, rule, said):
    code, _, err = run(capsys, "compare", *sides, "--fail-if", rule)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        (
            {"dataset": {"name": "synthetic", "fingerprint": "other"}},
            "not the same dataset fingerprint: '9f2c41d07a55'",
        ),
        ({"code": {"hash": "x", "metrics": "m2"}}, "not the same metric definitions: unknown in"),
        ({"schema": 0}, "not the same schema: '1' in"),
        *(
            (
                {
                    "config": fake_manifest(BM25, "x")["config"]
                    | {part: {"_target_": "a.Class", "strict": True}}
                },
                f"not the same {part}: ",
            )
            for part in ("reader", "scorer")
        ),
    ],
)
def test_what_is_not_alike_is_refused_unless_told(sides, capsys, replaced, said):
    for folder in sides[1].iterdir():
        remanifest(folder, **replaced)
    code, out, err = run(capsys, "compare", *sides)
    assert (code, out) == (2, "")
    assert said in err and str(sides[0]) in err and str(sides[1]) in err and "--allow-mixed" in err
    assert len(err.splitlines()) == 1
    code, out, _ = run(capsys, "compare", *sides, "--allow-mixed")
    assert code == 0
    assert f"mixed: {said}" in out and "MIXED: the runs are not alike" in out


def test_runs_that_are_not_alike_within_one_side_are_refused(sides, capsys):
    folder = next(iter(sides[0].iterdir()))
    remanifest(folder, dataset={"name": "synthetic", "fingerprint": "other"})
    assert run(capsys, "compare", *sides)[0] == 2


def test_changes_of_the_config_are_named_by_their_keys(tmp_path, capsys):
    one = make_run(tmp_path / "a", BM25)
    other = make_run(tmp_path / "b", replace(BM25, options={"k1": 0.9, "delta": 1}))
    code, out, _ = run(capsys, "compare", one, other)
    assert code == 0
    assert "3 changes in config, code and versions" in out
    for line in ("memory.k1: 1.5 → 0.9", "memory.b: 0.75 → absent", "memory.delta: absent → 1"):
        assert f"  {line}\n" in out


def test_any_two_single_runs_are_compared_and_others_by_name(sides, tmp_path, capsys):
    bm25, dense = sorted(sides[0].iterdir())
    assert "bm25 → dense" in run(capsys, "compare", bm25, dense)[1]
    code, _, err = run(capsys, "compare", sides[0], dense)
    assert code == 0
    assert "on one side only, not compared: bm25" in err
    make_run(tmp_path / "third", STRATEGIES[6], number=3, conversations=8, per_conversation=40)
    make_run(tmp_path / "third", STRATEGIES[7], number=4, conversations=8, per_conversation=40)
    code, _, err = run(capsys, "compare", sides[0], tmp_path / "third")
    assert code == 2
    assert "no strategy of" in err


def test_each_question_s_difference_is_written(sides, tmp_path, capsys):
    changed = min(sides[1].iterdir())
    rewrite(changed, worse)
    file = tmp_path / "questions.csv"
    run(capsys, "compare", *sides, "--questions", file)
    lines = list(csv.DictReader(file.open()))
    assert len(lines) == 2 * 320
    right = (pd.read_parquet(min(sides[0].iterdir()) / "questions.parquet")["status"] == "right").sum()
    lost = [line for line in lines if float(line["difference"]) == -1]
    assert len(lost) == -(-right // 5)
    assert {line["strategy"] for line in lost} == {"bm25"}
    assert float(lines[0]["difference"]) == -1 and float(lines[-1]["difference"]) == 0


def test_runs_that_differ_in_the_seed_are_averaged_and_split_the_variance(tmp_path, capsys):
    config = fake_manifest(BM25, "x")["config"]
    for side in ("a", "b"):
        for seed in range(3):
            number = seed + (side == "b") * 3
            make_run(tmp_path / side, BM25, number=number, conversations=6, config=config | {"seed": seed})
    code, out, _ = run(capsys, "compare", tmp_path / "a", tmp_path / "b")
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith(" bm25"))
    assert line.split()[-1] == "3+3"
    shares = next(line for line in out.splitlines() if line.startswith("variance of accuracy, bm25: "))
    assert [part.split()[0] for part in shares.partition(": ")[2].split(", ")] == [
        "conversation",
        "question",
        "seed",
        "rest",
    ]


def test_summaries_that_are_missing_or_of_an_older_schema_are_made_anew_from_the_rows(sides, capsys):
    from recall_eval.reporting.load import load

    folder = min(sides[0].iterdir())
    stored = load(folder).runs[0].metrics
    path = folder / "summary.json"
    path.write_text(json.dumps({"schema": 1, "metrics": {"accuracy": "of another time"}}))
    assert load(folder).runs[0].metrics == stored
    path.unlink()
    assert load(folder).runs[0].metrics == stored
    path.write_text(json.dumps({"schema": 99}))
    assert "schema 99" in load(folder).unusable[0].error


def test_the_planner_takes_assumptions_or_runs(sides, capsys):
    code, out, _ = run(capsys, "power", "--effect", 5, "--accuracy", 70)
    assert code == 0
    # (z + z)² (discordance − effect²) / effect² for many questions, and two or so more for Student's t.
    discordance = 0.7 * 0.25 + 0.3 * 0.75
    n = (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 * (discordance - 0.05**2) / 0.05**2
    found = int(out.split("5 points: ")[1].split(" conversations")[0].replace(",", ""))
    assert n < found < n + 4
    code, out, _ = run(capsys, "power", "--effect", 5, "--correlation", 0.05, "--per-conversation", 40)
    assert "design effect 2.95" in out
    code, out, _ = run(capsys, "power", sides[0])
    assert code == 0
    assert "8 conversations, 320 questions: a difference of" in out
    code, out, _ = run(capsys, "power", sides[0], "--effect", 2)
    found = int(out.split("2 points: ")[1].split(" conversations")[0].replace(",", ""))
    assert found > 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give --effect POINTS, or --conversations N"),
        (["--effect", 5, "--accuracy", 97], "97 % and 5 points more are above 100 %"),
        (["--effect", 5, "--discordance", 2], "2 % discordant questions cannot make 5 points"),
        (["--effect", "0.001"], "more than 10,000,000 conversations"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(capsys, arguments, said):
    code, _, err = run(capsys, "power", *arguments)
    assert code == 2
    assert said in err


def test_numbers_out_of_range_are_refused(capsys):
    with pytest.raises(SystemExit) as left:
        main(["power", "--effect", "500"])
    assert left.value.code == 2
    assert "'500' is wrong: expected a percentage" in capsys.readouterr().err
