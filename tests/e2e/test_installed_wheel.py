"""The built wheel works in an empty folder, without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (found,) = folder.glob("recallbench-*.whl")
    return found


def test_the_wheel_holds_packages_configs_and_data_only(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "recall_datasets",
        "recall_memory",
        "recall_eval",
        "hydra_plugins",
    }
    configs = {p.relative_to(ROOT / "configs").as_posix() for p in (ROOT / "configs").rglob("*.yaml")}
    assert {f"recall_eval/configs/{name}" for name in configs} <= set(names)
    assert {"recall_datasets/cards/locomo.yaml", "recall_datasets/errata/locomo.yaml"} <= set(names)


def test_the_installed_wheel_runs_in_an_empty_folder(wheel, tmp_path):
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    code = "import recall_eval, sys; print(recall_eval.__file__)"
    where = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert where.stdout.startswith(str(site))
    command = [sys.executable, "-m", "recall_eval", "run", "memory=bm25", "dataset=synthetic_smoke"]
    done = subprocess.run(
        command, cwd=work, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "report: results/synthetic_smoke/" in done.stdout
