"""What is dear to import and hardly ever needed is imported when it is needed."""

from __future__ import annotations

import subprocess
import sys

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
