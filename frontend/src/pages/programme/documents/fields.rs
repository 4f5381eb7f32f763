//! What is said of a document: its fields.

use leptos::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::documents::{DocumentKind, DocumentVisibility, ObjectKind};
use parvis_wire::Patch;
use parvis_wire::documents::{AttachedObject, Document, DocumentPatch, NewDocument};
use uuid::Uuid;

use super::KIND;
use crate::components::{Choice, DateField, Form, SelectField, TextArea, TextField};
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{I18n, document_kind, document_visibility, plain, say, tag, words};

/// What stands in the fields.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// Its title.
    pub(super) title: RwSignal<String>,
    description: RwSignal<String>,
    kind: RwSignal<String>,
    language: RwSignal<String>,
    visibility: RwSignal<String>,
    dated_on: RwSignal<String>,
}

impl Fields {
    /// Of a document that is not there yet.
    pub(super) fn empty() -> Self {
        let text = || RwSignal::new(String::new());
        let fields = Self {
            title: text(),
            description: text(),
            kind: text(),
            language: text(),
            visibility: text(),
            dated_on: text(),
        };
        fields.clear();
        fields
    }

    /// Of one that is.
    pub(super) fn of(i18n: I18n, document: &Document) -> Self {
        let fields = Self::empty();
        fields.title.set(plain(i18n, &document.title));
        fields.description.set(plain(i18n, &document.description));
        fields.kind.set(document.kind.to_string());
        fields.language.set(document.language.clone().unwrap_or_default());
        fields.visibility.set(document.visibility.to_string());
        fields
            .dated_on
            .set(document.dated_on.map(date_text).unwrap_or_default());
        fields
    }

    /// Takes away what was typed.
    pub(super) fn clear(self) {
        [self.title, self.description, self.language, self.dated_on]
            .into_iter()
            .for_each(|field| field.set(String::new()));
        self.kind.set(KIND.to_string());
        self.visibility.set(DocumentVisibility::Members.to_string());
    }

    /// What is sent. Texts in other languages than the app's are kept; one that is shown for want of the app's language
    /// and that nobody changed is not taken for a translation.
    pub(super) fn request(self, i18n: I18n, before: Option<&Document>) -> NewDocument {
        let language = tag(i18n.get_locale_untracked());
        let text = |old: Option<&LocalisedText>, field: RwSignal<String>| {
            let (old, typed) = (old.cloned().unwrap_or_default(), field.get_untracked());
            match typed == untrack(|| plain(i18n, &old)) {
                true => old,
                false => texts::in_languages(&old, &[(language, typed)]),
            }
        };
        let description = text(before.map(|before| &before.description), self.description);
        NewDocument {
            upload_id: Uuid::nil(),
            title: text(before.map(|before| &before.title), self.title),
            description: (!description.is_empty()).then_some(description),
            kind: DocumentKind::parse(&self.kind.get_untracked()).unwrap_or(KIND),
            language: texts::optional(&self.language.get_untracked()),
            visibility: DocumentVisibility::parse(&self.visibility.get_untracked())
                .unwrap_or(DocumentVisibility::Members),
            dated_on: texts::optional_date(&self.dated_on.get_untracked()),
            attached_to: before.map(|before| before.attached_to.clone()).unwrap_or_default(),
        }
    }
}

/// The change that leads to a request; what it is attached to stays.
pub(super) fn patch(request: NewDocument) -> DocumentPatch {
    fn may<T>(value: Option<T>) -> Patch<T> {
        value.map_or(Patch::Null, Patch::Value)
    }
    DocumentPatch {
        title: Patch::Value(request.title),
        kind: Patch::Value(request.kind),
        visibility: Patch::Value(request.visibility),
        attached_to: Patch::Absent,
        description: may(request.description),
        language: may(request.language),
        dated_on: may(request.dated_on),
    }
}

/// What a new document is attached to: the object that the library was opened for, else the programme.
pub(super) fn attached(asked: Option<AttachedObject>, programme: Uuid) -> Vec<AttachedObject> {
    let whole = AttachedObject {
        kind: ObjectKind::Programme,
        id: programme,
    };
    vec![asked.unwrap_or(whole)]
}

/// Languages that documents are often written in, by their own names.
const LANGUAGES: [(&str, &str); 12] = [
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("km", "ខ្មែរ"),
    ("nl", "Nederlands"),
    ("pt", "Português"),
    ("tr", "Türkçe"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// A language by its own name, or by its tag.
pub(super) fn language_name(tag: &str) -> String {
    let known = LANGUAGES.iter().find(|(known, _)| *known == tag);
    known.map_or(tag, |(_, name)| name).to_owned()
}

/// The kinds of documents.
pub(super) fn kinds(i18n: I18n) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        DocumentKind::ALL
            .iter()
            .map(|kind| Choice::new(kind, document_kind(i18n, *kind)))
            .collect()
    })
}

/// Who may read documents.
pub(super) fn visibilities(i18n: I18n) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        DocumentVisibility::ALL
            .iter()
            .map(|visibility| Choice::new(visibility, document_visibility(i18n, *visibility)))
            .collect()
    })
}

/// The fields.
#[component]
pub(super) fn DocumentFields(form: Form, fields: Fields) -> impl IntoView {
    let i18n = words();
    // One that nobody offers here stays a choice, so that saving something else does not lose it.
    let own = fields.language.get_untracked();
    let offered = LANGUAGES.iter().any(|(tag, _)| *tag == own);
    let languages = LANGUAGES
        .iter()
        .map(|(tag, name)| Choice::new(tag, name))
        .chain((!offered && !own.is_empty()).then(|| Choice::new(&own, &own)))
        .collect::<Vec<_>>();
    view! {
        <TextField form pointer="/title" label=move || say!(i18n, documents.name) value=fields.title required=true/>
        <SelectField form pointer="/kind" label=move || say!(i18n, documents.kind) value=fields.kind choices=kinds(i18n)/>
        <SelectField form pointer="/visibility" label=move || say!(i18n, documents.visibility) value=fields.visibility choices=visibilities(i18n)/>
        <DateField form pointer="/dated_on" label=move || say!(i18n, documents.dated_on) value=fields.dated_on/>
        <SelectField form pointer="/language" label=move || say!(i18n, documents.language) value=fields.language choices=Signal::stored(languages) none=move || say!(i18n, form.none)/>
        <TextArea form pointer="/description" label=move || say!(i18n, documents.description) value=fields.description/>
    }
}
