//! What documents are attached to: objects of the programme, which must exist there.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use parvis_domain::documents::{Attachment, ObjectKind};
use parvis_domain::ids::{DocumentId, ProgrammeId};
use parvis_domain::{Code, Faults};
use uuid::Uuid;

use crate::columns::{DbId, IntoDb};
use crate::connection::{Conn, each};
use crate::error::StoreResult;
use crate::schema::{
    budgets, document_links as links, funder_reports, grants, lines, movements, participation_steps, partners,
    progress_records, tranches,
};

/// What documents are attached to, by document and in order.
pub(super) fn attached_to(conn: &mut Conn, ids: &[DbId]) -> StoreResult<BTreeMap<DocumentId, Vec<Attachment>>> {
    let rows: Vec<(DocumentId, ObjectKind, Uuid)> = links::table
        .filter(links::document_id.eq_any(ids))
        .order((links::document_id, links::kind, links::object_id))
        .select((links::document_id, links::kind, links::object_id))
        .load::<(DocumentId, ObjectKind, DbId)>(conn)?
        .into_iter()
        .map(|(document, kind, object)| (document, kind, object.0))
        .collect();
    let mut attached = BTreeMap::<DocumentId, Vec<Attachment>>::new();
    for (document, kind, id) in rows {
        attached.entry(document).or_default().push(Attachment { kind, id });
    }
    Ok(attached)
}

/// Replaces what a document is attached to.
pub(super) fn attach(
    conn: &mut Conn,
    programme: ProgrammeId,
    document: DocumentId,
    attached: &[Attachment],
) -> StoreResult<()> {
    diesel::delete(links::table.filter(links::document_id.eq(document.db()))).execute(conn)?;
    let rows: Vec<_> = attached
        .iter()
        .map(|one| {
            (
                links::document_id.eq(document.db()),
                links::kind.eq(one.kind.as_str()),
                links::object_id.eq(one.id.db()),
                links::programme_id.eq(programme.db()),
            )
        })
        .collect();
    if !rows.is_empty() {
        each!(conn, c => diesel::insert_into(links::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// Checks that every object exists in the programme; partners belong to all programmes. One statement per kind.
///
/// # Errors
/// `reference_unknown` at each that does not.
pub(super) fn require(conn: &mut Conn, programme: ProgrammeId, attached: &[Attachment]) -> StoreResult<()> {
    let mut by_kind = BTreeMap::<ObjectKind, Vec<DbId>>::new();
    for one in attached {
        by_kind.entry(one.kind).or_default().push(one.id.db());
    }
    let mut found = BTreeSet::new();
    for (kind, ids) in by_kind {
        let there = existing(conn, programme, kind, &ids)?;
        found.extend(there.into_iter().map(|id| (kind, id.0)));
    }
    let mut faults = Faults::new();
    for (n, one) in attached.iter().enumerate() {
        if !found.contains(&(one.kind, one.id)) {
            let detail = format!("This programme has no such {}.", one.kind);
            faults.add(Code::ReferenceUnknown, format!("/attached_to/{n}/id"), detail);
        }
    }
    Ok(faults.finish(Some(()))?)
}

fn existing(conn: &mut Conn, programme: ProgrammeId, kind: ObjectKind, ids: &[DbId]) -> StoreResult<Vec<DbId>> {
    macro_rules! in_programme {
        ($table:ident) => {
            $table::table
                .filter($table::programme_id.eq(programme.db()))
                .filter($table::id.eq_any(ids))
                .select($table::id)
                .load(conn)?
        };
    }
    Ok(match kind {
        ObjectKind::Programme => ids.iter().copied().filter(|id| *id == programme.db()).collect(),
        ObjectKind::Partner => partners::table
            .filter(partners::id.eq_any(ids))
            .select(partners::id)
            .load(conn)?,
        ObjectKind::ParticipationStep => in_programme!(participation_steps),
        ObjectKind::Budget => in_programme!(budgets),
        ObjectKind::Line => in_programme!(lines),
        ObjectKind::Grant => in_programme!(grants),
        ObjectKind::Movement => in_programme!(movements),
        ObjectKind::Tranche => in_programme!(tranches),
        ObjectKind::Progress => in_programme!(progress_records),
        ObjectKind::FunderReport => in_programme!(funder_reports),
    })
}
