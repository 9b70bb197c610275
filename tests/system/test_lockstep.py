"""What two machines do in lockstep: on toys small enough that the answer is clear."""

from tests.support.toys import Toy, act, always, nothing
from vtsc.engines.search.bmc import search
from vtsc.evidence.pairs import simplified
from vtsc.language.observing import Observing
from vtsc.language.words import negation
from vtsc.native.paired import play
from vtsc.solver.feasibility import SolverFeasibility, knowing
from vtsc.system.builder import explored
from vtsc.system.guards import guarding
from vtsc.system.paired import DIFFERENCE, PARTING, paired


def bump(toy, inputs):
    """Both do this in the same way."""
    toy.right += 1


def ask(toy, inputs):
    """Ask for something to be served."""
    toy.on = True


def serve(toy, inputs):
    """Serve it, which shows in what is told."""
    toy.on = False
    toy.left += 1


def serve_and_go(toy, inputs):
    """Serve it, and go to where nothing can be bumped."""
    serve(toy, inputs)
    toy.place = 1


def tell(toy, inputs):
    """Let somebody observe a number."""
    return toy.left


def toy(asks=ask, serves=serve, tells=tell) -> Toy:
    """A machine that can be asked for something, and tells only when that is served."""
    return Toy(
        nothing,
        [
            act("ask", always, asks),
            act("bump", lambda toy: toy.place == 0, bump),
            act("serve", lambda toy: toy.on, serves),
            act("tell", lambda toy: negation(toy.on), tells),
        ],
    )


def found(old: Toy, new: Toy):
    """The pair, and the shortest run to each target as its calls, within four steps."""
    systems = [explored(x, [Observing()], SolverFeasibility).system for x in (old, new)]
    guards = guarding(old, SolverFeasibility) | guarding(new, SolverFeasibility)
    pair = paired(*systems, knowing, guards)
    runs = {}
    for target, system in ((DIFFERENCE, pair.system), (PARTING, pair.ending)):
        witness = search(simplified(system), [target], 4).witnesses.get(target)
        runs[target] = witness and [call.name for call in witness.calls]
        if witness:
            machines, parting = (old, new), target == PARTING
            played = play(machines, lambda file: False, witness, pair.shared, parting=parting)
            assert played.differs_at == (None if parting else len(witness.calls))
    return pair, runs


def test_a_machine_is_the_same_as_itself():
    """All fields are shared, and neither target is hit."""
    pair, runs = found(toy(), toy())
    assert pair.shared == pair.common and runs == {DIFFERENCE: None, PARTING: None}


def test_one_waits_while_the_other_serves():
    """What only one has been asked for it serves alone, and then tells another number."""
    pair, runs = found(toy(), toy(asks=nothing))
    assert runs == {DIFFERENCE: ["ask", "serve", "tell"], PARTING: None}
    assert pair.common - pair.shared == {"toy.on", "toy.left"}


def test_what_guards_depend_on_does_not_change_in_one_alone():
    """Serving would change where one is, and so what it can do: the two part, and nothing differs."""
    pair, runs = found(toy(serves=serve_and_go), toy(asks=nothing, serves=serve_and_go))
    assert "toy.place" in pair.shared
    assert runs == {DIFFERENCE: None, PARTING: ["ask", "serve"]}


def test_one_that_lets_nobody_observe_anything_differs_from_one_that_does():
    """There is nothing to compare with, and that can be told."""
    assert found(toy(), toy(tells=nothing))[1][DIFFERENCE] == ["tell"]
    assert found(toy(tells=nothing), toy())[1][DIFFERENCE] == ["tell"]


def test_numbers_of_a_counter_are_compared_mod_2_to_the_64():
    """A counter that was moved by 2^64 is the same, to whoever reads it."""
    far = toy(
        serves=lambda toy, inputs: serve(toy, inputs) or setattr(toy, "left", toy.left + 2**64)
    )
    assert found(toy(), far)[1] == {DIFFERENCE: None, PARTING: None}
