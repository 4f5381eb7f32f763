//! Balances as a table: per line and grant, or rolled up and converted as they are asked for.

use actix_web::get;
use chrono::NaiveDate;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::balances::{PartnerSums, RollUp, Standing};
use parvis_domain::ids::{BudgetId, LineId, PartnerId, ProgrammeId};
use parvis_domain::{Currency, Money};
use parvis_store::budgets::{self as store, Converted, Extent, Group, Names, Overview, Question};
use parvis_store::{StoreResult, snapshot};
use uuid::Uuid;

use super::{BalanceQuery, own_part};
use crate::budgets::exports::{begin, best, finish, languages, line_cells};
use crate::budgets::{allow, own_share_only};
use crate::exchange::sheet::{Cell, Format};
use crate::http::{Answer, Context, Export, Hop, Id, Query};

/// The columns of amounts, in the order of [`amounts`].
const FIGURES: &[&str] = &[
    "planned",
    "granted",
    "committed",
    "disbursed",
    "spent",
    "justified",
    "contributed",
    "available",
];
/// Further ones, in the order of [`further`]: what follows, and what waits for a second person.
const FURTHER: &[&str] = &[
    "pledged",
    "prefinanced",
    "borne_by_partner",
    "pending_committed",
    "pending_committed_less",
    "pending_disbursed",
    "pending_disbursed_less",
    "pending_spent",
    "pending_spent_less",
    "pending_justified",
    "pending_justified_less",
    "pending_contributed",
    "pending_contributed_less",
];
const SHARE: &[&str] = &["line", "category", "axis", "year", "funder", "kind", "currency"];
const SHARE_IDS: &[&str] = &["line_id", "grant_id", "funder_id"];
const GROUP: &[&str] = &["by", "key", "name", "kind", "currency"];
const FLOWS: &[&str] = &["received", "passed_on", "net", "spent", "contributed"];
/// Of converted rows: which rates were used, and how many grants are left out for want of one.
const CONVERTED: &[&str] = &["rates", "without_rate"];

/// Take the balances of a budget away as a table: one row per line and grant, or per group, currency and kind where they are rolled up
///
/// A row with rates is converted into the currency that was asked for; the row before it has the amounts as they were
/// booked.
#[utoipa::path(tag = "budgets", params(("format" = inline(Format), Path, description = "The format."), BalanceQuery), responses((status = 200, description = "The table.", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/api/v1/budgets/{id}/balances.{format}")]
pub async fn export_balances(context: Context, id: Id<BudgetId>, format: Format, query: Query<BalanceQuery>) -> Answer {
    let question = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let only = own_share_only(hop, &home);
        let today = home.programme.today(&hop.stamp)?;
        table(hop, Extent::Budget(id.0), Question { only, ..question }, today, format)
    };
    context.export(Operation::ExportBalances, read).await
}

/// Take the balances of all budgets of a programme away as a table
#[utoipa::path(tag = "budgets", params(("format" = inline(Format), Path, description = "The format."), BalanceQuery), responses((status = 200, description = "The table.", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/api/v1/programmes/{id}/balances.{format}")]
pub async fn export_programme_balances(
    context: Context,
    id: Id<ProgrammeId>,
    format: Format,
    query: Query<BalanceQuery>,
) -> Answer {
    let question = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let only = own_part(hop, id.0, programme.visibility);
        let today = programme.today(&hop.stamp)?;
        table(
            hop,
            Extent::Programme(id.0),
            Question { only, ..question },
            today,
            format,
        )
    };
    context.export(Operation::ExportProgrammeBalances, read).await
}

fn table(
    hop: &mut Hop<'_>,
    extent: Extent,
    question: Question,
    today: NaiveDate,
    format: Format,
) -> StoreResult<Export> {
    let wanted = languages(hop);
    let (overview, names) = snapshot(hop.conn, |conn| {
        let overview = store::overview(conn, extent, &question, today)?;
        let mut names = Names::of(conn, extent)?;
        let partners = overview
            .partners
            .iter()
            .filter_map(|group| partner(group.key.as_deref()));
        names.learn(conn, overview.rows.iter().map(|row| row.funder).chain(partners))?;
        Ok((overview, names))
    })?;
    let (columns, rows) = match question.by {
        None => shares(&overview, &names, &wanted),
        Some(RollUp::Partner) => flows(&overview, &names, &wanted),
        Some(by) => groups(&overview, by, &names, &wanted),
    };
    let mut table = begin(format, &columns, &wanted)?;
    rows.iter().try_for_each(|row| table.row(row))?;
    finish(table, "balances", format)
}

type Table = (Vec<&'static str>, Vec<Vec<Cell>>);

fn shares(overview: &Overview, names: &Names, wanted: &[String]) -> Table {
    let row = |row: &store::BalanceRow| {
        let (standing, currency) = (row.standing(), row.terms.currency);
        let mut cells: Vec<Cell> = line_cells(names.line(row.line), wanted).into();
        cells.extend([
            names.partner(row.funder).into(),
            row.terms.kind.as_str().into(),
            currency.code().into(),
        ]);
        cells.extend(amounts(&standing, currency));
        cells.extend([row.line.into(), row.grant.into(), row.funder.into()].map(Cell::Id));
        cells.extend(further(&standing, currency));
        cells
    };
    let columns = [SHARE, FIGURES, SHARE_IDS, FURTHER].concat();
    (columns, overview.rows.iter().map(row).collect())
}

fn groups(overview: &Overview, by: RollUp, names: &Names, wanted: &[String]) -> Table {
    let cells = |standing: &Standing, currency| {
        let mut cells = amounts(standing, currency);
        cells.extend(further(standing, currency));
        cells
    };
    let name = |key: Option<&str>| group_name(by, key, names, wanted);
    let rows = overview
        .groups
        .iter()
        .flat_map(|group| rows(group, by, name(group.key.as_deref()), cells));
    ([GROUP, FIGURES, FURTHER, CONVERTED].concat(), rows.collect())
}

fn flows(overview: &Overview, names: &Names, wanted: &[String]) -> Table {
    let cells = |sums: &PartnerSums, currency| {
        let net = sums.received - sums.passed_on;
        let amounts = [sums.received, sums.passed_on, net, sums.spent, sums.contributed];
        amounts.map(|minor| Cell::from(Money::new(minor, currency))).to_vec()
    };
    let name = |key: Option<&str>| group_name(RollUp::Partner, key, names, wanted);
    let rows = overview
        .partners
        .iter()
        .flat_map(|group| rows(group, RollUp::Partner, name(group.key.as_deref()), cells));
    ([GROUP, FLOWS, CONVERTED].concat(), rows.collect())
}

/// A row per currency and kind of a group, and after them one per kind in the currency that was asked for.
fn rows<T>(group: &Group<T>, by: RollUp, name: Cell, cells: impl Fn(&T, Currency) -> Vec<Cell>) -> Vec<Vec<Cell>> {
    let row = |currency: Currency, kind: GrantKind, value: &T, converted: [Cell; 2]| {
        let mut row: Vec<Cell> = vec![
            by.as_str().into(),
            group.key.as_deref().into(),
            name.clone(),
            kind.as_str().into(),
            currency.code().into(),
        ];
        row.extend(cells(value, currency));
        row.extend(converted);
        row
    };
    let own = group
        .totals
        .iter()
        .map(|((currency, kind), value)| row(*currency, *kind, value, [Cell::Empty, Cell::Empty]));
    let mut all: Vec<Vec<Cell>> = own.collect();
    if let Some(converted) = &group.converted {
        let into = |(kind, value): (&GrantKind, &T)| row(converted.currency, *kind, value, rates(converted));
        all.extend(converted.totals.iter().map(into));
    }
    all
}

/// The rates in words, and how many grants have none.
fn rates<T>(converted: &Converted<T>) -> [Cell; 2] {
    let said = |rate: &store::UsedRate| {
        let source = if rate.source.is_empty() {
            "exchanges of the grant"
        } else {
            &rate.source
        };
        format!(
            "1 {} = {} {} ({}, {source})",
            rate.from.code(),
            rate.rate.decimal(),
            rate.to.code(),
            rate.on
        )
    };
    let rates: Vec<String> = converted.rates.iter().map(said).collect();
    let missing = i32::try_from(converted.missing.len()).unwrap_or(i32::MAX);
    [Cell::Text(rates.join("; ")), Cell::Number(missing)]
}

/// What a group is called, where that is more than its key.
fn group_name(by: RollUp, key: Option<&str>, names: &Names, wanted: &[String]) -> Cell {
    match by {
        RollUp::Line => {
            let line = id(key).and_then(|id| names.line(LineId(id)));
            line.and_then(|line| line.title.as_ref().map(|title| best(title, wanted)))
                .into()
        }
        RollUp::Funder | RollUp::Partner => partner(key).and_then(|id| names.partner(id)).into(),
        RollUp::Category | RollUp::Axis | RollUp::Year | RollUp::Budget | RollUp::Programme => Cell::Empty,
    }
}

fn partner(key: Option<&str>) -> Option<PartnerId> {
    id(key).map(PartnerId)
}

fn id(key: Option<&str>) -> Option<Uuid> {
    key.and_then(|key| key.parse().ok())
}

fn amounts(standing: &Standing, currency: Currency) -> Vec<Cell> {
    let sums = standing.sums;
    let amounts = [
        sums.planned,
        sums.granted,
        sums.committed,
        sums.disbursed,
        sums.spent,
        sums.justified,
        sums.contributed,
        standing.available,
    ];
    amounts.map(|minor| Money::new(minor, currency).into()).to_vec()
}

fn further(standing: &Standing, currency: Currency) -> Vec<Cell> {
    let (more, less) = (standing.pending.rising, standing.pending.falling);
    let amounts = [
        standing.sums.pledged,
        standing.prefinanced,
        standing.borne_by_partner,
        more.committed,
        less.committed,
        more.disbursed,
        less.disbursed,
        more.spent,
        less.spent,
        more.justified,
        less.justified,
        more.contributed,
        less.contributed,
    ];
    amounts.map(|minor| Money::new(minor, currency).into()).to_vec()
}
