//! Writing the demonstration through the checks of the API and the functions of the store, so that events, balances and
//! rules come out as if people had entered it.

use parvis_domain::ids::{GrantId, LineId, MovementId, PartnerId, PlaceId, ProgrammeId, RateId, UserId};
use parvis_domain::page::{Direction, LIMIT_MAX, PageRequest};
use parvis_domain::programmes::ProgrammeTransition;
use parvis_domain::{budgets as domain, partners::PartnerRoleKind};
use parvis_store::budgets::{self, Budget, PlanEdit, Setting, Withdrawal};
use parvis_store::participation::{self, StepFilter, StepSort};
use parvis_store::programmes::{self, Programme, ProgrammeContext};
use parvis_store::{Conn, Stamp, StoreError, StoreResult, accounts, partners, places};
use parvis_wire::budgets::{NewBudget, NewBudgetLine, NewGrant, NewMovement, NewRate, NewRatePolicy, PlanPatch};
use parvis_wire::participation::{NewParticipationStep, ParticipationStepPatch};
use parvis_wire::partners::{NewPartner, NewPartnerRole};
use parvis_wire::places::NewPlace;
use parvis_wire::programmes::NewProgramme;
use uuid::Uuid;

use super::data::{self, Keys, Movement, PlanStep};

/// Writes organisations and places; what their keys became is remembered.
pub(super) fn shared(conn: &mut Conn, stamp: Stamp<'_>, keys: &mut Keys, data: &data::Data) -> StoreResult<()> {
    for entry in &data.partners {
        let content = keys.body::<NewPartner>(&entry.body)?.check()?;
        let partner = partners::create_partner(conn, &stamp, &content).map_err(at(&entry.key))?;
        keys.insert::<PartnerId>("partner", &entry.key, partner.id);
    }
    for entry in &data.places {
        let content = keys.body::<NewPlace>(&entry.body)?.check()?;
        let place = places::create_place(conn, &stamp, &content).map_err(at(&entry.key))?;
        keys.insert::<PlaceId>("place", &entry.key, place.item.id);
    }
    Ok(())
}

/// Writes a programme: the coordinator sets it up, the budget officer keeps its money.
pub(super) fn programme(
    conn: &mut Conn,
    (stamp, ids): (Stamp<'_>, &(dyn Fn() -> Uuid + Sync)),
    keys: &Keys,
    file: &data::Programme,
) -> StoreResult<()> {
    let coordinator = stamp.by(keys.id("@account/coordinator")?);
    let officer = stamp.by(keys.id("@account/budget")?);
    let new = keys.body::<NewProgramme>(&file.programme)?.check()?;
    let made = programmes::create_programme(conn, &coordinator, &new).map_err(at(&new.code))?;
    members(conn, coordinator, keys, made.id, &file.members)?;
    for role in &file.roles {
        let NewPartnerRole { partner_id, role } = keys.body(role)?;
        give_role(conn, coordinator, made.id, partner_id.into(), role)?;
    }
    for with in &file.transitions {
        transition(conn, coordinator, made.id, *with).map_err(at(&new.code))?;
    }
    let context = made.context();
    steps(conn, coordinator, keys, &context, &file.steps).map_err(at(&new.code))?;
    super::bodies::write(conn, coordinator, ids, keys, &context, &file.bodies).map_err(at(&new.code))?;
    let keys = &rates(conn, officer, keys, &context, file)?;
    // What waits for a second person comes last: from then on everything would wait.
    let (waiting, settled): (Vec<_>, Vec<_>) = file.budgets.iter().partition(|entry| !entry.waiting.is_empty());
    for entry in settled.into_iter().chain(waiting) {
        budget(conn, officer, keys, &made, entry).map_err(at(&new.code))?;
    }
    Ok(())
}

fn members(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    keys: &Keys,
    programme: ProgrammeId,
    members: &[data::Member],
) -> StoreResult<()> {
    for member in members {
        let user: UserId = keys.id(&format!("@account/{}", member.account))?;
        let partner = member.partner_id.as_deref().map(|key| keys.id(key)).transpose()?;
        accounts::create_member(conn, &stamp, programme, user, member.role, partner)?;
    }
    Ok(())
}

fn give_role(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    programme: ProgrammeId,
    partner: PartnerId,
    role: PartnerRoleKind,
) -> StoreResult<()> {
    partners::create_partner_role(conn, &stamp, programme, partner, role).map(drop)
}

fn transition(conn: &mut Conn, stamp: Stamp<'_>, id: ProgrammeId, with: ProgrammeTransition) -> StoreResult<()> {
    let before = programmes::get_programme(conn, id)?;
    let go = match with {
        ProgrammeTransition::Open => programmes::open_programme,
        ProgrammeTransition::Activate => programmes::activate_programme,
        ProgrammeTransition::Close => programmes::close_programme,
        ProgrammeTransition::Archive => programmes::archive_programme,
    };
    go(conn, &stamp, &before).map(drop)
}

/// Records rates and what funders ask of conversions; gives the keys with those of the rates.
fn rates(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    keys: &Keys,
    programme: &ProgrammeContext,
    file: &data::Programme,
) -> StoreResult<Keys> {
    let mut keys = keys.clone();
    let today = programme.today(&stamp)?;
    for entry in &file.rates {
        let content = keys.body::<NewRate>(&entry.body)?.check(today)?;
        let rate = budgets::create_rate(conn, &stamp, Some(programme.id), &content).map_err(at(&entry.key))?;
        keys.insert::<RateId>("rate", &entry.key, rate.id);
    }
    for entry in &file.rate_policies {
        let new: NewRatePolicy = keys.body(entry)?;
        budgets::create_rate_policy(conn, &stamp, programme.id, new.funder_id.into(), new.check()?)?;
    }
    Ok(keys)
}

/// Changes the steps that came with the template, adds the others, and leads each to where it stands.
fn steps(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    keys: &Keys,
    programme: &ProgrammeContext,
    entries: &[data::Step],
) -> StoreResult<()> {
    let all = PageRequest {
        limit: LIMIT_MAX,
        after: None,
        sort: StepSort::Position,
        direction: Direction::Ascending,
        count: false,
    };
    let planned = participation::list_participation_steps(conn, programme.id, &StepFilter::default(), &all)?;
    let mut planned = planned.items.into_iter();
    for entry in entries {
        let step = match planned.next() {
            Some(before) => {
                let patch: ParticipationStepPatch = keys.body(&entry.body)?;
                let content = patch.onto(NewParticipationStep::from(&before.content()))?.check()?;
                participation::update_participation_step(conn, &stamp, programme, &before, &content)?
            }
            None => {
                let content = keys.body::<NewParticipationStep>(&entry.body)?.check()?;
                participation::create_participation_step(conn, &stamp, programme, &content)?
            }
        };
        let step = match &entry.open {
            Some(open) => participation::open_participation_step(conn, &stamp, programme, &step, open.check()?)?,
            None => step,
        };
        if let Some(close) = &entry.close {
            let (outcome, day) = close.check()?;
            participation::close_participation_step(conn, &stamp, programme, &step, &outcome, day)?;
        }
        if let Some(cancel) = &entry.cancel {
            participation::cancel_participation_step(conn, &stamp, programme, &step, &cancel.check()?)?;
        }
    }
    Ok(())
}

fn budget(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    keys: &Keys,
    programme: &Programme,
    entry: &data::Budget,
) -> StoreResult<()> {
    let content = keys.body::<NewBudget>(&entry.body)?.check(programme.currency)?;
    let budget = budgets::create_budget(conn, &stamp, programme.id, &content)?;
    let setting = Setting {
        programme: programme.id,
        budget: budget.id,
        policy: programme.policy,
    };
    let mut keys = keys.clone();
    for line in &entry.lines {
        let (content, shares) = keys.body::<NewBudgetLine>(&line.body)?.check()?;
        domain::check_line(&content, &programme.categories, &programme.axes, budget.period())?;
        let made = budgets::create_budget_line(conn, &stamp, setting, &content, &shares).map_err(at(&line.key))?;
        keys.insert::<LineId>("line", &line.key, made.id);
    }
    for grant in &entry.grants {
        let (content, shares) = keys.body::<NewGrant>(&grant.body)?.check()?;
        let made = budgets::create_grant(conn, &stamp, setting, &content, &shares).map_err(at(&grant.key))?;
        keys.insert::<GrantId>("grant", &grant.key, made.id);
    }
    let context = programme.context();
    for step in &entry.plan {
        change_plan(conn, stamp, setting, &keys, &context, step).map_err(at("plan"))?;
    }
    super::agreements::write(conn, stamp, &keys, &context, &entry.agreements)?;
    super::conditions::write(conn, stamp, &keys, &context, budget.id, entry)?;
    let mut ledger = Ledger {
        stamp,
        context: &context,
        budget: &budget,
        keys,
    };
    for movement in &entry.movements {
        ledger.post(conn, movement)?;
    }
    if entry.waiting.is_empty() {
        return Ok(());
    }
    ask_for_second_person(conn, stamp.by(ledger.keys.id("@account/coordinator")?), programme.id)?;
    entry
        .waiting
        .iter()
        .try_for_each(|movement| ledger.post(conn, movement))
}

/// From now on another person approves every movement.
fn ask_for_second_person(conn: &mut Conn, stamp: Stamp<'_>, programme: ProgrammeId) -> StoreResult<()> {
    let programme = programmes::get_programme(conn, programme)?;
    let mut content = programme.content();
    content.four_eyes = Some(true);
    programmes::update_programme(conn, &stamp, &programme, &content).map(drop)
}

/// Changes the plan as the budget officer would.
fn change_plan(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    setting: Setting,
    keys: &Keys,
    context: &ProgrammeContext,
    step: &PlanStep,
) -> StoreResult<()> {
    let today = context.today(&stamp)?;
    let role = Some("budget_officer".to_owned());
    match step {
        PlanStep::Withdrawal { withdraw, withdrawal } => {
            let grant = budgets::get_grant(conn, keys.id::<GrantId>(withdraw)?)?;
            let (reason, day) = withdrawal.check()?;
            let day = day.unwrap_or(today);
            budgets::withdraw_grant(conn, &stamp, &grant, &Withdrawal { reason, day, role }).map(drop)
        }
        PlanStep::Change(body) => {
            let change = keys.body::<PlanPatch>(body)?.check()?;
            let edit = PlanEdit {
                cells: change.cells,
                costs: change.costs,
                reason: change.reason,
                booked_on: change.booked_on.unwrap_or(today),
                role,
                expected: budgets::plan_version(conn, setting.budget)?,
            };
            budgets::update_plan(conn, &stamp, setting, &edit)
        }
    }
}

/// What posting a movement needs.
struct Ledger<'a> {
    stamp: Stamp<'a>,
    context: &'a ProgrammeContext,
    budget: &'a Budget,
    keys: Keys,
}

impl Ledger<'_> {
    fn post(&mut self, conn: &mut Conn, movement: &Movement) -> StoreResult<()> {
        let today = self.context.today(&self.stamp)?;
        match movement {
            Movement::Reversal { reverses, reversal } => {
                let of = budgets::get_movement(conn, self.keys.id::<MovementId>(reverses)?)?;
                let (day, reason) = reversal.check()?;
                let day = day.unwrap_or(today);
                domain::check_booked_on("/booked_on", day, Some(of.booked_on), today)?;
                budgets::reverse_movement(conn, &self.stamp, &of, day, &reason).map_err(at(reverses))?;
            }
            Movement::Posted { key, body } => {
                let new = self.keys.body::<NewMovement>(body)?.check()?;
                domain::check_booked_on("/booked_on", new.booked_on, None, today)?;
                let reference = new.reference.as_deref().unwrap_or_default();
                let made =
                    budgets::create_movement(conn, &self.stamp, self.budget.id, &new, None).map_err(at(reference))?;
                if let Some(key) = key {
                    self.keys.insert::<MovementId>("movement", key, made.id);
                }
            }
        }
        Ok(())
    }
}

/// Names the entry that a rule refused: in the demonstration a refusal is a fault of the data.
pub(super) fn at(entry: &str) -> impl Fn(StoreError) -> StoreError {
    move |error| match error.refusal() {
        Some(refusal) if matches!(error, StoreError::Domain(_) | StoreError::Conflict(_)) => {
            data::wrong(format!("{entry}: {} {:?}", refusal.detail, refusal.faults))
        }
        _ => error,
    }
}
