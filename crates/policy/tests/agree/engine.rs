//! The engine against a naive second evaluator, on random policies and cases.
//!
//! `COVERED_AGREE_CASES` and `COVERED_AGREE_SEED` widen or repeat a run.

use std::collections::{BTreeMap, BTreeSet};

use crate::brute::{Brute, Partial};
use crate::generate::{CHOICES, DOCUMENTS, NUMBERS, Random, TONES, TRIALS, YES_NO};
use crate::names::{self, says};
use crate::oracle::{Oracle, Says, World};
use jiff::civil::{Date, date};
use policy::ast::{Duration, DurationUnit, Number, PolicyFile};
use policy::bind::bind;
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::Sources;
use policy::dictionary::{Dictionary, Vocabulary};
use policy::eval::{Exactness, RankInStack, Scratch, Selection, determine, possible};
use policy::exact::{Composition, mattering};
use policy::flip::cheapest;
use policy::inputs::{Document, Inputs, Known, Service, Trial, TrialOutcome};
use policy::lists::Lists;
use policy::plan::Plan;
use policy::program::{Cell, Outcome, OutcomeSet, Program, Rank, Ranks, SlotId, Truth};
use policy::suppose::{Tests, kinds, possible_if};
use policy::wait::turning_days;

const CASES: usize = 4_000;
const SEED: u64 = 20_261_123;
const SERVICE_DATE: Date = date(2026, 6, 15);
const RANKS: [&str; 2] = ["ncd", "lcd"];

/// How many cases each random stack is asked.
const CASES_PER_STACK: usize = 10;
/// Values of an open fact that are supposed.
const SUPPOSED_MAX: i64 = 12;
/// Days ahead that are looked at for the earliest date.
const DAYS_AHEAD: i32 = 40;

/// What came of some of the cases.
#[derive(Debug, Default)]
struct Tally {
    cases: usize,
    repeated: usize,
    undecided: usize,
    flipped: usize,
    waits: usize,
    inexact: usize,
}

#[test]
fn the_engine_agrees_with_the_naive_evaluator() {
    let cases = usize::try_from(crate::setting("COVERED_AGREE_CASES", CASES as u64)).expect("a count");
    let seed = crate::setting("COVERED_AGREE_SEED", SEED);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let house = House::new();
    let stacks = cases.div_ceil(CASES_PER_STACK);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let house = &house;
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    for stack in (worker..stacks).step_by(threads) {
                        compare(house, seed, stack, &mut tally);
                    }
                    tally
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker fails")).collect()
    });
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let (all, inexact) = (sum(|tally| tally.cases), sum(|tally| tally.inexact));
    println!(
        "agreement {all} cases of {stacks} stacks from seed {seed}: {} with an open fact in several places, {} undecided, {} flipped by a \
         change, {} that wait for a day, {inexact} with an inexact list of open facts",
        sum(|tally| tally.repeated),
        sum(|tally| tally.undecided),
        sum(|tally| tally.flipped),
        sum(|tally| tally.waits),
    );
    assert!(all >= cases && sum(|t| t.undecided) > all / 10, "the generator has become too easy");
    assert!(sum(|t| t.flipped) > all / 50 && sum(|t| t.waits) > all / 1_000, "the generator has become too easy");
    assert!(inexact < all / 100, "too many cases exceed the budget");
}

/// What the policies may name.
struct House {
    dictionary: Dictionary,
    choices: BTreeMap<String, Vec<String>>,
    ranks: Ranks,
    lists: Lists,
    tables: BTreeMap<String, policy::lists::Table>,
}

impl House {
    fn new() -> Self {
        let text = crate::generate::dictionary();
        let facts = Sources::default().add("facts.toml", text.clone());
        let dictionary = policy::dictionary::parse(&[(facts, text.as_str())], &Vocabulary::default()).dictionary;
        Self {
            dictionary: dictionary.expect("no errors"),
            choices: CHOICES.iter().map(|name| ((*name).to_owned(), TONES.map(str::to_owned).to_vec())).collect(),
            ranks: Ranks(RANKS.iter().map(|name| Rank { name: (*name).to_owned(), gate: false }).collect()),
            lists: Lists::default(),
            tables: BTreeMap::new(),
        }
    }
}

/// One random stack and its cases.
fn compare(house: &House, seed: u64, stack: usize, tally: &mut Tally) {
    let mut random = Random::new(seed.wrapping_add(stack as u64));
    let (files, texts) = policies(&mut random);
    let entries: Vec<Entry> = files.iter().cloned().map(Entry::from).collect();
    let House { dictionary, choices, ranks, lists, tables } = house;
    let context = Context { dictionary, ranks, lists, tables };
    let program = compile(&entries, &context).unwrap_or_else(|errors| panic!("stack {stack}: {errors:?}\n{texts}"));
    let by_rank = RANKS.map(|rank| files.iter().filter(|file| file.rank.value == rank).collect()).to_vec();
    let oracle = Oracle::new(by_rank, choices);
    let brute = Brute::new(&oracle, choices);
    let numbers: Vec<Option<usize>> = (0..)
        .take(program.slots.len())
        .map(|slot| brute.keys.iter().position(|key| *key == names::key(&program, slot, dictionary)))
        .collect();
    let stack_of_two = [RankInStack::binding(0), RankInStack::binding(1)];
    let selection = Selection::new(&program, &stack_of_two, SERVICE_DATE, None);
    let subject = Subject {
        plan: Plan::new(&program, &selection),
        tests: [Tests::new(&program, &selection)],
        selection,
        program: &program,
        brute: &brute,
        numbers,
        dictionary,
    };
    let mut scratch = Scratch::new(&program);
    for case in 0..CASES_PER_STACK {
        let (inputs, world) = known(&mut random, &oracle);
        let explain = || format!("case {case} of stack {stack} of seed {seed}\n{texts}\nknown: {world:?}");
        if case == 0 && stack.is_multiple_of(100) {
            subject.brute_is_the_oracle(&oracle, choices, &world, &explain);
        }
        subject.compare(&inputs, &world, &mut scratch, tally, &explain);
        tally.cases += 1;
    }
}

/// One stack, compiled and laid out for trying everything.
struct Subject<'a> {
    program: &'a Program,
    selection: Selection,
    plan: Plan,
    tests: [Tests; 1],
    brute: &'a Brute<'a>,
    /// The number that the naive evaluator gives to each fact of the program.
    numbers: Vec<Option<usize>>,
    dictionary: &'a Dictionary,
}

impl Subject<'_> {
    fn partial(&self, world: &World) -> Partial {
        self.brute.keys.iter().map(|key| world.get(key).copied()).collect()
    }

    fn brute_is_the_oracle(
        &self,
        oracle: &Oracle<'_>,
        choices: &BTreeMap<String, Vec<String>>,
        world: &World,
        explain: &dyn Fn() -> String,
    ) {
        for world in oracle.completions(world) {
            let values: Vec<i64> = self.brute.keys.iter().map(|key| world[key]).collect();
            assert_eq!(
                self.brute.says(&values),
                oracle.says(&world, choices),
                "the naive evaluators differ: {}",
                explain()
            );
        }
    }

    fn compare(
        &self,
        inputs: &Inputs,
        world: &World,
        scratch: &mut Scratch,
        tally: &mut Tally,
        explain: &dyn Fn() -> String,
    ) {
        let Self { program, selection, .. } = self;
        let partial = self.partial(world);
        let row = bind(program, self.dictionary, inputs);
        let cells = row.cells.as_slice();
        let decision = determine(program, selection, cells, scratch);
        let mut planned = (vec![0; program.nodes.len()], Vec::new());
        self.plan.evaluate(cells, &mut planned.0, &mut planned.1);
        for index in &selection.policies {
            let nodes = program.policy(*index).nodes.clone();
            assert_eq!(planned.0[nodes.clone()], scratch.proof[nodes], "the proof by the plan of {}", explain());
        }
        assert_eq!(planned.1, scratch.outcomes, "what each policy says by the plan of {}", explain());
        let (proof, said) = (scratch.proof.clone(), scratch.outcomes.clone());
        let (open, exactness) = mattering(program, selection, cells, scratch, Composition::Stack);
        if !open.is_empty() {
            let slot = open[tally.cases % open.len()];
            self.supposes(cells, slot, (&proof, &said), scratch, explain);
        }

        let (expected, matters) = self.brute.outcomes(&partial);
        let actual: Vec<Says> = decision.outcomes.iter().map(says).collect::<BTreeSet<_>>().into_iter().collect();
        assert_eq!(decision.exactness, Exactness::Exact, "{}", explain());
        assert_eq!(actual, expected, "outcomes of {}", explain());
        if exactness == Exactness::Exact {
            let numbers: BTreeSet<Option<usize>> = open.iter().map(|slot| self.numbers[*slot as usize]).collect();
            let expected: BTreeSet<Option<usize>> = matters.into_iter().map(Some).collect();
            assert_eq!(numbers, expected, "what matters in {}", explain());
        } else {
            tally.inexact += 1;
        }
        tally.undecided += usize::from(!decision.outcomes.is_decided());
        tally.repeated += usize::from(self.repeats(cells));
        tally.flipped += usize::from(self.flips(cells, &partial, scratch, explain));
        tally.waits += usize::from(self.waits(inputs, &partial, scratch, explain));
    }

    /// What would be said if one open fact were known is the same whether its tests alone are valued again or everything is, and the same
    /// for all values of a kind.
    fn supposes(
        &self,
        cells: &[Cell],
        slot: SlotId,
        (proof, said): (&[Truth], &[OutcomeSet]),
        scratch: &mut Scratch,
        explain: &dyn Fn() -> String,
    ) {
        let Self { program, selection, tests, .. } = self;
        let Cell { lo, hi } = cells[slot as usize];
        let values: Vec<i64> = (lo..=hi.min(lo.saturating_add(SUPPOSED_MAX))).chain([hi]).collect();
        let mut outcomes_if = |value: i64| {
            let mut cells = cells.to_vec();
            cells[slot as usize] = Cell::known(value);
            let whole = possible(program, selection, cells.as_slice(), scratch);
            scratch.proof.copy_from_slice(proof);
            let of = (selection, &tests[0]);
            let supposed = possible_if(program, of, cells.as_slice(), (said, slot), scratch, Composition::Stack);
            assert_eq!(supposed, Some(whole), "fact {slot} supposed to be {value} in {}", explain());
            whole
        };
        let of_all: BTreeSet<OutcomeSet> = values.iter().map(|value| outcomes_if(*value)).collect();
        let of_kinds = kinds(program, tests, slot, values).into_iter().map(outcomes_if).collect();
        assert_eq!(of_all, of_kinds, "kinds of values of fact {slot} in {}", explain());
    }

    /// Does an open fact stand in several tests?
    fn repeats(&self, cells: &[Cell]) -> bool {
        let mut seen = vec![0_u32; cells.len()];
        for index in &self.selection.policies {
            let nodes = self.program.nodes[self.program.policy(*index).nodes.clone()].iter();
            nodes.filter_map(|node| node.slot()).for_each(|slot| seen[slot as usize] += 1);
        }
        seen.iter().zip(cells).any(|(count, cell)| *count > 1 && cell.is_open())
    }

    /// The cheapest change is as cheap as any, and does what it says.
    fn flips(&self, cells: &[Cell], partial: &Partial, scratch: &mut Scratch, explain: &dyn Fn() -> String) -> bool {
        let cost_of = |name: &str| match name {
            "itching" | "document photo" => Some(1),
            "spots" => Some(3),
            _ => None,
        };
        let costs: Vec<Option<u32>> = self.brute.keys.iter().map(|key| cost_of(key)).collect();
        let cost = |slot: SlotId| self.numbers[slot as usize].and_then(|number| costs[number]);
        let goal = Outcome::Covered.set();
        let flip = cheapest(self.program, &self.selection, cells, Composition::Stack, goal, &cost, scratch);
        let least = self.brute.cheapest(partial, &costs);
        assert_eq!(flip.as_ref().map(|flip| flip.cost), least, "cheapest flip {flip:?} of {}", explain());
        let Some(flip) = flip.filter(|flip| !flip.changes.is_empty()) else { return false };
        let mut after = cells.to_vec();
        for change in &flip.changes {
            assert!(cost(change.slot).is_some(), "a fact that must not change was changed in {}", explain());
            after[change.slot as usize] = change.to;
        }
        let decision = determine(self.program, &self.selection, after.as_slice(), scratch);
        assert_eq!(decision.outcomes, goal, "{flip:?} does not flip {}", explain());
        true
    }

    /// The first later day on which it is covered, by the days on which something turns, is the first of all days.
    fn waits(&self, inputs: &Inputs, partial: &Partial, scratch: &mut Scratch, explain: &dyn Fn() -> String) -> bool {
        let Some(since) = self.brute.keys.iter().position(|key| key == "since last") else { return false };
        let Some(days) = partial[since].filter(|days| *days != i64::MAX) else { return false };
        if self.brute.is_covered(partial) {
            return false;
        }
        let expected = (1..=DAYS_AHEAD).find(|later| {
            let mut then = partial.clone();
            then[since] = Some(days + i64::from(*later));
            self.brute.is_covered(&then)
        });
        let latest = codes::dates::add_days(SERVICE_DATE, DAYS_AHEAD);
        let turning = turning_days(self.program, &self.selection.policies, inputs, latest);
        let actual = turning.into_iter().find(|day| {
            let later = Inputs { service_date: *day, ..inputs.clone() };
            let row = bind(self.program, self.dictionary, &later);
            determine(self.program, &self.selection, row.cells.as_slice(), scratch).outcomes == Outcome::Covered.set()
        });
        let expected = expected.map(|later| codes::dates::add_days(SERVICE_DATE, later));
        assert_eq!(actual, expected, "earliest date of {}", explain());
        expected.is_some()
    }
}

fn policies(random: &mut Random) -> (Vec<PolicyFile>, String) {
    let mut texts = String::new();
    let mut files = Vec::new();
    for number in 0..1 + random.below(3) {
        let rank = RANKS[random.below(RANKS.len())];
        let text = crate::generate::policy(random, number, rank);
        let parsed = policy::parse::parse(policy::span::SourceId(0), &text);
        files.push(parsed.file.unwrap_or_else(|| panic!("{:?}\n{text}", parsed.diagnostics)));
        texts.push_str(&text);
    }
    (files, texts)
}

/// Most completions that the naive evaluator has to try for one case.
const COMPLETIONS_MAX: usize = 400;

/// A random case: what the engine is told, and the same for the naive evaluator.
fn known(random: &mut Random, oracle: &Oracle<'_>) -> (Inputs, World) {
    let mut inputs = Inputs::new(SERVICE_DATE);
    let mut world = World::new();
    let unseen = |key: &str| key.starts_with("unseen ");
    let mut completions: usize =
        oracle.candidates.keys().filter(|key| unseen(key)).fold(1, |all, _| all.saturating_mul(2));
    for (key, values) in &oracle.candidates {
        if unseen(key) {
            continue;
        }
        if random.chance(35) && completions.saturating_mul(values.len()) <= COMPLETIONS_MAX {
            completions *= values.len();
            continue;
        }
        let value = values[random.below(values.len())];
        world.insert(key.clone(), value);
        tell(&mut inputs, key, value);
    }
    (inputs, world)
}

fn tell(inputs: &mut Inputs, key: &str, value: i64) {
    if YES_NO.contains(&key) {
        inputs.facts.insert(key.to_owned(), Known::YesNo(value == 1));
    } else if NUMBERS.contains(&key) {
        inputs.facts.insert(key.to_owned(), Known::Number(Number::whole(value)));
    } else if CHOICES.contains(&key) {
        inputs.facts.insert(key.to_owned(), Known::Word(TONES[usize::try_from(value).expect("an index")].to_owned()));
    } else if let Some(class) = key.strip_prefix("trial ") {
        assert!(TRIALS.contains(&class));
        let length = Duration { count: u32::try_from(value).expect("months"), unit: DurationUnit::Month };
        inputs.trials.push(Trial {
            class: class.to_owned(),
            start: None,
            end: None,
            length: Some(length),
            outcome: Some(TrialOutcome::Failed),
        });
    } else if let Some(kind) = key.strip_prefix("document ") {
        assert!(DOCUMENTS.contains(&kind));
        inputs.documents.push(Document { kind: kind.to_owned(), date: None, on_file: value == 1 });
    } else {
        assert_eq!(key, "since last");
        inputs.history.complete_since = Some(Date::MIN);
        if value != i64::MAX {
            let days = i32::try_from(value).expect("days");
            let code = "64615".parse().expect("a code");
            inputs.history.services.push(Service {
                code,
                date: codes::dates::add_days(SERVICE_DATE, -days),
                units: None,
                region: None,
                side: None,
                outcome: None,
            });
        }
    }
}
