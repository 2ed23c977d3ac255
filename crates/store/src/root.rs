//! The root key: it wraps the practice's keys, and lies where the data does not.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::seal::{self, Key, Place};
use crate::sheet;
use crate::{Id, StoreError};

/// Where the root key lies. A key service implements this too: the key itself need never be here.
pub trait RootKey: Send + Sync {
    /// The key's name, a fingerprint: it tells keys apart and nothing about them.
    fn name(&self) -> String;

    /// Wraps the secret of a practice's key. `of` is that key's name and must be given again.
    fn wrap(&self, of: &str, secret: &[u8; 32]) -> Vec<u8>;

    /// Unwraps it; none, if it was wrapped with another root key, for another name, or changed.
    fn unwrap(&self, of: &str, wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>>;
}

/// A root key in memory: read from a file or a credential, or made for a demonstration.
pub struct LocalRoot {
    key: Key,
    path: Option<PathBuf>,
}

/// The first line of a key file.
const KIND: &str = "covered root key 1";

/// A key file holds five short lines.
const FILE_BYTES_MAX: u64 = 1024;

impl LocalRoot {
    /// A new key.
    ///
    /// # Panics
    /// When the system has no randomness to give.
    pub fn random() -> LocalRoot {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice()).expect("the system gives random bytes");
        LocalRoot::from_secret(secret)
    }

    pub(crate) fn from_secret(secret: Zeroizing<[u8; 32]>) -> LocalRoot {
        let hash = Sha256::new().chain_update(b"covered root key name 1").chain_update(secret.as_slice()).finalize();
        let id = Id::from_bytes(hash[..16].try_into().expect("sixteen bytes"));
        LocalRoot { key: Key { id, secret }, path: None }
    }

    /// Reads the key file at `path`.
    ///
    /// # Errors
    /// When it is not there, may be read by others or written by anybody (mode other than 0400), or does not hold a key.
    pub fn read(path: &Path) -> Result<LocalRoot, StoreError> {
        let problem = |cause: &str| StoreError::RootKey { path: path.to_path_buf(), cause: cause.to_string() };
        let file = File::open(path).map_err(|error| problem(&error.to_string()))?;
        let metadata = file.metadata().map_err(|error| problem(&error.to_string()))?;
        if !metadata.is_file() {
            return Err(problem("not a file"));
        }
        if metadata.mode() & 0o377 != 0 {
            return Err(problem(&format!("its mode is {:04o}, and must be 0400", metadata.mode() & 0o7777)));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| problem(&error.to_string()))?;
        let mut root = LocalRoot::from_file(&text).map_err(|cause| problem(&cause))?;
        root.path = Some(path.to_path_buf());
        Ok(root)
    }

    /// The key that the text of a key file holds, or why it holds none.
    pub(crate) fn from_file(text: &str) -> Result<LocalRoot, String> {
        let lines = text.strip_prefix(KIND).ok_or("it does not begin with `covered root key 1`")?;
        sheet::read(lines).map(LocalRoot::from_secret).map_err(|error| error.to_string())
    }

    pub(crate) fn file(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!("{KIND}\n"));
        text.push_str(&sheet::write(&self.key.secret));
        text
    }

    /// Reads the credential `name` that systemd hands to a service (`LoadCredential=` or `LoadCredentialEncrypted=`).
    ///
    /// # Errors
    /// As [`LocalRoot::read`], and when there is no folder of credentials.
    pub fn from_credential(name: &str) -> Result<LocalRoot, StoreError> {
        let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") else {
            let cause = "there is no folder of credentials: systemd did not start this".to_string();
            return Err(StoreError::RootKey { path: PathBuf::from(name), cause });
        };
        LocalRoot::read(&PathBuf::from(folder).join(name))
    }

    /// Writes the key to a new file of mode 0400, whole or not at all.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn write(&mut self, path: &Path) -> Result<(), StoreError> {
        let problem =
            |error: std::io::Error| StoreError::RootKey { path: path.to_path_buf(), cause: error.to_string() };
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let text = self.file();
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&part)?;
            file.set_permissions(fs::Permissions::from_mode(0o400))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            // Unlike a rename, a link never takes the place of a key that is there.
            fs::hard_link(&part, path)?;
            sync_folder(path)
        })();
        // The name of the part is taken away whatever happened; if another process made it, ours was refused.
        if !matches!(&written, Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && !path.exists()) {
            let _ = fs::remove_file(&part);
        }
        written.map_err(problem)?;
        self.path = Some(path.to_path_buf());
        Ok(())
    }

    /// The lines of the recovery sheet: who has them has the key.
    pub fn sheet(&self) -> Zeroizing<String> {
        sheet::write(&self.key.secret)
    }

    /// The key from the lines of a recovery sheet, as typed.
    ///
    /// # Errors
    /// Which line was misread.
    pub fn from_sheet(lines: &str) -> Result<LocalRoot, sheet::SheetError> {
        sheet::read(lines).map(LocalRoot::from_secret)
    }

    /// The file that it was read from or written to.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

/// Makes a new name in a folder last.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn place(of: &str) -> Place<'_> {
    Place { table: "seal_key", id: of, column: "wrapped" }
}

impl RootKey for LocalRoot {
    fn name(&self) -> String {
        self.key.id.to_string()
    }

    fn wrap(&self, of: &str, secret: &[u8; 32]) -> Vec<u8> {
        seal::seal(&self.key, place(of), secret)
    }

    fn unwrap(&self, of: &str, wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let plain = seal::open(&self.key, place(of), wrapped).ok()?;
        Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
    }
}

impl std::fmt::Debug for LocalRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalRoot").field("name", &self.name()).field("path", &self.path).finish()
    }
}
