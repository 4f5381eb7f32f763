//! Where personal data lies: the one list that erasure, export and redaction go by. A test holds it against the tables.

/// Tables and columns that hold something about a person.
pub const PERSONAL: &[(&str, &str)] = &[
    ("users", "email"),
    ("users", "name"),
    ("users", "language"),
    ("users", "password_hash"),
    ("users", "search"),
    ("sessions", "user_agent"),
    ("sign_in_attempts", "address"),
    ("invitations", "email"),
    ("contacts", "name"),
    ("contacts", "position"),
    ("contacts", "email"),
    ("contacts", "phone"),
];
