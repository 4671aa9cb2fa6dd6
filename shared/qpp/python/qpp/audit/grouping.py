"""From lines to places: the statement, loop or function that a person would rewrite as one.

Within a function, statements and loops are put together where the samples alternate between them:
then they run in turn, many times, and belong to one piece of work. Where one runs after the other
they stay apart. What stands at the top of a file is never put together, nor is what is too long
to be read as one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qpp.audit.source import Function, Loop, Source
from qpp.audit.tally import Position, Tally

LONGEST = 60  # lines of a place
NEST = 20  # lines of a loop that is taken whole though its inner loop has all the time
MIXED = 0.35  # of the changes expected if the order of the samples were random
STALL = 10  # samples of one visit that count: a busy machine may stop the profiler for longer
MATTERS = 0.05  # part of a block's time below which a part of it decides nothing

Item = tuple[str, ast.AST]  # a file and a statement of it


@dataclass(frozen=True)
class Group:
    """One place to be: its node, and the statements with time that belong to it."""

    file: str
    node: ast.AST
    items: frozenset[Item]


class Grouping:
    """Groups the charged lines of several runs."""

    def __init__(self, tallies: Sequence[Tally], sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._items: dict[Position, Item] = {}
        self.weights: dict[Item, float] = defaultdict(float)
        for one in tallies:
            work = one.work.wall or 1.0
            for charge, amounts in one.charges.items():
                self.weights[self.item(charge.where)] += amounts.wall / work / len(tallies)
        self._visits = [
            [(self.item(where), min(STALL, seconds * one.rate)) for where, seconds in thread]
            for one in tallies
            for thread in one.visits
        ]

    def item(self, where: Position) -> Item:
        """The statement of a line."""
        found = self._items.get(where)
        if found is None:
            source = self._sources[where[0]]
            found = self._items[where] = where[0], source.statement(where[1]) or source.tree
        return found

    def groups(self) -> list[Group]:
        """All groups, by file and function."""
        scopes: dict[Item, list[Item]] = defaultdict(list)
        for item in self.weights:
            scopes[item[0], self._blocks(item)[-1]].append(item)
        return [
            g for (file, scope), items in scopes.items() for g in self._within(file, scope, items)
        ]

    def _blocks(self, item: Item) -> list[ast.AST]:
        """The loops around a statement, innermost first, then its function or the whole file."""
        source = self._sources[item[0]]
        blocks: list[ast.AST] = []
        for node in (item[1], *source.above(item[1])):
            if isinstance(node, Loop):
                blocks.append(node)
            elif isinstance(node, Function):
                return [*blocks, node]
        return [*blocks, source.tree]

    def _within(self, file: str, block: ast.AST, items: Iterable[Item]) -> list[Group]:
        """The groups of a block: its loops', its own statements, or the block as one."""
        inner: dict[ast.AST, list[Item]] = defaultdict(list)
        groups: list[Group] = []
        for item in items:
            blocks = self._blocks(item)
            at = blocks.index(block)
            if at:
                inner[blocks[at - 1]].append(item)
            else:
                groups.append(Group(file, item[1], frozenset([item])))
        for loop, members in inner.items():
            groups += self._within(file, loop, members)
        whole = Group(file, block, frozenset(i for g in groups for i in g.items))
        return [whole] if self._one(block, groups) else groups

    def _one(self, block: ast.AST, groups: list[Group]) -> bool:
        """Whether a block is rewritten as one."""
        length = span(block)
        if isinstance(block, ast.Module) or length > LONGEST:
            return False
        total = sum(self.weight(group) for group in groups)
        parts = [group for group in groups if self.weight(group) >= MATTERS * total]
        if len(parts) == 1:
            of_loop = isinstance(parts[0].node, Loop) and parts[0].node is not block
            return isinstance(block, Loop) and (length <= NEST or not of_loop)
        return self.mixed(parts)

    def mixed(self, groups: Sequence[Group]) -> bool:
        """Whether the samples alternate between groups."""
        number = {item: index for index, group in enumerate(groups) for item in group.items}
        samples = [0.0] * len(groups)
        changes = 0
        for thread in self._visits:
            last = None
            for item, count in thread:
                index = number.get(item)
                if index is None:
                    continue
                samples[index] += count
                changes += last is not None and index != last
                last = index
        everything = sum(samples)
        if not everything:
            return False
        expected = everything * (1.0 - sum((n / everything) ** 2 for n in samples))
        return changes >= 3 and changes >= MIXED * expected

    def weight(self, group: Group) -> float:
        """The share of a group's statements."""
        return sum(self.weights[item] for item in group.items)


def span(node: ast.AST) -> int:
    """The lines of a node."""
    first = int(getattr(node, "lineno", 1))
    return int(getattr(node, "end_lineno", first)) - first + 1
