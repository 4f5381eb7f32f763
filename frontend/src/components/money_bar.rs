//! The bar of the chain of money: planned, committed, disbursed, spent, justified, one in the other.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::charts::chain::{Chain, svg, tenths};
use crate::i18n::{tr, words};

/// A bar to the scale of its own plan, or of another amount. `label` says in one sentence what to see.
#[component]
pub fn MoneyBar(
    chain: Chain,
    #[prop(into)] label: TextProp,
    #[prop(optional)] in_kind: bool,
    /// What fills the whole width; the own plan where nothing is said.
    #[prop(optional, into)]
    scale: Option<i64>,
) -> impl IntoView {
    let plan = scale.unwrap_or(chain.planned);
    let part = move |class: &'static str, amount: i64| {
        let width = tenths(amount, plan);
        (width > 0).then(|| view! { <rect class=class x="0.5" y="0.5" width=svg(width) height="15"></rect> })
    };
    let links = if in_kind {
        part("k-kind", chain.contributed).into_any()
    } else if chain.nests() {
        (
            part("k-committed", chain.committed),
            part("k-disbursed", chain.disbursed),
            part("k-spent", chain.spent),
            part("k-justified", chain.justified),
        )
            .into_any()
    } else {
        let paid = svg(tenths(chain.disbursed, plan));
        (
            part("k-committed", chain.committed),
            part("k-spent", chain.spent),
            part("k-justified", chain.justified),
            view! { <line class="k-mark" x1=paid.clone() x2=paid y1="0" y2="16"></line> },
        )
            .into_any()
    };
    let own = svg(scale.map_or(997, |scale| tenths(chain.planned, scale).min(997)));
    view! {
        <svg class="chart bar" width="100%" height="16" role="img" aria-label=move || label.get()>
            <rect class="k-plan" x="0.5" y="0.5" width=own height="15"></rect>
            {links}
        </svg>
    }
}

/// The key to the bars.
#[component]
pub fn ChainLegend(#[prop(optional)] in_kind: bool) -> impl IntoView {
    let i18n = words();
    let swatch = |class: &'static str| {
        view! { <svg viewBox="0 0 22 14" aria-hidden="true"><rect class=class x=".5" y=".5" width="21" height="13"></rect></svg> }
    };
    view! {
        <ul class="legend">
            <li>{swatch("k-plan")}{tr!(i18n, money.planned)}</li>
            <li>{swatch("k-committed")}{tr!(i18n, money.committed)}</li>
            <li>{swatch("k-disbursed")}{tr!(i18n, money.disbursed)}</li>
            <li>{swatch("k-spent")}{tr!(i18n, money.spent)}</li>
            {in_kind.then(|| view! { <li>{swatch("k-kind")}{tr!(i18n, money.in_kind)}</li> })}
        </ul>
    }
}
