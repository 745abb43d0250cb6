"""The gate phones nobody, writes nothing, says nothing, in any locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, socket, sys

def refuse(*args, **kwargs):
    raise AssertionError("network")

for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, refuse)
socket.create_connection = socket.getaddrinfo = refuse
touched = []

def watch(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & 3 and "__pycache__" not in str(args[0]):
        touched.append(str(args[0]))
    elif event in ("os.mkdir", "os.rename", "tempfile.mkdtemp", "tempfile.mkstemp"):
        touched.append(str(args[0]))
    elif event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        touched.append(event)

sys.addaudithook(watch)
sys.path.insert(0, sys.argv[1])
from tests.gate.gate_samples import account, broken, spec
from helpers.gate import about_table, builtin_rules, run_gate
from helpers.year.fiscal import FiscalYear

rules = {"tickets": builtin_rules("tickets", spec(), FiscalYear(2024))}
result = run_gate({"tickets": broken("category", 1, None)}, rules,
                  reconciliation=[account()], about={"tickets": about_table(spec())}, fiscal=FiscalYear(2024))
import os
answer = {"checks": result.to_json(), "touched": touched, "analytics": os.environ["GX_ANALYTICS_ENABLED"]}
sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8"))
"""


def run(tmp_path: Path, **environment: str) -> tuple[dict, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON", "GX_"))}
    # With PYTHONUTF8=0 the C locale really means ASCII.
    kept |= {
        "HOME": str(tmp_path),
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parents[2])],
        cwd=tmp_path,
        env={**kept, **environment},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return json.loads(done.stdout.decode("utf-8")), done.stderr.decode("utf-8", "replace")


def test_under_the_c_locale_with_the_network_cut_and_analytics_asked_for(tmp_path):
    answer, said = run(tmp_path, LC_ALL="C", GX_ANALYTICS_ENABLED="true")
    (failed,) = [c for c in answer["checks"]["checks"] if not c["success"]]
    assert (failed["words"], failed["failing_rows"][0]["source_file"]) == (
        "“业务类别”不得为空",
        "exports/工单_上半年.csv",
    )
    assert answer["analytics"] == "false"
    # pandas or the standard library may try out a temporary file; nothing of ours or of GX stays.
    assert [t for t in answer["touched"] if not t.startswith(str(tmp_path) + "/")] == []
    assert list(tmp_path.iterdir()) == []
    assert said == ""
