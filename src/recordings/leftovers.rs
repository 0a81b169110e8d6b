//! What a crash has left behind: uploads that broke off, and files that were not yet whole.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Removes from the folder of recordings what nobody has touched since `untouched` among the uploads and among the files that were being stored;
/// gives how many files and folders those were.
///
/// # Errors
/// Where something cannot be read or removed; what came before it is gone.
pub fn remove_leftovers(root: &Path, untouched: SystemTime) -> io::Result<u64> {
    let mut removed = 0_u64;
    for place in ["incoming", "uploads"] {
        let entries = match fs::read_dir(root.join(place)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            match touched(&path) {
                Ok(at) if at < untouched => {}
                // Still in use, or gone meanwhile.
                Ok(_) => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
            if path.is_dir() {
                fs::remove_dir_all(&path)?
            } else {
                fs::remove_file(&path)?
            }
            removed = removed.saturating_add(1);
        }
    }
    Ok(removed)
}

/// When something was touched last: the file, or anything below the folder.
fn touched(path: &Path) -> io::Result<SystemTime> {
    let about = fs::symlink_metadata(path)?;
    let mut last = about.modified()?;
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            last = last.max(touched(&entry?.path())?);
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_left_behind_goes_and_what_is_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!(remove_leftovers(root, SystemTime::UNIX_EPOCH).unwrap(), 0, "there is nothing yet");
        fs::create_dir_all(root.join("uploads/one/recordings")).unwrap();
        fs::write(root.join("uploads/one/recordings/a.wav"), "a").unwrap();
        fs::create_dir_all(root.join("incoming")).unwrap();
        fs::write(root.join("incoming/.tmp"), "b").unwrap();
        fs::create_dir_all(root.join("ab")).unwrap();
        fs::write(root.join("ab/cd"), "stored").unwrap();
        let now = touched(&root.join("uploads/one")).unwrap().max(touched(&root.join("incoming/.tmp")).unwrap());
        assert_eq!(remove_leftovers(root, now - Duration::from_secs(3600)).unwrap(), 0);
        assert_eq!(remove_leftovers(root, now + Duration::from_secs(1)).unwrap(), 2);
        assert!(root.join("ab/cd").exists() && !root.join("uploads/one").exists());
    }
}
