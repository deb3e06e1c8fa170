"""``loopviz preview``: a page that shows the film while its files are edited."""

from __future__ import annotations

from typing import Annotated

import typer

from loopviz.cli.options import Messages
from loopviz.cli.render import Project

Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="The page's port on this machine; 0: one that is free.")
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Do not open the page in a browser.")]


def preview(project: Project, *, port: Port = 0, no_open: NoOpen = False, messages: Messages) -> None:
    """Show the film on a page that follows every save.

    A still at any place, a second of film, and what check finds; marks for safe margins, reading time and contrast.
    The page can be reached from this machine only. Ctrl-C ends it.
    """
    import contextlib
    import webbrowser

    from loopviz.preview.follow import Follower
    from loopviz.preview.site import Site
    from loopviz.preview.studio import Studio

    with (
        contextlib.suppress(KeyboardInterrupt),
        contextlib.closing(Studio(project)) as studio,
        Site(studio, port) as site,
    ):
        messages.reporter.result({"url": site.url}, [f"{site.url}: follows {project}; Ctrl-C ends it"])
        if not no_open:
            webbrowser.open(site.url)
        Follower(studio).run()
