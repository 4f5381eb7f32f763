//! Problems as RFC 9457 writes them.

use std::collections::BTreeMap;

use parvis_domain::{Code, DomainError, Fault};
use serde::{Deserialize, Serialize};

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "type": "/api/problems#committed_exceeds_available", "title": "More than is available", "status": 422,
    "code": "committed_exceeds_available", "detail": "On 2023-03-14, 100.00 EUR is available on this share; 200.00 EUR was asked.",
    "instance": "/api/v1/budgets/01890a5d-ac96-774b-bcce-b302099a8057/movements", "request_id": "01890a5d-ac96-774b-bcce-b302099a8058",
    "errors": [{"pointer": "/amount", "code": "committed_exceeds_available", "detail": "On 2023-03-14, 100.00 EUR is available on this share; 200.00 EUR was asked.", "params": {"available": "100.00 EUR", "on": "2023-03-14"}}]
})))]
pub struct Problem {
    /// Where the code is documented.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code, one of the closed list.
    pub code: String,
    /// One English sentence about this occurrence.
    pub detail: String,
    /// The address that was asked.
    pub instance: String,
    /// The id under which the log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Every faulty value.
    #[serde(default)]
    pub errors: Vec<FieldProblem>,
}

/// One faulty value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// JSON pointer into the body, or the name of the parameter.
    pub pointer: String,
    /// The stable code.
    pub code: String,
    /// One English sentence that says what is allowed.
    pub detail: String,
    /// The values concerned, for programs and translations: `available`, `max`, `allowed`…
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl Problem {
    /// The problem of a code.
    #[must_use]
    pub fn new(code: Code, status: u16, detail: impl Into<String>, instance: impl Into<String>) -> Self {
        Self {
            kind: format!("/api/problems#{}", code.as_str()),
            title: code.title().to_owned(),
            status,
            code: code.as_str().to_owned(),
            detail: detail.into(),
            instance: instance.into(),
            request_id: None,
            errors: Vec::new(),
        }
    }

    /// The problem of a refusal.
    #[must_use]
    pub fn of(error: &DomainError, status: u16, instance: impl Into<String>) -> Self {
        let errors = error.faults.0.iter().map(FieldProblem::from).collect();
        Self {
            errors,
            ..Self::new(error.code, status, error.detail.clone(), instance)
        }
    }
}

impl From<&Fault> for FieldProblem {
    fn from(fault: &Fault) -> Self {
        Self {
            pointer: fault.pointer.clone(),
            code: fault.code.as_str().to_owned(),
            detail: fault.detail.clone(),
            params: fault
                .params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}
