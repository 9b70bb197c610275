"""Arithmetic 2: terms as Z3 bit vectors. A state field has 64 bits, a term as many as its range needs.

Every term carries its range, so no operation inside an expression overflows; only storing
into a 64-bit field truncates. That makes this lowering bit-exact, and slow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

from vtsc.language.words import MASK, MODULUS, SIGN, WIDTH
from vtsc.solver.integers import Lowering
from vtsc.symbolic.forms import Choice, Comparison, Linear, Quotient, Variable
from vtsc.symbolic.names import quotient
from vtsc.symbolic.values import Word


@dataclass(frozen=True)
class _Vector:
    """A signed bit vector and the range of its values."""

    bits: Any
    lo: int
    hi: int

    def resized(self, width: int) -> Any:
        """The bits sign-extended or truncated to ``width``."""
        size = self.bits.size()
        if size < width:
            return z3.SignExt(width - size, self.bits)
        return z3.Extract(width - 1, 0, self.bits) if size > width else self.bits


def width_of(lo: int, hi: int) -> int:
    """Bits of the narrowest signed vector that holds all of [lo, hi]."""
    return max(lo.bit_length() if lo >= 0 else (~lo).bit_length(), hi.bit_length(), 1) + 1


def _sum(parts: Sequence[tuple[Any, int]], constant: int, width: int) -> Any:
    """``constant`` and the vectors times their coefficients, all of ``width`` bits."""
    total = z3.BitVecVal(constant, width)
    for bits, c in parts:
        total = total + (bits if c == 1 else bits * z3.BitVecVal(c, width))
    return total


class VectorLowering(Lowering):
    """The lowering of terms to bit vectors."""

    name = "bv"
    logic = "QF_BV"

    def sort(self, residue: bool) -> Any:
        return z3.BitVecSort(WIDTH)

    @staticmethod
    def at_most(unknown: Any, limit: int) -> Any:
        return z3.ULE(unknown, limit)

    def equal(self, unknown: Any, word: Word) -> Any:
        return unknown == self.low_bits(word.form)

    def low_bits(self, form: Linear) -> Any:
        """The low 64 bits of a linear form; nothing above them is computed."""
        parts = [(self._atom(a).resized(WIDTH), c % MODULUS) for a, c in form.terms if c % MODULUS]
        return _sum(parts, form.constant % MODULUS, WIDTH)

    def _vector(self, form: Linear) -> _Vector:
        atoms, constant = self._summands(form)
        lo = constant + sum(min(v.lo * c, v.hi * c) for v, c in atoms)
        hi = constant + sum(max(v.lo * c, v.hi * c) for v, c in atoms)
        width = width_of(lo, hi)
        return _Vector(_sum([(v.resized(width), c) for v, c in atoms], constant, width), lo, hi)

    def _summands(self, form: Linear) -> tuple[list[tuple[_Vector, int]], int]:
        """Vectors with coefficients, and a constant; ``x - 2^64 * (x // 2^64)`` is one vector."""
        found = []
        for atom, c in form.terms:
            if isinstance(atom, Quotient) and atom.divisor == MODULUS and c % MODULUS == 0:
                times = -c // MODULUS
                form = form.plus(Linear(((atom, 1),), 0), -c).plus(atom.numerator, -times)
                signed = form.constant == -SIGN * times
                start = SIGN if signed else 0
                form = form.plus(Linear((), start * times))
                bits = self.low_bits(atom.numerator.plus(Linear((), -start)))
                wide = z3.SignExt(1, bits) if signed else z3.ZeroExt(1, bits)
                found.append((_Vector(wide, -start, MASK - start), times))
        return [*found, *((self._atom(a), c) for a, c in form.terms)], form.constant

    def _lower(self, atom: Any) -> _Vector:
        if isinstance(atom, Variable):
            x = self.unknown(atom.name, z3.BitVecSort(WIDTH))
            if atom.residue:
                return _Vector(z3.ZeroExt(1, x), 0, MASK)
            lo, hi = atom.interval.lo or 0, atom.interval.hi or 0
            self.ranges[atom.name] = z3.And(z3.UGE(x, lo), z3.ULE(x, hi))
            return _Vector(z3.ZeroExt(1, x), lo, hi)
        if isinstance(atom, Quotient):
            return self._divide(self._vector(atom.numerator), atom)
        assert isinstance(atom, Choice)
        then, otherwise = self._vector(atom.then), self._vector(atom.otherwise)
        lo, hi = min(then.lo, otherwise.lo), max(then.hi, otherwise.hi)
        width = width_of(lo, hi)
        bits = z3.If(self.condition(atom.condition), then.resized(width), otherwise.resized(width))
        return _Vector(bits, lo, hi)

    def _divide(self, x: _Vector, atom: Quotient) -> _Vector:
        divisor = atom.divisor
        lo, hi = x.lo // divisor, x.hi // divisor
        width = width_of(lo, hi)
        if divisor & (divisor - 1) == 0:
            places = divisor.bit_length() - 1
            wide = x.resized(max(x.bits.size(), places + width))
            return _Vector(z3.Extract(places + width - 1, places, wide), lo, hi)
        q = _Vector(self.unknown(quotient(atom.id), z3.BitVecSort(width)), lo, hi)
        wide = width_of(min(lo * divisor, x.lo), max(hi * divisor + divisor, x.hi))
        low = q.resized(wide) * z3.BitVecVal(divisor, wide)
        rest = x.resized(wide) - low
        self.definitions += [
            q.bits >= lo,
            q.bits <= hi,
            rest >= 0,
            rest < z3.BitVecVal(divisor, wide),
        ]
        return q

    def _compare(self, c: Comparison) -> Any:
        atoms, constant = self._summands(c.form)
        left = [(v, k) for v, k in atoms if k > 0]
        right = [(v, -k) for v, k in atoms if k < 0]
        ends = [(max(constant, 0), left), (max(-constant, 0), right)]
        lo = [k + sum(v.lo * c for v, c in vs) for k, vs in ends]
        hi = [k + sum(v.hi * c for v, c in vs) for k, vs in ends]
        width = width_of(min(lo), max(hi))
        a, b = (_sum([(v.resized(width), c) for v, c in vs], k, width) for k, vs in ends)
        return a == b if c.equation else a <= b
