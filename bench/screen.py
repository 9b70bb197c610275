"""Prints results on the terminal."""

from bench.report import verdict
from bench.results import Results
from bench.tables import Table, every


def show(results: Results) -> None:
    """Print all tables, and which bars are missed."""
    for table in every(results):
        print_table(table)
    print("\n".join(verdict(results)).replace("**", "").replace("`", ""))


def print_table(table: Table) -> None:
    """Print one table with its heading."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(title=table.title, caption=table.about, box=box.ASCII, title_justify="left")
    for head in table.head:
        grid.add_column(head, overflow="fold")
    for row in table.rows:
        grid.add_row(*(cell.replace("**", "").replace("`", "") for cell in row))
    console = Console(markup=False)
    console.print(grid)
    console.print()
