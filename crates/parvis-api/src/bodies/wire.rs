//! From the store to the wire. Who may not see a name, the minutes or who came, gets none.

use parvis_domain::accounts::View;
use parvis_domain::bodies::draw::VERSION;
use parvis_domain::bodies::meetings::{MeetingStatus, MeetingTransition};
use parvis_domain::bodies::{Composition, QuorumReport};
use parvis_store::StoreResult;
use parvis_store::bodies as store;
use parvis_wire::bodies::{
    Body, BodyComposition, BodyDecision, BodyMeeting, BodyPerson, CandidateReceipt, Draw, DrawSummary, ListedCandidate,
    Mandate, NewDrawCollege, QuorumCount, SeedSource,
};
use uuid::Uuid;

/// A body with who sits in it.
pub fn body(body: store::Body, composition: Option<&Composition>) -> Body {
    let composition = composition.map_or_else(
        || BodyComposition {
            body_id: body.id.0,
            as_of: body.created_at.date_naive(),
            seats: 0,
            filled: 0,
            colleges: Vec::new(),
        },
        |composition| BodyComposition::of(body.id.0, composition, &body.colleges),
    );
    Body {
        id: body.id.0,
        programme_id: body.programme_id.0,
        kind: body.kind,
        title: body.title,
        order_reference: body.order_reference,
        order_dated_on: body.order_dated_on,
        colleges: body.colleges,
        rules: (&body.rules).into(),
        composition,
        version: body.version,
        created_at: body.created_at,
        updated_at: body.updated_at,
        archived_at: body.archived_at,
    }
}

/// A mandate: the public sees the names that the order publishes.
pub fn mandate(mandate: store::Mandate, view: View) -> Mandate {
    let seen = |(name, published): (String, bool)| (published || view == View::Member).then_some(name);
    Mandate {
        id: mandate.id.0,
        body_id: mandate.body_id.0,
        college: mandate.college,
        person_id: mandate.person_id.map(Into::into),
        name: mandate.name.and_then(seen),
        partner_id: mandate.partner_id.map(Into::into),
        starts_on: mandate.starts_on,
        ends_on: mandate.ends_on,
        substitute_of: mandate.substitute_of.map(Into::into),
        delegated_by: mandate.delegated_by.map(Into::into),
        draw_id: mandate.draw_id.map(Into::into),
        version: mandate.version,
        created_at: mandate.created_at,
    }
}

/// A person, for whoever runs the programme.
pub fn person(person: store::BodyPerson) -> BodyPerson {
    BodyPerson {
        id: person.id.0,
        name: person.name,
        sex: person.sex,
        email: person.email,
        phone: person.phone,
        published: person.published,
        version: person.version,
        created_at: person.created_at,
    }
}

/// A draw in a list.
pub fn summary(draw: store::DrawSummary) -> DrawSummary {
    DrawSummary {
        status: draw.status(),
        id: draw.id.0,
        body_id: draw.body_id.0,
        source: draw.source_name,
        born_on: draw.source_born_on,
        fixed_on: draw.fixed_on,
        drawn_on: draw.drawn_on,
        created_at: draw.created_at,
    }
}

/// A draw with what it gave.
pub fn draw(draw: store::Draw) -> StoreResult<Draw> {
    let outcome = draw.outcome()?;
    let college = |college: parvis_domain::bodies::draw::DrawCollege| NewDrawCollege {
        code: college.code,
        seats: college.seats,
        parity: college.parity,
    };
    Ok(Draw {
        id: draw.id.0,
        body_id: draw.body_id.0,
        status: draw.record().status(),
        algorithm: VERSION.to_owned(),
        source: SeedSource {
            name: draw.source.name,
            born_on: draw.source.born_on.to_string(),
            writing: draw.source.writing,
        },
        colleges: draw.colleges.into_iter().map(college).collect(),
        document: draw.document,
        list_hash: draw.list_hash,
        fixed_on: draw.fixed_on,
        seed: draw.seed,
        drawn_on: draw.drawn_on,
        refusals: draw.refusals,
        outcome,
        version: draw.version,
    })
}

/// A candidate, for whoever runs the draw.
pub fn candidate(candidate: store::ListedCandidate) -> ListedCandidate {
    ListedCandidate {
        pseudonym: candidate.public.pseudonym,
        college: candidate.public.college,
        sex: candidate.public.sex,
        commitment: candidate.public.commitment,
        identity: candidate.identity,
    }
}

/// What a candidate is handed.
pub fn receipt(draw: Uuid, identity: String, receipt: store::Receipt) -> CandidateReceipt {
    CandidateReceipt {
        draw_id: draw,
        algorithm: VERSION.to_owned(),
        pseudonym: receipt.public.pseudonym,
        college: receipt.public.college,
        sex: receipt.public.sex,
        identity,
        salt: receipt.salt.to_hex(),
        commitment: receipt.public.commitment,
        version: receipt.version,
    }
}

/// A meeting: minutes and who came are for members.
pub fn meeting(meeting: store::BodyMeeting, view: View) -> BodyMeeting {
    let member = view == View::Member;
    let transitions = match meeting.status {
        MeetingStatus::Convened => MeetingTransition::ALL.to_vec(),
        MeetingStatus::Held | MeetingStatus::Cancelled => Vec::new(),
    };
    let quorum = meeting.quorum.as_ref();
    let counts = quorum.map(|quorum| quorum.counts.iter().map(QuorumCount::from).collect());
    BodyMeeting {
        id: meeting.id.0,
        body_id: meeting.body_id.0,
        status: meeting.status,
        transitions,
        convened_on: meeting.convened_on,
        held_on: meeting.held_on,
        again: meeting.again,
        location: meeting.location,
        agenda: meeting.agenda,
        minutes: meeting.minutes.filter(|_| member),
        mandate_ids: match member {
            true => meeting.attended.into_iter().map(Into::into).collect(),
            false => Vec::new(),
        },
        quorum: counts.unwrap_or_default(),
        quorum_reached: quorum.is_some_and(QuorumReport::is_reached),
        decisions: meeting.decisions.into_iter().map(decision).collect(),
        version: meeting.version,
        created_at: meeting.created_at,
    }
}

/// A decision.
pub fn decision(decision: store::BodyDecision) -> BodyDecision {
    let (annulled_on, annulment_reason) = decision.annulled.unzip();
    BodyDecision {
        id: decision.id.0,
        body_id: decision.body_id.0,
        meeting_id: decision.meeting_id.0,
        item: decision.item,
        text: decision.text,
        reason: decision.reason,
        effect: (&decision.effect).into(),
        vote: decision.vote,
        carried: decision.carried,
        decided_on: decision.decided_on,
        annulled_on,
        annulment_reason,
    }
}
