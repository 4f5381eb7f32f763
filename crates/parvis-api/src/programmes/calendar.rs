//! The steps of a programme, and for its members the days on which agreements oblige to something, as a calendar
//! (RFC 5545) that a calendar app subscribes to.

use actix_web::get;
use chrono::{Days, NaiveDate};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::agreements::obligations::DueStatus;
use parvis_domain::ids::ProgrammeId;
use parvis_domain::page::{Direction, PageRequest};
use parvis_domain::participation::StepStatus;
use parvis_store::agreements::{Obligation, ObligationFilter, ObligationSort, list_obligations};
use parvis_store::participation::{ParticipationStep, StepFilter, StepSort, list_participation_steps};
use parvis_store::programmes::get_programme;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{Answer, Context, Id, Reply};

/// The most steps of one calendar, and the most obligations.
const STEPS_MAX: u32 = 1000;
/// How many days ahead a calendar shows what is owed.
const OWED_AHEAD: u64 = 800;

/// Adds the operation.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(get_programme_calendar);
}

/// Subscribe to the steps of a programme as a calendar
///
/// Members who send their token find in it what agreements oblige to by when, too. Titles are in the language that `Accept-Language` asks for, where they exist in it.
#[utoipa::path(tag = "programmes", responses((status = 200, description = "The calendar.", body = String, content_type = "text/calendar")))]
#[get("/api/v1/programmes/{id}/calendar.ics")]
pub async fn get_programme_calendar(ctx: Context, id: Id<ProgrammeId>) -> Answer {
    ctx.read(Operation::GetProgrammeCalendar, move |hop| {
        let (context, view) = hop.programme(id.0)?;
        let programme = get_programme(hop.conn, id.0)?;
        let sort = StepSort::StartsOn;
        let request = PageRequest {
            limit: STEPS_MAX,
            after: None,
            sort,
            direction: Direction::Ascending,
            count: false,
        };
        let steps = list_participation_steps(hop.conn, id.0, &StepFilter::default(), &request)?;
        let today = context.today(&hop.stamp)?;
        let owed = match view {
            View::Member => list_obligations(hop.conn, id.0, &ObligationFilter::default(), &all(), today)?.items,
            View::Public => Vec::new(),
        };
        let wanted: Vec<&str> = hop.facts.languages.iter().map(String::as_str).collect();
        let title = programme.title.best(&wanted).map_or("", |(_, title)| title);
        Ok(Reply::text(
            "text/calendar; charset=utf-8",
            calendar(title, &steps.items, (&owed, today), &wanted),
        ))
    })
    .await
}

fn all() -> PageRequest<ObligationSort> {
    PageRequest {
        limit: STEPS_MAX,
        after: None,
        sort: ObligationSort::FirstOn,
        direction: Direction::Ascending,
        count: false,
    }
}

fn calendar(
    title: &str,
    steps: &[ParticipationStep],
    (owed, today): (&[Obligation], NaiveDate),
    wanted: &[&str],
) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Parvis//EN"))
        .name(title);
    for step in steps {
        calendar.push(event(step, wanted));
    }
    for obligation in owed {
        due(obligation, today, wanted).for_each(|event| {
            calendar.push(event);
        });
    }
    calendar.to_string()
}

/// The days of an obligation that are not met and not too far away.
fn due(obligation: &Obligation, today: NaiveDate, wanted: &[&str]) -> impl Iterator<Item = Event> {
    let rules = &obligation.rules;
    let last = today.checked_add_days(Days::new(OWED_AHEAD)).unwrap_or(today);
    let open = rules.standing(obligation.runs, 0, today).into_iter();
    let open = open.filter(move |(day, status)| *status != DueStatus::Met && *day <= last);
    let title = rules.title.best(wanted).map_or("", |(_, title)| title).to_owned();
    let (id, recorded, version) = (rules.id, obligation.created_at, obligation.version);
    open.map(move |(day, _)| {
        let end = day.checked_add_days(Days::new(1)).unwrap_or(day);
        let mut event = Event::new();
        event
            .uid(&format!("{id}-{day}@parvis"))
            .timestamp(recorded)
            .starts(day)
            .ends(end)
            .summary(&title)
            .status(EventStatus::Confirmed)
            .add_property("SEQUENCE", (version - 1).to_string());
        event.done()
    })
}

fn event(step: &ParticipationStep, wanted: &[&str]) -> Event {
    let text = |text: &parvis_domain::LocalisedText| text.best(wanted).map(|(_, text)| text.to_owned());
    let last = step
        .closed_on
        .or(step.ends_on)
        .unwrap_or(step.starts_on)
        .max(step.starts_on);
    // The end of an event of whole days is the day after the last.
    let end = last.checked_add_days(Days::new(1)).unwrap_or(last);
    let mut event = Event::new();
    event
        .uid(&format!("{}@parvis", step.id))
        .timestamp(step.updated_at)
        .starts(step.starts_on)
        .ends(end)
        .summary(&text(&step.title).unwrap_or_default())
        .status(match step.status {
            StepStatus::Planned => EventStatus::Tentative,
            StepStatus::Open | StepStatus::Closed => EventStatus::Confirmed,
            StepStatus::Cancelled | StepStatus::Annulled => EventStatus::Cancelled,
        })
        .add_property("SEQUENCE", (step.version - 1).to_string());
    if let Some(description) = text(&step.description) {
        event.description(&description);
    }
    if let Some(location) = &step.location {
        event.location(location);
    }
    event.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_domain::LocalisedText;
    use parvis_domain::ids::StepId;
    use parvis_domain::participation::StepKind;
    use uuid::Uuid;

    #[test]
    fn a_step_is_an_event_of_whole_days_with_a_uid_that_stays() {
        let at = "2026-03-14T10:00:00Z".parse().unwrap();
        let day = |text: &str| text.parse().unwrap();
        let step = ParticipationStep {
            id: StepId(Uuid::from_u128(7)),
            programme_id: ProgrammeId(Uuid::from_u128(8)),
            kind: StepKind::Workshop,
            title: LocalisedText::of("fr", "Atelier, jardins"),
            description: LocalisedText::default(),
            position: 1,
            starts_on: day("2026-03-20"),
            ends_on: Some(day("2026-03-21")),
            location: Some("Maison du quartier".into()),
            object: None,
            status: StepStatus::Planned,
            opened_on: None,
            closed_on: None,
            outcome: None,
            ended_reason: None,
            version: 3,
            created_at: at,
            updated_at: at,
        };
        let text = calendar("Contrat", &[step], (&[], day("2026-03-14")), &["fr"]);
        for line in [
            "UID:00000000-0000-0000-0000-000000000007@parvis",
            "DTSTART;VALUE=DATE:20260320",
            "DTEND;VALUE=DATE:20260322",
            "SUMMARY:Atelier\\, jardins",
            "STATUS:TENTATIVE",
            "SEQUENCE:2",
            "DTSTAMP:20260314T100000Z",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
