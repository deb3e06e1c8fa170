"""How commands are registered: with examples in their help, and no option that is silently said twice."""

from __future__ import annotations

import inspect
import resource
import textwrap
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from loopviz.cli.parameters import Parameter, arguments, for_typer, parameters
from loopviz.errors import no_memory

LEAST_MEMORY = 2 << 30  # bytes of addresses; with less, a library may end the process where it gets none

Function = TypeVar("Function", bound=Callable[..., Any])


class Command(TyperCommand):
    """A command whose parameters are made when it is asked for, see ``loopviz.cli.parameters``.

    An option that takes one value is given once: of two, one would be lost without a word.
    """

    function: Callable[..., Any]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.params  # typer's, of a function that has none

    @cached_property
    def wanted(self) -> list[Parameter]:
        """The arguments and options."""
        return parameters(self.function)

    @cached_property
    def params(self) -> list[Any]:  # type: ignore[override]
        """The same as typer has them."""
        return for_typer(self.wanted)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of a command line.

        Raises:
            BadParameter: If an option of one value stands there twice.
        """
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(args=list(args))
            for option in given:
                once = not (option.multiple or option.nargs != 1 or getattr(option, "is_flag", False))
                if option.param_type_name == "option" and once and given.count(option) > 1:
                    hint = max(option.opts, key=len)
                    raise typer.BadParameter("It is given twice; it takes one value.", param_hint=hint)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Call the command.

        Raises:
            MissingPartError: If this process may take less memory than the libraries need to load and to start.
        """
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY and limit < LEAST_MEMORY:
            raise no_memory(limit, LEAST_MEMORY)
        return ctx.invoke(self.function, **arguments(self.function, self.wanted, ctx.params))


class GroupOfOne(TyperGroup):
    """A command of the group's own name, with others below it: what begins with none of their names is its.

    Its help is that command's.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.own = self.commands.pop(str(self.name))

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context of what a command line asks for: of this group only where one of the others is named."""
        completing = extra.get("resilient_parsing") and not args
        if completing or (args and args[0] in self.commands):
            return super().make_context(info_name, args, parent, **extra)
        return self.own.make_context(info_name, args, parent, **extra)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return what a beginning can become: a name of the others, or an option of the command itself."""
        return (
            self.own.shell_complete(ctx, incomplete)
            if incomplete.startswith("-")
            else super().shell_complete(ctx, incomplete)
        )


def command(app: typer.Typer, name: str, examples: str) -> Callable[[Function], Function]:
    """Return a decorator that makes a function a command of an app.

    Args:
        app: The app.
        name: What the command is called.
        examples: Command lines for its help, one a line.
    """
    epilog = "\b\nExamples:\n" + textwrap.indent(textwrap.dedent(examples).strip(), "  ")

    def register(function: Function) -> Function:
        kind = type("Command", (Command,), {"function": staticmethod(function)})
        app.command(name, cls=kind, help=inspect.getdoc(function), epilog=epilog)(lambda: None)
        return function

    return register
