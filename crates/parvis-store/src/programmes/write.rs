//! Setting programmes up, changing them, and their way from draft to archive.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::{MemberRole, Operation};
use parvis_domain::budgets::Policy;
use parvis_domain::budgets::cofinancing::{self, CofinancingRule};
use parvis_domain::ids::ProgrammeId;
use parvis_domain::participation::StepContent;
use parvis_domain::programmes::{
    self as domain, NewProgramme, ProgrammeStatus, ProgrammeTransition, require_changeable, require_filled,
};
use parvis_domain::templates::{Category, Template as Content, TemplateStep};
use parvis_domain::{Code, Currency, Fault, Period, text};
use serde_json::Value;

use super::context::lock_programme;
use super::{Programme, get_programme};
use crate::accounts;
use crate::columns::{DbId, IntoDb, json, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult, require_current};
use crate::events::{self, Change};
use crate::participation::plan_steps;
use crate::places::require_places;
use crate::schema::{programme_places, programmes};
use crate::stamp::Stamp;
use crate::templates::get_template;

/// Sets a programme up from its template, with steps, axes, categories, required roles and rules. Whoever is signed in
/// becomes its coordinator.
///
/// # Errors
/// `reference_unknown` for template or places, a conflict where the code is taken.
pub fn create_programme(conn: &mut Conn, stamp: &Stamp<'_>, new: &NewProgramme) -> StoreResult<Programme> {
    let unknown = || {
        Fault::new(
            Code::ReferenceUnknown,
            "/template_id",
            format!("There is no template {}.", new.template),
        )
    };
    let template = match get_template(conn, new.template) {
        Ok(template) if template.archived_at.is_none() => template.content,
        Ok(_) | Err(StoreError::NotFound) => return Err(unknown().into()),
        Err(error) => return Err(error),
    };
    require_places(conn, &new.places)?;
    let cofinancing = new.cofinancing.as_ref().unwrap_or(&template.cofinancing);
    check_cofinancing(cofinancing, &template.categories)?;
    let id: ProgrammeId = stamp.id();
    diesel::insert_into(programmes::table)
        .values((
            programmes::id.eq(id.db()),
            programmes::template_id.eq(new.template.db()),
            columns(new, &template)?,
            programmes::status.eq(ProgrammeStatus::Draft.as_str()),
            programmes::axes.eq(json(&template.axes)?),
            programmes::categories.eq(json(&template.categories)?),
            programmes::required_roles.eq(json(&template.required_roles)?),
            programmes::rules.eq(json(&template.rules)?),
            programmes::cofinancing.eq(json(&cofinancing)?),
            programmes::policy.eq(json(&policy(new, template.policy))?),
            programmes::version.eq(1_i64),
            programmes::created_at.eq(micros(stamp.at)),
            programmes::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    write_places(conn, id, new)?;
    let steps: Vec<StepContent> = (1..)
        .zip(&template.steps)
        .map(|(position, step)| planned(new.period.starts_on, position, step))
        .collect();
    plan_steps(conn, stamp, id, &steps)?;
    let programme = get_programme(conn, id)?;
    let mut change = Change::made(Operation::CreateProgramme, ("programme", id.into()), &programme)?;
    if let Some(object) = change.after.as_object_mut() {
        object.insert("steps".to_owned(), Value::from(steps.len()));
    }
    events::append(conn, stamp, change.in_programme(id))?;
    if let Some(actor) = stamp.actor {
        accounts::create_member(conn, stamp, id, actor, MemberRole::Coordinator, None)?;
    }
    Ok(programme)
}

/// Changes a programme. What it took from its template stays, and so does the template.
///
/// # Errors
/// `version_stale`, `archived`, `reference_unknown` for places, a conflict where the code is taken.
pub fn update_programme(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Programme,
    content: &NewProgramme,
) -> StoreResult<Programme> {
    require_changeable(before.status)?;
    let kept = before.content();
    if content.places != kept.places {
        require_places(conn, &content.places)?;
    }
    let template = get_template(conn, before.template.id)?.content;
    let cofinancing = content.cofinancing.as_ref().unwrap_or(&before.cofinancing);
    check_cofinancing(cofinancing, &before.categories)?;
    let current = programmes::table
        .find(before.id.db())
        .filter(programmes::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            columns(content, &template)?,
            programmes::cofinancing.eq(json(&cofinancing)?),
            programmes::policy.eq(json(&policy(content, before.policy))?),
            programmes::version.eq(before.version + 1),
            programmes::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let all = programme_places::table.filter(programme_places::programme_id.eq(before.id.db()));
    diesel::delete(all).execute(conn)?;
    write_places(conn, before.id, content)?;
    finish(conn, stamp, Operation::UpdateProgramme, before)
}

/// Opens a draft to its partners.
///
/// # Errors
/// `version_stale`, `transition_refused`.
pub fn open_programme(conn: &mut Conn, stamp: &Stamp<'_>, before: &Programme) -> StoreResult<Programme> {
    set_status(conn, stamp, Operation::OpenProgramme, before, ProgrammeTransition::Open)
}

/// Starts the work of an open programme, once every required role is filled.
///
/// # Errors
/// `version_stale`, `transition_refused`, `role_unfilled`.
pub fn activate_programme(conn: &mut Conn, stamp: &Stamp<'_>, before: &Programme) -> StoreResult<Programme> {
    domain::transition(before.status, ProgrammeTransition::Activate)?;
    require_filled(&before.required_roles, &before.held)?;
    set_status(
        conn,
        stamp,
        Operation::ActivateProgramme,
        before,
        ProgrammeTransition::Activate,
    )
}

/// Closes an active programme.
///
/// # Errors
/// `version_stale`, `transition_refused`.
pub fn close_programme(conn: &mut Conn, stamp: &Stamp<'_>, before: &Programme) -> StoreResult<Programme> {
    set_status(
        conn,
        stamp,
        Operation::CloseProgramme,
        before,
        ProgrammeTransition::Close,
    )
}

/// Archives a draft or a closed programme.
///
/// # Errors
/// `version_stale`, `transition_refused`.
pub fn archive_programme(conn: &mut Conn, stamp: &Stamp<'_>, before: &Programme) -> StoreResult<Programme> {
    set_status(
        conn,
        stamp,
        Operation::ArchiveProgramme,
        before,
        ProgrammeTransition::Archive,
    )
}

/// The rules of a programme speak of its categories.
/// The policy of the ledger, with what the request says of it. It holds for movements posted from then on.
fn policy(content: &NewProgramme, kept: Policy) -> Policy {
    Policy {
        four_eyes: content.four_eyes.unwrap_or(kept.four_eyes),
        ..kept
    }
}

fn check_cofinancing(rules: &[CofinancingRule], categories: &[Category]) -> StoreResult<()> {
    let codes: Vec<&str> = categories.iter().map(|category| category.code.as_str()).collect();
    Ok(cofinancing::check_rules("/cofinancing", rules, &codes).map(drop)?)
}

fn set_status(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &Programme,
    with: ProgrammeTransition,
) -> StoreResult<Programme> {
    let status = domain::transition(before.status, with)?;
    lock_programme(conn, before.id)?;
    let current = programmes::table
        .find(before.id.db())
        .filter(programmes::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            programmes::status.eq(status.as_str()),
            programmes::version.eq(before.version + 1),
            programmes::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    finish(conn, stamp, operation, before)
}

fn finish(conn: &mut Conn, stamp: &Stamp<'_>, operation: Operation, before: &Programme) -> StoreResult<Programme> {
    let programme = get_programme(conn, before.id)?;
    let change = Change::changed(operation, ("programme", before.id.into()), before, &programme)?;
    events::append(conn, stamp, change.in_programme(before.id))?;
    Ok(programme)
}

fn write_places(conn: &mut Conn, id: ProgrammeId, new: &NewProgramme) -> StoreResult<()> {
    let row = |place: DbId| {
        (
            programme_places::programme_id.eq(id.db()),
            programme_places::place_id.eq(place),
        )
    };
    let rows: Vec<_> = new.places.iter().map(|place| row(place.db())).collect();
    if !rows.is_empty() {
        each!(conn, c => diesel::insert_into(programme_places::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// A step of the template on the days of this programme.
fn planned(start: NaiveDate, position: u32, step: &TemplateStep) -> StepContent {
    let starts_on = domain::day_of(start, step.offset_days);
    let ends_on = Some(domain::day_of(starts_on, step.duration_days.saturating_sub(1)));
    StepContent {
        kind: step.kind,
        title: step.title.clone(),
        description: step.description.clone(),
        position,
        period: Period { starts_on, ends_on },
        location: None,
        object: step.object.clone(),
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = programmes, treat_none_as_null = true)]
struct ProgrammeColumns {
    code: String,
    title: String,
    summary: String,
    visibility: &'static str,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    time_zone: String,
    currency: &'static str,
    search: String,
}

fn columns(new: &NewProgramme, template: &Content) -> StoreResult<ProgrammeColumns> {
    let summary = if new.summary.is_empty() {
        &template.summary
    } else {
        &new.summary
    };
    let currency = match new.currency {
        Some(currency) => currency,
        None => Currency::parse("/currency", &template.currency)?,
    };
    Ok(ProgrammeColumns {
        code: new.code.clone(),
        title: json(&new.title)?,
        summary: json(summary)?,
        visibility: new.visibility.as_str(),
        starts_on: new.period.starts_on,
        ends_on: new.period.ends_on,
        time_zone: new.time_zone.clone().unwrap_or_else(|| template.time_zone.clone()),
        currency: currency.code(),
        search: [text::fold(&new.code), new.title.folded(), summary.folded()].join(" "),
    })
}
