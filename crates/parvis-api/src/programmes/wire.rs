//! Programmes as they travel.

use parvis_domain::accounts::{Caller, Membership, View};
use parvis_domain::ids::ProgrammeId;
use parvis_domain::programmes::transitions;
use parvis_store::StoreResult;
use parvis_store::places::PlaceRef as StoredPlace;
use parvis_store::programmes::{self as store, TemplateRef as StoredTemplate};
use parvis_wire::programmes::{NewProgramme, PlaceRef, Programme, ProgrammeItem, RoleNeed, TemplateRef};

use crate::http::etag::Etag;
use crate::http::{Hop, Reply};
use crate::tokens;

/// The answer that holds a programme. Its tag covers what is shown and has no version in it: the roles that are filled,
/// its places' names, and the caller's own role.
pub fn reply(programme: store::Programme, hop: &Hop<'_>) -> StoreResult<Reply> {
    let scope = programme.context().scope();
    let view = hop.caller.view(scope).unwrap_or(View::Public);
    let version = programme.version;
    let mut reply = Reply::item(&wire(programme, my_role_source(&hop.caller)), version, view)?;
    let digest = tokens::hash(&String::from_utf8_lossy(&reply.body));
    let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    reply.etag = Some(Etag {
        version,
        view: format!("{view}-{short}"),
    });
    Ok(reply)
}

/// The answer that holds a new programme, whose maker coordinates it.
pub fn created(programme: store::Programme, hop: &Hop<'_>) -> StoreResult<Reply> {
    let (location, version) = (format!("/api/v1/programmes/{}", programme.id), programme.version);
    let mine = hop
        .caller
        .user()
        .map(|_| parvis_domain::accounts::MemberRole::Coordinator);
    let programme = Programme {
        my_role: mine,
        ..wire(programme, my_role_source(&hop.caller))
    };
    Reply::created(location, &programme, version)
}

fn my_role_source(caller: &Caller) -> &[Membership] {
    caller.actor().map_or(&[], |actor| &actor.memberships)
}

fn my_role(memberships: &[Membership], programme: ProgrammeId) -> Option<parvis_domain::accounts::MemberRole> {
    memberships
        .iter()
        .find(|membership| membership.programme == programme)
        .map(|membership| membership.role)
}

fn wire(programme: store::Programme, memberships: &[Membership]) -> Programme {
    let held = programme.held;
    let filled = |role| u32::try_from(held.iter().filter(|have| **have == role).count()).unwrap_or(u32::MAX);
    Programme {
        id: programme.id.0,
        code: programme.code,
        title: programme.title,
        summary: programme.summary,
        template: template(programme.template),
        status: programme.status,
        transitions: transitions(programme.status),
        visibility: programme.visibility,
        starts_on: programme.starts_on,
        ends_on: programme.ends_on,
        time_zone: programme.time_zone,
        currency: programme.currency.code().to_owned(),
        axes: programme.axes,
        categories: programme.categories,
        required_roles: programme
            .required_roles
            .into_iter()
            .map(|need| RoleNeed {
                filled: filled(need.role),
                role: need.role,
                at_least: need.at_least,
                title: need.title,
            })
            .collect(),
        rules: programme.rules,
        cofinancing: programme.cofinancing,
        policy: programme.policy,
        places: programme.places.into_iter().map(place).collect(),
        my_role: my_role(memberships, programme.id),
        created_at: programme.created_at,
        updated_at: programme.updated_at,
        version: programme.version,
    }
}

/// A programme of a list.
pub fn item(item: store::ProgrammeItem, caller: &Caller) -> ProgrammeItem {
    ProgrammeItem {
        id: item.id.0,
        code: item.code,
        title: item.title,
        summary: item.summary,
        template: template(item.template),
        status: item.status,
        visibility: item.visibility,
        starts_on: item.starts_on,
        ends_on: item.ends_on,
        currency: item.currency.code().to_owned(),
        places: item.places.into_iter().map(place).collect(),
        my_role: my_role(my_role_source(caller), item.id),
        created_at: item.created_at,
        version: item.version,
    }
}

/// The content as it would arrive, to lay a patch over.
pub fn content(programme: &store::Programme) -> NewProgramme {
    NewProgramme {
        template_id: programme.template.id.0,
        code: programme.code.clone(),
        title: programme.title.clone(),
        summary: (!programme.summary.is_empty()).then(|| programme.summary.clone()),
        starts_on: programme.starts_on.to_string(),
        ends_on: programme.ends_on.map(|day| day.to_string()),
        time_zone: Some(programme.time_zone.clone()),
        currency: Some(programme.currency.code().to_owned()),
        visibility: Some(programme.visibility),
        place_ids: programme.places.iter().map(|place| place.id.0).collect(),
        cofinancing: Some(programme.cofinancing.clone()),
        four_eyes: Some(programme.policy.four_eyes),
    }
}

fn template(template: StoredTemplate) -> TemplateRef {
    TemplateRef {
        id: template.id.0,
        code: template.code,
        title: template.title,
    }
}

fn place(place: StoredPlace) -> PlaceRef {
    PlaceRef {
        id: place.id.0,
        code: place.code,
        name: place.name,
    }
}
