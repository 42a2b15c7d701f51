"""ACTAS_STRICT=1: where everything should be installed, a skipped test is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
IN_A_TEST = "import pytest\n\ndef test_it():\n    pytest.skip('not here')\n"
IN_A_FILE = "import pytest\n\npytest.skip('not here', allow_module_level=True)\n"
MARKED = "import pytest\n\n@pytest.mark.skipif(True, reason='not here')\ndef test_it():\n    pass\n"


@pytest.mark.parametrize("source", [IN_A_TEST, IN_A_FILE, MARKED], ids=["test", "file", "mark"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_skip_is_a_failure_in_strict_mode_only(tmp_path, source, strict):
    """And its reason is shown."""
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport\n"
    )
    (tmp_path / "test_it.py").write_text(source)
    environment = {**os.environ, "ACTAS_STRICT": "1" if strict else "", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path), "-rs"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
    )
    failed = done.returncode != 0 and "ACTAS_STRICT=1 does not allow" in done.stdout
    assert failed is strict, done.stdout
    assert "not here" in done.stdout
