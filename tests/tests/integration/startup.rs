//! Starting and stopping as an operator sees it: one sentence for what is wrong, and an honest exit code.

use parvis_tests::database::Database;
use parvis_tests::process::{self, Process};
use parvis_tests::{Kind, World, kind};

fn refused(verb: &[&str], variables: &[(&str, &str)]) -> String {
    let (status, said) = process::run(verb, variables);
    assert!(!status.success(), "{verb:?} {variables:?} went through: {said}");
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 1, "one sentence is enough: {said}");
    lines[0].to_owned()
}

#[test]
fn a_wrong_variable_is_named_with_an_example() {
    let (database, _) = World::database();
    for (name, value) in [
        ("PARVIS_DATABASE_URL", "mysql://u:secret-word@h/d"),
        ("PARVIS_DATABASE_URL", "postgres:secret-word"),
        ("PARVIS_LISTEN", "localhost"),
        ("PARVIS_PUBLIC_URL", "parvis.example.org"),
        ("PARVIS_APP_DIR", "/nowhere/at/all"),
        ("PARVIS_SIGNING_KEYS", "/nowhere/at/all"),
        ("PARVIS_CORS_ORIGINS", "*"),
        ("PARVIS_TRUSTED_PROXIES", "proxy"),
        ("PARVIS_METRICS_LISTEN", "9090"),
        ("PARVIS_RATE_LIMIT", "-1"),
        ("PARVIS_QUEUE", "0"),
        ("PARVIS_WORKERS", "none"),
        ("PARVIS_BODY_LIMIT", "1"),
    ] {
        let sentence = refused(
            &["serve"],
            &[
                ("PARVIS_DATABASE_URL", database.url()),
                ("PARVIS_LISTEN", "127.0.0.1:0"),
                (name, value),
            ],
        );
        assert!(sentence.contains(name), "{name} is not named: {sentence}");
        assert!(!sentence.contains("secret-word"), "a secret is shown: {sentence}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (database, _) = World::database();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has an address").to_string();
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let sentence = refused(
        &["serve"],
        &[
            ("PARVIS_DATABASE_URL", database.url()),
            ("PARVIS_SIGNING_KEYS", &keys),
            ("PARVIS_LISTEN", &address),
        ],
    );
    assert!(sentence.contains("PARVIS_LISTEN"), "{sentence}");
}

#[test]
fn postgres_wants_its_keys_and_its_migrations() {
    if kind() == Kind::Sqlite {
        // The embedded database makes its keys beside the file, and migrates itself.
        let database = Database::empty();
        let server = Process::serve_with(database.url(), &[("PARVIS_SIGNING_KEYS", "")]);
        let keys = format!("{}.keys", database.path().expect("it is a file").display());
        let files: Vec<_> = std::fs::read_dir(&keys)
            .expect("the folder of keys")
            .flatten()
            .collect();
        assert_eq!(files.len(), 1);
        let mode = |path: &std::path::Path| {
            use std::os::unix::fs::PermissionsExt;
            std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
        };
        assert_eq!(
            (mode(keys.as_ref()), mode(&files[0].path())),
            (0o700, 0o600),
            "only the owner reads keys"
        );
        assert_eq!(server.terminate().code(), Some(0));
        return;
    }
    let database = Database::empty();
    let sentence = refused(&["serve"], &[("PARVIS_DATABASE_URL", database.url())]);
    assert!(sentence.contains("PARVIS_SIGNING_KEYS"), "{sentence}");
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let variables = [
        ("PARVIS_DATABASE_URL", database.url()),
        ("PARVIS_SIGNING_KEYS", keys.as_str()),
    ];
    let sentence = refused(&["serve"], &variables);
    assert!(sentence.contains("parvis migrate"), "{sentence}");
    let (status, said) = process::run(&["migrate"], &variables);
    assert!(status.success(), "{said}");
    let server = Process::serve(database.url());
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn a_server_whose_database_does_not_answer_does_not_start() {
    let port = process::free_port();
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let url = match kind() {
        Kind::Postgres => format!("postgres://nobody:secret-word@127.0.0.1:{port}/none"),
        Kind::Sqlite => "sqlite:///nowhere/at/all/parvis.db".to_owned(),
    };
    let (status, said) = process::run(
        &["serve"],
        &[("PARVIS_DATABASE_URL", &url), ("PARVIS_SIGNING_KEYS", &keys)],
    );
    assert!(!status.success() && !said.contains("secret-word"), "{said}");
    assert!(said.contains("database"), "{said}");
}

/// A file that is no database, one that cannot be opened, one whose pages are damaged: said at once, in one sentence.
#[test]
fn a_file_that_is_no_database_is_named() {
    if kind() == Kind::Postgres {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = folder.path().join("letter.db");
    std::fs::write(&text, "Ceci n’est pas une base de données. ".repeat(200)).expect("it can be written");
    let damaged = folder.path().join("damaged.db");
    let (database, _) = World::database();
    std::fs::copy(database.path().expect("it is a file"), &damaged).expect("it can be copied");
    let file = std::fs::OpenOptions::new().write(true).open(&damaged);
    let file = file.expect("it can be opened");
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xA5; 8192], 100).expect("it can be damaged");
    for path in [text.as_path(), folder.path(), &damaged] {
        let url = format!("sqlite://{}", path.display());
        for verb in ["serve", "migrate"] {
            let sentence = refused(
                &[verb],
                &[("PARVIS_DATABASE_URL", &url), ("PARVIS_LISTEN", "127.0.0.1:0")],
            );
            assert!(
                sentence.contains("PARVIS_DATABASE_URL") && sentence.contains(&path.display().to_string()),
                "{sentence}"
            );
        }
    }
}

#[test]
fn migrating_twice_changes_nothing() {
    let database = Database::empty();
    let variables = [("PARVIS_DATABASE_URL", database.url())];
    let (first, said) = process::run(&["migrate"], &variables);
    assert!(first.success() && said.contains("0001"), "{said}");
    let (second, said) = process::run(&["migrate"], &variables);
    assert!(second.success() && !said.contains("0001"), "{said}");
}

#[test]
fn an_administrator_is_made_from_the_command_line() {
    let database = Database::migrated();
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let verb = ["admin", "create", "--email", "root@example.org", "--name", "Racine"];
    let variables = |password: &'static str| {
        [
            ("PARVIS_DATABASE_URL".to_owned(), database.url().to_owned()),
            ("PARVIS_SIGNING_KEYS".to_owned(), keys.clone()),
            ("PARVIS_ADMIN_PASSWORD".to_owned(), password.to_owned()),
        ]
    };
    let run = |password: &'static str| {
        let variables = variables(password);
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        process::run(&verb, &variables)
    };
    let (status, said) = run("short");
    assert!(!status.success() && !said.contains("short"), "{said}");
    let (status, said) = run("Une-phrase-assez-longue");
    assert!(status.success(), "{said}");
    let (status, _) = run("Une-phrase-assez-longue");
    assert!(!status.success(), "the account exists already");
    let server = Process::serve(database.url());
    let login = serde_json::json!({"email": "root@example.org", "password": "Une-phrase-assez-longue"});
    let session = server.client().post("/auth/login", &login).ok();
    assert_eq!(session["user"]["administrator"], true);
}

/// The demonstration is loaded once, whole, and can be signed in to.
#[test]
fn the_demonstration_loads_once() {
    let database = Database::empty();
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let variables = [
        ("PARVIS_DATABASE_URL", database.url()),
        ("PARVIS_SIGNING_KEYS", keys.as_str()),
    ];
    for _ in 0..2 {
        let (status, said) = process::run(&["demo"], &variables);
        assert!(status.success(), "{said}");
    }
    let server = Process::serve(database.url());
    let mut seen = Vec::new();
    for name in ["admin", "coordinator", "budget", "partner", "observer"] {
        let login = serde_json::json!({"email": format!("{name}@demo.example"), "password": "Parvis-demo-1"});
        let session = server.client().post("/auth/login", &login).ok();
        let client = server
            .client()
            .with_token(session["access_token"].as_str().unwrap_or_default());
        seen.push(client.all("/programmes", 50).len());
    }
    assert_eq!(seen[0], 5, "the administrator sees all: {seen:?}");
    parvis_tests::sums::assert_sums(&database.store());
}
