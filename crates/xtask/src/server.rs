//! Building the binary `parvis` and running it.

use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use crate::{
    command,
    fingerprint::{self, Stamp},
    paths::Paths,
    signals::{self, Registered},
};

const PACKAGE: &str = "parvis-api";
const INPUTS: [&str; 7] = [
    "crates/parvis-domain",
    "crates/parvis-wire",
    "crates/parvis-store",
    "crates/parvis-api",
    "migrations",
    "Cargo.toml",
    "Cargo.lock",
];
const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// cargo's profile for the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// Optimised, with every check of the first: for tests that are too long without.
    Long,
    /// Quick to run.
    Release,
}

impl Profile {
    /// Its name for cargo.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Long => "long",
            Profile::Release => "release",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Profile::Dev => "debug",
            Profile::Long => "long",
            Profile::Release => "release",
        }
    }
}

/// Where cargo puts the binary.
pub fn binary(paths: &Paths, profile: Profile) -> PathBuf {
    paths.target.join(profile.folder()).join("parvis")
}

/// Builds the server unless it is there already, and says whether it had to.
///
/// # Errors
/// When it does not build.
pub fn build(paths: &Paths, profile: Profile) -> Result<bool> {
    let inputs = fingerprint::of(paths, &INPUTS, &[profile.folder()])?;
    let stamp = Stamp::new(paths, &format!("server-{}", profile.folder()));
    let file = binary(paths, profile);
    if stamp.is(&with_identity(&inputs, &file)) {
        return Ok(false);
    }
    let build = [
        "build",
        "--package",
        PACKAGE,
        "--bin",
        "parvis",
        "--profile",
        profile.name(),
    ];
    command::run(&mut command::cargo(paths, build))?;
    stamp.set(&with_identity(&inputs, &file))?;
    Ok(true)
}

/// The inputs' fingerprint with size and time of the file: cargo may have replaced it behind xtask's back.
fn with_identity(inputs: &str, file: &Path) -> String {
    let identity = fs::metadata(file).and_then(|meta| Ok((meta.len(), meta.modified()?)));
    match identity {
        Ok((size, time)) => {
            format!(
                "{inputs} {size} {}",
                time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
            )
        }
        Err(_) => String::from("not built"),
    }
}

/// Everything that the server reads from its environment.
pub struct Settings {
    /// `sqlite://path` or `postgres://…`
    pub database_url: String,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Folder of the built web app, where it is to be served.
    pub app: Option<PathBuf>,
    /// Folder of the keys that sign tokens.
    pub keys: PathBuf,
    /// Further variables.
    pub more: &'static [(&'static str, &'static str)],
}

impl Settings {
    /// The address as a client on this machine writes it.
    pub fn url(&self) -> String {
        let ip = match self.listen.ip() {
            ip if !ip.is_unspecified() => ip,
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        format!("http://{}", SocketAddr::new(ip, self.listen.port()))
    }

    /// A command of the binary with this environment.
    pub fn command(&self, binary: &Path, verb: &str) -> Command {
        let mut command = Command::new(binary);
        command
            .arg(verb)
            .env("PARVIS_DATABASE_URL", &self.database_url)
            .env("PARVIS_LISTEN", self.listen.to_string())
            .env("PARVIS_PUBLIC_URL", self.url())
            .env("PARVIS_SIGNING_KEYS", &self.keys)
            .env("PARVIS_DOCUMENTS", format!("file://{}.documents", self.keys.display()))
            .envs(self.more.iter().copied());
        if let Some(app) = &self.app {
            command.env("PARVIS_APP_DIR", app);
        }
        command
    }

    /// Brings the database to the newest schema.
    ///
    /// # Errors
    /// When a migration fails.
    pub fn migrate(&self, binary: &Path) -> Result<()> {
        command::run(&mut self.command(binary, "migrate"))
    }

    /// Loads the demonstration programmes unless they are there.
    ///
    /// # Errors
    /// When they cannot be loaded.
    pub fn load_demo(&self, binary: &Path) -> Result<()> {
        command::run(&mut self.command(binary, "demo"))
    }
}

/// A running server; it is stopped when this is dropped.
pub struct Server {
    child: Child,
    url: String,
    _registered: Registered,
}

impl Server {
    /// Starts the server and waits until it answers that it is ready. With `log`, what it writes goes to that file.
    ///
    /// # Errors
    /// When it ends at once or is not ready in time.
    pub fn start(settings: &Settings, binary: &Path, log: Option<&Path>) -> Result<Self> {
        let mut command = settings.command(binary, "serve");
        if let Some(log) = log {
            let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
            command.stdout(file.try_clone()?).stderr(file).stdin(Stdio::null());
        }
        let child = command::start(&mut command)?;
        let registered = Registered::new(&child);
        let mut server = Self {
            child,
            url: settings.url(),
            _registered: registered,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The server's address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the server ends.
    ///
    /// # Errors
    /// When its state cannot be read.
    pub fn wait(mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(2)))
            .build()
            .into();
        let address = format!("{}/health/ready", self.url);
        let begun = Instant::now();
        while agent.get(&address).call().is_err() {
            signals::check()?;
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at its start with {status}");
            }
            if begun.elapsed() > STARTS_WITHIN {
                bail!(
                    "the server was not ready after {} s ({address})",
                    STARTS_WITHIN.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(25));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child, Signal::SIGTERM, STOPS_WITHIN);
    }
}

/// Ends a program: politely first, by force when it takes too long.
pub fn stop(child: &mut Child, signal: Signal, patience: Duration) {
    signals::send(child, signal);
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// An address on this machine with a port that was free a moment ago.
///
/// # Errors
/// When the system gives none.
pub fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(listen: &str) -> Settings {
        Settings {
            database_url: "sqlite://x.db".into(),
            listen: listen.parse().unwrap(),
            app: None,
            keys: "keys".into(),
            more: &[],
        }
    }

    #[test]
    fn url_names_an_address_that_a_client_can_reach() {
        assert_eq!(settings("0.0.0.0:8080").url(), "http://127.0.0.1:8080");
        assert_eq!(settings("[::]:80").url(), "http://127.0.0.1:80");
        assert_eq!(settings("10.0.0.7:90").url(), "http://10.0.0.7:90");
    }

    #[test]
    fn environment_is_whole() {
        let command = settings("127.0.0.1:1").command(Path::new("parvis"), "migrate");
        let names: Vec<_> = command
            .get_envs()
            .map(|(name, _)| name.to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            names,
            [
                "PARVIS_DATABASE_URL",
                "PARVIS_DOCUMENTS",
                "PARVIS_LISTEN",
                "PARVIS_PUBLIC_URL",
                "PARVIS_SIGNING_KEYS"
            ],
            "no app folder where none is served"
        );
    }

    #[test]
    fn stop_ends_a_program() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        stop(&mut child, Signal::SIGTERM, Duration::from_secs(5));
        assert!(child.try_wait().unwrap().is_some());
    }
}
