//! Where recordings lie.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The name of a stored file: the SHA-256 of its content, in 64 small hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Reads a key.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: Key,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Why a store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("there is no stored file {0}")]
    Missing(Key),
    /// More bytes than were allowed.
    #[error("has more than {0} bytes, which is the limit")]
    TooLarge(u64),
    /// The range begins or ends behind the end of the file.
    #[error("the range reaches beyond the file's {0} bytes")]
    OutOfRange(u64),
    /// The source or the place of storage failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Files under the SHA-256 of their content. The same content is stored once. Blocking: call it from a blocking task.
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Stores everything that `source` gives, at most `limit` bytes. When it returns, the file is durable; until then nobody sees it.
    ///
    /// # Errors
    /// `TooLarge`, or `Io`; nothing is stored then.
    fn put(&self, source: &mut dyn Read, limit: u64) -> Result<Stored, StoreError>;

    /// How many bytes a stored file has, or `None` where there is none.
    ///
    /// # Errors
    /// `Io`.
    fn size(&self, key: &Key) -> Result<Option<u64>, StoreError>;

    /// Opens a part of a stored file, the end not included. Reading gives exactly these bytes.
    ///
    /// # Errors
    /// `Missing`, `OutOfRange` or `Io`.
    fn open(&self, key: &Key, range: Range<u64>) -> Result<Box<dyn Read + Send>, StoreError>;

    /// Removes a stored file; fine where there is none.
    ///
    /// # Errors
    /// `Io`.
    fn delete(&self, key: &Key) -> Result<(), StoreError>;
}

/// Files in a folder, `ab/cd…` for the key `abcd…`. What is being written lies in `incoming/` until it is whole.
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// The store in the folder `root`, which is made when the first file comes.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn path(&self, key: &Key) -> PathBuf {
        let (shelf, rest) = key.0.split_at_checked(2).unwrap_or(("", &key.0));
        self.root.join(shelf).join(rest)
    }
}

impl Store for FolderStore {
    fn put(&self, source: &mut dyn Read, limit: u64) -> Result<Stored, StoreError> {
        let arrivals = self.root.join("incoming");
        fs::create_dir_all(&arrivals)?;
        let mut incoming = tempfile::NamedTempFile::new_in(arrivals)?;
        let stored = copy_hashed(source, incoming.as_file_mut(), limit)?;
        let path = self.path(&stored.key);
        if fs::metadata(&path).is_ok_and(|there| there.len() == stored.bytes) {
            return Ok(stored);
        }
        incoming.as_file().sync_all()?;
        if let Some(shelf) = path.parent() {
            if !shelf.is_dir() {
                fs::create_dir_all(shelf)?;
                sync_folder(&self.root)?;
            }
            incoming.persist(&path).map_err(|failed| failed.error)?;
            sync_folder(shelf)?;
        }
        Ok(stored)
    }

    fn size(&self, key: &Key) -> Result<Option<u64>, StoreError> {
        match fs::metadata(self.path(key)) {
            Ok(there) => Ok(Some(there.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn open(&self, key: &Key, range: Range<u64>) -> Result<Box<dyn Read + Send>, StoreError> {
        let mut file = File::open(self.path(key)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::Missing(key.clone()),
            _ => error.into(),
        })?;
        let size = file.metadata()?.len();
        if range.start > range.end || range.end > size {
            return Err(StoreError::OutOfRange(size));
        }
        file.seek(SeekFrom::Start(range.start))?;
        Ok(Box::new(file.take(range.end.saturating_sub(range.start))))
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        match fs::remove_file(self.path(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The key that a content would have, without storing it.
///
/// # Errors
/// `TooLarge` over `limit` bytes, or `Io`.
pub fn hash(source: &mut dyn Read, limit: u64) -> Result<Stored, StoreError> {
    copy_hashed(source, &mut io::sink(), limit)
}

fn copy_hashed(source: &mut dyn Read, into: &mut dyn Write, limit: u64) -> Result<Stored, StoreError> {
    let mut digest = Sha256::new();
    let mut bytes = 0_u64;
    let mut block = vec![0_u8; 64 * 1024];
    loop {
        let read = match source.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let piece = block.get(..read).unwrap_or_default();
        bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(0));
        if bytes > limit {
            return Err(StoreError::TooLarge(limit));
        }
        digest.update(piece);
        into.write_all(piece)?;
    }
    Ok(Stored { key: Key(hex::encode(digest.finalize())), bytes })
}

/// Makes a new name in a folder durable.
fn sync_folder(folder: &Path) -> io::Result<()> {
    // Other systems than Unix cannot open a folder as a file and need not.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
