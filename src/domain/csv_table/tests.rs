//! What the reader takes, and what it says about the rest.

use proptest::prelude::*;

use super::*;

const COLUMNS: Columns = Columns { required: &["code", "name"], optional: &["note"], prefix: Some("x.") };
const LIMITS: Limits = Limits { rows: 5, line_bytes: 60 };

fn open(text: &[u8]) -> Refused<Table<&[u8]>> {
    Table::open(text, &COLUMNS, LIMITS)
}

fn read(text: impl AsRef<[u8]>) -> Vec<Result<(u64, String, String), LineFault>> {
    let table = open(text.as_ref()).unwrap();
    table.map(|line| line.map(|line| (line.number, line.cell("code").to_owned(), line.cell("name").to_owned()))).collect()
}

fn row(line: u64, code: &str, name: &str) -> Result<(u64, String, String), LineFault> {
    Ok((line, code.to_owned(), name.to_owned()))
}

fn header_faults(text: &[u8]) -> Vec<String> {
    open(text).err().unwrap().faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
}

#[test]
fn marks_line_ends_quotes_and_blank_lines_are_taken() {
    assert_eq!(read("\u{feff}name,code\r\n张三,A1\r\n"), [row(2, "A1", "张三")]);
    assert_eq!(read("\u{feff}\"name\",code\n张三,A1"), [row(2, "A1", "张三")]);
    let text = "code,name\n\n ,\t\nA1,\"Li, \"\"X\"\"\r\nY\"\n\nA2, Bo \n";
    assert_eq!(read(text), [row(4, "A1", "Li, \"X\"\r\nY"), row(7, "A2", "Bo")]);
    assert_eq!(read("code,name\n\"A1\" ,b\"\n").len(), 1);
    assert_eq!(read("code,name,x.a\nA1,b,c\n"), [row(2, "A1", "b")]);
    assert_eq!(read("code,name\n"), []);
}

#[test]
fn a_header_that_does_not_fit_is_refused_with_every_name() {
    assert_eq!(
        header_faults(b"code,colour,code,x.\n"),
        [
            "header: `colour` is not a column of this table; its columns are: code, name, note",
            "header: the column `code` is there twice; leave one",
            "header: `x.` is not a column of this table; its columns are: code, name, note",
            "header: the column `name` is missing",
        ]
    );
    assert_eq!(header_faults(b""), ["header: the file is empty; its first line names the columns: code,name,note"]);
    assert_eq!(header_faults(b"\xef\xbb\xbf"), header_faults(b"\n\n"));
    assert_eq!(header_faults(b"code;name\n"), ["header: the columns are separated by semicolons or tabs; use commas"]);
    assert_eq!(header_faults(b"\xff\xfec\0o\0"), ["header: the file is UTF-16; save it as \"CSV UTF-8\""]);
}

#[test]
fn a_bad_line_is_named_and_the_next_one_is_read() {
    let lines = read(b"code,name\nA1\nA2,\xd5\xc5\nA3,a\"b\nA4,fine\n");
    let faults: Vec<_> = lines.iter().filter_map(|line| line.as_ref().err()).map(|f| (f.line, f.field.as_str())).collect();
    assert_eq!(faults, [(2, ""), (3, "name"), (4, "")]);
    assert_eq!(lines[3], row(5, "A4", "fine"));
    assert!(lines[0].as_ref().unwrap_err().message.starts_with("has 1 cells where the header has 2 columns"));
}

#[test]
fn what_makes_the_rest_unreadable_ends_the_table() {
    let open_quote = read("code,name\nA1,b\nA2,\"c\nA3,d\n");
    assert_eq!(open_quote.len(), 2);
    assert!(open_quote[1].as_ref().unwrap_err().message.contains("never closed"));
    let long = read(format!("code,name\nA1,{}\nA2,b\n", "x".repeat(60)));
    assert!(long[0].as_ref().unwrap_err().message.starts_with("is longer than 60 bytes"));
    assert_eq!(long.len(), 1);
    let many = read(format!("code,name\n{}", "A,b\n".repeat(7)));
    assert_eq!(many.len(), 6);
    let last = many[5].as_ref().unwrap_err();
    assert_eq!((last.line, last.message.as_str()), (7, "the file has more than 5 rows; from here on it was not read: split it"));
}

#[test]
fn formulas_are_guarded_on_the_way_out_and_bare_on_the_way_in() {
    let mut out = "code,name\r\n".to_owned();
    push_row(&mut out, ["=1+1", "'+86 \"10\""]);
    assert_eq!(out, "code,name\r\n'=1+1,\"''+86 \"\"10\"\"\"\r\n");
    assert_eq!(read(out), [row(2, "=1+1", "'+86 \"10\"")]);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(rows in prop::collection::vec(("[a-z]{1,3}", "\\PC{0,8}|[-=',\"\r\n@a]{0,9}"), 0..5)) {
        let mut out = BYTE_ORDER_MARK.to_owned();
        push_row(&mut out, ["code", "name"]);
        for (code, name) in &rows {
            push_row(&mut out, [code.as_str(), name.as_str()]);
        }
        let wide = Limits { rows: 5, line_bytes: 1000 };
        let lines: Vec<_> = Table::open(out.as_bytes(), &COLUMNS, wide).unwrap().map(Result::unwrap).collect();
        let read: Vec<_> = lines.iter().map(|l| (l.cell("code"), l.cell("name"))).collect();
        let expected: Vec<_> = rows.iter().map(|(code, name)| (code.as_str(), name.trim())).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_bytes_make_it_fail_otherwise_than_by_saying_so(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(table) = open(&[b"code,name\n".as_slice(), &bytes].concat()) {
            prop_assert!(table.count() <= 81);
        }
    }
}
