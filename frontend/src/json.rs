//! Reads answers of the API. The reader is small rather than exact: what does not fit is unreadable, and nobody is told
//! where. The code that serde derives for each type is half as large with it as with serde_json's own, which looks for
//! lists in the place of objects and writes a sentence for every fault.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, Expected, Unexpected, Visitor};
use serde::de::{MapAccess, SeqAccess};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// Why a text is no answer: it is not. Without a value, so that nothing has to be built or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// Reads a typed answer.
///
/// # Errors
/// When the text is no JSON or does not fit the type.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(Node(&parse(text)?))
}

fn parse(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|_| Unreadable)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// A value of JSON.
#[derive(Clone, Copy)]
struct Node<'de>(&'de Value);

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => Err(Unreadable),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields {
                fields: fields.iter(),
                value: &Value::Null,
            }),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::String(text) => Name(text).deserialize_enum(name, variants, visitor),
            // The API has no variant with a value of its own.
            _ => Err(Unreadable),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct identifier
    }
}

/// The name of a field or of a variant.
struct Name<'de>(&'de str);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(serde::de::value::BorrowedStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de>(std::slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        match self.0.next() {
            Some(item) => seed.deserialize(Node(item)).map(Some),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields<'de> {
    fields: <&'de Map<String, Value> as IntoIterator>::IntoIter,
    value: &'de Value,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        match self.fields.next() {
            Some((name, value)) => {
                self.value = value;
                seed.deserialize(Name(name)).map(Some)
            }
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        seed.deserialize(Node(self.value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use parvis_domain::LocalisedText;
    use parvis_domain::accounts::MemberRole;
    use parvis_wire::accounts::MyMembership;
    use parvis_wire::budgets::Tranche;
    use parvis_wire::events::Event;
    use parvis_wire::{Page, Problem};
    use serde_json::json;

    use super::*;

    fn same<T: DeserializeOwned + std::fmt::Debug>(value: &Value) {
        let ours: T = read(&value.to_string()).unwrap();
        let theirs: T = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    }

    #[test]
    fn answers_are_read_as_serde_json_reads_them() {
        same::<LocalisedText>(&json!({"fr": "Budget", "en": "Budget"}));
        same::<BTreeMap<String, Option<i64>>>(&json!({"a": 1, "b": null, "c": -3}));
        same::<Vec<MemberRole>>(&json!(["coordinator", "budget_officer"]));
        same::<(bool, f64, u8)>(&json!([true, 1.5, 7]));
        same::<MyMembership>(&json!({
            "programme_id": "01890a5d-ac96-774b-bcce-b302099a8057", "role": "partner",
            "partner_id": "01890a5d-ac96-774b-bcce-b302099a8058", "of_a_later_version": [{}]
        }));
    }

    /// A condition and where it stands are one object on the wire.
    #[test]
    fn a_condition_is_read_with_its_assessment() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        same::<Tranche>(&json!({
            "id": id, "grant_id": id, "title": null, "position": 1, "amount": {"amount": "10.00", "currency": "EUR"},
            "due_on": "2026-10-12", "is_final": true, "state": "waiting", "settlement": null, "released_on": null,
            "created_at": "2026-01-01T00:00:00Z", "version": 1,
            "conditions": [{"kind": "progress", "at_least": "70", "met": false, "explanation": "69 % of 70 %",
                "values": {"measured": "69"}, "of_a_later_version": 1}]
        }));
    }

    #[test]
    fn what_does_not_fit_is_unreadable() {
        assert_eq!(read::<Problem>("<html>"), Err(Unreadable));
        assert_eq!(read::<MemberRole>("\"emperor\""), Err(Unreadable));
        assert_eq!(read::<Vec<u8>>("[300]"), Err(Unreadable));
        assert!(read::<Page<Event>>(r#"{"items": {}, "next": null}"#).is_err());
        assert!(read::<MyMembership>("[]").is_err());
    }
}
