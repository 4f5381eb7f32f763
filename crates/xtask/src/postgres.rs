//! A PostgreSQL of one's own: a throw-away cluster that is started for a run and leaves nothing behind.

use std::{
    env,
    fs::{self, File},
    io::Write,
    net::TcpStream,
    os::unix::fs::{PermissionsExt, chown},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::{signal::Signal, statvfs::statvfs},
    unistd::{Uid, User},
};
use tempfile::TempDir;

use crate::{
    command, server,
    signals::{self, Registered},
};

/// What the server writes, beside its data.
const LOG: &str = "postgres.log";
const STARTS_WITHIN: Duration = Duration::from_secs(60);
const RELOADS_WITHIN: Duration = Duration::from_millis(500);
const STOPS_WITHIN: Duration = Duration::from_secs(20);
/// Memory that must be free before the data goes there instead of to the disk, in bytes.
const MEMORY_NEEDED: u64 = 2 << 30;
/// A cluster that lives for minutes needs no durability: a crash loses nothing that anybody wants.
const FAST: [&str; 4] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
];
/// As an installation would run, for measurements: what PostgreSQL sets by itself.
const DURABLE: [&str; 1] = ["fsync=on"];

/// Whether the cluster may lose data at a crash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// In memory where there is room, without waiting for the disk: for tests.
    None,
    /// On the disk, with PostgreSQL's own settings: for measurements.
    Full,
}

/// A running cluster; dropping it stops it and removes its data.
pub struct Cluster {
    child: Child,
    port: u16,
    programs: PathBuf,
    _registered: Registered,
    folder: TempDir,
}

impl Cluster {
    /// Creates and starts a cluster with the superuser `postgres`, reachable on this machine only, without a password.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start(durability: Durability) -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed (initdb and postgres)")?;
        let owner = owner()?;
        let folder = data_folder(durability, owner.as_ref())?;
        let data = folder.path().join("data");
        init(&programs, owner.as_ref(), &data)?;
        let port = server::free_address()?.port();
        let mut postgres = postgres_command(&programs, owner.as_ref(), folder.path(), port, durability);
        postgres
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join(LOG))?);
        let child = command::start(&mut postgres)?;
        let registered = Registered::new(&child);
        let mut cluster = Self {
            child,
            port,
            programs,
            _registered: registered,
            folder,
        };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database and returns its URL.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create_database(&self, name: &str) -> Result<String> {
        let url = self.url("postgres");
        command::run(
            Command::new(self.programs.join("createdb"))
                .arg("--maintenance-db")
                .arg(url)
                .arg(name),
        )?;
        Ok(self.url(name))
    }

    /// What PostgreSQL logs of the statements that `work` makes clients send.
    ///
    /// # Errors
    /// Those of `work`, or when the settings cannot be changed.
    pub fn record(&self, work: impl FnOnce() -> Result<()>) -> Result<String> {
        self.set_logging("log_statement = 'all'", "log_min_messages = 'log'")?;
        let log = self.folder.path().join(LOG);
        let before = fs::read(&log)?.len();
        work()?;
        let bytes = fs::read(&log)?;
        self.set_logging("log_statement = 'none'", "log_min_messages = 'fatal'")?;
        Ok(String::from_utf8_lossy(bytes.get(before..).unwrap_or_default()).into_owned())
    }

    fn set_logging(&self, statement: &str, messages: &str) -> Result<()> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--output=/dev/null"])
            .arg(self.url("postgres"));
        for command in [
            &format!("ALTER SYSTEM SET {statement}"),
            &format!("ALTER SYSTEM SET {messages}"),
        ] {
            psql.args(["--command", command]);
        }
        command::run(psql.args(["--command", "SELECT pg_reload_conf()"]))?;
        // Open connections read the new settings before their next statement, when the signal has come.
        thread::sleep(RELOADS_WITHIN);
        Ok(())
    }

    /// The number of its first process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Folder of the programs of PostgreSQL.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        while !self.answers() {
            signals::check()?;
            if let Some(status) = self.child.try_wait()? {
                let log = fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default();
                bail!("PostgreSQL ended at its start with {status}: {log}");
            }
            if begun.elapsed() > STARTS_WITHIN {
                bail!("PostgreSQL was not ready after {} s", STARTS_WITHIN.as_secs());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The port opens a moment before the server takes connections, so `pg_isready` has the last word.
    fn answers(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            && Command::new(self.programs.join("pg_isready"))
                .args(["--quiet", "--host", "127.0.0.1", "--port", &self.port.to_string()])
                .status()
                .is_ok_and(|status| status.success())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's "fast shutdown": open connections are closed.
        server::stop(&mut self.child, Signal::SIGINT, STOPS_WITHIN);
    }
}

/// Folder of the programs of PostgreSQL: from the PATH, or the newest that Debian installs beside it.
pub fn programs() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| has_server(folder))
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|folder| has_server(folder));
    newest.or_else(on_path)
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_isready"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

/// PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`.
fn owner() -> Result<Option<User>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name)? {
            return Ok(Some(user));
        }
    }
    bail!("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")
}

/// Memory is the fastest disk; the path must stay short, because a Unix socket's name may have 107 bytes.
fn data_folder(durability: Durability, owner: Option<&User>) -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let in_memory = durability == Durability::None && room(memory) >= MEMORY_NEEDED;
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix("parvis-pg-");
    let folder = if in_memory {
        builder.tempdir_in(memory)
    } else {
        builder.tempdir()
    };
    let folder = folder.context("no temporary folder for PostgreSQL")?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    for name in ["data", "socket"] {
        let inner = folder.path().join(name);
        fs::create_dir(&inner)?;
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o700))?;
        if let Some(user) = owner {
            chown(&inner, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
    }
    Ok(folder)
}

fn room(folder: &Path) -> u64 {
    statvfs(folder).map_or(0, |stat| stat.blocks_available() * stat.fragment_size())
}

fn init(programs: &Path, owner: Option<&User>, data: &Path) -> Result<()> {
    let mut initdb = as_owner(programs.join("initdb"), owner);
    initdb
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            "--pgdata",
        ])
        .arg(data);
    let done = initdb.output().context("cannot start initdb")?;
    if !done.status.success() {
        bail!("initdb failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    // What tests provoke on purpose would fill the log; only what stops the server is worth a line. In the file and not
    // among the arguments, which `ALTER SYSTEM` could not override.
    let mut settings = File::options().append(true).open(data.join("postgresql.conf"))?;
    Ok(writeln!(settings, "log_min_messages = fatal")?)
}

fn postgres_command(
    programs: &Path,
    owner: Option<&User>,
    folder: &Path,
    port: u16,
    durability: Durability,
) -> Command {
    let mut command = as_owner(programs.join("postgres"), owner);
    command
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder.join("socket"))
        .arg("-p")
        .arg(port.to_string());
    let settings = if durability == Durability::Full {
        &DURABLE[..]
    } else {
        &FAST[..]
    };
    for setting in ["listen_addresses=127.0.0.1", "max_connections=300"]
        .iter()
        .chain(settings)
    {
        command.args(["-c", setting]);
    }
    command
}

/// A command with an empty environment, run by the cluster's owner from a folder that everybody may enter.
fn as_owner(program: PathBuf, owner: Option<&User>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir("/")
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("PATH", "/usr/bin:/bin");
    if let Some(user) = owner {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cluster_serves_and_leaves_nothing_behind() {
        if programs().is_none() {
            println!("skipped: PostgreSQL is not installed");
            return;
        }
        let cluster = Cluster::start(Durability::None).unwrap();
        let folder = cluster.folder.path().to_path_buf();
        let port = cluster.port;
        let url = cluster.create_database("parvis").unwrap();
        assert!(url.ends_with("/parvis"));
        let mut psql = Command::new(cluster.programs().join("psql"));
        psql.arg(url)
            .args(["--quiet", "--command", "SELECT 41 + 1"])
            .stdout(Stdio::null());
        let log = cluster.record(|| command::run(&mut psql)).unwrap();
        assert_eq!(log.matches("SELECT 41 + 1").count(), 1, "{log}");
        drop(cluster);
        assert!(!folder.exists());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
