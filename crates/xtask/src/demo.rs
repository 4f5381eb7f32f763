//! `cargo xtask demo`: from a checkout to a running Parvis with five programmes in it.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result};

use crate::{
    paths::Paths,
    server::{self, Profile, Server, Settings},
    signals, web,
};

const STAGES: u32 = 5;
/// One line per request would hide what is said here; whoever wants them sets the variable.
const QUIET: [(&str, &str); 1] = [("PARVIS_LOG", "warn")];
const PASSWORD: &str = "Parvis-demo-1";
const ACCOUNTS: [(&str, &str); 5] = [
    ("admin@demo.example", "administrator of the platform"),
    ("coordinator@demo.example", "coordinator"),
    ("budget@demo.example", "budget officer"),
    ("partner@demo.example", "partner"),
    ("observer@demo.example", "observer"),
];

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Args {
    /// Address to serve on
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Database to use instead of the embedded SQLite file, e.g. postgres://user:password@host/parvis
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Build quickly instead of fast and small
    #[arg(long)]
    debug: bool,
}

/// Builds, fills and serves; returns when the server ends.
///
/// # Errors
/// When a stage fails.
pub fn run(paths: &Paths, args: &Args) -> Result<ExitCode> {
    let begun = Instant::now();
    drop(TcpListener::bind(args.listen).with_context(|| {
        format!(
            "{} is taken or not of this machine: choose another with --listen 127.0.0.1:8081",
            args.listen
        )
    })?);
    let (profile, mode) = if args.debug {
        (Profile::Dev, web::Mode::Dev)
    } else {
        (Profile::Release, web::Mode::Release)
    };
    stage(1, "web app");
    say_if_unchanged(web::build(paths, mode)?);
    stage(2, "server");
    say_if_unchanged(server::build(paths, profile)?);
    let binary = server::binary(paths, profile);
    let settings = settings(paths, args)?;
    stage(3, &format!("database {}", without_password(&settings.database_url)));
    settings.migrate(&binary)?;
    stage(4, "demonstration programmes");
    settings.load_demo(&binary)?;
    stage(5, "start");
    serve(&settings, &binary, begun)
}

fn stage(number: u32, name: &str) {
    println!("[{number}/{STAGES}] {name}");
}

fn say_if_unchanged(built: bool) {
    if !built {
        println!("      unchanged");
    }
}

fn settings(paths: &Paths, args: &Args) -> Result<Settings> {
    let folder = paths.target.join("demo");
    let keys = folder.join("keys");
    fs::create_dir_all(&keys).with_context(|| format!("cannot create {}", keys.display()))?;
    let embedded = || format!("sqlite://{}", folder.join("parvis.db").display());
    Ok(Settings {
        database_url: args.database_url.clone().unwrap_or_else(embedded),
        listen: args.listen,
        app: Some(paths.web()),
        keys,
        more: if env::var_os("PARVIS_LOG").is_some() {
            &[]
        } else {
            &QUIET
        },
    })
}

fn serve(settings: &Settings, binary: &Path, begun: Instant) -> Result<ExitCode> {
    let server = Server::start(settings, binary, None)?;
    println!(
        "\nParvis is up after {:.1} s: {}",
        begun.elapsed().as_secs_f64(),
        server.url()
    );
    println!("  reference of the API: {}/api/docs", server.url());
    println!("  accounts, all with the password {PASSWORD}:");
    for (address, role) in ACCOUNTS {
        println!("    {address:<26} {role}");
    }
    println!("  stop it with Ctrl-C\n");
    let status = server.wait()?;
    let well = status.success() || signals::interrupted();
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A database URL that may be shown: `postgres://user:secret@host/db` without the secret.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let Some((user, host)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = user.split_once(':').map_or(user, |(name, _)| name);
    format!("{scheme}://{user}@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(
            without_password("postgres://me:s@cret@host/db"),
            "postgres://me@host/db"
        );
        assert_eq!(without_password("postgres://me@host/db"), "postgres://me@host/db");
        assert_eq!(without_password("sqlite:///tmp/a.db"), "sqlite:///tmp/a.db");
    }
}
