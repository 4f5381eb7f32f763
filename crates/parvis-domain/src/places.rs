//! Places: territories with an official code, a contour, and figures that say where they come from.

use chrono::NaiveDate;
use geojson::{GeoJson, GeometryValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::choices::choices;
use crate::error::{Code, Fault};
use crate::ids::PlaceId;
use crate::localised_text::LocalisedText;
use crate::period::Period;

/// The most positions that a contour may have.
pub const POSITIONS_MAX: usize = 10_000;

choices! {
    /// What kind of territory a place is.
    PlaceKind {
        /// A country.
        Country = "country",
        /// A region, a state of a federation.
        Region = "region",
        /// A municipality or a group of them.
        Municipality = "municipality",
        /// A district of a city.
        District = "district",
        /// A neighbourhood.
        Neighbourhood = "neighbourhood",
        /// A single site: a building, a square, a park.
        Site = "site",
    }

    /// What a figure about a place says.
    FigureKind {
        /// Inhabitants.
        Population = "population",
        /// Households or families.
        Households = "households",
        /// Income per person and year, in units of `unit`.
        Income = "income",
        /// Degree of marginality or urban degradation.
        Marginality = "marginality",
        /// Anything else, named in the note.
        Other = "other",
    }
}

/// A figure with its date and source; two sources may differ, and both stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figure {
    /// What it says.
    pub kind: FigureKind,
    /// The value as it was published: `3400`, `high`, `11900.00`.
    pub value: String,
    /// Its unit where it has one: `EUR`, `people`.
    pub unit: Option<String>,
    /// The day for which it holds.
    pub as_of: NaiveDate,
    /// Who published it, where.
    pub source: String,
}

/// A place to be created or its new content, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceContent {
    /// Official code, unique within its generation.
    pub code: String,
    /// Which list the code belongs to, such as `QP 2015` or `QN 2024`.
    pub generation: String,
    /// Name.
    pub name: LocalisedText,
    /// Kind.
    pub kind: PlaceKind,
    /// The place that it lies in.
    pub parent: Option<PlaceId>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Contour: a GeoJSON Polygon or MultiPolygon.
    pub contour: Option<Value>,
    /// What is to be known about the contour: its source, or that it is only rough.
    pub contour_note: Option<String>,
    /// Since when and until when the place exists.
    pub validity: Period,
    /// Figures with their sources.
    pub figures: Vec<Figure>,
}

/// Checks a contour: a Polygon or MultiPolygon in WGS 84 with closed rings (RFC 7946).
///
/// # Errors
/// `contour_invalid`, saying what is wrong and in which ring.
pub fn check_contour(pointer: &str, contour: &Value) -> Result<(), Fault> {
    let invalid = |detail: String| Fault::new(Code::ContourInvalid, pointer, detail);
    let parsed = serde_json::from_value::<GeoJson>(contour.clone())
        .map_err(|_| invalid("Not a GeoJSON geometry.".to_owned()))?;
    let GeoJson::Geometry(geometry) = parsed else {
        return Err(invalid(
            "A geometry is asked for, not a feature or a collection.".to_owned(),
        ));
    };
    let polygons = match &geometry.value {
        GeometryValue::Polygon { coordinates } => vec![coordinates.as_slice()],
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().map(Vec::as_slice).collect(),
        _ => return Err(invalid("A contour is a Polygon or a MultiPolygon.".to_owned())),
    };
    let mut rings = polygons.iter().flat_map(|rings| rings.iter());
    if polygons.is_empty() || polygons.iter().any(|rings| rings.is_empty()) {
        return Err(invalid("A polygon has at least one ring.".to_owned()));
    }
    if rings.clone().map(Vec::len).sum::<usize>() > POSITIONS_MAX {
        return Err(invalid(format!("At most {POSITIONS_MAX} positions are allowed.")));
    }
    rings.try_for_each(|ring| {
        check_ring(ring.iter().map(|position| position.as_slice())).map_err(|why| invalid(why.to_owned()))
    })
}

fn check_ring<'a>(mut positions: impl Iterator<Item = &'a [f64]> + Clone) -> Result<(), &'static str> {
    let count = positions.clone().count();
    if count < 4 || positions.clone().next() != positions.clone().last() {
        return Err("A ring has at least four positions and ends where it starts.");
    }
    let on_earth = |p: &[f64]| match p {
        [lon, lat] | [lon, lat, _] => (-180.0..=180.0).contains(lon) && (-90.0..=90.0).contains(lat),
        _ => false,
    };
    if positions.all(on_earth) {
        Ok(())
    } else {
        Err("A position is [longitude, latitude] in WGS 84 degrees.")
    }
}

/// A country code of ISO 3166-1 alpha-2 in its form: two capital letters that are assigned.
///
/// # Errors
/// `country_unknown`.
pub fn country(pointer: &str, code: &str) -> Result<String, Fault> {
    if code.len() == 2 && COUNTRIES.as_bytes().chunks(3).any(|c| c.starts_with(code.as_bytes())) {
        return Ok(code.to_owned());
    }
    Err(Fault::new(
        Code::CountryUnknown,
        pointer,
        "A code of ISO 3166-1 alpha-2, such as FR, MX or KH.",
    ))
}

/// The assigned codes of ISO 3166-1 alpha-2, a blank after each.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(contour: Value) -> String {
        check_contour("/contour", &contour).unwrap_err().detail
    }

    #[test]
    fn a_contour_is_a_closed_polygon_on_earth() {
        let square = json!({"type": "Polygon", "coordinates": [[[1.4, 43.5], [1.5, 43.5], [1.5, 43.6], [1.4, 43.5]]]});
        assert!(check_contour("/contour", &square).is_ok());
        let open = json!({"type": "Polygon", "coordinates": [[[1.4, 43.5], [1.5, 43.5], [1.5, 43.6], [1.4, 43.6]]]});
        assert!(wrong(open).contains("ends where it starts"));
        let away =
            json!({"type": "Polygon", "coordinates": [[[200.0, 43.5], [1.5, 43.5], [1.5, 43.6], [200.0, 43.5]]]});
        assert!(wrong(away).contains("WGS 84"));
        assert!(wrong(json!({"type": "Point", "coordinates": [1.0, 2.0]})).contains("Polygon"));
        assert!(wrong(json!({"type": "Polygon", "coordinates": []})).contains("at least one ring"));
        assert!(wrong(json!("x")).contains("GeoJSON"));
    }

    #[test]
    fn countries_are_those_assigned() {
        assert!(country("", "KH").is_ok() && country("", "MX").is_ok() && country("", "ZW").is_ok());
        for wrong in ["XX", "fr", "FRA", "", "F ", "é"] {
            assert!(country("", wrong).is_err(), "{wrong}");
        }
    }
}
