//! What stands in the wizard's fields, kept on the device while it is typed.

use leptos::prelude::*;
use parvis_domain::partners::PartnerRoleKind;
use parvis_wire::partners::NewPartnerRole;
use parvis_wire::templates::Template;
use uuid::Uuid;

use crate::api::{Answer, partners, programmes};
use crate::browser;
use crate::format::today;
use crate::forms::draft::{Draft, DraftRole, country_of};
use crate::forms::read::date_text;

const KEPT: &str = "parvis.new-programme";

/// A role in the wizard.
#[derive(Clone, Copy, PartialEq)]
pub struct RoleFields {
    /// Tells the rows apart.
    pub id: Uuid,
    /// The role.
    pub role: PartnerRoleKind,
    /// Who holds it, as in [`DraftRole::partner`].
    pub partner: RwSignal<String>,
    /// Name of an organisation to be added.
    pub name: RwSignal<String>,
    /// Its kind.
    pub kind: RwSignal<String>,
    done: RwSignal<bool>,
}

impl RoleFields {
    fn of(role: DraftRole) -> Self {
        Self {
            id: browser::random_id(),
            role: role.role,
            partner: RwSignal::new(role.partner),
            name: RwSignal::new(role.name),
            kind: RwSignal::new(role.kind),
            done: RwSignal::new(role.done),
        }
    }

    /// As it is typed so far.
    pub fn get(self) -> DraftRole {
        DraftRole {
            role: self.role,
            partner: self.partner.get(),
            name: self.name.get(),
            kind: self.kind.get(),
            done: self.done.get(),
        }
    }
}

/// The fields of all steps.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The templates to choose from.
    pub templates: StoredValue<Vec<Template>>,
    /// Id of the one that is chosen.
    pub chosen: RwSignal<String>,
    /// Code.
    pub code: RwSignal<String>,
    /// Title.
    pub title: RwSignal<String>,
    /// Summary.
    pub summary: RwSignal<String>,
    /// First day.
    pub starts_on: RwSignal<String>,
    /// Last day.
    pub ends_on: RwSignal<String>,
    /// Everybody may read it.
    pub public: RwSignal<bool>,
    /// Roles and who holds them.
    pub roles: RwSignal<Vec<RoleFields>>,
    created: RwSignal<Option<Uuid>>,
    /// The fields of a role outlive the step in which they were added.
    owner: StoredValue<Owner>,
}

impl Fields {
    /// The fields with what was kept on the device, and kept again at every change.
    pub fn kept(templates: Vec<Template>) -> Self {
        let draft: Draft = browser::remembered(KEPT)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let starts_on = if draft.starts_on.is_empty() {
            date_text(today())
        } else {
            draft.starts_on
        };
        let fields = Self {
            templates: StoredValue::new(templates),
            chosen: RwSignal::new(draft.template),
            code: RwSignal::new(draft.code),
            title: RwSignal::new(draft.title),
            summary: RwSignal::new(draft.summary),
            starts_on: RwSignal::new(starts_on),
            ends_on: RwSignal::new(draft.ends_on),
            public: RwSignal::new(draft.public),
            roles: RwSignal::new(draft.roles.into_iter().map(RoleFields::of).collect()),
            created: RwSignal::new(draft.created),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        Effect::new(move |first: Option<()>| {
            let draft = fields.draft_tracked();
            if first.is_some() {
                browser::remember(KEPT, serde_json::to_string(&draft).ok().as_deref());
            }
        });
        fields
    }

    /// Empties the fields and forgets what was kept.
    pub fn forget(self) {
        for field in [self.chosen, self.code, self.title, self.summary, self.ends_on] {
            field.set(String::new());
        }
        self.roles.set(Vec::new());
        self.created.set(None);
        browser::remember(KEPT, None);
    }

    /// The template that is chosen.
    pub fn template(self) -> Option<Template> {
        let chosen = self.chosen.get();
        self.templates
            .with_value(|all| all.iter().find(|template| template.id.to_string() == chosen).cloned())
    }

    /// Chooses a template, which brings the roles that it demands.
    pub fn choose(self, template: &Template) {
        self.chosen.set(template.id.to_string());
        let rows = template.content.required_roles.iter().flat_map(|need| {
            let least = usize::try_from(need.at_least).unwrap_or(1).min(10);
            std::iter::repeat_n(need.role, least)
        });
        let rows = self
            .owner
            .get_value()
            .with(|| rows.map(|role| RoleFields::of(DraftRole::open(role))).collect());
        self.roles.set(rows);
    }

    /// Whether another row gives the role of this one to an organisation: it cannot be chosen twice.
    pub fn is_taken(self, row: RoleFields, partner: &str) -> bool {
        let chosen = DraftRole {
            partner: partner.to_owned(),
            ..DraftRole::open(row.role)
        };
        let others = self.roles.get().into_iter().filter(|other| other.id != row.id);
        others.map(RoleFields::get).any(|other| chosen.repeats(&other))
    }

    /// One more row for a role.
    pub fn add_role(self, role: PartnerRoleKind) {
        self.roles.update(|rows| {
            let after = rows
                .iter()
                .rposition(|row| row.role == role)
                .map_or(rows.len(), |at| at + 1);
            rows.insert(
                after,
                self.owner.get_value().with(|| RoleFields::of(DraftRole::open(role))),
            );
        });
    }

    fn draft_tracked(self) -> Draft {
        Draft {
            template: self.chosen.get(),
            code: self.code.get(),
            title: self.title.get(),
            summary: self.summary.get(),
            starts_on: self.starts_on.get(),
            ends_on: self.ends_on.get(),
            public: self.public.get(),
            roles: self.roles.get().into_iter().map(RoleFields::get).collect(),
            created: self.created.get(),
        }
    }

    /// What has been typed so far.
    pub fn draft(self) -> Draft {
        untrack(|| self.draft_tracked())
    }
}

/// Creates the programme and gives the roles. What has been done is noted on the way, so that a retry goes on from
/// where it stopped.
pub async fn create(fields: Fields, draft: Draft, language: &str) -> Answer<Uuid> {
    let programme = match draft.created {
        Some(id) => programmes::get_programme(id).await?,
        None => programmes::create_programme(draft.request(language)).await?,
    };
    fields.created.set(Some(programme.id));
    let country = country_of(&programme.time_zone);
    let mut earlier: Vec<DraftRole> = Vec::new();
    for row in fields.roles.get_untracked() {
        let role = untrack(|| row.get());
        // A draft that was kept on the device may still repeat itself.
        let repeated = earlier.iter().any(|other| role.repeats(other));
        earlier.push(role.clone());
        if repeated || !role.is_due() {
            continue;
        }
        let partner_id = match role.new_partner(country) {
            Some(new) => {
                let id = partners::create_partner(new).await?.id;
                row.partner.set(id.to_string());
                id
            }
            None => role.partner.parse().unwrap_or_default(),
        };
        let given = NewPartnerRole {
            partner_id,
            role: role.role,
        };
        partners::create_partner_role(programme.id, given).await?;
        row.done.set(true);
    }
    Ok(programme.id)
}
