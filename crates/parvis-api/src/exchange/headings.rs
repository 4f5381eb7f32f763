//! The headings of workbooks in the three languages of the app.

/// The title of a column in the best of the wanted languages; its name where there is none.
#[must_use]
pub fn title(column: &str, wanted: &[&str]) -> String {
    let language = wanted.iter().find_map(|tag| Language::of(tag)).unwrap_or(Language::En);
    let found = TITLES.iter().find(|(name, ..)| *name == column);
    found
        .map_or(column, |(_, fr, en, es)| match language {
            Language::Fr => fr,
            Language::En => en,
            Language::Es => es,
        })
        .to_owned()
}

#[derive(Clone, Copy)]
enum Language {
    Fr,
    En,
    Es,
}

impl Language {
    fn of(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or(tag).to_ascii_lowercase().as_str() {
            "fr" => Some(Self::Fr),
            "en" => Some(Self::En),
            "es" => Some(Self::Es),
            _ => None,
        }
    }
}

/// Name of the column, then its title in French, English and Spanish.
const TITLES: &[(&str, &str, &str, &str)] = &[
    ("amount", "Montant", "Amount", "Importe"),
    ("available", "Disponible", "Available", "Disponible"),
    ("axis", "Axe", "Axis", "Eje"),
    ("booked_on", "Date comptable", "Booked on", "Fecha contable"),
    (
        "borne_by_partner",
        "Supporté par le partenaire",
        "Borne by the partner",
        "Asumido por el socio",
    ),
    ("by", "Regroupé par", "Rolled up by", "Agrupado por"),
    ("category", "Catégorie", "Category", "Categoría"),
    ("committed", "Engagé", "Committed", "Comprometido"),
    (
        "contributed",
        "Apporté en nature",
        "Contributed in kind",
        "Aportado en especie",
    ),
    ("cost", "Coût", "Cost", "Coste"),
    (
        "cost_currency",
        "Devise du coût",
        "Currency of the cost",
        "Moneda del coste",
    ),
    ("currency", "Devise", "Currency", "Moneda"),
    ("day", "Date", "Day", "Fecha"),
    ("description", "Libellé", "Description", "Concepto"),
    ("disbursed", "Versé", "Disbursed", "Desembolsado"),
    ("funder", "Financeur", "Funder", "Financiador"),
    (
        "funder_id",
        "Identifiant du financeur",
        "Funder id",
        "Identificador del financiador",
    ),
    (
        "grant_id",
        "Identifiant de la subvention",
        "Grant id",
        "Identificador de la subvención",
    ),
    ("granted", "Accordé", "Granted", "Concedido"),
    ("id", "Identifiant", "Id", "Identificador"),
    ("incurred_on", "Date de la dépense", "Incurred on", "Fecha del gasto"),
    ("justified", "Justifié", "Justified", "Justificado"),
    ("key", "Clé", "Key", "Clave"),
    ("kind", "Nature", "Kind", "Tipo"),
    ("line", "Ligne", "Line", "Línea"),
    (
        "line_id",
        "Identifiant de la ligne",
        "Line id",
        "Identificador de la línea",
    ),
    (
        "movement_ids",
        "Identifiants des mouvements",
        "Ids of the movements",
        "Identificadores de los movimientos",
    ),
    ("movements", "Mouvements", "Movements", "Movimientos"),
    (
        "movements_amount",
        "Montant des mouvements",
        "Amount of the movements",
        "Importe de los movimientos",
    ),
    ("name", "Nom", "Name", "Nombre"),
    ("net", "Net", "Net", "Neto"),
    ("note", "Note interne", "Internal note", "Nota interna"),
    ("original", "Montant d’origine", "Original amount", "Importe original"),
    (
        "original_currency",
        "Devise d’origine",
        "Original currency",
        "Moneda original",
    ),
    ("outcome", "Résultat", "Outcome", "Resultado"),
    ("paid_on", "Date de paiement", "Paid on", "Fecha de pago"),
    ("passed_on", "Transmis", "Passed on", "Transferido"),
    ("payee", "Bénéficiaire du paiement", "Payee", "Beneficiario del pago"),
    (
        "payee_id",
        "Identifiant du bénéficiaire",
        "Payee id",
        "Identificador del beneficiario",
    ),
    ("payer", "Payeur", "Payer", "Pagador"),
    (
        "payer_id",
        "Identifiant du payeur",
        "Payer id",
        "Identificador del pagador",
    ),
    (
        "pending_committed",
        "Engagé en attente",
        "Committed, waiting",
        "Comprometido, pendiente",
    ),
    (
        "pending_committed_less",
        "Engagé en attente, en moins",
        "Committed, waiting, less",
        "Comprometido, pendiente, en menos",
    ),
    (
        "pending_contributed",
        "Apporté en attente",
        "Contributed, waiting",
        "Aportado, pendiente",
    ),
    (
        "pending_contributed_less",
        "Apporté en attente, en moins",
        "Contributed, waiting, less",
        "Aportado, pendiente, en menos",
    ),
    (
        "pending_disbursed",
        "Versé en attente",
        "Disbursed, waiting",
        "Desembolsado, pendiente",
    ),
    (
        "pending_disbursed_less",
        "Versé en attente, en moins",
        "Disbursed, waiting, less",
        "Desembolsado, pendiente, en menos",
    ),
    (
        "pending_justified",
        "Justifié en attente",
        "Justified, waiting",
        "Justificado, pendiente",
    ),
    (
        "pending_justified_less",
        "Justifié en attente, en moins",
        "Justified, waiting, less",
        "Justificado, pendiente, en menos",
    ),
    (
        "pending_spent",
        "Dépensé en attente",
        "Spent, waiting",
        "Gastado, pendiente",
    ),
    (
        "pending_spent_less",
        "Dépensé en attente, en moins",
        "Spent, waiting, less",
        "Gastado, pendiente, en menos",
    ),
    ("planned", "Prévu", "Planned", "Previsto"),
    ("pledged", "Annoncé", "Pledged", "Anunciado"),
    ("prefinanced", "Préfinancé", "Prefinanced", "Prefinanciado"),
    (
        "rate_id",
        "Identifiant du taux",
        "Rate id",
        "Identificador del tipo de cambio",
    ),
    ("rates", "Taux utilisés", "Rates used", "Tipos utilizados"),
    ("received", "Reçu", "Received", "Recibido"),
    (
        "recorded_at",
        "Enregistré le (UTC)",
        "Recorded at (UTC)",
        "Registrado el (UTC)",
    ),
    ("reference", "Référence", "Reference", "Referencia"),
    ("refused", "Refusé", "Refused", "Rechazado"),
    ("reverses", "Annule", "Reverses", "Revierte"),
    ("signed_amount", "Montant signé", "Signed amount", "Importe con signo"),
    ("spent", "Dépensé", "Spent", "Gastado"),
    (
        "statement_line",
        "Ligne du relevé",
        "Line of the statement",
        "Línea del extracto",
    ),
    ("status", "État", "Status", "Estado"),
    (
        "without_rate",
        "Subventions sans taux",
        "Grants without a rate",
        "Subvenciones sin tipo",
    ),
    ("year", "Année", "Year", "Año"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_known_decides() {
        assert_eq!(title("amount", &["km", "es-MX", "fr"]), "Importe");
        assert_eq!(title("amount", &[]), "Amount");
        assert_eq!(title("unheard_of", &["fr"]), "unheard_of");
    }

    #[test]
    fn titles_are_sorted_and_complete() {
        assert!(TITLES.is_sorted_by_key(|(name, ..)| *name));
        assert!(
            TITLES
                .iter()
                .all(|(_, fr, en, es)| ![fr, en, es].iter().any(|title| title.is_empty()))
        );
    }
}
