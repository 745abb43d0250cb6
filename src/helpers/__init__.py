"""Yearly performance self-evaluation of publicly funded IT operations projects (项目支出绩效自评)."""

import sys

# ``python -m helpers.cli`` puts the folder that it is started in before all others; argv says so while it looks for
# the module. What lies beside the data is data, whatever it is called.
if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    del sys.path[0]

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

#: jsonschema imports it for the formats "iri" and "iri-reference", which nothing here asks for; on import it
#: compiles a grammar, which takes longer than importing jsonschema and all that needs it.
_SLOW = "rfc3987_syntax"


class _Postponed(ModuleType):
    """A module that is imported when it is first asked something."""

    def is_valid_syntax(self, *said: Any) -> bool:
        return bool(_imported().is_valid_syntax(*said))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_imported(), name)


def _imported() -> ModuleType:
    if isinstance(sys.modules.get(_SLOW), _Postponed):
        del sys.modules[_SLOW]
    return import_module(_SLOW)


if _SLOW not in sys.modules and (_there := find_spec(_SLOW)) is not None:
    sys.modules[_SLOW] = _Postponed(_SLOW)
    sys.modules[_SLOW].__spec__ = _there
