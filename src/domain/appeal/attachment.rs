//! Files attached to appeals: known by their content, not by what they call themselves.

use crate::domain::refusal::{Refusal, Refused, checked_text};

/// How much may be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentLimits {
    /// The largest file, in bytes.
    pub bytes: usize,
    /// The most files of one appeal.
    pub files: usize,
}

/// What a file is, by its first bytes: PDF, PNG, JPEG, or plain text in UTF-8. `None` for everything else.
pub fn media_type(content: &[u8]) -> Option<&'static str> {
    let is_text = |text: &str| !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if content.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if content.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if content.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if std::str::from_utf8(content).is_ok_and(is_text) {
        Some("text/plain; charset=utf-8")
    } else {
        None
    }
}

/// Checks a file that is to be attached beside `attached` others; gives its name without any path, and its type.
///
/// # Errors
/// `TooLarge`, `Unsupported`, `Invalid` on `name`, or `Conflict` with code `too_many_attachments`.
pub fn check(name: &str, content: &[u8], attached: usize, limits: AttachmentLimits) -> Refused<(String, &'static str)> {
    if attached >= limits.files {
        let message = format!("an appeal has at most {} attachments (limits.attachments)", limits.files);
        return Err(Refusal::conflict("too_many_attachments", message));
    }
    if content.len() > limits.bytes {
        return Err(Refusal::too_large("", format!("the file is longer than {} bytes (limits.attachment_bytes)", limits.bytes)));
    }
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = checked_text("name", name, 200)?;
    let media_type =
        media_type(content).ok_or_else(|| Refusal::unsupported("an attachment is a PDF, a PNG or JPEG image, or plain text in UTF-8"))?;
    Ok((name, media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: AttachmentLimits = AttachmentLimits { bytes: 20, files: 2 };

    #[test]
    fn the_content_says_what_it_is() {
        for (content, expected) in [
            (&b"%PDF-1.7"[..], Some("application/pdf")),
            (b"\x89PNG\r\n\x1a\n\0", Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            ("截图说明\n".as_bytes(), Some("text/plain; charset=utf-8")),
            (b"MZ\x90\0\x03", None),
            (b"a\0b", None),
            (b"\xff\xfeh\0", None),
            (b"", None),
        ] {
            assert_eq!(media_type(content), expected, "{content:?}");
        }
    }

    #[test]
    fn size_number_and_name_are_limited() {
        assert_eq!(check("C:\\temp\\note.txt", b"hello", 1, LIMITS).unwrap().0, "note.txt");
        assert_eq!(check("../../etc/passwd", b"hello", 0, LIMITS).unwrap().0, "passwd");
        assert_eq!(check("a", b"hello", 2, LIMITS).unwrap_err().code, "too_many_attachments");
        assert_eq!(check("a", &[b'a'; 21], 0, LIMITS).unwrap_err().code, "too_large");
        assert_eq!(check("a", b"\0", 0, LIMITS).unwrap_err().code, "unsupported");
        assert_eq!(check("a/", b"hello", 0, LIMITS).unwrap_err().faults[0].field, "name");
    }
}
