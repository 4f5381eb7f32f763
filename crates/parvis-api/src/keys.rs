//! The keys that sign access tokens: a folder of PEM files. The newest signs, all verify.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8, version 1.
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// A new key is published for so long before it signs, so that every process knows it by then.
const PUBLISHED: Duration = Duration::from_secs(60);
/// How long what was read from the folder counts.
const FRESH: Duration = Duration::from_secs(60);
/// At least so long lies between two readings for tokens with an unknown key.
const PATIENCE: Duration = Duration::from_secs(5);

/// The keys of a folder.
pub struct Keys {
    folder: PathBuf,
    ring: RwLock<(Arc<Ring>, Instant)>,
}

/// The keys as they were read at one time.
pub struct Ring {
    kid: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    public: JwkSet,
}

/// A file of the folder.
struct PemFile {
    path: PathBuf,
    modified: SystemTime,
}

impl Keys {
    /// Opens a folder. An empty one gets its first key; of several processes that start together one makes it.
    ///
    /// # Errors
    /// One sentence for whoever set the folder up.
    pub fn open(folder: &Path, random: impl Fn(&mut [u8])) -> Result<Self, String> {
        if list(folder)?.is_empty() {
            generate(folder, random)?;
        }
        let ring = Arc::new(read(folder)?);
        Ok(Self {
            folder: folder.to_owned(),
            ring: RwLock::new((ring, Instant::now())),
        })
    }

    /// The keys as they are now; the folder is read again after a minute.
    #[must_use]
    pub fn ring(&self) -> Arc<Ring> {
        self.ring_not_older_than(FRESH)
    }

    /// The keys for a token whose key is not known: it may be new.
    #[must_use]
    pub fn ring_for_unknown(&self) -> Arc<Ring> {
        self.ring_not_older_than(PATIENCE)
    }

    /// Whether a key of this name is there now.
    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.ring().verifying(kid).is_some()
    }

    fn ring_not_older_than(&self, age: Duration) -> Arc<Ring> {
        {
            let current = self.ring.read().unwrap_or_else(PoisonError::into_inner);
            if current.1.elapsed() < age {
                return Arc::clone(&current.0);
            }
        }
        let mut current = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        if current.1.elapsed() >= age {
            match read(&self.folder) {
                Ok(ring) => *current = (Arc::new(ring), Instant::now()),
                Err(error) => {
                    tracing::error!(%error, "the signing keys cannot be read; those read before stay in use");
                    current.1 = Instant::now();
                }
            }
        }
        Arc::clone(&current.0)
    }
}

impl Ring {
    /// The name of the key that signs.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key that signs.
    #[must_use]
    pub fn signing(&self) -> &EncodingKey {
        &self.signing
    }

    /// The key of this name.
    #[must_use]
    pub fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.verifying.get(kid)
    }

    /// The public halves.
    #[must_use]
    pub fn public(&self) -> &JwkSet {
        &self.public
    }
}

fn list(folder: &Path) -> Result<Vec<PemFile>, String> {
    let unreadable = |error: std::io::Error| {
        format!(
            "The folder of signing keys {} cannot be read: {error}.",
            folder.display()
        )
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            let modified = fs::metadata(&path)
                .and_then(|meta| meta.modified())
                .map_err(unreadable)?;
            files.push(PemFile { path, modified });
        }
    }
    files.sort_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)));
    Ok(files)
}

fn read(folder: &Path) -> Result<Ring, String> {
    let files = list(folder)?;
    let now = SystemTime::now();
    let published = |file: &PemFile| now.duration_since(file.modified).is_ok_and(|age| age >= PUBLISHED);
    let chosen = files.iter().rposition(published).unwrap_or(0);
    let mut ring: Option<(String, EncodingKey)> = None;
    let (mut verifying, mut keys) = (HashMap::new(), Vec::new());
    for (index, file) in files.iter().enumerate() {
        let invalid =
            |why: &dyn std::fmt::Display| format!("The signing key {} cannot be used: {why}.", file.path.display());
        let text = fs::read_to_string(&file.path).map_err(|error| invalid(&error))?;
        let der = decode(&text).ok_or_else(|| {
            invalid(&"it is no Ed25519 key in PKCS #8, as `openssl genpkey -algorithm ed25519` makes it")
        })?;
        let signing = EncodingKey::from_ed_der(&der);
        let jwk = public(&signing).map_err(|error| invalid(&error))?;
        let kid = jwk.common.key_id.clone().unwrap_or_default();
        verifying.insert(
            kid.clone(),
            DecodingKey::from_jwk(&jwk).map_err(|error| invalid(&error))?,
        );
        keys.push(jwk);
        if index == chosen {
            ring = Some((kid, signing));
        }
    }
    let (kid, signing) =
        ring.ok_or_else(|| format!("The folder of signing keys {} holds no .pem file.", folder.display()))?;
    Ok(Ring {
        kid,
        signing,
        verifying,
        public: JwkSet { keys },
    })
}

fn public(signing: &EncodingKey) -> jsonwebtoken::errors::Result<Jwk> {
    let mut jwk = Jwk::from_encoding_key(signing, Algorithm::EdDSA)?;
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256)?);
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    jwk.common.key_algorithm = Some(KeyAlgorithm::EdDSA);
    Ok(jwk)
}

fn decode(pem: &str) -> Option<Vec<u8>> {
    let inner = pem
        .split("-----BEGIN PRIVATE KEY-----")
        .nth(1)?
        .split("-----END PRIVATE KEY-----")
        .next()?;
    let compact: String = inner.split_whitespace().collect();
    let der = STANDARD.decode(compact).ok()?;
    (der.len() == 48 && der.starts_with(&PKCS8)).then_some(der)
}

/// Writes the first key. It appears under its name only when it is whole; whoever comes second keeps the first.
fn generate(folder: &Path, random: impl Fn(&mut [u8])) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("No signing key can be written into {}: {error}.", folder.display());
    let mut seed = [0_u8; 32];
    random(&mut seed);
    let der = [PKCS8.as_slice(), &seed].concat();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der)
    );
    let mut name = [0_u8; 8];
    random(&mut name);
    let draft = folder.join(format!(".{:016x}.draft", u64::from_be_bytes(name)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft).map_err(failed)?;
    let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, folder.join("ed25519-1.pem")));
    fs::remove_file(&draft).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}

/// The folder of the keys that belong to a database file.
///
/// # Errors
/// One sentence where it cannot be made.
pub fn beside(database: &Path) -> Result<PathBuf, String> {
    let mut name = database.as_os_str().to_owned();
    name.push(".keys");
    let folder = PathBuf::from(name);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|error| {
        format!(
            "The folder {} for the signing keys cannot be made: {error}.",
            folder.display()
        )
    })?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("parvis-keys-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn filled(byte: u8) -> impl Fn(&mut [u8]) {
        move |bytes| bytes.fill(byte)
    }

    #[test]
    fn the_second_process_reads_the_key_of_the_first() {
        let folder = folder("race");
        let first = Keys::open(&folder, filled(1)).unwrap();
        generate(&folder, filled(2)).unwrap();
        let second = Keys::open(&folder, filled(3)).unwrap();
        assert_eq!(first.ring().kid(), second.ring().kid());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.join("ed25519-1.pem")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft stays");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_new_key_verifies_at_once_and_signs_later() {
        let folder = folder("rotation");
        let keys = Keys::open(&folder, filled(1)).unwrap();
        let old = keys.ring().kid().to_owned();
        fs::rename(folder.join("ed25519-1.pem"), folder.join("a.pem")).unwrap();
        let hour = Duration::from_secs(3600);
        fs::File::open(folder.join("a.pem"))
            .unwrap()
            .set_modified(SystemTime::now() - hour)
            .unwrap();
        generate(&folder, filled(2)).unwrap();
        let ring = read(&folder).unwrap();
        assert_eq!((ring.kid(), ring.public().keys.len()), (old.as_str(), 2));
        fs::File::open(folder.join("ed25519-1.pem"))
            .unwrap()
            .set_modified(SystemTime::now() - hour / 2)
            .unwrap();
        let ring = read(&folder).unwrap();
        assert_ne!(ring.kid(), old);
        assert!(ring.verifying(&old).is_some());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_key_is_named() {
        let folder = folder("wrong");
        fs::write(
            folder.join("x.pem"),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        )
        .unwrap();
        let sentence = Keys::open(&folder, filled(1)).err().unwrap();
        assert!(sentence.contains("x.pem") && sentence.contains("Ed25519"), "{sentence}");
        fs::remove_dir_all(folder).unwrap();
    }
}
