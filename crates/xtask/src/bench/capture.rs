//! The statements that the server sends, read from PostgreSQL's log.

use std::iter::Peekable;

/// A statement and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// SQL with `$1`, `$2`, …
    pub text: String,
    /// The parameters as SQL literals.
    pub literals: Vec<String>,
}

impl Statement {
    /// The SQL with the parameters in their places.
    pub fn bound(&self) -> String {
        bind(&self.text, &self.literals)
    }
}

/// The statements in a piece of log, in their order. What only a session needs once (settings, the check that a pooled
/// connection lives) is left out.
pub fn statements(log: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut entries = entries(log).into_iter().peekable();
    while let Some(entry) = entries.next() {
        if let Some((_, text)) = entry.split_once("LOG:  statement: ") {
            found.push(Statement {
                text: text.to_owned(),
                literals: Vec::new(),
            });
        } else if let Some(text) = executed(&entry) {
            found.push(Statement {
                text: text.to_owned(),
                literals: detail(&mut entries),
            });
        }
    }
    found.retain(|statement| !is_of_the_session(&statement.text));
    found
}

/// A log entry per item: a statement that spans lines goes on with a tab.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(rest), Some(last)) => {
                last.push(' ');
                last.push_str(rest);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

/// The text after `LOG:  execute NAME: `.
fn executed(entry: &str) -> Option<&str> {
    let (_, rest) = entry.split_once("LOG:  execute ")?;
    rest.split_once(": ").map(|(_, statement)| statement)
}

/// The parameters of the entry before, where the next one lists them.
fn detail(entries: &mut Peekable<impl Iterator<Item = String>>) -> Vec<String> {
    let is_detail = |entry: &String| entry.to_lowercase().contains("detail:  parameters: ");
    let Some(entry) = entries.next_if(is_detail) else {
        return Vec::new();
    };
    entry
        .split_once("arameters: ")
        .map(|(_, list)| literals(list))
        .unwrap_or_default()
}

/// The values of `$1 = 'a', $2 = NULL, …` as SQL literals.
fn literals(list: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = list;
    while let Some((_, value)) = rest.split_once(" = ") {
        let end = end_of_literal(value);
        let (literal, after) = value.split_at(end);
        literals.push(literal.to_owned());
        rest = after;
    }
    literals
}

/// Where a literal ends: at the quote that is not doubled, or at the comma.
fn end_of_literal(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('\'') else {
        return text.find(", ").unwrap_or(text.len());
    };
    let mut bytes = inner.bytes().enumerate().peekable();
    while let Some((index, byte)) = bytes.next() {
        if byte == b'\'' && bytes.next_if(|(_, next)| *next == b'\'').is_none() {
            return index + 2;
        }
    }
    text.len()
}

/// Puts literals in the place of `$1`, `$2`, …
fn bind(statement: &str, literals: &[String]) -> String {
    let mut bound = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some((before, after)) = rest.split_once('$') {
        bound.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = after.split_at(digits);
        let literal = number
            .parse::<usize>()
            .ok()
            .and_then(|number| literals.get(number.checked_sub(1)?));
        match literal {
            Some(literal) => bound.push_str(literal),
            None => {
                bound.push('$');
                bound.push_str(number);
            }
        }
        rest = tail;
    }
    bound.push_str(rest);
    bound
}

fn is_of_the_session(text: &str) -> bool {
    text.starts_with("SET ") || text == "SELECT 1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_statements_with_their_parameters() {
        let log = "\
2026-03-14 10:00:00 UTC [12] LOG:  statement: SET TIME ZONE 'UTC'
2026-03-14 10:00:00 UTC [12] LOG:  execute __diesel_stmt_0: SELECT \"a\" FROM \"t\"
\tWHERE \"b\" = $1 AND \"c\" = $2 LIMIT $10
2026-03-14 10:00:00 UTC [12] DETAIL:  parameters: $1 = 'it''s, = $2', $2 = NULL, $3 = '3', $4 = '', $5 = '5', $6 = '6', $7 = '7', $8 = '8', $9 = '9', $10 = '51'
2026-03-14 10:00:00 UTC [12] LOG:  execute <unnamed>: SELECT 2
";
        let expected = [
            "SELECT \"a\" FROM \"t\" WHERE \"b\" = 'it''s, = $2' AND \"c\" = NULL LIMIT '51'",
            "SELECT 2",
        ];
        let bound: Vec<String> = statements(log).iter().map(Statement::bound).collect();
        assert_eq!(bound, expected);
    }

    #[test]
    fn literals_may_be_empty_quoted_or_null() {
        assert_eq!(
            literals("$1 = '', $2 = '''', $3 = NULL, $4 = 'é'"),
            ["''", "''''", "NULL", "'é'"]
        );
        assert!(literals("").is_empty());
    }

    #[test]
    fn unknown_parameters_stay() {
        assert_eq!(bind("SELECT $1, $2, '$'", &["'x'".to_owned()]), "SELECT 'x', $2, '$'");
    }
}
