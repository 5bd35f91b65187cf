"""`ingest doctor`: is everything in place, and what to do where it is not?"""

from __future__ import annotations

import typer

from inbox_ingest.cli.chinese import ChineseCommand


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor", cls=ChineseCommand)(doctor)


def doctor() -> None:
    """检查配置、数据文件夹、读取程序和邮箱；有问题时告诉您怎么办。"""
    from inbox_ingest.cli.printing import show
    from inbox_ingest.diagnosis import diagnose, exit_code_of
    from inbox_ingest.reports.diagnosis import finding_lines

    findings = []
    for finding in diagnose():
        findings.append(finding)
        show(finding_lines(finding.verdict, finding.subject, finding.text, finding.remedy))
    code = exit_code_of(findings)
    bad, notes = (
        sum(finding.verdict == verdict for finding in findings) for verdict in ("bad", "note")
    )
    typer.echo(_summary(bad, notes))
    raise typer.Exit(code)


def _summary(bad: int, notes: int) -> str:
    if not bad and not notes:
        return "一切就绪。"
    parts = [f"有 {bad} 处需要处理（✗）"] if bad else []
    parts += [f"有 {notes} 处请留意（！）"] if notes else []
    return f"{'，'.join(parts)}。" if bad else f"没有错误，{parts[0]}。"
