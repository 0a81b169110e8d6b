//! Copies stored recordings from one folder to another: for backups.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::store::{FolderStore, Key, Store, StoreError};

/// Copies every recording that lies in the folder `from` and not yet in the folder `to`, and gives how many those were. Each is read to its
/// end and must have the content that its name says.
///
/// # Errors
/// Where a folder or file cannot be read or written, or a recording is damaged; those before it are copied.
pub fn copy_missing(from: &Path, to: &Path) -> io::Result<u64> {
    if !from.is_dir() {
        return Ok(0);
    }
    let target = FolderStore::new(to);
    let mut copied = 0_u64;
    for shelf in fs::read_dir(from)? {
        let shelf = shelf?;
        let first = shelf.file_name();
        if !shelf.file_type()?.is_dir() || first.len() != 2 {
            continue;
        }
        for file in fs::read_dir(shelf.path())? {
            let file = file?;
            let name = format!("{}{}", first.to_string_lossy(), file.file_name().to_string_lossy());
            let Some(key) = Key::parse(&name) else { continue };
            if target.size(&key).map_err(plain)?.is_some() {
                continue;
            }
            let stored = target.put(&mut File::open(file.path())?, u64::MAX).map_err(plain)?;
            if stored.key != key {
                target.delete(&stored.key).map_err(plain)?;
                return Err(io::Error::other(format!("{} is damaged: its content is not what its name says", file.path().display())));
            }
            copied = copied.saturating_add(1);
        }
    }
    Ok(copied)
}

fn plain(error: StoreError) -> io::Error {
    match error {
        StoreError::Io(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_copied_once_and_damage_is_noticed() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = FolderStore::new(from.path());
        for content in ["one", "two"] {
            store.put(&mut content.as_bytes(), 10).unwrap();
        }
        assert_eq!(copy_missing(from.path(), to.path()).unwrap(), 2);
        let third = store.put(&mut "three".as_bytes(), 10).unwrap();
        assert_eq!(copy_missing(from.path(), to.path()).unwrap(), 1);
        assert_eq!(copy_missing(from.path(), to.path()).unwrap(), 0);
        assert_eq!(FolderStore::new(to.path()).size(&third.key).unwrap(), Some(5));
        let (shelf, rest) = third.key.as_str().split_at(2);
        fs::write(from.path().join(shelf).join(rest), "Three").unwrap();
        let fresh = tempfile::tempdir().unwrap();
        assert!(copy_missing(from.path(), fresh.path()).unwrap_err().to_string().contains("damaged"));
        assert_eq!(copy_missing(&from.path().join("nowhere"), to.path()).unwrap(), 0);
    }
}
