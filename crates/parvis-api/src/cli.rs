//! The commands of the binary.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use parvis_api::demo::{Loaded, Means};
use parvis_api::documents::storage::Storage;
use parvis_api::documents::sweep;
use parvis_api::state::{clock, ids, open_store};
use parvis_api::{Config, demo, openapi, passwords, serve, telemetry};
use parvis_domain::accounts::{check_password, email};
use parvis_domain::{DomainError, text};
use parvis_store::Stamp;
use parvis_store::accounts::{NewUser, Rights, create_user};

/// Programmes that involve inhabitants: who decided what with whom, and what happened to the money.
#[derive(Parser)]
#[command(name = "parvis", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve API and app until SIGTERM
    Serve,
    /// Bring the database to the schema of this version
    Migrate,
    /// Load the demonstration programmes, unless they are there
    Demo,
    /// Look after the contents of documents
    #[command(subcommand)]
    Documents(Documents),
    /// Administer accounts
    #[command(subcommand)]
    Admin(Admin),
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum Admin {
    /// Make an administrator; the password comes from PARVIS_ADMIN_PASSWORD, or else from the first line of the input
    Create(NewAdmin),
}

#[derive(Subcommand)]
enum Documents {
    /// Remove files that no document took up, and contents of documents that were deleted; the server does so every hour
    Sweep(Sweep),
}

#[derive(Args)]
struct Sweep {
    /// How long a file may wait for a document, in hours
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=8760))]
    older_than_hours: u32,
}

#[derive(Args)]
struct NewAdmin {
    /// E-mail address
    #[arg(long)]
    email: String,
    /// Name
    #[arg(long)]
    name: String,
    /// Preferred language, a tag of BCP 47
    #[arg(long, default_value = "en")]
    language: String,
}

/// Runs the command that was typed.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve => serving(),
        Command::Migrate => migrate(),
        Command::Demo => load_demo(),
        Command::Admin(Admin::Create(new)) => create_admin(&new),
        Command::Documents(Documents::Sweep(sweep)) => sweep_documents(&sweep),
        Command::Openapi => document(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(std::io::stderr(), "parvis: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn say(line: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string())
}

fn config() -> Result<Config, String> {
    let config = Config::from_env().map_err(|error| error.to_string())?;
    telemetry::init(&config.log);
    Ok(config)
}

fn serving() -> Result<(), String> {
    let config = config()?;
    actix_web::rt::System::new().block_on(serve(config))
}

fn migrate() -> Result<(), String> {
    let store = open_store(&config()?)?;
    let names = store.migrate().map_err(|error| error.to_string())?;
    match names.as_slice() {
        [] => say("The schema is up to date."),
        names => say(&format!("Migrated: {}.", names.join(", "))),
    }
}

fn load_demo() -> Result<(), String> {
    let (store, clock, ids) = (open_store(&config()?)?, clock(), ids());
    store.migrate().map_err(|error| error.to_string())?;
    let progress = |part: &str| drop(say(&format!("Loading {part}")));
    let means = Means {
        now: clock(),
        ids: &*ids,
        hash: passwords::hash,
        progress: &progress,
    };
    match demo::load(&store, means).map_err(|error| error.to_string())? {
        Loaded::Now => say("The demonstration is loaded."),
        Loaded::Before => say("The demonstration is there already."),
    }
}

fn sweep_documents(sweep: &Sweep) -> Result<(), String> {
    let config = config()?;
    let (store, storage, now) = (open_store(&config)?, Storage::open(&config)?, clock()());
    let kept = chrono::TimeDelta::hours(i64::from(sweep.older_than_hours));
    let swept = actix_web::rt::System::new().block_on(sweep::sweep(&store, &storage, now, kept))?;
    say(&format!(
        "Removed {} contents and {} pieces.",
        swept.contents, swept.pieces
    ))
}

fn create_admin(new: &NewAdmin) -> Result<(), String> {
    let (store, clock, ids) = (open_store(&config()?)?, clock(), ids());
    let (user, password) = check(new).map_err(|error| error.detail)?;
    let user = NewUser {
        password_hash: passwords::hash(&password)?,
        ..user
    };
    let stamp = Stamp::new(clock(), None, &*ids);
    let created = store.write(|conn| create_user(conn, &stamp, &user));
    let created = created.map_err(|error| {
        error
            .refusal()
            .map_or_else(|| error.to_string(), |refusal| refusal.detail)
    })?;
    say(&format!("Made the administrator {}.", created.email))
}

fn check(new: &NewAdmin) -> Result<(NewUser, String), DomainError> {
    let email = email("--email", &new.email)?;
    let password = password().unwrap_or_default();
    check_password("PARVIS_ADMIN_PASSWORD", &password, &email)?;
    let user = NewUser {
        name: text::line("--name", &new.name, text::NAME_MAX)?,
        language: parvis_domain::localised_text::language("--language", &new.language)?,
        email,
        password_hash: String::new(),
        rights: Rights {
            administrator: true,
            organiser: true,
            disabled: false,
        },
    };
    Ok((user, password))
}

fn password() -> Option<String> {
    if let Ok(password) = std::env::var("PARVIS_ADMIN_PASSWORD") {
        return Some(password);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn document() -> Result<(), String> {
    say(&openapi::pretty().map_err(|error| error.to_string())?)
}
