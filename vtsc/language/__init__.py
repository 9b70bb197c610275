"""The language of models and properties: the only part of vtsc that content imports.

It runs nothing. `words` and `state` define values, `inputs` the free choices of a step, `actions` and
`machine` the interface of a machine, `claims`, `lemmas`, `functions` and `progress` statements about it,
`lanes` how a picture of its runs looks.
"""

from vtsc.base.errors import BadFileError, UsageError
from vtsc.language.actions import Action, Call, Observed, Step
from vtsc.language.claims import (
    ActionTaken,
    Measure,
    Measured,
    Monitor,
    Property,
    Sometimes,
    Term,
)
from vtsc.language.definitions import DefinitionError, check_name
from vtsc.language.domain import Domain
from vtsc.language.functions import Claim, Claims
from vtsc.language.inputs import Inputs, StepInputs, with_inputs, without_inputs
from vtsc.language.lanes import Lane, Marks, Phase, Phases, Values
from vtsc.language.lemmas import Lemma
from vtsc.language.machine import Machine, Rounds
from vtsc.language.parameters import Parameter, Settings, settle
from vtsc.language.progress import Given, Progress, Situation
from vtsc.language.state import (
    Instance,
    Record,
    Snapshot,
    State,
    counter,
    flag,
    index,
    instances,
    word,
)
from vtsc.language.table import TableMachine
from vtsc.language.timeline import Event, Moment, Timeline
from vtsc.language.varied import floored, is_varied, whole
from vtsc.language.words import (
    INPUT_LIMIT,
    MASK,
    MODULUS,
    WIDTH,
    Illegal,
    apart,
    both,
    bounded,
    cdiv,
    cmod,
    either,
    ensure,
    implies,
    integer,
    negation,
    require,
    s32,
    s64,
    scaled,
    select,
    spelled,
    u32,
    u64,
)

__all__ = [
    "INPUT_LIMIT",
    "MASK",
    "MODULUS",
    "WIDTH",
    "Action",
    "ActionTaken",
    "BadFileError",
    "Call",
    "Claim",
    "Claims",
    "DefinitionError",
    "Domain",
    "Event",
    "Given",
    "Illegal",
    "Inputs",
    "Instance",
    "Lane",
    "Lemma",
    "Machine",
    "Marks",
    "Measure",
    "Measured",
    "Moment",
    "Monitor",
    "Observed",
    "Parameter",
    "Phase",
    "Phases",
    "Progress",
    "Property",
    "Record",
    "Rounds",
    "Settings",
    "Situation",
    "Snapshot",
    "Sometimes",
    "State",
    "Step",
    "StepInputs",
    "TableMachine",
    "Term",
    "Timeline",
    "UsageError",
    "Values",
    "apart",
    "both",
    "bounded",
    "cdiv",
    "check_name",
    "cmod",
    "counter",
    "either",
    "ensure",
    "flag",
    "floored",
    "implies",
    "index",
    "instances",
    "integer",
    "is_varied",
    "negation",
    "require",
    "s32",
    "s64",
    "scaled",
    "select",
    "settle",
    "spelled",
    "u32",
    "u64",
    "whole",
    "with_inputs",
    "without_inputs",
    "word",
]
