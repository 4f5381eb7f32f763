//! Looking for viruses: by clamd, or by a command of the operator. Off unless configured. A scanner that does not answer
//! lets nothing through.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Path as FilePath, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// How long a scanner may take for one file.
const WITHIN: Duration = Duration::from_secs(120);
/// How often a command is asked whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// What is sent to clamd at once.
const PIECE: usize = 64 << 10;
/// The longest answer of clamd that is read.
const ANSWER_MAX: u64 = 4096;

/// Who looks for viruses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scanner {
    /// Nobody.
    #[default]
    Off,
    /// clamd at a host and port.
    Tcp(String),
    /// clamd at a socket of this machine.
    Unix(PathBuf),
    /// A command that reads the file from its input: it ends with 0 where it found nothing, with 1 where it found
    /// something, with anything else where it could not look.
    Command(PathBuf),
}

/// What a scanner found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Clean,
    /// Something, by the name that the scanner gives it.
    Infected(String),
}

impl Scanner {
    /// Reads `clamd://HOST:PORT`, `unix:///SOCKET` or `exec:///COMMAND`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let absolute = |path: &str| path.starts_with('/').then(|| PathBuf::from(path));
        if let Some(address) = text.strip_prefix("clamd://") {
            let (host, port) = address.rsplit_once(':')?;
            return (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| Self::Tcp(address.to_owned()));
        }
        if let Some(path) = text.strip_prefix("unix://") {
            return absolute(path).map(Self::Unix);
        }
        absolute(text.strip_prefix("exec://")?).map(Self::Command)
    }

    /// Looks through a file, from its beginning.
    ///
    /// # Errors
    /// One sentence for the log where the scanner does not answer as it should, or not in time.
    pub async fn scan(&self, mut file: File) -> Result<Verdict, String> {
        file.seek(SeekFrom::Start(0)).map_err(said)?;
        let scanned = async {
            match self {
                Self::Off => Ok(Verdict::Clean),
                Self::Tcp(address) => clamd(TcpStream::connect(address).await.map_err(said)?, file).await,
                Self::Unix(path) => clamd(UnixStream::connect(path).await.map_err(said)?, file).await,
                Self::Command(path) => command(path, file).await,
            }
        };
        match tokio::time::timeout(WITHIN, scanned).await {
            Ok(verdict) => verdict,
            Err(_) => Err("the virus scanner took too long".to_owned()),
        }
    }
}

fn said(error: impl std::fmt::Display) -> String {
    format!("the virus scanner does not answer: {error}")
}

/// The command `INSTREAM` of clamd: pieces with their lengths, then one of length zero.
async fn clamd(mut clamd: impl AsyncRead + AsyncWrite + Unpin, file: File) -> Result<Verdict, String> {
    let mut file = tokio::fs::File::from_std(file);
    clamd.write_all(b"zINSTREAM\0").await.map_err(said)?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).await.map_err(said)?;
        let length = u32::try_from(read).map_err(said)?;
        clamd.write_all(&length.to_be_bytes()).await.map_err(said)?;
        clamd
            .write_all(piece.get(..read).unwrap_or_default())
            .await
            .map_err(said)?;
        if read == 0 {
            break;
        }
    }
    let mut answer = Vec::new();
    clamd.take(ANSWER_MAX).read_to_end(&mut answer).await.map_err(said)?;
    verdict(&String::from_utf8_lossy(&answer))
}

/// `stream: OK`, or `stream: NAME FOUND`.
fn verdict(answer: &str) -> Result<Verdict, String> {
    let answer = answer.trim_matches(['\0', '\n', ' ']);
    let told = answer.strip_prefix("stream:").unwrap_or(answer).trim();
    match told.strip_suffix("FOUND") {
        Some(name) => Ok(Verdict::Infected(name.trim().chars().take(100).collect())),
        None if told == "OK" => Ok(Verdict::Clean),
        None => Err(format!("the virus scanner said {told:?}")),
    }
}

/// A process that ends with this value at the latest.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn command(path: &FilePath, file: File) -> Result<Verdict, String> {
    let child = Command::new(path)
        .stdin(Stdio::from(file))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut running = Running(child.map_err(said)?);
    let status = loop {
        match running.0.try_wait().map_err(said)? {
            Some(status) => break status,
            None => tokio::time::sleep(LOOK_EVERY).await,
        }
    };
    match status.code() {
        Some(0) => Ok(Verdict::Clean),
        Some(1) => Ok(Verdict::Infected(String::new())),
        code => Err(format!("the virus scanner ended with {code:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_is_named_by_an_address() {
        assert_eq!(Scanner::parse("clamd://av:3310"), Some(Scanner::Tcp("av:3310".into())));
        assert_eq!(
            Scanner::parse("unix:///run/clamd.ctl"),
            Some(Scanner::Unix("/run/clamd.ctl".into()))
        );
        assert_eq!(
            Scanner::parse("exec:///bin/scan"),
            Some(Scanner::Command("/bin/scan".into()))
        );
        for wrong in ["clamd", "clamd://av", "unix://clamd", "exec://scan", "http://av"] {
            assert_eq!(Scanner::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_answer_of_clamd_is_understood_or_nothing_passes() {
        assert_eq!(verdict("stream: OK\0"), Ok(Verdict::Clean));
        assert_eq!(
            verdict("stream: Win.Test.EICAR_HDB-1 FOUND\0"),
            Ok(Verdict::Infected("Win.Test.EICAR_HDB-1".into()))
        );
        assert!(verdict("INSTREAM size limit exceeded. ERROR\0").is_err());
        assert!(verdict("").is_err());
    }
}
