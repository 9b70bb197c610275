"""Draws how CPU seconds grow, as SVG files that can be read on a light and on a dark ground.

The same results give the same bytes: ids have a fixed salt, and there is no date in a file.
"""

from pathlib import Path
from typing import Any

from bench.figures import GROWTH, Growth
from bench.results import ALONE, OWN, TEXTBOOK, Results, cpu, stopped
from bench.solvers import SOLVERS

GREY = "#808080"
"""Text and axes; as far from white as from black."""
LINES = {
    OWN: ("#2f81d8", "o"),
    ALONE: ("#5aa9e6", "o"),
    TEXTBOOK: ("#d9730d", "s"),
    SOLVERS[0].name: ("#2e9e6b", "^"),
    SOLVERS[1].name: ("#9a6bd0", "v"),
    SOLVERS[2].name: ("#d6527a", "D"),
    SOLVERS[3].name: ("#a38a00", "P"),
    SOLVERS[4].name: ("#808080", "x"),
    SOLVERS[5].name: ("#1b9aaa", "*"),
}
"""A colour of middling brightness, and a marker, for each way."""
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "vtsc",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "axes.titlecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "legend.framealpha": 0,
}


def draw(results: Results, folder: Path) -> list[Path]:
    """Draw a file for each number that grows and was measured; returns the files."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    written = []
    for name in dict.fromkeys(growth.name for growth in GROWTH):
        series = [g for g in GROWTH if g.name == name and results.of(g.points[0][1].name, OWN)]
        if series:
            with pyplot.rc_context(STYLE):
                path = folder / f"performance-{name}.svg"
                _save(pyplot, results, series, path)
                written.append(path)
    return written


def _save(pyplot: Any, results: Results, series: list[Growth], path: Path) -> None:
    """Draw the series side by side, and save them without line breaks."""
    width = 4.6 * len(series) + 1.8
    figure, axes = pyplot.subplots(1, len(series), figsize=(width, 3.4), squeeze=False)
    for panel, growth in zip(axes[0], series, strict=True):
        _panel(panel, results, growth)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="center right", title="in a circle: stopped")
    figure.tight_layout(rect=(0, 0, 1 - 1.6 / width, 1))
    figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    text = path.read_text(encoding="utf-8")
    path.write_text(" ".join(text.split()).replace("> <", ">\n<", 3) + "\n", encoding="utf-8")


def _panel(panel: Any, results: Results, growth: Growth) -> None:
    """Draw a line for each way along a series."""
    for way, (colour, marker) in LINES.items():
        asked = [(n, results.of(figure.name, way)) for n, figure in growth.points]
        points = [(n, runs) for n, runs in asked if runs]
        if not points:
            continue
        line = {"color": colour, "linewidth": 2.2 if way == OWN else 1.2}
        xs, ys = [n for n, _ in points], [cpu(runs) for _, runs in points]
        panel.plot(xs, ys, marker=marker, label=way, **line)
        ends = [(n, cpu(runs)) for n, runs in points if stopped(runs)]
        if ends:
            panel.plot(*zip(*ends, strict=True), "o", markersize=11, fillstyle="none", color=colour)
    panel.set_yscale("log")
    panel.minorticks_off()
    panel.yaxis.set_major_formatter("{x:g}")
    panel.set_xticks([n for n, _ in growth.points])
    panel.set_xlabel(growth.name)
    panel.set_ylabel("CPU seconds")
    panel.set_title(growth.title, fontsize=9)
    panel.grid(True, which="major", color=GREY, alpha=0.25, linewidth=0.6)
