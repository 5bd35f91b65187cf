"""Opens what commands look at: the casebook for reading, with one sentence where there is none yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.settings import Settings


def next_step(settings: Settings) -> str:
    """What to do where there is no data yet."""
    if settings.config is not None:
        return "先运行 ingest run 收信。"
    return (
        "这里也没有配置文件：第一次使用请运行 ingest init；已有配置时，请到它所在的文件夹运行，"
        "或设置 INGEST_CONFIG。"
    )


@contextmanager
def looking(settings: Settings) -> Iterator[Glance | None]:
    """The casebook, open for looking; None, said on stderr, where no mail was ever fetched.

    Raises:
        ConfigurationError: the casebook cannot be read by this version.
    """
    glance = Glance.open(settings.casebook)
    if glance is None:
        typer.echo(f"还没有数据（{settings.casebook} 不存在）。{next_step(settings)}", err=True)
        yield None
        return
    try:
        yield glance
    finally:
        glance.close()
