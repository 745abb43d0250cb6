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


class _Postponed(ModuleType):
    """A module that is imported when it is first asked something."""

    #: Asked by the import of what is in a package.
    asked_first = "__path__"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != self.asked_first:
            raise AttributeError(name)
        return getattr(_imported(self.__name__), name)


class _Syntax(_Postponed):
    """``rfc3987_syntax``, of which jsonschema takes a function by name: that is no use of it yet."""

    asked_first = ""

    def is_valid_syntax(self, *said: Any) -> bool:
        return bool(_imported(self.__name__).is_valid_syntax(*said))


def _imported(name: str) -> ModuleType:
    if isinstance(sys.modules.get(name), _Postponed):
        del sys.modules[name]
    return import_module(name)


def _postpone(module: _Postponed) -> None:
    name = module.__name__
    if name not in sys.modules and (there := find_spec(name)) is not None:
        module.__spec__ = there
        sys.modules[name] = module


# jsonschema imports it for the formats "iri" and "iri-reference", which nothing here asks for; on import it
# compiles a grammar, which takes longer than importing jsonschema and all that needs it.
_postpone(_Syntax("rfc3987_syntax"))
# Great Expectations imports it to draw a divergence, which nothing here asks for; a quarter of its own import.
_postpone(_Postponed("altair"))
