//! From recorded statements to scripts for pgbench: what is compared is the server's own SQL, however it changes.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::{
    capture::Statement,
    data::{Data, Share},
};

/// A script that does what the statements did. Where they write, every run makes ids of its own, every client of pgbench
/// has a programme of its own, and events take the number that the head of their chain gives.
///
/// # Errors
/// When there are no statements.
pub fn script(statements: &[Statement], data: &Data) -> Result<String> {
    ensure!(!statements.is_empty(), "no statement was recorded");
    let mut known: BTreeSet<String> = data.people.iter().map(|id| quoted(id)).collect();
    let mut script = String::new();
    for statement in statements {
        let mut statement = statement.clone();
        let inserts = statement.text.starts_with("INSERT INTO");
        let number = number_of_event(&statement);
        for (index, literal) in statement.literals.iter_mut().enumerate() {
            let fresh = inserts && is_uuid(literal) && !known.contains(literal);
            known.insert(literal.clone());
            *literal = match of_client(literal, &data.posts) {
                Some(expression) => expression,
                None if fresh => "gen_random_uuid()".to_owned(),
                None if number == Some(index) => ":seq".to_owned(),
                None => without_colons(literal),
            };
        }
        let end = if gives_number(&statement.text) {
            " \\gset\n"
        } else {
            ";\n"
        };
        script.push_str(&statement.bound());
        script.push_str(end);
    }
    Ok(script)
}

/// An id of the first client's programme becomes the id of the programme of whoever runs the script.
fn of_client(literal: &str, posts: &[Share]) -> Option<String> {
    let parts: [fn(&Share) -> &String; 4] = [
        |share| &share.programme,
        |share| &share.budget,
        |share| &share.line,
        |share| &share.grant,
    ];
    let first = posts.first()?;
    let part = parts.into_iter().find(|part| quoted(part(first)) == literal)?;
    let ids: Vec<String> = posts.iter().map(|share| quoted(part(share))).collect();
    Some(format!("(ARRAY[{}]::uuid[])[:client_id + 1]", ids.join(",")))
}

/// The statement that advances a chain of events, and returns the number.
fn gives_number(text: &str) -> bool {
    text.starts_with("UPDATE \"event_heads\"") && text.contains("RETURNING")
}

/// Which parameter of the insertion of an event is its number.
fn number_of_event(statement: &Statement) -> Option<usize> {
    let (_, rest) = statement.text.split_once("INSERT INTO \"events\" (")?;
    let (columns, _) = rest.split_once(')')?;
    columns.split(", ").position(|column| column == "\"seq\"")
}

fn quoted(id: &str) -> String {
    format!("'{id}'")
}

fn is_uuid(literal: &str) -> bool {
    let inner = literal.trim_matches('\'');
    inner.len() == 36
        && inner.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// pgbench takes `:name` for a variable, also inside of quotes.
fn without_colons(literal: &str) -> String {
    if !literal.contains(':') {
        return literal.to_owned();
    }
    format!("E{}", literal.replace('\\', "\\\\").replace(':', "\\x3A"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNDER: &str = "00000000-0000-0000-0000-00000000000f";
    const NEW: &str = "'00000000-0000-0000-0000-0000000000aa'";

    fn data() -> Data {
        let share = |name: &str| Share {
            programme: format!("{name}-programme"),
            budget: format!("{name}-budget"),
            line: format!("{name}-line"),
            grant: format!("{name}-grant"),
        };
        Data {
            programme: "p".into(),
            budget: "b".into(),
            long: Vec::new(),
            people: vec![FUNDER.into()],
            posts: vec![share("one"), share("two")],
        }
    }

    fn of(text: &str, literals: &[&str]) -> Statement {
        Statement {
            text: text.into(),
            literals: literals.iter().map(|literal| (*literal).to_owned()).collect(),
        }
    }

    #[test]
    fn every_client_has_a_programme_of_its_own() {
        let statement = of("SELECT * FROM lines WHERE id = $1", &["'one-line'"]);
        let expected = "SELECT * FROM lines WHERE id = (ARRAY['one-line','two-line']::uuid[])[:client_id + 1];\n";
        assert_eq!(script(&[statement], &data()).unwrap(), expected);
    }

    #[test]
    fn new_rows_get_new_ids_and_others_keep_theirs() {
        let seen = "'00000000-0000-0000-0000-0000000000bb'";
        let funder = quoted(FUNDER);
        let statements = [
            of("SELECT $1", &[seen]),
            of("INSERT INTO \"m\" (a, b, c) VALUES ($1, $2, $3)", &[NEW, seen, &funder]),
        ];
        let expected =
            format!("SELECT {seen};\nINSERT INTO \"m\" (a, b, c) VALUES (gen_random_uuid(), {seen}, {funder});\n");
        assert_eq!(script(&statements, &data()).unwrap(), expected);
    }

    #[test]
    fn events_take_the_number_of_their_chain() {
        let statements = [
            of(
                "UPDATE \"event_heads\" SET \"seq\" = \"seq\" + $1 RETURNING \"event_heads\".\"seq\"",
                &["'1'"],
            ),
            of(
                "INSERT INTO \"events\" (\"id\", \"seq\", \"after\") VALUES ($1, $2, $3)",
                &[NEW, "'7'", "'{\"a\":null}'"],
            ),
        ];
        let expected = "UPDATE \"event_heads\" SET \"seq\" = \"seq\" + '1' RETURNING \"event_heads\".\"seq\" \\gset\n\
                        INSERT INTO \"events\" (\"id\", \"seq\", \"after\") VALUES (gen_random_uuid(), :seq, E'{\"a\"\\x3Anull}');\n";
        assert_eq!(script(&statements, &data()).unwrap(), expected);
    }

    #[test]
    fn nothing_recorded_is_an_error() {
        assert!(script(&[], &data()).is_err());
    }
}
