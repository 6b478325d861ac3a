"""What code a module uses: the modules of this package whose names it imports, directly or not.

Packages that only pass names on do not count, so a step depends on what it takes from a room and
not on the whole room. What merely importing a module does has to change no result.
"""

import ast
import hashlib
import inspect
import sys
import types
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
RESOURCES = (".json", ".csv")  # package data that a module beside them reads


def code_hash(modules: tuple[str, ...]) -> str:
    """Hash of modules and all that they import of this package, 16 hex digits.

    Comments, docstrings and layout do not count. Raises ValueError for a module that is not there.
    """
    digest = hashlib.sha256()
    for name in sorted(closure(modules)):
        digest.update(f"{name}\0{_module_hash(name)}\0".encode())
    return digest.hexdigest()[:16]


def closure(modules: Iterable[str]) -> set[str]:
    """``modules`` and every module of this package that they use, directly or not."""
    found, waiting = set(), set(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _imports(name)
    return found


def imports_of(source: str) -> set[str]:
    """Modules of this package whose names a piece of source imports, wherever it does so.

    A name that a package only passes on counts for the module that defines it.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {_home(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    own = {name for name in found if name.split(".")[0] == PACKAGE.name}
    return {name for name in own if _file(name) is not None}


def _home(module: str, name: str) -> str:
    """The module that ``from module import name`` reaches."""
    if _file(f"{module}.{name}") is not None:
        return f"{module}.{name}"
    file = _file(module) if module.split(".")[0] == PACKAGE.name else None
    if file is None or file.name != "__init__.py":
        return module
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _home(node.module, alias.name)
    return module


def bare(source: str) -> str:
    """What source does, as text that comments, docstrings and layout do not change."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            # Strings that stand alone document what is above them.
            kept = [line for line in body if not _is_text(line)]
            node.body = kept or [ast.Pass()]
    return ast.dump(tree)


def class_hash(kind: type) -> str:
    """Hash of what a class does, wherever it was written; 16 hex digits.

    A module of this package counts with all that it imports, another file as a whole; of a class
    typed into a notebook its own functions and those of its parents there.
    """
    module = kind.__module__
    if module.split(".")[0] == PACKAGE.name:
        return code_hash((module,))
    file = getattr(sys.modules.get(module), "__file__", None)
    if file:
        text = bare(Path(file).read_text("utf-8"))
    else:
        parents = [k for k in kind.__mro__ if k.__module__ == module]
        functions = [f for k in parents for f in vars(k).values() if inspect.isfunction(f)]
        text = "\0".join(_instructions(function.__code__) for function in functions)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _instructions(code: types.CodeType) -> str:
    """Bytecode, names and constants of a function, without its docstring's words and its lines."""
    constants = [_instructions(c) if inspect.iscode(c) else repr(c) for c in code.co_consts[1:]]
    return f"{code.co_name} {code.co_code.hex()} {code.co_names} {constants}"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def _file(name: str) -> Path | None:
    place = PACKAGE.parent.joinpath(*name.split("."))
    choices = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in choices if file.is_file()), None)


def _imports(name: str) -> set[str]:
    file = _file(name)
    if file is None:
        raise ValueError(f"there is no module {name} to hash")
    return _parsed(file, file.stat().st_mtime_ns)[0]


def _module_hash(name: str) -> str:
    file = _file(name)
    digest = hashlib.sha256(_parsed(file, file.stat().st_mtime_ns)[1].encode())
    for resource in sorted(file.parent.iterdir()):
        if resource.suffix in RESOURCES:
            digest.update(resource.read_bytes())
    return digest.hexdigest()


@cache
def _parsed(file: Path, changed: int) -> tuple[set[str], str]:
    """Imports and bare text of a file; read again once it has changed."""
    source = file.read_text("utf-8")
    return imports_of(source), bare(source)
