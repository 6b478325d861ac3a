"""Is a module still the one that the compiled loops were derived from?

The loops write a network's arithmetic out by hand. Whoever edits its torch module, the definition,
would train the new module and get the old one; so the loops keep a hash of the code that they
were derived from, and take no module whose code differs.
"""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache

from torch import nn


@lru_cache
def source_hash(functions: Sequence[Callable]) -> str:
    """Hash of what functions do, 16 hex digits: comments, docstrings, annotations do not count.

    "" where a function has no source, such as one typed into a plain interpreter.
    """
    digest = hashlib.sha256()
    for function in functions:
        try:
            digest.update(bare(function).encode())
        except (OSError, TypeError):
            return ""
    return digest.hexdigest()[:16]


def bare(function: Callable) -> str:
    """What a function does, as text that comments, docstrings, annotations do not change."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return ast.dump(_Bare().visit(tree))


class _Bare(ast.NodeTransformer):
    """Takes docstrings, annotations and decorators off functions."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.decorator_list, node.returns = [], None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node


def is_unchanged(model: nn.Module, network, fresh: nn.Module) -> bool:
    """Whether ``model`` computes what the compiled ``network`` does.

    Parameters
    ----------
    network : :mod:`gymlib.training.fast.cnn` or :mod:`gymlib.training.fast.lstm`.
    fresh : a model just built from the same config, whose layers are as they should be.
    """
    kind, made = type(model), network.MODULE
    functions = (kind.__init__, kind.forward, *network.DERIVED_FROM[2:])
    return (
        kind is made
        and source_hash(functions) == network.SOURCE
        and "forward" not in vars(model)
        and not any(_hooks(part) for part in model.modules())
        and str(model) == str(fresh)
    )


def _hooks(part: nn.Module) -> bool:
    return bool(part._forward_hooks or part._forward_pre_hooks or part._backward_hooks)
