//! Candidates of a draw: what the public sees of them, and who they are, which lies apart and can be erased.

use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::draw::{Candidate, Digest, Salt, commitment, pseudonym};
use parvis_domain::bodies::{ParityRule, Sex};
use parvis_domain::ids::DrawId;
use parvis_domain::{Code, Fault};
use serde_json::{Value, json};

use super::{Draw, StepColumns, touch};
use crate::bodies::{Body, unknown};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::events::{self, Change};
use crate::programmes::ProgrammeContext;
use crate::schema::{draw_candidates as candidates, draw_identities as identities};
use crate::stamp::Stamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = candidates)]
struct CandidateRow {
    pseudonym: String,
    college: String,
    sex: Sex,
    commitment: String,
}

impl CandidateRow {
    fn domain(self) -> StoreResult<Candidate> {
        let commitment = Digest::parse("", &self.commitment).map_err(|fault| StoreError::Internal(fault.detail))?;
        Ok(Candidate {
            pseudonym: self.pseudonym,
            college: self.college,
            sex: self.sex,
            commitment,
        })
    }
}

/// A candidate as whoever runs the draw sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedCandidate {
    /// What the public sees.
    pub public: Candidate,
    /// Who it is; none where that was erased.
    pub identity: Option<String>,
}

impl std::fmt::Debug for ListedCandidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ListedCandidate({})", self.public.pseudonym)
    }
}

/// A candidate to be put on the list, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct CandidateContent {
    /// Code of the college.
    pub college: String,
    /// Sex as stated; kept where the college keeps parity, and nowhere else.
    pub sex: Sex,
    /// Who it is.
    pub identity: String,
}

impl std::fmt::Debug for CandidateContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CandidateContent([redacted])")
    }
}

/// What a candidate is handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the public sees.
    pub public: Candidate,
    /// The secret of this candidate.
    pub salt: Salt,
    /// Version of the draw with this candidate on its list.
    pub version: i64,
}

/// The candidates of a draw, by their pseudonyms.
///
/// # Errors
/// Those of the database.
pub fn list_draw_candidates(conn: &mut Conn, draw: DrawId) -> StoreResult<Vec<ListedCandidate>> {
    let joined = candidates::table.left_join(
        identities::table.on(identities::draw_id
            .eq(candidates::draw_id)
            .and(identities::pseudonym.eq(candidates::pseudonym))),
    );
    let rows: Vec<(CandidateRow, Option<String>)> = joined
        .filter(candidates::draw_id.eq(draw.db()))
        .order(candidates::pseudonym)
        .select((CandidateRow::as_select(), identities::identity.nullable()))
        .load(conn)?;
    let listed = |(row, identity): (CandidateRow, Option<String>)| {
        Ok(ListedCandidate {
            public: row.domain()?,
            identity,
        })
    };
    rows.into_iter().map(listed).collect()
}

/// What the public sees of the candidates.
pub(super) fn public(conn: &mut Conn, draw: DrawId) -> StoreResult<Vec<Candidate>> {
    let rows: Vec<CandidateRow> = candidates::table
        .filter(candidates::draw_id.eq(draw.db()))
        .order(candidates::pseudonym)
        .select(CandidateRow::as_select())
        .load(conn)?;
    rows.into_iter().map(CandidateRow::domain).collect()
}

/// Puts a candidate on the list of a draw that was locked. The first of the salts whose pseudonym is free is taken.
///
/// # Errors
/// `archived`, `list_changed` once the list is fixed, `reference_unknown` for the college, `already_exists` where somebody
/// of this identity is on the list.
pub fn add_draw_candidate(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, draw): (&Body, &Draw),
    content: &CandidateContent,
    salts: &[Salt],
) -> StoreResult<Receipt> {
    body.require_changeable(programme)?;
    draw.record().require_changeable()?;
    let college = draw.colleges.iter().find(|college| college.code == content.college);
    let college = college.ok_or_else(|| unknown("/college", "The draw fills no seats of such a college."))?;
    require_new(conn, draw.id, &content.identity)?;
    let salt = free(conn, draw.id, salts)?;
    let public = Candidate {
        pseudonym: pseudonym(salt),
        college: content.college.clone(),
        sex: match college.parity {
            ParityRule::None => Sex::Unstated,
            ParityRule::Equal => content.sex,
        },
        commitment: commitment(salt, &content.identity),
    };
    diesel::insert_into(candidates::table)
        .values((
            candidates::draw_id.eq(draw.id.db()),
            candidates::pseudonym.eq(&public.pseudonym),
            candidates::programme_id.eq(draw.programme_id.db()),
            candidates::college.eq(&public.college),
            candidates::sex.eq(public.sex.as_str()),
            candidates::commitment.eq(public.commitment.to_string()),
        ))
        .execute(conn)?;
    diesel::insert_into(identities::table)
        .values((
            identities::draw_id.eq(draw.id.db()),
            identities::pseudonym.eq(&public.pseudonym),
            identities::programme_id.eq(draw.programme_id.db()),
            identities::identity.eq(&content.identity),
            identities::salt.eq(salt.to_hex()),
        ))
        .execute(conn)?;
    let after = touch(conn, stamp, draw, StepColumns::default())?;
    let told = json!({"pseudonym": public.pseudonym, "college": public.college});
    record(conn, stamp, Operation::AddDrawCandidate, draw, (Value::Null, told))?;
    Ok(Receipt {
        public,
        salt,
        version: after.version,
    })
}

/// One person, one lot.
fn require_new(conn: &mut Conn, draw: DrawId, identity: &str) -> StoreResult<()> {
    let same = identities::table
        .filter(identities::draw_id.eq(draw.db()).and(identities::identity.eq(identity)))
        .select(identities::pseudonym);
    let same: Option<String> = same.first(conn).optional()?;
    match same {
        None => Ok(()),
        Some(pseudonym) => {
            let detail = format!("Somebody of this identity is on the list already, as {pseudonym}.");
            Err(Fault::new(Code::AlreadyExists, "/identity", detail).into())
        }
    }
}

fn free(conn: &mut Conn, draw: DrawId, salts: &[Salt]) -> StoreResult<Salt> {
    let names: Vec<String> = salts.iter().map(|salt| pseudonym(*salt)).collect();
    let taken: Vec<String> = candidates::table
        .filter(
            candidates::draw_id
                .eq(draw.db())
                .and(candidates::pseudonym.eq_any(&names)),
        )
        .select(candidates::pseudonym)
        .load(conn)?;
    let free = salts.iter().zip(&names).find(|(_, name)| !taken.contains(name));
    free.map(|(salt, _)| *salt)
        .ok_or_else(|| StoreError::Retry("every pseudonym that was tried is taken".to_owned()))
}

/// Takes a candidate off a list that is not fixed: nothing of the person stays.
///
/// # Errors
/// `archived`, `list_changed` once the list is fixed, `NotFound` for a pseudonym that is not on it.
pub fn remove_draw_candidate(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, draw): (&Body, &Draw),
    pseudonym: &str,
) -> StoreResult<()> {
    body.require_changeable(programme)?;
    draw.record().require_changeable()?;
    let row = candidates::table.find((draw.id.db(), pseudonym));
    let college: String = row.select(candidates::college).first(conn)?;
    diesel::delete(identities::table.find((draw.id.db(), pseudonym))).execute(conn)?;
    diesel::delete(row).execute(conn)?;
    touch(conn, stamp, draw, StepColumns::default())?;
    let told = json!({"pseudonym": pseudonym, "college": college});
    record(conn, stamp, Operation::RemoveDrawCandidate, draw, (told, Value::Null))
}

/// Erases who a candidate is, with the salt. The public list stays as it is; nobody can open this commitment any more
/// except the person who has the salt.
///
/// # Errors
/// `NotFound` where nothing is known under the pseudonym.
pub fn erase_draw_identity(conn: &mut Conn, stamp: &Stamp<'_>, draw: &Draw, pseudonym: &str) -> StoreResult<()> {
    let row = identities::table.find((draw.id.db(), pseudonym));
    if diesel::delete(row).execute(conn)? == 0 {
        return Err(StoreError::NotFound);
    }
    let told = |known: bool| json!({"pseudonym": pseudonym, "identity_known": known});
    let change = (told(true), told(false));
    record(conn, stamp, Operation::EraseDrawIdentity, draw, change)
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    draw: &Draw,
    (before, after): (Value, Value),
) -> StoreResult<()> {
    let change = Change {
        programme: Some(draw.programme_id),
        operation: operation.as_str(),
        object_type: "draw",
        object_id: draw.id.into(),
        before,
        after,
    };
    events::append(conn, stamp, change)
}
