//! What a scorecard version asks, as the fields of the editor and back, and the strokes that change its order.

use crate::domain::scorecard::{Item, ItemKind, ScorecardContent, Section};
use crate::web::form::Typed;

type Pairs = Vec<(String, String)>;

fn put_item(pairs: &mut Pairs, at: &str, item: &Item) {
    let texts = [
        ("code", &item.code),
        ("title_zh", &item.title_zh),
        ("title_en", &item.title_en),
        ("guidance_zh", &item.guidance_zh),
        ("guidance_en", &item.guidance_en),
    ];
    pairs.extend(texts.map(|(name, text)| (format!("{at}.{name}"), text.clone())));
    pairs.push((format!("{at}.kind"), item.kind.to_string()));
    pairs.push((format!("{at}.violation_type"), item.violation_type.clone().unwrap_or_default()));
    for (name, yes) in [("na_allowed", item.na_allowed), ("comment_on_fail", item.comment_on_fail)] {
        if yes {
            pairs.push((format!("{at}.{name}"), "on".to_owned()));
        }
    }
}

/// The fields of a draft, with the version that was read.
pub(super) fn fields(content: &ScorecardContent, version: i32) -> Typed {
    let mut pairs = vec![("version".to_owned(), version.to_string())];
    for (s, section) in content.sections.iter().enumerate() {
        let at = format!("sections[{s}]");
        for (name, text) in [("code", &section.code), ("title_zh", &section.title_zh), ("title_en", &section.title_en)] {
            pairs.push((format!("{at}.{name}"), text.clone()));
        }
        for (i, item) in section.items.iter().enumerate() {
            put_item(&mut pairs, &format!("{at}.items[{i}]"), item);
        }
    }
    Typed::of(pairs)
}

fn read_item(typed: &Typed, at: &str) -> Option<Item> {
    let text = |name: &str| typed.get(&format!("{at}.{name}")).to_owned();
    typed.has(&format!("{at}.code")).then(|| Item {
        code: text("code"),
        title_zh: text("title_zh"),
        title_en: text("title_en"),
        kind: text("kind").parse().unwrap_or(ItemKind::NonKey),
        guidance_zh: text("guidance_zh"),
        guidance_en: text("guidance_en"),
        na_allowed: typed.yes(&format!("{at}.na_allowed")),
        comment_on_fail: typed.yes(&format!("{at}.comment_on_fail")),
        violation_type: Some(text("violation_type")).filter(|code| !code.is_empty()),
    })
}

fn read_section(typed: &Typed, at: &str) -> Option<Section> {
    let text = |name: &str| typed.get(&format!("{at}.{name}")).to_owned();
    typed.has(&format!("{at}.code")).then(|| Section {
        code: text("code"),
        title_zh: text("title_zh"),
        title_en: text("title_en"),
        items: (0..=ScorecardContent::MAX_ITEMS).map_while(|i| read_item(typed, &format!("{at}.items[{i}]"))).collect(),
    })
}

/// The content that the editor's fields say.
pub(super) fn read(typed: &Typed) -> ScorecardContent {
    ScorecardContent { sections: (0..=ScorecardContent::MAX_ITEMS).map_while(|s| read_section(typed, &format!("sections[{s}]"))).collect() }
}

/// A code that none of these has.
fn fresh<'a>(stem: &str, taken: impl Iterator<Item = &'a str>) -> String {
    let taken: Vec<&str> = taken.collect();
    (taken.len().saturating_add(1)..).map(|n| format!("{stem}_{n}")).find(|code| !taken.contains(&code.as_str())).unwrap_or_default()
}

fn blank_item(content: &ScorecardContent) -> Item {
    Item {
        code: fresh("item", content.items().map(|item| item.code.as_str())),
        title_zh: String::new(),
        title_en: String::new(),
        kind: ItemKind::NonKey,
        guidance_zh: String::new(),
        guidance_en: String::new(),
        na_allowed: true,
        comment_on_fail: true,
        violation_type: None,
    }
}

fn swap<T>(list: &mut [T], a: usize, b: usize) {
    if a < list.len() && b < list.len() {
        list.swap(a, b);
    }
}

/// Applies a stroke such as `add_item.0` or `up_item.0.3`; gives where the eye should go then, or nothing where it is no such stroke.
pub(super) fn stroke(content: &mut ScorecardContent, what: &str) -> Option<String> {
    let mut words = what.split('.');
    let verb = words.next().unwrap_or("");
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let (s, i) = (number(), number());
    let items_of = |content: &mut ScorecardContent, change: &dyn Fn(&mut Vec<Item>)| {
        content.sections.get_mut(s).map(|section| change(&mut section.items))
    };
    match verb {
        "add_section" => {
            let code = fresh("section", content.sections.iter().map(|section| section.code.as_str()));
            let item = blank_item(content);
            content.sections.push(Section { code, title_zh: String::new(), title_en: String::new(), items: vec![item] });
            Some(format!("sections[{}]", content.sections.len().saturating_sub(1)))
        }
        "drop_section" => {
            if s < content.sections.len() {
                content.sections.remove(s);
            }
            Some(String::new())
        }
        "up_section" => {
            swap(&mut content.sections, s, s.wrapping_sub(1));
            Some(format!("sections[{}]", s.saturating_sub(1)))
        }
        "add_item" => {
            let item = blank_item(content);
            items_of(content, &|items| items.push(item.clone()));
            let last = content.sections.get(s).map_or(0, |section| section.items.len().saturating_sub(1));
            Some(format!("sections[{s}].items[{last}]"))
        }
        "drop_item" => {
            items_of(content, &|items| {
                if i < items.len() {
                    items.remove(i);
                }
            });
            Some(format!("sections[{s}]"))
        }
        "up_item" => {
            items_of(content, &|items| swap(items, i, i.wrapping_sub(1)));
            Some(format!("sections[{s}].items[{}]", i.saturating_sub(1)))
        }
        "down_item" => {
            items_of(content, &|items| swap(items, i, i.saturating_add(1)));
            Some(format!("sections[{s}].items[{}]", i.saturating_add(1)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        let mut content = ScorecardContent::default();
        stroke(&mut content, "add_section").unwrap();
        stroke(&mut content, "add_item.0").unwrap();
        stroke(&mut content, "add_section").unwrap();
        content.sections[0].items[1].violation_type = Some("hung_up".into());
        content.sections[0].items[1].na_allowed = false;
        assert_eq!(read(&fields(&content, 3)), content);
        let codes: Vec<&str> = content.items().map(|item| item.code.as_str()).collect();
        assert_eq!(codes, ["item_1", "item_2", "item_3"]);
    }

    #[test]
    fn strokes_move_and_drop_and_never_reach_beyond() {
        let mut content = ScorecardContent::default();
        for what in ["add_section", "add_item.0", "up_item.0.1", "up_item.0.0", "down_item.0.1", "drop_item.0.9", "drop_section.4"] {
            assert!(stroke(&mut content, what).is_some(), "{what}");
        }
        let codes: Vec<&str> = content.items().map(|item| item.code.as_str()).collect();
        assert_eq!(codes, ["item_2", "item_1"]);
        assert_eq!(stroke(&mut content, "save"), None);
        stroke(&mut content, "drop_section.0");
        assert_eq!(content, ScorecardContent::default());
    }
}
