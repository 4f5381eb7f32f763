//! Closed lists of words: the same text on the wire, in the database and in the rules.

/// Declares an enumeration with its stable texts. They are token trees, not literals: a derive does not look into the latter.
macro_rules! choices {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $text:tt,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[doc = $vdoc])+ #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// All of them, in the order of the field.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The stable text.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $text,)+ } }

            /// The value whose text this is.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some($name::$variant),)+ _ => None } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    )+};
}

pub(crate) use choices;
