//! Agreements, their amendments, and what they oblige to.

mod alarms;
mod amendments;
mod obligations;
mod signing;
mod wire;

use actix_web::{delete, get, patch, post};
use chrono::NaiveDate;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::agreements::{self as rules, AgreementKind};
use parvis_domain::ids::{AgreementId, PartnerId, ProgrammeId};
use parvis_domain::programmes::Visibility;
use parvis_domain::{Code, Fault, Faults, period};
use parvis_store::agreements::{self as store, AgreementFilter, AgreementSort};
use parvis_store::programmes::ProgrammeContext;
use parvis_store::{StoreError, StoreResult};
use parvis_wire::Page;
use parvis_wire::agreements::{
    Agreement, AgreementComparison, AgreementPatch, AgreementSummary, ConsolidatedAgreement, NewAgreement,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::page::Sorts;
use crate::http::query::{self, list_query};
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_agreements)
        .service(create_agreement)
        .service(get_agreement)
        .service(update_agreement)
        .service(delete_agreement)
        .service(get_consolidated_agreement)
        .service(compare_agreement);
    services
        .configure(signing::configure)
        .configure(amendments::configure)
        .configure(obligations::configure)
        .configure(alarms::configure);
}

list_query! {
    /// Which agreements.
    AgreementQuery, sort r"^-?(created_at|starts_on)$" {
        /// Words in title or reference.
        q: String,
        /// Of this kind.
        kind: AgreementKind,
        /// To which this organisation is a party as first signed.
        partner: Uuid,
    }
}

const SORTS: &Sorts<AgreementSort> = &[
    ("created_at", AgreementSort::CreatedAt),
    ("starts_on", AgreementSort::StartsOn),
];

/// As of which day, by the signatures known on which.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As of this day; today where nothing is said.
    #[param(format = Date, example = "2021-06-30")]
    as_of: Option<String>,
    /// By the signatures known on this day; today where nothing is said.
    #[param(format = Date, example = "2022-06-30")]
    known_on: Option<String>,
}

/// Which two days.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// One day.
    #[param(format = Date, example = "2016-06-30")]
    from: String,
    /// The other; today where nothing is said.
    #[param(format = Date, example = "2023-06-30")]
    to: Option<String>,
    /// By the signatures known on this day; today where nothing is said.
    #[param(format = Date, example = "2023-06-30")]
    known_on: Option<String>,
}

/// What a caller sees of an agreement.
#[derive(Debug, Clone, Copy)]
struct Sight {
    /// Today, in the zone of the programme.
    today: NaiveDate,
    /// Whether persons, and amendments that are not adopted, are shown.
    member: bool,
    /// The organisation whose agreements alone are shown with their amounts.
    bound: Option<PartnerId>,
}

impl Sight {
    fn of(hop: &Hop<'_>, programme: &ProgrammeContext, view: View) -> StoreResult<Self> {
        Ok(Self {
            today: programme.today(&hop.stamp)?,
            member: view == View::Member,
            bound: match programme.visibility {
                Visibility::Public => None,
                Visibility::Private => hop.caller.bound_partner(programme.id),
            },
        })
    }

    /// Whether amounts are shown: those of others are not shown to who acts for a partner that is no party.
    fn amounts(&self, agreement: &store::Agreement) -> bool {
        self.bound.is_none_or(|own| agreement.has_party(own))
    }

    /// Whether an agreement is shown at all: the public sees it once all who must have signed it.
    fn shows(&self, agreement: &store::Agreement) -> bool {
        self.member || agreement.rules.concluded_on(self.today).is_some()
    }
}

/// List the agreements of a programme
///
/// The public sees those that all who must have signed.
#[utoipa::path(tag = "agreements", params(AgreementQuery), responses((status = 200, description = "A page.", body = Page<AgreementSummary>)))]
#[get("/api/v1/programmes/{id}/agreements")]
pub async fn list_agreements(context: Context, id: Id<ProgrammeId>, query: Query<AgreementQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-starts_on")?;
    let filter = AgreementFilter {
        kind: query.kind,
        partner: query.partner.map(Into::into),
        query: query::search(query.q.as_deref())?,
        concluded: false,
    };
    let read = move |hop: &mut Hop<'_>| {
        let (programme, view) = hop.programme(id.0)?;
        let filter = AgreementFilter {
            concluded: view != View::Member,
            ..filter
        };
        let today = programme.today(&hop.stamp)?;
        let page = store::list_agreements(hop.conn, id.0, &filter, &listing.request)?;
        listing.reply(page, |agreement| wire::summary(&agreement, today))
    };
    context.read(Operation::ListAgreements, read).await
}

/// Write the draft of an agreement
///
/// The grants that its annex names rest on it from then on: what is committed of them waits until it is in force.
#[utoipa::path(tag = "agreements", request_body = NewAgreement, responses((status = 201, description = "Created.", body = Agreement)))]
#[post("/api/v1/programmes/{id}/agreements")]
pub async fn create_agreement(context: Context, id: Id<ProgrammeId>, body: Body<NewAgreement>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewAgreement| {
        let (programme, view) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let made = store::create_agreement(hop.conn, &hop.stamp, &programme, &body.check()?)?;
        created(hop, &programme, view, &made)
    };
    context.write(Operation::CreateAgreement, body, write).await
}

/// Read an agreement
#[utoipa::path(tag = "agreements", responses((status = 200, description = "The current state.", body = Agreement)))]
#[get("/api/v1/agreements/{id}")]
pub async fn get_agreement(context: Context, id: Id<AgreementId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (programme, agreement, view) = load(hop, id.0)?;
        item(hop, &programme, view, &agreement)
    };
    context.read(Operation::GetAgreement, read).await
}

/// Change the draft of an agreement
#[utoipa::path(tag = "agreements", request_body(content = AgreementPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = Agreement)))]
#[patch("/api/v1/agreements/{id}")]
pub async fn update_agreement(context: Context, id: Id<AgreementId>, body: Body<AgreementPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &AgreementPatch| {
        let (programme, before, view) = load_to_change(hop, id.0, None)?;
        let draft = body.clone().onto(wire::as_new(&before))?.check()?;
        let after = store::update_agreement(hop.conn, &hop.stamp, &programme, &before, &draft)?;
        item(hop, &programme, view, &after)
    };
    context.write(Operation::UpdateAgreement, body, write).await
}

/// Delete the draft of an agreement
#[utoipa::path(tag = "agreements", responses((status = 204, description = "It is deleted.")))]
#[delete("/api/v1/agreements/{id}")]
pub async fn delete_agreement(context: Context, id: Id<AgreementId>) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (programme, before, _) = load_to_change(hop, id.0, None)?;
        store::delete_agreement(hop.conn, &hop.stamp, &programme, &before)?;
        Ok(Reply::none())
    };
    context.act(Operation::DeleteAgreement, write).await
}

/// Read what an agreement says as of a day
///
/// What was signed first with every amendment that has effect on that day, by the signatures known on another.
#[utoipa::path(tag = "agreements", params(AsOfQuery), responses((status = 200, description = "What it says.", body = ConsolidatedAgreement)))]
#[get("/api/v1/agreements/{id}/consolidated")]
pub async fn get_consolidated_agreement(context: Context, id: Id<AgreementId>, query: Query<AsOfQuery>) -> Answer {
    let mut faults = Faults::new();
    let as_of = faults.keep(day("as_of", query.as_of.as_deref()));
    let known_on = faults.keep(day("known_on", query.known_on.as_deref()));
    let (as_of, known_on) = faults.finish(as_of.zip(known_on))?;
    let read = move |hop: &mut Hop<'_>| {
        let (programme, agreement, view) = load(hop, id.0)?;
        let sight = Sight::of(hop, &programme, view)?;
        let (as_of, known_on) = (as_of.unwrap_or(sight.today), known_on.unwrap_or(sight.today));
        let content = agreement.rules.consolidated(as_of, known_on);
        Reply::json(&ConsolidatedAgreement {
            agreement_id: agreement.id.into(),
            as_of,
            known_on,
            status: agreement.rules.status(as_of, known_on),
            content: wire::content(&content, sight.amounts(&agreement)),
            amendments: agreement.rules.amended_by(as_of, known_on),
        })
    };
    context.read(Operation::GetConsolidatedAgreement, read).await
}

/// Compare what an agreement says on two days
#[utoipa::path(tag = "agreements", params(ComparisonQuery), responses((status = 200, description = "What changed.", body = AgreementComparison)))]
#[get("/api/v1/agreements/{id}/comparison")]
pub async fn compare_agreement(context: Context, id: Id<AgreementId>, query: Query<ComparisonQuery>) -> Answer {
    let mut faults = Faults::new();
    let from = faults.keep(parameter(period::date("from", &query.from)));
    let to = faults.keep(day("to", query.to.as_deref()));
    let known_on = faults.keep(day("known_on", query.known_on.as_deref()));
    let days = from.zip(to).zip(known_on);
    let ((from, to), known_on) = faults.finish(days)?;
    let read = move |hop: &mut Hop<'_>| {
        let (programme, agreement, view) = load(hop, id.0)?;
        let sight = Sight::of(hop, &programme, view)?;
        let (to, known_on) = (to.unwrap_or(sight.today), known_on.unwrap_or(sight.today));
        let says = |day| agreement.rules.consolidated(day, known_on);
        let amounts = sight.amounts(&agreement);
        let changes = rules::compare(&says(from), &says(to)).into_iter();
        let shown = changes.filter(|change| amounts || !matches!(change, rules::Difference::Amount { .. }));
        Reply::json(&AgreementComparison {
            agreement_id: agreement.id.into(),
            from,
            to,
            changes: shown.map(Into::into).collect(),
        })
    };
    context.read(Operation::CompareAgreement, read).await
}

/// An optional day of the query.
fn day(name: &str, value: Option<&str>) -> Result<Option<NaiveDate>, Fault> {
    parameter(period::optional_date(name, value))
}

/// The fault of a value in the query is one of its parameter.
fn parameter<T>(checked: Result<T, Fault>) -> Result<T, Fault> {
    checked.map_err(|fault| Fault {
        code: Code::ParameterInvalid,
        ..fault
    })
}

/// An agreement that the caller may read.
fn load(hop: &mut Hop<'_>, id: AgreementId) -> StoreResult<(ProgrammeContext, store::Agreement, View)> {
    let programme = store::home_of_agreement(hop.conn, id)?;
    let view = hop.caller.authorise(hop.operation, programme.scope())?;
    let agreement = store::get_agreement(hop.conn, id)?;
    match Sight::of(hop, &programme, view)?.shows(&agreement) {
        true => Ok((programme, agreement, view)),
        false => Err(StoreError::NotFound),
    }
}

/// An agreement that the caller may change, locked, at the version that the client read. Of an amendment that may be
/// adopted, what its adoption changes is locked too.
fn load_to_change(
    hop: &mut Hop<'_>,
    id: AgreementId,
    amendment: Option<u32>,
) -> StoreResult<(ProgrammeContext, store::Agreement, View)> {
    let programme = store::home_of_agreement(hop.conn, id)?;
    let view = hop.caller.authorise(hop.operation, programme.scope())?;
    programme.require_changeable()?;
    match amendment {
        Some(number) => store::lock_amendment(hop.conn, id, number)?,
        None => store::lock_agreement(hop.conn, id)?,
    }
    let agreement = store::get_agreement(hop.conn, id)?;
    hop.expect_version(agreement.version)?;
    Ok((programme, agreement, view))
}

/// What all changes of an agreement share: load, authorise, compare the version where one was sent, answer the agreement.
async fn change<T: DeserializeOwned + Send + 'static>(
    context: Context,
    operation: Operation,
    id: Id<AgreementId>,
    body: Body<T>,
    work: fn(&mut Hop<'_>, &store::Agreement, &T, NaiveDate) -> StoreResult<store::Agreement>,
) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &T| {
        let (programme, before, view) = load_to_change(hop, id.0, None)?;
        let today = programme.today(&hop.stamp)?;
        let after = work(hop, &before, body, today)?;
        item(hop, &programme, view, &after)
    };
    context.write(operation, body, write).await
}

/// Where it stands follows from the day too, which the tag must tell.
fn item(hop: &Hop<'_>, programme: &ProgrammeContext, view: View, agreement: &store::Agreement) -> StoreResult<Reply> {
    let sight = Sight::of(hop, programme, view)?;
    Ok(Reply::item(&wire::agreement(agreement, sight), agreement.version, view)?.tagged_by_body())
}

fn created(
    hop: &Hop<'_>,
    programme: &ProgrammeContext,
    view: View,
    agreement: &store::Agreement,
) -> StoreResult<Reply> {
    let sight = Sight::of(hop, programme, view)?;
    let location = format!("/api/v1/agreements/{}", agreement.id);
    Ok(Reply::created(location, &wire::agreement(agreement, sight), agreement.version)?.tagged_by_body())
}
