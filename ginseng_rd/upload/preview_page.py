"""A preview drawn for a page: the cells with their faults in colour, and beside them what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ginseng_rd.errors import Finding, Severity
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.upload.preview import Mark, Preview, PreviewRow, PreviewTable
from ginseng_rd.words import say

# The classes are ours alone and the colours carry their own text colour, so that a dark notebook shows them too.
_STYLE = """<style>
.grd-preview{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;font-size:13px;line-height:1.4}
.grd-preview .grd-cells{flex:1 1 420px;min-width:0;max-height:520px;overflow:auto}
.grd-preview .grd-findings{flex:1 1 320px;max-width:520px;max-height:520px;overflow:auto}
.grd-preview table{border-collapse:collapse;margin:0 0 12px}
.grd-preview caption{text-align:left;font-weight:600;padding:2px 0 6px}
.grd-preview th,.grd-preview td{border:1px solid #d0d5dd;padding:3px 8px;text-align:left;white-space:nowrap;
max-width:240px;overflow:hidden;text-overflow:ellipsis}
.grd-preview th,.grd-preview .grd-heading td{background:#f2f4f7;color:#101828;font-weight:600}
.grd-preview thead th,.grd-preview tbody th{color:#667085;font-weight:400;text-align:center}
.grd-preview caption small{font-weight:400}
.grd-preview .grd-gap td{color:#667085;font-style:italic;border-style:dotted}
.grd-preview td.grd-stops,.grd-preview th.grd-stops,.grd-preview b.grd-stops{background:#fecdca;color:#7a271a}
.grd-preview td.grd-asks,.grd-preview th.grd-asks,.grd-preview b.grd-asks{background:#fedf89;color:#7a2e0e}
.grd-preview td.grd-notes,.grd-preview th.grd-notes,.grd-preview b.grd-notes{background:#d1e9ff;color:#194185}
.grd-preview code{white-space:nowrap}
.grd-preview sup{font-weight:700;margin-left:3px}
.grd-preview b{border-radius:9px;padding:0 7px;margin-right:6px;white-space:nowrap}
.grd-preview ol{list-style:none;margin:0;padding:0}
.grd-preview li{margin:0 0 8px}
</style>"""


def draw_preview(preview: Preview) -> str:
    """Return the preview as HTML: every text escaped, and marks told by number as well as by colour."""
    tables = "".join(_draw_table(table, preview.findings) for table in preview.tables)
    head = f"<p><strong>{escape(preview.file)}</strong> · {escape(tell_outcome(preview.findings))}</p>"
    cells = f'<div class="grd-cells">{tables}</div>' if tables else ""
    said = "".join(_draw_finding(n, finding) for n, finding in enumerate(preview.findings, start=1))
    beside = f'<div class="grd-findings"><ol>{said}</ol></div>' if said else ""
    return f'{_STYLE}{head}<div class="grd-preview">{cells}{beside}</div>'


def tell_outcome(findings: tuple[Finding, ...]) -> str:
    """Return how many findings of each severity there are, in the language in force."""
    counts = [(severity, sum(f.severity is severity for f in findings)) for severity in Severity]
    named = {
        Severity.STOPS: say("to mend", "고칠 곳"),
        Severity.ASKS: say("to answer", "확인할 것"),
        Severity.NOTES: say("to know", "참고"),
    }
    told = [say(f"{count} {named[severity]}", f"{named[severity]} {count}") for severity, count in counts if count]
    return ", ".join(told) or say("nothing to mend", "고칠 곳 없음")


def _draw_table(table: PreviewTable, findings: tuple[Finding, ...]) -> str:
    heads = "".join(f"<th>{escape(name)}</th>" for name in ("", *table.spoken_columns()))
    body = "".join(_draw_rows(table, findings))
    common = f"<br><small>{escape(table.spoken_in_common())}</small>" if table.in_common else ""
    caption = escape(tell_table(table)) + common
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def tell_table(table: PreviewTable) -> str:
    """Return what a table shows, in the language in force: which sheet or kind, and how many of how many rows."""
    sheet = say(f"sheet '{table.sheet}'", f"'{table.sheet}' 시트") if table.sheet else ""
    kind = say(table.kind.replace("_", " "), KINDS[table.kind].korean) if table.kind else ""
    rows = say(f"{table.row_count} row{'s' if table.row_count != 1 else ''}", f"{table.row_count}행")
    if len(table.rows) < table.row_count:
        rows = say(f"{len(table.rows)} of {rows}", f"{rows} 가운데 {len(table.rows)}행")
    return ", ".join(filter(None, (kind, sheet, rows)))


def _draw_rows(table: PreviewTable, findings: tuple[Finding, ...]) -> Iterator[str]:
    before: int | None = None
    for row in table.rows:
        if not table.kind and before is not None and row.number is not None and row.number > before + 1:
            left_out = row.number - before - 1
            told = say(f"{left_out} row{'s' if left_out != 1 else ''} not shown", f"{left_out}행 생략")
            yield f'<tr class="grd-gap"><th></th><td colspan="{max(1, len(table.columns))}">⋮ {told}</td></tr>'
        before = row.number
        yield _draw_row(row, findings)


def _draw_row(row: PreviewRow, findings: tuple[Finding, ...]) -> str:
    marks = {mark.position: mark for mark in row.marks}
    number = _draw_cell("th", "" if row.number is None else str(row.number), marks.get(None), findings)
    cells = "".join(_draw_cell("td", text, marks.get(i), findings) for i, text in enumerate(row.cells))
    is_heading = ' class="grd-heading"' if row.is_heading else ""
    return f"<tr{is_heading}>{number}{cells}</tr>"


def _draw_cell(tag: str, text: str, mark: Mark | None, findings: tuple[Finding, ...]) -> str:
    if mark is None:
        return f"<{tag}>{escape(text)}</{tag}>"
    said = escape("\n".join(findings[n - 1].told() for n in mark.findings))
    numbers = ", ".join(map(str, mark.findings))
    return f'<{tag} class="grd-{mark.severity.value}" title="{said}">{escape(text)}<sup>{numbers}</sup></{tag}>'


def _draw_finding(number: int, finding: Finding) -> str:
    badge = f'<b class="grd-{finding.severity.value}">{number} {escape(finding.severity.told())}</b>'
    return f"<li>{badge}{escape(finding.told())} <code>{escape(finding.code)}</code></li>"
