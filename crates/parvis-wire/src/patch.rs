//! Merge patches (RFC 7396): absent, null and value are three different things.

use parvis_domain::{Code, Faults};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One field of a PATCH.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Absent,
    /// Null: is taken away.
    Null,
    /// A new value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field is not mentioned.
    pub fn is_absent(&self) -> bool {
        matches!(self, Patch::Absent)
    }

    /// The value of a field that must stay: null is a fault.
    pub fn must(self, pointer: &str, current: T, faults: &mut Faults) -> T {
        match self {
            Patch::Absent => current,
            Patch::Value(value) => value,
            Patch::Null => {
                faults.add(
                    Code::Required,
                    pointer,
                    "This cannot be taken away; leave the field out to keep its value.",
                );
                current
            }
        }
    }

    /// The value of a field that may be taken away.
    pub fn may(self, current: Option<T>) -> Option<T> {
        match self {
            Patch::Absent => current,
            Patch::Null => None,
            Patch::Value(value) => Some(value),
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Patch::Absent | Patch::Null => serializer.serialize_none(),
            Patch::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    /// Only called where the field is mentioned; an absent one takes the default.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Patch::Null, Patch::Value))
    }
}

/// Declares the PATCH of a request: the same fields, each of which may be absent. `must` fields cannot be null, `may`
/// fields can. `onto` lays the patch over the current content, which is then checked as a whole.
macro_rules! patch {
    ($(#[doc = $doc:literal])+ $name:ident of $new:ident { must { $($must:ident: $must_type:ty,)* } may { $($may:ident: $may_type:ty,)* } }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            $(
                #[doc = concat!("New value of `", stringify!($must), "`.")]
                #[serde(skip_serializing_if = "crate::Patch::is_absent")]
                #[cfg_attr(feature = "openapi", schema(value_type = $must_type, required = false))]
                pub $must: crate::Patch<$must_type>,
            )*
            $(
                #[doc = concat!("New value of `", stringify!($may), "`; null takes it away.")]
                #[serde(skip_serializing_if = "crate::Patch::is_absent")]
                #[cfg_attr(feature = "openapi", schema(value_type = Option<$may_type>, required = false))]
                pub $may: crate::Patch<$may_type>,
            )*
        }

        impl $name {
            /// Lays the patch over the current content.
            ///
            /// # Errors
            /// `required` for every null on a field that must stay.
            pub fn onto(self, current: $new) -> Result<$new, parvis_domain::Faults> {
                #[allow(unused_mut, reason = "a patch may have no field that must stay")]
                let mut faults = parvis_domain::Faults::new();
                #[allow(clippy::needless_update, reason = "a patch may cover every field")]
                let patched = $new {
                    $($must: self.$must.must(concat!("/", stringify!($must)), current.$must, &mut faults),)*
                    $($may: self.$may.may(current.$may),)*
                    ..current
                };
                faults.finish(Some(patched))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    pub(super) struct NewThing {
        pub(super) name: String,
        pub(super) note: Option<String>,
        pub(super) kept: u8,
    }

    patch! {
        /// A patch.
        ThingPatch of NewThing { must { name: String, } may { note: String, } }
    }

    fn patched(json: &str) -> Result<NewThing, Faults> {
        let current = NewThing {
            name: "a".into(),
            note: Some("n".into()),
            kept: 7,
        };
        serde_json::from_str::<ThingPatch>(json).unwrap().onto(current)
    }

    #[test]
    fn absent_null_and_value_differ() {
        let thing = patched("{}").unwrap();
        assert_eq!(
            (thing.name.as_str(), thing.note.as_deref(), thing.kept),
            ("a", Some("n"), 7)
        );
        assert_eq!(patched(r#"{"note": null}"#).unwrap().note, None);
        assert_eq!(patched(r#"{"note": "m", "name": "b"}"#).unwrap().name, "b");
        assert_eq!(patched(r#"{"name": null}"#).unwrap_err().0[0].code, Code::Required);
        assert_eq!(
            serde_json::to_string(&ThingPatch {
                note: Patch::Null,
                ..Default::default()
            })
            .unwrap(),
            r#"{"note":null}"#
        );
        assert!(serde_json::from_str::<ThingPatch>(r#"{"other": 1}"#).is_err());
    }
}
