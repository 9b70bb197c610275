"""Campaigns: many pieces of work, each with an interpreter of its own, on this machine or on a cluster.

An executor of vtsc does the work, so that a campaign prints the same bytes wherever that is. A worker of a
cluster is sent this package beside the content.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import TypeVar

from crosscheck.roots import ROOT
from vtsc.base.parallel import Executor, Lost, ordered
from vtsc.commands.options import add_executor, add_jobs
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.executors import executor

W = TypeVar("W")
R = TypeVar("R")


def arguments(parser: argparse.ArgumentParser, given: Sequence[str]) -> argparse.Namespace:
    """The options of a campaign, those for where its work is done included."""
    add_jobs(parser)
    add_executor(parser)
    return parser.parse_args(given)


def place(given: argparse.Namespace) -> Executor:
    """The executor that the options name; raises `UsageError`."""
    return executor(given.executor, given.jobs)


def outcomes(run: Callable[[W], R], jobs: Sequence[W], where: Executor) -> Iterator[R | Lost]:
    """``run`` of each job, in order."""
    content = load(str(ROOT))
    items = [(content, job) for job in jobs]
    with closing(ordered(items, partial(_of_job, run), where)) as results:
        yield from results


def _of_job(run: Callable[[W], R], item: tuple[Content, W]) -> R:
    return run(item[1])
