//! Parameters of the query, and the ones that every list has.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use parvis_domain::{Code, Fault};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// The parameters of an operation. Unknown ones are refused, not ignored.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T> std::ops::Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self).map_err(ApiError::from))
    }
}

/// Reads a query string.
///
/// # Errors
/// `parameter_invalid` at the name of the first parameter that cannot be read.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|_| Fault::new(Code::ParameterInvalid, "", "The query cannot be read."))?;
    if let Some((name, _)) = pairs
        .iter()
        .find(|(name, value)| name.contains('\0') || value.contains('\0'))
    {
        return Err(Fault::new(
            Code::ParameterInvalid,
            name.replace('\0', ""),
            "The character U+0000 is not allowed.",
        ));
    }
    let values = serde::de::value::MapDeserializer::new(pairs.into_iter().map(|(name, value)| (name, Text(value))));
    serde_path_to_error::deserialize(values).map_err(|error| {
        let message = error.inner().to_string();
        let named = message.split('`').nth(1).filter(|_| message.contains("field"));
        let name = named.map_or_else(|| error.path().to_string(), str::to_owned);
        let detail = match message.split_once(' ').map_or("", |(first, _)| first) {
            "unknown" if named.is_some() => format!("There is no parameter {name} here."),
            "duplicate" => format!("The parameter {name} stands twice."),
            _ => format!("The parameter {name} cannot be read: {message}."),
        };
        Fault::new(Code::ParameterInvalid, name, detail)
    })
}

/// A value of the query: text that becomes what its field asks for.
#[derive(Debug)]
struct Text(String);

impl serde::de::IntoDeserializer<'_, serde::de::value::Error> for Text {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! read_as {
    ($($method:ident, $visit:ident, $name:literal;)+) => {$(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let value = self.0.parse().map_err(|_| serde::de::Error::custom(concat!("expected ", $name)))?;
            visitor.$visit(value)
        }
    )+};
}

impl<'de> serde::Deserializer<'de> for Text {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::IntoDeserializer;
        IntoDeserializer::<Self::Error>::into_deserializer(self.0).deserialize_enum(name, variants, visitor)
    }

    read_as! {
        deserialize_bool, visit_bool, "true or false";
        deserialize_i32, visit_i32, "a whole number";
        deserialize_i64, visit_i64, "a whole number";
        deserialize_u32, visit_u32, "a whole number";
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// What every list can be asked for.
pub trait ListQuery: Serialize {
    /// How many items.
    fn limit(&self) -> Option<i64>;
    /// From where.
    fn cursor(&self) -> Option<&str>;
    /// In which order.
    fn sort(&self) -> Option<&str>;
    /// Whether the total is wanted.
    fn count(&self) -> bool;
}

/// Declares the parameters of a list: its own filters, and those that every list has. `sort` is the pattern of the
/// orders that it offers. `filters` names a second type that has the filters alone, for the same things in a table.
macro_rules! list_query {
    ($(#[doc = $doc:literal])+ $name:ident, filters $filters:ident, sort $pattern:literal { $($(#[doc = $fdoc:literal])+ $field:ident: $type:ty,)* }) => {
        $crate::http::query::list_query! {
            $(#[doc = $doc])+
            $name, sort $pattern { $($(#[doc = $fdoc])+ $field: $type,)* }
        }

        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $filters {
            $($(#[doc = $fdoc])+ #[param(inline)] pub $field: Option<$type>,)*
        }

        impl From<$filters> for $name {
            fn from(of: $filters) -> Self {
                Self { $($field: of.$field,)* ..Self::default() }
            }
        }
    };
    ($(#[doc = $doc:literal])+ $name:ident, sort $pattern:literal { $($(#[doc = $fdoc:literal])+ $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, serde::Deserialize, serde::Serialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[doc = $fdoc])+ #[param(inline)] #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
            /// The order; a leading `-` reverses it.
            #[param(pattern = $pattern)]
            pub sort: Option<String>,
            /// How many items at most.
            #[param(minimum = 1, maximum = 200)]
            pub limit: Option<i64>,
            /// Where to go on: `next` of the page before.
            pub cursor: Option<String>,
            /// Whether to count all items.
            pub count: Option<bool>,
        }

        impl $crate::http::query::ListQuery for $name {
            fn limit(&self) -> Option<i64> { self.limit }
            fn cursor(&self) -> Option<&str> { self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) }
            fn sort(&self) -> Option<&str> { self.sort.as_deref() }
            fn count(&self) -> bool { self.count.unwrap_or(false) }
        }
    };
}
pub(crate) use list_query;

/// Cuts a search to what is sensible.
///
/// # Errors
/// `parameter_invalid` for more than 200 characters.
pub fn search(q: Option<&str>) -> Result<Option<String>, Fault> {
    match q.map(str::trim) {
        None | Some("") => Ok(None),
        Some(q) if q.chars().count() <= 200 => Ok(Some(q.to_owned())),
        Some(_) => Err(Fault::new(
            Code::ParameterInvalid,
            "q",
            "A search has at most 200 characters.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_domain::partners::PartnerKind;
    use uuid::Uuid;

    list_query! {
        /// A list.
        Things, sort r"^-?(name)$" {
            /// Kind.
            kind: PartnerKind,
            /// Owner.
            owner: Uuid,
            /// Search.
            q: String,
        }
    }

    #[test]
    fn parameters_are_typed_and_named() {
        let query = "kind=association&owner=01890a5d-ac96-774b-bcce-b302099a8057&q=a%20b&limit=3&count=true";
        let things: Things = parse(query).unwrap();
        assert_eq!(
            (things.kind, things.q.as_deref(), things.limit()),
            (Some(PartnerKind::Association), Some("a b"), Some(3))
        );
        assert!(things.count() && things.owner.is_some());
        for (wrong, name) in [
            ("limit=x", "limit"),
            ("count=1", "count"),
            ("kind=club", "kind"),
            ("owner=1", "owner"),
            ("other=1", "other"),
            ("q=1&q=2", "q"),
            ("q=%00", "q"),
        ] {
            let fault = parse::<Things>(wrong).unwrap_err();
            assert_eq!(
                (fault.code, fault.pointer.as_str()),
                (Code::ParameterInvalid, name),
                "{wrong}: {}",
                fault.detail
            );
        }
    }
}
