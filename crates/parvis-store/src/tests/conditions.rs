//! Closed years and released tranches, as the ledger asks for them.

use diesel::prelude::*;
use parvis_domain::Code;
use parvis_domain::budgets::{BudgetContent, GrantContent, GrantKind, LineContent, PaymentMode, Share};
use parvis_domain::ids::{BudgetId, GrantId, LineId};
use parvis_domain::{LocalisedText, Period};

use super::harness::{fresh, on_both, partner_content, programme, stamp};
use crate::budgets::{self, Setting, tranches, years};
use crate::columns::{IntoDb, micros};
use crate::partners::create_partner;
use crate::schema;
use crate::{Conn, StoreResult};

/// A budget from 2021 on, with a line of 2021 and a grant in instalments on it.
fn share(conn: &mut Conn) -> StoreResult<(BudgetId, LineId, GrantId)> {
    let (programme, user) = programme(conn)?;
    let stamp = stamp(Some(user.id));
    let funder = create_partner(conn, &stamp, &partner_content("Ville"))?.id;
    let content = BudgetContent {
        title: LocalisedText::of("fr", "Plan"),
        period: Period {
            starts_on: "2021-01-01".parse().unwrap(),
            ends_on: None,
        },
        currency: programme.currency,
        targets: Vec::new(),
    };
    let budget = budgets::create_budget(conn, &stamp, programme.id, &content)?;
    let setting = Setting {
        programme: programme.id,
        budget: budget.id,
        policy: programme.policy,
    };
    let line = LineContent {
        title: None,
        category: programme.categories[0].code.clone(),
        axis: None,
        year: 2021,
        cost: None,
    };
    let line = budgets::create_budget_line(conn, &stamp, setting, &line, &[])?;
    let content = GrantContent {
        funder,
        kind: GrantKind::Cash,
        currency: programme.currency,
        payment_mode: PaymentMode::Instalments,
        reference: None,
        decided_on: None,
        expires_on: None,
        shift: None,
        rate: None,
    };
    let part = Share {
        planned: 10_000,
        granted: 10_000,
    };
    let grant = budgets::create_grant(conn, &stamp, setting, &content, &[(line.id, part)])?;
    Ok((budget.id, line.id, grant.id))
}

fn close(conn: &mut Conn, budget: BudgetId, year: i32) -> StoreResult<()> {
    use schema::budget_years as y;
    let programme = budgets::get_budget(conn, budget)?.programme_id;
    diesel::insert_into(y::table)
        .values((
            y::budget_id.eq(budget.db()),
            y::year.eq(year),
            y::programme_id.eq(programme.db()),
            y::closed_at.eq(micros(super::harness::now())),
        ))
        .execute(conn)?;
    Ok(())
}

fn code<T>(answer: StoreResult<T>) -> Option<Code> {
    answer
        .err()
        .and_then(|error| error.refusal())
        .map(|refusal| refusal.code)
}

#[test]
fn a_closed_year_takes_nothing_and_its_lines_no_new_commitment() {
    on_both(|store| {
        let (budget, line, _) = store.write(share).unwrap();
        let open = |day: &str| {
            let day = day.parse().unwrap();
            code(store.write(|conn| years::require_open(conn, budget, day, "/booked_on")))
        };
        let line_open = || code(store.write(|conn| years::require_line_open(conn, budget, line)));
        assert_eq!((open("2021-12-31"), line_open()), (None, None));
        store.write(|conn| close(conn, budget, 2021)).unwrap();
        assert_eq!(open("2021-12-31"), Some(Code::YearClosed));
        assert_eq!(open("2020-06-30"), Some(Code::YearClosed));
        assert_eq!(open("2022-01-01"), None);
        assert_eq!(line_open(), Some(Code::LineYearClosed));
    });
}

#[test]
fn releases_come_in_the_order_of_their_days() {
    on_both(|store| {
        use schema::tranches as t;
        let (_, _, grant) = store.write(share).unwrap();
        let tranche = |conn: &mut Conn, position: i32, amount: i64, released: Option<&str>| {
            let programme = budgets::get_grant(conn, grant)?.programme_id;
            let day: Option<chrono::NaiveDate> = released.map(|day| day.parse().unwrap());
            diesel::insert_into(t::table)
                .values((
                    t::id.eq(fresh().db()),
                    t::grant_id.eq(grant.db()),
                    t::programme_id.eq(programme.db()),
                    t::position.eq(position),
                    t::amount_minor.eq(amount),
                    t::released_on.eq(day),
                    t::created_at.eq(0_i64),
                    t::updated_at.eq(0_i64),
                ))
                .execute(conn)?;
            Ok(())
        };
        store
            .write(|conn| {
                tranche(conn, 1, 4_000, Some("2021-09-01"))?;
                tranche(conn, 2, 3_000, Some("2021-03-01"))?;
                tranche(conn, 3, 3_000, None)
            })
            .unwrap();
        let released = store.read(|conn| tranches::releases(conn, grant)).unwrap();
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(released, [(day("2021-03-01"), 3_000), (day("2021-09-01"), 4_000)]);
    });
}
