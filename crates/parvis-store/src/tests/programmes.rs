//! Programmes, their steps, places and partners.

use parvis_domain::accounts::{Actor, Caller, Membership};
use parvis_domain::page::Direction;
use parvis_domain::participation::{Outcome, StepStatus};
use parvis_domain::partners::PartnerRoleKind;
use parvis_domain::places::{PlaceContent, PlaceKind};
use parvis_domain::programmes::{NewProgramme, Visibility};
use parvis_domain::{Code, LocalisedText, Period};

use super::harness::*;
use crate::participation::*;
use crate::partners::{create_partner, create_partner_role};
use crate::places::{create_place, get_place, update_place};
use crate::programmes::*;
use crate::{StoreError, StoreResult};

fn code<T: std::fmt::Debug>(answer: StoreResult<T>) -> (Code, String) {
    let refusal = answer.unwrap_err().refusal().unwrap();
    (
        refusal.code,
        refusal
            .faults
            .0
            .first()
            .map(|fault| fault.pointer.clone())
            .unwrap_or_default(),
    )
}

fn place(code: &str) -> PlaceContent {
    PlaceContent {
        code: code.into(),
        generation: "QP 2015".into(),
        name: LocalisedText::of("fr", "Bellefontaine"),
        kind: PlaceKind::Neighbourhood,
        parent: None,
        country: "FR".into(),
        contour: Some(
            serde_json::json!({"type": "Polygon", "coordinates": [[[1.4, 43.5], [1.5, 43.5], [1.5, 43.6], [1.4, 43.5]]]}),
        ),
        contour_note: None,
        validity: Period {
            starts_on: "2015-01-01".parse().unwrap(),
            ends_on: None,
        },
        figures: vec![],
    }
}

#[test]
fn a_programme_comes_from_its_template_with_its_steps() {
    on_both(|store| {
        let place = store
            .write(|conn| create_place(conn, &stamp(None), &place("QP031006")))
            .unwrap();
        let user = store.write(|conn| user(conn, "ana@example.org")).unwrap();
        let new = NewProgramme {
            places: vec![place.item.id],
            ..new_programme("CV-1", Visibility::Private)
        };
        let made = store
            .write(|conn| create_programme(conn, &stamp(Some(user.id)), &new))
            .unwrap();
        assert_eq!(made.places.len(), 1);
        assert!(!made.axes.is_empty() && !made.categories.is_empty() && !made.summary.is_empty());
        let request = first(StepSort::Position, Direction::Ascending, 100);
        let steps = store
            .read(|conn| list_participation_steps(conn, made.id, &StepFilter::default(), &request))
            .unwrap();
        assert!(!steps.items.is_empty());
        assert_eq!(steps.items[0].position, 1);
        let events = history(store, Some(made.id));
        assert_eq!(
            events.iter().map(|e| e.operation.as_str()).collect::<Vec<_>>(),
            ["create_programme", "create_member"]
        );
        assert!(
            events
                .iter()
                .all(|e| !e.after.to_string().contains('@') && e.actor_id == Some(user.id))
        );

        assert_eq!(
            code(store.write(|conn| create_programme(conn, &stamp(None), &new))),
            (Code::AlreadyExists, "/code".into())
        );
        let nowhere = NewProgramme {
            places: vec![place.item.id, fresh().into()],
            ..new_programme("CV-2", Visibility::Private)
        };
        let refused = code(store.write(|conn| create_programme(conn, &stamp(None), &nowhere)));
        assert_eq!(refused, (Code::ReferenceUnknown, "/place_ids/1".into()));
        let unmade = NewProgramme {
            template: fresh().into(),
            ..new_programme("CV-3", Visibility::Private)
        };
        let refused = code(store.write(|conn| create_programme(conn, &stamp(None), &unmade)));
        assert_eq!(refused, (Code::ReferenceUnknown, "/template_id".into()));
    });
}

#[test]
fn a_list_holds_only_what_its_reader_may_see() {
    on_both(|store| {
        let make = |code: &str, visibility| {
            store
                .write(|conn| create_programme(conn, &stamp(None), &new_programme(code, visibility)))
                .unwrap()
        };
        let (hidden, _, mine) = (
            make("A", Visibility::Private),
            make("B", Visibility::Public),
            make("C", Visibility::Private),
        );
        let actor = |administrator, programme| {
            let role = parvis_domain::accounts::MemberRole::Observer;
            let memberships = vec![Membership {
                programme,
                role,
                partner: None,
            }];
            Caller::Actor(Actor {
                user: fresh().into(),
                administrator,
                organiser: false,
                memberships,
            })
        };
        let codes = |caller: &Caller, mine: bool| -> String {
            let filter = ProgrammeFilter {
                mine,
                ..ProgrammeFilter::default()
            };
            let request = first(ProgrammeSort::Code, Direction::Ascending, 50);
            let page = store
                .read(|conn| list_programmes(conn, caller, &filter, &request))
                .unwrap();
            page.items.into_iter().map(|item| item.code).collect()
        };
        assert_eq!(codes(&Caller::Stranger, false), "B");
        assert_eq!(codes(&Caller::Stranger, true), "");
        assert_eq!(codes(&actor(false, mine.id), false), "BC");
        assert_eq!(codes(&actor(false, mine.id), true), "C");
        assert_eq!(codes(&actor(true, hidden.id), false), "ABC");
    });
}

#[test]
fn a_programme_becomes_active_when_its_roles_are_filled() {
    on_both(|store| {
        let (draft, _) = store.write(programme).unwrap();
        let stale = draft.clone();
        let open = store.write(|conn| open_programme(conn, &stamp(None), &draft)).unwrap();
        assert_eq!(
            code(store.write(|conn| update_programme(conn, &stamp(None), &stale, &stale.content()))).0,
            Code::VersionStale
        );
        if !open.required_roles.is_empty() {
            assert_eq!(
                code(store.write(|conn| activate_programme(conn, &stamp(None), &open))).0,
                Code::RoleUnfilled
            );
        }
        let fill = |role: PartnerRoleKind| {
            let name = format!("{role} {}", fresh());
            let partner = store
                .write(|conn| create_partner(conn, &stamp(None), &partner_content(&name)))
                .unwrap();
            let give = || store.write(|conn| create_partner_role(conn, &stamp(None), open.id, partner.id, role));
            give().unwrap();
            assert_eq!(code(give()), (Code::AlreadyExists, "/role".into()));
        };
        for need in &open.required_roles {
            (0..need.at_least).for_each(|_| fill(need.role));
        }
        let open = store.read(|conn| get_programme(conn, open.id)).unwrap();
        let active = store
            .write(|conn| activate_programme(conn, &stamp(None), &open))
            .unwrap();
        let closed = store
            .write(|conn| close_programme(conn, &stamp(None), &active))
            .unwrap();
        let archived = store
            .write(|conn| archive_programme(conn, &stamp(None), &closed))
            .unwrap();
        assert_eq!(
            code(store.write(|conn| update_programme(conn, &stamp(None), &archived, &archived.content()))).0,
            Code::Archived
        );
    });
}

#[test]
fn a_step_is_opened_and_closed_with_its_outcome() {
    on_both(|store| {
        let (made, _) = store.write(programme).unwrap();
        let context = made.context();
        let request = first(StepSort::StartsOn, Direction::Descending, 1);
        let steps = store
            .read(|conn| list_participation_steps(conn, made.id, &StepFilter::default(), &request))
            .unwrap();
        let content = StepContentOf(&steps.items[0]).last();
        let step = store
            .write(|conn| create_participation_step(conn, &stamp(None), &context, &content))
            .unwrap();
        let outcome = Outcome {
            summary: LocalisedText::of("fr", "Fait"),
            decisions: vec![],
            participants: Some(3),
        };
        let close = |step: &ParticipationStep, on: Option<&str>| {
            let on = on.map(|day| day.parse().unwrap());
            store.write(|conn| close_participation_step(conn, &stamp(None), &context, step, &outcome, on))
        };
        assert_eq!(code(close(&step, None)).0, Code::TransitionRefused);
        let open = store
            .write(|conn| open_participation_step(conn, &stamp(None), &context, &step, None))
            .unwrap();
        assert_eq!(code(close(&open, Some("2026-12-31"))).0, Code::DateInFuture);
        assert_eq!(code(close(&open, Some("2026-01-01"))).0, Code::DateTooEarly);
        let closed = close(&open, None).unwrap();
        assert_eq!(
            (closed.status, closed.outcome.as_ref(), closed.version),
            (StepStatus::Closed, Some(&outcome), 3)
        );
        let edit = store.write(|conn| update_participation_step(conn, &stamp(None), &context, &closed, &content));
        assert_eq!(code(edit).0, Code::TransitionRefused);
        let reason = LocalisedText::of("fr", "Vice de forme");
        let annulled = store
            .write(|conn| annul_participation_step(conn, &stamp(None), &context, &closed, &reason))
            .unwrap();
        assert_eq!(
            (annulled.status, annulled.outcome, annulled.ended_reason),
            (StepStatus::Annulled, Some(outcome.clone()), Some(reason))
        );
    });
}

/// The content of a step, for the end of the order.
struct StepContentOf<'a>(&'a ParticipationStep);

impl StepContentOf<'_> {
    fn last(&self) -> parvis_domain::participation::StepContent {
        parvis_domain::participation::StepContent {
            position: 0,
            ..self.0.content()
        }
    }
}

#[test]
fn a_place_keeps_its_contour_and_lies_in_no_circle() {
    on_both(|store| {
        let city = store
            .write(|conn| create_place(conn, &stamp(None), &place("31555")))
            .unwrap();
        let part = PlaceContent {
            parent: Some(city.item.id),
            ..place("QP031006")
        };
        let part = store.write(|conn| create_place(conn, &stamp(None), &part)).unwrap();
        assert_eq!(store.read(|conn| get_place(conn, part.item.id)).unwrap(), part);
        assert!(part.contour.is_some());
        let circle = PlaceContent {
            parent: Some(part.item.id),
            ..city.content()
        };
        let refused = code(store.write(|conn| update_place(conn, &stamp(None), &city, &circle)));
        assert_eq!(refused, (Code::ReferenceUnknown, "/parent_id".into()));
        let bare = PlaceContent {
            contour: None,
            ..part.content()
        };
        let bare = store
            .write(|conn| update_place(conn, &stamp(None), &part, &bare))
            .unwrap();
        assert_eq!((bare.contour.clone(), bare.item.version), (None, 2));
        let again = store.write(|conn| create_place(conn, &stamp(None), &place("31555")));
        assert_eq!(code(again), (Code::AlreadyExists, "/code".into()));
        assert!(matches!(
            store.read(|conn| get_place(conn, fresh().into())),
            Err(StoreError::NotFound)
        ));
    });
}
