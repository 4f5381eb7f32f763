//! What an answer says when it is not the one hoped for.

use parvis_wire::FieldProblem;

/// Why a call failed: the server's problem, or no answer at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Status of HTTP, or 0 where no answer came.
    pub status: u16,
    /// Stable code; `offline` and `unreadable` are the app's own.
    pub code: String,
    /// An English sentence.
    pub detail: String,
    /// What names this very answer in the log of the server.
    pub request: Option<String>,
    /// The fields that were refused.
    pub faults: Vec<FieldProblem>,
}

impl Failure {
    /// No answer came.
    pub fn offline() -> Self {
        Self::own(0, "offline")
    }

    /// An answer came that this app cannot read.
    pub fn unreadable(status: u16) -> Self {
        Self::own(status, "unreadable")
    }

    /// An address that names nothing.
    pub fn not_found() -> Self {
        Self::own(404, "not_found")
    }

    /// More than any server takes.
    pub fn too_large() -> Self {
        Self::own(413, "body_too_large")
    }

    fn own(status: u16, code: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            detail: String::new(),
            request: None,
            faults: Vec::new(),
        }
    }
}
