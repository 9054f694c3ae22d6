"""Finds which axes must be permuted together: union-find over slots, which unifies their blocks.

A slot is a permutation that is not known yet. Tying two axes binds slots to blocks of other slots, and a slot is cut
where the boundaries of two axes differ (a batch norm over a concatenation) or coarsened where the units of one
axis are several entries of the other (a linear layer that sees channels x pixels). An axis that is seen as several
(heads x units) is bound to units with slots within. All this only ever shrinks the set of permutations, so every step
keeps what was true before it.
"""

from math import lcm

from mode_connectivity.symmetry.axes import Axis, Block, filled, fixed, offsets, scaled, simplified, size_of


class Slots:
    """Tracks slots, named "0", "1", ...; `bound` maps a slot to the blocks that its units turned out to be."""

    def __init__(self) -> None:
        self.bound: dict[str, Axis] = {}
        self.count = 0
        self.keys = 0

    def fresh(self, units: int, positions: int = 1) -> Axis:
        """Return an axis moved by a new slot; a single unit cannot move."""
        if units < 2:
            return fixed(units * positions)
        self.count += 1
        return (Block(str(self.count - 1), units, positions),)

    def fresh_key(self) -> int:
        """Return a number by which an axis is known to others of its tensor."""
        self.keys += 1
        return self.keys

    def resolve(self, axis: Axis) -> Axis:
        """Return the axis in terms of slots that are not bound."""
        blocks: list[Block] = []
        for block in axis:
            within = tuple(self.resolve(inner) for inner in block.within)
            if block.group is None or block.group not in self.bound:
                blocks.append(block._replace(within=within))
                continue
            self.bound[block.group] = outer = self.resolve(self.bound[block.group])
            blocks += filled(outer, within) if within else scaled(outer, block.positions)
        return simplified(blocks)

    def moving(self, axis: Axis) -> set[str | None]:
        """Return the slots that move an axis."""
        return {block.group for _, block in offsets(self.resolve(axis))}

    def is_fixed(self, axis: Axis) -> bool:
        return all(block.group is None for block in self.resolve(axis))

    def pin(self, axis: Axis) -> None:
        """Let no entry of the axis move."""
        for block in self.resolve(axis):
            if block.group is not None:
                self.bound[block.group] = fixed(block.units)
            for inner in block.within:
                self.pin(inner)

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

    def parts(self, axis: Axis, size: int) -> tuple[Axis, list[Axis]]:
        """Return the axis as an outer one, whose entries are `size` entries each, and the axis of each of these.

        A slot about which nothing is known becomes units that move as wholes, with a slot within each of them. Where
        the blocks have other boundaries, the outer axis does not move.
        """
        outer: list[Block] = []
        inner: list[Axis] = []
        rest = self.resolve(axis)
        while rest:
            block = rest[0]
            if block.group is not None and block.positions % size and size % block.positions == 0:
                units = size // block.positions
                if block.units % units == 0 and not block.within and units < block.units:
                    within = tuple(self.fresh(units) for _ in range(block.units // units))
                    self.bound[block.group] = filled(self.fresh(len(within)), within)
                    rest = self.resolve(rest)
                    block = rest[0]
            if block.group is None and block.size >= size:
                block = Block(None, block.size - block.size % size)
            if block.size % size or (block.group is not None and block.positions % size):
                piece, rest = self.cut(rest, size)
                outer += fixed(1)
                inner.append(piece)
                continue
            rest = self.cut(rest, block.size)[1]
            across, along = self._narrowed(block, size)
            outer += across
            inner += along
        return simplified(outer), inner

    def _narrowed(self, block: Block, size: int) -> tuple[Axis, list[Axis]]:
        """Return a block of whole runs of `size` entries as `parts` does."""
        if block.group is None:
            return fixed(block.size // size), [fixed(size)] * (block.size // size)
        each = block.positions // size
        if not block.within:
            return (Block(block.group, block.units, each),), [fixed(size)] * (block.units * each)
        split = [self.parts(inner, size) for inner in block.within]
        outer = Block(block.group, block.units, each, tuple(across for across, _ in split))
        return (outer,), [axis for _, along in split for axis in along]

    def _tie_blocks(self, first: Block, second: Block) -> None:
        if first.group is None or second.group is None:
            self.pin((first, second))
            return
        if first.group == second.group:
            still = (fixed(first.positions),) * first.units
            if first.within or second.within:
                for pair in zip(first.within or still, second.within or still, strict=True):
                    self.tie(*pair)
            return
        for one, other in ((first, second), (second, first)):
            if one.positions == 1 and one.group is not None:
                self.bound[one.group] = (other,)
                return
        # Units of p and q entries share boundaries every lcm(p, q) entries: those are the common units.
        each = lcm(first.positions, second.positions)
        common = self.fresh(first.size // each)
        for block in (first, second):
            assert block.group is not None
            self.bound[block.group] = scaled(common, each // block.positions)
        if first.within or second.within:
            self.tie((first,), (second,))
