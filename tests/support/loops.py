"""Loops as a design may have them, for tests of what becomes of their turns."""

TEXT = """
# a store into each
for t in things:
    if t.on:
        t.n += 5
# a store into the whole
for t in things:
    if t.on:
        whole.total = whole.total * 3 + t.number
# what a turn left
for t in things:
    if whole.any:
        t.n = 7
    elif t.on:
        whole.any = True
# a count
count = 0
for t in things:
    if t.on:
        count += 1
whole.total = count
# a count that is asked
count = 0
for t in things:
    if t.on:
        count += 1
if count > 1:
    whole.any = True
# a flag
seen = False
for t in things:
    if t.on and seen:
        t.n = 9
    seen = seen or t.on
# a parameter
for t in things:
    if t.on:
        x = x + t.number
whole.total = x
# the one found
found = things[0]
for t in things:
    if t.on:
        found = t
found.n = 4
# the number of the one found
found = 0
for t in things:
    if t.on:
        found = t.number
things[found].n = 4
# maybe none found
found = self.nobody()
for t in things:
    if t.on:
        found = t
if found is None:
    whole.any = True
# a variable of a turn
for t in things:
    size = 3 if t.on else 8
    t.n = size
# one that other turns see
size = 1
for t in things:
    t.n = size
    size = 3 if t.on else 8
# an object of a turn
for t in things:
    other = things[0] if t.on else things[1]
    other.n += t.number
# the variable after the loop
for t in things:
    if t.on:
        continue
    t.n = 3
t.n += 1
# continue
for t in things:
    if not t.on:
        continue
    t.n = 2
# continue of an inner loop
for t in things:
    for u in things:
        if u.on:
            continue
        t.n += u.number
    t.n += 100
# two loops in one
for t in things:
    for u in things:
        if t.on and not u.on:
            u.n += t.n + 1
# break
for t in things:
    if t.on:
        t.n = 1
        break
    t.n = 2
# break of an inner loop
for t in things:
    for u in things:
        if u.on:
            break
        t.n += 1
    if t.on:
        whole.total += t.n
# return
for t in things:
    if t.on:
        return
    t.n = 5
whole.any = True
# a pair
for i, t in enumerate(things):
    if t.on:
        whole.total += i * 10
# numbers
for i in range(3):
    if things[i].on:
        whole.total = whole.total * 2 + i
# a generator
for t in (t for t in things if not whole.any):
    if t.on:
        whole.any = True
    t.n = 6
# a list
for t in [t for t in things if t.on]:
    t.n = 6
# a comprehension in a turn
for t in things:
    if t.on:
        whole.total = sum(u.number for u in things)
# the parent's method
for t in things:
    if t.on:
        super().raised(t)
# one's own method
for t in things:
    self.raised(t)
# a step that cannot be
for t in things:
    if t.on:
        self.refuse(t.number != 1)
        t.n = 3
# not in a branch
if x > 2:
    for t in things:
        if t.on:
            t.n = x
"""
"""Bodies of a function of ``self``, ``things``, ``whole`` and a number ``x``, each below its name."""
LOOPS = {name: body for name, _, body in (part.partition("\n") for part in TEXT.split("\n# ")[1:])}
