//! Agreements: who promised what to whom, what is in force on a day, and what it obliges to by when.
//!
//! An [`Agreement`] is what was signed first, and the [`amendments`] that came after. Nothing is ever overwritten: what
//! holds on a day is worked out by [`consolidation`], and so is the [`status`](Agreement::status), which dates bring
//! about. Both take two days: the one that is *asked about*, and the one up to which signatures are *known*, because an
//! amendment that is signed late takes effect from an earlier day on.

pub mod alarms;
pub mod amendments;
pub mod consolidation;
pub mod content;
pub mod money;
pub mod obligations;
pub mod signatures;
pub mod status;

pub use amendments::{Amendment, AmendmentStatus, Changes, Origin};
pub use consolidation::{Difference, compare};
pub use content::{AnnexKey, Clause, ClauseNumber, Content, ContractTerms, Party};
pub use signatures::{Authorisation, NewSignature, SignatureBook, Signing};
pub use status::{Agreement, AgreementStatus, AgreementTransition};

use std::collections::BTreeSet;

use crate::choices::choices;
use crate::partners::PartnerKind;

choices! {
    /// What kind of act an agreement is.
    AgreementKind {
        /// An agreement between partners on means and ends.
        Convention = "convention",
        /// An agreement under which others follow, such as a city contract.
        FrameworkContract = "framework_contract",
        /// A public contract for works.
        WorksContract = "works_contract",
        /// A public contract for services.
        ServiceContract = "service_contract",
        /// A funder's decision to give, signed by it alone and notified.
        GrantDecision = "grant_decision",
        /// Rules that partners give themselves.
        Charter = "charter",
        /// An understanding that binds nobody to money.
        Memorandum = "memorandum",
        /// An order of an authority, signed by it alone and published.
        Order = "order",
    }

    /// In what capacity somebody is party to an agreement.
    PartyCapacity {
        /// Gives money or means.
        Funder = "funder",
        /// Does the work.
        Implementer = "implementer",
        /// Signs without giving or doing.
        Signatory = "signatory",
        /// Benefits.
        Beneficiary = "beneficiary",
        /// Buys works or services.
        Buyer = "buyer",
        /// Supplies works or services.
        Supplier = "supplier",
        /// Attests.
        Witness = "witness",
    }
}

impl AgreementKind {
    /// Whether one party signs alone and the others are told: then it is in force once it was notified or published.
    ///
    /// Source: code des relations entre le public et l'administration, articles L221-2 and L221-8.
    #[must_use]
    pub const fn is_unilateral(self) -> bool {
        matches!(self, Self::GrantDecision | Self::Order)
    }

    /// Whether it waits for the signature of a party with these capacities, where nothing else is said. What one party
    /// signs alone waits for whoever gives or issues.
    #[must_use]
    pub fn waits_for(self, capacities: &BTreeSet<PartyCapacity>) -> bool {
        use PartyCapacity as C;
        match self.is_unilateral() {
            true => capacities.contains(&C::Funder) || capacities.contains(&C::Signatory),
            false => capacities.iter().any(|capacity| capacity.signs()),
        }
    }

    /// Whether it has a buyer, a supplier, an award and a value.
    #[must_use]
    pub const fn is_contract(self) -> bool {
        matches!(self, Self::WorksContract | Self::ServiceContract)
    }

    /// Whether a partner of this kind signs only on a decision of its own assembly or board. It is what a party starts
    /// with; the agreement can say otherwise for each.
    ///
    /// Source: code général des collectivités territoriales, articles L2121-29, L3211-1, L4221-1 and L5211-1.
    #[must_use]
    pub const fn needs_authorisation(self, partner: PartnerKind) -> bool {
        use PartnerKind as P;
        let deliberates = matches!(
            partner,
            P::Municipality | P::Intercommunality | P::Department | P::Region | P::PublicBody
        );
        deliberates && !matches!(self, Self::Memorandum | Self::Order)
    }
}

impl PartyCapacity {
    /// Whether the agreement waits for the signature of somebody in this capacity, where nothing else is said.
    #[must_use]
    pub const fn signs(self) -> bool {
        !matches!(self, Self::Witness | Self::Beneficiary)
    }
}

#[cfg(test)]
mod tests;
