"""Tables for people: as wide as the window and no wider, and keys that can be copied.

A cell is never broken over lines: a key in two pieces can neither be read nor pasted. Numbers, intervals and
times are never cut: "3.1 (1.6 to…" or half a time is a wrong number, so such a column is whole or left out.
Where a table is too wide, texts are shortened first, then columns left out: empty ones, then figures from the
right, then texts. The table names them. Nothing is cut where nobody looks at it: into a pipe or a file
everything goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Between two columns.
GAP = 2
#: A shorter text says nothing.
SHORTEST = 14


def table_lines(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, width: int | None
) -> tuple[list[str], tuple[str, ...]]:
    """Return a heading and a line for each row, and the columns that had no room.

    Args:
        columns: their names; the first holds keys
        rows: a cell for each column; None is empty
        width: of the window, None for as wide as it takes
    """
    cells = [["" if cell is None else " ".join(str(cell).split()) for cell in row] for row in rows]
    places = list(range(len(columns)))
    widths = [max(map(_wide, [name, *(row[at] for row in cells)])) for at, name in enumerate(columns)]
    if width is not None:
        told = [at for at in places if at == 0 or any(row[at] for row in cells)]
        texts = {at: _least(cells, at) for at in told[1:] if _is_text(cells, at)}
        places, widths = _fitted(widths, told, texts, width=width)
    lines = [[columns[at] for at in places], *([row[at] for at in places] for row in cells)]
    said = [
        (" " * GAP).join(_padded(cell, widths[at]) for cell, at in zip(line, places, strict=True)).rstrip()
        for line in lines
    ]
    return said, tuple(
        name for at, name in enumerate(columns) if at not in places and any(row[at] for row in cells)
    )


def _fitted(
    widths: list[int], told: list[int], texts: Mapping[int, int], *, width: int
) -> tuple[list[int], list[int]]:
    """Return the columns that have room and their widths: texts give way first, then what stands last.

    Args:
        widths: of every column, whole
        told: columns that hold something
        texts: how short a column of words may become
        width: of the window
    """
    kept = list(range(len(widths)))
    if _whole(widths, kept) > width:
        kept = list(told)
    while len(kept) > 1:
        short = list(widths)
        over = _whole(short, kept) - width
        while over > 0 and (long := [at for at in texts if at in kept and short[at] > texts[at]]):
            longest = max(long, key=lambda at: short[at])
            short[longest] -= 1
            over -= 1
        if over <= 0:
            return kept, short
        # a text that stands last is worth more than a figure before it
        figures = [at for at in kept[1:] if at not in texts]
        kept.remove(figures[-1] if figures else kept[-1])
    return kept, widths


def _whole(widths: Sequence[int], kept: Sequence[int]) -> int:
    return sum(widths[at] for at in kept) + GAP * (len(kept) - 1)


def _is_text(cells: Sequence[Sequence[str]], place: int) -> bool:
    """Return whether a column may be shortened: words it is, no figures; half an address leads nowhere."""
    return any(
        len(row[place]) > SHORTEST and " " in row[place] and not _is_figure(row[place]) for row in cells
    )


def _least(cells: Sequence[Sequence[str]], place: int) -> int:
    """Return how short a text may become: the figures that stand among its words stay whole."""
    return max([SHORTEST, *(_wide(row[place]) for row in cells if _is_figure(row[place]))])


def _is_figure(cell: str) -> bool:
    """Return whether a cell is a number, an interval or a time, such as "3.1 (1.6 to 5.2)"."""
    digits, letters = sum(map(str.isdigit, cell)), sum(map(str.isalpha, cell))
    return digits >= letters and cell.lstrip("+-−±~<>≥≤(")[:1].isdigit()


def _padded(cell: str, width: int) -> str:
    if _wide(cell) > width:
        while _wide(cell) > width - 1:
            cell = cell[:-1]
        cell = cell.rstrip() + "…"
    return cell + " " * (width - _wide(cell))


def _wide(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
