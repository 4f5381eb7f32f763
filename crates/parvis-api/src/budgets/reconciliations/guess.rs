//! Which column says what, as its heading and its first cells suggest, in the languages of the app.

use parvis_domain::budgets::reconciliation::StatementMapping;
use parvis_domain::exchange::DayOrder;
use parvis_domain::text;

use crate::exchange::table::Table;

/// How far into the rows the order of days is looked for.
const SAMPLE: usize = 500;

/// Beginnings of words in headings, without accents; the earlier a word stands, the better it fits.
const DAY: &[&str] = &[
    "date d'operation",
    "date operation",
    "date comptable",
    "date de paiement",
    "posting date",
    "booking date",
    "payment date",
    "transaction date",
    "fecha de operacion",
    "fecha operacion",
    "fecha contable",
    "fecha de pago",
    "date",
    "fecha",
    "jour",
    "day",
    "booked_on",
    "paid_on",
];
const AMOUNT: &[&str] = &["montant", "amount", "importe", "monto", "somme", "sum"];
const DEBIT: &[&str] = &["debit", "depense", "cargo", "debe", "paid out", "withdrawal", "egreso"];
const CREDIT: &[&str] = &["credit", "recette", "abono", "haber", "paid in", "deposit", "ingreso"];
const REFERENCE: &[&str] = &[
    "reference",
    "referencia",
    "ref",
    "n° de piece",
    "no de piece",
    "numero de piece",
    "piece",
    "mandat",
    "n° mandat",
    "numero de mandat",
    "voucher",
    "invoice",
    "facture",
    "factura",
    "folio",
    "comprobante",
];
const DESCRIPTION: &[&str] = &[
    "libelle",
    "description",
    "descripcion",
    "concepto",
    "objet",
    "intitule",
    "detail",
    "detalle",
    "wording",
    "label",
    "note",
];
const CURRENCY: &[&str] = &["devise", "currency", "divisa", "moneda", "monnaie"];

/// What the headings suggest; it may lack the day or the amount.
pub(super) fn guess(table: &Table) -> StatementMapping {
    let headings: Vec<String> = table.headings.iter().map(|heading| text::fold(heading)).collect();
    let find = |words: &[&str]| {
        let place = words
            .iter()
            .find_map(|word| headings.iter().position(|heading| begins(heading, word)));
        place.and_then(|place| table.headings.get(place)).cloned()
    };
    let (debit, credit) = (find(DEBIT), find(CREDIT));
    let split = debit.is_some() && credit.is_some();
    let day = find(DAY).unwrap_or_default();
    StatementMapping {
        amount: find(AMOUNT).filter(|_| !split),
        debit: debit.filter(|_| split),
        credit: credit.filter(|_| split),
        reference: find(REFERENCE),
        description: find(DESCRIPTION),
        currency: find(CURRENCY),
        currency_code: None,
        day_order: day_order(table, &day),
        kinds: Vec::new(),
        day,
    }
}

/// Whether a heading begins with a word.
fn begins(heading: &str, word: &str) -> bool {
    let rest = heading.strip_prefix(word);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Months first, where some day could not be read otherwise and none forbids it.
fn day_order(table: &Table, heading: &str) -> DayOrder {
    let Ok(column) = table.column("", heading) else {
        return DayOrder::default();
    };
    let cells = table.rows.iter().take(SAMPLE).filter_map(|row| row.cell(column));
    let numbers = cells.filter_map(|cell| {
        let mut parts = cell.split(['/', '.', '-']).map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    });
    let (mut first_is_day, mut second_is_day) = (false, false);
    for (first, second) in numbers {
        first_is_day |= first > 12;
        second_is_day |= second > 12;
    }
    match second_is_day && !first_is_day {
        true => DayOrder::Mdy,
        false => DayOrder::Dmy,
    }
}
