//! Places.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::ids::PlaceId;
use parvis_domain::places::{self as domain, Figure, FigureKind, PlaceKind};
use parvis_domain::{Code, Faults, LocalisedText, Period, period, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The most figures of one place.
const FIGURES_MAX: usize = 200;

/// A place to be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "code": "QP031006", "generation": "QP 2015", "name": {"fr": "Bellefontaine"}, "kind": "neighbourhood", "country": "FR", "starts_on": "2015-01-01"
})))]
pub struct NewPlace {
    /// Official code, unique within its generation.
    #[cfg_attr(feature = "openapi", schema(max_length = 40))]
    pub code: String,
    /// Which list the code belongs to, such as `QP 2015`.
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub generation: String,
    /// Name.
    pub name: LocalisedText,
    /// Kind.
    pub kind: PlaceKind,
    /// The place that it lies in.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    /// Country, ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub country: String,
    /// Contour: a GeoJSON Polygon or MultiPolygon in WGS 84.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub contour: Option<Value>,
    /// What is to be known about the contour: its source, or that it is only rough.
    #[serde(default)]
    pub contour_note: Option<String>,
    /// Since when the place exists.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Until when.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// Figures with date and source; different sources stand side by side.
    #[serde(default)]
    pub figures: Vec<NewFigure>,
}

/// A figure about a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"kind": "households", "value": "563", "unit": null, "as_of": "2019-12-03", "source": "Accord de partenariat"})))]
pub struct NewFigure {
    /// What it says.
    pub kind: FigureKind,
    /// The value as it was published.
    pub value: String,
    /// Its unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// The day for which it holds.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub as_of: String,
    /// Who published it, where.
    pub source: String,
}

patch! {
    /// Changes to a place. `figures` is replaced as a whole.
    PlacePatch of NewPlace {
        must { code: String, generation: String, name: LocalisedText, kind: PlaceKind, country: String, starts_on: String, figures: Vec<NewFigure>, }
        may { parent_id: Uuid, contour: Value, contour_note: String, ends_on: String, }
    }
}

impl NewPlace {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::PlaceContent, Faults> {
        let mut faults = Faults::new();
        let code = faults.keep(text::code("/code", &self.code));
        let generation = faults.keep(text::line("/generation", &self.generation, text::REFERENCE_MAX));
        let name = faults.keep_all(self.name.check_line("/name", text::NAME_MAX));
        let country = faults.keep(domain::country("/country", &self.country));
        let note = faults.keep(text::optional_paragraph(
            "/contour_note",
            self.contour_note.as_deref(),
            text::TEXT_MAX,
        ));
        let validity = faults.keep_all(Period::check("", &self.starts_on, self.ends_on.as_deref()));
        if let Some(contour) = &self.contour {
            faults.keep(domain::check_contour("/contour", contour));
        }
        if self.figures.len() > FIGURES_MAX {
            faults.add(
                Code::TooMany,
                "/figures",
                format!("At most {FIGURES_MAX} figures are allowed."),
            );
        }
        let figures = self
            .figures
            .iter()
            .enumerate()
            .map(|(i, figure)| faults.keep_all(figure.check(&format!("/figures/{i}"))));
        let figures: Vec<Option<Figure>> = figures.collect();
        let checked = (|| {
            Some(domain::PlaceContent {
                code: code?,
                generation: generation?,
                name: name?,
                kind: self.kind,
                parent: self.parent_id.map(PlaceId),
                country: country?,
                contour: self.contour.clone(),
                contour_note: note?,
                validity: validity?,
                figures: figures.into_iter().collect::<Option<_>>()?,
            })
        })();
        faults.finish(checked)
    }
}

impl NewFigure {
    fn check(&self, at: &str) -> Result<Figure, Faults> {
        let mut faults = Faults::new();
        let value = faults.keep(text::line(&format!("{at}/value"), &self.value, text::REFERENCE_MAX));
        let unit = faults.keep(text::optional_line(
            &format!("{at}/unit"),
            self.unit.as_deref(),
            text::REFERENCE_MAX,
        ));
        let as_of = faults.keep(period::date(&format!("{at}/as_of"), &self.as_of));
        let source = faults.keep(text::line(&format!("{at}/source"), &self.source, text::NAME_MAX));
        let checked = (|| {
            Some(Figure {
                kind: self.kind,
                value: value?,
                unit: unit?,
                as_of: as_of?,
                source: source?,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&Figure> for NewFigure {
    fn from(figure: &Figure) -> Self {
        Self {
            kind: figure.kind,
            value: figure.value.clone(),
            unit: figure.unit.clone(),
            as_of: figure.as_of.to_string(),
            source: figure.source.clone(),
        }
    }
}

impl From<&domain::PlaceContent> for NewPlace {
    /// The content as it would arrive, to lay a patch over.
    fn from(content: &domain::PlaceContent) -> Self {
        Self {
            code: content.code.clone(),
            generation: content.generation.clone(),
            name: content.name.clone(),
            kind: content.kind,
            parent_id: content.parent.map(Into::into),
            country: content.country.clone(),
            contour: content.contour.clone(),
            contour_note: content.contour_note.clone(),
            starts_on: content.validity.starts_on.to_string(),
            ends_on: content.validity.ends_on.map(|day| day.to_string()),
            figures: content.figures.iter().map(NewFigure::from).collect(),
        }
    }
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// Its id.
    pub id: Uuid,
    /// Official code.
    pub code: String,
    /// Which list the code belongs to.
    pub generation: String,
    /// Name.
    pub name: LocalisedText,
    /// Kind.
    pub kind: PlaceKind,
    /// The place that it lies in.
    pub parent_id: Option<Uuid>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Contour in GeoJSON; lists leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub contour: Option<Value>,
    /// What is to be known about the contour.
    pub contour_note: Option<String>,
    /// Since when it exists.
    pub starts_on: NaiveDate,
    /// Until when.
    pub ends_on: Option<NaiveDate>,
    /// Figures with date and source.
    pub figures: Vec<Figure>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}
