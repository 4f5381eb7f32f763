//! Configuration: read from the environment once, checked at start.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use crate::documents::scan::Scanner;
use crate::http::address::Network;

/// Everything that can be set from outside.
#[derive(Debug, Clone)]
pub struct Config {
    /// `PARVIS_DATABASE_URL`: where the database is.
    pub database_url: Secret,
    /// `PARVIS_LISTEN`: the address of API and app. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// `PARVIS_PUBLIC_URL`: the address that people type, without a slash at the end.
    pub public_url: String,
    /// `PARVIS_APP_DIR`: the folder of the built web app, where it is to be served.
    pub app_dir: Option<PathBuf>,
    /// `PARVIS_SIGNING_KEYS`: the folder of the keys that sign access tokens.
    pub signing_keys: Option<PathBuf>,
    /// `PARVIS_CORS_ORIGINS`: other origins whose scripts may call the API, separated by commas.
    pub cors_origins: Vec<String>,
    /// `PARVIS_TRUSTED_PROXIES`: networks whose `X-Forwarded-For` is believed, separated by commas.
    pub trusted_proxies: Vec<Network>,
    /// `PARVIS_METRICS_LISTEN`: the address of the metrics, off unless set.
    pub metrics_listen: Option<SocketAddr>,
    /// `PARVIS_LOG`: what is logged, as in `info,parvis_api=debug`.
    pub log: String,
    /// `PARVIS_WORKERS`: threads that read requests; the number of processors where nothing is said.
    pub workers: usize,
    /// `PARVIS_DATABASE_CONNECTIONS`: the most connections to the database.
    pub connections: u32,
    /// `PARVIS_QUEUE`: the most requests that wait for or use the database; more are answered 503 at once.
    pub queue: usize,
    /// `PARVIS_BODY_LIMIT`: the largest body, in bytes.
    pub body_limit: usize,
    /// `PARVIS_RATE_LIMIT`: requests per minute and address; 0 is no limit.
    pub rate_limit: u32,
    /// `PARVIS_SIGN_IN_FAILURES`: failures to sign in to one account before it slows down.
    pub sign_in_failures: u32,
    /// `PARVIS_DOCUMENTS`: where contents of documents are stored; beside an embedded database where nothing is said.
    pub documents: String,
    /// The store of `PARVIS_DOCUMENTS`, where that is a bucket.
    pub s3: S3,
    /// `PARVIS_UPLOAD_LIMIT`: the largest file, in bytes.
    pub upload_limit: u64,
    /// `PARVIS_VIRUS_SCAN`: who looks for viruses in files.
    pub virus_scan: Scanner,
    /// `PARVIS_SHUTDOWN_SECONDS`: how long running requests may take after SIGTERM.
    pub shutdown_seconds: u64,
}

/// An S3-compatible store.
#[derive(Debug, Clone, Default)]
pub struct S3 {
    /// `PARVIS_S3_ENDPOINT`: its address, where it is not that of the region.
    pub endpoint: Option<String>,
    /// `PARVIS_S3_REGION`: its region.
    pub region: String,
    /// `PARVIS_S3_ACCESS_KEY_ID`: the name of the key; without one the machine itself must be known to the store.
    pub access_key: Option<String>,
    /// `PARVIS_S3_SECRET_ACCESS_KEY`: the key.
    pub secret_key: Option<Secret>,
}

/// Text that never shows in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A variable that cannot be used: one sentence for whoever set it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {fault}; write for example {name}={example}.")]
pub struct ConfigError {
    name: &'static str,
    fault: String,
    example: &'static str,
}

impl Config {
    /// Reads the variables of the process.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the variables from anywhere. An empty one counts as not set.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name| {
            variable(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let listen = parsed(&get, "PARVIS_LISTEN", "is no address with a port", "127.0.0.1:8080")?
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let config = Self {
            database_url: Secret(get("PARVIS_DATABASE_URL").unwrap_or_else(|| "sqlite://parvis.db".to_owned())),
            listen,
            public_url: public_url(get("PARVIS_PUBLIC_URL"), listen)?,
            app_dir: folder(&get, "PARVIS_APP_DIR", "/usr/share/parvis/app")?,
            signing_keys: folder(&get, "PARVIS_SIGNING_KEYS", "/etc/parvis/keys")?,
            cors_origins: origins(get("PARVIS_CORS_ORIGINS"))?,
            trusted_proxies: networks(get("PARVIS_TRUSTED_PROXIES"))?,
            metrics_listen: parsed(
                &get,
                "PARVIS_METRICS_LISTEN",
                "is no address with a port",
                "127.0.0.1:9090",
            )?,
            log: get("PARVIS_LOG").unwrap_or_else(|| "info".to_owned()),
            workers: number(&get, "PARVIS_WORKERS", 1..=256, "4")?.unwrap_or_else(processors),
            connections: number(&get, "PARVIS_DATABASE_CONNECTIONS", 1..=1000, "16")?.unwrap_or(16),
            queue: number(&get, "PARVIS_QUEUE", 1..=100_000, "512")?.unwrap_or(512),
            body_limit: number(&get, "PARVIS_BODY_LIMIT", 1024..=64 << 20, "1048576")?.unwrap_or(1 << 20),
            rate_limit: number(&get, "PARVIS_RATE_LIMIT", 0..=100_000_000, "3000")?.unwrap_or(3000),
            sign_in_failures: number(&get, "PARVIS_SIGN_IN_FAILURES", 1..=100_000, "5")?.unwrap_or(5),
            documents: documents(get("PARVIS_DOCUMENTS"))?,
            s3: s3(&get)?,
            upload_limit: number(&get, "PARVIS_UPLOAD_LIMIT", 1024..=5 << 30, "26214400")?.unwrap_or(25 << 20),
            virus_scan: virus_scan(get("PARVIS_VIRUS_SCAN"))?,
            shutdown_seconds: number(&get, "PARVIS_SHUTDOWN_SECONDS", 1..=300, "10")?.unwrap_or(10),
        };
        config.check_log().map(|()| config)
    }

    /// Whether the address that people type is encrypted, so that cookies may be kept to such addresses.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    fn check_log(&self) -> Result<(), ConfigError> {
        let checked = self.log.parse::<tracing_subscriber::EnvFilter>();
        checked
            .map(drop)
            .map_err(|_| wrong("PARVIS_LOG", "is no filter of log levels", "info,parvis_api=debug"))
    }
}

fn wrong(name: &'static str, fault: impl Display, example: &'static str) -> ConfigError {
    ConfigError {
        name,
        fault: fault.to_string(),
        example,
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn parsed<T: FromStr>(
    get: &impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    fault: &str,
    example: &'static str,
) -> Result<Option<T>, ConfigError> {
    get(name)
        .map(|value| value.parse().map_err(|_| wrong(name, fault, example)))
        .transpose()
}

fn number<T: FromStr + PartialOrd + Display>(
    get: &impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    range: std::ops::RangeInclusive<T>,
    example: &'static str,
) -> Result<Option<T>, ConfigError> {
    let fault = format!("is no whole number from {} to {}", range.start(), range.end());
    match parsed(get, name, &fault, example)? {
        Some(value) if !range.contains(&value) => Err(wrong(name, fault, example)),
        value => Ok(value),
    }
}

fn folder(
    get: &impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    example: &'static str,
) -> Result<Option<PathBuf>, ConfigError> {
    match get(name).map(PathBuf::from) {
        Some(path) if !path.is_dir() => Err(wrong(name, "names no folder that exists", example)),
        path => Ok(path),
    }
}

fn documents(value: Option<String>) -> Result<String, ConfigError> {
    let place = value.unwrap_or_default();
    let named = |scheme: &str| {
        place
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.trim_matches('/').is_empty())
    };
    if place.is_empty() || named("file://") || named("s3://") {
        return Ok(place);
    }
    Err(wrong(
        "PARVIS_DOCUMENTS",
        "names neither a folder as file://FOLDER nor a bucket as s3://BUCKET/PREFIX",
        "file:///var/lib/parvis/documents",
    ))
}

fn s3(get: &impl Fn(&'static str) -> Option<String>) -> Result<S3, ConfigError> {
    let endpoint = get("PARVIS_S3_ENDPOINT");
    if endpoint
        .as_deref()
        .is_some_and(|endpoint| !is_origin(endpoint.trim_end_matches('/')))
    {
        let fault = "is no address of the form https://HOST without a path";
        return Err(wrong("PARVIS_S3_ENDPOINT", fault, "https://s3.example.org"));
    }
    let (access_key, secret_key) = (get("PARVIS_S3_ACCESS_KEY_ID"), get("PARVIS_S3_SECRET_ACCESS_KEY"));
    if access_key.is_some() != secret_key.is_some() {
        let fault = "goes together with PARVIS_S3_SECRET_ACCESS_KEY: set both or neither";
        return Err(wrong("PARVIS_S3_ACCESS_KEY_ID", fault, "parvis"));
    }
    Ok(S3 {
        endpoint,
        region: get("PARVIS_S3_REGION").unwrap_or_else(|| "us-east-1".to_owned()),
        access_key,
        secret_key: secret_key.map(Secret),
    })
}

fn virus_scan(value: Option<String>) -> Result<Scanner, ConfigError> {
    let Some(value) = value else {
        return Ok(Scanner::Off);
    };
    let fault = "names neither clamd nor a command";
    Scanner::parse(&value).ok_or_else(|| wrong("PARVIS_VIRUS_SCAN", fault, "clamd://127.0.0.1:3310"))
}

fn is_origin(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .unwrap_or_default();
    !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])
}

fn public_url(value: Option<String>, listen: SocketAddr) -> Result<String, ConfigError> {
    let Some(url) = value else {
        return Ok(format!("http://{listen}"));
    };
    let url = url.trim_end_matches('/');
    if is_origin(url) {
        return Ok(url.to_owned());
    }
    Err(wrong(
        "PARVIS_PUBLIC_URL",
        "is no address of the form https://HOST without a path",
        "https://parvis.example.org",
    ))
}

fn origins(value: Option<String>) -> Result<Vec<String>, ConfigError> {
    let origins = list(value);
    if origins.iter().all(|origin| is_origin(origin)) {
        return Ok(origins);
    }
    Err(wrong(
        "PARVIS_CORS_ORIGINS",
        "holds something that is no origin",
        "https://app.example.org,https://map.example.org",
    ))
}

fn networks(value: Option<String>) -> Result<Vec<Network>, ConfigError> {
    let fault = || {
        wrong(
            "PARVIS_TRUSTED_PROXIES",
            "holds something that is no network",
            "10.0.0.0/8,192.0.2.7",
        )
    };
    list(value)
        .iter()
        .map(|text| Network::parse(text).ok_or_else(fault))
        .collect()
}

fn list(value: Option<String>) -> Vec<String> {
    value
        .unwrap_or_default()
        .split(',')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether only this machine can reach the address.
#[must_use]
pub fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> Result<Config, String> {
        Config::read(|asked| (asked == name).then(|| value.to_owned())).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_has_to_be_set() {
        let config = with("", "").unwrap();
        assert_eq!(config.database_url.0, "sqlite://parvis.db");
        assert_eq!(
            (config.listen.to_string().as_str(), config.public_url.as_str()),
            ("127.0.0.1:8080", "http://127.0.0.1:8080")
        );
        assert!(config.metrics_listen.is_none() && !config.is_https());
        assert!(!format!("{config:?}").contains("sqlite://"));
    }

    #[test]
    fn a_wrong_value_is_named_with_an_example() {
        for (name, value) in [
            ("PARVIS_LISTEN", "localhost"),
            ("PARVIS_PUBLIC_URL", "parvis.example.org"),
            ("PARVIS_APP_DIR", "/nowhere/at/all"),
            ("PARVIS_SIGNING_KEYS", "/nowhere/at/all"),
            ("PARVIS_CORS_ORIGINS", "*"),
            ("PARVIS_TRUSTED_PROXIES", "proxy"),
            ("PARVIS_METRICS_LISTEN", "9090"),
            ("PARVIS_RATE_LIMIT", "-1"),
            ("PARVIS_QUEUE", "0"),
            ("PARVIS_DOCUMENTS", "/var/lib/documents"),
            ("PARVIS_S3_ENDPOINT", "s3.example.org"),
            ("PARVIS_S3_ACCESS_KEY_ID", "parvis"),
            ("PARVIS_UPLOAD_LIMIT", "10 MB"),
            ("PARVIS_VIRUS_SCAN", "clamd"),
            ("PARVIS_LOG", "a=b=c"),
        ] {
            let sentence = with(name, value).unwrap_err();
            assert!(
                sentence.starts_with(name) && sentence.contains(&format!("example {name}=")),
                "{sentence}"
            );
        }
        assert_eq!(
            with("PARVIS_PUBLIC_URL", "https://p.example/").unwrap().public_url,
            "https://p.example"
        );
    }
}
