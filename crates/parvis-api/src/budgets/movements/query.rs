//! Which movements are listed or taken away: the same filters for both.

use parvis_domain::accounts::View;
use parvis_domain::budgets::{MovementKind, MovementStatus};
use parvis_domain::ids::{GrantId, LineId, PartnerId};
use parvis_domain::{Code, Currency, Faults, Money, period};
use parvis_store::budgets::{MovementFilter, MovementSort};
use uuid::Uuid;

use crate::budgets::parameter;
use crate::http::query::{list_query, search};

list_query! {
    /// Which movements.
    MovementQuery, filters StatementQuery, sort r"^-?(booked_on|recorded_at)$" {
        /// On this line.
        line_id: Uuid,
        /// On this grant.
        grant_id: Uuid,
        /// Of a grant of this funder.
        funder_id: Uuid,
        /// Of this kind.
        kind: MovementKind,
        /// Pending, approved or refused.
        status: MovementStatus,
        /// Paid by this partner.
        payer_id: Uuid,
        /// Paid to this partner.
        payee_id: Uuid,
        /// In this currency, a code of ISO 4217.
        currency: String,
        /// At least so much, a decimal string; `currency` says in what.
        amount_min: String,
        /// At most so much, a decimal string; `currency` says in what.
        amount_max: String,
        /// Every word of this occurs in the reference, or in the note for members.
        q: String,
        /// Booked on or after this day, `YYYY-MM-DD`.
        booked_from: String,
        /// Booked on or before this day, `YYYY-MM-DD`.
        booked_to: String,
    }
}

pub(in crate::budgets) const SORTS: &[(&str, MovementSort)] = &[
    ("booked_on", MovementSort::BookedOn),
    ("recorded_at", MovementSort::RecordedAt),
];

impl MovementQuery {
    /// The filter for a caller with this view; `only` leaves what concerns one partner.
    ///
    /// # Errors
    /// `parameter_invalid` for each that cannot be read.
    pub(in crate::budgets) fn check(&self, view: View, only: Option<PartnerId>) -> Result<MovementFilter, Faults> {
        let mut faults = Faults::new();
        let from = faults.keep(parameter(period::optional_date(
            "booked_from",
            self.booked_from.as_deref(),
        )));
        let to = faults.keep(parameter(period::optional_date("booked_to", self.booked_to.as_deref())));
        let amounts = faults.keep_all(self.amounts());
        let q = faults.keep(search(self.q.as_deref()));
        let filter = from
            .zip(to)
            .zip(amounts)
            .zip(q)
            .map(|(((booked_from, booked_to), amounts), q)| MovementFilter {
                line: self.line_id.map(LineId),
                grant: self.grant_id.map(GrantId),
                funder: self.funder_id.map(PartnerId),
                kind: self.kind,
                status: self.status,
                payer: self.payer_id.map(PartnerId),
                payee: self.payee_id.map(PartnerId),
                currency: amounts.currency,
                amount_min: amounts.min,
                amount_max: amounts.max,
                q,
                in_notes: view == View::Member,
                booked_from,
                booked_to,
                only,
            });
        faults.finish(filter)
    }

    /// The range of amounts, which only a currency makes one.
    fn amounts(&self) -> Result<Amounts, Faults> {
        let mut faults = Faults::new();
        let currency = self.currency.as_deref().map(|code| Currency::parse("currency", code));
        let Some(currency) = faults.keep(parameter(currency.transpose())) else {
            return faults.finish(None);
        };
        let mut bound = |name: &str, text: Option<&str>| match (text, currency) {
            (None, _) => None,
            (Some(_), None) => {
                faults.add(Code::ParameterInvalid, name, "Say in which currency, with `currency`.");
                None
            }
            (Some(text), Some(currency)) => {
                let money = Money::check("", text, currency.code());
                let money = money.map_err(|of| of.0.into_iter().next().map(|fault| fault.detail));
                match money {
                    Ok(money) => Some(money.minor),
                    Err(detail) => {
                        faults.add(Code::ParameterInvalid, name, detail.unwrap_or_default());
                        None
                    }
                }
            }
        };
        let amounts = Amounts {
            currency,
            min: bound("amount_min", self.amount_min.as_deref()),
            max: bound("amount_max", self.amount_max.as_deref()),
        };
        faults.finish(Some(amounts))
    }
}

struct Amounts {
    currency: Option<Currency>,
    min: Option<i64>,
    max: Option<i64>,
}
