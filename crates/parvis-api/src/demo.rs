//! The demonstration: five programmes with their partners, places, steps and ledgers, and five accounts.

mod agreements;
mod bodies;
mod conditions;
mod data;
mod load;

use chrono::{DateTime, Utc};
use parvis_domain::ids::UserId;
use parvis_domain::{accounts as domain, localised_text};
use parvis_store::accounts::{self, NewUser, Rights};
use parvis_store::{Conn, Stamp, Store, StoreResult};
use uuid::Uuid;

use data::{Data, Keys};

/// The password of every demonstration account.
pub const PASSWORD: &str = "Parvis-demo-1";
/// The accounts, in the order in which they are shown to whoever tries Parvis.
pub const ACCOUNTS: [&str; 5] = [
    "admin@demo.example",
    "coordinator@demo.example",
    "budget@demo.example",
    "partner@demo.example",
    "observer@demo.example",
];

/// What loading did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// The demonstration was written.
    Now,
    /// It was there already and nothing was touched.
    Before,
}

/// What loading takes from outside: nothing in it reads a clock or makes randomness.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The instant of everything that is written.
    pub now: DateTime<Utc>,
    /// Where identifiers come from.
    pub ids: &'a (dyn Fn() -> Uuid + Sync),
    /// Hashes a password.
    pub hash: fn(&str) -> Result<String, String>,
    /// Is told how far loading has come, one line at a time. After a conflict with another writer lines may repeat.
    pub progress: &'a dyn Fn(&str),
}

impl std::fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Means").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Loads the demonstration into a migrated database, in one transaction: all of it, or nothing. Where its accounts are
/// there already nothing is done.
///
/// # Errors
/// Those of the database, a conflict where somebody else has taken a code of the demonstration, and `Internal` where a
/// rule refuses an entry, which is named.
pub fn load(store: &Store, means: Means<'_>) -> StoreResult<Loaded> {
    let data = Data::read()?;
    if is_there(store, &data)? {
        return Ok(Loaded::Before);
    }
    (means.progress)("accounts");
    let users = data
        .accounts
        .iter()
        .map(|account| new_user(account, means.hash))
        .collect::<StoreResult<Vec<_>>>()?;
    store.write(|conn| write(conn, means, &data, &users))?;
    Ok(Loaded::Now)
}

fn is_there(store: &Store, data: &Data) -> StoreResult<bool> {
    let first = data
        .accounts
        .first()
        .map(|account| account.email.as_str())
        .unwrap_or_default();
    Ok(store.read(|conn| accounts::find_credentials(conn, first))?.is_some())
}

fn new_user(account: &data::Account, hash: fn(&str) -> Result<String, String>) -> StoreResult<NewUser> {
    domain::check_password("/password", PASSWORD, &account.email)?;
    Ok(NewUser {
        email: domain::email("/email", &account.email)?,
        name: account.name.clone(),
        language: localised_text::language("/language", &account.language)?,
        password_hash: hash(PASSWORD).map_err(data::wrong)?,
        rights: Rights {
            administrator: account.administrator,
            organiser: account.organiser,
            disabled: false,
        },
    })
}

fn write(conn: &mut Conn, means: Means<'_>, data: &Data, users: &[NewUser]) -> StoreResult<()> {
    let stamp = Stamp::new(means.now, None, means.ids);
    let mut keys = Keys::default();
    for (account, user) in data.accounts.iter().zip(users) {
        let user = accounts::create_user(conn, &stamp, user)?;
        keys.insert::<UserId>("account", &account.key, user.id);
    }
    for code in data.programmes.iter().filter_map(data::Programme::template) {
        keys.insert("template", code, parvis_store::templates::built_in_id(code));
    }
    (means.progress)("partners and places");
    load::shared(conn, stamp.by(keys.id("@account/coordinator")?), &mut keys, data)?;
    for programme in &data.programmes {
        (means.progress)(programme.code());
        load::programme(conn, (stamp, means.ids), &keys, programme)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::data::{self, Data, Keyed, Keys, Movement, PlanStep};
    use super::{ACCOUNTS, Loaded, Means, load};
    use parvis_domain::accounts::{Actor, Caller};
    use parvis_domain::ids::UserId;
    use parvis_domain::page::{Direction, LIMIT_MAX, PageRequest};
    use parvis_domain::templates::{BUILT_IN, Template};
    use parvis_domain::{Currency, programmes};
    use parvis_store::budgets::{self, BudgetSort};
    use parvis_store::programmes::{ProgrammeFilter, ProgrammeSort, list_programmes};
    use parvis_store::{Options, Store, accounts};
    use parvis_wire::budgets::{NewBudget, NewBudgetLine, NewGrant, NewMovement, PlanPatch};
    use parvis_wire::participation::{NewObject, NewParticipationStep, ParticipationStepPatch};
    use parvis_wire::partners::{NewPartner, NewPartnerRole};
    use parvis_wire::places::NewPlace;
    use parvis_wire::programmes::NewProgramme;
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicU64, Ordering};
    use uuid::Uuid;

    fn templates() -> Vec<Template> {
        BUILT_IN.iter().map(|source| toml::from_str(source).unwrap()).collect()
    }

    /// Keys for everything that is shared, with identifiers that are only good for checks.
    fn shared(data: &Data) -> Keys {
        let mut keys = Keys::default();
        for template in templates() {
            keys.insert("template", &template.code, Uuid::from_u128(1));
        }
        keyed(&mut keys, "partner", &data.partners);
        keyed(&mut keys, "place", &data.places);
        keys
    }

    fn keyed(keys: &mut Keys, kind: &str, entries: &[Keyed]) {
        for (n, entry) in (1..).zip(entries) {
            let before = keys.id::<Uuid>(&format!("@{kind}/{}", entry.key));
            assert!(before.is_err(), "the key {} of a {kind} stands twice", entry.key);
            keys.insert(kind, &entry.key, Uuid::from_u128(n));
        }
    }

    /// Identifiers in order.
    static NEXT: AtomicU64 = AtomicU64::new(1);

    fn fresh() -> (Store, std::path::PathBuf) {
        let file = std::env::temp_dir().join(format!("parvis-demo-{}.db", std::process::id()));
        let store = Store::open(&format!("sqlite://{}", file.display()), Options::default()).unwrap();
        store.migrate().unwrap();
        (store, file)
    }

    #[test]
    fn the_demonstration_loads_once_and_keeps_every_rule() {
        let (store, file) = fresh();
        let lines = std::cell::RefCell::new(Vec::new());
        let means = Means {
            now: "2026-11-22T12:00:00Z".parse().unwrap(),
            ids: &|| Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into()),
            hash: |_| Ok("not a hash".to_owned()),
            progress: &|line| lines.borrow_mut().push(line.to_owned()),
        };
        assert_eq!(load(&store, means).unwrap(), Loaded::Now);
        assert_eq!(load(&store, means).unwrap(), Loaded::Before);
        assert_eq!(lines.borrow().len(), 7);
        for email in ACCOUNTS {
            assert!(
                store
                    .read(|conn| accounts::find_credentials(conn, email))
                    .unwrap()
                    .is_some(),
                "{email}"
            );
        }
        assert_eq!(
            listed(&store),
            [
                ("CC-BELLEFONTAINE-MILAN", "open", "public", vec!["EUR"]),
                ("CV-TOULOUSE", "active", "public", vec!["EUR"]),
                ("KH-STUNG-MEANCHEY", "active", "public", vec!["EUR", "KHR", "USD"]),
                ("MQ-TILLEULS", "open", "private", vec!["EUR"]),
                ("PCMB-2026", "active", "public", vec!["MXN"]),
            ]
            .map(|(code, status, visibility, currencies)| {
                (
                    code.to_owned(),
                    status,
                    visibility,
                    currencies.into_iter().map(str::to_owned).collect(),
                )
            })
        );
        drop(store);
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", file.display())));
        }
    }

    /// Code, status, visibility and the currencies of the grants of every programme, as an administrator sees them.
    fn listed(store: &Store) -> Vec<(String, &'static str, &'static str, BTreeSet<String>)> {
        let administrator = Actor {
            user: UserId(Uuid::nil()),
            administrator: true,
            organiser: false,
            memberships: Vec::new(),
        };
        store
            .read(|conn| {
                let found = list_programmes(
                    conn,
                    &Caller::Actor(administrator),
                    &ProgrammeFilter::default(),
                    &all(ProgrammeSort::Code),
                )?;
                found
                    .items
                    .iter()
                    .map(|programme| {
                        let mut currencies = BTreeSet::new();
                        for budget in budgets::list_budgets(conn, programme.id, &all(BudgetSort::StartsOn))?.items {
                            let rows = budgets::get_balances(conn, budget.id, None, None, None)?;
                            assert!(!rows.is_empty());
                            currencies.extend(rows.iter().map(|row| row.terms.currency.code().to_owned()));
                        }
                        Ok((
                            programme.code.clone(),
                            programme.status.as_str(),
                            programme.visibility.as_str(),
                            currencies,
                        ))
                    })
                    .collect()
            })
            .unwrap()
    }

    fn all<S>(sort: S) -> PageRequest<S> {
        PageRequest {
            limit: LIMIT_MAX,
            after: None,
            sort,
            direction: Direction::Ascending,
            count: false,
        }
    }

    #[test]
    fn organisations_and_places_pass_the_checks_of_the_api() {
        let data = Data::read().unwrap();
        let keys = shared(&data);
        for partner in &data.partners {
            keys.body::<NewPartner>(&partner.body).unwrap().check().unwrap();
        }
        for place in &data.places {
            keys.body::<NewPlace>(&place.body).unwrap().check().unwrap();
        }
    }

    #[test]
    fn programmes_pass_the_checks_of_the_api() {
        let data = Data::read().unwrap();
        let keys = shared(&data);
        for (file, template) in data.programmes.iter().zip(templates()) {
            let reference = format!("@template/{}", template.code);
            assert_eq!(
                file.programme["template_id"],
                reference.as_str(),
                "the order of files is that of the templates"
            );
            keys.body::<NewProgramme>(&file.programme).unwrap().check().unwrap();
            let roles: Vec<NewPartnerRole> = file.roles.iter().map(|role| keys.body(role).unwrap()).collect();
            let held: Vec<_> = roles.iter().map(|role| role.role).collect();
            assert_eq!(
                programmes::unfilled(&template.required_roles, &held).len(),
                0,
                "{}",
                template.code
            );
            check_steps(&keys, file, &template);
            let mut keys = keys.clone();
            keyed(&mut keys, "rate", &file.rates);
            for budget in &file.budgets {
                check_budget(&keys, budget, &template);
            }
        }
    }

    fn check_steps(keys: &Keys, file: &data::Programme, template: &Template) {
        assert!(file.steps.len() >= template.steps.len(), "{}", template.code);
        for (n, step) in file.steps.iter().enumerate() {
            let content: NewParticipationStep = match template.steps.get(n) {
                Some(planned) => {
                    let current = NewParticipationStep {
                        kind: planned.kind,
                        title: planned.title.clone(),
                        description: Some(planned.description.clone()).filter(|text| !text.is_empty()),
                        position: Some(1),
                        starts_on: "2026-01-01".to_owned(),
                        ends_on: None,
                        location: None,
                        object: planned.object.clone().map(|o| NewObject {
                            question: o.question,
                            scale: o.scale,
                            impact: o.impact,
                            slot: o.slot,
                        }),
                    };
                    keys.body::<ParticipationStepPatch>(&step.body)
                        .unwrap()
                        .onto(current)
                        .unwrap()
                }
                None => keys.body(&step.body).unwrap(),
            };
            content.check().unwrap();
            assert!(step.open.iter().all(|open| open.check().is_ok()));
            assert!(step.close.iter().all(|close| close.check().is_ok()));
            assert!(step.cancel.iter().all(|cancel| cancel.check().is_ok()));
            assert!(step.close.is_none() || step.open.is_some());
        }
    }

    fn check_budget(keys: &Keys, budget: &data::Budget, template: &Template) {
        let mut keys = keys.clone();
        keyed(&mut keys, "line", &budget.lines);
        keyed(&mut keys, "grant", &budget.grants);
        let currency = Currency::parse("", &template.currency).unwrap();
        keys.body::<NewBudget>(&budget.body).unwrap().check(currency).unwrap();
        for line in &budget.lines {
            let (line, _) = keys.body::<NewBudgetLine>(&line.body).unwrap().check().unwrap();
            assert!(
                template
                    .categories
                    .iter()
                    .any(|category| category.code == line.category),
                "{}",
                line.category
            );
            assert!(
                line.axis
                    .iter()
                    .all(|axis| template.axes.iter().any(|known| known.code == *axis)),
                "{:?}",
                line.axis
            );
        }
        for grant in &budget.grants {
            keys.body::<NewGrant>(&grant.body).unwrap().check().unwrap();
        }
        for step in &budget.plan {
            match step {
                PlanStep::Withdrawal { withdraw, withdrawal } => {
                    keys.id::<Uuid>(withdraw).unwrap();
                    withdrawal.check().unwrap();
                }
                PlanStep::Change(body) => drop(keys.body::<PlanPatch>(body).unwrap().check().unwrap()),
            }
        }
        for movement in &budget.movements {
            match movement {
                Movement::Reversal { reverses, reversal } => {
                    keys.id::<Uuid>(reverses).unwrap();
                    reversal.check().unwrap();
                }
                Movement::Posted { key, body } => {
                    keys.body::<NewMovement>(body).unwrap().check().unwrap();
                    key.iter()
                        .for_each(|key| keys.insert("movement", key, Uuid::from_u128(1)));
                }
            }
        }
    }
}
