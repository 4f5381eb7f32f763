//! What an evaluation says, in a sentence that a person understands.

use super::{Bound, CofinancingKind, Evaluation, Limit, Outcome, Subject};
use crate::choices::choices;
use crate::money::Money;
use crate::partners::PartnerKind;
use crate::percentage::Percentage;

choices! {
    /// The languages in which rules are explained.
    Language {
        /// French.
        French = "fr",
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
    }
}

impl Language {
    /// The first wanted language that is spoken here, by its primary tag; English where none is.
    #[must_use]
    pub fn best(wanted: &[&str]) -> Self {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        wanted
            .iter()
            .find_map(|tag| Self::parse(&primary(tag)))
            .unwrap_or(Self::English)
    }

    /// An amount: `1 250,00 EUR`, `EUR 1,250.00`, `1,250.00 EUR`, with narrow spaces that do not break.
    #[must_use]
    pub fn money(self, money: Money) -> String {
        let decimal = money.decimal();
        let (sign, unsigned) = decimal
            .strip_prefix('-')
            .map_or(("", decimal.as_str()), |rest| ("\u{2212}", rest));
        let (units, cents) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let (group, point) = match self {
            Self::French => ("\u{202f}", ","),
            Self::English | Self::Spanish => (",", "."),
        };
        let mut figure = grouped(units, group);
        if !cents.is_empty() {
            figure.push_str(point);
            figure.push_str(cents);
        }
        match self {
            Self::English => format!("{}\u{202f}{sign}{figure}", money.currency),
            Self::French | Self::Spanish => format!("{sign}{figure}\u{202f}{}", money.currency),
        }
    }

    /// A percentage: `12,5 %`, `12.5%`, `12.5 %`.
    #[must_use]
    pub fn percent(self, percent: Percentage) -> String {
        match self {
            Self::French => format!("{}\u{202f}%", percent.to_string().replace('.', ",")),
            Self::English => format!("{percent}%"),
            Self::Spanish => format!("{percent}\u{202f}%"),
        }
    }
}

/// Whole units in groups of three.
fn grouped(units: &str, separator: &str) -> String {
    let mut text = String::new();
    for (i, digit) in units.chars().enumerate() {
        if i > 0 && (units.len() - i).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

/// The sentences of one language, with the places of their values.
struct Words {
    undetermined: &'static str,
    nothing: &'static str,
    funder_share: &'static str,
    in_kind_share: &'static str,
    line: &'static str,
    category: &'static str,
    category_share: &'static str,
    shift: &'static str,
    total: &'static str,
    at_least: &'static str,
    at_most: &'static str,
    missing: &'static str,
    too_much: &'static str,
    untitled: &'static str,
}

const FRENCH: Words = Words {
    undetermined: "Aucun taux de change n’est connu de {from} vers {to} : la règle ne peut pas être vérifiée.",
    nothing: "Il n’y a encore rien à vérifier.",
    funder_share: "{subject} : {actual} sur un coût de {whole}, soit {percent}.",
    in_kind_share: "{subject} apporte {actual} en nature sur {whole}, soit {percent}.",
    line: "La ligne « {subject} » reçoit {actual} en numéraire.",
    category: "La catégorie « {subject} » coûte {actual}.",
    category_share: "La catégorie « {subject} » coûte {actual} sur {whole}, soit {percent}.",
    shift: "La catégorie « {subject} » a bougé de {actual} sur les {whole} déposés, soit {percent}.",
    total: "Le coût total est de {actual}.",
    at_least: " Il faut au moins {bound}",
    at_most: " Le maximum est de {bound}",
    missing: " ; il manque {difference}",
    too_much: " ; il y a {difference} de trop",
    untitled: "sans titre",
};

const ENGLISH: Words = Words {
    undetermined: "No exchange rate from {from} to {to} is known: the rule cannot be checked.",
    nothing: "There is nothing to check yet.",
    funder_share: "{subject}: {actual} of a cost of {whole}, that is {percent}.",
    in_kind_share: "{subject} brings {actual} in kind of {whole}, that is {percent}.",
    line: "The line “{subject}” gets {actual} in cash.",
    category: "The category “{subject}” costs {actual}.",
    category_share: "The category “{subject}” costs {actual} of {whole}, that is {percent}.",
    shift: "The category “{subject}” moved by {actual} of the {whole} that were submitted, that is {percent}.",
    total: "The total cost is {actual}.",
    at_least: " At least {bound} is required",
    at_most: " At most {bound} is allowed",
    missing: "; {difference} is missing",
    too_much: "; that is {difference} too much",
    untitled: "untitled",
};

const SPANISH: Words = Words {
    undetermined: "No se conoce ningún tipo de cambio de {from} a {to}: la regla no se puede verificar.",
    nothing: "Todavía no hay nada que verificar.",
    funder_share: "{subject}: {actual} de un costo de {whole}, es decir, {percent}.",
    in_kind_share: "{subject} aporta {actual} en especie de {whole}, es decir, {percent}.",
    line: "La línea «{subject}» recibe {actual} en efectivo.",
    category: "La categoría «{subject}» cuesta {actual}.",
    category_share: "La categoría «{subject}» cuesta {actual} de {whole}, es decir, {percent}.",
    shift: "La categoría «{subject}» se movió {actual} de los {whole} presentados, es decir, {percent}.",
    total: "El costo total es de {actual}.",
    at_least: " Se requiere al menos {bound}",
    at_most: " El máximo es de {bound}",
    missing: "; faltan {difference}",
    too_much: "; sobran {difference}",
    untitled: "sin título",
};

/// Says what an evaluation found: what there is, what is demanded, and what is short or too much. `categories` gives the
/// name of a category in that language.
#[must_use]
pub fn sentence(evaluation: &Evaluation, language: Language, category: &dyn Fn(&str) -> String) -> String {
    let words = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    };
    if let (Outcome::Undetermined, Some((from, to))) = (evaluation.outcome, evaluation.missing_rate) {
        let text = words.undetermined;
        return text.replace("{from}", from.code()).replace("{to}", to.code());
    }
    let (Some(actual), Some(limit)) = (evaluation.actual, evaluation.limit) else {
        return words.nothing.to_owned();
    };
    let money = |money: Option<Money>| money.map(|money| language.money(money)).unwrap_or_default();
    let fact = fact(words, evaluation)
        .replace(
            "{subject}",
            &subject(evaluation.subject.as_ref(), language, words, category),
        )
        .replace("{actual}", &language.money(actual))
        .replace("{whole}", &money(evaluation.whole))
        .replace(
            "{percent}",
            &evaluation
                .percent
                .map(|share| language.percent(share))
                .unwrap_or_default(),
        );
    let (demand, off, bound) = match limit {
        Limit::AtLeast(bound) => (words.at_least, words.missing, bound),
        Limit::AtMost(bound) => (words.at_most, words.too_much, bound),
    };
    let bound = match bound {
        Bound::Share(share) => language.percent(share),
        Bound::Amount(amount) => language.money(amount),
    };
    let demand = demand.replace("{bound}", &bound);
    let off = match evaluation.difference {
        Some(difference) => off.replace("{difference}", &language.money(difference)),
        None => String::new(),
    };
    format!("{fact}{demand}{off}.")
}

fn fact<'a>(words: &Words, evaluation: &Evaluation) -> &'a str
where
    'static: 'a,
{
    match evaluation.kind {
        CofinancingKind::FunderShare => words.funder_share,
        CofinancingKind::InKindShare => words.in_kind_share,
        CofinancingKind::LineCeiling => words.line,
        CofinancingKind::CategoryCeiling | CofinancingKind::CategoryTarget if evaluation.percent.is_some() => {
            words.category_share
        }
        CofinancingKind::CategoryCeiling | CofinancingKind::CategoryTarget => words.category,
        CofinancingKind::HeadingShift => words.shift,
        CofinancingKind::TotalCost => words.total,
    }
}

fn subject(subject: Option<&Subject>, language: Language, words: &Words, category: &dyn Fn(&str) -> String) -> String {
    match subject {
        None => String::new(),
        Some(Subject::Funder(_, name)) => name.clone(),
        Some(Subject::Line(_, title)) => {
            let best = title.best(&[language.as_str()]);
            best.map_or_else(|| words.untitled.to_owned(), |(_, title)| title.to_owned())
        }
        Some(Subject::Category(code)) => category(code),
        Some(Subject::Kinds(kinds)) => {
            let names: Vec<&str> = kinds.iter().map(|kind| kind_name(*kind, language)).collect();
            let text = names.join(", ");
            let mut letters = text.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// A kind of organisation in the plural, as it stands within a sentence.
fn kind_name(kind: PartnerKind, language: Language) -> &'static str {
    let [french, english, spanish] = match kind {
        PartnerKind::State => ["État", "State", "Estado"],
        PartnerKind::Municipality => ["communes", "municipalities", "municipios"],
        PartnerKind::Intercommunality => ["intercommunalités", "groups of municipalities", "mancomunidades"],
        PartnerKind::Department => ["départements", "departments", "departamentos"],
        PartnerKind::Region => ["régions", "regions", "regiones"],
        PartnerKind::PublicBody => ["établissements publics", "public bodies", "organismos públicos"],
        PartnerKind::SocialLandlord => ["bailleurs sociaux", "social landlords", "arrendadores sociales"],
        PartnerKind::Association => ["associations", "associations", "asociaciones"],
        PartnerKind::InhabitantsGroup => [
            "collectifs d’habitants",
            "groups of inhabitants",
            "grupos de habitantes",
        ],
        PartnerKind::Ngo => ["ONG", "NGOs", "ONG"],
        PartnerKind::University => ["universités", "universities", "universidades"],
        PartnerKind::Funder => ["fondations", "foundations", "fundaciones"],
        PartnerKind::InternationalOrganisation => [
            "organisations internationales",
            "international organisations",
            "organizaciones internacionales",
        ],
        PartnerKind::Company => ["entreprises", "companies", "empresas"],
    };
    match language {
        Language::French => french,
        Language::English => english,
        Language::Spanish => spanish,
    }
}
