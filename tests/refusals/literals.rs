//! Reads the string literals of Rust sources, each with the calls that it stands in.

/// A string literal.
#[derive(Debug, Clone)]
pub struct Literal {
    /// What it says, with `{}` for each value where it is a format.
    pub text: String,
    /// The calls around it, outermost first: `name`, `Type::name`, `name!`, `#` for an attribute, `{` for a block, empty
    /// for any other bracket.
    pub calls: Vec<String>,
    /// Which bracket of the file it stands in: the same for two arguments of one call.
    pub bracket: usize,
    /// Its line, counted from 1.
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// The literals of a source, without those of its tests.
pub fn literals(source: &str) -> Vec<Literal> {
    let source = source.split("\nmod tests {").next().unwrap();
    let tokens = tokens(source);
    let (mut calls, mut brackets, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (token, at)) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(' | '[' | '{') => {
                calls.push(if *token == Token::Mark('{') { "{".into() } else { callee(&tokens[..index]) });
                brackets.push(index);
            }
            Token::Mark(')' | ']' | '}') => {
                calls.pop();
                brackets.pop();
            }
            Token::Text(text) => {
                let is_format = calls.last().is_some_and(|call| matches!(call.as_str(), "format!" | "write!"));
                found.push(Literal {
                    text: if is_format { without_names(text) } else { text.clone() },
                    calls: calls.clone(),
                    bracket: brackets.last().copied().unwrap_or(0),
                    line: source[..*at].matches('\n').count() + 1,
                });
            }
            _ => {}
        }
    }
    found
}

/// What is called by the bracket after these tokens.
fn callee(before: &[(Token, usize)]) -> String {
    let word = |index: usize| match before.len().checked_sub(index).map(|at| &before[at].0) {
        Some(Token::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    let mark = |index: usize| match before.len().checked_sub(index).map(|at| &before[at].0) {
        Some(Token::Mark(mark)) => Some(*mark),
        _ => None,
    };
    match (mark(1), word(1)) {
        (Some('#'), _) => "#".into(),
        (Some('!'), _) => word(2).map_or_else(|| "#".into(), |name| format!("{name}!")),
        // `sql::<BigInt>(`
        (Some('>'), _) => {
            let open = before.iter().rposition(|(token, _)| *token == Token::Mark('<')).unwrap_or(0);
            open.checked_sub(3)
                .map_or_else(String::new, |at| if let (Token::Word(name), _) = &before[at] { name.clone() } else { String::new() })
        }
        (_, Some(name)) => match (mark(2), mark(3), word(4)) {
            (Some(':'), Some(':'), Some(kind)) => format!("{kind}::{name}"),
            _ => name.into(),
        },
        _ => String::new(),
    }
}

/// A format with `{}` for whatever value it takes.
fn without_names(format: &str) -> String {
    let (mut text, mut left) = (String::new(), format);
    while let Some(at) = left.find(['{', '}']) {
        text.push_str(&left[..at]);
        if left[at..].starts_with("{{") || left[at..].starts_with("}}") {
            text.push_str(&left[at..=at]);
            left = &left[at + 2..];
        } else {
            text.push_str("{}");
            left = &left[at + left[at..].find('}').unwrap() + 1..];
        }
    }
    text + left
}

fn tokens(source: &str) -> Vec<(Token, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        let next = at + c.len_utf8();
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if c == '"' {
            let length = end_of_text(rest);
            found.push((Token::Text(unescaped(&rest[1..length - 1])), at));
            at += length;
        } else if let Some(hashes) = raw(rest) {
            let (begin, end) = (hashes + 2, format!("\"{}", "#".repeat(hashes)));
            let length = rest[begin..].find(&end).unwrap();
            found.push((Token::Text(rest[begin..begin + length].to_owned()), at));
            at += begin + length + end.len();
        } else if c == '\'' {
            at = next + end_of_character(&rest[1..]);
        } else if c.is_alphanumeric() || c == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push((Token::Word(rest[..length].to_owned()), at));
            at += length;
        } else {
            if !c.is_whitespace() {
                found.push((Token::Mark(c), at));
            }
            at = next;
        }
    }
    found
}

/// How long a text in double quotes is.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// How many hashes a raw text begins with.
fn raw(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// How much of a character's literal is left after its first quote; nothing of a lifetime.
fn end_of_character(rest: &str) -> usize {
    if rest.starts_with('\\') {
        return rest[2..].find('\'').unwrap() + 3;
    }
    let first = rest.chars().next().unwrap().len_utf8();
    if rest[first..].starts_with('\'') { first + 1 } else { 0 }
}

/// A text as the program sees it: a backslash at the end of a line takes the indentation of the next one away.
fn unescaped(text: &str) -> String {
    let (mut out, mut left) = (String::new(), text);
    while let Some((before, after)) = left.split_once('\\') {
        out.push_str(before);
        let c = after.chars().next().unwrap();
        left = &after[c.len_utf8()..];
        match c {
            '\n' => left = left.trim_start(),
            'n' => out.push('\n'),
            't' => out.push('\t'),
            c => out.push(c),
        }
    }
    out + left
}

#[test]
fn literals_are_read_with_the_calls_around_them() {
    let source = r##"
        /// a "comment"
        #[error("in an attribute")]
        fn f<'a>() -> Refused<'a> {
            let message = format!("{what} is {:>3} of {{}}, \
                                   so to \"say\"", n);
            let c = ['"', '\'', 'x'];
            sql::<BigInt>("CAST(x)");
            Refusal::invalid("field", r#"raw " text"#)
        }
        #[cfg(test)]
        mod tests { "not this" }
    "##;
    let source = source.replace("        mod tests", "mod tests");
    let found: Vec<(String, String)> = literals(&source)
        .into_iter()
        .map(|l| (l.text, l.calls.into_iter().filter(|c| !c.is_empty() && c != "{").collect::<Vec<_>>().join(" ")))
        .collect();
    let expected = [
        ("in an attribute", "# error"),
        ("{} is {} of {}, so to \"say\"", "format!"),
        ("CAST(x)", "sql"),
        ("field", "Refusal::invalid"),
        ("raw \" text", "Refusal::invalid"),
    ];
    assert_eq!(found, expected.map(|(text, calls)| (text.to_owned(), calls.to_owned())));
}
