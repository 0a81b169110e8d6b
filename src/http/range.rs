//! Range requests (RFC 9110, 14): which bytes of a file an answer carries.

use std::ops::Range;

/// What a request wants of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it (200).
    Whole,
    /// These bytes, the end not included (206).
    Part(Range<u64>),
    /// Bytes that the file does not have (416).
    Beyond,
}

/// Reads `Range` and `If-Range` for a file of `size` bytes with the entity tag `etag` (with its quotes).
///
/// A range that is not understood is passed over, as the RFC says, and so is a list of ranges: the answer is then the whole file. `If-Range` with another
/// tag, or with a date, means that the caller has an old file: the whole one then.
pub fn wanted(range: Option<&str>, if_range: Option<&str>, etag: &str, size: u64) -> Wanted {
    let Some(range) = range.and_then(|text| text.trim().strip_prefix("bytes=")) else { return Wanted::Whole };
    if if_range.is_some_and(|tag| tag.trim() != etag) || range.contains(',') {
        return Wanted::Whole;
    }
    let Some((first, last)) = range.split_once('-') else { return Wanted::Whole };
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // More digits than fit are a position behind any file's end.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first.trim()), number(last.trim()), last.trim().is_empty()) {
        (Some(first), _, true) if first < size => Wanted::Part(first..size),
        (Some(first), Some(last), _) if first > last => Wanted::Whole,
        (Some(first), Some(last), _) if first < size => Wanted::Part(first..last.saturating_add(1).min(size)),
        (Some(_), Some(_), _) | (Some(_), _, true) => Wanted::Beyond,
        (None, Some(count), _) if first.trim().is_empty() => match count.min(size) {
            0 => Wanted::Beyond,
            count => Wanted::Part(size.saturating_sub(count)..size),
        },
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let of = |range: &str| wanted(Some(range), None, "\"t\"", 100);
        assert_eq!(of("bytes=0-"), Wanted::Part(0..100));
        assert_eq!(of("bytes=10-19"), Wanted::Part(10..20));
        assert_eq!(of("bytes= 90-500 "), Wanted::Part(90..100));
        assert_eq!(of("bytes=90-99999999999999999999999"), Wanted::Part(90..100));
        assert_eq!(of("bytes=-1"), Wanted::Part(99..100));
        assert_eq!(of("bytes=-500"), Wanted::Part(0..100));
        for beyond in ["bytes=100-", "bytes=100-200", "bytes=99999999999999999999999-", "bytes=-0"] {
            assert_eq!(of(beyond), Wanted::Beyond, "{beyond}");
        }
        for whole in ["", "bytes=", "bytes=-", "bytes=5", "bytes=9-3", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes=+1-2", "bytes=1-x"]
        {
            assert_eq!(of(whole), Wanted::Whole, "{whole}");
        }
        assert_eq!(wanted(None, None, "\"t\"", 100), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=0-1"), Some("\"t\""), "\"t\"", 100), Wanted::Part(0..2));
        for other in ["\"s\"", "W/\"t\"", "Sat, 21 Nov 2026 00:00:00 GMT"] {
            assert_eq!(wanted(Some("bytes=0-1"), Some(other), "\"t\"", 100), Wanted::Whole, "{other}");
        }
        assert_eq!(wanted(Some("bytes=0-"), None, "\"t\"", 0), Wanted::Beyond);
    }
}
