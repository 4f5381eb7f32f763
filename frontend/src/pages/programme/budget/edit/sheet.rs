//! The state of the sheet: what was read, what is typed, what can be undone, and what the server says of it.

use std::collections::{BTreeMap, HashMap};

use leptos::prelude::*;
use leptos::task::spawn_local;
use parvis_domain::budgets::GrantKind;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{AssumedLine, Plan, PlanCellChange, PlanCostChange, PlanPatch, PlanSimulation};
use uuid::Uuid;

use crate::api::{Answer, plans};
use crate::browser::focus_soon;
use crate::components::{Form, Toasts};
use crate::format::Format;
use crate::forms::{read, texts};
use crate::i18n::{I18n, decimals, say, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;
use crate::sheet::{At, Layout, Overtaken, Value, costs_in, kept, layout, overtaken, values};

/// A cell: what was read, what the last undo step left, and what stands in it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// As the plan says.
    pub base: Value,
    /// As it was before the cell was entered.
    pub settled: Value,
    /// As it is typed.
    pub value: Value,
    /// The letters in the field.
    pub text: String,
}

/// A step that can be undone: cells with what stood in them before and after.
type Step = Vec<(At, Value, Value)>;

/// What a save came to.
enum Saved {
    Done(Box<Plan>),
    Stale,
}

/// The sheet of the page.
#[derive(Clone, Copy)]
pub struct Sheet {
    i18n: I18n,
    desk: DeskHere,
    here: Here,
    toasts: Toasts,
    /// The plan as it was read last.
    pub plan: RwSignal<Option<Plan>>,
    /// Its rows and columns.
    pub layout: RwSignal<Layout>,
    /// The save bar as a form: its faults are those of the cells.
    pub form: Form,
    /// Why.
    pub reason: RwSignal<String>,
    /// From which day on.
    pub booked_on: RwSignal<String>,
    /// What others changed where something was typed.
    pub overtaken: RwSignal<Vec<Overtaken>>,
    /// The plan as it would be.
    pub tried: RwSignal<Option<Plan>>,
    /// Cells that differ from the plan.
    pub changed: RwSignal<usize>,
    cells: StoredValue<BTreeMap<At, ArcRwSignal<Entry>>>,
    pointers: RwSignal<HashMap<At, String>>,
    done: RwSignal<Vec<Step>>,
    undone: RwSignal<Vec<Step>>,
    tries: StoredValue<u32>,
}

impl Sheet {
    /// An empty sheet of the page's budget.
    pub fn new(desk: DeskHere) -> Self {
        let i18n = words();
        Self {
            i18n,
            desk,
            here: Here::of_page(),
            toasts: Toasts::here(),
            plan: RwSignal::new(None),
            layout: RwSignal::new(Layout::default()),
            form: Form::new(i18n),
            reason: RwSignal::new(String::new()),
            booked_on: RwSignal::new(String::new()),
            overtaken: RwSignal::new(Vec::new()),
            tried: RwSignal::new(None),
            changed: RwSignal::new(0),
            cells: StoredValue::new(BTreeMap::new()),
            pointers: RwSignal::new(HashMap::new()),
            done: RwSignal::new(Vec::new()),
            undone: RwSignal::new(Vec::new()),
            tries: StoredValue::new(0),
        }
    }

    /// The sheet of the page around.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// The budget.
    pub fn budget(self) -> Uuid {
        self.desk.with(|desk| desk.budget.id)
    }

    /// Lays a plan that was read under what is typed: nothing that was typed is lost.
    pub fn take(self, plan: Plan) {
        let categories = self.here.with(|programme| programme.categories.clone());
        let kind_of = |code: &str| {
            let own = categories.iter().find(|category| category.code == code);
            own.and_then(|category| category.kind).unwrap_or(GrantKind::Cash)
        };
        let rows = layout(&plan, kind_of);
        let now = values(&plan);
        let mut cells = BTreeMap::new();
        let mut others = Vec::new();
        for at in places(&rows) {
            let is = now.get(&at).copied().unwrap_or_default();
            let entry = self.cells.with_value(|cells| cells.get(&at).cloned());
            let entry = match entry {
                Some(entry) => {
                    let Entry { base, value, .. } = entry.get_untracked();
                    others.extend(overtaken(at, base, is, value));
                    let value = kept(base, is, value);
                    let text = self.text(at, &rows, value, &plan);
                    let lost = value == Value::Unreadable;
                    entry.update(|entry| {
                        let text = if lost { std::mem::take(&mut entry.text) } else { text };
                        *entry = Entry {
                            base: is,
                            settled: value,
                            value,
                            text,
                        };
                    });
                    entry
                }
                None => ArcRwSignal::new(Entry {
                    base: is,
                    settled: is,
                    value: is,
                    text: self.text(at, &rows, is, &plan),
                }),
            };
            cells.insert(at, entry);
        }
        self.cells.set_value(cells);
        self.overtaken.set(others);
        self.plan.set(Some(plan));
        self.layout.set(rows);
        self.count();
    }

    /// Reads the plan again and lays it under what is typed.
    pub fn read_again(self) {
        let budget = self.budget();
        self.desk.from.refetch();
        spawn_local(async move {
            if let Ok(plan) = plans::get_plan(budget, None).await {
                self.take(plan);
                self.try_out();
                if self.overtaken.with_untracked(|all| !all.is_empty()) {
                    focus_soon("#overtaken");
                }
            }
        });
    }

    /// A cell, where there is one.
    pub fn cell(self, at: At) -> Option<ArcRwSignal<Entry>> {
        self.cells.with_value(|cells| cells.get(&at).cloned())
    }

    /// What stands in a cell, followed.
    pub fn value(self, at: At) -> Value {
        self.cell(at)
            .map(|entry| entry.with(|entry| entry.value))
            .unwrap_or_default()
    }

    /// What stands at a row and a column, both counted from zero, where a cell can be typed into.
    pub fn at(self, (row, column): (usize, usize)) -> Option<At> {
        self.layout.with_untracked(|layout| {
            let row = layout.years.iter().flat_map(|year| &year.rows).nth(row)?;
            let line = row.line;
            let columns = layout.blocks.iter().flat_map(|block| {
                let cost = block
                    .with_cost
                    .then(|| costs_in(row, block).then_some(At::Cost { line }));
                let shares = block
                    .grants
                    .iter()
                    .map(move |grant| Some(At::Share { line, grant: *grant }));
                cost.into_iter().chain(shares)
            });
            columns.into_iter().nth(column).flatten()
        })
    }

    /// The currency of a cell.
    pub fn currency(self, at: At) -> Option<Currency> {
        self.layout
            .with_untracked(|rows| currency_of(at, rows, &self.plan.get_untracked()?))
    }

    fn text(self, at: At, rows: &Layout, value: Value, plan: &Plan) -> String {
        let amount = value.minor().zip(currency_of(at, rows, plan));
        amount.map_or_else(String::new, |(minor, currency)| {
            self.figure(Money::new(minor, currency))
        })
    }

    /// An amount as it stands in a cell: with its cents where it has some.
    pub fn figure(self, money: Money) -> String {
        let digits = crate::format::decimals(&[money.minor], money.currency);
        Format::new(self.i18n).figure(money, digits)
    }

    /// What is typed into a cell.
    pub fn type_into(self, at: At, text: String) {
        let (Some(entry), Some(currency)) = (self.cell(at), self.currency(at)) else {
            return;
        };
        let decimals = decimals(self.i18n.get_locale_untracked());
        let value = match text.trim().is_empty() {
            // An emptied share is a share of nothing, an emptied cost is not known.
            true => match (at, entry.with_untracked(|entry| entry.base)) {
                (At::Share { .. }, Value::Amount(_)) => Value::Amount(0),
                _ => Value::Empty,
            },
            false => read::amount(&text, decimals, currency.digits())
                .and_then(|amount| Money::check("", &amount, currency.code()).ok())
                .map_or(Value::Unreadable, |money| Value::Amount(money.minor)),
        };
        entry.update(|entry| {
            entry.value = value;
            entry.text = text;
        });
        self.count();
    }

    /// Puts a value into a cell as if it had been typed.
    fn put(self, at: At, value: Value) {
        let Some(entry) = self.cell(at) else { return };
        let plan = self.plan.get_untracked();
        let text = plan.map(|plan| self.layout.with_untracked(|rows| self.text(at, rows, value, &plan)));
        entry.update(|entry| {
            entry.value = value;
            entry.settled = value;
            entry.text = text.unwrap_or_default();
        });
    }

    /// Leaves cells: what was typed becomes one step that can be undone.
    pub fn settle(self, all: &[At]) {
        let mut step = Step::new();
        for at in all {
            let Some(entry) = self.cell(*at) else { continue };
            let Entry { settled, value, .. } = entry.get_untracked();
            if value != Value::Unreadable {
                let (before, after) = (settled, value);
                self.put(*at, after);
                if before != after {
                    step.push((*at, before, after));
                }
            }
        }
        if step.is_empty() {
            self.count();
            return;
        }
        self.pointers
            .update(|pointers| step.iter().for_each(|(at, ..)| drop(pointers.remove(at))));
        self.done.update(|done| done.push(step));
        self.undone.update(Vec::clear);
        self.count();
        self.try_out();
    }

    /// Gives up what is being typed into a cell.
    pub fn give_up(self, at: At) {
        if let Some(entry) = self.cell(at) {
            self.put(at, entry.with_untracked(|entry| entry.settled));
        }
    }

    /// Whether something is being typed into a cell that is not settled.
    pub fn is_open(self, at: At) -> bool {
        self.cell(at)
            .is_some_and(|entry| entry.with_untracked(|entry| entry.value != entry.settled))
    }

    /// Whether there is a step to undo, or to do again.
    pub fn steps(self) -> (bool, bool) {
        (!self.done.read().is_empty(), !self.undone.read().is_empty())
    }

    /// Undoes the last step.
    pub fn undo(self) {
        let Some(step) = self.done.try_update(Vec::pop).flatten() else {
            return;
        };
        step.iter().for_each(|(at, before, _)| self.put(*at, *before));
        self.undone.update(|undone| undone.push(step));
        self.count();
        self.try_out();
    }

    /// Does again what was undone.
    pub fn redo(self) {
        let Some(step) = self.undone.try_update(Vec::pop).flatten() else {
            return;
        };
        step.iter().for_each(|(at, _, after)| self.put(*at, *after));
        self.done.update(|done| done.push(step));
        self.count();
        self.try_out();
    }

    /// Puts every cell back to what the plan says, as one step.
    pub fn discard(self) {
        let all = self.differing();
        let step = all
            .iter()
            .map(|(at, entry)| (*at, entry.value, entry.base))
            .collect::<Step>();
        step.iter().for_each(|(at, _, base)| self.put(*at, *base));
        self.done.update(|done| done.push(step));
        self.undone.update(Vec::clear);
        self.pointers.update(HashMap::clear);
        self.overtaken.update(Vec::clear);
        self.count();
        self.try_out();
    }

    /// Takes what others wrote into one cell.
    pub fn take_theirs(self, one: Overtaken) {
        self.put(one.at, one.is);
        self.settle_overtaken(one);
    }

    /// Stays with what was typed into one cell.
    pub fn settle_overtaken(self, one: Overtaken) {
        self.overtaken.update(|all| all.retain(|other| other.at != one.at));
        self.count();
        self.try_out();
    }

    fn differing(self) -> Vec<(At, Entry)> {
        self.cells.with_value(|cells| {
            let all = cells.iter().map(|(at, entry)| (*at, entry.get_untracked()));
            all.filter(|(_, entry)| entry.value != entry.base).collect()
        })
    }

    fn count(self) {
        self.changed.set(self.differing().len());
    }

    /// What is wrong with a cell, followed.
    pub fn fault(self, at: At) -> Option<String> {
        if self.value(at) == Value::Unreadable {
            return Some(say!(self.i18n, problem.amount_invalid).to_owned());
        }
        let pointer = self.pointers.with(|pointers| pointers.get(&at).cloned())?;
        self.form.fault_at(&pointer)
    }

    /// The changes as they are sent, and at which pointer each cell stands.
    fn request(self) -> (PlanPatch, HashMap<At, String>) {
        let mut patch = PlanPatch {
            cells: Vec::new(),
            costs: Vec::new(),
            reason: self.reason.get_untracked(),
            booked_on: texts::optional_date(&self.booked_on.get_untracked()),
        };
        let mut pointers = HashMap::new();
        for (at, entry) in self.differing() {
            let Some(currency) = self.currency(at) else { continue };
            let money = match entry.value {
                Value::Amount(minor) => Some(Money::new(minor, currency).into()),
                // It is refused at its cell.
                Value::Unreadable => Some(parvis_wire::Money {
                    amount: entry.text,
                    currency: currency.code().to_owned(),
                }),
                Value::Empty => None,
            };
            match at {
                At::Share { line, grant } => {
                    pointers.insert(at, format!("/cells/{}", patch.cells.len()));
                    patch.cells.push(PlanCellChange {
                        line_id: line,
                        grant_id: grant,
                        planned: money,
                        granted: None,
                    });
                }
                At::Cost { line } => {
                    pointers.insert(at, format!("/costs/{}", patch.costs.len()));
                    patch.costs.push(PlanCostChange {
                        line_id: line,
                        cost: money,
                    });
                }
            }
        }
        (patch, pointers)
    }

    /// Saves what differs, as one revision. Where somebody was faster, the plan is read again under what is typed.
    pub fn save(self) {
        let (patch, pointers) = self.request();
        self.pointers.set(pointers);
        if self.form.passes(patch.check()).is_none() {
            return;
        }
        let Some(version) = self.plan.with_untracked(|plan| plan.as_ref().map(|plan| plan.version)) else {
            return;
        };
        let budget = self.budget();
        let call = async move {
            match plans::update_plan(budget, version, patch).await {
                Err(failure) if failure.status == 412 => Ok(Saved::Stale),
                answer => answer.map(|plan| Saved::Done(Box::new(plan))),
            }
        };
        self.form.send(call, move |saved| match saved {
            Saved::Stale => self.catch_up(),
            Saved::Done(plan) => {
                self.done.update(Vec::clear);
                self.undone.update(Vec::clear);
                self.reason.set(String::new());
                self.tried.set(None);
                self.take(*plan);
                self.desk.from.refetch();
                self.toasts.tell(say!(self.i18n, state.saved));
            }
        });
    }

    fn catch_up(self) {
        self.toasts.tell(say!(self.i18n, sheet.overtaken));
        self.read_again();
    }

    /// Asks the server what the rules would say of what is typed.
    pub fn try_out(self) {
        let turn = self.tries.with_value(|turn| turn.wrapping_add(1));
        self.tries.set_value(turn);
        let (patch, _) = self.request();
        let open = |money: &&Option<parvis_wire::Money>| {
            money
                .as_ref()
                .is_some_and(|money| money.check_not_negative("").is_err())
        };
        let unreadable = patch.cells.iter().map(|cell| &cell.planned).any(|money| open(&money))
            || patch.costs.iter().map(|cost| &cost.cost).any(|money| open(&money));
        if unreadable {
            return;
        }
        if patch.cells.is_empty() && patch.costs.is_empty() {
            self.tried.set(None);
            return;
        }
        let what = PlanSimulation {
            lines: self.assumed(&patch.costs),
            grants: Vec::new(),
            cells: patch.cells,
        };
        let budget = self.budget();
        spawn_local(async move {
            let answer: Answer<Plan> = plans::simulate_plan(budget, what).await;
            let current = self.tries.try_with_value(|latest| *latest == turn).unwrap_or(false);
            if let (true, Ok(plan)) = (current, answer) {
                self.tried.set(Some(plan));
            }
        });
    }

    /// Lines with another cost, as the simulation takes them.
    fn assumed(self, costs: &[PlanCostChange]) -> Vec<AssumedLine> {
        self.plan.with_untracked(|plan| {
            let lines = plan.iter().flat_map(|plan| &plan.lines);
            let assumed = lines.filter_map(|line| {
                let change = costs.iter().find(|change| change.line_id == line.line_id)?;
                Some(AssumedLine {
                    id: line.line_id,
                    category: line.category.clone(),
                    year: line.year,
                    axis: line.axis.clone(),
                    title: line.title.clone(),
                    cost: change.cost.clone(),
                })
            });
            assumed.collect()
        })
    }
}

/// Every place of a sheet: a cell for each line and grant, and the cost of each line.
fn places(layout: &Layout) -> Vec<At> {
    let rows = layout.years.iter().flat_map(|year| &year.rows);
    rows.flat_map(|row| {
        let grants = layout.blocks.iter().flat_map(|block| &block.grants);
        let line = row.line;
        let shares = grants.map(move |grant| At::Share { line, grant: *grant });
        shares.chain([At::Cost { line }])
    })
    .collect()
}

fn currency_of(at: At, rows: &Layout, plan: &Plan) -> Option<Currency> {
    match at {
        At::Share { grant, .. } => {
            let grant = plan.grants.iter().find(|one| one.grant_id == grant)?;
            Currency::parse("", &grant.currency).ok()
        }
        At::Cost { line } => {
            let mut all = rows.years.iter().flat_map(|year| &year.rows);
            all.find(|row| row.line == line).map(|row| row.currency)
        }
    }
}
