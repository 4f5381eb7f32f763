//! The built binary `parvis`, run as an operator runs it.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};

use crate::app::{PUBLIC_URL, shared_documents, shared_keys};
use crate::client::Client;

const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// The binary: `PARVIS_BIN`, or the one that cargo put beside this program.
///
/// # Panics
/// Where it was not built.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("PARVIS_BIN") {
        return named.into();
    }
    let own = std::env::current_exe().expect("this program has a path");
    let folder = own.parent().and_then(Path::parent).expect("cargo's folder");
    let binary = folder.join("parvis");
    assert!(
        binary.is_file(),
        "{} is not there: cargo build -p parvis-api",
        binary.display()
    );
    binary
}

/// A command of the binary, with the environment of the tests and nothing else that it reads.
pub fn command(verb: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
    command.args(verb);
    with_environment(command, variables)
}

fn with_environment(mut command: Command, variables: &[(&str, &str)]) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PARVIS_") {
            command.env_remove(name);
        }
    }
    command
        .stdin(Stdio::null())
        .env("PARVIS_PUBLIC_URL", PUBLIC_URL)
        .env("PARVIS_RATE_LIMIT", "0")
        .env("PARVIS_LOG", "error")
        .env("PARVIS_DOCUMENTS", shared_documents())
        .envs(variables.iter().copied());
    command
}

/// A server in a process of its own; it is killed when this is dropped.
pub struct Process {
    child: Child,
    client: Client,
}

impl Process {
    /// Starts a server on a database, with the signing keys of the tests, and waits until it is ready.
    pub fn serve(database_url: &str) -> Self {
        Self::serve_with(database_url, &[])
    }

    /// The same with further variables.
    ///
    /// # Panics
    /// Where it ends or is not ready in time.
    pub fn serve_with(database_url: &str, variables: &[(&str, &str)]) -> Self {
        Self::start(database_url, variables, command(&["serve"], &[]))
    }

    /// The same; it can then be held to files of a size by [`Process::limit_files`], as by a disk that is full.
    pub fn serve_that_can_be_limited(database_url: &str) -> Self {
        let mut shell = Command::new("sh");
        // Without this the signal that tells of the limit would end the process.
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" serve"]).arg(binary());
        let shell = with_environment(shell, &[]);
        Self::start(database_url, &[], shell)
    }

    fn start(database_url: &str, variables: &[(&str, &str)], mut command: Command) -> Self {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let keys = shared_keys().display().to_string();
        let mut all = vec![
            ("PARVIS_DATABASE_URL", database_url),
            ("PARVIS_LISTEN", listen.as_str()),
            ("PARVIS_SIGNING_KEYS", keys.as_str()),
        ];
        all.extend_from_slice(variables);
        let child = command.envs(all).spawn().expect("the binary starts");
        let mut process = Self {
            child,
            client: Client::new(&format!("http://{listen}")),
        };
        process.wait_until_ready();
        process
    }

    /// Nobody, at this server.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// From now on no file of it grows beyond so many bytes; none lifts the limit.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = Rlimit {
            current: bytes,
            maximum: getrlimit(Resource::Fsize).maximum,
        };
        let pid = rustix::process::Pid::from_child(&self.child);
        prlimit(Some(pid), Resource::Fsize, limit).expect("the limit can be set");
    }

    /// Kills it: nothing of its memory survives.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Asks it to end and waits for it.
    pub fn terminate(mut self) -> ExitStatus {
        let id = i32::try_from(self.child.id()).expect("an id of a process");
        kill(Pid::from_raw(id), Signal::SIGTERM).expect("it can be asked");
        self.child.wait().expect("it ends")
    }

    fn wait_until_ready(&mut self) {
        let begun = Instant::now();
        let ready = ureq_ready(&self.client);
        while !ready() {
            if let Some(status) = self.child.try_wait().expect("its state can be read") {
                panic!("the server ended at its start with {status}");
            }
            assert!(begun.elapsed() < STARTS_WITHIN, "the server is not ready");
            // Waits for another process, which cannot be asked otherwise.
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn ureq_ready(client: &Client) -> impl Fn() -> bool {
    let call = crate::client::Call::new(ureq::http::Method::GET, "/health/ready");
    move || client.try_send(&call).is_ok_and(|answer| answer.status == 200)
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command of the binary that ends by itself said and how it ended.
pub fn run(verb: &[&str], variables: &[(&str, &str)]) -> (ExitStatus, String) {
    let mut child = command(verb, variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut said = String::new();
    for pipe in [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
    ] {
        pipe.into_iter()
            .for_each(|mut pipe| drop(pipe.read_to_string(&mut said)));
    }
    (child.wait().expect("it ends"), said)
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}
