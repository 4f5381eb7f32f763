//! What would come of each row of a file.

use leptos::prelude::*;
use parvis_wire::budgets::{ReconciliationReport, StatementRow};

use super::parts::{Movements, Outcome, counted};
use crate::components::{Badge, CheckField, Empty, Glyph, TableBox, Tone};
use crate::format::formats;
use crate::i18n::{problem_text, row_outcome, say, tr, words};

/// How many rows are drawn at once.
const STEP: usize = 100;

/// The report, and whether rows that cannot be read are left out.
#[component]
pub fn Preview(report: RwSignal<Option<ReconciliationReport>>, skip: RwSignal<bool>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let shown = RwSignal::new(STEP);
    let open_only = RwSignal::new(false);
    let faulty = Memo::new(move |_| report.with(|report| report.as_ref().map_or(0, |report| report.faulty)));
    let results = move || {
        let counts = report
            .with(|report| report.as_ref().map(|report| report.counts))
            .unwrap_or_default();
        let results = counted(&counts).into_iter().filter(|(_, rows)| *rows > 0);
        let mut results: Vec<String> = results
            .map(|(outcome, rows)| format!("{} {}", format.number(i64::from(rows)), row_outcome(i18n, outcome)))
            .collect();
        if faulty.get() > 0 {
            results.push(format!(
                "{} {}",
                format.number(i64::from(faulty.get())),
                say!(i18n, recon.faulty)
            ));
        }
        results.join(" · ")
    };
    let wanted = move |row: &&StatementRow| !open_only.get() || row.movements.is_empty();
    let total = move || {
        report.with(|report| {
            report
                .as_ref()
                .map_or(0, |report| report.rows.iter().filter(wanted).count())
        })
    };
    let rows = move || {
        let rows = report.with(|report| {
            let all = report.as_ref().map(|report| report.rows.as_slice()).unwrap_or_default();
            all.iter().filter(wanted).take(shown.get()).cloned().collect::<Vec<_>>()
        });
        rows.into_iter().map(|row| view! { <PreviewRow row/> }).collect_view()
    };
    view! {
        <section class="stack" aria-labelledby="preview-head">
            <h3 id="preview-head" tabindex="-1">{tr!(i18n, recon.preview)}</h3>
            <p class="strong">{results}</p>
            <Show when=move || { faulty.get() > 0 }>
                <CheckField label=move || say!(i18n, recon.skip_faulty, n = format.number(i64::from(faulty.get()))) value=skip/>
            </Show>
            <CheckField label=move || say!(i18n, recon.open_only) value=open_only/>
            <Show when=move || { total() > 0 } fallback=move || view! { <Empty title=move || say!(i18n, recon.no_rows)/> }>
                <div class="card flush">
                    <TableBox label=move || say!(i18n, recon.preview)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, recon.preview)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, recon.row)}</th>
                                    <th scope="col">{tr!(i18n, recon.col_day)}</th>
                                    <th scope="col">{tr!(i18n, recon.col_description)}</th>
                                    <th scope="col" class="num">{tr!(i18n, money.amount)}</th>
                                    <th scope="col">{tr!(i18n, recon.result)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableBox>
                    <Show when=move || { shown.get() < total() }>
                        <p class="more">
                            <button type="button" class="btn" on:click=move |_| shown.update(|shown| *shown += STEP)>{tr!(i18n, state.more)}</button>
                        </p>
                    </Show>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn PreviewRow(row: StatementRow) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let what = [row.reference.clone(), row.description.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ");
    let outcome = row.outcome.map(|outcome| view! { <Outcome outcome/> });
    let unreadable = row
        .outcome
        .is_none()
        .then(|| view! { <Badge tone=Tone::Bad glyph=Glyph::Alert text=move || say!(i18n, recon.faulty)/> });
    let faults = row.faults.into_iter().map(|fault| {
        let text = problem_text(i18n, &fault.code);
        view! { <p class="error">{text} " " <span lang="en" class="source">{fault.detail}</span></p> }
    });
    view! {
        <tr>
            <th scope="row">{format!("{} {}", say!(i18n, recon.row), row.line)}</th>
            <td data-label=say!(i18n, recon.col_day)>{row.day.map(|day| format.day_short(day))}</td>
            <td data-label=say!(i18n, recon.col_description)><span>{what}</span></td>
            <td class="num" data-label=say!(i18n, money.amount)>{row.amount.as_ref().map(|amount| format.amount(amount))}</td>
            <td>
                {outcome}
                {unreadable}
                {faults.collect_view()}
                {(!row.movements.is_empty()).then(|| view! { <Movements movements=row.movements/> })}
            </td>
        </tr>
    }
}
