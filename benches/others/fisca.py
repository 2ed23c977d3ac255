"""OpenFisca: a variable for each fact, criterion and verdict, over all cases at once.

It knows no third value: a fact that is not recorded is -1, and a formula says 0, 1 or 2 as a user of it must write. Numbers of one
byte would be cast by it, so they are of its own kind. What is timed is computing; the columns are filled before.
"""

import json
import pathlib
import sys
import time

import numpy
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

NOT_RECORDED = 255
CRITERIA = 13
PERIOD = "2026-06"

folder, rounds = pathlib.Path(sys.argv[1]), int(sys.argv[2])
rules = json.loads((folder / "rules.json").read_text())
person = build_entity(key="person", plural="persons", label="A case", is_person=True)
system = TaxBenefitSystem([person])


def define(name, **members):
    members |= {"value_type": int, "entity": person, "definition_period": DateUnit.MONTH, "label": name}
    system.add_variable(type(name, (Variable,), members))


def criterion(fact, test, value):
    """A formula that says of the fact 0, 1 or 2."""
    places = [rules["choices"].index(one) for one in value] if isinstance(value, list) else []

    def is_one_of(known):
        return numpy.logical_or.reduce([known == place for place in places])

    tests = {
        "yes": lambda known: known == 1,
        "no": lambda known: known == 0,
        "at least": lambda known: known >= value,
        "at most": lambda known: known <= value,
        "in": is_one_of,
        "not in": lambda known: ~is_one_of(known),
    }

    def formula(persons, period):
        known = persons(fact, period)
        return numpy.where(known < 0, 1, 2 * tests[test](known))

    return formula


def verdict(policy):
    names = [f"p{policy}_c{at}" for at in range(CRITERIA)]

    def formula(persons, period):
        c = [persons(name, period) for name in names]
        either = numpy.maximum(c[8], c[9])
        low, high = numpy.minimum(c[10], c[11]), numpy.maximum(c[10], c[11])
        several = numpy.maximum(low, numpy.minimum(high, c[12]))
        found = numpy.minimum(either, several)
        for one in [2 - c[0], 2 - c[1], *c[2:8]]:
            found = numpy.minimum(found, one)
        return found

    return formula


for fact in rules["facts"]:
    define(fact["name"])
for policy, criteria in enumerate(rules["policies"]):
    for at, one in enumerate(criteria):
        name = rules["facts"][one["fact"]]["name"]
        define(f"p{policy}_c{at}", formula=criterion(name, one["test"], one["value"]))
    define(f"p{policy}_verdict", formula=verdict(policy))

facts = numpy.fromfile(folder / "facts.bin", dtype=numpy.uint8).reshape(-1, len(rules["facts"]))
columns = numpy.where(facts == NOT_RECORDED, -1, facts.astype(numpy.int32)).T.copy()
cases = len(facts)


def ready():
    simulation = SimulationBuilder().build_default_simulation(system, cases)
    for fact, column in zip(rules["facts"], columns):
        simulation.set_input(fact["name"], PERIOD, column)
    return simulation


def compute(simulation):
    return [simulation.calculate(f"p{policy}_verdict", PERIOD) for policy in range(len(rules["policies"]))]


simulation = ready()
verdicts = compute(simulation)
proofs = numpy.fromfile(folder / "proofs.bin", dtype=numpy.uint8).reshape(cases, len(rules["policies"]), CRITERIA + 1)
for policy, found in enumerate(verdicts):
    of_criteria = [simulation.calculate(f"p{policy}_c{at}", PERIOD) for at in range(CRITERIA)]
    if not (numpy.stack([found, *of_criteria], axis=1) == proofs[:, policy, :]).all():
        sys.exit(f"OpenFisca says something else than the proof of policy {policy}")
times = []
for _ in range(rounds):
    simulation = ready()
    before = time.process_time_ns()
    compute(simulation)
    times.append((time.process_time_ns() - before) / cases)
print(json.dumps({"name": "OpenFisca, every criterion", "nanoseconds": sorted(times)[rounds // 2], "cases": cases}))
