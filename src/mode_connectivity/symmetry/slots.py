"""Finds which axes must be permuted together: union-find over slots, which unifies their blocks.

A slot is a permutation that is not known yet. Tying two axes binds slots to blocks of other slots, and a slot is cut
where the boundaries of two axes differ (a batch norm over a concatenation) or coarsened where the units of one
axis are several entries of the other (a linear layer that sees channels x pixels). Both only ever shrink the set of
permutations, so every step keeps what was true before it.
"""

from math import lcm

from mode_connectivity.symmetry.axes import Axis, Block, fixed, simplified, size_of


class Slots:
    """Tracks slots, named "0", "1", ...; `bound` maps a slot to the blocks that its units turned out to be."""

    def __init__(self) -> None:
        self.bound: dict[str, Axis] = {}
        self.count = 0

    def fresh(self, units: int, positions: int = 1) -> Axis:
        """Return an axis moved by a new slot; a single unit cannot move."""
        if units < 2:
            return fixed(units * positions)
        self.count += 1
        return (Block(str(self.count - 1), units, positions),)

    def resolve(self, axis: Axis) -> Axis:
        """Return the axis in terms of slots that are not bound."""
        if all(block.group is None or block.group not in self.bound for block in axis):
            return simplified(axis)
        blocks: list[Block] = []
        for block in axis:
            if block.group is None or block.group not in self.bound:
                blocks.append(block)
                continue
            self.bound[block.group] = self.resolve(self.bound[block.group])
            blocks += [Block(group, units, each * block.positions) for group, units, each in self.bound[block.group]]
        return simplified(blocks)

    def is_fixed(self, axis: Axis) -> bool:
        return all(block.group is None for block in self.resolve(axis))

    def pin(self, axis: Axis) -> None:
        """Let no entry of the axis move."""
        for block in self.resolve(axis):
            if block.group is not None:
                self.bound[block.group] = fixed(block.units)

    def tie(self, left: Axis, right: Axis) -> None:
        """Let both axes, of one size, move in the same way."""
        left, right = self.resolve(left), self.resolve(right)
        if size_of(left) != size_of(right):
            raise AssertionError(f"axes of sizes {size_of(left)} and {size_of(right)} cannot be tied")
        for one, other in ((left, right), (right, left)):
            if len(one) == 1 and one[0].group is not None and one[0].positions == 1 and one != other:
                self.bound[one[0].group] = other  # a slot nothing is known about takes on the whole structure
                return
        while left:
            first, second = left[0], right[0]
            if first.size == second.size:
                self._tie_blocks(first, second)
                left, right = self.resolve(left[1:]), self.resolve(right[1:])
            elif first.size < second.size:
                left, right = self._aligned(left, right)
            else:
                right, left = self._aligned(right, left)

    def cut(self, axis: Axis, size: int) -> tuple[Axis, Axis]:
        """Return the axis in two, the first of `size` entries; a unit that lies across the cut stays where it is."""
        axis, place, missing = self.resolve(axis), 0, size
        while place < len(axis) and axis[place].size <= missing:
            missing -= axis[place].size
            place += 1
        head, tail = axis[:place], axis[place:]
        if missing == 0:
            return head, tail
        block = tail[0]
        if block.group is None:
            return head + fixed(missing), fixed(block.size - missing) + tail[1:]
        units, across = divmod(missing, block.positions)
        self.bound[block.group] = fixed(block.units) if across else self.fresh(units) + self.fresh(block.units - units)
        return self.cut(axis, size)

    def _aligned(self, short: Axis, long: Axis) -> tuple[Axis, Axis]:
        """Return both axes with a boundary of `long` after the first block of `short`, whose slot may be cut too."""
        head, tail = self.cut(long, short[0].size)
        short = self.resolve(short)
        # The cut may have split a slot that both axes hold, and joined blocks that are fixed: tie what is aligned now.
        width = size_of(head)
        ahead, behind = self.cut(short, width)
        self.tie(ahead, head)
        return self.resolve(behind), self.resolve(tail)

    def _tie_blocks(self, first: Block, second: Block) -> None:
        if first.group == second.group:
            return
        if first.group is None or second.group is None:
            self.pin((first, second))
            return
        # Units of p and q entries share boundaries every lcm(p, q) entries: those are the common units.
        each = lcm(first.positions, second.positions)
        common = self.fresh(first.size // each)
        for block in (first, second):
            assert block.group is not None
            self.bound[block.group] = tuple(
                Block(group, units, positions * (each // block.positions)) for group, units, positions in common
            )
