"""What is dear to import and hardly ever needed is imported when it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
import helpers
{imports}
assert 'lark' not in sys.modules
from jsonschema import FormatChecker
checker = FormatChecker()
print(checker.conforms('http://例.测试/a', 'iri'), checker.conforms('::', 'iri'), 'lark' in sys.modules)
import rfc3987_syntax
print(rfc3987_syntax.is_valid_syntax('iri', 'http://a/'), rfc3987_syntax.__file__ is not None)
"""


def answers(imports: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(imports=imports)], capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.split()


def test_the_grammar_of_web_addresses_is_compiled_when_one_is_checked() -> None:
    """jsonschema's own check of the format still works, and is not paid for by those that import jsonschema."""
    assert answers("import jsonschema, helpers.gate.adapter") == ["True", "False", "True", "True", "True"]


CHARTS = """
import sys
import helpers.gate.adapter
assert 'altair.vegalite' not in sys.modules
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as drawn
print(drawn.alt.Chart.__name__, 'altair.vegalite' in sys.modules)
import altair.utils
print(altair.utils.__name__, altair.__file__ is not None)
"""


def test_what_draws_divergences_is_imported_when_one_is_drawn() -> None:
    done = subprocess.run([sys.executable, "-c", CHARTS], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["Chart", "True", "altair.utils", "True"]


LOOK = """
import sys
from pathlib import Path
from helpers.run.personal_scan import personal_places
Path('a.txt').write_text('请联系 13812345678\\n没有别的', encoding='utf-8')
print([place.where for place in personal_places(Path.cwd(), lambda _: False)], 'pandas' in sys.modules)
"""


def test_a_look_for_personal_data_does_without_data_frames(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, encoding="utf-8", check=True, cwd=tmp_path)
    assert done.stdout.strip() == "['第 1 行'] False"
