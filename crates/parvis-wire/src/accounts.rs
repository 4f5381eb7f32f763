//! Accounts, sessions, members and invitations.

use chrono::{DateTime, Utc};
use parvis_domain::accounts::{self, MemberRole};
use parvis_domain::ids::{PartnerId, ProgrammeId};
use parvis_domain::{Fault, Faults, localised_text, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// E-mail and password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"email": "coordinator@demo.example", "password": "Parvis-demo-1"})))]
pub struct Login {
    /// E-mail address of the account.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// Password.
    #[cfg_attr(feature = "openapi", schema(format = Password, max_length = 256))]
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("email", &"[redacted]")
            .field("password", &"[redacted]")
            .finish()
    }
}

/// What a sign-in or a renewal gives. The refresh token travels in a cookie that scripts cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// A JWT for the header `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    /// The account.
    pub user: Me,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Its id.
    pub id: Uuid,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Preferred language, a tag of BCP 47.
    pub language: String,
    /// Administers the platform.
    pub administrator: bool,
    /// May create programmes.
    pub organiser: bool,
    /// Its programmes and roles.
    pub memberships: Vec<MyMembership>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// A programme in which one has a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyMembership {
    /// The programme.
    pub programme_id: Uuid,
    /// The role.
    pub role: MemberRole,
    /// The organisation one acts for, where the role is `partner`.
    pub partner_id: Option<Uuid>,
}

/// What one can say of oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyContent {
    /// Name.
    pub name: String,
    /// Preferred language.
    pub language: String,
}

patch! {
    /// Changes to one's own account.
    MePatch of MyContent { must { name: String, language: String, } may {} }
}

impl MyContent {
    /// Checks name and language.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(String, String), Faults> {
        let mut faults = Faults::new();
        let name = faults.keep(text::line("/name", &self.name, text::NAME_MAX));
        let language = faults.keep(localised_text::language("/language", &self.language));
        faults.finish(name.zip(language))
    }
}

/// A change of password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The password until now.
    #[cfg_attr(feature = "openapi", schema(format = Password, max_length = 256))]
    pub current: String,
    /// The new one.
    #[cfg_attr(feature = "openapi", schema(format = Password, min_length = 10, max_length = 256))]
    pub new: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordChange([redacted])")
    }
}

/// An account as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Its id.
    pub id: Uuid,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Preferred language.
    pub language: String,
    /// Administers the platform.
    pub administrator: bool,
    /// May create programmes.
    pub organiser: bool,
    /// May not sign in.
    pub disabled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The rights of an account on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRights {
    /// Administers the platform.
    pub administrator: bool,
    /// May create programmes.
    pub organiser: bool,
    /// May not sign in; its sessions end.
    pub disabled: bool,
}

patch! {
    /// Changes to the rights of an account.
    UserPatch of UserRights { must { administrator: bool, organiser: bool, disabled: bool, } may {} }
}

/// A member of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Id of the membership.
    pub id: Uuid,
    /// The account.
    pub user_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its e-mail address; coordinators and administrators see it, others see null.
    pub email: Option<String>,
    /// The role.
    pub role: MemberRole,
    /// The organisation, where the role is `partner`.
    pub partner_id: Option<Uuid>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The role of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberContent {
    /// The role.
    pub role: MemberRole,
    /// The organisation, where the role is `partner`.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
}

patch! {
    /// Changes to a membership.
    MemberPatch of MemberContent { must { role: MemberRole, } may { partner_id: Uuid, } }
}

impl MemberContent {
    /// Checks that role and organisation fit.
    ///
    /// # Errors
    /// `partner_binding_invalid`.
    pub fn check(&self) -> Result<(MemberRole, Option<PartnerId>), Fault> {
        let partner = self.partner_id.map(PartnerId);
        accounts::check_binding(self.role, partner)?;
        Ok((self.role, partner))
    }
}

/// An invitation into a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"email": "ana@example.org", "role": "observer"})))]
pub struct NewProgrammeInvitation {
    /// Whom.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The role that is offered.
    pub role: MemberRole,
    /// The organisation, where the role is `partner`.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
}

/// An invitation to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"email": "ana@example.org", "organiser": true})))]
pub struct NewInvitation {
    /// Whom.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// Will administer the platform.
    #[serde(default)]
    pub administrator: bool,
    /// Will be able to create programmes.
    #[serde(default)]
    pub organiser: bool,
}

/// What an invitation offers, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whom.
    pub email: String,
    /// A role in a programme, with the organisation for partners.
    pub membership: Option<(ProgrammeId, MemberRole, Option<PartnerId>)>,
    /// Administers the platform.
    pub administrator: bool,
    /// May create programmes.
    pub organiser: bool,
}

impl NewProgrammeInvitation {
    /// Checks the invitation into a programme.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, programme: ProgrammeId) -> Result<Offer, Faults> {
        let mut faults = Faults::new();
        let email = faults.keep(accounts::email("/email", &self.email));
        let role = faults.keep(
            MemberContent {
                role: self.role,
                partner_id: self.partner_id,
            }
            .check(),
        );
        let offer = email.zip(role).map(|(email, (role, partner))| Offer {
            email,
            membership: Some((programme, role, partner)),
            administrator: false,
            organiser: false,
        });
        faults.finish(offer)
    }
}

impl NewInvitation {
    /// Checks the invitation to the platform.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<Offer, Faults> {
        let email = accounts::email("/email", &self.email)?;
        Ok(Offer {
            email,
            membership: None,
            administrator: self.administrator,
            organiser: self.organiser,
        })
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// Whom.
    pub email: String,
    /// Into which programme, or null for the platform.
    pub programme_id: Option<Uuid>,
    /// The role there.
    pub role: Option<MemberRole>,
    /// The organisation there.
    pub partner_id: Option<Uuid>,
    /// Will administer the platform.
    pub administrator: bool,
    /// Will be able to create programmes.
    pub organiser: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it can be taken up.
    pub expires_at: DateTime<Utc>,
    /// When it was taken up.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Version, as in the ETag.
    pub version: i64,
    /// The secret of the link, shown once, in the answer to its creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The link to hand over, shown once, in the answer to its creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Taking an invitation up. For an address that has an account already, the password is that account's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptInvitation {
    /// The secret of the link.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub token: String,
    /// Name of the person.
    pub name: String,
    /// Password.
    #[cfg_attr(feature = "openapi", schema(format = Password, min_length = 10, max_length = 256))]
    pub password: String,
    /// Preferred language.
    pub language: String,
}

impl std::fmt::Debug for AcceptInvitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AcceptInvitation([redacted])")
    }
}
